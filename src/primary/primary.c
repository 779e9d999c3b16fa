/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/primary.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/virterror.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "virt/standby.h"
#include "worker/worker-disks.h"
#include "worker/worker-libvirt.h"

#define STUCK_NS (8 * FT_NS_PER_S)
#define STUCK_BYTES (UINT64_C(1) << 20) /* in STUCK_NS, or nothing moves */
#define EXIT_STUCK 12

static void
start_sync(struct ft_primary *p)
{
    struct ft_session *s = ft_worker_session(p->worker);

    if (!s)
        return; /* its end is on its way to the machine */
    pthread_mutex_lock(&p->lock);
    ft_session_unref(p->start);
    p->start = s;
    p->restart = p->busy;
    p->allow_commit = 0;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void
destroy_copy(struct ft_primary *p, bool was_alive)
{
    struct ft_worker *w = p->worker;
    struct ft_handed_over *handed = ft_primary_look_at_handed_over(p);
    struct ft_error err = FT_ERROR_INIT;

    if (was_alive)
        ft_worker_note(w, "warn", "false-takeover",
                       "%s still lived on this host when %s took it over: the "
                       "host was not dead, only its engine not heard for %u ms; "
                       "where nobody had stopped that, see what held it up "
                       "(ftadmin check %s, the load here), or protect the VM with "
                       "a longer --silence",
                       w->config.vm, ft_worker_peer_name(w),
                       w->config.silence_ms, w->config.vm);
    ft_worker_note(w, "warn", "copy-destroyed",
                   "%s runs on %s now: the copy here is ended", w->config.vm,
                   ft_worker_peer_name(w));
    if (w->dom && ft_standby_destroy(w->dom, &err))
        ft_log_error(&err, "ending the old copy");
    ft_primary_keep_handed_over(p, handed, w->dom && !err.code);
}

/* A stopped VM of ours goes on: held by the replication thread, or found so. */
static void
resume_vm(struct ft_primary *p)
{
    struct ft_error err = FT_ERROR_INIT;
    enum ft_vm_state vm = FT_VM_GONE;
    int rc, busy;

    pthread_mutex_lock(&p->lock);
    busy = p->busy;
    pthread_mutex_unlock(&p->lock);
    if (busy) {
        ft_primary_set_flag(p, &p->handover.release, 1);
        return;
    }
    rc = ft_saver_recover(p->worker->dom, p->worker->run_folder, true, NULL,
                          &err);
    if (!rc)
        rc = ft_primary_find_vm(p->worker, &vm, &err);
    if (!rc && vm == FT_VM_STOPPED && virDomainResume(p->worker->dom) < 0)
        rc = ft_fail(&err, EIO, NULL, "%s", virGetLastErrorMessage());
    if (rc)
        ft_log_error(&err, "letting the VM go on");
    ft_worker_event_kind(p->worker,
                         rc ? FT_EVENT_RESUME_FAILED : FT_EVENT_RESUMED);
}

static void
act(struct ft_worker *w, const struct ft_ownership_action *action)
{
    struct ft_primary *p = w->side_data;

    switch (action->kind) {
    case FT_ACTION_HOLD_GATE:
        ft_primary_set_gate(p, 0);
        break;
    case FT_ACTION_OPEN_GATE:
        ft_primary_set_gate(p, 1);
        break;
    case FT_ACTION_RELEASE_EPOCH:
        ft_primary_release_epoch(p, action->epoch);
        break;
    case FT_ACTION_START_SYNC:
        start_sync(p);
        break;
    case FT_ACTION_ALLOW_COMMIT:
        ft_primary_set_flag(p, &p->allow_commit, 1);
        break;
    case FT_ACTION_FINAL_EPOCH:
        ft_primary_set_flag(p, &p->handover.wanted, 1);
        break;
    case FT_ACTION_RESUME_VM:
        resume_vm(p);
        break;
    case FT_ACTION_START_VM:
        ft_primary_start_vm(p);
        break;
    case FT_ACTION_DESTROY_COPY:
        destroy_copy(p, action->ok);
        break;
    case FT_ACTION_REMOVED:
        ft_primary_set_flag(p, &p->detach, 1);
        break;
    default:
        ft_log(FT_LOG_ERROR, "a primary cannot do %s",
               ft_ownership_action_name(action->kind));
    }
}

static int
take_answer(struct ft_primary *p, json_t **slot, const struct ft_frame *frame,
            struct ft_error *err)
{
    json_t *json;

    if (ft_json_parse((const char *)frame->payload, frame->length, &json, err))
        return -EPROTO;
    pthread_mutex_lock(&p->lock);
    json_decref(*slot);
    *slot = json;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return 0;
}

/* What the standby's storage has it says of epochs that it holds. */
static int
take_ack(struct ft_primary *p, const struct ft_frame *f, struct ft_error *err)
{
    if (f->length && f->length != FT_ACK_DURABLE_SIZE)
        return ft_fail(err, EPROTO, NULL, "an acknowledgement of %u bytes",
                       (unsigned)f->length);
    /* of the copy before this one, or made up: it releases nothing */
    if (!ft_outgoing_has_ended(&p->out, f->epoch))
        return 0;
    if (f->length)
        atomic_store(&p->durable,
                     (int64_t)FT_MIN(ft_get_le64(f->payload), f->epoch));
    ft_epoch_acked(p, f->epoch);
    return 0;
}

static int
frame(struct ft_worker *w, struct ft_session *session, const struct ft_frame *f,
      struct ft_error *err)
{
    struct ft_primary *p = w->side_data;

    (void)session;
    switch (f->type) {
    case FT_FRAME_ACK:
        return take_ack(p, f, err);
    case FT_FRAME_DISK_DATA:
        return ft_outgoing_take_data(&p->out, f->epoch, f->payload, f->length)
                   ? ft_fail(err, EPROTO, NULL, "disk data of a wrong length")
                   : 0;
    case FT_FRAME_RAM_HASHES:
        return ft_outgoing_take_pages(&p->out, f->epoch, f->payload, f->length)
                   ? ft_fail(err, EPROTO, NULL, "hashes that were not asked for")
                   : 0;
    case FT_FRAME_SETUP_OK:
        return take_answer(p, &p->setup_answer, f, err);
    case FT_FRAME_VERIFY_RESULT:
        return take_answer(p, &p->verify_answer, f, err);
    default:
        return ft_fail(err, EPROTO, NULL, "a standby does not send %s",
                       ft_frame_name(f->type));
    }
}

static void
peer_failed(struct ft_worker *w)
{
    ft_primary_copy_failed(w->side_data);
}

static void
message(struct ft_worker *w, enum ft_ownership_message m)
{
    (void)w;
    (void)m;
}

static uint64_t
bytes_sent(struct ft_worker *w)
{
    struct ft_link_stats s = { 0 };

    if (w->session)
        ft_link_stats(ft_session_link(w->session), &s);
    return s.bytes_sent;
}

/*
 * An epoch that is never committed holds the guest's output for ever, or even
 * the guest. Whatever it waits for, a new process is sure not to. A slow link
 * is another matter: it moves.
 */
static void
check_progress(struct ft_worker *w, int64_t ns)
{
    struct ft_primary *p = w->side_data;
    int64_t began = atomic_load(&p->uncommitted_ns), now = ft_clock_ns();
    uint64_t sent = bytes_sent(w);

    (void)ns;
    ft_primary_check_stall(p);
    ft_primary_check_start(p);
    if (began != p->watched_ns || sent > p->progress_bytes + STUCK_BYTES ||
        now - p->looked_ns > FT_NS_PER_S) { /* we did not run ourselves */
        p->watched_ns = began;
        p->progress_ns = now;
        p->progress_bytes = sent;
    }
    p->looked_ns = now;
    if (!began || now - p->progress_ns < STUCK_NS)
        return;
    ft_worker_note(w, "crit", "stuck",
                   "an epoch of %s is not committed since %d s: the engine "
                   "starts its worker anew",
                   w->config.vm, (int)((now - began) / FT_NS_PER_S));
    _exit(EXIT_STUCK);
}

static void
link_up(struct ft_worker *w)
{
    (void)w;
}

static void
link_down(struct ft_worker *w)
{
    struct ft_primary *p = w->side_data;

    pthread_mutex_lock(&p->lock);
    ft_session_unref(p->start);
    p->start = NULL;
    p->link_lost = 1;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* Waiting helps, unless something is in the way. */
static int
not_protected(struct ft_worker *w, struct ft_error *err)
{
    const char *state = ft_pair_state_name(w->reported);
    struct ft_error problem;

    if (ft_worker_problem(w, &problem))
        return ft_fail(err, EAGAIN, problem.hint, "%s is %s: %s", w->config.vm,
                       state, problem.text);
    return ft_fail(err, EAGAIN, "Wait until ftadmin status says protected.",
                   "%s is %s", w->config.vm, state);
}

static int
ask_to_verify(struct ft_primary *p, struct ft_asker asker, struct ft_error *err)
{
    bool busy;

    pthread_mutex_lock(&p->lock);
    busy = p->verify;
    if (!busy) {
        p->verifier = asker;
        p->verify = 1;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return busy ? ft_fail(err, EBUSY, NULL, "a comparison is under way") : 0;
}

static int
request(struct ft_worker *w, const char *verb, const json_t *args,
        int64_t client, int64_t id, struct ft_error *err)
{
    struct ft_primary *p = w->side_data;

    (void)args;
    if (!strcmp(verb, "rehearse") || !strcmp(verb, "backup-begin") ||
        !strcmp(verb, "backup-end"))
        return ft_fail(err, EREMOTE, "Ask the engine on the other host.",
                       "%s runs here: its copy waits on %s", w->config.vm,
                       ft_worker_peer_name(w));
    if (!strcmp(verb, "start") || !strcmp(verb, "start-discarding-newer"))
        return ft_primary_start_asked(w, strcmp(verb, "start") != 0,
                                      (struct ft_asker){ client, id }, err);
    if (!strcmp(verb, "thaw"))
        return ft_primary_thaw_asked(p, (struct ft_asker){ client, id }, err);
    if (w->reported != FT_PAIR_PROTECTED)
        return not_protected(w, err);
    if (!strcmp(verb, "switchover")) {
        if (w->switchover.client)
            return ft_fail(err, EBUSY, NULL, "a switchover is under way");
        w->switchover = (struct ft_asker){ client, id };
        ft_worker_note(w, "info", "switchover", "switching over to %s",
                       ft_worker_peer_name(w));
        ft_worker_event_kind(w, FT_EVENT_SWITCHOVER);
        return 0;
    }
    if (!strcmp(verb, "verify"))
        return ask_to_verify(p, (struct ft_asker){ client, id }, err);
    if (!strcmp(verb, "freeze"))
        return ft_primary_freeze_asked(p, (struct ft_asker){ client, id }, err);
    return ft_fail(err, EOPNOTSUPP, NULL, "unknown verb %.32s", verb);
}

/* Also while an epoch is waited for, or a copy made: it is asked again. */
static void
take_settings(struct ft_worker *w)
{
    struct ft_primary *p = w->side_data;
    const struct ft_pair_config *c = &w->config;
    struct ft_trigger_settings s = FT_TRIGGER_SETTINGS_INIT;

    if (!p)
        return; /* not opened yet: it will take them then */
    s.interval_ns = c->interval_ms * FT_NS_PER_MS;
    s.idle_interval_ns = c->idle_interval_ms * FT_NS_PER_MS;
    s.min_spacing_ns = c->min_spacing_ms * FT_NS_PER_MS;
    s.pause_share_percent = c->pause_share_percent;
    s.cpu_budget_percent = c->cpu_budget_percent;
    pthread_mutex_lock(&p->lock);
    p->settings = s;
    p->patience_ns = c->commit_timeout_ms * FT_NS_PER_MS;
    p->max_rate = (uint64_t)c->max_rate_mib << 20;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static struct ft_primary *
primary_new(struct ft_worker *w)
{
    struct ft_primary *p = calloc(1, sizeof(*p));
    pthread_condattr_t attr;

    if (!p)
        return NULL;
    p->worker = w;
    p->freeze = ft_primary_freeze_new(p);
    if (!p->freeze) {
        free(p);
        return NULL;
    }
    p->gate_open = !w->state.record.peer_may_take_over;
    atomic_init(&p->autostart, w->state.autostart);
    atomic_init(&p->stood, w->state.stood);
    atomic_init(&p->kept_bytes, -1);
    ft_epoch_stats_init(&p->stats, &w->figures);
    ft_outgoing_init(&p->out);
    pthread_mutex_init(&p->lock, NULL);
    pthread_mutex_init(&p->gate_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &attr);
    return p;
}

/* Who took over died before it could define what it ran. */
static void
settle_disks(struct ft_worker *w, enum ft_vm_state vm)
{
    struct ft_error err = FT_ERROR_INIT;

    if (!w->state.unsettled || (vm != FT_VM_RUNNING && vm != FT_VM_STOPPED))
        return;
    if (ft_worker_settle_disks(w, w->dom, &err)) {
        ft_log_error(&err, "defining the VM");
        return;
    }
    ft_worker_disks_settled(w);
    ft_worker_persist(w);
}

static int
open_side(struct ft_worker *w, enum ft_vm_state *vm, struct ft_error *err)
{
    struct ft_primary *p = w->side_data ? w->side_data : primary_new(w);
    pthread_t thread;
    int rc;

    w->side_data = p;
    take_settings(w);
    if (!p)
        return ft_fail(err, ENOMEM, NULL, "no memory for %s", w->config.vm);
    ft_worker_sweep_rehearsal(w);
    rc = ft_worker_find_dom(w, err);
    if (!rc)
        rc = ft_primary_find_vm(w, vm, err);
    if (!rc && (*vm == FT_VM_RUNNING || *vm == FT_VM_STOPPED)) {
        ft_primary_clean_up(w);
        rc = ft_primary_find_vm(w, vm, err);
    }
    if (rc)
        return rc;
    if (w->dom) {
        ft_primary_thaw_left(p);
        settle_disks(w, *vm);
        ft_primary_note_images(w);
        ft_primary_sync_disks(w);
        ft_primary_autostart_off(p);
        ft_primary_begin_paused(p);
    }
    ft_primary_watch_vm(p);
    rc = ft_primary_find_vm(w, vm, err); /* who came before it was watched */
    if (rc)
        return rc;
    if (pthread_create(&thread, NULL, ft_replicator_main, p))
        return ft_fail(err, EAGAIN, NULL, "cannot start a thread");
    pthread_detach(thread);
    return 0;
}

const struct ft_side ft_primary_side = {
    .open = open_side,
    .act = act,
    .frame = frame,
    .message = message,
    .link_up = link_up,
    .link_down = link_down,
    .peer_failed = peer_failed,
    .quiet = check_progress,
    .look = ft_primary_look,
    .settings = take_settings,
    .status = ft_primary_status,
    .request = request,
};
