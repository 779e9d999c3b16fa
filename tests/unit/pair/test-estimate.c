/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured, read from JSON that a host says, and what follows from it:
 * guests of several kinds, and numbers that no guest has.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "pair/estimate.h"

#define MIB (1 << 20)

/* A guest that writes so many pages in 10, 100 and 500 ms. */
static struct ft_measurement
guest(double in_10, double in_100, double in_500)
{
    return (struct ft_measurement){
        .vm = "vm1",
        .uuid = "8cbbf3fd-f0d0-40e9-9071-0f5d768fee20",
        .qemu = "7.2.22",
        .seconds = 30,
        .memory = UINT64_C(256) * MIB,
        .vcpus = 1,
        .lengths = { { 10.1, 200, in_10, in_10, in_10 * 1.5, in_10 * 2, 0 },
                     { 100.2, 50, in_100, in_100, in_100 * 1.5, in_100 * 2, 0 },
                     { 500.4, 20, in_500, in_500, in_500 * 1.5, in_500 * 2, 0 } },
        .n_lengths = 3,
        .scan_ms = 0.2,
        .copy_bytes_per_s = 4e9,
        .data = 0.5,
        .dirty_data = 1,
        .packed = 1,
        .disk_capacity = 64 * MIB,
        .disk_allocated = 64 * MIB,
        .monitor_ms = 1,
        .pressure = 5,
    };
}

static struct ft_estimate
estimate(const struct ft_measurement *measured, double link)
{
    struct ft_estimate_input input = { .measured = measured,
                                       .trigger = FT_TRIGGER_SETTINGS_INIT,
                                       .link_bytes_per_s = link,
                                       .round_trip_ms = 0.1,
                                       .engine_memory = UINT64_C(256) * MIB };
    struct ft_estimate out;

    ft_estimate(&input, &out);
    return out;
}

static double
value(const struct ft_estimate *estimate, enum ft_estimate_figure figure)
{
    return estimate->figures[figure].value;
}

static void
assert_about(double got, double wanted)
{
    if (got < wanted / 1.25 || got > wanted * 1.25)
        fail_msg("%g is not about %g", got, wanted);
}

static void
assert_sane(const struct ft_estimate *estimate)
{
    for (int i = 0; i < FT_ESTIMATE_COUNT; i++) {
        const struct ft_estimate_range *range = &estimate->figures[i];

        if (!isfinite(range->value) || !isfinite(range->most) ||
            !(range->least >= 0 && range->least <= range->value &&
              range->value <= range->most))
            fail_msg("%s: %g, %g to %g",
                     ft_estimate_word((enum ft_estimate_figure)i), range->value,
                     range->least, range->most);
    }
}

/* An epoch in 500 ms, a pause that is all stop. */
static void
idle_guest(void **state)
{
    struct ft_measurement measured = guest(1, 8, 40);
    struct ft_estimate out = estimate(&measured, 1.25e9);

    (void)state;
    assert_sane(&out);
    assert_about(value(&out, FT_ESTIMATE_EPOCHS), 2);
    assert_about(value(&out, FT_ESTIMATE_PAUSE_P50), 3.2);
    assert_about(value(&out, FT_ESTIMATE_LINK), 2 * (40 * 4096 * 1.02 + 4096));
    assert_about(value(&out, FT_ESTIMATE_LATENCY_P50), 4.3);
    assert_false(out.sends);
    assert_false(out.link_is_full);
}

/* 16 MiB in 100 ms: ten epochs a second, 4 ms to copy. */
static void
busy_guest(void **state)
{
    struct ft_measurement measured = guest(400, 4096, 20000);
    struct ft_estimate out = estimate(&measured, 1.25e9);

    (void)state;
    assert_sane(&out);
    assert_about(value(&out, FT_ESTIMATE_EPOCHS), 10);
    assert_about(value(&out, FT_ESTIMATE_PAUSE_P50), 3.2 + 4.2);
    assert_about(value(&out, FT_ESTIMATE_LINK), 160.0 * MIB);
    assert_about(value(&out, FT_ESTIMATE_DIRTY), 16.0 * MIB);
}

