/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast a copy may go: what is allowed, what the guest asks for, and the tokens. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pair/copy-rate.h"
#include "pair/spread.h"

#define S INT64_C(1000000000)
#define MS INT64_C(1000000)
#define MIB (UINT64_C(1) << 20)

static void
look(struct ft_copy_rate *rate, uint64_t copied, int64_t guest_ns,
     int64_t usual_ns)
{
    struct ft_copy_second second = { copied, guest_ns, usual_ns };

    ft_copy_rate_look(rate, &second);
}

static void
what_is_allowed(void **state)
{
    struct ft_copy_rate rate = { 0 };
    bool guest = true;

    (void)state;
    assert_int_equal(ft_copy_rate_limit(&rate, 0, &guest), 0);
    assert_false(guest);
    assert_int_equal(ft_copy_rate_limit(&rate, 5 * MIB, NULL), 5 * MIB);
    rate.way = 10 * MIB; /* more than is allowed: not the guest's doing */
    assert_int_equal(ft_copy_rate_limit(&rate, 5 * MIB, &guest), 5 * MIB);
    assert_false(guest);
    assert_int_equal(ft_copy_rate_limit(&rate, 50 * MIB, &guest), 10 * MIB);
    assert_true(guest);
    assert_int_equal(ft_copy_rate_limit(&rate, 0, &guest), 10 * MIB);
    assert_true(guest);
}

/* Both have to hold: long as such, and long for this guest. */
static void
when_the_guest_asks(void **state)
{
    static const struct {
        int64_t guest_ns, usual_ns;
        bool gives_way;
    } cases[] = {
        { -1, 0, false },
        { 0, 0, false },
        { 10 * MS, 0, false },
        { 10 * MS + 1, 0, true },
        { 30 * MS, 10 * MS, true },
        { 30 * MS, 15 * MS, false },
        { 9 * MS, MS, false },
        { INT64_MAX, 0, true },
        { INT64_MAX, INT64_MAX, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ft_copy_rate rate = { 0 };

        look(&rate, 100 * MIB, cases[i].guest_ns, cases[i].usual_ns);
        assert_int_equal(rate.way, cases[i].gives_way ? 75 * MIB : 0);
    }
}

/* Down to an eighth of the fastest second and no further, so that it ends. */
static void
gives_way_and_comes_back(void **state)
{
    struct ft_copy_rate rate = { 0 };
    uint64_t before;
    int seconds = 0;

    (void)state;
    look(&rate, 80 * MIB, -1, MS);
    assert_int_equal(rate.way, 0);
    for (int i = 0; i < 100; i++) {
        look(&rate, rate.way ? rate.way : 80 * MIB, 50 * MS, MS);
        assert_true(rate.way >= 10 * MIB && rate.way <= 60 * MIB);
    }
    assert_int_equal(rate.way, 10 * MIB);
    do {
        before = rate.way;
        look(&rate, rate.way, 2 * MS, MS);
        assert_true(rate.way == 0 || rate.way > before);
        seconds++;
    } while (rate.way && seconds < 100);
    assert_in_range(seconds, 5, 20);
    assert_int_equal(rate.top, before > 80 * MIB ? before : 80 * MIB);
}

/* A copy that is slow already is not what the guest waits for. */
static void
slow_ones_stay(void **state)
{
    struct ft_copy_rate rate = { 0 };

    (void)state;
    for (int i = 0; i < 10; i++)
        look(&rate, FT_COPY_LEAST, INT64_MAX, 0);
    assert_int_equal(rate.way, 0);
    look(&rate, FT_COPY_LEAST + 4, 50 * MS, 0);
    assert_int_equal(rate.way, FT_COPY_LEAST);
    look(&rate, 0, 50 * MS, 0);
    assert_int_equal(rate.way, FT_COPY_LEAST);
    /* a second in which nothing but zeros was found */
    rate = (struct ft_copy_rate){ .top = 80 * MIB };
    look(&rate, 0, 50 * MS, 0);
    assert_int_equal(rate.way, 0);
    /* nothing wraps */
    rate = (struct ft_copy_rate){ 0 };
    look(&rate, UINT64_MAX / 2, INT64_MAX, 0);
    assert_true(rate.way > UINT64_MAX / 4);
    look(&rate, UINT64_MAX / 2, 0, 0);
    assert_true(rate.way > UINT64_MAX / 4);
    look(&rate, UINT64_MAX / 2, 0, 0);
    look(&rate, UINT64_MAX / 2, 0, 0);
    assert_int_equal(rate.way, 0);
}

/* What is sent as soon as it may be comes out at the rate. */
static void
tokens_keep_the_rate(void **state)
{
    static const uint64_t rates[] = { 1, MIB, 100 * MIB, UINT64_C(1) << 40 };

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct ft_copy_tokens tokens = { 0 };
        uint64_t piece = rates[i] / 10 + 1;
        int64_t now = 1000 * S, wait;

        ft_copy_tokens_wait(&tokens, now, rates[i]);
        for (int n = 0; n < 1000; n++) {
            ft_copy_tokens_take(&tokens, now, piece);
            wait = ft_copy_tokens_wait(&tokens, now, rates[i]);
            assert_true(wait >= 0);
            now += wait;
            assert_int_equal(ft_copy_tokens_wait(&tokens, now, rates[i]), 0);
        }
        assert_in_range((uint64_t)(now - 1000 * S),
                        (uint64_t)((double)piece * 999e9 / (double)rates[i]),
                        (uint64_t)((double)piece * 1001e9 / (double)rates[i]));
    }
}

