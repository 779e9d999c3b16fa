/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rehearsal's own file of UEFI variables: like that of the copy. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>

#include "base/cleanup.h"
#include "standby/nvram.h"

static int
copy(const char *os, struct ft_error *err)
{
    char xml[400];

    snprintf(xml, sizeof(xml), "<domain><os>%s</os></domain>", os);
    return ft_standby_copy_nvram(xml, "own", err);
}

static void
test_copies(void **state)
{
    static const char *const ways[] = {
        "<nvram template='/t.fd'>vars</nvram>",
        "<nvram type='file' template='/t.fd'><source file='vars'/></nvram>",
    };
    struct ft_error err = FT_ERROR_INIT;
    struct stat own;

    (void)state;
    put_file("vars", "variables");
    assert_int_equal(chmod("vars", 0640), 0);
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        if (copy(ways[i], &err))
            fail_msg("%s", err.text);
        assert_file("own", "variables");
        assert_int_equal(stat("own", &own), 0);
        assert_int_equal(own.st_mode & 07777, 0640);
        /* one that is in the way is nobody's to write to */
        assert_int_equal(copy(ways[i], &err), -EEXIST);
        assert_int_equal(unlink("own"), 0);
    }
    assert_file("vars", "variables");
}

static void
test_nothing_to_copy(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(copy("", &err), 0);
    assert_int_equal(copy("<nvram/>", &err), 0);
    assert_int_equal(access("own", F_OK), -1);
    assert_int_equal(ft_standby_copy_nvram("no", "own", &err), -EINVAL);
    assert_int_equal(copy("<nvram>not there</nvram>", &err), -ENOENT);
    assert_non_null(strstr(err.text, "not there"));
    assert_int_equal(truncate("vars", FT_NVRAM_MAX + 1), 0);
    assert_int_equal(copy("<nvram>vars</nvram>", &err), -EFBIG);
    assert_int_equal(access("own", F_OK), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_nothing_to_copy),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
