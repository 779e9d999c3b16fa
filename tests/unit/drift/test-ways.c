/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways between the hosts of protected pairs: which is tried next, what of a try is
 * believed, and what is said of it.
 */
#include "config.h"

#include "drift/ways.h"
#include "tests/unit/inventory-fixture.h"

static const char addresses[2][46] = { "10.78.0.2", "10.77.0.2" };

static struct ft_trips
size(int mtu, int full)
{
    return (
        struct ft_trips){ .mtu = mtu, .full_sent = mtu ? 3 : 0, .full = full };
}

/* Evenly from 100 us to most. */
static struct ft_trips
trips(uint32_t most, unsigned count)
{
    struct ft_trips t = { .sent = 8, .count = count };

    for (unsigned i = 0; i < count; i++)
        t.us[i] = 100 + (most - 100) * i / (count > 1 ? count - 1 : 1);
    return t;
}

/* The verdicts that are no pass, as "id:subject ...". */
static const char *
said(const struct ft_ways *ways, const struct fixture *f, int silence_ms)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    static char text[512];

    *text = '\0';
    assert_int_equal(ft_ways_judge(ways, f->h1, f->h2, addresses, 2, silence_ms,
                                   &findings),
                     0);
    for (size_t i = 0; i < findings.count; i++) {
        const struct ft_finding *one = &findings.list[i];

        if (one->verdict != FT_PASS)
            snprintf(text + strlen(text), sizeof(text) - strlen(text),
                     "%s %s:%s", ft_verdict_name(one->verdict), one->id,
                     one->subject);
    }
    ft_findings_free(&findings);
    return text;
}

static void
test_turns(void **state)
{
    struct ft_trips good = trips(200, 8), bad = trips(200, 0);
    struct ft_ways ways = { 0 };
    struct ft_way *a = ft_ways_add(&ways, "10.0.0.1", 7331);
    struct ft_way *b = ft_ways_add(&ways, "10.0.0.2", 7331);

    (void)state;
    assert_ptr_equal(ft_ways_add(&ways, "10.0.0.1", 7332), a);
    assert_int_equal(a->port, 7332);
    assert_ptr_equal(ft_ways_size_due(&ways, 100), a);
    ft_way_take_size(a, &(struct ft_trips){ 0 }, 100);
    assert_ptr_equal(ft_ways_size_due(&ways, 100), b);
    ft_way_take_size(b, &(struct ft_trips){ 0 }, 100);
    assert_null(ft_ways_size_due(&ways, 100)); /* once a look */
    assert_non_null(ft_ways_size_due(&ways, 101));

    ft_way_take_trips(a, &good, 100);
    assert_ptr_equal(ft_ways_trips_due(&ways, 100), b);
    ft_way_take_trips(b, &bad, 100);
    assert_null(ft_ways_trips_due(&ways, 100));
    assert_ptr_equal(ft_ways_trips_due(&ways, 110), b); /* as it went badly */
    ft_way_take_trips(b, &good, 110);
    assert_null(ft_ways_trips_due(&ways, 110));
    assert_ptr_equal(ft_ways_trips_due(&ways, 100 + FT_WAY_TRIPS_EVERY_S), a);
}

static void
test_bounded(void **state)
{
    struct ft_ways ways = { 0 };
    char address[32];

    (void)state;
    for (int i = 0; i < FT_WAYS_MAX; i++) {
        snprintf(address, sizeof(address), "10.0.0.%d", i);
        assert_non_null(ft_ways_add(&ways, address, 1));
    }
    assert_null(ft_ways_add(&ways, "10.0.1.1", 1));
    assert_non_null(ft_ways_add(&ways, "10.0.0.1", 1));
    assert_int_equal(ways.count, FT_WAYS_MAX);
}

/* What went badly is believed after some times in a row; what goes well, at once. */
static void
test_size(void **state)
{
    struct fixture *f = *state;
    struct ft_trips passes = size(1500, 3), one = size(1500, 1),
                    lost = size(1500, 0), nothing = size(0, 0);
    struct ft_ways ways = { 0 };
    struct ft_way *way = ft_ways_add(&ways, "10.77.0.2", 7331);

    f->h2->nics[0].mtu = 1500;
    assert_string_equal(said(&ways, f, 200), "");
    ft_way_take_size(way, &passes, 1);
    for (int i = 1; i < FT_WAY_SIZES_BELIEVED; i++) {
        ft_way_take_size(way, &lost, 1 + i);
        assert_string_equal(said(&ways, f, 200), "");
    }
    ft_way_take_size(way, &one, 5); /* begins to count anew */
    for (int i = 1; i < FT_WAY_SIZES_BELIEVED; i++)
        ft_way_take_size(way, &lost, 5 + i);
    assert_string_equal(said(&ways, f, 200), "");
    ft_way_take_size(way, &lost, 9);
    assert_string_equal(said(&ways, f, 200), "fail link.mtu-passes:h2");
    ft_way_take_size(way, &lost, 10);
    assert_string_equal(said(&ways, f, 200), "fail link.mtu-passes:h2");
    ft_way_take_size(way, &nothing, 11); /* it is down: another check's */
    assert_string_equal(said(&ways, f, 200), "");
    ft_way_take_size(way, &lost, 12);
    assert_string_equal(said(&ways, f, 200), "");
    ft_way_take_size(way, &passes, 13);
    assert_string_equal(said(&ways, f, 200), "");

    f->h2->nics[0].mtu = 1400; /* both ends agree on that one */
    for (int i = 0; i < FT_WAY_SIZES_BELIEVED; i++)
        ft_way_take_size(way, &lost, 14 + i);
    assert_string_equal(said(&ways, f, 200), "");
}

