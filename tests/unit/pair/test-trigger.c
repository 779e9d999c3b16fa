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

#include <math.h>

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
    assert_int_equal(out.at_ns, 1 * MS);
    in.last_pause_ns = 60 * MS; /* 50 percent: one in 120 ms */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 120 * MS);
    in.epoch_cpu_ns = 45 * MS; /* 30 percent: one in 150 ms */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 150 * MS);
    in.last_pause_ns = 3000 * MS; /* a very long one: 500 ms, not 6 s */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 500 * MS);
    in.pause_before_ns = 400 * MS; /* and of two the share is kept */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 800 * MS);
    in.pause_before_ns = 60000 * MS;
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 6000 * MS);
    in.last_pause_ns = 60000 * MS;
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns,
                     FT_TRIGGER_SHARE_NS);
    in.pause_before_ns = 0;
    in.last_pause_ns = 60 * MS;
    in.held_since_ns = FT_TRIGGER_NEVER;
    in.asked = true; /* within the limits, like output */
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 150 * MS);
    assert_int_equal(ft_trigger_decide(&standard, &in).reason,
                     FT_TRIGGER_FORCED);
    in.forced = true;
    assert_int_equal(ft_trigger_decide(&standard, &in).at_ns, 1 * MS);
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

static int64_t
shorter_pause(const struct ft_trigger_input *in)
{
    return in->last_pause_ns < in->pause_before_ns ? in->last_pause_ns
                                                   : in->pause_before_ns;
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
        if (!in->forced && since < FT_TRIGGER_SHARE_NS)
            assert_true(shorter_pause(in) * 100 <=
                        since * s->pause_share_percent);
        if (!in->forced && since < s->idle_interval_ns) {
            assert_true(in->last_pause_ns * 100 <=
                        since * s->pause_share_percent);
            assert_true(in->epoch_cpu_ns * 100 <= since * s->cpu_budget_percent);
            if (in->pressure >= 100)
                assert_true(since >= FT_TRIGGER_CROWDED_NS);
        }
    }
    /* nothing waits longer than the idle interval (or the spacing, or until
     * pauses keep to their share) */
    assert_true(out.at_ns - in->last_start_ns <= s->idle_interval_ns ||
                out.at_ns - in->last_start_ns <= s->min_spacing_ns ||
                (out.at_ns - in->last_start_ns <= FT_TRIGGER_SHARE_NS &&
                 (out.at_ns - in->last_start_ns - 1) * s->pause_share_percent <
                     shorter_pause(in) * 100));
    /* more reason never means later */
    with.held_since_ns = in->last_start_ns + 1;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with.forced = true;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with = *in;
    with.asked = true;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with = *in;
    with.pages[0] = with.pages[1] = 1000000;
    assert_true(ft_trigger_decide(s, &with).at_ns <= out.at_ns);
    with = *in;
    with.last_pause_ns += MS;
    assert_true(ft_trigger_decide(s, &with).at_ns >= out.at_ns);
    with = *in;
    with.epoch_cpu_ns += MS;
    assert_true(ft_trigger_decide(s, &with).at_ns >= out.at_ns);
    with = *in;
    with.pressure += 10;
    assert_true(ft_trigger_decide(s, &with).at_ns >= out.at_ns);
}

static void
grid(void **state)
{
    static const int64_t elapsed[] = { 0,        1,        9 * MS,   10 * MS,
                                       33 * MS,  99 * MS,  100 * MS, 499 * MS,
                                       500 * MS, 5000 * MS };
    static const int64_t pauses[] = { 0, 1, 3 * MS, 30 * MS, 150 * MS, 900 * MS };
    static const int64_t befores[] = { 0, 900 * MS };
    static const uint64_t disks[] = { 0, 1, (16 << 20) - 1, 16 << 20,
                                      UINT64_MAX };
    static const uint64_t pages[] = { 0, 64, 65, 100000 };
    static const unsigned shares[] = { 1, 30, 100 };
    static const int64_t cpus[] = { 0, MS, 40 * MS };
    static const double pressures[] = { 0, 50, 51, 75, 100 };
    unsigned long points = 0;

    (void)state;
/* NOLINTNEXTLINE(bugprone-macro-parentheses): i is declared here */
#define EACH(i, array) (size_t i = 0; i < sizeof(array) / sizeof(array[0]); i++)
    for EACH(e, elapsed) for EACH(p, pauses) for EACH(q, befores) for EACH(d, disks)
    for EACH(a, pages) for EACH(b, pages) for EACH(s, shares)
    for EACH(c, cpus) for EACH(r, pressures) for EACH(u, shares)
    for (int bits = 0; bits < 16; bits++)
        {
            struct ft_trigger_settings settings = standard;
            int64_t start = 12345 * MS;
            struct ft_trigger_input in = { start + elapsed[e],
                                           start,
                                           pauses[p],
                                           befores[q],
                                           cpus[c],
                                           pressures[r],
                                           bits & 1 ? start + 1
                                                    : FT_TRIGGER_NEVER,
                                           disks[d],
                                           { pages[a], pages[b] },
                                           bits & 2,
                                           bits & 4,
                                           bits & 8 };

            settings.pause_share_percent = shares[s];
            settings.cpu_budget_percent = shares[u];
            check(&settings, &in);
            points++;
        }
    assert_true(points > 100000);
}

