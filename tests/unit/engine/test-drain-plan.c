/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of each pair when its host goes down. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "engine/drain-plan.h"

static void
test_every_state(void **state)
{
    static const struct {
        const char *role, *state, *reason;
        enum ft_drain drain;
        const char *why;
    } cases[] = {
        { "primary", "protected", "", FT_DRAIN_HAND_OVER, NULL },
        { "primary", "syncing", "the standby is being filled", FT_DRAIN_STAYS,
          "the standby is being filled" },
        { "primary", "alone", "the other host is not reachable", FT_DRAIN_STAYS,
          "the other host is not reachable" },
        { "primary", "unprotected", "", FT_DRAIN_STAYS, "unprotected" },
        { "primary", "failed", "", FT_DRAIN_STAYS, "failed" },
        { "standby", "protected", "", FT_DRAIN_COPY, NULL },
        { "standby", "alone", "x", FT_DRAIN_COPY, NULL },
        { "", "", "", FT_DRAIN_STAYS, "its worker does not run" },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *status =
            json_pack("{s:s,s:s,s:s}", "role", cases[i].role, "state",
                      cases[i].state, "reason", cases[i].reason);
        const char *why;

        assert_int_equal(ft_drain_judge(status, &why), cases[i].drain);
        if (cases[i].why)
            assert_string_equal(why, cases[i].why);
        else
            assert_null(why);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
