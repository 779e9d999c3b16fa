/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's own account of how long the VM stood: the time stamps of its STOP and
 * RESUME events, which libvirt passes on.
 *
 * Threads: the callback runs in libvirt's event loop (which must run), the
 * other functions in any one thread. Source: qapi/run-state.json,
 * virConnectDomainQemuMonitorEventRegister.
 */
#ifndef FT_QEMU_STOP_EVENTS_H
#define FT_QEMU_STOP_EVENTS_H

#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_stop_events;

/* conn brings the events of dom, which may be of another connection; not owned. */
int ft_stop_events_open(virConnectPtr conn, virDomainPtr dom,
                        struct ft_stop_events **out, struct ft_error *err);

/* ns of the last complete stop and resume; 0 when none is known yet. */
int64_t ft_stop_events_pause_ns(struct ft_stop_events *events);

void ft_stop_events_close(struct ft_stop_events *events);

#endif
