/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is told what, and when; the control server is this program's. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "engine/followers.h"

#define SLOT 3
#define S FT_NS_PER_S
#define MS FT_NS_PER_MS
#define BEGIN INT64_C(1796000400)

static unsigned heard[FT_FOLLOWERS_MAX + 10]; /* lines, by client */
static json_t *last[FT_FOLLOWERS_MAX + 10];
static int gone[FT_FOLLOWERS_MAX + 10];

int
ft_control_event(struct ft_request request, json_t *event)
{
    if (gone[request.client]) {
        json_decref(event);
        return -ENOENT;
    }
    heard[request.client]++;
    json_decref(last[request.client]);
    last[request.client] = event;
    return 0;
}

static struct ft_request
client(unsigned number)
{
    return (struct ft_request){ number, 1 };
}

static int
begin(void **state)
{
    (void)state;
    memset(heard, 0, sizeof(heard));
    memset(gone, 0, sizeof(gone));
    return 0;
}

static int
end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FT_ARRAY_SIZE(last); i++) {
        ft_followers_remove(client(i));
        json_decref(last[i]);
        last[i] = NULL;
    }
    return ft_followers_watching();
}

static void
add_watcher(unsigned number, unsigned rate_ms)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_followers_add_watcher(client(number), rate_ms, &err))
        fail_msg("%s", err.text);
}

static void
add_follower(unsigned number)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_followers_add(client(number), &err))
        fail_msg("%s", err.text);
}

static void
test_who_is_told_what(void **state)
{
    FT_AUTOJSON json_t *event = json_pack("{s:i}", "seq", 7);

    (void)state;
    add_follower(0);
    assert_false(ft_followers_watching());
    add_watcher(1, 1000);
    assert_true(ft_followers_watching());
    ft_followers_event(event);
    assert_int_equal(ft_json_int(last[0], "seq", 0, 9, 0), 7);
    assert_int_equal(ft_json_int(json_object_get(last[1], "log"), "seq", 0, 9,
                                 0),
                     7);
    ft_followers_tell(json_pack("{s:i}", "beat", 1));
    assert_int_equal(heard[0], 1);
    assert_int_equal(heard[1], 2);
    ft_followers_tell(NULL);
    assert_int_equal(heard[1], 2);
}

static void
test_there_is_a_bound(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (unsigned i = 0; i < FT_FOLLOWERS_MAX; i++)
        if (i % 2)
            add_watcher(i, 1000);
        else
            add_follower(i);
    assert_int_equal(ft_followers_add(client(FT_FOLLOWERS_MAX), &err), -EBUSY);
    assert_true(*err.text && *err.hint);
    assert_int_equal(ft_followers_add_watcher(client(FT_FOLLOWERS_MAX), 100,
                                              &err),
                     -EBUSY);
    ft_followers_tell(json_pack("{s:i}", "beat", 1));
    assert_int_equal(heard[FT_FOLLOWERS_MAX], 0);
    /* room again when one has left, which its next line finds out */
    gone[1] = 1;
    ft_followers_tell(json_pack("{s:i}", "beat", 2));
    add_watcher(FT_FOLLOWERS_MAX, 100);
    ft_followers_tell(json_pack("{s:i}", "beat", 3));
    assert_int_equal(heard[1], 1);
    assert_int_equal(heard[3], 3);
    assert_int_equal(heard[FT_FOLLOWERS_MAX - 1], 3);
    assert_int_equal(heard[FT_FOLLOWERS_MAX], 1);
}

/* One of a client's streams ends, by its number; others of the client go on. */
static void
test_one_ends(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_request second = { 1, 2 };

    (void)state;
    add_watcher(1, 1000);
    assert_int_equal(ft_followers_add_watcher(second, 1000, &err), 0);
    for (unsigned i = 2; i < FT_FOLLOWERS_MAX; i++)
        add_follower(i);
    assert_false(ft_followers_remove((struct ft_request){ 1, 3 }));
    assert_false(ft_followers_remove((struct ft_request){ 2, 2 }));
    assert_int_equal(ft_followers_add(client(FT_FOLLOWERS_MAX), &err), -EBUSY);
    assert_true(ft_followers_remove(second));
    assert_false(ft_followers_remove(second));
    add_follower(FT_FOLLOWERS_MAX);
    ft_followers_tell(json_pack("{s:i}", "beat", 1));
    assert_int_equal(heard[1], 1);
}

