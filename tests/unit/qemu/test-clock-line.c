/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest's clock lacks: by hand, and over many epochs at random. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "qemu/clock-line.h"

#define MS UINT64_C(1000000)
#define EPOCHS 100000

static void
test_own_stop(void **state)
{
    struct ft_clock_line line = { 0 };

    (void)state;
    ft_clock_line_begin(&line, 100, 1000);
    assert_true(line.begun);
    /* ran 50, stood 7 */
    assert_int_equal(ft_clock_line_look(&line, 150, 1057, 7), 7);
    ft_clock_line_give(&line, 7);
    assert_int_equal(line.lacking, 0);
    /* 157 now; ran 3, stood 5, of which all is said to be ours */
    assert_int_equal(ft_clock_line_look(&line, 160, 1065, 100), 5);
    /* not given: it adds up */
    assert_int_equal(ft_clock_line_look(&line, 165, 1075, 6), 10);
    ft_clock_line_give(&line, 4);
    assert_int_equal(line.lacking, 6);
    assert_int_equal(ft_clock_line_look(&line, 169, 1075, 0), 6);
    ft_clock_line_give(&line, 1000); /* more than it lacks */
    assert_int_equal(line.lacking, 0);
}

static void
test_foreign_stop(void **state)
{
    struct ft_clock_line line = { 0 };

    (void)state;
    ft_clock_line_begin(&line, 0, 0);
    assert_int_equal(ft_clock_line_look(&line, 10, 510, 0), 0);
    assert_int_equal(ft_clock_line_look(&line, 20, 520, 0), 0);
    /* 500 of somebody, 3 of ours */
    assert_int_equal(ft_clock_line_look(&line, 30, 1033, 3), 3);
    ft_clock_line_give(&line, 3);
    assert_int_equal(ft_clock_line_look(&line, 43, 1043, 50), 0);
    /* A lag of ours that was not given back outlasts one of somebody. */
    assert_int_equal(ft_clock_line_look(&line, 43, 1052, 9), 9);
    assert_int_equal(ft_clock_line_look(&line, 43, 9999, 0), 9);
}

static void
test_ahead(void **state)
{
    struct ft_clock_line line = { 0 };

    (void)state;
    ft_clock_line_begin(&line, 0, 0);
    assert_int_equal(ft_clock_line_look(&line, 1000, 10, 5), 0);
    /* The line moved: there is nothing to be taken back. */
    assert_int_equal(ft_clock_line_look(&line, 1010, 25, 100), 5);
    /* ... and what it lacked is gone when it was set forward by others. */
    assert_int_equal(ft_clock_line_look(&line, 2000, 30, 0), 0);
    assert_int_equal(line.lacking, 0);
}

/* All around where either clock wraps, in steps of one. */
static void
test_wrap(void **state)
{
    uint64_t at;

    (void)state;
    for (at = (uint64_t)-40; at != 40; at++) {
        struct ft_clock_line line = { 0 };

        ft_clock_line_begin(&line, at, 5 - at);
        assert_int_equal(ft_clock_line_look(&line, at + 20, 5 - at + 30, 10),
                         10);
        ft_clock_line_give(&line, 10);
        assert_int_equal(ft_clock_line_look(&line, at + 30, 5 - at + 37, 10), 7);
        assert_int_equal(ft_clock_line_look(&line, at + 60, 5 - at + 37, 10), 0);
        assert_int_equal(ft_clock_line_look(&line, at + 60, 5 - at + 9037, 2),
                         2);
    }
}

/* ----- a guest, and somebody beside us who stops it too ----- */

static uint64_t random_state;

static uint64_t
random_below(uint64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % n;
}

struct guest {
    struct ft_clock_line line;
    uint64_t host, clock, clock0; /* what host and guest read */
    uint64_t due;                 /* would, at the host's rate, without us */
    int64_t ppm;                  /* by which the guest's rate differs */
    double rest;
    int64_t lost;   /* by a rate that is too low */
    uint64_t slack; /* at most so much of somebody's stops is taken for ours */
};

static void
run(struct guest *g, uint64_t ns)
{
    int64_t more;

    g->rest += (double)ns * (double)g->ppm * 1e-6;
    more = (int64_t)g->rest;
    g->rest -= (double)more;
    g->host += ns;
    g->clock += ns + (uint64_t)more;
    g->due += ns;
    g->lost -= more < 0 ? more : 0;
}

/* One epoch of which we say so much too much; returns the latency at its end. */
static uint64_t
epoch(struct guest *g, uint64_t too_much)
{
    uint64_t pause = 1 + random_below(20 * MS), latency = random_below(MS);
    uint64_t before, lack;

    run(g, 1 + random_below(100 * MS));
    if (random_below(50) == 0) { /* somebody */
        g->host += random_below(10000 * MS);
        g->slack += too_much;
        run(g, 1 + random_below(MS));
    }
    g->host += pause;
    g->due += pause;
    before = g->clock;
    lack = ft_clock_line_look(&g->line, g->clock, g->host, pause + too_much);
    g->clock += lack;
    ft_clock_line_give(&g->line, lack);
    assert_true(g->clock - before == lack && lack < 1000 * MS);
    /* It goes on a little later, which is our stop as well. */
    g->host += latency;
    g->due += latency;
    return latency;
}

static void
simulate(int64_t ppm, uint64_t too_much)
{
    /* both wrap on the way */
    struct guest g = { .host = (uint64_t)-1000 * MS, .ppm = ppm };
    uint64_t latency = 0;
    unsigned i;

    random_state = 88172645463325252;
    g.clock = g.due = g.clock0 = (uint64_t)-77777 * MS;
    ft_clock_line_begin(&g.line, g.clock, g.host);
    for (i = 0; i < EPOCHS; i++) {
        uint64_t last = latency;
        int64_t behind;

        latency = epoch(&g, too_much + last);
        behind = (int64_t)(g.due - g.clock);
        /* Never more than was taken, and all but what this end took. Too fast
         * by itself it gets ahead by what it gains in an epoch, at most 101 ns
         * at 1 ppm; too slow it loses what it would without us. */
        assert_true(behind >= -(int64_t)g.slack - (ppm > 0 ? 110 : 0));
        if (!too_much)
            assert_true(behind <= (int64_t)latency + g.lost);
    }
    assert_true(g.clock - g.clock0 > EPOCHS * MS);
}

/* What the last resume took is ours to say at the next look. */
static void
test_many_epochs(void **state)
{
    (void)state;
    simulate(0, 0);
}

/* A rate that differs does not add up either way. */
static void
test_rates(void **state)
{
    (void)state;
    simulate(1, 0);
    simulate(-1, 0);
}

/* Saying too much gives at most that much of each stop of somebody. */
static void
test_too_much(void **state)
{
    (void)state;
    simulate(0, MS / 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_stop),    cmocka_unit_test(test_foreign_stop),
        cmocka_unit_test(test_ahead),       cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_many_epochs), cmocka_unit_test(test_rates),
        cmocka_unit_test(test_too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
