/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a fix has changed its host, as far as that is known here. */
#include "config.h"

#include "protect/protect-private.h"
#include "tests/unit/protect/fake-hosts.h"

#define LOST 1000 /* the connection, before the end was seen */

static const struct ft_fix fix = { FT_FIX_POOL_START, "h2", "default" };

static const int *ends; /* of one try after the other */

static int
end_as_told(const char *command, struct ft_ssh_result *result,
            struct ft_error *err)
{
    static char why[] = "because";

    assert_string_equal(command, ft_fix_script(fix.kind, false));
    result->errors = why;
    result->status = *ends++;
    return result->status == LOST
               ? ft_reach_fail(err, FT_REACH_LOST, NULL, "lost")
               : 0;
}

static void
test_changed(void **state)
{
    static const struct {
        int ends[2];
        int rc;
        bool changed;
    } cases[] = {
        { { 0 }, 0, true },
        { { 3 }, 0, false },               /* it was so before */
        { { LOST, 3 }, 0, true },          /* by the first try, or before it */
        { { 1 }, -EREMOTEIO, false },      /* it cannot be done */
        { { LOST, 1 }, -EREMOTEIO, true }, /* half of it may be */
        { { -1 }, -EREMOTEIO, true },      /* killed in the middle */
    };

    (void)state;
    on_command = end_as_told;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_error err = FT_ERROR_INIT;
        bool changed = !cases[i].changed;

        ends = cases[i].ends;
        fleet_anew();
        assert_int_equal(ft_protect_fix(&fleet, &fix, false, &changed, &err),
                         cases[i].rc);
        assert_int_equal(changed, cases[i].changed);
        if (cases[i].rc)
            assert_has(err.text, "h2: could not start pool default: because");
    }
    on_command = NULL;
}

/* Nobody was told to do anything. */
static void
test_unreachable(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    bool changed = true;

    (void)state;
    hosts[H2].away = true;
    assert_int_equal(ft_protect_fix(&fleet, &fix, false, &changed, &err),
                     -EHOSTUNREACH);
    assert_false(changed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_changed, begin, end),
        cmocka_unit_test_setup_teardown(test_unreachable, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
