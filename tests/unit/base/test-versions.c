/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who speaks which version with whom, and who is told to be upgraded. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/versions.h"

static void
test_choice(void **state)
{
    static const struct {
        struct ft_versions ours, others;
        int spoken;
    } cases[] = {
        { { 2, 2 }, { 2, 2 }, 2 },
        /* one is a version ahead: while hosts are upgraded one after the other */
        { { 2, 3 }, { 2, 2 }, 2 },
        { { 2, 2 }, { 2, 3 }, 2 },
        { { 3, 4 }, { 2, 3 }, 3 },
        { { 2, 3 }, { 3, 4 }, 3 },
        { { 2, 3 }, { 2, 3 }, 3 },
        /* two: refused, and the older one is the one to be upgraded */
        { { 3, 4 }, { 2, 2 }, FT_VERSIONS_OTHER_OLDER },
        { { 2, 2 }, { 3, 4 }, FT_VERSIONS_OTHER_NEWER },
        { { 2, 2 }, { 1, 1 }, FT_VERSIONS_OTHER_OLDER },
        { { 1, 1 }, { 2, 2 }, FT_VERSIONS_OTHER_NEWER },
        { { 4, 5 }, { 2, 3 }, FT_VERSIONS_OTHER_OLDER },
        /* more than two spoken, should that ever be wanted */
        { { 1, 5 }, { 2, 3 }, 3 },
        { { 2, 3 }, { 1, 5 }, 3 },
        /* nonsense */
        { { 2, 2 }, { 0, 0 }, FT_VERSIONS_NONE },
        { { 2, 2 }, { 0, 2 }, FT_VERSIONS_NONE },
        { { 2, 2 }, { -1, 2 }, FT_VERSIONS_NONE },
        { { 2, 2 }, { 3, 2 }, FT_VERSIONS_NONE },
        { { 2, 2 }, { INT32_MAX, INT32_MAX }, FT_VERSIONS_OTHER_NEWER },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        if (ft_versions_choose(cases[i].ours, cases[i].others) !=
            cases[i].spoken)
            fail_msg("case %zu: %d", i,
                     ft_versions_choose(cases[i].ours, cases[i].others));
}

/* Both sides of any two reckon the same, or both refuse, each the other way. */
static void
test_both_agree(void **state)
{
    (void)state;
    for (int a = 0; a < 5 * 5; a++)
        for (int b = 0; b < 5 * 5; b++) {
            struct ft_versions one = { a / 5 + 1, a / 5 + 1 + a % 5 };
            struct ft_versions two = { b / 5 + 1, b / 5 + 1 + b % 5 };
            int here = ft_versions_choose(one, two);
            int there = ft_versions_choose(two, one);

            if (here > 0)
                assert_int_equal(here, there);
            else
                assert_int_equal(here + there, FT_VERSIONS_OTHER_OLDER +
                                                   FT_VERSIONS_OTHER_NEWER);
        }
}

static void
offers(const char *json, int oldest, int newest)
{
    json_t *hello = json_loads(json, 0, NULL);
    struct ft_versions found = ft_versions_offered(hello, "protocol");

    if (found.oldest != oldest || found.newest != newest)
        fail_msg("%s: %d to %d", json, found.oldest, found.newest);
    json_decref(hello);
}

static void
test_words(void **state)
{
    json_t *hello = json_object();
    char text[FT_VERSIONS_TEXT];

    (void)state;
    offers("{\"protocol\":2}", 2, 2); /* of before this rule, too */
    offers("{\"protocol\":2,\"protocol_newest\":3}", 2, 3);
    offers("{\"protocol\":3,\"protocol_newest\":2}", 3, 2);
    offers("{\"protocol_newest\":3}", 0, 3);
    offers("{\"protocol\":\"2\"}", 0, 0);
    offers("{\"protocol\":-2}", 0, 0);
    offers("{\"protocol\":1e99}", 0, 0);
    offers("{}", 0, 0);
    /* one of before the rule compares this number with its own only */
    assert_int_equal(ft_versions_offer((struct ft_versions){ 2, 3 }, "protocol",
                                       hello),
                     0);
    assert_int_equal(ft_json_int(hello, "protocol", 0, 99, 0), 2);
    assert_int_equal(ft_versions_offered(hello, "protocol").newest, 3);
    json_object_clear(hello);
    assert_int_equal(ft_versions_offer((struct ft_versions){ 2, 2 }, "protocol",
                                       hello),
                     0);
    assert_int_equal(json_object_size(hello), 1);
    json_decref(hello);
    assert_string_equal(ft_versions_text((struct ft_versions){ 2, 2 }, text),
                        "2");
    assert_string_equal(ft_versions_text((struct ft_versions){ 2, 3 }, text),
                        "2 to 3");
    assert_string_equal(ft_versions_text((struct ft_versions){ 0, 0 }, text),
                        "none");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_both_agree),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
