/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An epoch on the primary, in the order in which it happens: trigger, stop,
 * boundary, scan and copy, run, ship, commit (ft-architecture(7), AN EPOCH, has
 * the same steps and the standby's half). The replication thread does all of
 * it but the commit, which is the receiver's.
 */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/load.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "qemu/device-sections.h"

/* An epoch between its stop and its end on the wire. */
struct epoch {
    uint64_t number;
    struct ft_stop stop;
    struct ft_epoch_moments at;
    bool sent;       /* its pages went out already */
    uint64_t lag_ns; /* of the guest's clocks, before it */
    enum ft_run_state run;
    unsigned frozen; /* flags: FT_FRAME_FROZEN, FT_FRAME_THAW */
};

/* -- trigger -- */

/*
 * From its begin to its acknowledgement all that this process does is for the
 * epoch, near enough; what an epoch costs is the mean of the last few.
 */
static void
note_cost(struct ft_primary *p)
{
    int64_t cost = ft_load_cpu_ns() - p->cpu_asked_ns;
    int64_t mean = atomic_load(&p->epoch_cpu_ns);

    p->cpu_asked_ns = 0;
    atomic_store(&p->epoch_cpu_ns, mean ? mean + (cost - mean) / 8 : cost);
}

/* With the lock held: facts for the trigger, then its answer. */
static struct ft_trigger_answer
ask_trigger(struct ft_primary *p)
{
    struct ft_trigger_input *in = &p->trigger;

    in->now_ns = ft_clock_ns();
    in->acknowledged = p->acked + 1 >= p->out.open;
    if (in->acknowledged && p->cpu_asked_ns)
        note_cost(p);
    in->epoch_cpu_ns = atomic_load(&p->epoch_cpu_ns);
    in->pressure = atomic_load(&p->pressure) / 100.0;
    in->held_since_ns = ft_primary_held_since(p);
    in->disk_bytes = ft_outgoing_disk_bytes(&p->out);
    in->asked = p->verify;
    in->forced = p->handover.wanted || p->out.open == 1 ||
                 ft_primary_paused_news(p, in->now_ns) ||
                 ft_primary_frozen_news(p);
    return ft_trigger_decide(&p->settings, in);
}

int
ft_epoch_await(struct ft_primary *p, int *final, int *verify)
{
    struct ft_trigger_answer answer = { 0 };
    int64_t looked_ns = 0;
    bool wanted;
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        if (ft_primary_must_stop(p)) {
            rc = -ECANCELED;
            break;
        }
        ft_primary_look_whether_paused(p, &looked_ns);
        answer = ask_trigger(p);
        if (p->disk_broken || p->mirror_ended || p->hardware_changed ||
            p->gate_broken)
            break;
        wanted = p->trigger.forced || p->trigger.asked;
        if (answer.now && (!p->paused.now || wanted))
            break;
        if (p->paused.now && !wanted)
            answer.at_ns = INT64_MAX; /* a VM that stands changes nothing */
        /* disk writes do not wake us: look again soon */
        ft_primary_wait(p, FT_MIN(answer.at_ns,
                                  p->trigger.now_ns + 50 * FT_NS_PER_MS));
    }
    p->reason = answer.reason;
    *final = p->handover.wanted;
    *verify = p->verify;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

/* -- stop; boundary; scan and copy -- */

/* The boundary: what the guest sends and writes from now on is the next epoch's. */
static void
set_boundary(struct ft_primary *p, struct epoch *e)
{
    e->number = ft_outgoing_close_epoch(&p->out);
    ft_primary_mark_epoch(p, e->number);
}

/* A QEMU that is blocked because of us meanwhile owes nobody an answer. */
static int
send_standing(struct ft_primary *p, struct epoch *e, struct ft_error *err)
{
    bool watched = atomic_exchange(&p->with_qemu_ns, 0) != 0;
    int rc =
        ft_page_sender_stream(p->sender, &p->set, e->number, NULL, NULL, err);

    e->sent = true;
    if (watched)
        atomic_store(&p->with_qemu_ns, ft_clock_ns());
    return rc;
}

/* A set too large for memory is sent at once, at the price of a longer stop. */
static int
copy_pages(struct ft_primary *p, struct epoch *e, struct ft_error *err)
{
    int rc = ft_page_sender_copy(p->sender, &p->set, err);

    return rc == -E2BIG ? send_standing(p, e, err) : rc;
}

/* All that has to be done while the VM stands; on failure it goes on. */
static int
take_state(struct ft_primary *p, struct epoch *e, ft_checkpoint_look look,
           void *opaque, struct ft_error *err)
{
    int rc = FT_FAULT("checkpoint-stopped");

    set_boundary(p, e);
    e->frozen = ft_primary_frozen(p);
    if (!rc)
        rc = ft_primary_find_run_state(p, e->stop.hold, &e->run, err);
    if (!rc)
        rc = copy_pages(p, e, err);
    e->at.copied = ft_clock_ns();
    if (!rc && look)
        rc = look(p, opaque, err);
    return rc ? ft_stop_cancel(p, rc) : 0;
}

/* -- run -- */

/* Reads the rest of the device state, with which the VM goes on, if it may. */
static int
let_run(struct ft_primary *p, struct epoch *e, struct ft_error *err)
{
    const struct ft_saver_times *times = &e->stop.times;
    int rc;

    e->stop.send = e->sent ? 0 : e->number;
    rc = ft_stop_end(p, &e->stop, err);
    if (rc)
        return rc;
    e->sent = e->sent || e->stop.sent;
    e->at.ran = e->stop.hold ? ft_clock_ns() : times->running_at_ns;
    p->held = e->stop.hold;
    if (p->held) {
        p->handover.epoch = e->number; /* before its acknowledgement can come */
        p->worker->handover_stopped_ns = times->stopped_at_ns;
    }
    p->trigger.pause_before_ns = p->trigger.last_pause_ns;
    p->trigger.last_pause_ns = ft_stop_pause_ns(&e->stop);
    p->trigger.pages[1] = p->trigger.pages[0];
    p->trigger.pages[0] = p->set.bytes / FT_PAGE_SIZE;
    ft_epoch_stats_add(&p->stats, e->number, times->stopped_at_ns,
                       p->trigger.last_pause_ns, p->set.bytes);
    return 0;
}

/* -- ship -- */

/*
 * How long ago the VM stopped, and what it lacked before. That it had stopped
 * was seen later than it did; together they are what its clocks say.
 */
static void
tell_clocks(struct ft_primary *p, const struct epoch *e,
            struct ft_epoch_begin *begin)
{
    int64_t now = ft_clock_ns(), lag = (int64_t)e->lag_ns;
    int64_t age = now - e->stop.times.stopped_at_ns;
    int64_t lack = ft_guest_clock_lack(p->clock, p->device.data, p->device.size,
                                       lag + now - e->at.asked);

    if (lack >= 0) {
        age = FT_MAX(age, lack - lag);
        lag = FT_MAX(lack - age, 0);
    }
    begin->age_ns = FT_MIN((uint64_t)age, FT_EPOCH_AGE_MAX);
    begin->lag_ns = (uint64_t)FT_MIN(lag, FT_GUEST_CLOCK_JUMP_NS);
}

/* First of all. */
static int
send_begin(struct ft_primary *p, const struct epoch *e)
{
    struct ft_guest_clock_report report;
    struct ft_epoch_begin begin;
    unsigned char payload[FT_EPOCH_BEGIN_SIZE];
    unsigned flags = (atomic_load(&p->autostart) ? FT_FRAME_AUTOSTART : 0) |
                     (unsigned)e->run << FT_FRAME_RUN_SHIFT;
    struct iovec iov = { payload, sizeof(payload) };

    if (ft_link_protocol(ft_session_link(p->out.session)) >= FT_FREEZE_PROTOCOL)
        flags |= e->frozen;
    ft_guest_clock_report(p->clock, &report);
    begin.tsc_hz = report.tsc_hz;
    tell_clocks(p, e, &begin);
    ft_epoch_begin_encode(&begin, payload);
    return ft_outgoing_send(&p->out, e->number, FT_FRAME_EPOCH_BEGIN, flags,
                            &iov, 1);
}

/* Sends size bytes as frames of type, each but the last with MORE. */
static int
send_in_pieces(struct ft_primary *p, uint64_t epoch, enum ft_frame_type type,
               const unsigned char *data, size_t size)
{
    int rc = 0;

    while (!rc && size) {
        size_t n = FT_MIN(size, FT_FRAME_DATA_MAX);
        struct iovec iov = { (void *)(uintptr_t)data, n };

        rc = ft_outgoing_send(&p->out, epoch, type,
                              n < size ? FT_FRAME_MORE : 0, &iov, 1);
        data += n;
        size -= n;
    }
    return rc;
}

/* The standby gets the difference to what it has, where that is smaller. */
static int
send_device_state(struct ft_primary *p, uint64_t epoch, struct ft_error *err)
{
    struct ft_state state = { p->device.data, p->device.size };
    struct ft_state encoded = { NULL, 0 };
    int is_delta, rc;

    rc = ft_state_encode(&state, p->last_state.size ? &p->last_state : NULL,
                         &encoded, &is_delta);
    if (!rc)
        rc = send_in_pieces(p, epoch,
                            is_delta ? FT_FRAME_DEVICE_STATE_DELTA
                                     : FT_FRAME_DEVICE_STATE,
                            encoded.data, encoded.size);
    ft_state_free(&encoded);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot send the device state: %s",
                       strerror(-rc));
    ft_state_free(&p->last_state);
    p->last_state = state;
    memset(&p->device, 0, sizeof(p->device));
    return 0;
}

