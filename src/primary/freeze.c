/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's file systems frozen for a backup from the copy: asked for by ftadmin
 * ("freeze" in ft-protocol(7)), done by a process that thaws in any case
 * (virt/guest-freeze.h). Each epoch says of its guest whether they are frozen for
 * sure, and whether they may be: the standby then knows which state is worth being
 * backed up, and whom to thaw when it takes over.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "virt/guest-freeze.h"
#include "virt/loop.h"

#define FROZEN_MS 5000    /* at most: an epoch, and two words of ftadmin's */
#define PATIENCE_MS 10000 /* with an agent that takes its time */
#define AGAIN_MS 1000

struct ft_primary_freeze {
    struct ft_primary *primary;
    atomic_bool begun;     /* they may be frozen, until they are thawed */
    atomic_llong until_ns; /* for sure, until then; 0: not for sure */
    atomic_uint told;      /* flags of the last epoch that was sent */
    struct ft_guest_freeze *process; /* the rest is the control thread's */
    struct ft_asker freezer, thawer;
    int64_t frozen_ns; /* when; 0: it is not yet, or was not */
    bool ending;       /* the process was told to thaw */
    int timer;
};

static void
set(struct ft_primary_freeze *f, bool begun, int64_t until_ns)
{
    atomic_store(&f->until_ns, until_ns);
    atomic_store(&f->begun, begun);
    ft_primary_wake(f->primary);
}

unsigned
ft_primary_frozen(const struct ft_primary *p)
{
    const struct ft_primary_freeze *f = p->freeze;

    if (!atomic_load(&f->begun))
        return 0;
    return FT_FRAME_THAW |
           (ft_clock_ns() < atomic_load(&f->until_ns) ? FT_FRAME_FROZEN : 0);
}

bool
ft_primary_frozen_news(const struct ft_primary *p)
{
    return ft_primary_frozen(p) != atomic_load(&p->freeze->told);
}

void
ft_primary_sent_frozen(struct ft_primary *p, unsigned flags)
{
    atomic_store(&p->freeze->told, flags);
}

/* ---- what its process says ---- */

static void
refuse(struct ft_primary_freeze *f, int code, const char *why)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, code, "See to qemu-guest-agent in the guest.",
            "the guest's file systems cannot be frozen: %s", why);
    ft_worker_reply(f->primary->worker, &f->freezer, NULL, &err);
}

static void
take_frozen(struct ft_primary_freeze *f, const struct ft_guest_freeze_news *news)
{
    struct ft_worker *w = f->primary->worker;

    if (f->ending)
        return; /* it comes too late, and is thawed already */
    f->frozen_ns = ft_clock_ns();
    set(f, true, news->until_ns);
    ft_worker_reply(w, &f->freezer,
                    json_pack("{s:i,s:I}", "filesystems", news->count, "ms",
                              (json_int_t)(news->until_ns - f->frozen_ns) /
                                  FT_NS_PER_MS),
                    NULL);
}

static void
take_thawed(struct ft_primary_freeze *f)
{
    struct ft_worker *w = f->primary->worker;
    long long ms =
        f->frozen_ns ? (ft_clock_ns() - f->frozen_ns) / FT_NS_PER_MS : 0;

    if (f->frozen_ns && f->ending)
        ft_worker_note(w, "info", "thawed",
                       "the file systems of %s were frozen for %lld ms, for a "
                       "backup from its copy",
                       w->config.vm, ms);
    else if (f->frozen_ns)
        ft_worker_note(w, "warn", "thawed",
                       "the file systems of %s were thawed after %lld ms: who "
                       "wanted to back it up has not said that it has what it "
                       "needs",
                       w->config.vm, ms);
    set(f, false, 0);
    refuse(f, ETIMEDOUT, "its agent took too long");
    ft_worker_reply(w, &f->thawer, json_pack("{s:I}", "ms", (json_int_t)ms),
                    NULL);
}

static void begin_to_thaw(struct ft_primary_freeze *f);

