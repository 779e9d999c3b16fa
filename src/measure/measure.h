/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures a running VM of this host as protection would see it, without
 * protecting it: the same tracking of written pages, its disks' and NICs' counters.
 *
 * The VM is never stopped. QEMU's main thread stands twice for a fraction of a
 * millisecond (inject.h), and written pages cost the guest a fault each, as under
 * protection. QEMU keeps no descriptor of it (qemu/uffd.h): when this process ends,
 * however, the kernel ends the tracking. Huge pages that the guest wrote to are
 * mapped as small ones afterwards, until the kernel joins them again.
 *
 * Runs inside ftengine as root. Threads: one; it blocks.
 */
#ifndef FT_MEASURE_MEASURE_H
#define FT_MEASURE_MEASURE_H

#include <stdbool.h>

#include "base/error.h"
#include "pair/measured.h"

struct ft_measure_options {
    const char *vm;                /* name or UUID */
    int seconds;                   /* FT_MEASURED_SECONDS_MIN to _MAX */
    bool (*stopped)(void *opaque); /* whoever asked has gone; a few times a second */
    void *opaque;
};

/*
 * -EBUSY: it is protected, or about to be, measured by another, stands, or a job of
 * it runs; that ends a measurement, too. -ENOENT: no such VM here. -ESRCH: it does
 * not run. -ENOTSUP: this kernel cannot. -ECANCELED: stopped.
 */
int ft_measure(const struct ft_measure_options *options,
               struct ft_measurement *out, struct ft_error *err);

#endif
