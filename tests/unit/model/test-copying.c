/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a copy still takes, by what an engine tells of it, new or old. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/copying.h"

static void
test_left(void **state)
{
    static const struct {
        const char *progress;
        bool known;
        int64_t from, to;
    } cases[] = {
        { "null", false, -1, -1 },
        { "{}", false, -1, -1 },
        { "7", false, -1, -1 },
        { "{\"done\":400,\"total\":1000,\"bytes_per_s\":50,"
          "\"slower_bytes_per_s\":20,\"faster_bytes_per_s\":100}",
          true, 7, 31 },
        /* the slower half stood still */
        { "{\"done\":400,\"total\":1000,\"bytes_per_s\":50,"
          "\"slower_bytes_per_s\":0.0,\"faster_bytes_per_s\":100}",
          true, 7, -1 },
        { "{\"done\":400,\"total\":1000,\"bytes_per_s\":0,"
          "\"slower_bytes_per_s\":0,\"faster_bytes_per_s\":0}",
          false, -1, -1 },
        /* too early */
        { "{\"done\":400,\"total\":1000,\"bytes_per_s\":50,"
          "\"slower_bytes_per_s\":null,\"faster_bytes_per_s\":null}",
          false, -1, -1 },
        /* an engine that tells one rate */
        { "{\"done\":400,\"total\":1000,\"bytes_per_s\":50}", true, 13, 13 },
        { "{\"done\":400,\"total\":1000,\"bytes_per_s\":0}", false, -1, -1 },
        { "{\"done\":400,\"total\":1000}", false, -1, -1 },
        /* nothing, or nothing more, to do */
        { "{\"done\":0,\"total\":0,\"bytes_per_s\":50}", false, -1, -1 },
        { "{\"done\":9,\"total\":9,\"bytes_per_s\":50}", false, -1, -1 },
        { "{\"done\":9,\"total\":4,\"bytes_per_s\":50}", false, -1, -1 },
        /* nonsense */
        { "{\"done\":\"4\",\"total\":9,\"bytes_per_s\":50}", false, -1, -1 },
        { "{\"done\":4,\"total\":9,\"bytes_per_s\":-50}", false, -1, -1 },
        { "{\"done\":4,\"total\":1e300,\"bytes_per_s\":1e-300}", false, -1, -1 },
        { "{\"done\":0,\"total\":9,\"slower_bytes_per_s\":-1,"
          "\"faster_bytes_per_s\":1}",
          true, 10, -1 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *progress =
            json_loads(cases[i].progress, JSON_DECODE_ANY, NULL);
        int64_t from, to;

        assert_non_null(progress);
        if (ft_copying_left(progress, &from, &to) != cases[i].known ||
            from != cases[i].from || to != cases[i].to)
            fail_msg("%s: %d to %d", cases[i].progress, (int)from, (int)to);
    }
}

/* What was told stays as it is: the row has a progress of its own. */
static void
test_complete(void **state)
{
    FT_AUTOJSON json_t *told =
        json_pack("{s:s,s:i,s:i,s:f,s:f}", "phase", "disk", "done", 400, "total",
                  1000, "slower_bytes_per_s", 0., "faster_bytes_per_s", 100.);
    FT_AUTOJSON json_t *row = json_pack("{s:O}", "progress", told);
    const json_t *progress, *left;

    (void)state;
    assert_int_equal(ft_copying_complete(row), 0);
    assert_null(json_object_get(told, "left"));
    progress = json_object_get(row, "progress");
    left = json_object_get(progress, "left_s");
    assert_string_equal(ft_json_string(progress, "phase", ""), "disk");
    assert_string_equal(ft_json_string(progress, "left", ""), "over 7 s");
    assert_int_equal(json_array_size(left), 2);
    assert_int_equal(json_integer_value(json_array_get(left, 0)), 7);
    assert_true(json_is_null(json_array_get(left, 1)));

    json_object_set_new(told, "slower_bytes_per_s", json_real(20));
    json_object_set(row, "progress", told);
    assert_int_equal(ft_copying_complete(row), 0);
    progress = json_object_get(row, "progress");
    left = json_object_get(progress, "left_s");
    assert_string_equal(ft_json_string(progress, "left", ""), "7 to 31 s");
    assert_int_equal(json_integer_value(json_array_get(left, 1)), 31);

    json_object_set_new(told, "faster_bytes_per_s", json_null());
    json_object_set(row, "progress", told);
    assert_int_equal(ft_copying_complete(row), 0);
    progress = json_object_get(row, "progress");
    assert_true(json_is_null(json_object_get(progress, "left_s")));
    assert_true(json_is_null(json_object_get(progress, "left")));

    json_object_set_new(row, "progress", json_null());
    assert_int_equal(ft_copying_complete(row), 0);
    assert_true(json_is_null(json_object_get(row, "progress")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