static void
on_news(void *opaque, const struct ft_guest_freeze_news *news)
{
    struct ft_primary_freeze *f = opaque;
    struct ft_worker *w = f->primary->worker;

    switch (news->word) {
    case FT_GUEST_FROZEN:
        take_frozen(f, news);
        return;
    case FT_GUEST_STILL_FROZEN:
        ft_worker_note(w, "crit", "still-frozen",
                       "%s may be frozen, and cannot be thawed yet: %s; virsh "
                       "domfsthaw thaws it, too",
                       w->config.vm, news->text);
        return;
    case FT_GUEST_UNFROZEN:
        set(f, false, 0);
        refuse(f, EOPNOTSUPP, news->text);
        ft_worker_reply(w, &f->thawer, NULL, NULL);
        return;
    case FT_GUEST_THAWED:
        take_thawed(f);
        return;
    case FT_GUEST_FREEZE_ENDED:
        f->process = NULL;
        return;
    case FT_GUEST_FREEZE_LOST:
        refuse(f, EIO, "the process that does it died");
        f->process = NULL;
        begin_to_thaw(f);
    }
}

/* ---- what is asked for ---- */

static void
end(struct ft_primary_freeze *f)
{
    f->ending = true;
    set(f, true, 0); /* before it can be thawed */
    ft_guest_freeze_end(f->process);
}

static void
on_late(void *opaque)
{
    struct ft_primary_freeze *f = opaque;

    ft_loop_timer_set(f->timer, -1);
    if (!f->process && atomic_load(&f->begun))
        begin_to_thaw(f);
    if (!f->process || f->frozen_ns || f->ending)
        return;
    refuse(f, ETIMEDOUT, "its agent takes too long");
    end(f);
}

/* limit_ms 0: to thaw. */
static int
begin(struct ft_primary_freeze *f, int limit_ms, struct ft_error *err)
{
    struct ft_worker *w = f->primary->worker;
    int rc;

    f->frozen_ns = 0;
    f->ending = !limit_ms;
    set(f, true, 0);
    rc = ft_guest_freeze_start(w->config.vm_uuid, w->run_folder, limit_ms,
                               on_news, f, &f->process, err);
    if (rc)
        set(f, !limit_ms, 0);
    return rc;
}

static void
begin_to_thaw(struct ft_primary_freeze *f)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!begin(f, 0, &err))
        return;
    ft_log_error(&err, "thawing the guest");
    ft_loop_timer_set(f->timer, AGAIN_MS);
}

struct ft_primary_freeze *
ft_primary_freeze_new(struct ft_primary *p)
{
    struct ft_primary_freeze *f = calloc(1, sizeof(*f));

    if (!f)
        return NULL;
    f->primary = p;
    f->timer = ft_loop_timer(on_late, f);
    if (f->timer >= 0)
        return f;
    free(f);
    return NULL;
}

static int
check(struct ft_primary *p, struct ft_error *err)
{
    struct ft_worker *w = p->worker;
    struct ft_session *session = ft_worker_session(w);
    int spoken = session ? ft_link_protocol(ft_session_link(session)) : 0;

    ft_session_unref(session);
    if (spoken < FT_FREEZE_PROTOCOL)
        return ft_fail(err, EOPNOTSUPP,
                       "Replace its engine: ftadmin host upgrade.",
                       "the engine on %s is older, and could not thaw a guest "
                       "that it takes over",
                       ft_worker_peer_name(w));
    return p->freeze->process
               ? ft_fail(err, EBUSY, NULL, "%s is being frozen or thawed",
                         w->config.vm)
               : 0;
}

int
ft_primary_freeze_asked(struct ft_primary *p, struct ft_asker asker,
                        struct ft_error *err)
{
    int rc = check(p, err);

    if (!rc)
        rc = begin(p->freeze, FROZEN_MS, err);
    if (rc)
        return rc;
    p->freeze->freezer = asker;
    ft_loop_timer_set(p->freeze->timer, PATIENCE_MS);
    return 0;
}

int
ft_primary_thaw_asked(struct ft_primary *p, struct ft_asker asker,
                      struct ft_error *err)
{
    struct ft_primary_freeze *f = p->freeze;

    if (!f->process)
        return ft_fail(err, ENOENT, NULL, "%s is not frozen",
                       p->worker->config.vm);
    if (f->thawer.client)
        return ft_fail(err, EBUSY, NULL, "%s is being thawed",
                       p->worker->config.vm);
    f->thawer = asker;
    if (!f->ending)
        end(f);
    return 0;
}

void
ft_primary_thaw_left(struct ft_primary *p)
{
    if (ft_guest_freeze_marked(p->worker->run_folder) && !p->freeze->process)
        begin_to_thaw(p->freeze);
}
