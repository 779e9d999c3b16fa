/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several VMs in one command: what is chosen for which of them, and whether
 * there is room for all.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/model/choice.h"
#include "ui/model/crowd.h"

static void
assert_choice(const char *list, const char *vm, const char *wanted)
{
    char out[FT_CHOICE_MAX];
    const char *got = ft_choice_of(list, vm, out);

    if (!wanted)
        assert_null(got);
    else
        assert_string_equal(got, wanted);
}

static void
test_choices(void **state)
{
    (void)state;
    assert_choice(NULL, "vm1", NULL);
    assert_choice("", "vm1", NULL);
    assert_choice("h2", "vm1", "h2");
    assert_choice("vm3=h3", "vm1", NULL);
    assert_choice("vm3=h3\nh2", "vm3", "h3");
    assert_choice("vm3=h3\nh2", "vm1", "h2");
    assert_choice("h2\nvm3=h3\nvm3=h4", "vm3", "h4"); /* the last one wins */
    assert_choice("h2\nh4", "vm1", "h4");
    assert_choice("a=b=h2", "a=b", "h2"); /* a VM may be called so */
    assert_choice("vm=h2", "vm1", NULL);
}

static void
test_choices_are_of_what_is_named(void **state)
{
    char *vms[] = { (char[]){ "vm1" }, (char[]){ "a=b" } };
    static const char *const good[] = { "", "h2", "vm1=h2", "a=b=h2\nh1" };
    static const char *const bad[] = { "vm2=h2", "vm1=", "=h2", "a=h2",
                                       "h1\nvm=h2" };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(good); i++)
        assert_int_equal(ft_choice_check(good[i], "standby", vms, 2, &err), 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(bad); i++)
        assert_int_not_equal(ft_choice_check(bad[i], "standby", vms, 2, &err),
                             0);
    assert_int_equal(ft_choice_check(NULL, "standby", vms, 2, &err), 0);
}

#define PLAN(standby, needs)                                             \
    "{\"standby\":\"" standby "\",\"standby_memory_bytes\":" needs       \
    ",\"candidates\":[{\"host\":\"h2\",\"memory_available_bytes\":100}," \
    "{\"host\":\"h3\",\"memory_available_bytes\":50},{\"host\":\"h4\"}]}"

static void
test_room(void **state)
{
    static const struct {
        const char *plans, *host;
    } cases[] = {
        { "[]", NULL },
        { "[{}]", NULL },
        { "[" PLAN("h2", "60") "]", NULL },
        { "[" PLAN("h2", "60") "," PLAN("h3", "50") "]", NULL },
        { "[" PLAN("h2", "60") "," PLAN("h2", "40") "]", NULL },
        { "[" PLAN("h2", "60") "," PLAN("h2", "41") "]", "h2" },
        { "[" PLAN("h2", "1") "," PLAN("h3", "26") "," PLAN("h3", "25") "]",
          "h3" },
        { "[" PLAN("h4", "60") "," PLAN("h4", "60") "]", NULL }, /* not told */
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *plans = json_loads(cases[i].plans, 0, NULL);
        double needed, available;
        const char *host;
        bool full = ft_crowd_find(plans, &host, &needed, &available);

        assert_non_null(plans);
        assert_int_equal(full, cases[i].host != NULL);
        if (full)
            assert_string_equal(host, cases[i].host);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_choices_are_of_what_is_named),
        cmocka_unit_test(test_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
