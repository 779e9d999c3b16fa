/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a waiver holds for, and what may be waived. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "plan/waivers.h"

static void
find(struct ft_findings *f, enum ft_verdict verdict, const char *subject,
     const char *evidence)
{
    ft_findings_add(f, verdict, FT_CHECK_STANDBY_TIME, subject, "why", "do",
                    "%s", evidence);
}

static void
test_holds(void **state)
{
    static const struct {
        enum ft_verdict verdict;
        const char *subject, *evidence;
        bool waived, ended;
        enum ft_verdict worst;
    } cases[] = {
        { FT_WARN, "h2", "free", true, false, FT_PASS },
        { FT_UNKNOWN, "h2", "free", true, false, FT_PASS },
        { FT_WARN, "h2", "free by 3 s", false, true, FT_WARN },
        { FT_FAIL, "h2", "free", false, true, FT_FAIL },
        { FT_PASS, "h2", "free", false, true, FT_PASS },
        { FT_WARN, "h3", "free", false, false, FT_WARN }, /* another host's */
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_waiver waiver = {
            "standby.time", "h2", "free", "lab", NULL, 0
        };
        struct ft_findings f = FT_FINDINGS_INIT;

        ft_findings_add(&f, FT_PASS, FT_CHECK_VM_RUNNING, "vm1", NULL, NULL,
                        "on");
        find(&f, cases[i].verdict, cases[i].subject, cases[i].evidence);
        ft_waivers_apply(&waiver, 1, &f);
        assert_string_equal(f.list[1].waived, cases[i].waived ? "lab" : "");
        assert_string_equal(f.list[0].waived, "");
        assert_int_equal(waiver.instead != NULL, cases[i].ended);
        assert_int_equal(ft_findings_worst(&f), cases[i].worst);
        ft_findings_free(&f);
    }
}

/* A check that finds two things of one subject: it holds while its own is found. */
static void
test_two(void **state)
{
    (void)state;
    for (int own = 0; own < 2; own++) {
        struct ft_waiver waiver = { .check = "standby.time",
                                    .subject = "h2",
                                    .evidence = "free",
                                    .reason = "lab" };
        struct ft_findings f = FT_FINDINGS_INIT;

        find(&f, FT_WARN, "h2", own == 0 ? "free" : "late");
        find(&f, FT_WARN, "h2", own == 1 ? "free" : "late");
        ft_waivers_apply(&waiver, 1, &f);
        assert_null(waiver.instead);
        assert_string_equal(f.list[own].waived, "lab");
        assert_string_equal(f.list[!own].waived, "");
        ft_findings_free(&f);
    }
}

static void
test_figures(void **state)
{
    static const struct {
        const char *then, *now;
        bool waived;
    } cases[] = {
        { "off by 1.2 s", "off by 2.3 s", true },
        { "off by 1.2 s", "off by 2.5 s", false },
        { "off by 1.2 s", "off by 0.5 s", false },
        { "QEMU 7.2.1", "QEMU 7.2.2", false },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_waiver waiver = { "standby.time", "h2", cases[i].then,
                                    "lab",          NULL, 0 };
        struct ft_findings f = FT_FINDINGS_INIT;

        find(&f, FT_WARN, "h2", cases[i].now);
        ft_waivers_apply(&waiver, 1, &f);
        assert_int_equal(*f.list[0].waived != '\0', cases[i].waived);
        assert_int_equal(waiver.instead == NULL, cases[i].waived);
        ft_findings_free(&f);
    }
}

static void
test_waivable(void **state)
{
    struct ft_findings f = FT_FINDINGS_INIT;
    int error;

    (void)state;
    assert_null(ft_waivable(&f, FT_CHECK_STANDBY_TIME, NULL, &error));
    assert_int_equal(error, -ENOENT);
    find(&f, FT_PASS, "h2", "set");
    assert_null(ft_waivable(&f, FT_CHECK_STANDBY_TIME, NULL, &error));
    assert_int_equal(error, -ENOENT);
    find(&f, FT_WARN, "h3", "free");
    assert_ptr_equal(ft_waivable(&f, FT_CHECK_STANDBY_TIME, NULL, &error),
                     &f.list[1]);
    assert_null(ft_waivable(&f, FT_CHECK_STANDBY_TIME, "h2", &error));
    find(&f, FT_UNKNOWN, "h4", "not told");
    assert_null(ft_waivable(&f, FT_CHECK_STANDBY_TIME, NULL, &error));
    assert_int_equal(error, -EEXIST);
    assert_ptr_equal(ft_waivable(&f, FT_CHECK_STANDBY_TIME, "h4", &error),
                     &f.list[2]);
    find(&f, FT_FAIL, "h5", "wrong");
    assert_null(ft_waivable(&f, FT_CHECK_STANDBY_TIME, "h5", &error));
    assert_int_equal(error, -EPERM);
    assert_null(ft_waivable(&f, FT_CHECK_VM_XML, NULL, &error));
    assert_int_equal(error, -ENOENT);
    ft_findings_free(&f);
}

static void
test_json(void **state)
{
    const struct ft_waiver waivers[] = {
        { "standby.time", "h2", "free", "a lab", NULL, 1700000000000 },
        { "standby.room", "h3", "1 GiB", "soon more", NULL, 0 },
    };
    FT_AUTOJSON json_t *list = ft_waivers_to_json(waivers, 2);
    FT_AUTOJSON json_t *odd =
        json_pack("[n,i,{},{s:s,s:s,s:s,s:s},{s:s,s:s,s:s}]", 1, "check", "a",
                  "subject", "b", "evidence", "c", "reason", "", "check", "a",
                  "subject", "b", "reason", "c");
    struct ft_waiver again[2];

    (void)state;
    assert_int_equal(ft_waivers_from_json(list, again, 2), 2);
    assert_string_equal(again[0].check, "standby.time");
    assert_string_equal(again[0].reason, "a lab");
    assert_int_equal(again[0].given_ms, 1700000000000);
    assert_string_equal(again[1].subject, "h3");
    assert_string_equal(again[1].evidence, "1 GiB");
    assert_int_equal(ft_waivers_from_json(list, again, 1), 1);
    assert_int_equal(ft_waivers_from_json(odd, again, 2), 0);
    assert_int_equal(ft_waivers_from_json(NULL, again, 2), 0);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds),   cmocka_unit_test(test_two),
        cmocka_unit_test(test_figures), cmocka_unit_test(test_waivable),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
