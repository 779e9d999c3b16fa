/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Minutes and hours in the topology database, and what waits for the next
 * transaction.
 */
#include "config.h"

#include "store-fixture.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "db/later.h"
#include "db/samples.h"

#define BEGIN INT64_C(1750003200) /* a multiple of 3600 */

static struct ft_rollup
make_rollup(int64_t at, uint32_t seconds, float pause)
{
    struct ft_rollup rollup = { .at = at };

    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        if (ft_metric_info(i)->kept_long)
            rollup.metrics[i] =
                (struct ft_summary){ seconds, pause / 2, pause,
                                     pause,   pause * 2, pause * 3 };
    return rollup;
}

static void
put(struct ft_store *store, enum ft_rollup_scale scale, struct ft_rollup rollup)
{
    MUST(ft_store_rollups_put(store, PAIR, scale, &rollup, 1, &err));
}

static size_t
list(struct ft_store *store, enum ft_rollup_scale scale,
     struct ft_rollup **rollups)
{
    size_t count;

    MUST(ft_store_rollup_list(store, PAIR, scale, 0, rollups, &count, &err));
    return count;
}

static void
test_merge(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_rollup *found;
    struct ft_rollup nothing = { .at = BEGIN + 240 };
    size_t count;

    (void)state;
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 0);
    assert_null(found);
    put(store, FT_ROLLUP_MINUTE, make_rollup(BEGIN + 60, 30, 2.5));
    put(store, FT_ROLLUP_MINUTE, make_rollup(BEGIN, 60, 1));
    put(store, FT_ROLLUP_MINUTE, make_rollup(BEGIN + 60, 60, 3.25)); /* more */
    put(store, FT_ROLLUP_MINUTE, make_rollup(BEGIN + 60, 59, 9));    /* less */
    put(store, FT_ROLLUP_HOUR, make_rollup(BEGIN, 3600, 7));
    put(store, FT_ROLLUP_MINUTE, make_rollup(BEGIN + 61, 60, 9)); /* between */
    put(store, FT_ROLLUP_MINUTE, nothing);
    put(store, FT_ROLLUP_MINUTE, make_rollup(INT64_C(60) << 40, 60, 9));
    count = list(store, FT_ROLLUP_MINUTE, &found);
    assert_int_equal(count, 2);
    assert_int_equal(found[0].at, BEGIN);
    assert_int_equal(found[1].metrics[FT_METRIC_PAUSE].count, 60);
    assert_true(found[1].metrics[FT_METRIC_PAUSE].p50 == 3.25);
    assert_true(found[1].metrics[FT_METRIC_REPLICA_LAG].max == 9.75);
    assert_int_equal(found[1].metrics[FT_METRIC_SCAN].count, 0);
    free(found);
    MUST(ft_store_rollup_list(store, PAIR, FT_ROLLUP_MINUTE, BEGIN + 1, &found,
                              &count, &err));
    assert_int_equal(count, 1);
    free(found);
    assert_int_equal(list(store, FT_ROLLUP_HOUR, &found), 1);
    free(found);
    nothing = make_rollup(BEGIN, 60, 1);
    FAILS(ENOENT,
          ft_store_rollups_put(store, VM, FT_ROLLUP_MINUTE, &nothing, 1, &err));
    FAILS(ENAMETOOLONG, ft_store_rollups_put(store, PAIR PAIR, FT_ROLLUP_MINUTE,
                                             &nothing, 1, &err));
    MUST(ft_store_pair_remove(store, PAIR, &err));
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 0);
    assert_int_equal(number_of("SELECT count(*) FROM rollups"), 0);
    ft_store_close(store);
}

static void
put_many(struct ft_store *store, enum ft_rollup_scale scale, int64_t begin,
         size_t count)
{
    FT_AUTOFREE struct ft_rollup *rollups = calloc(count, sizeof(*rollups));

    for (size_t i = 0; i < count; i++)
        rollups[i] = make_rollup(begin + (int64_t)(i * scale), scale,
                                 4 + (float)(i % 3));
    MUST(ft_store_rollups_put(store, PAIR, scale, rollups, count, &err));
}

/* Each side measures its own, and both belong together. */
static void
test_both_sides(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_rollup primary = { .at = BEGIN }, standby = { .at = BEGIN },
                     *found;

    (void)state;
    primary.metrics[FT_METRIC_PAUSE] = (struct ft_summary){ 60, 1, 1, 1, 1, 1 };
    standby.metrics[FT_METRIC_APPLY] = (struct ft_summary){ 59, 2, 2, 2, 2, 2 };
    for (int i = 0; i < 2; i++) {
        put(store, FT_ROLLUP_MINUTE, primary);
        put(store, FT_ROLLUP_MINUTE, standby);
    }
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 1);
    assert_int_equal(found->metrics[FT_METRIC_PAUSE].count, 60);
    assert_int_equal(found->metrics[FT_METRIC_APPLY].count, 59);
    free(found);
    ft_store_close(store);
}

