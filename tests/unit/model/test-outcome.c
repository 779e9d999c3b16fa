/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was predicted stands beside what came of it, where both are known.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/estimate-rows.h"
#include "ui/model/outcome.h"

/* A pair whose pause was predicted as 6 ms, 3 to 12, and is so long. */
static json_t *
make_row(double pause_ms)
{
    struct ft_estimate estimate = { 0 };
    json_t *row = json_pack("{s:s,s:{s:f,s:n},s:n}", "vm", "vm1", "pause_ms",
                            "p50", pause_ms, "p99", "epochs_per_s");

    estimate.figures[FT_ESTIMATE_PAUSE_P50] =
        (struct ft_estimate_range){ 6, 3, 12 };
    json_object_set_new(row, "estimate",
                        json_pack("{s:s,s:o}", "measured_at", "today",
                                  "figures", ft_estimate_rows(&estimate)));
    return row;
}

static void
test_beside(void **state)
{
    static const struct {
        double is;
        int in_range;
        const char *now;
    } cases[] = {
        { 7, 1, "7.0 ms" },
        { 12, 1, "12.0 ms" },
        { 2.9, 0, "2.9 ms" },
        { 400, 0, "400 ms" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *row = make_row(cases[i].is);
        FT_AUTOJSON json_t *rows = ft_outcome_rows(row);
        const json_t *one = json_array_get(rows, 0);

        assert_int_equal(json_array_size(rows), 1); /* what is null is not */
        assert_string_equal(ft_json_string(one, "figure", ""), "pause_p50");
        assert_string_equal(ft_json_string(one, "about", ""), "6.0 ms");
        assert_string_equal(ft_json_string(one, "from", ""), "3.0 ms");
        assert_string_equal(ft_json_string(one, "now", ""), cases[i].now);
        assert_int_equal(ft_json_bool(one, "in_range", -1), cases[i].in_range);
    }
}

static void
test_figure(void **state)
{
    FT_AUTOJSON json_t *row = make_row(7);

    (void)state;
    assert_true(ft_outcome_predicted(row, FT_ESTIMATE_PAUSE_P50) == 6);
    json_object_del(row, "estimate");
    assert_true(ft_outcome_predicted(row, FT_ESTIMATE_PAUSE_P50) < 0);
}

/* Nothing was predicted, or something that makes no sense was kept. */
static void
test_nothing(void **state)
{
    FT_AUTOJSON json_t *row = make_row(7);
    static const char *const kept[] = {
        "null", "5", "{}", "{\"figures\":{}}", "{\"figures\":[1,{},null]}",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(kept); i++) {
        json_t *rows;

        json_object_set_new(row, "estimate",
                            json_loads(kept[i], JSON_DECODE_ANY, NULL));
        rows = ft_outcome_rows(row);
        assert_int_equal(json_array_size(rows), 0);
        json_decref(rows);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_figure),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
