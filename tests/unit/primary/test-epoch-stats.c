/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What STATUS says about epochs: percentiles of two windows, rates that divide
 * by nothing, counters that only grow. Times are given, so nothing waits.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "primary/epoch-stats.h"

#define MS FT_NS_PER_MS
#define WINDOW (30 * FT_NS_PER_S)

static struct ft_epoch_stats stats;
static struct ft_figures figures;
static json_t *status;

static int
begin(void **state)
{
    (void)state;
    ft_figures_init(&figures, 1);
    ft_epoch_stats_init(&stats, &figures);
    status = NULL;
    return 0;
}

static int
end(void **state)
{
    (void)state;
    json_decref(status);
    return 0;
}

static void
report(void)
{
    json_decref(status);
    status = json_object();
    ft_epoch_stats_report(&stats, true, status);
}

/* The number at a path of at most two names; it must be one, and finite. */
static double
number(const char *name, const char *inner)
{
    const json_t *value = json_object_get(status, name);

    value = inner ? json_object_get(value, inner) : value;
    if (!json_is_number(value))
        fail_msg("no number %s %s", name, inner ? inner : "");
    assert_true(isfinite(json_number_value(value)));
    return json_number_value(value);
}

/* A percentile may be 1/16 above the value, never below. */
static void
assert_percentile(double found, double value)
{
    if (found < value || found > value * 17 / 16)
        fail_msg("%g is no bound of %g", found, value);
}

static void
test_nothing_yet(void **state)
{
    static const char *const names[] = { "epoch", "epochs_per_s",
                                         "dirty_bytes_per_epoch" };

    (void)state;
    report();
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_true(number(names[i], NULL) == 0);
    assert_true(number("pause_ms", "p50") == 0);
    assert_true(number("commit_ms", "p99") == 0);
    assert_true(json_is_null(json_object_get(status, "lag_ms")));
    assert_true(json_is_null(json_object_get(status, "progress")));
    assert_true(number("counters", "epochs") == 0);
}

static void
test_percentiles(void **state)
{
    int64_t stop = ft_clock_ns();

    (void)state;
    for (int i = 1; i <= 100; i++) {
        ft_epoch_stats_add(&stats, (uint64_t)i, stop, i * MS, 0);
        ft_epoch_stats_acked(&stats, (uint64_t)i, stop + 10 * i * MS);
    }
    report();
    assert_percentile(number("pause_ms", "p50"), 50);
    assert_percentile(number("pause_ms", "p99"), 99);
    assert_percentile(number("commit_ms", "p50"), 500);
    assert_percentile(number("commit_ms", "p99"), 990);
    assert_true(number("epoch", NULL) == 100);
}

/* What is older than two windows is forgotten, what is younger is not. */
static void
test_windows(void **state)
{
    int64_t began = ft_clock_ns();

    (void)state;
    ft_epoch_stats_init(&stats, &figures);
    ft_epoch_stats_add(&stats, 1, began, 800 * MS, 0);
    ft_epoch_stats_acked(&stats, 1, began + 900 * MS);
    ft_epoch_stats_add(&stats, 2, began + WINDOW / 2, 800 * MS, 0);
    report();
    assert_percentile(number("pause_ms", "p50"), 800);
    /* the next window still knows the last one */
    ft_epoch_stats_add(&stats, 3, began + WINDOW + 2 * FT_NS_PER_S, 2 * MS, 0);
    report();
    assert_percentile(number("pause_ms", "p99"), 800);
    assert_percentile(number("pause_ms", "p50"), 800);
    assert_percentile(number("commit_ms", "p50"), 900);
    ft_epoch_stats_add(&stats, 4, began + 2 * WINDOW + 4 * FT_NS_PER_S, 2 * MS,
                       0);
    report();
    assert_percentile(number("pause_ms", "p99"), 2);
    assert_true(number("commit_ms", "p99") == 0);
    /* counters forget nothing */
    assert_true(number("counters", "epochs") == 4);
}

