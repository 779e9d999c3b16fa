/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "answers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int
answer_parse(const char *line, struct answer *answer)
{
    char kind[16];

    if (sscanf(line,
               "done %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNx64
               " %39s %" SCNu64 " %15s",
               &answer->client, &answer->number, &answer->global,
               &answer->checksum, answer->boot, &answer->uptime, kind) != 7)
        return -1;
    answer->repeated = !strcmp(kind, "repeated");
    return answer->repeated || !strcmp(kind, "new") ? 0 : -1;
}

void
payload_make(uint64_t client, uint64_t number, unsigned length, char *payload)
{
    char digits[17];

    for (unsigned i = 0; i < length; i++) {
        if (i % 16 == 0)
            snprintf(digits, sizeof(digits), "%016" PRIx64,
                     ledger_mix(client ^ number, i));
        payload[i] = digits[i % 16];
    }
    payload[length] = 0;
}

uint64_t
clock_ns(int clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static void
be_patient(int fd)
{
    int one = 1, idle = 15, interval = 15, count = 40;
    unsigned timeout_ms = 600000;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms,
               sizeof(timeout_ms));
}

static int
finish_connect(int fd, int seconds)
{
    struct pollfd wait = { .fd = fd, .events = POLLOUT };
    int error = ETIMEDOUT;
    socklen_t size = sizeof(error);

    if (poll(&wait, 1, seconds * 1000) == 1)
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

int
ledger_connect(const char *target, int seconds)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM },
                    *found = NULL;
    char host[256];
    const char *colon = strrchr(target, ':');
    int fd, error;

    if (!colon || (size_t)(colon - target) >= sizeof(host)) {
        fprintf(stderr, "ledger: expected ADDRESS:PORT, not '%s'\n", target);
        return -1;
    }
    snprintf(host, sizeof(host), "%.*s", (int)(colon - target), target);
    error = getaddrinfo(host, colon + 1, &hints, &found);
    if (error) {
        fprintf(stderr, "ledger: %s: %s\n", target, gai_strerror(error));
        return -1;
    }
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    error = connect(fd, found->ai_addr, found->ai_addrlen) ? errno : 0;
    if (error == EINPROGRESS)
        error = finish_connect(fd, seconds);
    freeaddrinfo(found);
    if (error) {
        fprintf(stderr, "ledger: %s: %s\n", target, strerror(error));
        close(fd);
        return -1;
    }
    be_patient(fd);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}
