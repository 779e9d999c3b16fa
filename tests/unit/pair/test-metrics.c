/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "pair/metrics.h"

static void
test_names_are_found_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        const struct ft_metric_info *info = ft_metric_info(i);

        assert_non_null(info);
        assert_int_equal(ft_metric_by_name(info->name), i);
        assert_true(*info->meaning);
    }
    assert_null(ft_metric_info(FT_METRIC_COUNT));
    assert_int_equal(ft_metric_by_name("nothing"), FT_METRIC_COUNT);
}

static void
test_a_bucket_sums_up(void **state)
{
    struct ft_bucket bucket = { 0 };

    (void)state;
    assert_true(ft_bucket_mean(&bucket) == 0);
    ft_bucket_add(&bucket, NAN);
    ft_bucket_add(&bucket, INFINITY);
    ft_bucket_add(&bucket, -1);
    assert_int_equal(bucket.count, 0);
    ft_bucket_add(&bucket, 4);
    ft_bucket_add(&bucket, 0);
    ft_bucket_add(&bucket, 2);
    assert_int_equal(bucket.count, 3);
    assert_true(bucket.min == 0 && bucket.max == 4);
    assert_true(ft_bucket_mean(&bucket) == 2);
}

/* It is told as JSON, which has no infinity, and is read again. */
static void
test_a_value_has_an_end(void **state)
{
    struct ft_second second = { .at = 1796000000 }, back;
    struct ft_bucket *pause = &second.metrics[FT_METRIC_PAUSE];
    FT_AUTOJSON json_t *json = NULL;

    (void)state;
    ft_bucket_add(pause, 1e300);
    ft_bucket_add(pause, 3e38);
    assert_true((double)pause->max <= FT_METRIC_MAX);
    assert_true(ft_bucket_mean(pause) == FT_METRIC_MAX);
    json = ft_second_to_json(&second);
    assert_non_null(json);
    assert_int_equal(ft_second_from_json(json, &back), 0);
    assert_int_equal(back.metrics[FT_METRIC_PAUSE].count, 2);
}

static void
test_a_second_comes_back(void **state)
{
    struct ft_second second = { .at = 1796000000 }, back;
    FT_AUTOJSON json_t *json = NULL;

    (void)state;
    ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], 2.5);
    ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], 3.5);
    json = ft_second_to_json(&second);
    assert_non_null(json);
    assert_int_equal(json_object_size(json_object_get(json, "m")), 1);
    assert_int_equal(ft_second_from_json(json, &back), 0);
    assert_int_equal(back.at, second.at);
    assert_int_equal(back.metrics[FT_METRIC_PAUSE].count, 2);
    assert_true(ft_bucket_mean(&back.metrics[FT_METRIC_PAUSE]) == 3);
    assert_int_equal(back.metrics[FT_METRIC_LAG].count, 0);
}

static void
test_bad_seconds_are_refused(void **state)
{
    static const char *const bad[] = {
        "{\"m\":{}}",
        "{\"at\":-1,\"m\":{}}",
        "{\"at\":1,\"m\":[]}",
        "{\"at\":1,\"m\":{\"pause_ms\":7}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,\"4\"]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[3,2,1,1]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,0]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[-1,2,3,1]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,1e12]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3e38,1]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,1e300,2,1]}}",
        "7",
    };
    struct ft_second second;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++) {
        FT_AUTOJSON json_t *json = json_loads(bad[i], JSON_DECODE_ANY, NULL);

        assert_non_null(json);
        assert_int_equal(ft_second_from_json(json, &second), -EBADMSG);
    }
}

static void
test_unknown_names_are_left_out(void **state)
{
    FT_AUTOJSON json_t *json =
        json_loads("{\"at\":1,\"m\":{\"of a later version\":7}}", 0, NULL);
    struct ft_second second;

    (void)state;
    assert_int_equal(ft_second_from_json(json, &second), 0);
}

/* A row of the manual: what a second may have in it. */
static void
write_row(const struct ft_metric_info *info, char *out, size_t size)
{
    static const char *const sides[] = {
        [FT_METRIC_PRIMARY] = "primary",
        [FT_METRIC_STANDBY] = "standby",
        [FT_METRIC_BOTH] = "both",
    };
    const char *unit = !strcmp(info->unit, "B")   ? "bytes"
                       : !strcmp(info->unit, "1") ? "number"
                                                  : info->unit;

    snprintf(out, size, "\n.It Qo %s Qc : No %s, %s%s\n%s\n", info->name, unit,
             sides[info->side], info->kept_long ? ", kept long" : "",
             info->meaning);
}

static void
test_manual_page(void **state)
{
    const char *source = getenv("srcdir");
    FT_AUTOFREE char *text = NULL;
    char path[512], row[256];
    const char *at;
    unsigned rows = 0;

    (void)state;
    snprintf(path, sizeof(path), "%s/man/ft-protocol.7", source ? source : ".");
    assert_int_equal(ft_file_read(path, 1 << 20, &text, NULL), 0);
    at = strstr(text, "\n.Ss SECOND\n");
    assert_non_null(at);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        write_row(ft_metric_info(i), row, sizeof(row));
        at = strstr(at, row); /* in the order of the table */
        if (!at)
            fail_msg("not there, or not in its place:%s", row);
    }
    at = strstr(text, "\n.Ss SECOND\n");
    for (; (at = strstr(at, " Qc : No ")) != NULL; at++)
        rows++;
    assert_int_equal(rows, FT_METRIC_COUNT);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_found_again),
        cmocka_unit_test(test_a_bucket_sums_up),
        cmocka_unit_test(test_a_value_has_an_end),
        cmocka_unit_test(test_a_second_comes_back),
        cmocka_unit_test(test_bad_seconds_are_refused),
        cmocka_unit_test(test_unknown_names_are_left_out),
        cmocka_unit_test(test_manual_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
