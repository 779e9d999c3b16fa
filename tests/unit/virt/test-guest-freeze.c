/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the process that freezes a guest says, and its mark. */
#include "config.h"

#include "tests/unit/scratch.h"

#include "base/cleanup.h"
#include "virt/guest-freeze.h"

static struct ft_guest_freeze_news news;

static void
test_frozen(void **state)
{
    (void)state;
    assert_int_equal(ft_guest_freeze_parse("frozen 2 123456789012345", &news),
                     0);
    assert_int_equal(news.word, FT_GUEST_FROZEN);
    assert_int_equal(news.count, 2);
    assert_int_equal(news.until_ns, INT64_C(123456789012345));
}

static void
test_other_words(void **state)
{
    (void)state;
    assert_int_equal(ft_guest_freeze_parse("thawed", &news), 0);
    assert_int_equal(news.word, FT_GUEST_THAWED);
    assert_int_equal(ft_guest_freeze_parse("unfrozen no agent", &news), 0);
    assert_int_equal(news.word, FT_GUEST_UNFROZEN);
    assert_string_equal(news.text, "no agent");
    assert_int_equal(ft_guest_freeze_parse("still busy", &news), 0);
    assert_int_equal(news.word, FT_GUEST_STILL_FROZEN);
    assert_string_equal(news.text, "busy");
}

static void
test_long_reason(void **state)
{
    char line[600] = "unfrozen ";

    (void)state;
    memset(line + 9, 'x', sizeof(line) - 10);
    assert_int_equal(ft_guest_freeze_parse(line, &news), 0);
    assert_int_equal(strlen(news.text), sizeof(news.text) - 1);
}

static void
test_nonsense(void **state)
{
    static const char *const lines[] = {
        "",
        "frozen",
        "frozen 2",
        "frozen 0 12345",
        "frozen -1 12345",
        "frozen 1 0",
        "frozen 1 -5",
        "frozen 1 12345 more",
        "frozen 99999999999999999999 12345",
        "frozen 1 9999999999999999999999999",
        "unfrozen",
        "thawed already",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(lines); i++)
        assert_int_equal(ft_guest_freeze_parse(lines[i], &news), -EPROTO);
}

static void
test_mark(void **state)
{
    (void)state;
    assert_false(ft_guest_freeze_marked("."));
    put_file_bytes("frozen", "", 0);
    assert_true(ft_guest_freeze_marked("."));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frozen),      cmocka_unit_test(test_other_words),
        cmocka_unit_test(test_long_reason), cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_mark),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
