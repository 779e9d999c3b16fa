/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an epoch waits for that does not end, said and ended (pair/stall.h). */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "primary/primary-private.h"
#include "virt/loop.h"
#include "worker/worker-link.h"

#define LATE_NS (500 * FT_NS_PER_MS) /* between two looks: we did not run */
#define DEATH_MS 10000

static int64_t
patience(const struct ft_primary *p)
{
    return p->worker->config.commit_timeout_ms * FT_NS_PER_MS;
}

/* Control thread. A process that a signal has stopped; not a traced one. */
static bool
is_stopped(pid_t pid)
{
    FT_AUTOFREE char *text = NULL;
    const char *state;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (pid <= 0 || ft_file_read(path, 4096, &text, NULL) < 0)
        return false;
    state = strrchr(text, ')'); /* its name may have anything in it */
    return state && !strncmp(state, ") T ", 4);
}

/*
 * Something that needs no QEMU and no turn, by the connection that the epochs
 * use: whether QEMU owes libvirtd an answer. A dump or a snapshot of the VM keeps
 * us waiting as well, and then QEMU was not even asked.
 */
static void
ask_libvirt(void *opaque)
{
    struct ft_primary *p = opaque;
    virDomainControlInfo info = { 0 };
    bool owes;

    if (virDomainGetControlInfo(p->worker->dom, &info, 0) < 0)
        return;
    owes = info.state == VIR_DOMAIN_CONTROL_OCCUPIED;
    atomic_store(&p->owes_ns, owes ? (int64_t)info.stateTime * FT_NS_PER_MS : 0);
    atomic_store(&p->job, !owes && info.state != VIR_DOMAIN_CONTROL_ERROR);
    atomic_store(&p->libvirt_ns, ft_clock_ns());
}

static void
libvirt_asked(void *opaque)
{
    ((struct ft_primary *)opaque)->stall.asking = false;
}

/* Now and then, what the link brought, and whether there is more to bring. */
static void
measure_link(struct ft_primary *p, int64_t now)
{
    struct ft_stall_watch *s = &p->stall;
    struct ft_session *session = p->worker->session;
    struct ft_link_stats stats = { 0 };
    uint64_t unsent = 0, brought;
    bool same = s->session == session;

    if (now - s->measured_ns < ft_stall_look_ns(patience(p)) && same)
        return;
    if (session) {
        unsent = ft_link_unsent(ft_session_link(session));
        ft_link_stats(ft_session_link(session), &stats);
    }
    brought = stats.bytes_sent > unsent ? stats.bytes_sent - unsent : 0;
    s->rate = same && brought > s->bytes
                  ? (uint64_t)((double)(brought - s->bytes) * FT_NS_PER_S /
                               (double)(now - s->measured_ns))
                  : 0;
    s->blocked = unsent > FT_LINK_IDLE_BYTES;
    s->session = session;
    s->bytes = brought;
    s->measured_ns = now;
}

static struct ft_stall_facts
facts(struct ft_primary *p, int64_t now)
{
    struct ft_worker *w = p->worker;
    int64_t epoch = atomic_load(&p->uncommitted_ns);
    int64_t qemu = atomic_load(&p->with_qemu_ns);
    pid_t pid = atomic_load(&p->qemu_pid);
    struct ft_stall_facts f = { .now_ns = now, .patience_ns = patience(p) };

    if (epoch == p->stall.left_ns)
        epoch = 0;
    /* what passed while we did not run was nobody's silence but ours */
    f.epoch_ns = epoch ? FT_MAX(epoch, p->stall.awake_ns) : 0;
    f.qemu_ns = qemu && epoch ? FT_MAX(qemu, p->stall.awake_ns) : 0;
    f.libvirt_ns = atomic_load(&p->libvirt_ns);
    f.owes_ns = atomic_load(&p->owes_ns);
    f.job = atomic_load(&p->job);
    f.link_rate = p->stall.rate;
    f.link_blocked = p->stall.blocked;
    if (!epoch || now - f.epoch_ns < ft_stall_look_ns(f.patience_ns))
        return f;
    f.stopped = is_stopped(pid);
    f.gone = pid > 0 && ft_vm_process_ends(pid);
    pthread_mutex_lock(&w->own_lock);
    f.may_give_up = ft_ownership_may_give_up(&w->own);
    f.may_go_alone =
        ft_ownership_may_go_alone(&w->own) &&
        (!w->own.config.witness || atomic_load(&w->witness_reachable) == 1);
    pthread_mutex_unlock(&w->own_lock);
    return f;
}

