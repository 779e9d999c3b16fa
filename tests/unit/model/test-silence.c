/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Silence as entries among events. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/silence.h"

#define NOW INT64_C(1796000000000) /* 2026-11-30T00:53:20Z */
#define MINUTE INT64_C(60000)

static void
test_gaps(void **state)
{
    FT_AUTOJSON json_t *hosts = json_pack(
        "[{s:s,s:s,s:f},{s:s,s:s,s:f},{s:s,s:s,s:n},{s:s,s:s,s:f},{s:s,s:s,s:f}]",
        "name", "h1", "state", "ok", "age_s", 0.2, "name", "h2", "state",
        "stale", "age_s", 4.0, "name", "h3", "state", "timeout", "age_s",
        "name", "h4", "state", "lost", "age_s", 60.0, "name", "h5", "state",
        "lost", "age_s", -1.0);
    FT_AUTOJSON json_t *rows = ft_silence_gaps(hosts, NOW);
    const json_t *first = json_array_get(rows, 0);

    (void)state;
    /* one that is heard has none, nor one that was never heard */
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(ft_json_string(first, "host", ""), "h4");
    assert_string_equal(ft_json_string(first, "time", ""), "00:52:20");
    assert_string_equal(ft_json_string(first, "severity", ""), "gap");
    assert_string_equal(ft_json_string(first, "text", ""),
                        "nothing from h4 from here on");
    assert_string_equal(ft_json_string(json_array_get(rows, 1), "host", ""),
                        "h2");
}

static void
quiet(int64_t minutes, const char *expected)
{
    FT_AUTOJSON json_t *row = ft_silence_quiet(NOW, NOW + minutes * MINUTE);

    assert_string_equal(ft_json_string(row, "text", ""), expected);
}

static void
test_quiet(void **state)
{
    (void)state;
    assert_null(ft_silence_quiet(NOW, NOW + 30 * MINUTE - 1));
    assert_null(ft_silence_quiet(NOW, NOW - MINUTE));
    quiet(30, "30 minutes without an event");
    quiet(119, "119 minutes without an event");
    quiet(120, "2 hours without an event");
    quiet(2 * 24 * 60 + 5, "2 days without an event");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_quiet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
