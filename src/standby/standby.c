/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/standby.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "standby/backup.h"
#include "standby/snapshot-slot.h"
#include "standby/standby-private.h"
#include "standby/write-back.h"
#include "worker/worker-disks.h"
#include "worker/worker-intruder.h"
#include "worker/worker-libvirt.h"
#include "worker/worker-made.h"
#include "worker/worker-removal.h"
#include "worker/worker-retire.h"

static int
frame(struct ft_worker *w, struct ft_session *session, const struct ft_frame *f,
      struct ft_error *err)
{
    struct ft_standby *s = w->side_data;
    int resuming, rc;

    pthread_mutex_lock(&w->own_lock);
    resuming = w->own.phase == FT_PHASE_RESUMING;
    pthread_mutex_unlock(&w->own_lock);
    if (resuming && f->type == FT_FRAME_DEFINITION)
        return 0; /* nothing of the VM: it was on its way, and is too late */
    if (resuming)
        return ft_fail(err, EPROTO, NULL, "frame %s while taking over",
                       ft_frame_name(f->type));
    rc = ft_standby_take_frame(s, session, f, err);
    ft_standby_show(s);
    return rc;
}

/*
 * What we hold is void once the primary says so, but not when this side has
 * just won: then the message came too late. Of a guest that was shut down no
 * copy waits, which would only be in the way of its next one.
 */
static void
message(struct ft_worker *w, enum ft_ownership_message m)
{
    struct ft_standby *s = w->side_data;
    enum ft_ownership_phase phase;
    bool off;

    pthread_mutex_lock(&w->own_lock);
    phase = w->own.phase;
    pthread_mutex_unlock(&w->own_lock);
    off = m == FT_MESSAGE_OFF && phase == FT_PHASE_IDLE;
    if (off)
        ft_standby_stop_domain(w, NULL);
    if (off || (m == FT_MESSAGE_DISCARD && phase == FT_PHASE_FILLING)) {
        ft_standby_forget_copy(s);
        ft_replica_clear(&s->replica);
        ft_standby_show(s);
    }
    w->handover = m == FT_MESSAGE_HANDOVER || m == FT_MESSAGE_GRANT;
}

static void
link_up(struct ft_worker *w)
{
    (void)w;
}

static void
link_down(struct ft_worker *w)
{
    struct ft_standby *s = w->side_data;

    ft_replica_drop_partial(&s->replica);
    ft_standby_show(s);
}

/* With what is on the storage, for a primary that asked what this is a base of. */
static void
send_ack(struct ft_worker *w, uint64_t epoch)
{
    struct ft_standby *s = w->side_data;
    uint64_t durable = ft_write_back_durable(s->replica.write_back);
    struct ft_session *session = ft_worker_session(w);
    unsigned char payload[FT_ACK_DURABLE_SIZE];
    struct iovec iov = { payload, sizeof(payload) };

    if (!session)
        return;
    ft_put_le64(payload, durable);
    ft_link_send(ft_session_link(session), FT_FRAME_ACK, 0, epoch, &iov,
                 durable != 0);
    ft_session_unref(session);
}

static void
tell_left(struct ft_worker *w, json_t *left)
{
    json_t *told = json_object_get(w->parting, "left");

    if (!w->parting)
        w->parting = json_object();
    if (!told) {
        told = json_array();
        json_object_set_new(w->parting, "left", told);
    }
    json_array_extend(told, left);
}

static void
finish_removal(struct ft_worker *w)
{
    FT_AUTOJSON json_t *left = json_array();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_made made;
    bool old = ft_worker_is_stale(w) &&
               !ft_made_find(w->state.made, FT_MADE_DEFINITION, "", &made);

    ft_worker_drop_link(w);
    if (ft_standby_stop_domain(w, &err)) {
        ft_worker_removal_failed(w, &err);
        return;
    }
    ft_worker_undo_made(w, old ? FT_UNDO_OLD_COPY : FT_UNDO_COPY, NULL, left);
    if (old)
        ft_worker_retire(w);
    ft_worker_tell_stale(w);
    tell_left(w, left);
    ft_worker_exit(w, "removed");
}

static void
act(struct ft_worker *w, const struct ft_ownership_action *action)
{
    struct ft_standby *s = w->side_data;

    switch (action->kind) {
    case FT_ACTION_SEND_ACK:
        send_ack(w, action->epoch);
        break;
    case FT_ACTION_LOAD_VM:
        ft_standby_load_vm(s);
        break;
    case FT_ACTION_RESUME_VM:
        ft_standby_run_vm(s);
        break;
    case FT_ACTION_DESTROY_COPY:
        ft_worker_drop_link(w); /* its receiver may be making the copy */
        ft_standby_stop_domain(w, NULL);
        break;
    case FT_ACTION_REMOVED:
        finish_removal(w);
        break;
    case FT_ACTION_HOLD_GATE:
    case FT_ACTION_OPEN_GATE:
        break; /* a standby has no gate */
    default:
        ft_log(FT_LOG_ERROR, "a standby cannot do %s",
               ft_ownership_action_name(action->kind));
    }
}

/* A copy that is not valid has no age. */
static json_t *
replica_lag(struct ft_standby *s)
{
    struct ft_worker *w = s->worker;
    int64_t stopped = atomic_load(&s->shown.stopped_ns);
    bool valid;

    pthread_mutex_lock(&w->own_lock);
    valid = ft_ownership_valid(&w->own);
    pthread_mutex_unlock(&w->own_lock);
    if (!valid || !stopped)
        return json_null();
    return json_real((double)(ft_clock_ns() - stopped) / FT_NS_PER_MS);
}

