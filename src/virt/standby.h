/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The waiting domain: started paused with an incoming migration deferred,
 * later loaded from a stream of device state (its RAM was written before by
 * ft_process_memory_write), and run.
 *
 * Threads: thread safe; no callback. A failure of ft_standby_load leaves the
 * domain as QEMU left it (usually gone), but never running: the caller destroys
 * it. After a failure of ft_standby_run it may run all the same.
 */
#ifndef FT_VIRT_STANDBY_H
#define FT_VIRT_STANDBY_H

#include <stddef.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_standby_times { /* ns each step took */
    int64_t submit_ns;    /* memfd, getfd, migrate-incoming */
    int64_t load_ns;      /* until QEMU had loaded the state */
    int64_t start_ns;     /* virDomainResume */
    int64_t announce_ns;  /* announce-self */
};

/*
 * Starts the domain of xml (from ft_standby_xml) paused and waiting. *out is
 * a reference of the caller. An inactive persistent domain of the same uuid is
 * kept and shadowed; a running one is -EBUSY.
 */
int ft_standby_start(virConnectPtr conn, const char *xml, virDomainPtr *out,
                     struct ft_error *err);

/*
 * Loads stream (from ft_device_stream) of size bytes; the VM stands then, even
 * if somebody has told the waiting one to go on. Fails after timeout_ms. times
 * gets the steps done so far, also on failure.
 */
int ft_standby_load(virDomainPtr dom, const void *stream, size_t size,
                    int timeout_ms, struct ft_standby_times *times,
                    struct ft_error *err);

/* Runs what was loaded and makes its NICs announce their addresses. */
int ft_standby_run(virDomainPtr dom, struct ft_standby_times *times,
                   struct ft_error *err);

/* Repeats the announcement (gratuitous ARP / RARP); harmless. */
int ft_standby_announce(virDomainPtr dom, struct ft_error *err);

/* Destroys the domain; success also when it does not run. */
int ft_standby_destroy(virDomainPtr dom, struct ft_error *err);

#endif
