/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/wire.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "link/state-delta.h"

static struct ft_state
make_state(size_t size, uint64_t seed)
{
    struct ft_state state = { malloc(size), size };

    fill_random(state.data, size, seed);
    return state;
}

/* Encodes and decodes; returns the encoded size. */
static size_t
round_trip(const struct ft_state *state, const struct ft_state *previous,
           int expect_delta)
{
    struct ft_state encoded, back;
    struct ft_error err = FT_ERROR_INIT;
    int is_delta;
    size_t size;

    assert_int_equal(ft_state_encode(state, previous, &encoded, &is_delta), 0);
    assert_int_equal(is_delta, expect_delta);
    if (ft_state_decode(encoded.data, encoded.size, is_delta, previous, &back,
                        &err))
        fail_msg("%s", err.text);
    assert_int_equal(back.size, state->size);
    assert_memory_equal(back.data, state->data, state->size);
    size = encoded.size;
    ft_state_free(&encoded);
    ft_state_free(&back);
    return size;
}

static void
test_small_changes(void **state)
{
    struct ft_state old = make_state(150000, 1), fresh = make_state(150000, 1);

    (void)state;
    assert_int_equal(round_trip(&old, NULL, 0), 16 + 150000);
    assert_int_equal(round_trip(&fresh, &old, 1), 40);
    fresh.data[0] ^= 1;
    assert_int_equal(round_trip(&fresh, &old, 1), 40 + 8 + 1);
    fresh.data[149999] ^= 1;
    assert_int_equal(round_trip(&fresh, &old, 1), 40 + 2 * (8 + 1));
    /* Near changes share a range, far ones do not. */
    fresh.data[1000] ^= 1;
    fresh.data[1010] ^= 1;
    assert_int_equal(round_trip(&fresh, &old, 1), 40 + 3 * 8 + 2 + 11);
    fresh.data[1100] ^= 1;
    assert_int_equal(round_trip(&fresh, &old, 1), 40 + 4 * 8 + 3 + 11);
    ft_state_free(&old);
    ft_state_free(&fresh);
}

static void
test_sizes_change(void **state)
{
    struct ft_state old = make_state(5000, 1), longer = make_state(5003, 1);
    struct ft_state shorter = make_state(4900, 1), one = make_state(1, 8);

    (void)state;
    round_trip(&longer, &old, 1);
    round_trip(&shorter, &old, 1);
    assert_int_equal(round_trip(&shorter, &old, 1), 40);
    round_trip(&one, &old, 0);
    round_trip(&old, &one, 0);
    ft_state_free(&old);
    ft_state_free(&longer);
    ft_state_free(&shorter);
    ft_state_free(&one);
}

static void
test_all_different(void **state)
{
    struct ft_state old = make_state(5000, 1), fresh = make_state(5000, 2);

    (void)state;
    assert_int_equal(round_trip(&fresh, &old, 0), 16 + 5000);
    ft_state_free(&old);
    ft_state_free(&fresh);
}

static void
test_random_changes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        uint64_t random = seed;
        struct ft_state old = make_state(1 + next_random(&random) % 3000, 1);
        struct ft_state fresh = make_state(1 + next_random(&random) % 3000, 1),
                        encoded, back;
        int is_delta;

        for (uint64_t n = next_random(&random) % 40; n; n--)
            fresh.data[next_random(&random) % fresh.size] ^=
                (unsigned char)next_random(&random);
        assert_int_equal(ft_state_encode(&fresh, &old, &encoded, &is_delta), 0);
        assert_true(encoded.size <= 16 + fresh.size);
        assert_int_equal(ft_state_decode(encoded.data, encoded.size, is_delta,
                                         &old, &back, NULL),
                         0);
        assert_int_equal(back.size, fresh.size);
        assert_memory_equal(back.data, fresh.data, fresh.size);
        ft_state_free(&old);
        ft_state_free(&fresh);
        ft_state_free(&encoded);
        ft_state_free(&back);
    }
}

static void
refused(const struct ft_state *encoded, size_t size, int is_delta,
        const struct ft_state *previous, int expected, const char *word)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_state back = { NULL, 77 };
    unsigned char *exact = malloc(size ? size : 1);
    int rc;

    memcpy(exact, encoded->data, size);
    rc = ft_state_decode(exact, size, is_delta, previous, &back, &err);
    if (expected)
        assert_int_equal(rc, expected);
    else
        assert_true(rc == -EPROTO || rc == -EBADMSG);
    if (!strstr(err.text, word))
        fail_msg("\"%s\" does not name %s", err.text, word);
    assert_int_equal(back.size, 77);
    free(exact);
}

static void
test_damage(void **state)
{
    struct ft_state old = make_state(900, 1), fresh = make_state(950, 1);
    struct ft_state encoded, other = make_state(900, 3);
    int is_delta;

    (void)state;
    fresh.data[100] ^= 1;
    fresh.data[500] ^= 1;
    assert_int_equal(ft_state_encode(&fresh, &old, &encoded, &is_delta), 0);
    assert_int_equal(is_delta, 1);
    for (size_t size = 0; size < encoded.size; size++)
        refused(&encoded, size, 1, &old, -EPROTO, "");
    for (size_t bit = 0; bit < 8 * encoded.size; bit++) {
        encoded.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        refused(&encoded, encoded.size, 1, &old, 0, "");
        encoded.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    refused(&encoded, encoded.size, 1, NULL, -EPROTO, "before it");
    refused(&encoded, encoded.size, 1, &other, -EBADMSG, "another state");
    ft_put_le64(encoded.data, (uint64_t)FT_STATE_MAX + 1);
    refused(&encoded, encoded.size, 1, &old, -EPROTO, "bytes");
    ft_state_free(&encoded);

    assert_int_equal(ft_state_encode(&fresh, NULL, &encoded, &is_delta), 0);
    for (size_t size = 0; size < encoded.size; size++)
        refused(&encoded, size, 0, NULL, -EPROTO, "");
    for (size_t bit = 0; bit < 8 * encoded.size; bit++) {
        encoded.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
        refused(&encoded, encoded.size, 0, NULL, 0, "");
        encoded.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    ft_state_free(&encoded);
    ft_state_free(&old);
    ft_state_free(&fresh);
    ft_state_free(&other);
}

static void
test_limits(void **state)
{
    struct ft_state empty = { NULL, 0 }, encoded;
    unsigned char byte = 0;
    struct ft_state large = { &byte, (size_t)FT_STATE_MAX + 1 };
    int is_delta;

    (void)state;
    assert_int_equal(ft_state_encode(&empty, NULL, &encoded, &is_delta),
                     -EINVAL);
    assert_int_equal(ft_state_encode(&large, NULL, &encoded, &is_delta), -E2BIG);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_changes),
        cmocka_unit_test(test_sizes_change),
        cmocka_unit_test(test_all_different),
        cmocka_unit_test(test_random_changes),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