/* Settings that make no sense are bent, never obeyed into a stall or a spin. */
static void
senseless_settings(void **state)
{
    struct ft_trigger_settings s = { -1, -1, -1, 0, 0, 0, 0 };
    struct ft_trigger_input in = quiet(MS);

    (void)state;
    assert_true(ft_trigger_decide(&s, &in).now);
    s = (struct ft_trigger_settings){ INT64_MAX, INT64_MAX, INT64_MAX, 1000,
                                      1000,      0,         0 };
    in.last_start_ns = INT64_MAX / 2;
    in.last_pause_ns = in.epoch_cpu_ns = INT64_MAX;
    in.pressure = INFINITY;
    assert_false(ft_trigger_decide(&s, &in).now);
    s = standard;
    in = quiet(50 * MS);
    in.held_since_ns = 1;
    in.last_pause_ns = in.epoch_cpu_ns = -1;
    in.pressure = NAN;
    assert_int_equal(ft_trigger_decide(&s, &in).at_ns, MS);
    in.pressure = 1e300;
    assert_int_equal(ft_trigger_decide(&s, &in).at_ns, FT_TRIGGER_CROWDED_NS);
    s = standard;
    s.idle_interval_ns = MS; /* shorter than the interval */
    in = quiet(50 * MS);
    in.pages[0] = in.pages[1] = 0;
    assert_int_equal(ft_trigger_decide(&s, &in).at_ns, 100 * MS);
}

/*
 * Ten seconds of a guest that always has output: how many epochs there are when
 * each pauses it for pause and takes cpu.
 */
static int64_t
epochs_in_ten_seconds(int64_t pause, int64_t cpu, double pressure)
{
    int64_t now = 0, last = -1000 * MS, count = 0;

    while (now < 10000 * MS) {
        struct ft_trigger_input in = quiet(now);
        struct ft_trigger_answer out;

        in.last_start_ns = last;
        in.last_pause_ns = in.pause_before_ns = pause;
        in.epoch_cpu_ns = cpu;
        in.pressure = pressure;
        in.held_since_ns = now;
        out = ft_trigger_decide(&standard, &in);
        if (!out.now) {
            now = out.at_ns;
            continue;
        }
        last = now;
        now += pause;
        count++;
    }
    return count;
}

static void
share_of_pauses_is_kept(void **state)
{
    (void)state;
    for (int64_t ms = 6; ms <= 1000; ms *= 3) {
        int64_t paused = epochs_in_ten_seconds(ms * MS, 0, 0) * ms;

        assert_in_range(paused, 10000 * 44 / 100, 10000 * 51 / 100 + ms);
    }
}

static void
cpu_budget_is_kept(void **state)
{
    int64_t used = epochs_in_ten_seconds(MS / 10, 3 * MS / 2, 0) * 3 / 2;

    (void)state;
    assert_in_range(used, 10000 * 29 / 100, 10000 * 31 / 100);
}

/* The more crowded the host the fewer epochs, down to one in 20 ms. */
static void
crowded_host_is_spared(void **state)
{
    int64_t free = epochs_in_ten_seconds(MS / 10, 0, 0), last = free;

    (void)state;
    assert_int_equal(free, 10000);
    assert_int_equal(epochs_in_ten_seconds(MS / 10, 0, FT_TRIGGER_PRESSURE),
                     free);
    for (int p = FT_TRIGGER_PRESSURE + 5; p <= 100; p += 5) {
        int64_t now = epochs_in_ten_seconds(MS / 10, 0, p);

        assert_true(now < last);
        last = now;
    }
    assert_int_equal(last, 10000 * MS / FT_TRIGGER_CROWDED_NS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(grid),
        cmocka_unit_test(senseless_settings),
        cmocka_unit_test(share_of_pauses_is_kept),
        cmocka_unit_test(cpu_budget_is_kept),
        cmocka_unit_test(crowded_host_is_spared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
