#include "config.h"

#include "engine/primary.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/loop.h"
#include "virt/qmp.h"
#include "virt/standby.h"

#define GATE_DRAIN_MS 500

static void
wake(struct ft_primary *p)
{
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void
on_output_held(void *opaque)
{
    wake(opaque);
}

int
ft_primary_attach_gate(struct ft_primary *p, struct ft_error *err)
{
    const struct ft_domain *d = &p->domain;
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
    if (p->gate && ft_gate_detach(p->gate, true, GATE_DRAIN_MS, &err))
        ft_log_error(&err, "removing the output gate");
    p->gate = NULL;
    pthread_mutex_unlock(&p->gate_lock);
}

void
ft_primary_drop_open_gate(struct ft_primary *p)
{
    int open;

    pthread_mutex_lock(&p->gate_lock);
    open = p->gate_open;
    pthread_mutex_unlock(&p->gate_lock);
    if (open)
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

void
ft_primary_release_epoch(struct ft_primary *p, uint64_t epoch)
{
    pthread_mutex_lock(&p->gate_lock);
    if (p->gate && p->marks[epoch & 3].epoch == epoch)
        ft_gate_release(p->gate, p->marks[epoch & 3].mark);
    pthread_mutex_unlock(&p->gate_lock);
}

static void
set_gate(struct ft_primary *p, int open)
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
    if (open && idle)
        ft_primary_detach_gate(p);
}

static void
start_sync(struct ft_primary *p)
{
    struct ft_session *s = ft_worker_session(p->worker);

    if (!s)
        return;             /* its end is on its way to the machine */
    pthread_mutex_lock(&p->lock);
    ft_session_unref(p->start);
    p->start = s;
    p->restart = p->busy;
    p->allow_commit = 0;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void
set_flag(struct ft_primary *p, int *flag)
{
    pthread_mutex_lock(&p->lock);
    *flag = 1;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void
destroy_copy(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;
    struct ft_error err = FT_ERROR_INIT;

    ft_worker_note(w, "warn", "copy-destroyed",
                   "%s runs on %s now: the copy here is ended", w->config.vm,
                   ft_worker_peer_name(w));
    if (w->dom && ft_standby_destroy(w->dom, &err))
        ft_log_error(&err, "ending the old copy");
}

/* A QEMU that still waits for its state was won, but never ran. */
static enum ft_vm_state
find_paused_vm(struct ft_worker *w)
{
    FT_AUTOJSON json_t *status = NULL;

    if (ft_qmp(w->dom, "query-status", NULL, &status, NULL) == 0 &&
        !strcmp(ft_json_string(status, "status", ""), "inmigrate"))
        return FT_VM_WAITING;
    return FT_VM_STOPPED;
}

static enum ft_vm_state
find_vm(struct ft_worker *w)
{
    int state = VIR_DOMAIN_NOSTATE, reason = 0;

    if (virDomainGetState(w->dom, &state, &reason, 0) < 0)
        return FT_VM_GONE;
    if (state == VIR_DOMAIN_PAUSED)
        return find_paused_vm(w);
    if (state != VIR_DOMAIN_SHUTOFF && state != VIR_DOMAIN_CRASHED)
        return FT_VM_RUNNING;
    return state == VIR_DOMAIN_SHUTOFF &&
                   (reason == VIR_DOMAIN_SHUTOFF_SHUTDOWN ||
                    reason == VIR_DOMAIN_SHUTOFF_DESTROYED)
               ? FT_VM_OFF : FT_VM_GONE;
}

/* A stopped VM of ours goes on: held by the replication thread, or found so. */
static void
resume_vm(struct ft_primary *p)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc, busy;

    pthread_mutex_lock(&p->lock);
    busy = p->busy;
    pthread_mutex_unlock(&p->lock);
    if (busy) {
        set_flag(p, &p->release_held);
        return;
    }
    rc = ft_saver_recover(p->worker->dom, p->worker->run_folder, true, NULL,
                          &err);
    if (!rc && find_vm(p->worker) == FT_VM_STOPPED &&
        virDomainResume(p->worker->dom) < 0)
        rc = ft_fail(&err, EIO, NULL, "%s", virGetLastErrorMessage());
    if (rc)
        ft_log_error(&err, "letting the VM go on");
    ft_worker_event_kind(p->worker, rc ? FT_EVENT_RESUME_FAILED
                                       : FT_EVENT_RESUMED);
}

static void
act(struct ft_worker *w, const struct ft_ownership_action *action)
{
    struct ft_primary *p = w->side_data;

    switch (action->kind) {
    case FT_ACTION_HOLD_GATE:
        set_gate(p, 0);
        break;
    case FT_ACTION_OPEN_GATE:
        set_gate(p, 1);
        break;
    case FT_ACTION_RELEASE_EPOCH:
        ft_primary_release_epoch(p, action->epoch);
        break;
    case FT_ACTION_START_SYNC:
        start_sync(p);
        break;
    case FT_ACTION_ALLOW_COMMIT:
        set_flag(p, &p->allow_commit);
        break;
    case FT_ACTION_FINAL_EPOCH:
        set_flag(p, &p->final);
        break;
    case FT_ACTION_RESUME_VM:
        resume_vm(p);
        break;
    case FT_ACTION_DESTROY_COPY:
        destroy_copy(p);
        break;
    case FT_ACTION_REMOVED:
        set_flag(p, &p->detach);
        break;
    default:
        ft_log(FT_LOG_ERROR, "a primary cannot do %s",
               ft_ownership_action_name(action->kind));
    }
}

/* On the replication thread: nothing of ours is left in QEMU. */
static void
finish_removal(void *opaque)
{
    struct ft_primary *p = opaque;
    struct ft_worker *w = p->worker;

    if (w->dom && w->state.autostart)
        virDomainSetAutostart(w->dom, 1);
    ft_worker_note(w, "info", "unprotected", "%s goes on unprotected",
                   w->config.vm);
    ft_worker_reply(w, &w->removal, NULL, NULL);
    ft_worker_exit(w, w->give_up ? "gave-up" : "removed");
}

void
ft_primary_detached(struct ft_primary *p)
{
    ft_loop_post(finish_removal, p);
}

static void
on_ack(struct ft_primary *p, uint64_t epoch)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_ACKED, .epoch = epoch };

    event.final = epoch == p->final_epoch;
    ft_worker_event(p->worker, &event);
    ft_epoch_stats_acked(&p->stats, epoch, ft_clock_ns());
    pthread_mutex_lock(&p->lock);
    p->acked = epoch;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
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

static int
frame(struct ft_worker *w, struct ft_session *session,
      const struct ft_frame *f, struct ft_error *err)
{
    struct ft_primary *p = w->side_data;

    (void)session;
    switch (f->type) {
    case FT_FRAME_ACK:
        on_ack(p, f->epoch);
        return 0;
    case FT_FRAME_DISK_DATA:
        return ft_outgoing_take_data(&p->out, f->epoch, f->payload, f->length)
                   ? ft_fail(err, EPROTO, NULL, "disk data of a wrong length")
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
message(struct ft_worker *w, enum ft_ownership_message m)
{
    (void)w;
    (void)m;
}

static void
quiet(struct ft_worker *w, int64_t ns)
{
    (void)w;
    (void)ns;
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

static void
status(struct ft_worker *w, json_t *json)
{
    struct ft_primary *p = w->side_data;
    struct ft_gate_stats stats = { 0 };

    if (!p)
        return;
    pthread_mutex_lock(&p->gate_lock);
    if (p->gate)
        ft_gate_stats(p->gate, &stats);
    pthread_mutex_unlock(&p->gate_lock);
    ft_epoch_stats_report(&p->stats, json);
    json_object_set_new(json, "held_packets",
                        json_integer((json_int_t)stats.held_packets));
    json_object_set_new(json, "dropped_packets",
                        json_integer((json_int_t)stats.dropped));
}

static int
request(struct ft_worker *w, const char *verb, int64_t client, int64_t id,
        struct ft_error *err)
{
    struct ft_primary *p = w->side_data;

    if (w->reported != FT_PAIR_PROTECTED)
        return ft_fail(err, EAGAIN, "Wait until ftadmin status says protected.",
                       "%s is %s", w->config.vm,
                       ft_pair_state_name(w->reported));
    if (!strcmp(verb, "switchover")) {
        if (w->switchover.client)
            return ft_fail(err, EBUSY, NULL, "a switchover is under way");
        w->switchover = (struct ft_asker){ client, id };
        ft_worker_note(w, "info", "switchover", "switching over to %s",
                       ft_worker_peer_name(w));
        ft_worker_event_kind(w, FT_EVENT_SWITCHOVER);
        return 0;
    }
    if (!strcmp(verb, "verify")) {
        pthread_mutex_lock(&p->lock);
        p->verifier = (struct ft_asker){ client, id };
        p->verify = 1;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        return 0;
    }
    return ft_fail(err, EOPNOTSUPP, NULL, "unknown verb %.32s", verb);
}

static void
on_lifecycle_stopped(struct ft_worker *w, int detail)
{
    int off = detail != VIR_DOMAIN_EVENT_STOPPED_CRASHED &&
              detail != VIR_DOMAIN_EVENT_STOPPED_FAILED;

    ft_worker_note(w, off ? "info" : "crit", off ? "vm-off" : "qemu-died",
                   off ? "%s was shut down" : "QEMU of %s died", w->config.vm);
    ft_worker_event_kind(w, off ? FT_EVENT_VM_OFF : FT_EVENT_VM_GONE);
}

/* Our own stops come by here as well, and go again within milliseconds. */
static void
set_paused(struct ft_primary *p, int paused)
{
    pthread_mutex_lock(&p->lock);
    p->paused = paused;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail,
             void *opaque)
{
    struct ft_worker *w = opaque;

    (void)conn;
    (void)dom;
    if (event == VIR_DOMAIN_EVENT_STOPPED)
        on_lifecycle_stopped(w, detail);
    else if (event == VIR_DOMAIN_EVENT_STARTED)
        ft_worker_event_kind(w, FT_EVENT_VM_STARTED);
    else if (event == VIR_DOMAIN_EVENT_SUSPENDED)
        set_paused(w->side_data, 1);
    else if (event == VIR_DOMAIN_EVENT_RESUMED)
        set_paused(w->side_data, 0);
    return 0;
}

/* The waiting copy lacks that device: its state would not load there. */
static void
on_device(virConnectPtr conn, virDomainPtr dom, const char *device,
          void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    (void)dom;
    ft_worker_note(p->worker, "warn", "hardware-changed",
                   "device %s of %s came or went; copying anew", device,
                   p->worker->config.vm);
    set_flag(p, &p->hardware_changed);
}

/* A mirror that is not ended by us has lost writes: the replica is stale. */
static void
on_block_job(virConnectPtr conn, virDomainPtr dom, const char *disk, int type,
             int job_status, void *opaque)
{
    struct ft_primary *p = opaque;

    (void)conn;
    (void)dom;
    (void)disk;
    if (type == VIR_DOMAIN_BLOCK_JOB_TYPE_COPY &&
        job_status == VIR_DOMAIN_BLOCK_JOB_FAILED)
        set_flag(p, &p->disk_broken);
}

static void
watch_domain(struct ft_worker *w, struct ft_primary *p)
{
    virConnectDomainEventRegisterAny(w->conn, w->dom,
                                     VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), w,
                                     NULL);
    virConnectDomainEventRegisterAny(w->conn, w->dom,
                                     VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_block_job), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->conn, w->dom,
                                     VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_device), p,
                                     NULL);
    virConnectDomainEventRegisterAny(w->conn, w->dom,
                                     VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_device), p,
                                     NULL);
}