/* The same over 1 Gbit/s: epochs wait for the network, which carries all it can. */
static void
slow_link(void **state)
{
    struct ft_measurement measured = guest(400, 4096, 20000);
    struct ft_estimate out = estimate(&measured, 125e6);

    (void)state;
    assert_sane(&out);
    assert_true(out.link_is_full);
    assert_true(value(&out, FT_ESTIMATE_EPOCHS) < 8);
    assert_true(value(&out, FT_ESTIMATE_LINK) < 130e6);
    assert_true(value(&out, FT_ESTIMATE_LINK) > 90e6);
}

/* The same pages again and again: a longer epoch has no more of them. */
static void
small_working_set(void **state)
{
    struct ft_measurement measured = guest(500, 500, 500);
    struct ft_estimate out = estimate(&measured, 1.25e9);

    (void)state;
    assert_about(value(&out, FT_ESTIMATE_DIRTY), 500 * 4096);
}

/* What it sends asks for epochs, as many as budget and share allow. */
static void
guest_that_sends(void **state)
{
    struct ft_measurement measured = guest(60, 100, 120);
    struct ft_estimate out;

    (void)state;
    measured.packets_per_s = 1000;
    for (unsigned i = 0; i < measured.n_lengths; i++)
        measured.lengths[i].sent = 1;
    out = estimate(&measured, 1.25e9);
    assert_sane(&out);
    assert_true(out.sends);
    assert_about(value(&out, FT_ESTIMATE_EPOCHS), 130);
    assert_about(value(&out, FT_ESTIMATE_LATENCY_P50), 8);
    /* a packet in ten seconds is no reason for many */
    measured.packets_per_s = 0.1;
    for (unsigned i = 0; i < measured.n_lengths; i++)
        measured.lengths[i].sent = 0.01;
    measured.lengths[0].sent = 0.001;
    out = estimate(&measured, 1.25e9);
    assert_about(value(&out, FT_ESTIMATE_EPOCHS), 10);
}

/*
 * One packet in longer than there are nanoseconds in 64 bits is as one in hours: taken
 * as a number of them, it was a guest that sends all the time.
 */
static void
guest_that_hardly_sends(void **state)
{
    struct ft_measurement measured = guest(60, 100, 120);
    struct ft_estimate rare, never;

    (void)state;
    measured.packets_per_s = 1e-4;
    rare = estimate(&measured, 1.25e9);
    measured.packets_per_s = 1e-300;
    never = estimate(&measured, 1.25e9);
    assert_about(value(&never, FT_ESTIMATE_EPOCHS),
                 value(&rare, FT_ESTIMATE_EPOCHS));
    assert_about(value(&never, FT_ESTIMATE_LATENCY_P50),
                 value(&rare, FT_ESTIMATE_LATENCY_P50));
    measured.packets_per_s = 1;
    measured.lengths[0].sent = 1e-300;
    never = estimate(&measured, 1.25e9);
    assert_about(value(&never, FT_ESTIMATE_EPOCHS),
                 value(&rare, FT_ESTIMATE_EPOCHS));
}

/* More than is kept in memory is sent while it runs; what it writes again and again as
 * fast as that is sent while it stands in the end. */
static void
more_than_the_buffer(void **state)
{
    struct ft_measurement measured = guest(1000, 20000, 25000);
    struct ft_estimate out;

    (void)state;
    measured.memory = UINT64_C(4096) * MIB;
    measured.copy_bytes_per_s = 2e9;
    out = estimate(&measured, 1.25e9);
    assert_sane(&out);
    assert_true(value(&out, FT_ESTIMATE_PAUSE_P50) < 300);
    assert_true(value(&out, FT_ESTIMATE_PAUSE_P50) > 50);
    assert_true(value(&out, FT_ESTIMATE_EPOCHS) < 4);
}

/* Few intervals: the same figure, a wider range. */
static void
few_intervals(void **state)
{
    struct ft_measurement measured = guest(1, 8, 40);
    struct ft_estimate many = estimate(&measured, 0), few;

    (void)state;
    for (unsigned i = 0; i < measured.n_lengths; i++)
        measured.lengths[i].count = 2;
    few = estimate(&measured, 0);
    for (int i = FT_ESTIMATE_PAUSE_P50; i <= FT_ESTIMATE_LINK; i++) {
        assert_true(few.figures[i].value == many.figures[i].value);
        assert_true(few.figures[i].most > many.figures[i].most ||
                    i == FT_ESTIMATE_PAUSED);
    }
}

static uint32_t chance = 1;

