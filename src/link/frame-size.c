/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "link/frame-size.h"

#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define SMALL 64
#define TIMES 3 /* of each size */
#define PATIENCE_NS (400 * FT_NS_PER_MS)
#define MTU_LEAST 576
#define MTU_MOST 65535
#define ECHO_HEADER \
    8 /* type, code, checksum, identifier, sequence: both versions */

struct echo {
    uint8_t type, code;
    uint16_t sum, identifier, sequence;
};

struct way {
    const struct addrinfo *to;
    int fd;
    uint16_t identifier;
    int header; /* of IP, in bytes */
    unsigned char *packet;
    struct ft_frame_size_seen *seen;
};

static bool
is_v6(const struct way *way)
{
    return way->to->ai_family == AF_INET6;
}

/* RFC 1071; the kernel does it for ICMPv6. */
static uint16_t
checksum(const unsigned char *data, size_t size)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < size; i += 2)
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    if (size % 2)
        sum += (uint32_t)data[size - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

/* What the kernel takes for the way's MTU: the NIC's, if nothing is known of less. */
static int
look_mtu(struct way *way, struct ft_error *err)
{
    FT_AUTOCLOSE int fd =
        socket(way->to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof(way->seen->mtu);
    int rc = fd < 0 ? -1 : connect(fd, way->to->ai_addr, way->to->ai_addrlen);

    if (rc == 0)
        rc = is_v6(way)
                 ? getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &way->seen->mtu, &size)
                 : getsockopt(fd, IPPROTO_IP, IP_MTU, &way->seen->mtu, &size);
    if (rc < 0)
        return ft_fail(err, errno, NULL, "there is no way to it: %s",
                       strerror(errno));
    way->seen->mtu = FT_MAX(FT_MIN(way->seen->mtu, MTU_MOST), MTU_LEAST);
    return 0;
}

/* Nobody cuts what is sent, and what is known of a smaller MTU is not heeded. */
static int
open_socket(struct way *way, struct ft_error *err)
{
    const int v4 = IP_PMTUDISC_PROBE, v6 = IPV6_PMTUDISC_PROBE;
    int rc;

    way->fd = socket(way->to->ai_family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     is_v6(way) ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP);
    if (way->fd < 0)
        return ft_fail(err, errno, "Run it as root.", "no socket for ICMP: %s",
                       strerror(errno));
    rc = is_v6(way)
             ? setsockopt(way->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6,
                          sizeof(v6))
             : setsockopt(way->fd, IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof(v4));
    if (rc == 0)
        rc = connect(way->fd, way->to->ai_addr, way->to->ai_addrlen);
    return rc == 0 ? 0
                   : ft_fail(err, errno, NULL, "there is no way to it: %s",
                             strerror(errno));
}

static void
send_echo(struct way *way, int size, uint16_t sequence)
{
    size_t length = (size_t)(size - way->header);
    struct echo echo = {
        .type = is_v6(way) ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
        .identifier = way->identifier,
        .sequence = htons(sequence),
    };

    memset(way->packet, 0, length);
    memcpy(way->packet, &echo, sizeof(echo));
    if (!is_v6(way)) {
        echo.sum = checksum(way->packet, length);
        memcpy(way->packet, &echo, sizeof(echo));
    }
    /* what does not go out is not answered */
    if (send(way->fd, way->packet, length, 0) < 0)
        return;
}

/* The sequence of an answer to one of ours, with its length; -1: something else. */
static int
read_answer(struct way *way, int *size)
{
    ssize_t n = recv(way->fd, way->packet, MTU_MOST, 0);
    const struct ip *ip = (const struct ip *)(const void *)way->packet;
    size_t skip = is_v6(way) ? 0 : n > 0 ? (size_t)ip->ip_hl * 4 : 0;
    struct echo echo;

    if (n < 0 || (size_t)n < skip + ECHO_HEADER)
        return -1;
    memcpy(&echo, way->packet + skip, sizeof(echo));
    *size = (int)((size_t)n - skip) + way->header;
    return echo.type == (is_v6(way) ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
                   echo.identifier == way->identifier
               ? ntohs(echo.sequence)
               : -1;
}

/* How many of times echoes of that size are answered; sequences begin with first. */
static int
try_size(struct way *way, int size, uint16_t first)
{
    int64_t end = ft_clock_ns() + PATIENCE_NS, left;
    unsigned answered = 0;
    int count = 0;

    for (uint16_t i = 0; i < TIMES; i++)
        send_echo(way, size, first + i);
    while (count < TIMES && (left = end - ft_clock_ns()) > 0) {
        struct pollfd p = { way->fd, POLLIN, 0 };
        int got, sequence;

        if (poll(&p, 1, (int)(left / FT_NS_PER_MS) + 1) <= 0)
            continue;
        sequence = read_answer(way, &got) - first;
        if (sequence >= 0 && sequence < TIMES && got == size &&
            !(answered & 1u << sequence)) {
            answered |= 1u << sequence;
            count++;
        }
    }
    return count;
}

static int
try_way(struct way *way, struct ft_error *err)
{
    int rc = look_mtu(way, err);

    if (!rc)
        rc = open_socket(way, err);
    if (rc)
        return rc;
    way->seen->small = try_size(way, SMALL, 1);
    if (way->seen->small > 0) {
        way->seen->full = try_size(way, way->seen->mtu, 1 + TIMES);
        way->seen->full_sent = TIMES;
    }
    return 0;
}

int
ft_frame_size_try(const char *address, struct ft_frame_size_seen *seen,
                  struct ft_error *err)
{
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
                                    .ai_socktype = SOCK_DGRAM };
    FT_AUTOFREE unsigned char *packet = malloc(MTU_MOST);
    struct addrinfo *to;
    struct way way = { .fd = -1, .packet = packet, .seen = seen };
    int rc;

    memset(seen, 0, sizeof(*seen));
    if (!packet)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (getaddrinfo(address, NULL, &hints, &to) != 0)
        return ft_fail(err, EINVAL, NULL, "\"%.60s\" is no address", address);
    way.to = to;
    way.header = to->ai_family == AF_INET6 ? 40 : 20;
    way.identifier = (uint16_t)getpid();
    rc = try_way(&way, err);
    if (way.fd >= 0)
        close(way.fd);
    freeaddrinfo(to);
    return rc;
}
