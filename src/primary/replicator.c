/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/priority.h"
#include "primary/primary-private.h"
#include "virt/vm.h"
#include "worker/worker-libvirt.h"

#define RETRY_NS (2 * FT_NS_PER_S)
#define VM_END_NS (2 * FT_NS_PER_S) /* libvirt tells within milliseconds */

/* Compress when the link, not the processor, is what we wait for. */
static void
adapt_compression(struct ft_primary *p, int64_t *last_blocked,
                  int64_t *last_time)
{
    struct ft_link_stats s;
    int64_t now = ft_clock_ns();

    if (now - *last_time < FT_NS_PER_S)
        return;
    ft_link_stats(ft_session_link(p->out.session), &s);
    if (*last_time)
        ft_page_sender_set_compress(p->sender,
                                    s.send_blocked_ns - *last_blocked >
                                        (now - *last_time) / 4);
    *last_blocked = s.send_blocked_ns;
    *last_time = now;
}

static void
note_pages(struct ft_primary *p, uint64_t before[2])
{
    uint64_t data, zero;

    ft_page_sender_counts(p->sender, &data, &zero);
    ft_epoch_stats_pages(&p->stats, data - before[0], zero - before[1]);
    before[0] = data;
    before[1] = zero;
}

static void
note_traffic(struct ft_primary *p)
{
    struct ft_link_stats s;

    ft_link_stats(ft_session_link(p->out.session), &s);
    ft_epoch_stats_traffic(&p->stats, s.bytes_sent,
                           ft_outgoing_disk_total(&p->out),
                           ft_page_sender_buffer(p->sender), p->last_state.size);
}

/*
 * After the last epoch the VM stands until the ownership machine decides. When
 * there was no last epoch it goes on at once.
 */
static int
after_final(struct ft_primary *p, int rc, struct ft_error *err)
{
    struct ft_error ignored = FT_ERROR_INIT;
    int release;

    if (rc) {
        if (p->held)
            ft_stop_release(p, &ignored);
        ft_primary_set_flag(p, &p->handover.wanted, 0);
        ft_worker_event_kind(p->worker, FT_EVENT_FINAL_FAILED);
        return rc;
    }
    pthread_mutex_lock(&p->lock);
    while (!p->handover.release && !p->detach)
        ft_primary_wait(p, INT64_MAX);
    release = p->handover.release;
    p->handover = (struct ft_handover){ 0 };
    pthread_mutex_unlock(&p->lock);
    if (!release)
        return -ECANCELED;
    rc = ft_stop_release(p, err);
    ft_worker_event_kind(p->worker,
                         rc ? FT_EVENT_RESUME_FAILED : FT_EVENT_RESUMED);
    return rc;
}

/* Asked before the next epoch, and again as long as there is no answer. */
static bool
lacks_mirror(struct ft_primary *p)
{
    int ended, lacks = 0;

    pthread_mutex_lock(&p->lock);
    ended = p->mirror_ended;
    p->mirror_ended = 0;
    pthread_mutex_unlock(&p->lock);
    if (ended)
        lacks = ft_disk_feed_lacks_mirror(p->feed);
    if (lacks < 0)
        ft_primary_set_flag(p, &p->mirror_ended, 1);
    return lacks > 0;
}

static int
checkpoint_loop(struct ft_primary *p, struct ft_error *err)
{
    int64_t blocked = 0, blocked_at = 0;
    uint64_t pages[2] = { 0, 0 };
    int final, verify, rc = 0;

    memset(&p->trigger, 0, sizeof(p->trigger));
    p->shipped_ns = p->cpu_asked_ns = 0;
    while (!rc) {
        rc = ft_epoch_await(p, &final, &verify);
        if (rc)
            break;
        if (p->disk_broken || p->hardware_changed || p->gate_broken)
            return ft_fail(err, EIO, NULL,
                           p->disk_broken ? "a mirror job ended by itself"
                           : p->gate_broken
                               ? "the gate of a NIC does not hold any more"
                               : "the VM's devices changed");
        if (lacks_mirror(p))
            return ft_fail(err, EIO, "To end them for good: ftadmin unprotect.",
                           "somebody ended a job that mirrors a disk of %s",
                           p->worker->config.vm);
        /* a sample under way ends first: what is asked for begins with its own */
        rc = p->copy.sample && !final ? ft_verify_sample(p, err)
             : verify && !final       ? ft_verify_primary(p, err)
                                : ft_checkpoint(p, final, NULL, NULL, err);
        if (final)
            rc = after_final(p, rc, err);
        ft_disk_feed_settle(p->feed, p->out.open,
                            (uint64_t)atomic_load(&p->durable));
        note_pages(p, pages);
        note_traffic(p);
        adapt_compression(p, &blocked, &blocked_at);
    }
    return rc;
}

