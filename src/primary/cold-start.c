/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM that no copy runs of boots from this host's disks. */
#include "config.h"

#include <stdlib.h>

#include <libvirt/virterror.h>

#include "base/clock.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "virt/loop.h"
#include "worker/worker-disks.h"

/* Who asks waits 120 s (protect/start.c); a start that does not begin is told. */
#define BEGIN_NS (30 * FT_NS_PER_S)
#define BOOT_NS (100 * FT_NS_PER_S)

struct start {
    struct ft_worker *worker;
    bool other;       /* somebody else has started it */
    virDomainPtr dom; /* found meanwhile, when the worker had none; or NULL */
    struct ft_error err;
    int rc;
};

static bool
runs(virDomainPtr dom)
{
    return virDomainIsActive(dom) == 1;
}

/* Somebody else may have been faster; an error is the one of our own try. */
static void
fail_unless_it_runs(struct start *start, virDomainPtr dom)
{
    ft_fail(&start->err, EIO, "virsh start says the same; mend what it names.",
            "%s cannot be started: %s", start->worker->config.vm,
            virGetLastErrorMessage());
    start->other = runs(dom);
    start->rc = start->other ? 0 : -EIO;
}

/* Off the control thread: the hook is asked, and QEMU takes its time. */
static void
boot(void *opaque)
{
    struct start *start = opaque;
    struct ft_worker *w = start->worker;
    virDomainPtr dom = w->dom;

    if (!dom) {
        start->rc =
            ft_vm_find(w->conn, w->config.vm_uuid, &start->dom, &start->err);
        dom = start->dom;
    }
    if (start->rc)
        return;
    if (!dom)
        start->rc =
            ft_fail(&start->err, ENOENT,
                    "Define it again (virsh define); its disks are "
                    "here.",
                    "libvirt on this host does not know %s", w->config.vm);
    else if (runs(dom))
        start->other = true;
    else if (ft_worker_settle_disks(w, dom, &start->err))
        start->rc = -EIO;
    else if (virDomainCreate(dom) < 0)
        fail_unless_it_runs(start, dom);
}

static void
booted(void *opaque)
{
    struct start *start = opaque;
    struct ft_worker *w = start->worker;
    struct ft_primary *p = w->side_data;

    p->booting = false;

    if (start->dom) {
        w->dom = start->dom;
        ft_primary_watch_vm(p);
    }
    if (start->rc) {
        ft_worker_set_problem(w, &start->err);
        ft_worker_note(w, "crit", "cold-start-failed", "%s", start->err.text);
    } else {
        ft_worker_set_problem(w, NULL);
        if (w->state.unsettled) {
            ft_worker_disks_settled(w);
            ft_worker_persist(w);
        }
        if (!start->other)
            ft_worker_note(w, "warn", "cold-start",
                           "no copy of %s ran: it was started again here, from "
                           "its disks of generation %llu",
                           w->config.vm,
                           (unsigned long long)w->state.record.generation);
    }
    ft_worker_event_kind(w, start->rc ? FT_EVENT_START_FAILED
                                      : FT_EVENT_VM_STARTED);
    if (start->rc)
        ft_worker_reply(w, &w->start, NULL, &start->err);
    else
        ft_worker_reply_started(w, w->config.hosts[w->config.self].name,
                                start->other ? "other" : "engine");
    free(start);
}

void
ft_primary_start_vm(struct ft_primary *p)
{
    struct start *start;

    while (!(start = calloc(1, sizeof(*start))))
        ft_clock_sleep(10 * FT_NS_PER_MS);
    start->worker = p->worker;
    p->booting = true;
    while (ft_loop_async(boot, booted, start))
        ft_clock_sleep(10 * FT_NS_PER_MS);
}

/* What stands in the way of a start on this host; 0: nothing. */
static int
may_start(struct ft_worker *w, const struct ft_ownership *own, bool force,
          struct ft_error *err)
{
    const char *vm = w->config.vm, *peer = ft_worker_peer_name(w);
    const char *self = w->config.hosts[w->config.self].name;

    if (own->vm == FT_VM_RUNNING || own->vm == FT_VM_STOPPED)
        return ft_fail(err, EALREADY, NULL, "%s is not down on %s", vm, self);
    if (own->linked || !own->record.peer_may_take_over)
        return force && own->record.peer_may_take_over
                   ? ft_fail(err, EBUSY, "Ask again without --discard-newer.",
                             "%s answers, and has nothing newer that it would "
                             "not hand over",
                             peer)
                   : 0;
    if (force)
        return 0;
    return ft_fail(err, EPERM,
                   "Bring that host back and the VM starts by itself, on the "
                   "newest data. Where it is lost: ftadmin start --on "
                   "HOST --discard-newer.",
                   "%s is not started on %s: %s may hold newer data of it "
                   "(%s)",
                   vm, self, peer, ft_ownership_reason_text(w->reason));
}

int
ft_primary_start_asked(struct ft_worker *w, bool force, struct ft_asker asker,
                       struct ft_error *err)
{
    struct ft_ownership own;
    int rc;

    if (w->start.client)
        return ft_fail(err, EBUSY, NULL, "%s is being started", w->config.vm);
    pthread_mutex_lock(&w->own_lock);
    own = w->own;
    pthread_mutex_unlock(&w->own_lock);
    rc = may_start(w, &own, force, err);
    if (rc)
        return rc;
    w->start = asker;
    w->start_asked_ns = ft_clock_ns();
    if (force)
        ft_worker_note(w, "crit", "newer-discarded",
                       "the administrator starts %s here, whatever newer data "
                       "%s may hold",
                       w->config.vm, ft_worker_peer_name(w));
    ft_worker_event(w, &(struct ft_ownership_event){
                           .kind = FT_EVENT_START_ASKED, .force = force });
    return 0;
}

/* Why who asked for a start waits no longer, though none has begun. */
static int
why_not(struct ft_worker *w, enum ft_start_progress progress,
        struct ft_error *err)
{
    int64_t waited = ft_clock_ns() - w->start_asked_ns;

    if (progress == FT_START_REFUSED)
        return ft_fail(err, EPERM, "ftadmin status shows the state of the pair.",
                       "%s is not started on %s: %s", w->config.vm,
                       w->config.hosts[w->config.self].name,
                       ft_ownership_reason_text(w->reason));
    if (waited <
        (((struct ft_primary *)w->side_data)->booting ? BOOT_NS : BEGIN_NS))
        return 0;
    return ft_fail(err, ETIMEDOUT,
                   "It starts once that is over; ftadmin status shows it.",
                   "%s is not started on %s since %d s: %s", w->config.vm,
                   w->config.hosts[w->config.self].name,
                   (int)(waited / FT_NS_PER_S),
                   ft_ownership_reason_text(w->reason));
}

void
ft_primary_check_start(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;
    enum ft_start_progress progress;
    struct ft_error err = FT_ERROR_INIT;

    if (!w->start.client)
        return;
    pthread_mutex_lock(&w->own_lock);
    progress = ft_ownership_start_progress(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    if (progress == FT_START_RUNS && !p->booting)
        ft_worker_reply_started(w, w->config.hosts[w->config.self].name,
                                "other");
    else if (progress != FT_START_RUNS && why_not(w, progress, &err))
        ft_worker_reply(w, &w->start, NULL, &err);
}