static void
describe(const struct ft_primary *p, char *out, size_t size)
{
    const struct ft_worker *w = p->worker;
    const char *self = w->config.hosts[w->config.self].name;
    const char *peer = ft_worker_peer_name(w);
    int ms = (int)(p->stall.now.for_ns / FT_NS_PER_MS);
    double rate = (double)p->stall.rate / 1e6;
    char begin[40];

    snprintf(begin, sizeof(begin), "no commit for %.*f s", ms < 2000,
             (ms < 2000 ? ms : ms - ms % 1000) / 1000.0);
    switch (p->stall.now.by) {
    case FT_STALL_STOPPED:
        snprintf(out, size, "%s: QEMU on %s is stopped by a signal", begin,
                 self);
        break;
    case FT_STALL_QEMU:
        snprintf(out, size, "%s: QEMU on %s does not answer", begin, self);
        break;
    case FT_STALL_LIBVIRT:
        snprintf(out, size, "%s: libvirtd on %s does not answer", begin, self);
        break;
    case FT_STALL_JOB:
        snprintf(out, size, "%s: libvirtd on %s is at another job with the VM",
                 begin, self);
        break;
    case FT_STALL_LINK:
        snprintf(out, size, "%s: the link to %s brings %.1f MB/s", begin, peer,
                 rate);
        break;
    default:
        snprintf(out, size,
                 "%s: %s does not confirm it (the link brings %.1f MB/s)",
                 begin, peer, rate);
    }
}

json_t *
ft_primary_stalled(const struct ft_primary *p)
{
    char text[256];

    if (p->stall.now.by == FT_STALL_NONE)
        return json_null();
    describe(p, text, sizeof(text));
    return json_pack("{s:s,s:I,s:s}", "by", ft_stall_word(p->stall.now.by),
                     "ms", (json_int_t)(p->stall.now.for_ns / FT_NS_PER_MS),
                     "text", text);
}

static void
say(struct ft_primary *p, const struct ft_stall_answer *answer)
{
    bool hung = answer->by == FT_STALL_STOPPED || answer->by == FT_STALL_QEMU;
    bool news = p->stall.now.by == FT_STALL_NONE && answer->by != FT_STALL_NONE;
    bool over = p->stall.now.by != FT_STALL_NONE && answer->by == FT_STALL_NONE;
    char text[256];

    if (over)
        ft_worker_note(p->worker, "info", "stall-over",
                       "what %s sends was held for %.1f s, and is no more",
                       p->worker->config.vm,
                       (double)p->stall.now.for_ns / FT_NS_PER_S);
    p->stall.now = *answer;
    if (!news)
        return;
    describe(p, text, sizeof(text));
    ft_worker_note(p->worker, hung ? "crit" : "warn", "stalled", "%s: %s",
                   p->worker->config.vm, text);
}

/* ---- QEMU is ended ---- */

struct ending {
    struct ft_primary *p;
    int pidfd;
    bool dead;
};

/* A pidfd becomes readable when the process has ended (pidfd_open(2)). */
static void
end_qemu(void *opaque)
{
    struct ending *e = opaque;
    struct pollfd poll_fd = { .fd = e->pidfd, .events = POLLIN };

    if (syscall(SYS_pidfd_send_signal, e->pidfd, SIGKILL, NULL, 0) == 0 ||
        errno == ESRCH)
        e->dead = poll(&poll_fd, 1, DEATH_MS) == 1;
}

static void
qemu_ended(void *opaque)
{
    struct ending *e = opaque;
    struct ft_worker *w = e->p->worker;

    if (e->dead)
        ft_worker_event_kind(w, FT_EVENT_VM_GONE);
    else
        ft_worker_note(w, "crit", "hung-qemu",
                       "QEMU of %s could not be ended: %s does not take over",
                       w->config.vm, ft_worker_peer_name(w));
    close(e->pidfd);
    free(e);
}

