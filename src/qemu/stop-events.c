/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/stop-events.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt-qemu.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "virt/qmp.h"
#include "virt/vm.h"

struct ft_stop_events {
    virConnectPtr conn;
    int callback;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t stopped_ns; /* QEMU's clock; 0 while it runs */
    int64_t resumed_ns; /* the same; the last time */
    unsigned resumes;
    int64_t pause_ns;
    struct ft_disk_events disks;
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
    pthread_cond_destroy(&events->changed);
    pthread_mutex_destroy(&events->lock);
    free(events);
}

/* The policy of the device says what became of the request (qapi/block.json). */
static void
count_disk_error(struct ft_disk_events *disks, const char *details)
{
    FT_AUTOJSON json_t *json = NULL;
    const char *action;

    if (!details || ft_json_parse(details, strlen(details), &json, NULL))
        return;
    action = ft_json_string(json, "action", "");
    disks->reported += strcmp(action, "report") == 0;
    disks->stopped += strcmp(action, "stop") == 0;
}

static void
on_event(virConnectPtr conn, virDomainPtr dom, const char *event,
         long long seconds, unsigned micros, const char *details, void *opaque)
{
    struct ft_stop_events *events = opaque;
    int64_t at = seconds * FT_NS_PER_S + micros * FT_NS_PER_US;

    (void)conn;
    (void)dom;
    pthread_mutex_lock(&events->lock);
    if (strcmp(event, "STOP") == 0) {
        events->stopped_ns = at;
    } else if (strcmp(event, "RESUME") == 0) {
        if (events->stopped_ns)
            events->pause_ns = at - events->stopped_ns;
        events->stopped_ns = 0;
        events->resumed_ns = at;
        events->resumes++;
        pthread_cond_broadcast(&events->changed);
    } else {
        count_disk_error(&events->disks, details);
    }
    pthread_mutex_unlock(&events->lock);
}

int
ft_stop_events_open(virConnectPtr conn, virDomainPtr dom,
                    struct ft_stop_events **out, struct ft_error *err)
{
    struct ft_stop_events *events = calloc(1, sizeof(*events));
    pthread_condattr_t monotonic;
    virDomainPtr ours;

    *out = NULL;
    if (!events)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    pthread_mutex_init(&events->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&events->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    events->references = 2;
    events->conn = conn;
    events->callback = -1;
    ours = ft_vm_by(conn, dom);
    if (ours) {
        events->callback = virConnectDomainQemuMonitorEventRegister(
            conn, ours, "^(STOP|RESUME|BLOCK_IO_ERROR)$", on_event, events,
            unreference, VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX);
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

struct ft_stop_mark
ft_stop_events_mark(struct ft_stop_events *events)
{
    struct ft_stop_mark mark;

    /* events have microseconds */
    mark.real_ns = ft_clock_realtime_ns() / FT_NS_PER_US * FT_NS_PER_US;
    pthread_mutex_lock(&events->lock);
    mark.resumes = events->resumes;
    pthread_mutex_unlock(&events->lock);
    return mark;
}

/* Called locked. A count alone may be late, and the clock may be set. */
static bool
has_resumed(const struct ft_stop_events *events, const struct ft_stop_mark *mark)
{
    return events->resumes != mark->resumes &&
           events->resumed_ns >= mark->real_ns;
}

bool
ft_stop_events_until_resume(struct ft_stop_events *events,
                            const struct ft_stop_mark *mark,
                            int64_t deadline_ns, struct ft_disk_events *disks)
{
    struct timespec until = { deadline_ns / FT_NS_PER_S,
                              deadline_ns % FT_NS_PER_S };
    bool seen;
    int rc = 0;

    pthread_mutex_lock(&events->lock);
    while (!has_resumed(events, mark) && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&events->changed, &events->lock, &until);
    seen = has_resumed(events, mark);
    *disks = events->disks;
    pthread_mutex_unlock(&events->lock);
    return seen;
}

void
ft_stop_events_close(struct ft_stop_events *events)
{
    if (!events)
        return;
    virConnectDomainQemuMonitorEventDeregister(events->conn, events->callback);
    unreference(events);
}
