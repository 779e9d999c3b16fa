/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "gate/gate-filter.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/priority.h"
#include "gate/gate-qemu.h"
#include "gate/gate-queue.h"

#define READ_SIZE (256u << 10) /* bytes per read */
#define WRITE_VECTOR 64        /* packets per write */
#define POLL_NS (200 * FT_NS_PER_US)

struct gate_nic {
    struct ft_gate_sockets sockets;
    struct ft_gate_queue queue;
};

struct ft_gate_filter {
    virDomainPtr dom;
    char tag[FT_GATE_TAG_SIZE];
    ft_gate_wake wake;
    void *opaque;
    pthread_t thread;
    bool has_thread;
    int poke_fd;          /* eventfd: look again */
    pthread_mutex_t lock; /* of all below and the sockets */
    struct gate_nic *nics;
    size_t n_nics;
    size_t limit, used; /* bytes */
    uint64_t mark;      /* of the packets that come now */
    bool open, waking, ending;
    uint64_t released, released_bytes; /* ever */
    uint8_t buffer[READ_SIZE];
};

/* ----- under the lock ----- */

static void
close_nic(struct gate_nic *nic)
{
    ft_cleanup_close(&nic->sockets.out);
    ft_cleanup_close(&nic->sockets.in);
    nic->sockets.out = nic->sockets.in = -1;
    nic->queue.broken = true;
}

/* Reads all that QEMU has sent. Returns the packets that became held. */
static size_t
read_nic(struct ft_gate_filter *gate, struct gate_nic *nic)
{
    struct ft_gate_policy policy = {
        .mark = gate->mark,
        .now_ns = ft_clock_ns(),
        .open = gate->open,
        .limit = gate->limit,
        .used = &gate->used,
    };
    size_t held = 0;

    while (nic->sockets.out >= 0) {
        ssize_t n = read(nic->sockets.out, gate->buffer, READ_SIZE);

        if (n > 0) {
            held += ft_gate_queue_receive(&nic->queue, &policy, gate->buffer,
                                          (size_t)n);
            if ((size_t)n < READ_SIZE)
                break;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            if (n == 0 || errno != EAGAIN)
                close_nic(nic);
            break;
        }
    }
    return held;
}

static void
write_nic(struct ft_gate_filter *gate, struct gate_nic *nic)
{
    struct iovec vectors[WRITE_VECTOR];

    while (nic->sockets.in >= 0 && nic->queue.leaving.first) {
        struct msghdr message = { .msg_iov = vectors };
        ssize_t n;

        message.msg_iovlen =
            (size_t)ft_gate_queue_vectors(&nic->queue, vectors, WRITE_VECTOR);
        n = sendmsg(nic->sockets.in, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (errno != EAGAIN)
                close_nic(nic);
            return;
        }
        gate->released += ft_gate_queue_sent(&nic->queue, (size_t)n,
                                             &gate->used, &gate->released_bytes);
    }
}

/* Writes what may leave; true when there is more than the sockets take. */
static bool
write_all(struct ft_gate_filter *gate)
{
    bool more = false;
    size_t i;

    for (i = 0; i < gate->n_nics; i++) {
        write_nic(gate, &gate->nics[i]);
        more |=
            gate->nics[i].sockets.in >= 0 && gate->nics[i].queue.leaving.first;
    }
    return more;
}

/* The same for other threads: the rest is the gate's thread's, which waits for
 * room. */
static void
write_now(struct ft_gate_filter *gate)
{
    if (write_all(gate))
        eventfd_write(gate->poke_fd, 1);
}

static size_t
read_all(struct ft_gate_filter *gate)
{
    size_t i, held = 0;

    for (i = 0; i < gate->n_nics; i++)
        held += read_nic(gate, &gate->nics[i]);
    return held;
}

/* ----- the thread ----- */

static void
fill_poll(struct ft_gate_filter *gate, struct pollfd *fds)
{
    size_t i;

    fds[0] = (struct pollfd){ gate->poke_fd, POLLIN, 0 };
    for (i = 0; i < gate->n_nics; i++) {
        const struct gate_nic *nic = &gate->nics[i];

        fds[1 + 2 * i] = (struct pollfd){ nic->sockets.out, POLLIN, 0 };
        fds[2 + 2 * i] =
            (struct pollfd){ nic->sockets.in,
                             nic->queue.leaving.first ? POLLOUT : 0, 0 };
    }
}

/* QEMU hung up on one of a NIC's sockets: neither is of use any more. */
static void
close_dead(struct ft_gate_filter *gate, const struct pollfd *fds, size_t n_nics)
{
    size_t i;

    for (i = 0; i < n_nics; i++) {
        const struct pollfd *in = &fds[2 + 2 * i];

        if (in->revents & (POLLHUP | POLLERR) &&
            in->fd == gate->nics[i].sockets.in)
            close_nic(&gate->nics[i]);
    }
}