static void
test_trips(void **state)
{
    struct fixture *f = *state;
    struct ft_trips good = trips(200, 8), slow = trips(90000, 8),
                    lost = trips(200, 0);
    struct ft_ways ways = { 0 };
    struct ft_way *way = ft_ways_add(&ways, "10.78.0.2", 7331);

    ft_way_take_trips(way, &good, 1);
    ft_way_take_trips(ft_ways_add(&ways, "10.77.0.2", 7331), &good, 1);
    for (int i = 0; i < FT_WAY_TRIPS_BELIEVED; i++) {
        assert_string_equal(said(&ways, f, 200), "");
        ft_way_take_trips(way, &slow, 2 + i);
    }
    assert_string_equal(said(&ways, f, 200), "warn link.jitter:h2");
    assert_string_equal(said(&ways, f, 2000), ""); /* its silence holds that */
    ft_way_take_trips(way, &good, 9);
    assert_string_equal(said(&ways, f, 200), "");
    for (int i = 0; i < FT_WAY_TRIPS_BELIEVED; i++) /* nothing is known, then */
        ft_way_take_trips(way, &lost, 10 + i);
    assert_string_equal(said(&ways, f, 200), "");
}

static void
test_json(void **state)
{
    struct fixture *f = *state;
    struct ft_trips lost = size(9000, 0), slow = trips(90000, 7);
    struct ft_ways ways = { 0 }, again;
    struct ft_way *way = ft_ways_add(&ways, "10.77.0.2", 7331);
    FT_AUTOJSON json_t *json = NULL;
    FT_AUTOJSON json_t *twice = NULL;
    const struct ft_way *found;

    (void)f;
    for (int i = 0; i < FT_WAY_TRIPS_BELIEVED; i++) {
        ft_way_take_size(way, &lost, 1 + i);
        ft_way_take_trips(way, &slow, 1 + i);
    }
    json = ft_ways_to_json(&ways);
    ft_ways_from_json(json, &again);
    found = ft_ways_find(&again, "10.77.0.2");
    assert_non_null(found);
    assert_int_equal(found->port, 7331);
    assert_int_equal(found->sized_s, 3);
    assert_int_equal(found->bad_trips, FT_WAY_TRIPS_BELIEVED);
    assert_int_equal(found->believed.mtu, 9000);
    assert_int_equal(found->believed.full, 0);
    assert_int_equal(found->believed.count, 7);
    twice = ft_ways_to_json(&again);
    assert_true(json_equal(json, twice));
    assert_null(ft_ways_find(&again, "10.77.0.3"));
}

/* What a peer tells is not trusted. */
static void
test_hostile(void **state)
{
    static const char *const texts[] = {
        "null",
        "{}",
        "[1,null,{},[],\"x\"]",
        "[{\"address\":\"\"},{\"address\":5}]",
        "[{\"address\":\"0123456789012345678901234567890123456789012345678\"}]",
    };
    FT_AUTOJSON json_t *many = json_array();
    FT_AUTOJSON json_t *odd =
        json_pack("[{s:s,s:i,s:i,s:s,s:i,s:i}]", "address", "a", "port", 70000,
                  "sized_s", -1, "trips_s", "x", "bad_sizes", 9, "trips", 1);
    char address[32];
    struct ft_ways ways;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        FT_AUTOJSON json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);

        ft_ways_from_json(json, &ways);
        assert_int_equal(ways.count, 0);
    }
    ft_ways_from_json(NULL, &ways);
    assert_int_equal(ways.count, 0);
    ft_ways_from_json(odd, &ways);
    assert_int_equal(ways.count, 1);
    assert_int_equal(ways.list[0].port, 0);
    assert_int_equal(ways.list[0].sized_s, 0);
    assert_int_equal(ways.list[0].bad_sizes, 0);
    for (int i = 0; i < 2 * FT_WAYS_MAX; i++) {
        snprintf(address, sizeof(address), "10.0.0.%d", i);
        json_array_append_new(many, json_pack("{s:s}", "address", address));
    }
    ft_ways_from_json(many, &ways);
    assert_int_equal(ways.count, FT_WAYS_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test_setup_teardown(test_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trips, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
