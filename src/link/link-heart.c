/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/link-private.h"

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/priority.h"
#include "link/payload.h"

/* The least one is forgotten slowly: paths change. */
static void
note_trip(struct ft_link *link, int64_t trip)
{
    int64_t least = atomic_load(&link->least_trip_ns);

    atomic_store(&link->round_trip_ns, trip);
    if (least >= 0)
        least += least / 16 + FT_NS_PER_US;
    atomic_store(&link->least_trip_ns, least < 0 || trip < least ? trip : least);
}

void
ft_link_take_heartbeat(struct ft_link *link)
{
    uint64_t stamp = ft_get_le64(link->payload);

    if (link->header.flags & FT_FRAME_ANSWER) {
        uint64_t trip = (uint64_t)ft_clock_ns() - stamp;

        /* A peer that makes stamps up shall not make nonsense of ours. */
        if (trip < (uint64_t)(3600 * FT_NS_PER_S))
            note_trip(link, (int64_t)trip);
        return;
    }
    pthread_mutex_lock(&link->state_lock);
    link->answer_due = 1;
    link->answer = stamp;
    pthread_cond_broadcast(&link->beat);
    pthread_mutex_unlock(&link->state_lock);
}

static int
send_heartbeat(struct ft_link *link, unsigned flags, uint64_t stamp)
{
    unsigned char bytes[FT_HEARTBEAT_SIZE];
    struct iovec payload = { bytes, sizeof(bytes) };
    struct ft_frame_header header;
    int rc;

    ft_put_le64(bytes, stamp);
    rc = ft_link_make_header(FT_FRAME_HEARTBEAT, flags, 0, &payload, 1, &header);
    if (rc)
        return rc;
    /*
     * An answer waits its turn. A question does not: somebody is sending, and
     * any byte tells the peer as much.
     */
    if (flags)
        pthread_mutex_lock(&link->send_lock);
    else if (pthread_mutex_trylock(&link->send_lock))
        return 0;
    rc = ft_link_send_locked(link, &header, &payload, 1);
    pthread_mutex_unlock(&link->send_lock);
    return rc;
}

/* Waits, with state_lock held, for something to do until at_ns. */
static void
wait_beat(struct ft_link *link, int64_t at_ns)
{
    struct timespec until = { at_ns / FT_NS_PER_S, at_ns % FT_NS_PER_S };

    while (!link->stop && !link->error.code && !link->answer_due &&
           ft_clock_ns() < at_ns)
        pthread_cond_timedwait(&link->beat, &link->state_lock, &until);
}

static void *
heart_main(void *opaque)
{
    struct ft_link *link = opaque;
    int64_t next_ns = ft_clock_ns();
    int rc = 0;

    ft_priority_urgent();
    while (!rc) {
        uint64_t stamp;
        int answer;

        pthread_mutex_lock(&link->state_lock);
        wait_beat(link, next_ns);
        rc = link->stop || link->error.code;
        answer = link->answer_due;
        stamp = link->answer;
        link->answer_due = 0;
        pthread_mutex_unlock(&link->state_lock);
        if (!rc && answer)
            rc = send_heartbeat(link, FT_FRAME_ANSWER, stamp);
        if (!rc && ft_clock_ns() >= next_ns) {
            rc = send_heartbeat(link, 0, (uint64_t)ft_clock_ns());
            next_ns = ft_clock_ns() + link->interval_ns;
        }
    }
    return NULL;
}

int
ft_link_start_heartbeat(struct ft_link *link, int64_t interval_ns)
{
    int rc;

    if (link->beating || interval_ns <= 0)
        return -EINVAL;
    link->interval_ns = interval_ns;
    rc = pthread_create(&link->heart, NULL, heart_main, link);
    link->beating = !rc;
    return -rc;
}

/* What the kernel knows of the connection, of when data came last for one. */
static bool
ask_kernel(int fd, struct tcp_info *info)
{
    socklen_t size = sizeof(*info);

    memset(info, 0, sizeof(*info));
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size) == 0 &&
           size >= offsetof(struct tcp_info, tcpi_last_data_recv) + 4;
}

/* The kernel's own idea of when data came last; 0 where it has none. */
static int64_t
kernel_heard(int fd)
{
    struct tcp_info info;
    int waiting = 0;

    if (ioctl(fd, SIOCINQ, &waiting) == 0 && waiting > 0)
        return ft_clock_ns();
    if (!ask_kernel(fd, &info))
        return 0;
    return ft_clock_ns() - (int64_t)info.tcpi_last_data_recv * FT_NS_PER_MS;
}

/* What waits takes less than half of what the socket may (socket(7), SO_MEMINFO). */
static bool
has_room(int fd)
{
    uint32_t memory[SK_MEMINFO_VARS] = { 0 };
    socklen_t size = sizeof(memory);

    return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) == 0 &&
           memory[SK_MEMINFO_RMEM_ALLOC] < memory[SK_MEMINFO_RCVBUF] / 2;
}

bool
ft_link_is_quiet(struct ft_link *link, int64_t ns)
{
    int fd = ft_tls_fd(link->tls);
    struct tcp_info info;

    if (!ask_kernel(fd, &info))
        return false;
    if (info.tcpi_state != TCP_ESTABLISHED)
        return true;
    return (int64_t)info.tcpi_last_data_recv * FT_NS_PER_MS > ns && has_room(fd);
}

int64_t
ft_link_last_heard(struct ft_link *link)
{
    int64_t kernel = kernel_heard(ft_tls_fd(link->tls));
    int64_t ours = atomic_load(&link->heard_ns);

    return FT_MAX(kernel, ours);
}

int64_t
ft_link_round_trip(struct ft_link *link)
{
    return atomic_load(&link->round_trip_ns);
}

int64_t
ft_link_transit(struct ft_link *link)
{
    int64_t least = atomic_load(&link->least_trip_ns);

    return least < 0 ? 0 : least / 2;
}

void
ft_link_init_heart(struct ft_link *link)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&link->beat, &attributes);
    pthread_condattr_destroy(&attributes);
}

void
ft_link_stop_heart(struct ft_link *link)
{
    pthread_mutex_lock(&link->state_lock);
    link->stop = 1;
    pthread_cond_broadcast(&link->beat);
    pthread_mutex_unlock(&link->state_lock);
}

void
ft_link_join_heart(struct ft_link *link)
{
    if (link->beating)
        pthread_join(link->heart, NULL);
    link->beating = 0;
}