static void
test_rate(void **state)
{
    double found, least, most;
    int64_t before, after, began;

    (void)state;
    do { /* again when this thread did not run for half a second */
        ft_epoch_stats_init(&stats, &figures);
        began = ft_clock_ns() - 1000 * MS;
        /* too old to count, but in the ring */
        ft_epoch_stats_add(&stats, 1, began - FT_NS_PER_S - 500 * MS, MS, 0);
        for (int i = 0; i < 20; i++)
            ft_epoch_stats_add(&stats, (uint64_t)i + 2, began + i * 50 * MS, MS,
                               0);
        before = ft_clock_ns();
        report();
        after = ft_clock_ns();
    } while (after - began > 1500 * MS);
    found = number("epochs_per_s", NULL);
    least = 20e9 / (double)(after - began);
    most = 20e9 / (double)(before - began);
    if (found < least * 0.999 || found > most * 1.001)
        fail_msg("%g is not between %g and %g", found, least, most);
}

/* One epoch, many at one instant, and some of the future: no division by 0. */
static void
test_rate_of_odd_times(void **state)
{
    int64_t later = ft_clock_ns() + 3600 * FT_NS_PER_S;

    (void)state;
    ft_epoch_stats_add(&stats, 1, ft_clock_ns(), MS, 0);
    report();
    assert_true(number("epochs_per_s", NULL) == 0);
    for (int i = 0; i < 3 * FT_EPOCH_STATS_RECENT; i++)
        ft_epoch_stats_add(&stats, 1, later, -MS, 0);
    report();
    assert_true(number("epochs_per_s", NULL) == 0);
    assert_true(number("pause_ms", "p50") == 0);
    /* and long after the last epoch there is none */
    ft_epoch_stats_init(&stats, &figures);
    for (int i = 0; i < 10; i++)
        ft_epoch_stats_add(&stats, 1, ft_clock_ns() - 60 * FT_NS_PER_S, MS, 0);
    report();
    assert_true(number("epochs_per_s", NULL) == 0);
}

static void
test_acknowledged(void **state)
{
    int64_t now = ft_clock_ns();

    (void)state;
    ft_epoch_stats_add(&stats, 7, now - 400 * MS, MS, 0);
    report();
    assert_true(number("epoch", NULL) == 0);
    assert_true(json_is_null(json_object_get(status, "lag_ms")));
    ft_epoch_stats_acked(&stats, 7, now - 300 * MS);
    ft_epoch_stats_add(&stats, 8, now - 200 * MS, MS, 0);
    report();
    /* the lag is that of the state the standby has, not of the next one */
    assert_true(number("epoch", NULL) == 7);
    assert_true(number("lag_ms", NULL) >= 400);
    assert_percentile(number("commit_ms", "p99"), 100);
    /* an answer that nobody waits for any more counts for nothing */
    ft_epoch_stats_acked(&stats, 7, now + 3600 * FT_NS_PER_S);
    ft_epoch_stats_acked(&stats, 9, now + 3600 * FT_NS_PER_S);
    report();
    assert_true(number("epoch", NULL) == 7);
    assert_percentile(number("commit_ms", "p99"), 100);
}

/* With no copy that could take over there is no lag, and it does not grow. */
static void
test_lag_of_nothing(void **state)
{
    int64_t now = ft_clock_ns();

    (void)state;
    ft_epoch_stats_add(&stats, 7, now - 400 * MS, MS, 0);
    ft_epoch_stats_acked(&stats, 7, now - 300 * MS);
    report();
    assert_true(number("lag_ms", NULL) >= 400);
    ft_epoch_stats_report(&stats, false, status);
    assert_true(json_is_null(json_object_get(status, "lag_ms")));
    ft_epoch_stats_begin(&stats);
    report();
    assert_true(json_is_null(json_object_get(status, "lag_ms")));
    /* the last epoch of the old standby is answered too late */
    ft_epoch_stats_acked(&stats, 7, now);
    report();
    assert_true(json_is_null(json_object_get(status, "lag_ms")));
}

/* Ends the second and gives what it has of a metric. */
static struct ft_bucket
measured(enum ft_metric metric)
{
    static struct ft_second done;

    if (ft_figures_turn(&figures, 2, &done))
        assert_int_equal(done.at, 1);
    return done.metrics[metric];
}

/* Epoch number n begins at base, and is acknowledged ack_ns after its end. */
static void
one_epoch(uint64_t n, int64_t base, int64_t before, int64_t ack_ns)
{
    const struct ft_epoch_moments m = {
        .before = before,
        .asked = base,
        .stood = base + 1 * MS,
        .scanned = base + 3 * MS,
        .copied = base + 6 * MS,
        .ran = base + 10 * MS,
        .shipped = base + 15 * MS,
    };

    ft_epoch_stats_add(&stats, n, m.stood, m.ran - m.stood, 8192);
    if (ack_ns < 0)
        ft_epoch_stats_acked(&stats, n, m.shipped + ack_ns);
    ft_epoch_stats_shipped(&stats, n, &m,
                           n % 2 ? FT_TRIGGER_OUTPUT : FT_TRIGGER_DISK);
    if (ack_ns >= 0)
        ft_epoch_stats_acked(&stats, n, m.shipped + ack_ns);
}

