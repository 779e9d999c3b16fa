/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flood: connections that say little and then nothing.
 *
 *   usage: flood ADDRESS PORT HELD RATE [TEXT]
 *
 * Holds so many connections to a door, each of which has said TEXT (escapes as \0 and \n), and
 * makes one anew for each that the door closed, at most RATE a second (0: none anew), until it is
 * killed. Prints "made N" each time that there were HELD more. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

static struct sockaddr_in door = { .sin_family = AF_INET };
static char text[256];
static size_t text_size;
static int epoll_fd;

/* What the shell's printf would make of it; only what is needed. */
static void
unescape(const char *in)
{
    for (; *in && text_size < sizeof(text); in++) {
        char c = *in;

        if (c == '\\' && in[1] >= '0' && in[1] <= '7')
            c = (char)(*++in - '0');
        else if (c == '\\' && in[1] == 'n' && in++)
            c = '\n';
        text[text_size++] = c;
    }
}

static int
make_one(void)
{
    struct epoll_event event = { .events =
                                     EPOLLRDHUP | (text_size ? EPOLLOUT : 0) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    event.data.fd = fd;
    if ((connect(fd, (struct sockaddr *)&door, sizeof(door)) < 0 &&
         errno != EINPROGRESS) ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        close(fd);
        return -1;
    }
    return 0;
}

/* 1: it is gone. */
static int
serve(struct epoll_event *event)
{
    if (event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        close(event->data.fd);
        return 1;
    }
    if (send(event->data.fd, text, text_size, MSG_NOSIGNAL) < 0)
        return 0; /* its end comes as an event */
    event->events = EPOLLRDHUP;
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, event->data.fd, event);
    return 0;
}

static void
flood(long held, long rate)
{
    int64_t began = ft_clock_ns();
    long made = 0, here = 0, said = 0;

    for (;;) {
        struct epoll_event events[256];
        int64_t due = (ft_clock_ns() - began) / FT_NS_PER_MS * rate / 1000;
        int n;

        while (here < held && made < (rate ? due : held)) {
            here += !make_one();
            made++;
        }
        n = epoll_wait(epoll_fd, events, FT_ARRAY_SIZE(events), 1);
        for (int i = 0; i < n; i++)
            here -= serve(&events[i]);
        if (made >= said + held) {
            said += held;
            printf("made %ld\n", said);
            fflush(stdout);
        }
    }
}

int
main(int argc, char **argv)
{
    struct rlimit limit;

    if (argc < 5 || inet_pton(AF_INET, argv[1], &door.sin_addr) != 1) {
        fprintf(stderr, "usage: flood ADDRESS PORT HELD RATE [TEXT]\n");
        return 2;
    }
    door.sin_port = htons((uint16_t)strtol(argv[2], NULL, 10));
    unescape(argc > 5 ? argv[5] : "");
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        return 1;
    flood(strtol(argv[3], NULL, 10), strtol(argv[4], NULL, 10));
    return 0;
}
