/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of the way back, its words, and from when on there is none.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "plan/undo.h"

static const struct ft_found all[] = {
    { FT_STEP_ENGINE, "h1", true, "ftengine 0.1.0", "" },
    { FT_STEP_ENGINE, "h2", false, "", "" },
    { FT_STEP_ENGINE, "w1", true, "", "0123" },
    { FT_STEP_WITNESS, "w1", false, "", "" },
    { FT_STEP_WITNESS_PAIR, "w1", false, "", "" },
    { FT_STEP_STANDBY, "h2", false, "", "" },
    { FT_STEP_PRIMARY, "h1", false, "", "" },
};

static void
test_order(void **state)
{
    static const char *const texts[] = {
        "h1: detach from vm1, which runs on",
        "h2: remove the waiting copy and the replica",
        "w1: the witness forgets the pair",
        "w1: stop the witness",
        "w1: bring back the engine: one was there",
        "h2: remove the engine",
        "h1: leave the engine: ftengine 0.1.0 was there",
    };
    struct ft_found found[FT_FOUND_MAX];

    (void)state;
    memcpy(found, all, sizeof(all));
    ft_undo_sort(found, FT_ARRAY_SIZE(all));
    for (size_t i = 0; i < FT_ARRAY_SIZE(all); i++) {
        char text[FT_STEP_TEXT];

        ft_undo_describe(&found[i], "vm1", text);
        assert_string_equal(text, texts[i]);
    }
    ft_undo_sort(found, 0);
}

static void
test_witness_of_before(void **state)
{
    const struct ft_found found = { FT_STEP_WITNESS, "w1", true, "", "" };
    char text[FT_STEP_TEXT];

    (void)state;
    ft_undo_describe(&found, "vm1", text);
    assert_string_equal(text, "w1: leave the witness: it ran before");
}

static void
test_late(void **state)
{
    static const struct {
        const char *status;
        bool late;
    } cases[] = {
        { "{\"committed\":false,\"state\":\"syncing\",\"generation\":1}",
          false },
        { "{\"committed\":true,\"state\":\"syncing\",\"generation\":1}", true },
        { "{\"committed\":false,\"state\":\"unprotected\"}", false },
        { "{\"committed\":\"yes\",\"state\":\"syncing\"}", false },
        /* engines of before */
        { "{\"state\":\"syncing\",\"generation\":1}", false },
        { "{\"state\":\"unprotected\",\"generation\":1}", false },
        { "{\"state\":\"failed\",\"generation\":2}", true },
        { "{\"state\":\"protected\",\"generation\":1}", true },
        { "{\"state\":\"resyncing\",\"generation\":1}", true },
        { "{\"state\":\"alone\",\"generation\":1}", true },
        { "{}", false },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *status = json_loads(cases[i].status, 0, NULL);

        assert_int_equal(ft_undo_is_late(status), cases[i].late);
    }
    assert_false(ft_undo_is_late(NULL));
}

static void
test_kinds(void **state)
{
    (void)state;
    for (int kind = 0; kind < FT_STEP_KINDS; kind++)
        assert_int_equal(ft_step_kind_called(ft_step_kind_name(kind)), kind);
    assert_int_equal(ft_step_kind_called("reboot"), FT_STEP_KINDS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_witness_of_before),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
