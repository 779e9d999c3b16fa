/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host tells of itself is never silence: too much of it is told as such. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "worker/facts-frame.h"

static int
check(const char *text, struct ft_error *err)
{
    FT_AUTOJSON json_t *told = json_loads(text, 0, NULL);

    assert_non_null(told);
    return ft_facts_check(told, err);
}

static void
test_whole(void **state)
{
    char text[FT_FACTS_AROUND + 8];
    FT_AUTOJSON json_t *told = NULL;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_facts_begin(INT64_MAX, text);
    strcat(text, "{}}");
    told = json_loads(text, 0, NULL);
    assert_non_null(told);
    assert_true(json_integer_value(json_object_get(told, "sent_ns")) ==
                INT64_MAX);
    assert_true(json_is_object(json_object_get(told, "facts")));
    assert_int_equal(ft_facts_check(told, &err), 0);
}

static void
test_left_out(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char text[FT_FACTS_AROUND];

    (void)state;
    ft_facts_left_out(INT64_MAX, UINT64_C(700000), text);
    assert_int_equal(check(text, &err), -EFBIG);
    assert_non_null(
        strstr(err.text, "has 700000 bytes, and no more than 524288"));
    assert_non_null(strstr(err.hint, "ftengine probe"));
}

/* A peer's figure. */
static void
test_hostile(void **state)
{
    static const char *const none[] = {
        "{}",
        "[]",
        "{\"left_out\":0}",
        "{\"left_out\":-1}",
        "{\"left_out\":\"much\"}",
        "{\"left_out\":1.5}",
        "{\"facts\":{}}",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(none); i++)
        assert_int_equal(check(none[i], NULL), 0);
    assert_int_equal(check("{\"left_out\":9223372036854775807}", NULL), -EFBIG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
