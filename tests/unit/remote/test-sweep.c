/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Knocking at many addresses: loopback has all of 127.0.0.0/8, so one listener
 * for all of them is as many machines.
 */
#include "config.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/sweep.h"

#define LOOPBACK UINT32_C(0x7f000000)

/* Says something to everybody who connects, by the last byte of the address. */
struct listener {
    int fd;
    unsigned port;
    pthread_t thread;
};

static void *
serve(void *data)
{
    const struct listener *l = data;
    int silent[64], count = 0, fd;

    while ((fd = accept(l->fd, NULL, NULL)) >= 0) {
        struct sockaddr_in to;
        socklen_t size = sizeof(to);
        uint32_t last;

        assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &size), 0);
        last = ntohl(to.sin_addr.s_addr) & 255;
        if (last == 255) { /* the end */
            close(fd);
            break;
        }
        if (last == 2) { /* takes the connection and says nothing */
            silent[count++] = fd;
            continue;
        }
        if (last != 4) {
            const char *word = last == 3 ? "220 mail\r\n" : "SSH-2.0-x\r\n";

            assert_int_equal(write(fd, word, strlen(word)), strlen(word));
        }
        close(fd);
    }
    while (count)
        close(silent[--count]);
    return NULL;
}

static void
begin(struct listener *l)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof(at);

    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(l->fd >= 0);
    assert_int_equal(bind(l->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(l->fd, 512), 0);
    assert_int_equal(getsockname(l->fd, (struct sockaddr *)&at, &size), 0);
    l->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&l->thread, NULL, serve, l), 0);
}

static void
end(struct listener *l)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)l->port),
                              .sin_addr = { htonl(LOOPBACK + 255) } };
    FT_AUTOCLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    pthread_join(l->thread, NULL);
    close(l->fd);
}

struct seen {
    enum ft_reach reach[512];
    unsigned done, open;
    unsigned full_for; /* so many questions are answered with yes */
    unsigned stop_at;  /* 0: never */
};

static void
on_done(void *data, size_t index, int fd, enum ft_reach reach)
{
    struct seen *seen = data;

    seen->reach[index] = reach;
    seen->done++;
    assert_int_equal(fd >= 0, reach == FT_REACH_NONE);
    if (fd >= 0) {
        char word[5] = "";

        assert_int_equal(read(fd, word, 4), 4); /* nothing was taken of it */
        assert_string_equal(word, "SSH-");
        seen->open++;
        close(fd);
    }
}

static bool
on_full(void *data)
{
    struct seen *seen = data;

    if (!seen->full_for)
        return false;
    seen->full_for--;
    return true;
}

static bool
on_stopped(void *data)
{
    const struct seen *seen = data;

    return seen->stop_at && seen->done >= seen->stop_at;
}

static int
sweep(unsigned port, unsigned at_once, size_t count, struct seen *seen)
{
    struct ft_sweep how = { port,    at_once,    300, on_done,
                            on_full, on_stopped, seen };
    uint32_t addresses[512];

    for (size_t i = 0; i < count; i++)
        addresses[i] =
            LOOPBACK + (uint32_t)(i / 200 << 8) + (uint32_t)(i % 200) + 1;
    return ft_sweep_run(&how, addresses, count);
}

static void
test_each_is_of_its_class(void **state)
{
    struct listener l;
    struct seen seen = { .full_for = 2 };

    (void)state;
    begin(&l);
    assert_int_equal(sweep(l.port, 0, 6, &seen), 0);
    end(&l);
    assert_int_equal(seen.done, 6);
    assert_int_equal(seen.reach[0], FT_REACH_NONE);
    assert_int_equal(seen.reach[1], FT_REACH_TIMEOUT);
    assert_int_equal(seen.reach[2], FT_REACH_PROTOCOL);
    assert_int_equal(seen.reach[3], FT_REACH_REFUSED);
    assert_int_equal(seen.reach[4], FT_REACH_NONE);
    assert_int_equal(seen.open, 3);
}

static void
test_nobody_listens(void **state)
{
    struct listener l;
    struct seen seen = { .stop_at = 0 };
    unsigned port;

    (void)state;
    begin(&l);
    port = l.port;
    end(&l);
    assert_int_equal(sweep(port, 0, 3, &seen), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(seen.reach[i], FT_REACH_REFUSED);
}

static void
test_more_than_at_once(void **state)
{
    struct listener l;
    struct seen seen = { .stop_at = 0 };

    (void)state;
    begin(&l);
    assert_int_equal(sweep(l.port, 7, 500, &seen), 0);
    end(&l);
    assert_int_equal(seen.done, 500);
    assert_int_equal(seen.open, 500 - 3 * 3); /* .2, .3 and .4 of three nets */
}

static void
test_it_can_be_stopped(void **state)
{
    struct listener l;
    struct seen seen = { .stop_at = 5 };

    (void)state;
    begin(&l);
    assert_int_equal(sweep(l.port, 4, 500, &seen), -ECANCELED);
    end(&l);
    assert_in_range(seen.done, 5, 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_of_its_class),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_more_than_at_once),
        cmocka_unit_test(test_it_can_be_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
