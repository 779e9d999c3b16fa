/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who makes room at a full door. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "link/crowd.h"
#include "link/tcp.h"

static void
nobody(void **state)
{
    struct ft_crowd_place known[2] = { { .since_ns = 1 }, { .since_ns = 2 } };

    (void)state;
    assert_int_equal(ft_crowd_victim(NULL, 0), 0);
    assert_int_equal(ft_crowd_victim(known, 2), 2);
}

static void
the_oldest_of_the_largest_crowd(void **state)
{
    struct ft_crowd_place places[] = {
        { { 9 }, 1, true }, /* older, and alone */
        { { 7 }, 30, true }, { { 7 }, 20, true },
        { { 7 }, 2, false }, /* has said who it is */
        { { 8 }, 3, true },  { { 7 }, 40, true },
        { { 8 }, 4, true },
    };

    (void)state;
    assert_int_equal(ft_crowd_victim(places, FT_ARRAY_SIZE(places)), 2);
    places[2].stranger = false; /* two crowds of one size: the older one's */
    assert_int_equal(ft_crowd_victim(places, FT_ARRAY_SIZE(places)), 4);
}

/* A crowd of any length never drives out who came from elsewhere. */
static void
a_crowd_drives_out_itself(void **state)
{
    struct ft_crowd_place places[16] = { { { 1 }, 0, true } };

    (void)state;
    for (size_t i = 1; i < FT_ARRAY_SIZE(places); i++)
        places[i] = (struct ft_crowd_place){ { 2 }, (int64_t)i, true };
    for (int64_t now = 100; now < 100000; now++) {
        size_t i = ft_crowd_victim(places, FT_ARRAY_SIZE(places));

        assert_in_range(i, 1, FT_ARRAY_SIZE(places) - 1);
        places[i] = (struct ft_crowd_place){ { 2 }, now, true };
    }
}

static void
where_from(void **state)
{
    static const char *const address[] = { "127.0.0.1" };
    static const unsigned char four[FT_CROWD_ADDRESS_SIZE] = { 127, 0, 0, 1 };
    static const unsigned char none[FT_CROWD_ADDRESS_SIZE];
    unsigned char from[FT_CROWD_ADDRESS_SIZE] = { 1 };
    int door = -1, there = -1, here;

    (void)state;
    ft_crowd_from(-1, from);
    assert_memory_equal(from, none, sizeof(none));
    assert_int_equal(ft_tcp_listen(0, &door, NULL), 0);
    assert_int_equal(ft_tcp_connect(address, 1, ft_tcp_port(door),
                                    ft_clock_ns() + 60 * FT_NS_PER_S, &there,
                                    NULL),
                     0);
    here = accept(door, NULL, NULL);
    assert_true(here >= 0);
    ft_crowd_from(here, from);
    assert_memory_equal(from, four, sizeof(four));
    close(here);
    close(there);
    close(door);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody),
        cmocka_unit_test(the_oldest_of_the_largest_crowd),
        cmocka_unit_test(a_crowd_drives_out_itself),
        cmocka_unit_test(where_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
