/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which QEMU can take over a VM that runs in which. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "plan/qemu-fit.h"

static void
test_ages(void **state)
{
    static const struct {
        const char *runs, *there;
        enum ft_qemu_age age;
    } cases[] = {
        { "7.2.22", "7.2.22", FT_QEMU_SAME },
        { "7.2", "7.2.0", FT_QEMU_SAME },
        { "7.2.13", "7.2.22", FT_QEMU_UPDATED },
        { "7.2.9", "7.2.10", FT_QEMU_UPDATED },
        { "7.2", "7.2.1", FT_QEMU_UPDATED },
        { "7.2.22", "7.2.13", FT_QEMU_OLDER },
        { "7.2.22", "10.0.2", FT_QEMU_NEWER },
        { "7.2.22", "7.3.0", FT_QEMU_NEWER },
        { "9.2.4", "10.0.0", FT_QEMU_NEWER },
        { "10.0.13", "7.2.22", FT_QEMU_OLDER },
        { "10.0.13", "9.9.99", FT_QEMU_OLDER },
        { "10.1.0", "10.0.99", FT_QEMU_OLDER },
        { "999.999.999", "999.999.999", FT_QEMU_SAME },
        /* what is no version tells nothing, whatever the other one is */
        { "", "7.2.22", FT_QEMU_UNKNOWN },
        { "7.2.22", "", FT_QEMU_UNKNOWN },
        { "", "", FT_QEMU_UNKNOWN },
        { "7", "7", FT_QEMU_UNKNOWN },
        { "7.", "7.", FT_QEMU_UNKNOWN },
        { ".7.2", ".7.2", FT_QEMU_UNKNOWN },
        { "7.2.", "7.2.", FT_QEMU_UNKNOWN },
        { "7.2.22.1", "7.2.22.1", FT_QEMU_UNKNOWN },
        { "7.2.22-rc1", "7.2.22-rc1", FT_QEMU_UNKNOWN },
        { "-7.2.22", "-7.2.22", FT_QEMU_UNKNOWN },
        { "7.-2.22", "7.-2.22", FT_QEMU_UNKNOWN },
        { " 7.2", " 7.2", FT_QEMU_UNKNOWN },
        { "1000.0", "1000.0", FT_QEMU_UNKNOWN },
        { "7.2.99999999999999999999", "7.2.1", FT_QEMU_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++)
        assert_int_equal(ft_qemu_age(cases[i].runs, cases[i].there),
                         cases[i].age);
}

/* Whatever is older one way is later the other way, and nothing else. */
static void
test_one_way_only(void **state)
{
    static const char *const versions[] = { "6.2.0",  "7.2.9",   "7.2.10",
                                            "7.10.1", "10.0.13", "10.1.0" };
    size_t n = FT_ARRAY_SIZE(versions);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            enum ft_verdict verdict =
                ft_qemu_fit(versions[i], versions[k], "pc-q35-6.2").verdict;

            assert_int_equal(verdict == FT_FAIL, k < i);
            assert_int_equal(ft_qemu_age(versions[i], versions[k]) ==
                                 FT_QEMU_SAME,
                             k == i);
        }
}

static void
test_machines(void **state)
{
    static const char *const with[] = { "pc-i440fx-7.2", "pc-q35-10.0",
                                        "pc-q35-rhel9.2.0", "pc-i440fx-jammy" };
    static const char *const without[] = { "",       "pc",      "q35",
                                           "pc-q35", "pc-q35-", "microvm",
                                           "isapc",  "none",    "x-pc-q35-7.2" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(with); i++)
        assert_true(ft_qemu_machine_is_versioned(with[i]));
    for (size_t i = 0; i < FT_ARRAY_SIZE(without); i++)
        assert_false(ft_qemu_machine_is_versioned(without[i]));
}

static void
test_verdicts(void **state)
{
    static const struct {
        const char *runs, *there, *machine;
        enum ft_verdict verdict;
        bool remedy;
    } cases[] = {
        { "7.2.22", "7.2.22", "pc-i440fx-7.2", FT_PASS, false },
        { "7.2.13", "7.2.22", "pc-i440fx-7.2", FT_PASS, false },
        { "7.2.13", "10.0.2", "pc-i440fx-7.2", FT_WARN, true },
        { "10.0.2", "7.2.13", "pc-i440fx-7.2", FT_FAIL, true },
        { "7.2.22", "7.2.13", "pc-i440fx-7.2", FT_FAIL, true },
        { "", "7.2.13", "pc-i440fx-7.2", FT_UNKNOWN, true },
        /* a type without a version is the same in the very same QEMU only */
        { "7.2.22", "7.2.22", "microvm", FT_PASS, false },
        { "7.2.13", "7.2.22", "microvm", FT_FAIL, true },
        { "7.2.13", "10.0.2", "q35", FT_FAIL, true },
        { "10.0.2", "7.2.13", "q35", FT_FAIL, true },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_qemu_fit fit =
            ft_qemu_fit(cases[i].runs, cases[i].there, cases[i].machine);

        assert_int_equal(fit.verdict, cases[i].verdict);
        assert_int_equal(*fit.remedy != '\0', cases[i].remedy);
        assert_int_equal(*fit.why == '\0', fit.age == FT_QEMU_SAME);
        assert_true(strlen(fit.why) < sizeof(((struct ft_finding *)0)->why));
        assert_true(strlen(fit.remedy) <
                    sizeof(((struct ft_finding *)0)->remedy));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_one_way_only),
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
