/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "pair/series.h"

#define BEGIN INT64_C(1796000400) /* of an hour */

static struct ft_series *series;

static int
begin(void **state)
{
    (void)state;
    series = ft_series_new();
    return series ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    ft_series_free(series);
    return 0;
}

/* One value of one metric in a second. */
static void
add(int64_t at, enum ft_metric metric, double value)
{
    struct ft_second second = { .at = at };

    ft_bucket_add(&second.metrics[metric], value);
    assert_int_equal(ft_series_add(series, &second), 0);
}

static json_t *
told(struct ft_series_parts parts)
{
    json_t *json = ft_series_to_json(series, parts);

    assert_non_null(json);
    return json;
}

/* Numbers of the seconds that are told. */
static size_t
seconds_told(unsigned seconds, int64_t *first, int64_t *last)
{
    FT_AUTOJSON json_t *json = told((struct ft_series_parts){ seconds, 0, 0 });
    const json_t *list = json_object_get(json, "seconds");
    size_t n = json_array_size(list);

    *first = n ? ft_json_int(json_array_get(list, 0), "at", 0, INT64_MAX, 0) : 0;
    *last =
        n ? ft_json_int(json_array_get(list, n - 1), "at", 0, INT64_MAX, 0) : 0;
    return n;
}

static struct ft_rollup
rollup(enum ft_rollup_scale scale, size_t index)
{
    struct ft_rollup out;

    ft_series_rollup(series, scale, index, &out);
    return out;
}

static void
test_the_last_600_seconds(void **state)
{
    int64_t first, last;

    (void)state;
    assert_int_equal(ft_series_newest(series), -1);
    assert_int_equal(seconds_told(600, &first, &last), 0);
    for (int i = 0; i < 1500; i++)
        add(BEGIN + i, FT_METRIC_SCAN, i);
    assert_int_equal(ft_series_newest(series), BEGIN + 1499);
    assert_int_equal(seconds_told(600, &first, &last), 600);
    assert_int_equal(first, BEGIN + 900);
    assert_int_equal(last, BEGIN + 1499);
    assert_int_equal(seconds_told(10, &first, &last), 10);
    assert_int_equal(first, BEGIN + 1490);
    assert_int_equal(seconds_told(100000, &first, &last), 600);
}

/* A metric measured later, and one not measured any more. */
static void
test_columns_come_and_go(void **state)
{
    struct ft_second sum;

    (void)state;
    for (int i = 0; i < 700; i++)
        add(BEGIN + i, FT_METRIC_SCAN, 5);
    for (int i = 700; i < 1200; i++)
        add(BEGIN + i, FT_METRIC_APPLY, 7);
    assert_int_equal(ft_series_sum(series, 0, &sum), 600);
    assert_int_equal(sum.metrics[FT_METRIC_SCAN].count, 100);
    assert_int_equal(sum.metrics[FT_METRIC_APPLY].count, 500);
    for (int i = 1200; i < 1400; i++)
        add(BEGIN + i, FT_METRIC_APPLY, 7);
    assert_int_equal(ft_series_sum(series, 0, &sum), 600);
    assert_int_equal(sum.metrics[FT_METRIC_SCAN].count, 0);
    assert_int_equal(sum.metrics[FT_METRIC_APPLY].count, 600);
}

static void
test_seconds_sum_up(void **state)
{
    struct ft_second sum;

    (void)state;
    assert_int_equal(ft_series_sum(series, 0, &sum), 0);
    assert_int_equal(sum.at, 0);
    for (int i = 0; i < 10; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 1 + i);
    assert_int_equal(ft_series_sum(series, BEGIN + 6, &sum), 3);
    assert_int_equal(sum.at, BEGIN + 9);
    assert_int_equal(sum.metrics[FT_METRIC_PAUSE].count, 3);
    assert_true(sum.metrics[FT_METRIC_PAUSE].min == 8);
    assert_true(sum.metrics[FT_METRIC_PAUSE].max == 10);
    assert_true(ft_bucket_mean(&sum.metrics[FT_METRIC_PAUSE]) == 9);
    assert_int_equal(ft_series_sum(series, BEGIN + 9, &sum), 0);
}

static void
test_the_same_second_twice(void **state)
{
    struct ft_second sum;

    (void)state;
    add(BEGIN, FT_METRIC_PAUSE, 2);
    add(BEGIN, FT_METRIC_PAUSE, 4);
    add(BEGIN, FT_METRIC_SCAN, 1);
    assert_int_equal(ft_series_sum(series, 0, &sum), 1);
    assert_int_equal(sum.metrics[FT_METRIC_PAUSE].count, 2);
    assert_true(ft_bucket_mean(&sum.metrics[FT_METRIC_PAUSE]) == 3);
    assert_int_equal(sum.metrics[FT_METRIC_SCAN].count, 1);
}

