/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look tries the ways to the peers of the pairs that this host keeps, and the next one
 * knows of it. Over the loopback device; large packets only where the test may send them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "drift/ways-try.h"
#include "link/tcp.h"
#include "tests/unit/scratch.h"
#include "worker/pair-store.h"

#define PAIR "0a1b2c3d-0000-4000-8000-000000000001"
#define VM "0a1b2c3d-0000-4000-8000-00000000000f"
#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void
save_pair(uint16_t port)
{
    FT_AUTOJSON json_t *json = json_pack(
        "{s:i,s:s,s:s,s:s,s:i,s:[{s:s,s:[s]},{s:s,s:[s,s],s:i}],s:[s,s]}",
        "schema", 1, "pair", PAIR, "vm", "vm1", "vm_uuid", VM, "self", 0,
        "hosts", "name", "h1", "addresses", "127.0.0.1", "name", "h2",
        "addresses", "127.0.0.1", "127.0.0.2", "port", (int)port, "pools", "a",
        "b");
    struct ft_error err = FT_ERROR_INIT;

    if (ft_pair_save(json, KEY, NULL, &err))
        fail_msg("%s", err.text);
}

static const struct ft_way *
way_to(const struct ft_ways *ways, const char *address, uint16_t port)
{
    const struct ft_way *way = ft_ways_find(ways, address);

    assert_non_null(way);
    assert_int_equal(way->port, port);
    assert_true(way->sized_s > 0);
    assert_true(way->trips_s > 0);
    return way;
}

static void
test_try(void **state)
{
    static struct ft_ways first, second;
    FT_AUTOJSON json_t *pairs = json_pack("[s]", PAIR);
    FT_AUTOJSON json_t *none = json_array();
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOCLOSE int fd = -1;
    const struct ft_way *way;
    uint16_t port;

    (void)state;
    mkdir(FT_STATE_FOLDER, 0700);
    mkdir(FT_RUN_FOLDER, 0700);
    assert_int_equal(ft_tcp_listen(0, &fd, &err), 0);
    port = ft_tcp_port(fd);
    save_pair(port);

    ft_ways_try(pairs, &first);
    assert_int_equal(first.count, 2);
    way = way_to(&first, "127.0.0.1", port);
    assert_int_equal(way->believed.count, FT_TRIPS_LEAST);
    assert_int_equal(way->believed.refused, 0);
    assert_true(way->believed.mtu == 0 || way->believed.full > 0);
    way_to(&first, "127.0.0.2", port);

    ft_ways_try(pairs, &second); /* a moment later no round trips are due */
    assert_int_equal(second.count, 2);
    assert_int_equal(way_to(&second, "127.0.0.1", port)->trips_s, way->trips_s);
    assert_int_equal(second.list[0].believed.count, FT_TRIPS_LEAST);

    ft_ways_try(none, &second); /* no pair, no way */
    assert_int_equal(second.count, 0);
    ft_ways_try(pairs, &second);
    assert_int_equal(second.count, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_try) };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