/* 0, something in between, and the bound itself. */
static double
absurd(double most)
{
    static const double parts[] = { 0,    1e-300, 1e-18, 1e-9, 1e-6,
                                    1e-3, 0.1,    0.5,   1,    1 };

    chance = chance * 1664525U + 1013904223U;
    return most * parts[(chance >> 16) % FT_ARRAY_SIZE(parts)];
}

/* Whatever the decoder lets pass is answered, soon, by figures that are numbers. */
static void
absurd_numbers(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct ft_measurement m = guest(0, 0, 0);
        struct ft_estimate out;

        for (unsigned k = 0; k < m.n_lengths; k++) {
            m.lengths[k].mean = absurd(1e18);
            m.lengths[k].p50 = absurd(1e18);
            m.lengths[k].p99 = absurd(1e18);
            m.lengths[k].sent = absurd(1);
        }
        m.n_lengths = (unsigned)i % 3 + 1;
        m.memory = (uint64_t)absurd(1152921504606846976.0);
        m.disk_allocated = (uint64_t)absurd(1152921504606846976.0);
        m.scan_ms = absurd(86400000);
        m.copy_bytes_per_s = absurd(1e18);
        m.data = absurd(1);
        m.dirty_data = absurd(1);
        m.packed = absurd(1);
        m.write_bytes_per_s = absurd(1e18);
        m.packets_per_s = absurd(1e18);
        m.monitor_ms = absurd(86400000);
        m.flush_ms = absurd(86400000);
        m.pressure = absurd(100);
        out = estimate(&m, absurd(1e18));
        assert_sane(&out);
    }
}

/* Where the network is too slow pages are compressed; elsewhere that changes nothing. */
static void
compressed_on_a_slow_link(void **state)
{
    struct ft_measurement m = guest(100, 1000, 4000), packed = m, hardly = m;
    struct ft_estimate raw = estimate(&m, 20e6), fast = estimate(&m, 5e9), out;

    (void)state;
    packed.packed = 0.25;
    hardly.packed = 0.9; /* is sent as it is */
    out = estimate(&packed, 20e6);
    assert_true(value(&out, FT_ESTIMATE_LATENCY_P50) <
                value(&raw, FT_ESTIMATE_LATENCY_P50) / 1.5);
    assert_true(value(&out, FT_ESTIMATE_FIRST_SYNC) <
                value(&raw, FT_ESTIMATE_FIRST_SYNC));
    assert_sane(&out);
    out = estimate(&hardly, 20e6);
    assert_memory_equal(&out, &raw, sizeof(out));
    out = estimate(&packed, 5e9);
    assert_memory_equal(&out, &fast, sizeof(out));
}

/* What a copy may take is its own affair: epochs are not slowed by it. */
static void
a_limit_is_the_copy_s(void **state)
{
    struct ft_measurement m = guest(100, 1000, 4000);
    struct ft_estimate_input input = { .measured = &m,
                                       .trigger = FT_TRIGGER_SETTINGS_INIT,
                                       .link_bytes_per_s = 5e9,
                                       .round_trip_ms = 0.1 };
    struct ft_estimate any, out;
    double bytes = (double)m.disk_allocated + (double)m.memory * m.data;

    (void)state;
    ft_estimate(&input, &any);
    input.copy_bytes_per_s = MIB;
    ft_estimate(&input, &out);
    assert_true(value(&out, FT_ESTIMATE_FIRST_SYNC) > bytes / MIB);
    assert_true(value(&any, FT_ESTIMATE_FIRST_SYNC) < bytes / MIB / 10);
    for (int i = 0; i < FT_ESTIMATE_COUNT; i++)
        if (i != FT_ESTIMATE_FIRST_SYNC)
            assert_true(value(&out, (enum ft_estimate_figure)i) ==
                        value(&any, (enum ft_estimate_figure)i));
    input.copy_bytes_per_s = 1e15; /* more than the link: no limit */
    ft_estimate(&input, &out);
    assert_memory_equal(&out, &any, sizeof(out));
}

/* An engine of before does not tell how well pages compress. */
static void
json_of_before(void **state)
{
    struct ft_measurement measured = guest(1, 8, 40), out;
    FT_AUTOJSON json_t *json = ft_measurement_to_json(&measured);

    (void)state;
    json_object_set_new(json, "packed", json_real(1.5));
    assert_int_equal(ft_measurement_from_json(json, &out, NULL), -EPROTO);
    json_object_del(json, "packed");
    assert_int_equal(ft_measurement_from_json(json, &out, NULL), 0);
    assert_true(out.packed >= 1);
}

