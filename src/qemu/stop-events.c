/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/stop-events.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt-qemu.h>

#include "base/clock.h"
#include "virt/qmp.h"
#include "virt/vm.h"

struct ft_stop_events {
    virConnectPtr conn;
    int callback;
    pthread_mutex_t lock;
    int64_t stopped_ns; /* QEMU's clock; 0 while it runs */
    int64_t pause_ns;
    unsigned references; /* ours and the callback's */
};

static void
unreference(void *opaque)
{
    struct ft_stop_events *events = opaque;
    bool last;

    pthread_mutex_lock(&events->lock);
    last = --events->references == 0;
    pthread_mutex_unlock(&events->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&events->lock);
    free(events);
}

static void
on_event(virConnectPtr conn, virDomainPtr dom, const char *event,
         long long seconds, unsigned micros, const char *details, void *opaque)
{
    struct ft_stop_events *events = opaque;
    int64_t at = seconds * FT_NS_PER_S + micros * FT_NS_PER_US;

    (void)conn;
    (void)dom;
    (void)details;
    pthread_mutex_lock(&events->lock);
    if (strcmp(event, "STOP") == 0) {
        events->stopped_ns = at;
    } else if (strcmp(event, "RESUME") == 0 && events->stopped_ns) {
        events->pause_ns = at - events->stopped_ns;
        events->stopped_ns = 0;
    }
    pthread_mutex_unlock(&events->lock);
}

int
ft_stop_events_open(virConnectPtr conn, virDomainPtr dom,
                    struct ft_stop_events **out, struct ft_error *err)
{
    struct ft_stop_events *events = calloc(1, sizeof(*events));
    virDomainPtr ours;

    *out = NULL;
    if (!events)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    pthread_mutex_init(&events->lock, NULL);
    events->references = 2;
    events->conn = conn;
    events->callback = -1;
    ours = ft_vm_by(conn, dom);
    if (ours) {
        events->callback = virConnectDomainQemuMonitorEventRegister(
            conn, ours, "^(STOP|RESUME)$", on_event, events, unreference,
            VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX);
        virDomainFree(ours);
    }
    if (events->callback < 0) {
        events->references = 1;
        unreference(events);
        return ft_virt_fail(err, EIO, NULL, "QEMU's events");
    }
    *out = events;
    return 0;
}

int64_t
ft_stop_events_pause_ns(struct ft_stop_events *events)
{
    int64_t pause;

    pthread_mutex_lock(&events->lock);
    pause = events->pause_ns;
    pthread_mutex_unlock(&events->lock);
    return pause;
}

void
ft_stop_events_close(struct ft_stop_events *events)
{
    if (!events)
        return;
    virConnectDomainQemuMonitorEventDeregister(events->conn, events->callback);
    unreference(events);
}
