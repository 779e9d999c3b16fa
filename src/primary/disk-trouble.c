/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk of this host fails. QEMU tells the guest, or stops the VM; the standby's
 * disk is another one, so it goes on there from the last epoch that knows nothing
 * of the error, and what came after that was never let out.
 *
 * QEMU's events come in its order: once that of the VM's going on has come, so
 * has each error that the epoch can know of. Then nothing has to be asked; when
 * it does not come, or an error did, QEMU's counters tell.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "virt/loop.h"

#define EVENTS_MS 200                /* they come within one or two */
#define ANSWER_NS (15 * FT_NS_PER_S) /* until QEMU is dead */

int
ft_primary_begin_disks(struct ft_primary *p, struct ft_error *err)
{
    p->disks_suspect = false;
    return ft_disk_errors_ask(p->worker->dom, &p->domain, &p->disk_errors, err);
}

/* ---- who may go on ---- */

/* Control thread. */
static void
answer(struct ft_primary *p, enum ft_giving_up what)
{
    pthread_mutex_lock(&p->lock);
    p->giving_up = what;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void
give_up(void *opaque)
{
    struct ft_primary *p = opaque;
    struct ft_worker *w = p->worker;
    bool may;

    pthread_mutex_lock(&w->own_lock);
    may = ft_ownership_may_give_up(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    answer(p, may && ft_primary_give_vm_up(p, "disk-error", p->disk_trouble)
                  ? FT_GIVING_UP
                  : FT_GIVING_UP_REFUSED);
}

/* 0: it may not be. Waits until it has ended, or the machine has other news. */
static int
ask_to_give_up(struct ft_primary *p, struct ft_error *err)
{
    int64_t until = ft_clock_ns() + ANSWER_NS;
    bool given, over = true;

    pthread_mutex_lock(&p->lock);
    p->giving_up = FT_GIVING_UP_ASKED;
    pthread_mutex_unlock(&p->lock);
    if (ft_loop_post(give_up, p))
        answer(p, FT_GIVING_UP_REFUSED);
    pthread_mutex_lock(&p->lock);
    while (p->giving_up == FT_GIVING_UP_ASKED)
        ft_primary_wait(p, INT64_MAX); /* the control thread always answers */
    given = p->giving_up == FT_GIVING_UP;
    while (given && !(over = p->vm_ended || ft_primary_must_stop(p)) &&
           ft_clock_ns() < until)
        ft_primary_wait(p, until);
    pthread_mutex_unlock(&p->lock);
    if (!over)
        return ft_fail(err, EIO, NULL, "%s, and QEMU could not be ended",
                       p->disk_trouble);
    return given ? -ECANCELED : 0;
}

/* ---- what happened ---- */

static const char *
self_name(const struct ft_primary *p)
{
    const struct ft_worker *w = p->worker;

    return w->config.hosts[w->config.self].name;
}

/* By QEMU's counters; 1: p->disk_trouble says which disk. */
static int
look_at_counters(struct ft_primary *p, struct ft_disk_errors *now,
                 struct ft_error *err)
{
    const struct ft_vm_disk *disk;
    int rc = ft_disk_errors_ask(p->worker->dom, &p->domain, now, err);

    if (rc)
        return rc;
    disk = ft_disk_errors_first(&p->domain, &p->disk_errors, now);
    if (!disk)
        return 0;
    snprintf(p->disk_trouble, sizeof(p->disk_trouble),
             "disk %s fails on %s (%.160s)", disk->target, self_name(p),
             disk->source);
    return 1;
}

/* 1: a disk failed; now: what the counters say, or said. */
static int
find_trouble(struct ft_primary *p, enum ft_run_state run,
             struct ft_disk_errors *now, struct ft_error *err)
{
    enum ft_saver_disks told = FT_SAVER_DISKS_UNKNOWN;

    if (run == FT_RUN_RUNS)
        told = ft_saver_look_at_disks(p->saver, p->held ? 0 : EVENTS_MS);
    if (told == FT_SAVER_DISKS_GOOD && !p->disks_suspect)
        return 0;
    *now = p->disk_errors;
    if (told != FT_SAVER_DISKS_STOPPED && run != FT_RUN_IO_ERROR)
        return look_at_counters(p, now, err);
    snprintf(p->disk_trouble, sizeof(p->disk_trouble),
             "a disk fails on %s, for which QEMU stops the VM", self_name(p));
    return 1;
}

int
ft_primary_check_disks(struct ft_primary *p, enum ft_run_state run,
                       struct ft_error *err)
{
    struct ft_disk_errors now;
    int rc = find_trouble(p, run, &now, err);

    if (rc <= 0) {
        p->disks_suspect = rc < 0;
        return rc;
    }
    p->disks_suspect = true;
    rc = ask_to_give_up(p, err);
    if (rc)
        return rc;
    ft_worker_note(p->worker, "crit", "disk-error",
                   "%s: %s, and no standby can go on: the guest sees it",
                   p->worker->config.vm, p->disk_trouble);
    p->disk_errors = now;
    p->disks_suspect = false;
    return 0;
}