/* A rebooted old primary must not start a stale copy by itself. */
static void
switch_autostart_off(struct ft_worker *w)
{
    int on = 0;

    if (virDomainGetAutostart(w->dom, &on) < 0 || !on)
        return;
    w->state.autostart = 1;
    ft_worker_persist(w);
    virDomainSetAutostart(w->dom, 0);
}

/* Nobody will track this VM any more: its memory is as free as before us. */
static void
clean_up_for_good(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_domain domain = { 0 };

    if (ft_domain_inspect(w->dom, &domain, &err) ||
        ft_guest_memory_remove_leftovers(w->dom, domain.pid, NULL, &err))
        ft_log_error(&err, "ending the tracking of guest memory");
    ft_domain_free(&domain);
}

static void
clean_up_after_others(struct ft_worker *w)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_saver_recover(w->dom, w->run_folder, false, NULL, &err))
        ft_log_error(&err, "letting the VM go on");
    ft_saver_remove_leftovers(w->dom);
    if (ft_disk_feed_end_leftovers(w->dom, w->run_folder, &err))
        ft_log_error(&err, "ending old mirrors");
    if (w->give_up)
        clean_up_for_good(w);
}

static struct ft_primary *
primary_new(struct ft_worker *w)
{
    struct ft_primary *p = calloc(1, sizeof(*p));
    pthread_condattr_t attr;

    if (!p)
        return NULL;
    p->worker = w;
    p->gate_open = !w->state.record.peer_may_take_over;
    ft_epoch_stats_init(&p->stats);
    ft_outgoing_init(&p->out);
    pthread_mutex_init(&p->lock, NULL);
    pthread_mutex_init(&p->gate_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &attr);
    return p;
}

static int
open_side(struct ft_worker *w, enum ft_vm_state *vm, struct ft_error *err)
{
    struct ft_primary *p = w->side_data ? w->side_data : primary_new(w);
    pthread_t thread;

    w->side_data = p;
    if (!w->dom)
        w->dom = virDomainLookupByUUIDString(w->conn, w->config.vm_uuid);
    if (!p)
        return ft_fail(err, ENOMEM, NULL, "no memory for %s", w->config.vm);
    if (!w->dom) {
        *vm = FT_VM_GONE;
    } else {
        *vm = find_vm(w);
        if (*vm == FT_VM_RUNNING || *vm == FT_VM_STOPPED)
            clean_up_after_others(w);
        *vm = find_vm(w);
        switch_autostart_off(w);
        watch_domain(w, p);
    }
    if (pthread_create(&thread, NULL, ft_replicator_main, p))
        return ft_fail(err, EAGAIN, NULL, "cannot start a thread");
    pthread_detach(thread);
    return 0;
}

const struct ft_side ft_primary_side = {
    .open = open_side, .act = act, .frame = frame, .message = message,
    .link_up = link_up, .link_down = link_down, .quiet = quiet,
    .status = status, .request = request,
};