static int
await_commit(struct ft_primary *p)
{
    int rc;

    ft_worker_event_kind(p->worker, FT_EVENT_SYNC_DONE);
    pthread_mutex_lock(&p->lock);
    while (!p->allow_commit && !ft_primary_must_stop(p))
        ft_primary_wait(p, INT64_MAX);
    rc = ft_primary_must_stop(p) ? -ECANCELED : 0;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

/* All of one session: from an empty standby to the end of the link. */
static int
replicate(struct ft_primary *p, struct ft_error *err)
{
    int rc = ft_primary_rest_link(p);

    if (!rc)
        rc = ft_primary_await_retry(p);
    ft_primary_begin_copy(p);
    if (!rc)
        rc = ft_sync_open(p, err);
    if (!rc)
        rc = ft_sync_copy(p, err);
    ft_epoch_stats_progress(&p->stats, NULL, 0, 0);
    if (!rc)
        rc = ft_primary_prove_link(p, err);
    if (!rc)
        ft_primary_note_copied(p);
    if (!rc)
        rc = await_commit(p);
    return rc ? rc : checkpoint_loop(p, err);
}

/* With nothing of the guest's held there is time before beginning anew. */
static void
begin_later(struct ft_primary *p)
{
    int64_t until = ft_clock_ns() + RETRY_NS;
    int again;

    pthread_mutex_lock(&p->lock);
    until = FT_MAX(until, p->retry.until_ns);
    while (!ft_primary_must_stop(p) && ft_clock_ns() < until)
        ft_primary_wait(p, until);
    again = !ft_primary_must_stop(p);
    pthread_mutex_unlock(&p->lock);
    if (again)
        ft_worker_event_kind(p->worker, FT_EVENT_SYNC_FAILED);
}

/*
 * A QEMU that dies makes the checkpoint fail before libvirt tells of its death.
 * The machine must hear of that first: then nothing was wrong with what the
 * standby has, and it is all there is of the guest.
 */
static void
await_end_of_vm(struct ft_primary *p)
{
    int64_t until = ft_clock_ns() + VM_END_NS;

    if (!ft_vm_process_ends(p->domain.pid))
        return;
    pthread_mutex_lock(&p->lock);
    while (!p->vm_ended && !p->detach && ft_clock_ns() < until)
        ft_primary_wait(p, until);
    pthread_mutex_unlock(&p->lock);
    ft_primary_tell_untold_end(p);
}

/*
 * A failure of ours, or of libvirt, whose own words are about its sockets. True
 * when the guest's output was held, and is no more.
 */
static int
report_failure(struct ft_primary *p, struct ft_error *err)
{
    int held;

    if (virConnectIsAlive(p->worker->conn) != 1)
        ft_worker_fail_silent_libvirt(p->worker, err);
    if (ft_worker_set_problem(p->worker, err))
        ft_worker_note(p->worker, "warn", "replication-failed", "%s%s%s",
                       err->text, err->hint[0] ? "; " : "", err->hint);
    if (!p->hardware_changed)
        ft_primary_copy_failed(p);
    pthread_mutex_lock(&p->lock);
    held = p->allow_commit;
    pthread_mutex_unlock(&p->lock);
    if (held) {
        await_end_of_vm(p);
        ft_worker_event_kind(p->worker, FT_EVENT_SYNC_FAILED);
    }
    return held;
}

/*
 * A failure is told before QEMU is let go: that asks libvirt, which may be
 * what does not answer.
 */
static void
run_session(struct ft_primary *p, struct ft_session *session)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc, failed, held = 0;

    ft_outgoing_begin(&p->out, session);
    ft_epoch_stats_begin(&p->stats);
    p->large_told = false;
    rc = replicate(p, &err);
    atomic_store(&p->uncommitted_ns, 0);
    if (rc && !err.code)
        ft_fail(&err, ECANCELED, NULL, "the link to %s ended",
                ft_worker_peer_name(p->worker));
    ft_verify_end(p, &err);
    ft_outgoing_mute(&p->out);
    /* a link that is gone is told by its end, which may not have come yet */
    failed = rc != -ECANCELED && !ft_primary_stopped(p) &&
             !ft_link_error(ft_session_link(session), NULL);
    if (failed)
        held = report_failure(p, &err);
    ft_sync_close(p, failed);
    ft_outgoing_end_session(&p->out);
    ft_session_unref(session);
    if (failed && !held)
        begin_later(p);
}

/* With the lock held, but for the look. */
static void
wait_with_kept(struct ft_primary *p)
{
    int64_t until = INT64_MAX;

    if (p->feed) {
        pthread_mutex_unlock(&p->lock);
        until = ft_primary_watch_kept(p);
        pthread_mutex_lock(&p->lock);
    }
    if (!p->start && !p->detach)
        ft_primary_wait(p, until);
}

/* The next session to serve, or NULL when QEMU is to be left for good. */
static struct ft_session *
next_session(struct ft_primary *p)
{
    struct ft_session *s;

    ft_primary_drop_open_gate(p);
    pthread_mutex_lock(&p->lock);
    p->busy = 0;
    while (!p->start && !p->detach)
        wait_with_kept(p);
    s = FT_STEAL(p->start);
    p->busy = 1;
    p->link_lost = p->restart = p->allow_commit = 0;
    p->handover = (struct ft_handover){ 0 };
    p->acked = 0;
    atomic_store(&p->durable, 0);
    p->disk_broken = p->mirror_ended = p->hardware_changed = 0;
    p->gate_broken = 0;
    json_decref(p->setup_answer);
    p->setup_answer = NULL;
    if (p->detach) {
        ft_session_unref(s);
        s = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    return s;
}

void *
ft_replicator_main(void *argument)
{
    struct ft_primary *p = argument;
    struct ft_session *s;

    ft_priority_brisk();
    while ((s = next_session(p)))
        run_session(p, s);
    ft_disk_feed_stop(FT_STEAL(p->feed));
    ft_guest_clock_free(p->clock);
    p->clock = NULL;
    ft_primary_detach_gate(p);
    ft_primary_detached(p);
    return NULL;
}
