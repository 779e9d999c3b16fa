/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/gate-plug.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <linux/rtnetlink.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/priority.h"
#include "gate/plug-nic.h"

#define LOOK_MS 1       /* for output that is not known of */
#define REPAIR_MS 100   /* between two tries */
#define OTHERS_MS 1000  /* for what others put there and no event tells of */
#define LEFTOVER_MS 500 /* for a dead worker's frames to leave */

struct ft_gate_plug {
    struct ft_netlink net;    /* requests */
    struct ft_netlink events; /* what others do */
    ft_gate_wake wake;
    void *opaque;
    pthread_t thread;
    bool has_thread;
    int poke_fd;          /* eventfd: look again */
    pthread_mutex_t lock; /* of all */
    uint64_t mark;        /* given last */
    int64_t others_ns;    /* when others were looked for last */
    bool open, waking, ending;
    size_t n_nics;
    struct ft_plug_nic nics[FT_VM_NICS_MAX];
};

/* ----- under the lock ----- */

/* A link event of a device that has just been made may be missed. */
static void
choose_events(struct ft_gate_plug *gate)
{
    int indices[2 * FT_VM_NICS_MAX];
    size_t i, n = 0;

    for (i = 0; i < gate->n_nics; i++) {
        indices[n++] = gate->nics[i].path.tap_index;
        indices[n++] = gate->nics[i].path.ifb_index;
    }
    ft_netlink_hear_only(&gate->events, gate->net.port, indices, n);
}

static void
on_event(const struct nlmsghdr *header, void *opaque)
{
    struct ft_gate_plug *gate = opaque;
    size_t i;

    if (header->nlmsg_pid == gate->net.port) /* from before choose_events */
        return;
    for (i = 0; i < gate->n_nics; i++) {
        struct ft_plug_nic *nic = &gate->nics[i];

        switch (ft_plug_path_judge(&nic->path, header)) {
        case FT_PLUG_EVENT_BROKEN:
            nic->broken = true;
            nic->lost = false;
            break;
        case FT_PLUG_EVENT_SUPERSEDED:
            nic->claimed = true;
            break;
        case FT_PLUG_EVENT_GONE:
            nic->gone = true;
            break;
        case FT_PLUG_EVENT_OTHERS:
            nic->doubted = true;
            break;
        case FT_PLUG_EVENT_NONE:
            break;
        }
    }
}

/*
 * Events that were lost may have been any. One of another gate's plug may be from
 * before ours was made.
 */
static void
hear(struct ft_gate_plug *gate)
{
    bool lost = ft_netlink_events(&gate->events, on_event, gate) < 0;
    struct ft_traffic_qdisc plug;
    size_t i;

    for (i = 0; i < gate->n_nics; i++) {
        struct ft_plug_nic *nic = &gate->nics[i];

        nic->lost |= lost && !nic->broken;
        nic->broken |= lost;
        nic->doubted |= lost;
        if (nic->claimed &&
            ft_plug_path_look(&gate->net, &nic->path, &plug, NULL) < 0)
            nic->superseded = true;
        nic->claimed = false;
    }
}

/* True when some could not be. */
static bool
repair_all(struct ft_gate_plug *gate)
{
    bool still = false, repaired = false;
    size_t i;

    for (i = 0; i < gate->n_nics; i++) {
        struct ft_plug_nic *nic = &gate->nics[i];

        if (!nic->broken || !ft_plug_nic_is_ours(nic))
            continue;
        ft_plug_nic_repair(&gate->net, nic);
        repaired = true;
        still |= nic->broken && ft_plug_nic_is_ours(nic);
    }
    if (repaired)
        choose_events(gate);
    return still;
}

/*
 * After an event, and once in a while; what an open gate has before it does no
 * harm. An idle filter is told of all the same, once the gate is closed.
 */
static void
look_for_others(struct ft_gate_plug *gate)
{
    int64_t now = ft_clock_ns();
    bool due = !gate->open && now - gate->others_ns >= OTHERS_MS * FT_NS_PER_MS;
    size_t i;

    if (due)
        gate->others_ns = now;
    for (i = 0; i < gate->n_nics; i++) {
        struct ft_plug_nic *nic = &gate->nics[i];

        if (due || nic->doubted)
            ft_plug_nic_look_for_others(&gate->net, nic);
        nic->doubted = false;
    }
}