static void
test_trimmed_by_time(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_rollup *found;

    (void)state;
    put_many(store, FT_ROLLUP_MINUTE, BEGIN, FT_MINUTES_KEPT + 30);
    put_many(store, FT_ROLLUP_HOUR, BEGIN, FT_HOURS_KEPT + 2);
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), FT_MINUTES_KEPT);
    assert_int_equal(found[0].at, BEGIN + 30 * 60);
    free(found);
    assert_int_equal(list(store, FT_ROLLUP_HOUR, &found), FT_HOURS_KEPT);
    free(found);
    /* After a silence of hours only what is near stays. */
    put(store, FT_ROLLUP_MINUTE,
        make_rollup(BEGIN + (FT_MINUTES_KEPT * 2 + 28) * 60, 60, 1));
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 2);
    free(found);
    ft_store_close(store);
}

static void
test_usual(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_usual usual[FT_METRIC_COUNT];

    (void)state;
    put_many(store, FT_ROLLUP_HOUR, BEGIN, FT_USUAL_HOURS_MIN - 1);
    MUST(ft_store_usual_get(store, PAIR, usual, &err));
    assert_false(usual[FT_METRIC_PAUSE].known);
    put_many(store, FT_ROLLUP_HOUR, BEGIN, FT_USUAL_HOURS_MIN);
    MUST(ft_store_usual_get(store, PAIR, usual, &err));
    assert_true(usual[FT_METRIC_PAUSE].known);
    assert_true(usual[FT_METRIC_PAUSE].low == 5);
    assert_true(usual[FT_METRIC_PAUSE].high == 10);
    assert_false(usual[FT_METRIC_SCAN].known);
    /* Eight days later, with nothing between. */
    put(store, FT_ROLLUP_HOUR, make_rollup(BEGIN + 200 * 3600, 3600, 1));
    MUST(ft_store_usual_get(store, PAIR, usual, &err));
    assert_false(usual[FT_METRIC_PAUSE].known);
    ft_store_close(store);
}

/* What a newer ftadmin, or a broken one, left in a row does no harm. */
static void
test_unknown_metrics(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_rollup *found;

    (void)state;
    put_many(store, FT_ROLLUP_MINUTE, BEGIN, 2);
    execute_sql("UPDATE rollups SET metrics = CAST(zeroblob(57) || metrics "
                "AS BLOB) WHERE at = 1750003200");
    execute_sql("UPDATE rollups SET metrics = CAST(zeroblob(56) || metrics "
                "AS BLOB) WHERE at = 1750003260");
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 2);
    assert_int_equal(found[1].metrics[FT_METRIC_PAUSE].count, 60);
    free(found);
    ft_store_close(store);
}

/* A row says which metric it is by a hash of the name. */
static void
test_names_have_their_own_hash(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_rollup all = { .at = BEGIN }, *found;

    (void)state;
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        all.metrics[i] = (struct ft_summary){ 60,       (float)i, (float)i,
                                              (float)i, (float)i, (float)i };
    put(store, FT_ROLLUP_MINUTE, all);
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 1);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        if (ft_metric_info(i)->kept_long)
            assert_memory_equal(&found->metrics[i], &all.metrics[i],
                                sizeof(all.metrics[i]));
    free(found);
    ft_store_close(store);
}

/* ---- later ---- */

static int64_t
seen_at(struct ft_store *store)
{
    struct ft_store_host host;

    MUST(ft_store_host_get(store, "h1", &host, &err));
    return host.seen_at;
}

static void
put_status(struct ft_later *later, const char *pair, const char *name,
           int64_t at)
{
    FT_AUTOJSON json_t *status =
        json_pack("{s:s,s:i}", "state", name, "generation", 2);

    assert_int_equal(ft_later_status(later, pair, status, at), 0);
}