static void
assert_mean(enum ft_metric metric, unsigned count, double mean)
{
    struct ft_bucket bucket = measured(metric);

    if (bucket.count != count || fabs(ft_bucket_mean(&bucket) - mean) > 1e-6)
        fail_msg("%s: %g of %u", ft_metric_info(metric)->name,
                 ft_bucket_mean(&bucket), bucket.count);
}

static void
test_phases(void **state)
{
    static const enum ft_metric parts[] = {
        FT_METRIC_WAIT, FT_METRIC_STOP,  FT_METRIC_SCAN,
        FT_METRIC_COPY, FT_METRIC_STATE, FT_METRIC_SHIP,
    };
    int64_t base = ft_clock_ns();
    struct ft_bucket bucket;
    double sum = 0;

    (void)state;
    one_epoch(1, base, 0, 7 * MS); /* nothing before it: it has no length */
    one_epoch(2, base + 40 * MS, base + 15 * MS, 7 * MS);
    one_epoch(3, base + 80 * MS, base + 55 * MS, -1); /* acked before noted */
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        bucket = measured(parts[i]);
        assert_int_equal(bucket.count, 2);
        sum += bucket.sum;
    }
    bucket = measured(FT_METRIC_EPOCH);
    assert_true(fabs(sum - bucket.sum) < 1e-6);
    assert_mean(FT_METRIC_EPOCH, 2, 40);
    assert_mean(FT_METRIC_WAIT, 2, 25);
    assert_mean(FT_METRIC_STOP, 2, 1);
    assert_mean(FT_METRIC_SCAN, 2, 2);
    assert_mean(FT_METRIC_COPY, 2, 3);
    assert_mean(FT_METRIC_STATE, 2, 4);
    assert_mean(FT_METRIC_SHIP, 2, 5);
    assert_mean(FT_METRIC_ACK, 3, 14.0 / 3); /* 7, 7 and 0 */
    assert_mean(FT_METRIC_PAUSE, 3, 9);
    assert_mean(FT_METRIC_DIRTY, 3, 8192);
    assert_mean(FT_METRIC_BY_OUTPUT, 2, 1);
    assert_mean(FT_METRIC_BY_DISK, 1, 1);
    assert_mean(FT_METRIC_BY_INTERVAL, 0, 0);
    /* at an answer the state before it is from the stop of the one before */
    assert_int_equal(measured(FT_METRIC_LAG).count, 2);
    assert_int_equal(measured(FT_METRIC_COMMIT).count, 3);
}

/* A short stop, 9 ms of sending behind it, and the epoch's own stop. */
static void
test_behind(void **state)
{
    int64_t base = ft_clock_ns();
    const struct ft_epoch_moments m = {
        .before = base,
        .behind = 10 * MS,
        .asked = base + 30 * MS,
        .stood = base + 31 * MS,
        .scanned = base + 32 * MS,
        .copied = base + 33 * MS,
        .ran = base + 34 * MS,
        .shipped = base + 35 * MS,
    };

    (void)state;
    ft_epoch_stats_behind(&stats, 1 * MS, 4096);
    ft_epoch_stats_add(&stats, 1, m.stood, 3 * MS, 8192);
    ft_epoch_stats_shipped(&stats, 1, &m, FT_TRIGGER_INTERVAL);
    assert_mean(FT_METRIC_WAIT, 1, 20);
    assert_mean(FT_METRIC_SHIP, 1, 11);
    assert_mean(FT_METRIC_EPOCH, 1, 35);
    assert_mean(FT_METRIC_PAUSE, 2, 2);
    report();
    assert_true(number("counters", "behind") == 1);
    assert_true(number("counters", "epochs") == 1);
    assert_true(number("counters", "dirty_bytes") == 12288);
}