static json_t *
apply_ms(struct ft_worker *w)
{
    struct ft_second last;

    ft_figures_last(&w->figures, &last);
    return last.metrics[FT_METRIC_APPLY].count
               ? json_real(ft_bucket_mean(&last.metrics[FT_METRIC_APPLY]))
               : json_null();
}

static void
status(struct ft_worker *w, json_t *json)
{
    struct ft_standby *s = w->side_data;

    if (!s)
        return;
    json_object_set_new(json, "epoch",
                        json_integer((json_int_t)atomic_load(&s->shown.epoch)));
    json_object_set_new(json, "epoch_held",
                        json_integer((json_int_t)atomic_load(&s->held)));
    json_object_set_new(json, "staged_bytes",
                        json_integer((json_int_t)atomic_load(&s->shown.staged)));
    json_object_set_new(json, "replica_lag_ms", replica_lag(s));
    json_object_set_new(json, "apply_ms", apply_ms(w));
    json_object_set_new(json, "rehearsal", ft_standby_rehearsal_json(s));
    json_object_set_new(json, "counters",
                        json_pack("{s:I,s:I}", "pages_written",
                                  (json_int_t)atomic_load(&s->shown.pages),
                                  "disk_bytes",
                                  (json_int_t)atomic_load(&s->shown.disk_bytes)));
}

/*
 * The host goes down: no copy is to be in the way of that. Not so one that is to
 * run: it is the VM. The primary goes on alone, and fills another copy later.
 */
static int
drain(struct ft_worker *w, struct ft_error *err)
{
    bool takes_over;
    int rc;

    pthread_mutex_lock(&w->own_lock);
    takes_over = w->own.phase == FT_PHASE_RESUMING;
    pthread_mutex_unlock(&w->own_lock);
    if (takes_over)
        return ft_fail(err, EBUSY, NULL, "%s is being taken over", w->config.vm);
    ft_worker_drop_link(w); /* its receiver may be making the copy */
    rc = ft_standby_stop_domain(w, err);
    if (rc)
        return rc;
    ft_worker_note(w, "info", "drained",
                   "this host goes down in good order: the copy of %s is ended",
                   w->config.vm);
    ft_worker_exit(w, "drained");
}

static int
request(struct ft_worker *w, const char *verb, const json_t *args,
        int64_t client, int64_t id, struct ft_error *err)
{
    if (!strcmp(verb, "drain"))
        return drain(w, err);
    if (!strcmp(verb, "rehearse"))
        return ft_standby_rehearse(w->side_data, args,
                                   (struct ft_asker){ client, id }, err);
    if (!strcmp(verb, "backup-check"))
        return ft_standby_backup_check(w->side_data,
                                       (struct ft_asker){ client, id }, err);
    if (!strcmp(verb, "backup-begin"))
        return ft_standby_backup_begin(w->side_data, args,
                                       (struct ft_asker){ client, id }, err);
    if (!strcmp(verb, "backup-end"))
        return ft_standby_backup_end(w->side_data, args,
                                     (struct ft_asker){ client, id }, err);
    if (!strcmp(verb, "start-discarding-newer"))
        return ft_standby_start_asked(w, (struct ft_asker){ client, id }, err);
    return ft_fail(err, EREMOTE, "Ask the engine on the other host.",
                   "%s: %s is the primary of %s", verb, ft_worker_peer_name(w),
                   w->config.vm);
}

static int
find_copy(struct ft_worker *w, enum ft_vm_state *vm, struct ft_error *err)
{
    int state = VIR_DOMAIN_NOSTATE, rc = ft_worker_find_dom(w, err);

    if (!rc && w->dom)
        rc = ft_vm_state(w->dom, &state, NULL, err);
    *vm = state == VIR_DOMAIN_RUNNING  ? FT_VM_RUNNING
          : state == VIR_DOMAIN_PAUSED ? FT_VM_WAITING
                                       : FT_VM_GONE;
    return rc;
}

static struct ft_standby *
standby_new(struct ft_worker *w)
{
    struct ft_standby *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->worker = w;
    s->watch = ft_standby_watch_new(s);
    s->replica.write_back = ft_write_back_new();
    s->replica.slot = ft_snapshot_slot_new();
    s->rehearsal = ft_standby_rehearsal_new(s);
    s->backup = ft_standby_backup_new(s);
    if (!s->watch || !s->replica.write_back || !s->replica.slot ||
        !s->rehearsal || !s->backup) {
        free(s->watch);
        free(s);
        return NULL;
    }
    atomic_init(&s->autostart, w->state.autostart != 0);
    pthread_mutex_init(&s->doors_lock, NULL);
    pthread_mutex_init(&s->definition_lock, NULL);
    w->side_data = s;
    ft_worker_watch_intruders(w);
    return s;
}

static int
open_side(struct ft_worker *w, enum ft_vm_state *vm, struct ft_error *err)
{
    int rc;

    if (!w->side_data && !standby_new(w))
        return ft_fail(err, ENOMEM, NULL, "no memory for %s", w->config.vm);
    ft_worker_end_intruder(w);
    ft_worker_sweep_rehearsal(w);
    rc = find_copy(w, vm, err);
    if (!rc && *vm == FT_VM_WAITING) {
        /* what an earlier process put into it is not known */
        rc = ft_standby_stop_domain(w, err);
        *vm = FT_VM_GONE;
    }
    return rc;
}

static void
look(struct ft_worker *w, double seconds)
{
    ft_standby_look(w, seconds);
    ft_standby_rehearse_when_due(w->side_data);
}

const struct ft_side ft_standby_side = {
    .open = open_side,
    .act = act,
    .frame = frame,
    .message = message,
    .link_up = link_up,
    .link_down = link_down,
    .quiet = ft_standby_quiet,
    .look = look,
    .status = status,
    .request = request,
};