/*
 * libvirt has no event for vCPUs that come and go. A state with another number
 * of them than the waiting copy would not load there, so it is never committed;
 * one takes thousands of bytes, so a state of the same size has as many.
 */
static int
check_vcpus(struct ft_primary *p, struct ft_error *err)
{
    const char *vm = p->worker->config.vm;
    unsigned had = p->domain.vcpus, now;

    if (p->device.size == p->last_state.size)
        return 0;
    now = ft_device_vcpus(p->device.data, p->device.size);
    if (!now || now == had)
        return 0;
    ft_worker_note(p->worker, "warn", "hardware-changed",
                   "%s had %u vCPUs and has %u now; copying anew", vm, had, now);
    return ft_fail(err, ESTALE, NULL, "the VM's vCPUs changed from %u to %u",
                   had, now);
}

/* Disk writes went out as they happened. */
static int
ship(struct ft_primary *p, const struct epoch *e, struct ft_error *err)
{
    int rc = FT_FAULT("checkpoint-ship");

    if (!rc)
        rc = check_vcpus(p, err);
    if (!rc)
        rc = send_begin(p, e);
    if (!rc && !e->sent)
        rc = ft_page_sender_send(p->sender, &p->set, e->number, err);
    if (!rc)
        rc = send_device_state(p, e->number, err);
    if (!rc)
        rc = ft_primary_check_disks(p, e->run, err);
    if (!rc)
        rc = ft_outgoing_end(&p->out, e->number);
    if (rc && !err->code)
        ft_fail(err, -rc, NULL, "cannot send epoch %llu: %s",
                (unsigned long long)e->number, strerror(-rc));
    return rc;
}

