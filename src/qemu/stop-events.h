/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's own account of how long the VM stood: the time stamps of its STOP and
 * RESUME events, which libvirt passes on; and of errors of its disks. Events
 * come in QEMU's order, so who has seen a RESUME has seen each error before it.
 *
 * Threads: the callback runs in libvirt's event loop (which must run), the
 * other functions in any one thread. Source: qapi/run-state.json,
 * virConnectDomainQemuMonitorEventRegister.
 */
#ifndef FT_QEMU_STOP_EVENTS_H
#define FT_QEMU_STOP_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_stop_events;

struct ft_disk_events { /* how often, since the events were opened */
    unsigned reported;  /* a request failed, and the guest was told */
    unsigned stopped;   /* ... and the VM is stopped instead */
};

/* conn brings the events of dom, which may be of another connection; not owned. */
int ft_stop_events_open(virConnectPtr conn, virDomainPtr dom,
                        struct ft_stop_events **out, struct ft_error *err);

/* ns of the last complete stop and resume; 0 when none is known yet. */
int64_t ft_stop_events_pause_ns(struct ft_stop_events *events);

/* What tells the RESUME of a stop from those before: taken before the stop. */
struct ft_stop_mark {
    int64_t real_ns; /* CLOCK_REALTIME, as QEMU stamps events */
    unsigned resumes;
};

struct ft_stop_mark ft_stop_events_mark(struct ft_stop_events *events);

/*
 * Waits for a RESUME after mark, until deadline_ns (CLOCK_MONOTONIC), and gets
 * the errors so far. False: it did not come, so an error before it may not have
 * come either.
 */
bool ft_stop_events_until_resume(struct ft_stop_events *events,
                                 const struct ft_stop_mark *mark,
                                 int64_t deadline_ns,
                                 struct ft_disk_events *disks);

void ft_stop_events_close(struct ft_stop_events *events);

#endif
