/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the pages of an epoch are sent behind the VM, and when it stands for them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/copy-behind.h"

#define MS INT64_C(1000000)
#define PATIENCE (1000 * MS)
#define LARGE (FT_EPOCH_BUFFER + 4096)

static void
small_ones_are_never_sent_behind(void **state)
{
    struct ft_copy_behind b = { 0 };

    (void)state;
    assert_false(ft_copy_behind_tries(&b, 0, MS, PATIENCE));
    assert_false(ft_copy_behind_tries(&b, FT_EPOCH_BUFFER, MS, PATIENCE));
}

static void
a_guest_that_is_as_fast_stands_in_the_end(void **state)
{
    struct ft_copy_behind b = { 0 };

    (void)state;
    for (int i = 0; i < FT_COPY_BEHIND_TRIES; i++)
        assert_true(ft_copy_behind_tries(&b, LARGE, i * MS, PATIENCE));
    assert_false(ft_copy_behind_tries(&b, LARGE, 3 * MS, PATIENCE));
    assert_false(ft_copy_behind_tries(&b, UINT64_MAX, 4 * MS, PATIENCE));
}

static void
what_is_small_enough_then_ends_it(void **state)
{
    struct ft_copy_behind b = { 0 };

    (void)state;
    assert_true(ft_copy_behind_tries(&b, LARGE, 0, PATIENCE));
    assert_false(ft_copy_behind_tries(&b, LARGE / 2, MS, PATIENCE));
}

/* What the guest sends is held meanwhile. */
static void
nor_is_tried_for_longer_than_patience(void **state)
{
    struct ft_copy_behind b = { 0 };

    (void)state;
    assert_true(ft_copy_behind_tries(&b, LARGE, 5 * MS, PATIENCE));
    assert_int_equal(b.until_ns, 5 * MS + PATIENCE);
    assert_false(ft_copy_behind_tries(&b, LARGE, 5 * MS + PATIENCE, PATIENCE));
    b = (struct ft_copy_behind){ 0 };
    assert_false(ft_copy_behind_tries(&b, LARGE, 5 * MS, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_ones_are_never_sent_behind),
        cmocka_unit_test(a_guest_that_is_as_fast_stands_in_the_end),
        cmocka_unit_test(what_is_small_enough_then_ends_it),
        cmocka_unit_test(nor_is_tried_for_longer_than_patience),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
