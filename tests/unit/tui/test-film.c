/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A takeover told, as a page: whole screens, its keys, and the two lanes. What
 * is told is tested in tests/unit/model/test-film.c.
 */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/utc.h"
#include "ui/tui/film.h"
#include "ui/tui/frame.h"

#define T(clock) ft_parse_utc("2026-11-28T" clock "Z")

static const struct screen screens[] = {
    { "film", "trouble", 80, 24, true, "Down T" },
    { "film-moment", "trouble", 80, 24, true, "Down T Down Down Down" },
    { "film-ascii", "trouble", 80, 24, false, "Down T Down Down" },
    { "film-wide", "trouble", 132, 43, true, "Down T Down Down" },
    { "film-not-told", "trouble", 80, 24, true, "Down T End" },
    { "film-switchover", "calm", 80, 24, true, "Down T" },
    { "film-text", "trouble", 80, 24, true, "Down T e" },
    { "film-small", "trouble", 41, 13, true, "Down T" },
};

static void
test_screens(void **state)
{
    (void)state;
    compare_screens(screens, FT_ARRAY_SIZE(screens));
}

static const struct ft_page *
top(const struct ft_console *console)
{
    return &console->pages[console->depth - 1];
}

static void
test_where_it_is_opened_from(void **state)
{
    static const char *const ways[] = { "Down T", "Down Enter T", "3 T",
                                        "3 Enter T" };
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        begin(&console, &picture, "trouble");
        press(&console, ways[i]);
        assert_int_equal(top(&console)->view->id, FT_VIEW_FILM);
        assert_true(json_array_size(top(&console)->rows) >= 7);
        end(&console, &picture);
    }
    begin(&console, &picture, "calm");
    press(&console, "T"); /* db-01 was never taken over */
    assert_int_equal(console.depth, 1);
    assert_non_null(strstr(console.message, "no takeover of db-01"));
    end(&console, &picture);
}

static void
test_from_a_moment_to_that_time(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "trouble");
    press(&console, "Down T Enter"); /* the last thing heard */
    assert_int_equal(top(&console)->view->id, FT_VIEW_VM);
    assert_non_null(console.past);
    assert_int_equal(console.picture->wall_ms, T("03:12:07.212"));
    assert_string_equal(ft_json_string(ft_console_vm(&console, "erp-prod"),
                                       "primary", ""),
                        "kvm2");
    press(&console, "Esc");
    assert_null(console.past);
    press(&console, "Esc ] ] 1");
    assert_int_equal(top(&console)->view->id, FT_VIEW_OVERVIEW);
    assert_non_null(console.past);
    end(&console, &picture);
}

/* The right to speak never overlaps: one column parts it, in every size. */
static void
test_lanes_do_not_overlap(void **state)
{
    static const int widths[] = { 60, 80, 100, 132, 200 };
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "trouble");
    press(&console, "Down T");
    for (size_t i = 0; i < FT_ARRAY_SIZE(widths); i++) {
        FT_AUTOFREE char *text = drawn(&console, widths[i], 30, false);
        const char *may = strstr(text, "may speak");
        const char *did = strstr(text, "did speak");
        long parted = (long)(strchr(may, '|') - may);
        long from = (long)(strchr(did, '>') - did);
        long last = (long)(strchr(did, '?') - did);

        assert_true(last < parted && parted <= from);
    }
    end(&console, &picture);
}

/* Of a takeover of days, by its record, there are as few times to read. */
static void
test_ticks_are_few(void **state)
{
    static const double rans[] = { 230, 86400000, 4e9 };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(rans); i++) {
        FT_AUTOJSON json_t *film =
            json_pack("{s:{s:f}}", "times", "ran", rans[i]);
        struct ft_grid grid;
        int blanks = 0, signs = 0;

        assert_int_equal(ft_grid_open(&grid, 80, 10, false), 0);
        ft_film_lanes_draw(film, NULL, INFINITY, &grid, 0);
        for (int x = 0; x < grid.width; x++) {
            const char *text = ft_grid_at(&grid, x, 0)->text;

            blanks += !*text;
            signs += !strcmp(text, "+");
        }
        assert_true(signs >= 1 && signs <= 8);
        assert_true(blanks > 20);
        ft_grid_close(&grid);
    }
}

static double
offset_here(struct ft_console *console)
{
    return json_number_value(
        json_object_get(ft_console_row(console), "offset_ms"));
}

/* 20 times slower: what has not come yet is not there, the moment follows. */
static void
test_played(void **state)
{
    struct ft_console console;
    struct ft_picture picture;
    int64_t now = 5000;

    (void)state;
    begin(&console, &picture, "trouble");
    press(&console, "Down T");
    assert_false(ft_console_moves(&console));
    assert_false(ft_console_tick(&console, now));
    press(&console, "Space");
    assert_true(ft_console_moves(&console));
    assert_true(ft_console_tick(&console, now));
    for (int i = 0; i < 70; i++) /* 7 s of ours, 350 ms of it */
        ft_console_tick(&console, now += 100);
    assert_true(console.play.head_ms > 200 && console.play.head_ms < 220);
    assert_true(offset_here(&console) > 205 && offset_here(&console) < 220);
    compare(&console, "film-played", 80, 24, true);
    press(&console, "Space"); /* stands */
    assert_false(ft_console_moves(&console));
    compare(&console, "film-stopped", 80, 24, false);
    press(&console, "Space"); /* goes on, not with what was missed */
    ft_console_tick(&console, now += 60000);
    assert_true(console.play.head_ms < 220);
    ft_console_tick(&console, now += 60000); /* as much as a tick may be */
    assert_true(console.play.head_ms < 245);
    for (int i = 0; i < 100; i++)
        ft_console_tick(&console, now += 100);
    assert_false(ft_console_moves(&console)); /* over */
    press(&console, "Space Up");
    assert_false(ft_console_moves(&console)); /* another key ends it */
    press(&console, "Space Esc");
    assert_false(ft_console_tick(&console, now += 100));
    end(&console, &picture);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_where_it_is_opened_from),
        cmocka_unit_test(test_from_a_moment_to_that_time),
        cmocka_unit_test(test_lanes_do_not_overlap),
        cmocka_unit_test(test_ticks_are_few),
        cmocka_unit_test(test_played),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
