/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The moment it is all for: the copy opens its doors and runs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "qemu/device-state.h"
#include "qemu/saver-marker.h"
#include "standby/resume-clocks.h"
#include "standby/snapshot-slot.h"
#include "standby/standby-private.h"
#include "standby/tap.h"
#include "standby/write-back.h"
#include "virt/guest-freeze.h"
#include "virt/standby.h"
#include "virt/write-record.h"
#include "worker/worker-libvirt.h"

#define RESUME_MS 10000

/* Nobody else can run it: who restarts libvirtd has the time. */
#define LIBVIRT_NS (60 * FT_NS_PER_S)
#define ASK_MAX_NS (20 * FT_NS_PER_MS) /* expected of a witness, at most */
#define CLOCK_LATE_NS (20 * FT_NS_PER_MS)

/* With the lock held. */
static void
set_doors(struct ft_standby *s, int open)
{
    size_t i;
    int rc;

    s->doors_open = open;
    for (i = 0; i < s->n_nics; i++) {
        rc = ft_tap_set_up(s->nics[i].tap, open);
        if (!rc && open)
            rc = ft_tap_claim_mac(s->nics[i].tap, s->nics[i].mac);
        if (rc)
            ft_log(FT_LOG_WARN, "tap %s: %s", s->nics[i].tap, strerror(-rc));
    }
}

void
ft_standby_set_doors(struct ft_standby *s, int open)
{
    pthread_mutex_lock(&s->doors_lock);
    set_doors(s, open);
    pthread_mutex_unlock(&s->doors_lock);
}

/*
 * While what a snapshot keeps holds up an epoch, the ones behind it are not read, and
 * silence does not begin: that of a primary that sends nothing any more is found here,
 * and whoever needs the snapshot gives way.
 */
static void
look_for_hurry(struct ft_standby *s, int64_t quiet_ns)
{
    struct ft_session *session = s->worker->session;

    if (session && ft_snapshot_slot_keeps(s->replica.slot) &&
        ft_link_is_quiet(ft_session_link(session), quiet_ns))
        ft_standby_end_uses(s, "the primary was not heard for a moment, and "
                               "epochs waited to be applied");
}

/*
 * Half way to suspicion the doors open: early enough for what clients send
 * again after 200 ms. Those of a copy that takes over stay open, whoever was
 * heard a moment ago.
 */
void
ft_standby_quiet(struct ft_worker *w, int64_t ns)
{
    struct ft_standby *s = w->side_data;
    int64_t half = w->config.silence_ms * FT_NS_PER_MS / 2;
    int open = ns > half;
    bool taking_over;

    pthread_mutex_lock(&w->own_lock);
    open &= ft_ownership_valid(&w->own);
    taking_over =
        w->own.phase == FT_PHASE_RESUMING || w->own.phase == FT_PHASE_ENDED;
    pthread_mutex_unlock(&w->own_lock);
    if (taking_over)
        return;
    look_for_hurry(s, half);
    pthread_mutex_lock(&s->doors_lock);
    if (open != s->doors_open)
        set_doors(s, open);
    pthread_mutex_unlock(&s->doors_lock);
    if (open)
        ft_standby_end_rehearsal(s, "the primary was not heard for a moment");
}

/* An offer is confirmed once all is loaded: in about the time it was won in. */
static int64_t
time_to_confirm(const struct ft_worker *w, const struct ft_takeover *t)
{
    return w->state.record.offered && w->asked_ns
               ? FT_MIN(t->acted_ns - w->asked_ns, ASK_MAX_NS)
               : 0;
}

static void
note_late_clocks(struct ft_standby *s, int64_t run_ns)
{
    const struct ft_takeover *t = &s->takeover;
    int64_t late = run_ns - t->loaded_ns - t->ask_ns;

    if (t->clock_given_ns && late > CLOCK_LATE_NS)
        ft_worker_note(s->worker, "warn", "clocks-late",
                       "the guest's clocks lack %.0f ms: the witness took that "
                       "long to confirm the takeover of %s",
                       (double)late / FT_NS_PER_MS, s->worker->config.vm);
}

static int
load(struct ft_standby *s, struct ft_error *err)
{
    struct ft_replica *r = &s->replica;
    FT_AUTOFREE uint8_t *stream = NULL;
    size_t size;
    int rc;

    if (s->useless || !r->state.size || !s->worker->dom)
        return ft_fail(err, EIO, NULL, "there is no complete copy to run");
    rc = ft_device_stream(r->state.data, r->state.size, s->machine, &stream,
                          &size, err);
    if (rc)
        return rc;
    if (!s->takeover.stands) /* or its clocks stand, too */
        s->takeover.clock_given_ns =
            ft_resume_clocks(&r->clock, s->takeover.ask_ns, stream, size);
    return ft_standby_load(s->worker->dom, stream, size, RESUME_MS,
                           &s->takeover.times, err);
}

