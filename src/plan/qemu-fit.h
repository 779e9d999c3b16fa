/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the QEMU of a host can take over a VM that runs in another one: the one
 * rule of it, for plans, checks, drift and the engine's own set-up. It is about the
 * QEMU that runs the VM, not about the package of the VM's host, which may have been
 * upgraded since.
 *
 * An older QEMU migrates to a newer one with the same versioned machine type, which
 * keeps the virtual hardware what it was; the other way is not promised. Pure.
 * Source: QEMU docs/devel/migration/compatibility.rst; hw/i386/pc_piix.c and
 * pc_q35.c for the names of machine types.
 */
#ifndef FT_PLAN_QEMU_FIT_H
#define FT_PLAN_QEMU_FIT_H

#include <stdbool.h>

#include "plan/findings.h"

enum ft_qemu_age {                  /* of one QEMU beside another */
                   FT_QEMU_UNKNOWN, /* a version is missing, or is none */
                   FT_QEMU_SAME,    /* to the last digit */
                   FT_QEMU_UPDATED, /* later, of the same series: 7.2.22 beside 7.2.13 */
                   FT_QEMU_NEWER, /* of a later series: 10.0.2 beside 7.2.13 */
                   FT_QEMU_OLDER, /* in any digit */
};

/* How the QEMU there is beside the one that runs: "7.2.22", micro may be missing. */
enum ft_qemu_age ft_qemu_age(const char *runs, const char *there);

/*
 * Whether a machine type means the same in every QEMU that has it: "pc-q35-7.2", but
 * not "q35", which is the newest one, nor "microvm", which has no versions.
 */
bool ft_qemu_machine_is_versioned(const char *machine);

struct ft_qemu_fit {
    enum ft_qemu_age age;
    enum ft_verdict verdict; /* never more than FT_WARN is a way to go */
    const char *why;         /* constant texts */
    const char *remedy;      /* what to do; "" where nothing is to be done */
};

/* runs: the QEMU that runs the VM; machine: the VM's type. Not NULL. */
struct ft_qemu_fit ft_qemu_fit(const char *runs, const char *there,
                               const char *machine);

#endif