/* True when the owner must be told of a frame that no mark covers. */
static bool
look_for_output(struct ft_gate_plug *gate)
{
    bool found = false;
    size_t i;

    if (gate->open || gate->waking)
        return false;
    for (i = 0; i < gate->n_nics; i++)
        found |= ft_plug_nic_note_sent(&gate->net, &gate->nics[i]);
    gate->waking = found;
    return found;
}

/* What an order has broken the thread repairs. */
static void
leave_repairs(struct ft_gate_plug *gate)
{
    size_t i;

    for (i = 0; i < gate->n_nics; i++)
        if (gate->nics[i].broken)
            eventfd_write(gate->poke_fd, 1);
}

static void *
run(void *opaque)
{
    struct ft_gate_plug *gate = opaque;
    struct pollfd fds[] = {
        { nl_socket_get_fd(gate->events.socket), POLLIN, 0 },
        { gate->poke_fd, POLLIN, 0 },
    };
    int timeout_ms = LOOK_MS;

    ft_priority_brisk();
    pthread_setname_np(pthread_self(), "gate-plug");
    pthread_mutex_lock(&gate->lock);
    while (!gate->ending) {
        eventfd_t count;
        bool wake;

        pthread_mutex_unlock(&gate->lock);
        poll(fds, 2, timeout_ms);
        pthread_mutex_lock(&gate->lock);
        eventfd_read(gate->poke_fd, &count);
        hear(gate);
        look_for_others(gate);
        timeout_ms = repair_all(gate) ? REPAIR_MS : gate->open ? -1 : LOOK_MS;
        wake = look_for_output(gate);
        pthread_mutex_unlock(&gate->lock);
        if (wake && gate->wake)
            gate->wake(gate->opaque);
        pthread_mutex_lock(&gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
    return NULL;
}

/* ----- set up and taken down ----- */

static void
stop_thread(struct ft_gate_plug *gate)
{
    if (!gate->has_thread)
        return;
    pthread_mutex_lock(&gate->lock);
    gate->ending = true;
    eventfd_write(gate->poke_fd, 1);
    pthread_mutex_unlock(&gate->lock);
    pthread_join(gate->thread, NULL);
    gate->has_thread = gate->ending = false;
}

static void
dispose(struct ft_gate_plug *gate)
{
    size_t i;

    stop_thread(gate);
    for (i = 0; i < gate->n_nics; i++)
        ft_cleanup_close(&gate->nics[i].counter_fd);
    ft_netlink_close(&gate->net);
    ft_netlink_close(&gate->events);
    ft_cleanup_close(&gate->poke_fd);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}

static int
open_sockets(struct ft_gate_plug *gate, struct ft_error *err)
{
    int rc = ft_netlink_open(&gate->net, NETLINK_ROUTE, err);

    if (rc == 0)
        rc = ft_netlink_open(&gate->events, NETLINK_ROUTE, err);
    if (rc < 0)
        return rc;
    nl_socket_set_nonblocking(gate->events.socket);
    if (nl_socket_add_memberships(gate->events.socket, RTNLGRP_LINK, RTNLGRP_TC,
                                  0) < 0)
        return ft_fail(err, EIO, NULL, "cannot hear of changes by rtnetlink");
    gate->poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return gate->poke_fd < 0
               ? ft_fail(err, errno, NULL, "eventfd: %s", strerror(errno))
               : 0;
}

static int
add_all(struct ft_gate_plug *gate, const struct ft_vm_nic *nics, size_t n,
        size_t limit, struct ft_error *err)
{
    int rc = open_sockets(gate, err);
    bool begun;
    size_t i;

    for (i = 0; i < n && rc == 0; i++) {
        rc = ft_plug_nic_begin(&gate->net, &gate->nics[i], &nics[i],
                               (uint32_t)(limit / n), &begun, err);
        gate->n_nics += begun; /* to be undone */
    }
    if (rc < 0)
        return rc;
    choose_events(gate);
    ft_plug_path_sweep(&gate->net);
    rc = pthread_create(&gate->thread, NULL, run, gate);
    if (rc)
        return ft_fail(err, rc, NULL, "thread: %s", strerror(rc));
    gate->has_thread = true;
    return 0;
}

int
ft_gate_plug_attach(const struct ft_vm_nic *nics, size_t n, size_t limit,
                    ft_gate_wake wake, void *opaque, struct ft_gate_plug **out,
                    struct ft_error *err)
{
    struct ft_gate_plug *gate = calloc(1, sizeof(*gate));
    int rc;

    *out = NULL;
    if (!gate)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    pthread_mutex_init(&gate->lock, NULL);
    gate->poke_fd = -1;
    gate->wake = wake;
    gate->opaque = opaque;
    rc = add_all(gate, nics, n, limit, err);
    if (rc < 0)
        ft_gate_plug_undo(gate);
    else
        *out = gate;
    return rc;
}

void
ft_gate_plug_undo(struct ft_gate_plug *gate)
{
    size_t i;

    if (!gate)
        return;
    stop_thread(gate);
    for (i = 0; i < gate->n_nics; i++)
        if (!gate->nics[i].existed)
            ft_plug_path_remove(&gate->net, &gate->nics[i].path, LEFTOVER_MS,
                                NULL);
    dispose(gate);
}

/* ----- used ----- */

uint64_t
ft_gate_plug_mark(struct ft_gate_plug *gate)
{
    uint64_t mark;
    size_t i;

    pthread_mutex_lock(&gate->lock);
    mark = ++gate->mark;
    gate->waking = false;
    for (i = 0; i < gate->n_nics; i++)
        ft_plug_nic_mark(&gate->net, &gate->nics[i]);
    leave_repairs(gate);
    pthread_mutex_unlock(&gate->lock);
    return mark;
}

void
ft_gate_plug_release(struct ft_gate_plug *gate, uint64_t mark)
{
    size_t i;

    pthread_mutex_lock(&gate->lock);
    hear(gate); /* of a plug that was emptied the counts are wrong */
    for (i = 0; i < gate->n_nics; i++)
        ft_plug_nic_release(&gate->net, &gate->nics[i], mark);
    leave_repairs(gate);
    pthread_mutex_unlock(&gate->lock);
}

void
ft_gate_plug_set_open(struct ft_gate_plug *gate, bool open)
{
    size_t i;

    pthread_mutex_lock(&gate->lock);
    gate->open = open;
    gate->waking = false;
    for (i = 0; i < gate->n_nics; i++)
        ft_plug_nic_open(&gate->net, &gate->nics[i], open);
    eventfd_write(gate->poke_fd, 1);
    pthread_mutex_unlock(&gate->lock);
}

void
ft_gate_plug_stats(struct ft_gate_plug *gate, struct ft_gate_stats *stats)
{
    size_t i;

    pthread_mutex_lock(&gate->lock);
    for (i = 0; i < gate->n_nics; i++)
        ft_plug_nic_stats(&gate->net, &gate->nics[i], stats);
    pthread_mutex_unlock(&gate->lock);
}

/* ----- ended ----- */

int
ft_gate_plug_detach(struct ft_gate_plug **gate, int timeout_ms,
                    struct ft_error *err)
{
    struct ft_gate_plug *g = *gate;
    bool stays = false;
    int first = 0;
    size_t i;

    if (!g)
        return 0;
    ft_gate_plug_set_open(g, true);
    stop_thread(g); /* it would lay again what is taken away */
    for (i = 0; i < g->n_nics; i++) {
        int rc = 0;

        if (!g->nics[i].superseded)
            rc = ft_plug_path_remove(&g->net, &g->nics[i].path, timeout_ms,
                                     first ? NULL : err);
        stays |= rc < 0 && rc != -ETIMEDOUT;
        first = first ? first : rc;
    }
    if (!stays) {
        dispose(g);
        *gate = NULL;
    }
    return first;
}

void
ft_gate_plug_abandon(struct ft_gate_plug *gate)
{
    if (gate)
        dispose(gate);
}

int
ft_gate_plug_remove_leftovers(const struct ft_vm_nic *nics, size_t n,
                              unsigned *removed, struct ft_error *err)
{
    struct ft_netlink net;
    int first = ft_netlink_open(&net, NETLINK_ROUTE, err);
    size_t i;

    if (first < 0)
        return first;
    for (i = 0; i < n; i++) {
        struct ft_plug_path path;
        bool ours;
        int rc;

        if (!nics[i].tap[0] ||
            ft_plug_path_find(&net, nics[i].tap, 0, &path, NULL) < 0)
            continue;
        ours = ft_plug_path_is_laid(&net, &path);
        if (!ours && (path.root || !path.ifb_index))
            continue;
        rc = ft_plug_path_remove(&net, &path, LEFTOVER_MS, first ? NULL : err);
        first = first ? first : rc;
        *removed += ours;
    }
    ft_plug_path_sweep(&net);
    ft_netlink_close(&net);
    return first == -ETIMEDOUT ? 0 : first;
}
