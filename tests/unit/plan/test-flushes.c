/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of a pool whose storage was measured.
 */
#include "config.h"

#include "plan/flushes.h"
#include "tests/unit/inventory-fixture.h"

static void
test_decode(void **state)
{
    static const struct {
        const char *json;
        int rc;
        int64_t p50, p90;
    } cases[] = {
        { "{\"us\":[5]}", 0, 5, 5 },
        { "{\"us\":[0]}", 0, 1, 1 },
        { "{\"us\":[10,9,8,7,6,5,4,3,2,1]}", 0, 5, 9 },
        { "{\"us\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}", 0,
          10, 18 },
        { "{\"us\":[-1,\"x\",null,7,99999999999]}", 0, 7, 7 },
        { "{\"us\":[]}", -EPROTO, 0, 0 },
        { "{\"us\":7}", -EPROTO, 0, 0 },
        { "{}", -EPROTO, 0, 0 },
        { "[]", -EPROTO, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        FT_AUTOJSON json_t *json = json_loads(cases[i].json, 0, NULL);
        struct ft_pool pool = { .active = true };

        assert_non_null(json);
        assert_int_equal(ft_flushes_from_json(json, &pool), cases[i].rc);
        if (pool.flush_p50_us != cases[i].p50 ||
            pool.flush_p90_us != cases[i].p90)
            fail_msg("%zu: %d and %d", i, (int)pool.flush_p50_us,
                     (int)pool.flush_p90_us);
    }
}

/* Of a thousand, those that there is room for. */
static void
test_too_many(void **state)
{
    json_t *list = json_array();
    FT_AUTOJSON json_t *json = json_pack("{s:o}", "us", list);
    struct ft_pool pool = { .active = true };

    (void)state;
    for (int i = 0; i < 1000; i++)
        json_array_append_new(list, json_integer(i + 1));
    assert_int_equal(ft_flushes_from_json(json, &pool), 0);
    assert_int_equal(pool.flush_p50_us, 32);
}

static void
test_what_is_said(void **state)
{
    static const struct {
        int64_t p90;
        enum ft_verdict verdict; /* FT_VERDICTS: nothing */
        const char *evidence;
    } cases[] = {
        { 0, FT_VERDICTS, "" },
        { 300, FT_PASS, "took less than 1 ms" },
        { 1000, FT_PASS, "took 1 ms or less" },
        { 8200, FT_PASS, "took 9 ms or less" },
        { 50000, FT_PASS, "took 50 ms or less" },
        { 50001, FT_WARN, "took 60 ms or less" },
        { 112000, FT_WARN, "took 200 ms or less" },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_findings findings = FT_FINDINGS_INIT;
        const struct ft_finding *found;

        f->h2->pools[0].flush_p90_us = cases[i].p90;
        assert_int_equal(ft_flushes_check(&f->h2->pools[0], f->h2, &findings),
                         0);
        found = ft_findings_find(&findings, FT_CHECK_STANDBY_POOL_FLUSH);
        if ((found ? found->verdict : FT_VERDICTS) != cases[i].verdict ||
            (found && !strstr(found->evidence, cases[i].evidence)) ||
            (found && !*found->remedy != (found->verdict == FT_PASS)))
            fail_msg("%zu: %s", i, found ? found->evidence : "nothing");
        ft_findings_free(&findings);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test_setup_teardown(test_what_is_said, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