static void
note_takeover(struct ft_standby *s, int64_t ended)
{
    const struct ft_takeover *t = &s->takeover;
    struct ft_worker *w = s->worker;
    int64_t asked = w->asked_ns ? w->asked_ns : t->acted_ns;
    char at[32];

    ft_clock_format(ft_clock_realtime_ns(), at);
    json_decref(w->state.last_takeover);
    w->state.epoch = s->replica.committed;
    w->state.last_takeover =
        json_pack("{s:s,s:s,s:I,s:f,s:f,s:f,s:f,s:f}", "at", at, "reason",
                  t->planned        ? "switchover"
                  : w->start.client ? "the administrator's word"
                                    : "the primary was lost",
                  "epoch", (json_int_t)s->replica.committed, "detect_ms",
                  t->planned ? 0.0 : (double)(asked - w->last_heard) / 1e6,
                  "win_ms", (double)(t->acted_ns - asked) / 1e6, "apply_ms",
                  (double)(t->began_ns - t->acted_ns) / 1e6, "resume_ms",
                  (double)(ended - t->began_ns) / 1e6, "clock_given_ms",
                  (double)t->clock_given_ns / 1e6);
}

static void
fail_takeover(struct ft_worker *w, const struct ft_error *err)
{
    ft_worker_reply(w, &w->start, NULL, err);
    ft_worker_note(w, "crit", "takeover-failed", "%s; %s", err->text, err->hint);
    ft_worker_event_kind(w, FT_EVENT_RESUME_FAILED);
}

/* What libvirt there had not done yet about a panic is done here, and once. */
static void
decide_how_it_goes_on(struct ft_standby *s)
{
    enum ft_run_state run = s->replica.run;
    FT_AUTOFREE char *xml = run == FT_RUN_PANICKED && s->worker->dom
                                ? virDomainGetXMLDesc(s->worker->dom, 0)
                                : NULL;

    s->takeover.restarts = ft_run_state_restarts(run, xml);
    s->takeover.stands = ft_run_state_stands(run) && !s->takeover.restarts;
}

/*
 * Every acknowledged epoch is applied once the receiver thread has ended; or,
 * when the primary hands over, once its message was read: it sends no more
 * state after that, and none would be taken (ft_standby_side's frame).
 */
void
ft_standby_load_vm(struct ft_standby *s)
{
    struct ft_worker *w = s->worker;
    struct ft_takeover *t = &s->takeover;
    struct ft_error err = FT_ERROR_INIT;

    *t = (struct ft_takeover){ .acted_ns = ft_clock_ns(),
                               .planned = w->handover };
    ft_standby_end_uses(s, "the copy takes over"); /* from now on QEMU writes */
    decide_how_it_goes_on(s);
    ft_write_back_rest(s->replica.write_back); /* the receiver waits no more */
    if (!t->planned)
        ft_worker_drop_link(w); /* otherwise the primary hears of it */
    ft_worker_say_busy(w, NULL);
    ft_standby_set_doors(s, 1);
    /* who finds it loaded, when this process has died, lets it go on */
    ft_saver_mark_set(w->run_folder, t->stands ? FT_SAVER_RUNS : FT_SAVER_HELD);
    t->began_ns = ft_clock_ns();
    t->ask_ns = time_to_confirm(w, t);
    if (ft_worker_await_libvirt(w, LIBVIRT_NS, &err) || load(s, &err)) {
        fail_takeover(w, &err);
        return;
    }
    t->loaded_ns = ft_clock_ns();
    ft_worker_event_kind(w, FT_EVENT_LOADED);
}

static void
on_thawing(void *opaque, const struct ft_guest_freeze_news *news)
{
    struct ft_worker *w = opaque;

    if (news->word == FT_GUEST_THAWED)
        ft_log(FT_LOG_INFO, "the guest is thawed");
    else if (news->word == FT_GUEST_STILL_FROZEN)
        ft_worker_note(w, "crit", "still-frozen",
                       "%s may be frozen, and cannot be thawed yet: %s; virsh "
                       "domfsthaw thaws it, too",
                       w->config.vm, news->text);
}

/*
 * The primary was lost with its guest frozen for a backup. The process goes on when
 * this one ends, and its mark tells who comes next.
 */
static void
thaw(struct ft_standby *s)
{
    struct ft_worker *w = s->worker;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_guest_freeze *process;

    if (!(s->replica.frozen & FT_FRAME_THAW))
        return;
    ft_worker_note(w, "warn", "thawing",
                   "the file systems of %s were frozen for a backup when %s was "
                   "lost: they are thawed now",
                   w->config.vm, ft_worker_peer_name(w));
    if (ft_guest_freeze_start(w->config.vm_uuid, w->run_folder, 0, on_thawing,
                              w, &process, &err))
        ft_log_error(&err, "thawing the guest");
}

/* It stood where it was, and does here: virsh resume lets it go on. */
static void
leave_standing(struct ft_standby *s)
{
    struct ft_worker *w = s->worker;
    int planned = s->takeover.planned;

    ft_standby_announce(w->dom, NULL);
    thaw(s);
    note_takeover(s, ft_clock_ns());
    w->state.stood = (int)s->replica.run;
    ft_worker_event_kind(w, FT_EVENT_RESUMED);
    ft_worker_note(w, planned ? "info" : "crit", "takeover",
                   "%s is here since epoch %llu, and stands as it stood on %s: "
                   "%s",
                   w->config.vm, (unsigned long long)s->replica.committed,
                   ft_worker_peer_name(w), ft_run_state_text(s->replica.run));
    ft_standby_define(s);
    ft_worker_persist(w); /* with the takeover's figures */
}