/* A moment finds the minute that it lies in, and no other. */
static void
test_a_moment(void **state)
{
    struct ft_store *store = open_with_pair();
    int64_t now = ft_clock_realtime_ns() / FT_NS_PER_S;
    int64_t at = now - now % FT_ROLLUP_MINUTE - FT_ROLLUP_MINUTE;
    struct ft_rollup rollup = { .at = at }, found;

    (void)state;
    rollup.metrics[FT_METRIC_LAG] =
        (struct ft_summary){ .count = 60, .p50 = 31 };
    MUST(ft_store_rollups_put(store, PAIR, FT_ROLLUP_MINUTE, &rollup, 1, &err));
    MUST(ft_store_rollup_at(store, PAIR, FT_ROLLUP_MINUTE, at + 59, &found,
                            &err));
    assert_true(found.metrics[FT_METRIC_LAG].p50 == 31);
    assert_int_equal(ft_store_rollup_at(store, PAIR, FT_ROLLUP_MINUTE, at + 60,
                                        &found, NULL),
                     -ENODATA);
    assert_int_equal(ft_store_rollup_at(store, PAIR, FT_ROLLUP_MINUTE,
                                        at - FT_MINUTES_KEPT * 60, &found, NULL),
                     -ENODATA);
    assert_int_equal(ft_store_rollup_at(store, PAIR, FT_ROLLUP_HOUR, at, &found,
                                        NULL),
                     -ENODATA);
    assert_int_equal(ft_store_rollup_at(store, "none", FT_ROLLUP_HOUR, at,
                                        &found, NULL),
                     -ENODATA);
    ft_store_close(store);
}

static void
test_later(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_later *later = ft_later_new(store);
    struct ft_rollup rollup = make_rollup(BEGIN, 60, 1), *found;
    struct ft_store_event event = {
        .host = "h1", .at = "x", .severity = "info", .seq = 1
    };
    struct ft_store_pair pair;
    int64_t now = FT_NS_PER_S * 100;

    (void)state;
    MUST(ft_later_flush(later, now, &err)); /* nothing waits */
    put_status(later, PAIR, "alone", 10);
    put_status(later, VM, "unknown", 10); /* of a pair that is not known */
    assert_int_equal(ft_later_seen(later, "h1", 7), 0);
    MUST(ft_later_flush(later, now, &err));
    assert_int_equal(seen_at(store), 7);
    put_status(later, PAIR, "syncing", 20);
    put_status(later, PAIR, "protected", 30);
    assert_int_equal(ft_later_seen(later, "h1", 8), 0);
    MUST(ft_later_event(later, &event, &err));
    MUST(ft_later_rollups(later, PAIR, FT_ROLLUP_MINUTE, &rollup, 1, &err));
    MUST(ft_later_flush(later, now + FT_NS_PER_S / 2, &err));
    assert_int_equal(seen_at(store), 7); /* not yet a second */
    MUST(ft_later_flush(later, now + FT_NS_PER_S, &err));
    assert_int_equal(seen_at(store), 8);
    MUST(ft_store_pair_get(store, "vm1", &pair, &err));
    assert_string_equal(pair.state, "protected");
    assert_int_equal(pair.status_at, 30);
    assert_int_equal(number_of("SELECT count(*) FROM events"), 1);
    assert_int_equal(list(store, FT_ROLLUP_MINUTE, &found), 1);
    free(found);
    assert_int_equal(ft_later_seen(later, "h1", 9), 0);
    ft_later_free(later);
    assert_int_equal(seen_at(store), 9);
    ft_store_close(store);
    ft_later_free(NULL);
}

static void
test_later_is_bounded(void **state)
{
    struct ft_store *store = open_with_pair();
    struct ft_later *later = ft_later_new(store);
    struct ft_store_event event = { .host = "h1", .at = "x", .severity = "info" };

    (void)state;
    for (int64_t n = 1; n <= FT_LATER_MAX; n++) {
        event.seq = n;
        MUST(ft_later_event(later, &event, &err));
    }
    assert_int_equal(number_of("SELECT count(*) FROM events"), 0);
    event.seq++;
    MUST(ft_later_event(later, &event, &err));
    assert_int_equal(number_of("SELECT count(*) FROM events"), FT_LATER_MAX);
    ft_later_free(later);
    assert_int_equal(number_of("SELECT count(*) FROM events"), FT_LATER_MAX + 1);
    ft_store_close(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_merge, setup),
        cmocka_unit_test_setup(test_both_sides, setup),
        cmocka_unit_test_setup(test_trimmed_by_time, setup),
        cmocka_unit_test_setup(test_usual, setup),
        cmocka_unit_test_setup(test_unknown_metrics, setup),
        cmocka_unit_test_setup(test_names_have_their_own_hash, setup),
        cmocka_unit_test_setup(test_a_moment, setup),
        cmocka_unit_test_setup(test_later, setup),
        cmocka_unit_test_setup(test_later_is_bounded, setup),
    };

    RUN_IN_FOLDER(tests);
}
