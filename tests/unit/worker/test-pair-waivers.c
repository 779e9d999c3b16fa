/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is accepted of a pair's VM is kept as it was told, or refused.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/paths.h"
#include "tests/unit/scratch.h"
#include "worker/pair-waivers.h"

#define PAIR "0a1b2c3d-0000-4000-8000-000000000001"
#define FOLDER FT_PAIRS_FOLDER "/" PAIR

static int
make_pair(void **state)
{
    (void)state;
    nftw(FT_STATE_FOLDER, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    mkdir(FT_STATE_FOLDER, 0700);
    mkdir(FT_PAIRS_FOLDER, 0700);
    mkdir(FOLDER, 0700);
    return ft_file_replace(FOLDER "/pair.json", "{}", 2, 0600);
}

static json_t *
waivers(size_t count, const char *reason)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:i}", "check",
                                              "standby.time", "subject", "h2",
                                              "evidence", "free", "reason",
                                              reason, "given", (int)i));
    return list;
}

/* list is released. */
static int
save(json_t *list, struct ft_error *err)
{
    int rc = ft_pair_save_waivers(PAIR, list, err);

    json_decref(list);
    return rc;
}

static void
test_kept(void **state)
{
    FT_AUTOJSON json_t *two = waivers(2, "a lab");
    struct ft_error err = FT_ERROR_INIT;
    json_t *read;

    (void)state;
    assert_null(ft_pair_load_waivers(PAIR));
    assert_int_equal(save(waivers(FT_PAIR_WAIVERS_MAX, "x"), &err), 0);
    assert_int_equal(save(json_incref(two), &err), 0);
    read = ft_pair_load_waivers(PAIR);
    assert_true(json_equal(read, two));
    json_decref(read);
    assert_int_equal(save(json_array(), &err), 0); /* all are taken back */
    read = ft_pair_load_waivers(PAIR);
    assert_int_equal(json_array_size(read), 0);
    json_decref(read);
}

static void
test_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char text[FT_PAIR_WAIVER_TEXT + 1];

    (void)state;
    memset(text, 'x', FT_PAIR_WAIVER_TEXT);
    text[FT_PAIR_WAIVER_TEXT] = '\0';
    assert_int_equal(ft_pair_save_waivers(PAIR, NULL, &err), -EINVAL);
    assert_int_equal(save(json_object(), &err), -EINVAL);
    assert_int_equal(save(json_pack("[i]", 1), &err), -EINVAL);
    assert_int_equal(save(json_pack("[{}]"), &err), -EINVAL);
    assert_int_equal(save(waivers(1, text), &err), -EINVAL);
    assert_int_equal(save(waivers(FT_PAIR_WAIVERS_MAX + 1, "x"), &err), -EINVAL);
    assert_non_null(strstr(err.text, "at most 64"));
    assert_null(ft_pair_load_waivers(PAIR));
}

static void
test_no_pair(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(unlink(FOLDER "/pair.json"), 0);
    assert_int_equal(save(waivers(1, "x"), &err), -ENOENT);
}

#define TEST(function) cmocka_unit_test_setup(function, make_pair)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kept),
        TEST(test_refused),
        TEST(test_no_pair),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
