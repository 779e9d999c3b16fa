/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checkpoint trigger over a grid of all inputs: each rule of trigger.h as
 * a property of its own, and whole seconds of a guest's life.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pair/trigger.h"

#define MS INT64_C(1000000)

static const struct ft_trigger_settings standard = FT_TRIGGER_SETTINGS_INIT;

static struct ft_trigger_input
quiet(int64_t now)
{
    return (struct ft_trigger_input){ .now_ns = now,
                                      .last_start_ns = 0,
                                      .held_since_ns = FT_TRIGGER_NEVER,
                                      .pages = { 1000, 1000 },
                                      .acknowledged = true };
}

static void
examples(void **state)
{
    struct ft_trigger_input in = quiet(99 * MS);
    struct ft_trigger_answer out = ft_trigger_decide(&standard, &in);

    (void)state;
    assert_false(out.now);
    assert_int_equal(out.at_ns, 100 * MS);
    in.now_ns = 100 * MS;
    assert_true(ft_trigger_decide(&standard, &in).now);
    in.pages[0] = 0;
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 300 * MS);
    in.pages[1] = 0;
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 500 * MS);
    in.held_since_ns = 1;
    out = ft_trigger_decide(&standard, &in);
    assert_true(out.now);
    assert_int_equal(out.reason, FT_TRIGGER_OUTPUT);
    assert_int_equal(out.at_ns, 10 * MS);
    in.last_pause_ns = 60 * MS; /* 30 percent: one in 200 ms */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 200 * MS);
    in.last_pause_ns = 3000 * MS; /* a very long one: 500 ms, not 10 s */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 500 * MS);
    in.forced = true;
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 10 * MS);
    in.acknowledged = false;
    out = ft_trigger_decide(&standard, &in);
    assert_false(out.now);
    assert_true(out.at_ns == FT_TRIGGER_NEVER);
    in = quiet(50 * MS);
    in.disk_bytes = standard.disk_bytes_limit;
    out = ft_trigger_decide(&standard, &in);
    assert_true(out.now);
    assert_int_equal(out.reason, FT_TRIGGER_DISK);
}

/* What must hold for one point of the grid. */
static void
check(const struct ft_trigger_settings *s, const struct ft_trigger_input *in)
{
    struct ft_trigger_answer out = ft_trigger_decide(s, in);
    struct ft_trigger_input with = *in;
    int64_t since = in->now_ns - in->last_start_ns;

    assert_true(out.now ==
                (out.at_ns != FT_TRIGGER_NEVER && in->now_ns >= out.at_ns));
    if (!in->acknowledged) {
        assert_false(out.now);
        return;
    }
    /* the answer is a promise: at that time, other things equal, it is due */
    with.now_ns = out.at_ns;
    assert_true(ft_trigger_decide(s, &with).now);
    with.now_ns = out.at_ns - 1;
    assert_false(ft_trigger_decide(s, &with).now);
    with.now_ns = in->now_ns;
    if (out.now) {
        assert_true(since >= s->min_spacing_ns);
        if (!in->forced)
            assert_true(since >= s->idle_interval_ns ||
                        in->last_pause_ns * 100 <=
                            since * s->pause_share_percent);
    }
    /* nothing waits longer than the idle interval (or the spacing) */
    assert_true(out.at_ns - in->last_start_ns <= s->idle_interval_ns ||
                out.at_ns - in->last_start_ns <= s->min_spacing_ns);
    /* more reason never means later */
    with.held_since_ns = in->last_start_ns + 1;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with.forced = true;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with = *in;
    with.pages[0] = with.pages[1] = 1000000;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with = *in;
    with.last_pause_ns += MS;
    assert_true(ft_trigger_decide(s, &with).at_ns >= out.at_ns);
}

static void
grid(void **state)
{
    static const int64_t elapsed[] = { 0,        1,        9 * MS,   10 * MS,
                                       33 * MS,  99 * MS,  100 * MS, 499 * MS,
                                       500 * MS, 5000 * MS };
    static const int64_t pauses[] = { 0, 1, 3 * MS, 30 * MS, 150 * MS, 900 * MS };
    static const uint64_t disks[] = { 0, 1, (16 << 20) - 1, 16 << 20,
                                      UINT64_MAX };
    static const uint64_t pages[] = { 0, 64, 65, 100000 };
    static const unsigned shares[] = { 1, 30, 100 };
    unsigned long points = 0;

    (void)state;
/* NOLINTNEXTLINE(bugprone-macro-parentheses): i is declared here */
#define EACH(i, array) (size_t i = 0; i < sizeof(array) / sizeof(array[0]); i++)
    for EACH(e, elapsed) for EACH(p, pauses) for EACH(d, disks)
    for EACH(a, pages) for EACH(b, pages) for EACH(s, shares)
    for (int bits = 0; bits < 8; bits++)
        {
            struct ft_trigger_settings settings = standard;
            int64_t start = 12345 * MS;
            struct ft_trigger_input in = {
                start + elapsed[e], start,
                pauses[p],          bits & 1 ? start + 1 : FT_TRIGGER_NEVER,
                disks[d],           { pages[a], pages[b] },
                bits & 2,           bits & 4
            };

            settings.pause_share_percent = shares[s];
            check(&settings, &in);
            points++;
        }
    assert_true(points > 100000);
}

/* Settings that make no sense are bent, never obeyed into a stall or a spin. */
static void
senseless_settings(void **state)
{
    struct ft_trigger_settings s = { -1, -1, -1, 0, 0, 0 };
    struct ft_trigger_input in = quiet(MS);

    (void)state;
    assert_true(ft_trigger_decide(&s, &in).now);
    s = (struct ft_trigger_settings){ INT64_MAX, INT64_MAX, INT64_MAX,
                                      1000,      0,         0 };
    in.last_start_ns = INT64_MAX / 2;
    in.last_pause_ns = INT64_MAX;
    assert_false(ft_trigger_decide(&s, &in).now);
    s = standard;
    s.idle_interval_ns = MS; /* shorter than the interval */
    in = quiet(50 * MS);
    in.pages[0] = in.pages[1] = 0;
    assert_int_equal(ft_trigger_decide(&s, &in).at_ns, 100 * MS);
}

/* Ten seconds of a guest that always has output and pauses for 6 ms. */
static void
share_of_pauses_is_kept(void **state)
{
    int64_t now = 0, paused = 0, last = -1000 * MS, pause = 6 * MS;

    (void)state;
    while (now < 10000 * MS) {
        struct ft_trigger_input in = { now, last,           pause, now,
                                       0,   { 9999, 9999 }, true,  false };
        struct ft_trigger_answer out = ft_trigger_decide(&standard, &in);

        if (!out.now) {
            now = out.at_ns;
            continue;
        }
        last = now;
        now += pause;
        paused += pause;
    }
    assert_true(paused <= now * 31 / 100);
    assert_true(paused >= now * 28 / 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(grid),
        cmocka_unit_test(senseless_settings),
        cmocka_unit_test(share_of_pauses_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