static void
json_and_back(void **state)
{
    struct ft_measurement measured = guest(1, 8, 40), again;
    FT_AUTOJSON json_t *json = ft_measurement_to_json(&measured);
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    if (ft_measurement_from_json(json, &again, &err))
        fail_msg("%s", err.text);
    assert_memory_equal(&measured, &again, sizeof(again));
}

/* A member that is wrong is named. */
static void
json_that_is_wrong(void **state)
{
    static const struct {
        const char *key, *value;
    } wrong[] = {
        { "schema", "2" },
        { "schema", "\"1\"" },
        { "vm", "7" },
        { "uuid", "null" },
        { "uuid", "\"0123456789012345678901234567890123456\"" },
        { "vcpus", "-1" },
        { "vcpus", "1e3" },
        { "memory", "-1" },
        { "memory", "1.5" },
        { "memory", "9223372036854775807" },
        { "scan_ms", "\"1\"" },
        { "scan_ms", "-0.5" },
        { "scan_ms", "1e300" },
        { "data", "1.01" },
        { "pressure", "101" },
        { "pressure", "-2" },
        { "packets_per_s", "[]" },
        { "lengths", "[]" },
        { "lengths", "{}" },
        { "lengths", "[1]" },
        { "lengths", "[{},{},{},{},{},{},{},{},{}]" },
    };
    struct ft_measurement measured = guest(1, 8, 40), out;
    FT_AUTOJSON json_t *good = ft_measurement_to_json(&measured);

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++) {
        FT_AUTOJSON json_t *json = json_deep_copy(good);
        struct ft_error err = FT_ERROR_INIT;

        json_object_set_new(json, wrong[i].key,
                            json_loads(wrong[i].value, JSON_DECODE_ANY, NULL));
        if (ft_measurement_from_json(json, &out, &err) != -EPROTO)
            fail_msg("%s: %s is taken", wrong[i].key, wrong[i].value);
        assert_true(*err.text);
        if (strcmp(wrong[i].key, "schema") && strcmp(wrong[i].key, "lengths"))
            assert_non_null(strstr(err.text, wrong[i].key));
        json_object_del(json, wrong[i].key);
        assert_int_equal(ft_measurement_from_json(json, &out, &err), -EPROTO);
    }
    assert_int_equal(ft_measurement_from_json(NULL, &out, NULL), -EPROTO);
}

/* Lengths are to ascend, and each to have all that one has. */
static void
lengths_that_are_wrong(void **state)
{
    struct ft_measurement measured = guest(1, 8, 40), out;
    FT_AUTOJSON json_t *json = ft_measurement_to_json(&measured);
    json_t *first = json_array_get(json_object_get(json, "lengths"), 0);

    (void)state;
    json_object_set_new(first, "interval_ms", json_real(100.2));
    assert_int_equal(ft_measurement_from_json(json, &out, NULL), -EPROTO);
    json_object_set_new(first, "interval_ms", json_integer(0));
    assert_int_equal(ft_measurement_from_json(json, &out, NULL), -EPROTO);
    json_object_set_new(first, "interval_ms", json_integer(10));
    assert_int_equal(ft_measurement_from_json(json, &out, NULL), 0);
    json_object_set_new(first, "count", json_integer(0));
    assert_int_equal(ft_measurement_from_json(json, &out, NULL), -EPROTO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_guest),
        cmocka_unit_test(busy_guest),
        cmocka_unit_test(slow_link),
        cmocka_unit_test(small_working_set),
        cmocka_unit_test(guest_that_sends),
        cmocka_unit_test(guest_that_hardly_sends),
        cmocka_unit_test(more_than_the_buffer),
        cmocka_unit_test(few_intervals),
        cmocka_unit_test(absurd_numbers),
        cmocka_unit_test(compressed_on_a_slow_link),
        cmocka_unit_test(a_limit_is_the_copy_s),
        cmocka_unit_test(json_of_before),
        cmocka_unit_test(json_and_back),
        cmocka_unit_test(json_that_is_wrong),
        cmocka_unit_test(lengths_that_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