static void
test_a_gap_stays_one(void **state)
{
    int64_t first, last;

    (void)state;
    add(BEGIN, FT_METRIC_PAUSE, 2);
    add(BEGIN + 100, FT_METRIC_PAUSE, 2);
    add(BEGIN + 7300, FT_METRIC_PAUSE, 2);
    /* of the last 10 minutes there is one */
    assert_int_equal(seconds_told(600, &first, &last), 1);
    assert_int_equal(ft_series_finish(series), 0);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_MINUTE), 3);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_HOUR), 2);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 0).at, BEGIN);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 1).at, BEGIN + 7200);
}

static void
test_a_minute(void **state)
{
    struct ft_rollup minute;
    const struct ft_summary *pause = &minute.metrics[FT_METRIC_PAUSE];

    (void)state;
    for (int i = 0; i < 60; i++) {
        add(BEGIN + i, FT_METRIC_PAUSE, 60 - i);
        add(BEGIN + i, FT_METRIC_SCAN, 1);
    }
    /* what is under way is not told */
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_MINUTE), 0);
    add(BEGIN + 60, FT_METRIC_PAUSE, 100);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_MINUTE), 1);
    minute = rollup(FT_ROLLUP_MINUTE, 0);
    assert_int_equal(minute.at, BEGIN);
    assert_int_equal(pause->count, 60);
    assert_true(pause->min == 1 && pause->p5 == 3 && pause->p50 == 30 &&
                pause->p95 == 57 && pause->max == 60);
    assert_int_equal(minute.metrics[FT_METRIC_SCAN].count, 0);
}

/* The means of the seconds are what counts, however many values each had. */
static void
test_a_second_is_one_value(void **state)
{
    struct ft_second second = { .at = BEGIN };
    struct ft_summary pause;

    (void)state;
    for (int i = 0; i < 100; i++)
        ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], i < 50 ? 1 : 3);
    assert_int_equal(ft_series_add(series, &second), 0);
    assert_int_equal(ft_series_finish(series), 0);
    pause = rollup(FT_ROLLUP_MINUTE, 0).metrics[FT_METRIC_PAUSE];
    assert_int_equal(pause.count, 1);
    assert_true(pause.min == 2 && pause.max == 2 && pause.p50 == 2);
}

static void
test_rollups_are_bounded(void **state)
{
    (void)state;
    for (int i = 0; i < 800; i++) {
        add(BEGIN + INT64_C(3600) * i, FT_METRIC_PAUSE, i);
        add(BEGIN + INT64_C(3600) * i + 60, FT_METRIC_PAUSE, i);
    }
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_MINUTE),
                     FT_MINUTES_KEPT);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_HOUR), FT_HOURS_KEPT);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 0).at, BEGIN + INT64_C(3600) * 79);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, FT_HOURS_KEPT - 1).at,
                     BEGIN + INT64_C(3600) * 798);
}

/* Set back by a minute and a half: what is lived twice becomes one minute. */
static void
test_the_clock_goes_back(void **state)
{
    int64_t first, last;

    (void)state;
    for (int i = 0; i < 180; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 2);
    for (int i = 90; i < 300; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 4);
    assert_int_equal(seconds_told(600, &first, &last), 300);
    assert_int_equal(first, BEGIN);
    assert_int_equal(last, BEGIN + 299);
    assert_int_equal(ft_series_finish(series), 0);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_MINUTE), 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(rollup(FT_ROLLUP_MINUTE, i).at,
                         BEGIN + 60 * (int64_t)i);
    /* 60 seconds of it before, 30 again */
    assert_int_equal(rollup(FT_ROLLUP_MINUTE, 1).metrics[FT_METRIC_PAUSE].count,
                     90);
    assert_true(rollup(FT_ROLLUP_MINUTE, 1).metrics[FT_METRIC_PAUSE].min == 2);
    assert_true(rollup(FT_ROLLUP_MINUTE, 1).metrics[FT_METRIC_PAUSE].max == 4);
    assert_int_equal(rollup(FT_ROLLUP_MINUTE, 2).metrics[FT_METRIC_PAUSE].count,
                     60);
    assert_true(rollup(FT_ROLLUP_MINUTE, 2).metrics[FT_METRIC_PAUSE].min == 4);
}

/* A moment in the far future costs itself. */
static void
test_the_clock_jumps_and_returns(void **state)
{
    int64_t first, last;

    (void)state;
    for (int i = 0; i < 7300; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 2);
    for (int i = 0; i < 3; i++)
        add(BEGIN + INT64_C(400000000) + i, FT_METRIC_PAUSE, 2);
    for (int i = 7303; i < 7400; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 2);
    assert_int_equal(seconds_told(600, &first, &last), 597);
    assert_int_equal(last, BEGIN + 7399);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_HOUR), 3);
    assert_int_equal(ft_series_finish(series), 0);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_HOUR), 3);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 2).at, BEGIN + 7200);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 2).metrics[FT_METRIC_PAUSE].count,
                     100 + 97);
}

static void
test_a_clock_that_was_never_set(void **state)
{
    struct ft_second second = { .at = 30 };

    (void)state;
    add(BEGIN, FT_METRIC_PAUSE, 2);
    ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], 1);
    assert_int_equal(ft_series_add(series, &second), -EINVAL);
    second.at = -1;
    assert_int_equal(ft_series_add(series, &second), -EINVAL);
    assert_int_equal(ft_series_newest(series), BEGIN);
}