/* True when the owner must be told of a packet that no mark covers. */
static bool
pass_on(struct ft_gate_filter *gate)
{
    eventfd_t count;
    bool wake;

    eventfd_read(gate->poke_fd, &count);
    wake = read_all(gate) > 0 && !gate->waking;
    gate->waking |= wake;
    write_all(gate);
    return wake;
}

static void *
run(void *opaque)
{
    struct ft_gate_filter *gate = opaque;
    struct pollfd fds[1 + 2 * FT_VM_NICS_MAX];
    size_t n;
    bool wake;

    ft_priority_brisk();
    pthread_setname_np(pthread_self(), "gate");
    pthread_mutex_lock(&gate->lock);
    while (!gate->ending) {
        fill_poll(gate, fds);
        n = gate->n_nics;
        pthread_mutex_unlock(&gate->lock);
        poll(fds, 1 + 2 * n, -1);
        pthread_mutex_lock(&gate->lock);
        wake = pass_on(gate);
        close_dead(gate, fds, n);
        pthread_mutex_unlock(&gate->lock);
        if (wake && gate->wake)
            gate->wake(gate->opaque);
        pthread_mutex_lock(&gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
    return NULL;
}

/* ----- set up and taken down ----- */

static void
dispose(struct ft_gate_filter *gate)
{
    size_t i;

    if (gate->has_thread) {
        pthread_mutex_lock(&gate->lock);
        gate->ending = true;
        eventfd_write(gate->poke_fd, 1);
        pthread_mutex_unlock(&gate->lock);
        pthread_join(gate->thread, NULL);
    }
    for (i = 0; i < gate->n_nics; i++) {
        close_nic(&gate->nics[i]);
        ft_gate_queue_free(&gate->nics[i].queue);
    }
    ft_cleanup_close(&gate->poke_fd);
    virDomainFree(gate->dom);
    pthread_mutex_destroy(&gate->lock);
    free(gate->nics);
    free(gate);
}

static int
add_nic(struct ft_gate_filter *gate, const struct ft_vm_nic *nic,
        struct ft_error *err)
{
    struct ft_gate_sockets sockets;
    int rc = ft_gate_add(gate->dom, gate->tag, (unsigned)gate->n_nics, nic,
                         &sockets, err);

    if (rc < 0)
        return rc;
    pthread_mutex_lock(&gate->lock);
    gate->nics[gate->n_nics++].sockets = sockets;
    eventfd_write(gate->poke_fd, 1);
    pthread_mutex_unlock(&gate->lock);
    return 0;
}

/* Makes the thread, which reads from the first packet on, then the filters. */
static int
add_all(struct ft_gate_filter *gate, const struct ft_vm_nic *nics, size_t n,
        struct ft_error *err)
{
    size_t i;
    int rc;

    gate->poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    gate->nics = calloc(n + 1, sizeof(*gate->nics));
    if (gate->poke_fd < 0 || !gate->nics)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = pthread_create(&gate->thread, NULL, run, gate);
    if (rc)
        return ft_fail(err, rc, NULL, "thread: %s", strerror(rc));
    gate->has_thread = true;
    for (i = 0; i < n && rc == 0; i++)
        rc = add_nic(gate, &nics[i], err);
    return rc;
}

static struct ft_gate_filter *
new_gate(virDomainPtr dom, size_t limit, ft_gate_wake wake, void *opaque)
{
    struct ft_gate_filter *gate = calloc(1, sizeof(*gate));

    if (!gate)
        return NULL;
    pthread_mutex_init(&gate->lock, NULL);
    gate->poke_fd = -1;
    gate->dom = dom;
    virDomainRef(dom);
    gate->limit = limit;
    gate->mark = 1;
    gate->wake = wake;
    gate->opaque = opaque;
    ft_gate_new_tag(gate->tag);
    return gate;
}

int
ft_gate_filter_attach(virDomainPtr dom, const struct ft_vm_nic *nics, size_t n,
                      size_t limit, ft_gate_wake wake, void *opaque,
                      struct ft_gate_filter **out, struct ft_error *err)
{
    struct ft_gate_filter *gate;
    int rc;

    *out = NULL;
    gate = new_gate(dom, limit, wake, opaque);
    if (!gate)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = add_all(gate, nics, n, err);
    if (rc < 0) {
        ft_gate_remove(dom, gate->tag, NULL, NULL, NULL);
        dispose(gate);
        return rc;
    }
    /* Only now the old ones: so there was never a moment without. When that
     * fails both stay, and the way is closed. */
    rc = ft_gate_remove(dom, NULL, gate->tag, NULL, err);
    if (rc < 0) {
        dispose(gate);
        return rc;
    }
    *out = gate;
    return 0;
}

uint64_t
ft_gate_filter_mark(struct ft_gate_filter *gate)
{
    uint64_t mark;

    pthread_mutex_lock(&gate->lock);
    read_all(gate);
    mark = gate->mark++;
    gate->waking = false;
    pthread_mutex_unlock(&gate->lock);
    return mark;
}

void
ft_gate_filter_release(struct ft_gate_filter *gate, uint64_t mark)
{
    size_t i;

    pthread_mutex_lock(&gate->lock);
    for (i = 0; i < gate->n_nics; i++)
        ft_gate_queue_release(&gate->nics[i].queue, mark);
    write_now(gate);
    pthread_mutex_unlock(&gate->lock);
}

void
ft_gate_filter_set_open(struct ft_gate_filter *gate, bool open)
{
    size_t i;

    pthread_mutex_lock(&gate->lock);
    gate->open = open;
    gate->waking = false;
    for (i = 0; open && i < gate->n_nics; i++)
        ft_gate_queue_release(&gate->nics[i].queue, UINT64_MAX);
    write_now(gate);
    pthread_mutex_unlock(&gate->lock);
}

void
ft_gate_filter_stats(struct ft_gate_filter *gate, struct ft_gate_stats *stats)
{
    int64_t now = ft_clock_ns();
    size_t i;

    pthread_mutex_lock(&gate->lock);
    stats->released += gate->released;
    stats->released_bytes += gate->released_bytes;
    for (i = 0; i < gate->n_nics; i++) {
        const struct ft_gate_queue *queue = &gate->nics[i].queue;

        stats->held_packets += queue->held.packets;
        stats->held_bytes += queue->held.bytes;
        stats->dropped += queue->dropped;
        stats->broken |= queue->broken;
        if (queue->held.first)
            stats->oldest_ns =
                FT_MAX(stats->oldest_ns, now - queue->held.first->at_ns);
    }
    pthread_mutex_unlock(&gate->lock);
}

/* Whether nothing is on its way in either direction: our queues are empty and
 * QEMU has read what we wrote (SIOCOUTQ counts what it has not). */
static bool
is_quiet(struct ft_gate_filter *gate)
{
    bool quiet = true;
    size_t i;

    pthread_mutex_lock(&gate->lock);
    read_all(gate);
    write_now(gate);
    for (i = 0; i < gate->n_nics; i++) {
        const struct gate_nic *nic = &gate->nics[i];
        int unread = 0;

        if (nic->sockets.in < 0)
            continue;
        ioctl(nic->sockets.in, SIOCOUTQ, &unread);
        quiet = quiet && !nic->queue.leaving.first && unread == 0;
    }
    pthread_mutex_unlock(&gate->lock);
    return quiet;
}

static int
wait_quiet(struct ft_gate_filter *gate, int64_t deadline)
{
    while (!is_quiet(gate)) {
        if (ft_clock_ns() > deadline)
            return -ETIMEDOUT;
        ft_clock_sleep(POLL_NS);
    }
    return 0;
}

/*
 * Lets all out and leads the guest's output past the filters. In between the
 * gate passes packets on; the few that QEMU had sent us when the filters went
 * off come after that.
 */
static int
let_out(struct ft_gate_filter *gate, int timeout_ms, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    int rc;

    ft_gate_filter_set_open(gate, true);
    rc = wait_quiet(gate, deadline);
    if (rc == 0)
        rc = ft_gate_bypass(gate->dom, gate->tag, err);
    if (rc == 0)
        rc = wait_quiet(gate, deadline);
    if (rc == -ETIMEDOUT)
        ft_fail(err, ETIMEDOUT, NULL,
                "QEMU did not take back the held output "
                "in time");
    return rc;
}

int
ft_gate_filter_detach(struct ft_gate_filter **gate, int timeout_ms,
                      struct ft_error *err)
{
    struct ft_gate_filter *g = *gate;
    int rc, removed;

    if (!g)
        return 0;
    rc = let_out(g, timeout_ms, err);
    removed = ft_gate_remove(g->dom, g->tag, NULL, NULL, rc < 0 ? NULL : err);
    if (removed == 0) {
        dispose(g);
        *gate = NULL;
    }
    return rc < 0 ? rc : removed;
}

void
ft_gate_filter_abandon(struct ft_gate_filter *gate)
{
    if (gate)
        dispose(gate);
}

int
ft_gate_filter_remove_leftovers(virDomainPtr dom, unsigned *removed,
                                struct ft_error *err)
{
    return ft_gate_remove(dom, NULL, NULL, removed, err);
}
