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
#include "pair/rollup.h"

static void
test_a_rollup_comes_back(void **state)
{
    struct ft_rollup rollup = { .at = 1796000040 }, back;
    FT_AUTOJSON json_t *json = NULL;

    (void)state;
    rollup.metrics[FT_METRIC_PAUSE] =
        (struct ft_summary){ 60, 1, 1.5, 2, 3, 40 };
    rollup.metrics[FT_METRIC_RTT] = (struct ft_summary){ 2, 0, 0, 0, 0, 0 };
    rollup.metrics[FT_METRIC_SCAN] = (struct ft_summary){ 60, 1, 1, 1, 1, 1 };
    assert_int_equal(ft_rollup_count(&rollup), 60);
    json = ft_rollup_to_json(&rollup);
    assert_non_null(json);
    assert_int_equal(json_object_size(json_object_get(json, "m")), 2);
    assert_int_equal(ft_rollup_from_json(json, &back), 0);
    rollup.metrics[FT_METRIC_SCAN].count = 0; /* is not kept long */
    assert_int_equal(back.at, rollup.at);
    assert_int_equal(back.metrics[FT_METRIC_SCAN].count, 0);
    assert_memory_equal(&back.metrics[FT_METRIC_PAUSE],
                        &rollup.metrics[FT_METRIC_PAUSE],
                        sizeof(struct ft_summary));
    assert_int_equal(back.metrics[FT_METRIC_RTT].count, 2);
    assert_int_equal(back.metrics[FT_METRIC_LAG].count, 0);
}

static void
test_two_sides(void **state)
{
    struct ft_rollup primary = { .at = 60 }, standby = { .at = 60 };

    (void)state;
    primary.metrics[FT_METRIC_PAUSE] = (struct ft_summary){ 60, 1, 1, 1, 1, 1 };
    primary.metrics[FT_METRIC_RTT] = (struct ft_summary){ 30, 2, 2, 2, 2, 2 };
    standby.metrics[FT_METRIC_RTT] = (struct ft_summary){ 60, 3, 3, 3, 3, 3 };
    standby.metrics[FT_METRIC_APPLY] = (struct ft_summary){ 9, 4, 4, 4, 4, 4 };
    assert_true(ft_rollup_merge(&primary, &standby));
    assert_int_equal(primary.metrics[FT_METRIC_PAUSE].count, 60);
    assert_true(primary.metrics[FT_METRIC_RTT].p50 == 3);
    assert_true(primary.metrics[FT_METRIC_APPLY].p50 == 4);
    assert_false(ft_rollup_merge(&primary, &standby));
}

static int
parse(const char *text, struct ft_rollup *rollup)
{
    FT_AUTOJSON json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    return ft_rollup_from_json(json, rollup);
}

static void
test_what_is_no_rollup(void **state)
{
    static const char *const wrong[] = {
        "{}",
        "{\"at\":1}",
        "{\"at\":-1,\"m\":{}}",
        "{\"at\":1,\"m\":[]}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,4,5]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,4,5,0]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,4,5,1e10]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,4,5,\"6\"]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,4,null,6]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,5,4,6]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[-1,2,3,4,5,6]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,4,1e300,6]}}",
        "{\"at\":1,\"m\":{\"pause_ms\":[1,2,3,3e38,3e38,6]}}",
    };
    struct ft_rollup rollup;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++)
        if (parse(wrong[i], &rollup) != -EBADMSG)
            fail_msg("taken: %s", wrong[i]);
    /* What a newer engine measures, or keeps long, does no harm. */
    assert_int_equal(parse("{\"at\":1,\"m\":{\"new_ms\":1,\"scan_ms\":2}}",
                           &rollup),
                     0);
    assert_int_equal(ft_rollup_count(&rollup), 0);
}

static void
test_usual(void **state)
{
    struct ft_rollup hours[FT_USUAL_HOURS + 1];
    struct ft_usual usual[FT_METRIC_COUNT];
    struct ft_summary *pause;

    (void)state;
    memset(hours, 0, sizeof(hours));
    for (int i = 0; i <= FT_USUAL_HOURS; i++) {
        pause = &hours[i].metrics[FT_METRIC_PAUSE];
        pause->count = 3600;
        pause->p5 = 2;
        pause->p95 = 6;
    }
    ft_usual_of(hours, FT_USUAL_HOURS_MIN - 1, usual);
    assert_false(usual[FT_METRIC_PAUSE].known);
    hours[0].metrics[FT_METRIC_PAUSE].count = 0; /* it was off then */
    ft_usual_of(hours, FT_USUAL_HOURS_MIN, usual);
    assert_false(usual[FT_METRIC_PAUSE].known);
    hours[1].metrics[FT_METRIC_PAUSE].p95 = 900; /* a bad hour is one hour */
    ft_usual_of(hours, FT_USUAL_HOURS_MIN + 1, usual);
    assert_true(usual[FT_METRIC_PAUSE].known);
    assert_true(usual[FT_METRIC_PAUSE].low == 2);
    assert_true(usual[FT_METRIC_PAUSE].high == 6);
    assert_false(usual[FT_METRIC_RTT].known);
    ft_usual_of(hours, FT_USUAL_HOURS + 1, usual);
    assert_true(usual[FT_METRIC_PAUSE].high == 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rollup_comes_back),
        cmocka_unit_test(test_two_sides),
        cmocka_unit_test(test_what_is_no_rollup),
        cmocka_unit_test(test_usual),
    };

    assert_int_equal(ft_rollups_kept(FT_ROLLUP_MINUTE), FT_MINUTES_KEPT);
    assert_int_equal(ft_rollups_kept(FT_ROLLUP_HOUR), FT_HOURS_KEPT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