/* A worker that tells the same second for ever. */
static void
test_a_clock_that_stands(void **state)
{
    (void)state;
    for (int i = 0; i < 10000; i++)
        add(BEGIN, FT_METRIC_PAUSE, 2);
    assert_int_equal(ft_series_finish(series), 0);
    assert_int_equal(rollup(FT_ROLLUP_MINUTE, 0).metrics[FT_METRIC_PAUSE].count,
                     60);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 0).metrics[FT_METRIC_PAUSE].count,
                     3600);
}

/* Put away and read again, within an hour: the hour goes on. */
static void
test_it_comes_back(void **state)
{
    static const struct ft_series_parts all = { 600, true, true };
    FT_AUTOJSON json_t *json = NULL, *again = NULL;
    struct ft_series *second;

    (void)state;
    for (int i = 0; i < 5000; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 1.5 + i % 7);
    assert_int_equal(ft_series_finish(series), 0);
    json = told(all);
    assert_int_equal(json_array_size(json_object_get(json, "seconds")), 600);
    assert_int_equal(json_array_size(json_object_get(json, "minutes")), 84);
    assert_int_equal(json_array_size(json_object_get(json, "hours")), 2);
    second = ft_series_new();
    assert_non_null(second);
    assert_int_equal(ft_series_from_json(second, json), 0);
    ft_series_free(series);
    series = second;
    again = told(all);
    assert_true(json_equal(json, again));
    for (int i = 5000; i < 7300; i++)
        add(BEGIN + i, FT_METRIC_PAUSE, 1.5 + i % 7);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_HOUR), 2);
    assert_int_equal(rollup(FT_ROLLUP_HOUR, 1).metrics[FT_METRIC_PAUSE].count,
                     3600);
    assert_true(rollup(FT_ROLLUP_HOUR, 1).metrics[FT_METRIC_PAUSE].p50 == 4.5);
}

static void
test_parts(void **state)
{
    FT_AUTOJSON json_t *none = NULL, *hours = NULL;

    (void)state;
    none = told((struct ft_series_parts){ 0, false, false });
    assert_int_equal(json_object_size(none), 0);
    hours = told((struct ft_series_parts){ 0, false, true });
    assert_int_equal(json_object_size(hours), 1);
    assert_true(json_is_array(json_object_get(hours, "hours")));
}

static void
test_what_is_no_series(void **state)
{
    static const char *const wrong[] = {
        "[]",
        "{\"seconds\":1}",
        "{\"seconds\":[1]}",
        "{\"seconds\":[{\"at\":5,\"m\":{}}]}",
        "{\"seconds\":[{\"at\":1796000400,\"m\":{}},{\"at\":1796000400,\"m\":{}}]}",
        "{\"seconds\":[{\"at\":1796000401,\"m\":{}},{\"at\":1796000400,\"m\":{}}]}",
        "{\"seconds\":[{\"at\":1796000400,\"m\":{}}],\"minutes\":{}}",
        "{\"minutes\":[{\"at\":1796000401,\"m\":{}}]}",
        "{\"hours\":[{\"at\":1796000460,\"m\":{}}]}",
        "{\"hours\":[{\"at\":1796000400,\"m\":{\"pause_ms\":[5,4,3,2,1,1]}}]}",
        "{\"hours\":[{\"at\":0,\"m\":{}}]}",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++) {
        FT_AUTOJSON json_t *json = json_loads(wrong[i], 0, NULL);

        assert_non_null(json);
        if (ft_series_from_json(series, json) != -EBADMSG)
            fail_msg("taken: %s", wrong[i]);
        assert_int_equal(ft_series_newest(series), -1);
    }
}

static void
test_too_long_a_list(void **state)
{
    FT_AUTOJSON json_t *json = json_pack("{s:[]}", "hours");

    (void)state;
    for (int i = 0; i < FT_HOURS_KEPT + 1; i++)
        json_array_append_new(json_object_get(json, "hours"),
                              json_pack("{s:I,s:{}}", "at",
                                        (json_int_t)(BEGIN + INT64_C(3600) * i),
                                        "m"));
    assert_int_equal(ft_series_from_json(series, json), -EBADMSG);
    json_array_remove(json_object_get(json, "hours"), 0);
    assert_int_equal(ft_series_from_json(series, json), 0);
    assert_int_equal(ft_series_rollups(series, FT_ROLLUP_HOUR), FT_HOURS_KEPT);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_last_600_seconds),
        TEST(test_columns_come_and_go),
        TEST(test_seconds_sum_up),
        TEST(test_the_same_second_twice),
        TEST(test_a_gap_stays_one),
        TEST(test_a_minute),
        TEST(test_a_second_is_one_value),
        TEST(test_rollups_are_bounded),
        TEST(test_the_clock_goes_back),
        TEST(test_the_clock_jumps_and_returns),
        TEST(test_a_clock_that_was_never_set),
        TEST(test_a_clock_that_stands),
        TEST(test_it_comes_back),
        TEST(test_parts),
        TEST(test_what_is_no_series),
        TEST(test_too_long_a_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