static void
note_shipped(struct ft_primary *p, struct epoch *e, int looked)
{
    e->at.shipped = ft_clock_ns();
    ft_epoch_stats_shipped(&p->stats, e->number, &e->at, p->reason);
    p->shipped_ns = looked ? 0 : e->at.shipped;
    ft_primary_sent_run_state(p, e->run);
    ft_primary_sent_frozen(p, e->frozen);
}

/*
 * The VM stood for so long that somebody will ask why. Once a session: it is the
 * guest's way to work.
 */
static void
note_long_stand(struct ft_primary *p, const struct epoch *e)
{
    double mib = (double)p->set.bytes / (1 << 20);

    if (p->set.bytes <= FT_EPOCH_BUFFER || p->large_told)
        return;
    p->large_told = true;
    ft_worker_note(p->worker, "warn", "large-epoch",
                   "%s stood for %.1f s while %.0f MiB of its memory were sent: "
                   "it writes as fast as they can be sent behind it",
                   p->worker->config.vm,
                   (double)ft_stop_pause_ns(&e->stop) / FT_NS_PER_S, mib);
}

int
ft_checkpoint(struct ft_primary *p, int hold, ft_checkpoint_look look,
              void *opaque, struct ft_error *err)
{
    struct epoch e = { .stop = { .hold = hold } };
    int64_t asked = ft_clock_ns();
    int rc;

    e.at.before = look ? 0 : p->shipped_ns;
    p->shipped_ns = 0;
    atomic_store(&p->uncommitted_ns, look ? 0 : asked);
    p->cpu_asked_ns = look ? 0 : ft_load_cpu_ns();
    p->trigger.last_start_ns = asked;
    rc = ft_stop_with_pages(p, &e.stop, !look, &e.at, err);
    e.lag_ns = (uint64_t)atomic_load(&p->clock_lag_ns); /* by earlier stops */
    if (!rc)
        rc = take_state(p, &e, look, opaque, err);
    if (!rc)
        rc = let_run(p, &e, err);
    atomic_store(&p->with_qemu_ns, 0);
    if (!rc && look)
        atomic_store(&p->uncommitted_ns, ft_clock_ns());
    if (!rc)
        note_long_stand(p, &e);
    if (!rc)
        rc = ship(p, &e, err);
    if (!rc)
        note_shipped(p, &e, look != NULL);
    return rc;
}

/* -- commit -- */

void
ft_epoch_acked(struct ft_primary *p, uint64_t epoch)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_ACKED, .epoch = epoch };

    event.final = epoch == p->handover.epoch;
    ft_worker_event(p->worker, &event);
    if (epoch == 1)
        ft_primary_copy_good(p);
    ft_epoch_stats_acked(&p->stats, epoch, ft_clock_ns());
    atomic_store(&p->uncommitted_ns, 0); /* before the next one can begin */
    pthread_mutex_lock(&p->lock);
    p->acked = epoch;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}