/* What is saved up while nothing is sent is little. */
static void
tokens_are_not_hoarded(void **state)
{
    struct ft_copy_tokens tokens = { 0 };
    int64_t now = 5 * S;

    (void)state;
    assert_int_equal(ft_copy_tokens_wait(&tokens, now, MIB), 0);
    now += 3600 * S;
    ft_copy_tokens_take(&tokens, now, MIB);
    assert_in_range(ft_copy_tokens_wait(&tokens, now, MIB), 949 * MS, 951 * MS);
}

static void
rate_changes_meanwhile(void **state)
{
    struct ft_copy_tokens tokens = { 0 };
    int64_t now = 5 * S;

    (void)state;
    ft_copy_tokens_wait(&tokens, now, MIB);
    ft_copy_tokens_take(&tokens, now, 10 * MIB);
    assert_in_range(ft_copy_tokens_wait(&tokens, now, MIB), 10 * S, 10 * S + 9);
    now += 5 * S; /* half is paid, at the old rate; the rest at the new one */
    assert_in_range(ft_copy_tokens_wait(&tokens, now, 50 * MIB), 99 * MS,
                    101 * MS);
    assert_int_equal(ft_copy_tokens_wait(&tokens, now, 0), 0);
    ft_copy_tokens_take(&tokens, now, UINT64_MAX); /* nothing is owed then */
    assert_int_equal(ft_copy_tokens_wait(&tokens, now, 0), 0);
    /* back again: not for what went at no rate; and no wait is for ever */
    assert_int_equal(ft_copy_tokens_wait(&tokens, now, MIB), 0);
    ft_copy_tokens_take(&tokens, now, UINT64_MAX);
    assert_in_range(ft_copy_tokens_wait(&tokens, now, 1), S, 3601 * S);
    /* a clock that goes back pays nothing */
    tokens = (struct ft_copy_tokens){ 0 };
    ft_copy_tokens_wait(&tokens, now, MIB);
    ft_copy_tokens_take(&tokens, now, MIB);
    assert_in_range(ft_copy_tokens_wait(&tokens, now - 3 * S, MIB), S, S + 9);
}

/* ---- how even it goes on ---- */

static void
spread_needs_some_seconds(void **state)
{
    struct ft_spread spread = { .count = 0 };
    double slower = 1, faster = 1;

    (void)state;
    for (int i = 0; i < FT_SPREAD_SURE - 1; i++) {
        assert_false(ft_spread_halves(&spread, &slower, &faster));
        assert_true(slower == 0 && faster == 0);
        ft_spread_add(&spread, i * S, (uint64_t)i * MIB);
        ft_spread_add(&spread, i * S + S / 2, UINT64_MAX); /* too soon */
    }
    assert_int_equal(spread.count, FT_SPREAD_SURE - 1);
    ft_spread_add(&spread, (FT_SPREAD_SURE - 1) * S, 4 * MIB);
    assert_true(ft_spread_halves(&spread, &slower, &faster));
    assert_true((uint64_t)slower == MIB && (uint64_t)faster == MIB);
    assert_true((uint64_t)ft_spread_rate(&spread) == MIB);
}

/* Half a minute is remembered, and what is done over counts as nothing. */
static void
spread_forgets(void **state)
{
    struct ft_spread spread = { .count = 0 };
    double slower, faster;

    (void)state;
    assert_true(ft_spread_rate(&spread) == 0);
    for (int i = 0; i < 100; i++)
        ft_spread_add(&spread, i * S, (uint64_t)(i < 50 ? i * 9 : 450) * MIB);
    assert_int_equal(spread.count, FT_SPREAD_SEEN);
    assert_true(ft_spread_halves(&spread, &slower, &faster));
    assert_true(slower == 0 && faster == 0 && ft_spread_rate(&spread) == 0);
    for (int i = 100; i < 115; i++)
        ft_spread_add(&spread, i * S, (uint64_t)(115 - i));
    assert_true(ft_spread_halves(&spread, &slower, &faster));
    assert_true(slower == 0 && faster == 0);
    for (int i = 115; i < 130; i++)
        ft_spread_add(&spread, i * S, (uint64_t)(i - 100) * MIB);
    assert_true(ft_spread_halves(&spread, &slower, &faster));
    assert_true(slower == 0 && faster > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_allowed),
        cmocka_unit_test(when_the_guest_asks),
        cmocka_unit_test(gives_way_and_comes_back),
        cmocka_unit_test(slow_ones_stay),
        cmocka_unit_test(tokens_keep_the_rate),
        cmocka_unit_test(tokens_are_not_hoarded),
        cmocka_unit_test(rate_changes_meanwhile),
        cmocka_unit_test(spread_needs_some_seconds),
        cmocka_unit_test(spread_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