/* Until it is proven dead it might go on; only then the standby is told. */
bool
ft_primary_give_vm_up(struct ft_primary *p, const char *kind, const char *why)
{
    struct ft_worker *w = p->worker;
    struct ending *e = calloc(1, sizeof(*e));
    struct ft_error err = FT_ERROR_INIT;
    pid_t pid = 0;

    if (!e)
        return false;
    e->p = p;
    e->pidfd = -1;
    /* looked up after the descriptor: the number may be another one's by then */
    if (atomic_load(&p->qemu_pid) > 0)
        e->pidfd = (int)syscall(SYS_pidfd_open, atomic_load(&p->qemu_pid), 0);
    if (e->pidfd < 0 ||
        ft_vm_pid(w->config.vm, w->config.vm_uuid, &pid, &err) < 0 ||
        pid != atomic_load(&p->qemu_pid) ||
        ft_loop_async(end_qemu, qemu_ended, e)) {
        if (e->pidfd >= 0)
            close(e->pidfd);
        free(e);
        return false;
    }
    p->stall.ended_ns = atomic_load(&p->uncommitted_ns);
    ft_worker_note(w, "crit", kind, "%s: %s: it is ended, and %s takes over",
                   w->config.vm, why, ft_worker_peer_name(w));
    return true;
}

/* When it cannot be begun now: the next look comes soon. */
static void
give_up(struct ft_primary *p)
{
    char text[256];

    describe(p, text, sizeof(text));
    ft_primary_give_vm_up(p, "hung-qemu", text);
}

static void
tell_end(struct ft_primary *p)
{
    p->stall.ended_ns = atomic_load(&p->uncommitted_ns);
    ft_primary_tell_untold_end(p);
}

/* ---- the link is ended ---- */

/*
 * Epochs stop with the link; what the guest sends goes out once the witness has
 * answered, whatever the replication thread still waits for.
 */
static void
go_alone(struct ft_primary *p)
{
    struct ft_worker *w = p->worker;
    bool libvirt =
        p->stall.now.by == FT_STALL_LIBVIRT || p->stall.now.by == FT_STALL_JOB;
    int rest = libvirt ? 0 : ft_primary_link_fell(p);
    struct ft_error why = FT_ERROR_INIT;
    char text[256], after[24] = "";

    p->stall.left_ns = atomic_load(&p->uncommitted_ns);
    describe(p, text, sizeof(text));
    ft_fail(&why, ETIMEDOUT,
            libvirt ? "See to libvirtd on this host; the copy is made anew."
                    : "See to the network between the hosts; the copy is made "
                      "anew, after a rest.",
            "%s", text);
    ft_worker_set_problem(w, &why);
    if (rest)
        snprintf(after, sizeof(after), " in %d s", rest);
    ft_worker_note(w, "warn", libvirt ? "hung-libvirt" : "slow-link",
                   "%s: %s does not wait for it and goes on alone; the copy is "
                   "made anew%s",
                   text, w->config.vm, after);
    ft_worker_drop_link(w);
    ft_worker_event_kind(w, FT_EVENT_LINK_CLOSED);
}

void
ft_primary_check_stall(struct ft_primary *p)
{
    int64_t now = ft_clock_ns();
    struct ft_stall_answer answer;
    struct ft_stall_facts f;
    bool fresh;

    if (now - p->stall.looked_ns > FT_MIN(LATE_NS, patience(p) / 2))
        p->stall.awake_ns = now;
    p->stall.looked_ns = now;
    measure_link(p, now);
    f = facts(p, now);
    answer = ft_stall_judge(&f);
    say(p, &answer);
    if (answer.ask_libvirt && !p->stall.asking)
        p->stall.asking = !ft_loop_async(ask_libvirt, libvirt_asked, p);
    fresh = p->stall.ended_ns != atomic_load(&p->uncommitted_ns);
    if (answer.tell_end && fresh)
        tell_end(p);
    else if (answer.end_qemu && fresh)
        give_up(p);
    else if (answer.go_alone && p->worker->session)
        go_alone(p);
}
