/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder's storage, measured: how often, how long, and that nothing is left.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <dirent.h>
#include <errno.h>

#include "base/clock.h"
#include "inventory/flushes.h"

static unsigned
entries(const char *folder)
{
    DIR *dir = opendir(folder);
    unsigned count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void
test_measured(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_flushes_seen seen;
    int64_t began = ft_clock_ns();
    unsigned before = entries(".");

    (void)state;
    if (ft_flushes_measure(".", &seen, &err) < 0)
        fail_msg("%s", err.text);
    assert_in_range(seen.count, 1, FT_FLUSHES);
    for (unsigned i = 0; i < seen.count; i++)
        assert_true(seen.us[i] <= (ft_clock_ns() - began) / FT_NS_PER_US);
    assert_int_equal(entries("."), before);
}

static void
test_no_folder(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_flushes_seen seen;

    (void)state;
    assert_int_equal(ft_flushes_measure("nowhere", &seen, &err), -ENOENT);
    assert_int_equal(seen.count, 0);
    assert_int_equal(ft_flushes_measure("/proc/self/exe", &seen, &err),
                     -ENOTDIR);
    assert_true(ft_flushes_measure("/proc", &seen, &err) < 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measured),
        cmocka_unit_test(test_no_folder),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