static void
test_all_leave(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        add_watcher(i, 1000);
    for (unsigned i = 0; i < 5; i++)
        gone[i] = 1;
    ft_followers_tell(json_pack("{s:i}", "beat", 1));
    assert_false(ft_followers_watching());
    assert_false(ft_followers_figures_due(SLOT, 1));
}

/* What a worker says five times a second, told at the pace of each. */
static void
test_figures_keep_the_pace(void **state)
{
    (void)state;
    add_follower(0);
    add_watcher(1, 200);
    add_watcher(2, 1000);
    add_watcher(3, 5000);
    for (int i = 0; i < 50; i++) {
        int64_t now = 100 * S + i * 200 * MS + (i % 3) * 7 * MS;

        if (ft_followers_figures_due(SLOT, now))
            ft_followers_figures(SLOT, now, json_pack("{s:i}", "figures", i));
    }
    assert_int_equal(heard[0], 0);
    assert_in_range(heard[1], 48, 50);
    assert_int_equal(heard[2], 10);
    assert_int_equal(heard[3], 2);
}

/* A change is for everybody at once, and figures come with it. */
static void
test_news_do_not_wait(void **state)
{
    (void)state;
    add_watcher(1, 60000);
    ft_followers_figures(SLOT, 100 * S, json_pack("{s:i}", "figures", 1));
    assert_int_equal(heard[1], 1);
    ft_followers_news(SLOT, 100 * S + MS, json_pack("{s:i}", "status", 1));
    assert_int_equal(heard[1], 2);
    assert_false(ft_followers_figures_due(SLOT, 160 * S - 100 * MS));
    assert_true(ft_followers_figures_due(SLOT, 160 * S + MS));
    /* another pair's figures have their own pace */
    assert_true(ft_followers_figures_due(SLOT + 1, 100 * S));
    ft_followers_forget_slot(SLOT);
    assert_true(ft_followers_figures_due(SLOT, 100 * S));
}

static void
measure(struct ft_series *series, int64_t at, double value)
{
    struct ft_second second = { .at = at };

    ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], value);
    assert_int_equal(ft_series_add(series, &second), 0);
}

static int64_t
last_at(unsigned number)
{
    return ft_json_int(json_object_get(last[number], "sample"), "at", 0,
                       INT64_MAX, 0);
}

static int64_t
last_count(unsigned number)
{
    const json_t *m =
        json_object_get(json_object_get(last[number], "sample"), "m");

    return json_integer_value(json_array_get(json_object_get(m, "pause_ms"), 3));
}

/* Nothing is left out at a slow pace: seconds are summed up. */
static void
test_seconds_keep_the_pace(void **state)
{
    struct ft_series *series = ft_series_new();

    (void)state;
    measure(series, BEGIN - 1, 1); /* long ago: in the snapshot */
    add_follower(0);
    add_watcher(1, 100);
    add_watcher(2, 4000);
    for (int i = 0; i < 20; i++) {
        measure(series, BEGIN + i, i);
        ft_followers_second(SLOT, 100 * S + i * S + (i % 2) * 5 * MS, "p",
                            series);
        assert_int_equal(last_at(1), BEGIN + i);
        assert_int_equal(last_count(1), 1);
    }
    assert_int_equal(heard[0], 0);
    assert_int_equal(heard[1], 20);
    assert_int_equal(heard[2], 5);
    assert_int_equal(last_at(2), BEGIN + 16);
    assert_int_equal(last_count(2), 4);
    assert_string_equal(ft_json_string(last[2], "pair", ""), "p");
    ft_series_free(series);
}

static void
test_seconds_when_the_clock_goes_back(void **state)
{
    struct ft_series *series = ft_series_new();

    (void)state;
    add_watcher(1, 1000);
    measure(series, BEGIN + 100, 1);
    ft_followers_second(SLOT, 100 * S, "p", series);
    measure(series, BEGIN + 50, 1);
    ft_followers_second(SLOT, 101 * S, "p", series);
    assert_int_equal(last_at(1), BEGIN + 50);
    measure(series, BEGIN + 51, 1);
    ft_followers_second(SLOT, 102 * S, "p", series);
    assert_int_equal(last_at(1), BEGIN + 51);
    assert_int_equal(last_count(1), 1);
    assert_int_equal(heard[1], 3);
    ft_series_free(series);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_who_is_told_what),
        TEST(test_there_is_a_bound),
        TEST(test_one_ends),
        TEST(test_all_leave),
        TEST(test_figures_keep_the_pace),
        TEST(test_news_do_not_wait),
        TEST(test_seconds_keep_the_pace),
        TEST(test_seconds_when_the_clock_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
