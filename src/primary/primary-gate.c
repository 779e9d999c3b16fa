/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The primary's output gate, as its three threads use it. */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "primary/primary-private.h"

#define GATE_DRAIN_MS 500

static void
on_output_held(void *opaque)
{
    ft_primary_wake(opaque);
}

int
ft_primary_attach_gate(struct ft_primary *p, struct ft_error *err)
{
    const struct ft_vm *d = &p->domain;
    struct ft_gate *fresh = NULL;
    int rc = 0;

    pthread_mutex_lock(&p->gate_lock);
    if (!p->gate || p->gate_pid != d->pid || p->gate_nics != d->n_nics) {
        rc = ft_gate_attach(p->worker->dom, d->nics, d->n_nics, FT_GATE_LIMIT,
                            on_output_held, p, &fresh, err);
        if (!rc) {
            if (p->gate)
                ft_gate_abandon(p->gate);
            p->gate = fresh;
            p->gate_pid = d->pid;
            p->gate_nics = d->n_nics;
            ft_gate_set_open(fresh, p->gate_open);
        }
    }
    pthread_mutex_unlock(&p->gate_lock);
    return rc;
}

void
ft_primary_detach_gate(struct ft_primary *p)
{
    struct ft_error err = FT_ERROR_INIT;

    pthread_mutex_lock(&p->gate_lock);
    if (ft_gate_detach(&p->gate, GATE_DRAIN_MS, &err))
        ft_log_error(&err, "removing the output gate");
    if (p->gate)
        p->gate_pid = 0; /* half out: another sync makes its own */
    pthread_mutex_unlock(&p->gate_lock);
}

/* It is not for the lack of a try, which a libvirt that is gone makes futile. */
static int
can_detach(const struct ft_primary *p)
{
    return virConnectIsAlive(p->worker->conn) == 1;
}

void
ft_primary_drop_open_gate(struct ft_primary *p)
{
    int open;

    pthread_mutex_lock(&p->gate_lock);
    open = p->gate_open;
    pthread_mutex_unlock(&p->gate_lock);
    if (open && can_detach(p))
        ft_primary_detach_gate(p);
}

int64_t
ft_primary_held_since(struct ft_primary *p)
{
    struct ft_gate_stats stats = { 0 };

    pthread_mutex_lock(&p->gate_lock);
    if (p->gate)
        ft_gate_stats(p->gate, &stats);
    pthread_mutex_unlock(&p->gate_lock);
    return stats.held_packets ? ft_clock_ns() - stats.oldest_ns
                              : FT_TRIGGER_NEVER;
}

void
ft_primary_mark_epoch(struct ft_primary *p, uint64_t epoch)
{
    pthread_mutex_lock(&p->gate_lock);
    p->marks[epoch & 3].epoch = epoch;
    p->marks[epoch & 3].mark = p->gate ? ft_gate_mark(p->gate) : 0;
    pthread_mutex_unlock(&p->gate_lock);
}

static void
note_held(struct ft_primary *p, const struct ft_gate_stats *held)
{
    double age = (double)held->oldest_ns / FT_NS_PER_MS;

    ft_figures_add_all(&p->worker->figures,
                       (struct ft_figure[]){
                           { FT_METRIC_HELD_PACKETS, (double)held->held_packets },
                           { FT_METRIC_HELD_BYTES, (double)held->held_bytes },
                           { FT_METRIC_HELD_AGE, held->held_packets ? age : -1 },
                       },
                       3);
}

void
ft_primary_release_epoch(struct ft_primary *p, uint64_t epoch)
{
    struct ft_gate_stats held = { 0 };

    pthread_mutex_lock(&p->gate_lock);
    if (p->gate && p->marks[epoch & 3].epoch == epoch) {
        ft_gate_stats(p->gate, &held);
        ft_gate_release(p->gate, p->marks[epoch & 3].mark);
    }
    pthread_mutex_unlock(&p->gate_lock);
    note_held(p, &held);
}

void
ft_primary_set_gate(struct ft_primary *p, int open)
{
    struct ft_error err = FT_ERROR_INIT;
    int idle;

    pthread_mutex_lock(&p->gate_lock);
    p->gate_open = open;
    if (p->gate)
        ft_gate_set_open(p->gate, open);
    else if (open && p->worker->dom &&
             ft_gate_remove_leftovers(p->worker->dom, NULL, &err))
        ft_log_error(&err, "opening a gate that an earlier worker left");
    pthread_mutex_unlock(&p->gate_lock);
    pthread_mutex_lock(&p->lock);
    idle = !p->busy;
    pthread_mutex_unlock(&p->lock);
    if (open && idle && can_detach(p))
        ft_primary_detach_gate(p);
}

static void
tell_broken(struct ft_primary *p, const struct ft_gate_stats *stats)
{
    const char *vm = p->worker->config.vm;

    if (stats->bypassed)
        ft_worker_note(p->worker, "crit", "gate-broken",
                       "%s: output may leave before it is committed: %s; the VM "
                       "goes on without a copy as long as that is there",
                       vm, stats->others);
    else
        ft_worker_note(p->worker, "crit", "gate-broken",
                       "%s: what a NIC sends is not held any more: %s; the copy "
                       "is made anew behind a new one",
                       vm,
                       stats->others[0] ? stats->others
                                        : "a part of its gate was taken away");
}

static void
tell_news(struct ft_primary *p, unsigned news, const struct ft_gate_stats *stats)
{
    const char *vm = p->worker->config.vm;

    if (news & FT_GATE_NEWS_REPAIRED)
        ft_worker_note(p->worker, "warn", "gate-repaired",
                       "%s: somebody changed what holds the output of a NIC (ip "
                       "monitor and tc monitor show who is at it); it was laid "
                       "anew, closed: what was held is lost, as on a cable, and "
                       "some may have left uncommitted",
                       vm);
    if (news & FT_GATE_NEWS_OTHERS)
        ft_worker_note(p->worker, "warn", "gate-others", "%s: %s", vm,
                       stats->others);
    if (news & (FT_GATE_NEWS_BROKEN | FT_GATE_NEWS_BYPASSED))
        tell_broken(p, stats);
}

void
ft_primary_watch_gate(struct ft_primary *p)
{
    struct ft_gate_stats stats = { 0 };
    unsigned news;
    bool holds;

    pthread_mutex_lock(&p->gate_lock);
    holds = p->gate && !p->gate_open;
    if (holds)
        ft_gate_stats(p->gate, &stats);
    pthread_mutex_unlock(&p->gate_lock);
    news = ft_gate_watch_look(&p->gate_watch, holds ? &stats : NULL,
                              ft_clock_ns());
    tell_news(p, news, &stats);
    if (!(news & (FT_GATE_NEWS_BROKEN | FT_GATE_NEWS_BYPASSED)))
        return;
    pthread_mutex_lock(&p->gate_lock);
    p->gate_pid = 0;
    pthread_mutex_unlock(&p->gate_lock);
    ft_primary_set_flag(p, &p->gate_broken, 1);
}