static void
test_counters(void **state)
{
    int64_t now = ft_clock_ns();

    (void)state;
    for (int i = 0; i < 300; i++) {
        ft_epoch_stats_add(&stats, (uint64_t)i, now, MS, 4096);
        ft_epoch_stats_pages(&stats, 3, 2);
    }
    ft_epoch_stats_traffic(&stats, 1000, 100, 10, 1);
    ft_epoch_stats_traffic(&stats, UINT64_C(1) << 40, 200, 20, 2);
    report();
    assert_true(number("counters", "epochs") == 300);
    assert_true(number("counters", "dirty_bytes") == 300 * 4096);
    assert_true(number("counters", "pages_sent") == 900);
    assert_true(number("counters", "zero_pages") == 600);
    /* these are what the link says, not sums */
    assert_true(number("counters", "link_bytes") == 1099511627776.0);
    assert_true(number("counters", "disk_bytes") == 200);
    assert_true(number("counters", "buffer_bytes") == 20);
    /* the average has come to what every epoch wrote, and follows it down */
    assert_true(number("dirty_bytes_per_epoch", NULL) >= 4095);
    assert_true(number("dirty_bytes_per_epoch", NULL) <= 4096);
    for (int i = 0; i < 300; i++)
        ft_epoch_stats_add(&stats, (uint64_t)i, now, MS, 0);
    report();
    assert_true(number("dirty_bytes_per_epoch", NULL) == 0);
}

static void
test_progress(void **state)
{
    static const char disk[] = "disk", memory[] = "memory";
    int64_t began;

    (void)state;
    ft_epoch_stats_progress(&stats, disk, 0, 1000);
    began = stats.phase_began;
    report();
    assert_string_equal(ft_json_string(json_object_get(status, "progress"),
                                       "phase", ""),
                        "disk");
    assert_true(number("progress", "total") == 1000);
    assert_true(number("progress", "bytes_per_s") == 0);
    /* within a phase its beginning stays, and the rate is since then */
    ft_epoch_stats_progress(&stats, disk, 500, 1000);
    assert_true(stats.phase_began == began);
    stats.phase_began -= 10 * FT_NS_PER_S;
    report();
    assert_true(number("progress", "done") == 500);
    assert_true(number("progress", "bytes_per_s") <= 50);
    assert_true(number("progress", "bytes_per_s") > 0);
    ft_epoch_stats_progress(&stats, memory, 10, 20);
    assert_true(stats.phase_began >= began);
    /* a phase that begins this very moment has no rate yet, not an infinite */
    stats.phase_began = ft_clock_ns() + FT_NS_PER_S;
    report();
    assert_true(number("progress", "bytes_per_s") == 0);
    ft_epoch_stats_progress(&stats, NULL, 0, 0);
    report();
    assert_true(json_is_null(json_object_get(status, "progress")));
}

/* A second goes by. */
static void
age_spread(void)
{
    for (size_t i = 0; i < stats.spread.count; i++)
        stats.spread.seen[i].at_ns -= FT_NS_PER_S;
}

/* The rate is of late, and how even it was is told once that is known. */
static void
test_spread(void **state)
{
    static const char disk[] = "disk";
    static const uint64_t done[] = { 0, 100, 400, 500, 800 };
    const json_t *progress;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(done); i++) {
        ft_epoch_stats_progress(&stats, disk, done[i], 1000);
        if (i == 0)
            report();
        age_spread();
    }
    progress = json_object_get(status, "progress");
    assert_true(json_is_null(json_object_get(progress, "slower_bytes_per_s")));
    assert_true(json_is_null(json_object_get(progress, "faster_bytes_per_s")));
    stats.phase_began -= 1000 * FT_NS_PER_S; /* which counts no more */
    report();
    assert_in_range((uint64_t)number("progress", "bytes_per_s"), 150, 201);
    assert_in_range((uint64_t)number("progress", "slower_bytes_per_s"), 0, 101);
    assert_in_range((uint64_t)number("progress", "faster_bytes_per_s"), 200,
                    301);
    /* it stands still, which nobody tells but who asks */
    for (int i = 0; i < FT_SPREAD_SEEN; i++) {
        age_spread();
        report();
    }
    assert_true(number("progress", "bytes_per_s") == 0);
    assert_true(number("progress", "faster_bytes_per_s") == 0);
    ft_epoch_stats_progress(&stats, NULL, 0, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_yet),
        TEST(test_percentiles),
        TEST(test_windows),
        TEST(test_rate),
        TEST(test_rate_of_odd_times),
        TEST(test_acknowledged),
        TEST(test_lag_of_nothing),
        TEST(test_phases),
        TEST(test_behind),
        TEST(test_counters),
        TEST(test_progress),
        TEST(test_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
