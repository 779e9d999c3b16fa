/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
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

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_found_again),
        cmocka_unit_test(test_a_bucket_sums_up),
        cmocka_unit_test(test_a_second_comes_back),
        cmocka_unit_test(test_bad_seconds_are_refused),
        cmocka_unit_test(test_unknown_names_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