static int
run(struct ft_standby *s, struct ft_error *err)
{
    struct ft_worker *w = s->worker;
    int rc = ft_worker_await_libvirt(w, LIBVIRT_NS, err);

    if (!rc && s->takeover.restarts && virDomainReset(w->dom, 0) < 0)
        rc = ft_fail(err, EIO, NULL, "reset of the VM: %s",
                     virGetLastErrorMessage());
    if (!rc && s->takeover.restarts)
        ft_worker_note(w, "warn", "restarted",
                       "%s had panicked on %s and is reset here, as its on_crash "
                       "says",
                       w->config.vm, ft_worker_peer_name(w));
    return rc ? rc : ft_standby_run(w->dom, &s->takeover.times, err);
}

/*
 * The other host's disks are what these are now (primary/handed-over.c): from the
 * guest's first write on QEMU records what they lack. Without it the copy back
 * compares all of them.
 */
static void
record_writes(struct ft_standby *s)
{
    struct ft_recorded_disk disks[FT_DISKS_MAX] = { { .file = NULL } };
    const struct ft_replica *r = &s->replica;
    struct ft_error err = FT_ERROR_INIT;
    char id[FT_COPY_ID_SIZE];

    if (!s->takeover.planned || !r->seals.base.id[0] || !r->n_disks)
        return;
    for (size_t i = 0; i < r->n_disks; i++)
        disks[i].file = r->disks[i].path;
    ft_copy_id_after(r->seals.base.id, id);
    if (ft_write_record_begin(s->worker->dom, disks, r->n_disks, id, &err))
        ft_log_error(&err, "recording what the guest writes here");
}

void
ft_standby_run_vm(struct ft_standby *s)
{
    struct ft_worker *w = s->worker;
    struct ft_takeover *t = &s->takeover;
    struct ft_error err = FT_ERROR_INIT;
    int64_t ended, begun = ft_clock_ns();

    ft_worker_say_busy(w, NULL);
    record_writes(s);
    if (t->stands) {
        leave_standing(s);
        return;
    }
    if (run(s, &err)) {
        ft_standby_define(s); /* it may run all the same */
        fail_takeover(w, &err);
        return;
    }
    ended = ft_clock_ns();
    ft_saver_mark_set(w->run_folder, FT_SAVER_RUNS);
    thaw(s);
    note_takeover(s, ended);
    ft_worker_reply_started(w, w->config.hosts[w->config.self].name, "copy");
    ft_worker_event_kind(w, FT_EVENT_RESUMED);
    note_late_clocks(s, begun);
    ft_worker_note(w, t->planned ? "info" : "crit", "takeover",
                   "%s runs here since epoch %llu; resumed in %.1f ms "
                   "(submit %.1f, load %.1f, start %.1f, announce %.1f); its "
                   "clocks got %.1f ms back",
                   w->config.vm, (unsigned long long)s->replica.committed,
                   (double)(ended - t->began_ns) / 1e6,
                   (double)t->times.submit_ns / 1e6,
                   (double)t->times.load_ns / 1e6,
                   (double)t->times.start_ns / 1e6,
                   (double)t->times.announce_ns / 1e6,
                   (double)t->clock_given_ns / 1e6);
    ft_standby_define(s);
    ft_worker_persist(w); /* with the takeover's figures */
}

/* What stands in the way of it; 0: nothing. */
static int
may_force(struct ft_worker *w, struct ft_error *err)
{
    const char *peer = ft_worker_peer_name(w);
    struct ft_ownership own;

    pthread_mutex_lock(&w->own_lock);
    own = w->own;
    pthread_mutex_unlock(&w->own_lock);
    if (w->start.client || own.phase == FT_PHASE_RESUMING)
        return ft_fail(err, EBUSY, NULL, "%s is being started", w->config.vm);
    if (own.linked)
        return ft_fail(err, EBUSY,
                       "ftadmin switchover hands it over; or power that host "
                       "off first.",
                       "%s is heard, and has %s", peer, w->config.vm);
    if (!ft_ownership_may_force(&own))
        return ft_fail(err, EPERM,
                       "Bring that host back; only a whole copy could run.",
                       "what %s has filled here of %s is not whole", peer,
                       w->config.vm);
    return 0;
}

int
ft_standby_start_asked(struct ft_worker *w, struct ft_asker asker,
                       struct ft_error *err)
{
    int rc = may_force(w, err);

    if (rc)
        return rc;
    w->start = asker;
    w->start_asked_ns = ft_clock_ns();
    ft_worker_note(w, "crit", "newer-discarded",
                   "the administrator lets the copy of %s run here, whatever "
                   "%s has answered since",
                   w->config.vm, ft_worker_peer_name(w));
    ft_worker_event(w, &(struct ft_ownership_event){
                           .kind = FT_EVENT_START_ASKED, .force = true });
    return 0;
}
