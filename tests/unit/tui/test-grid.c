/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells, looks, lists and lines that are typed: all that views are made of. */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "ui/tui/entry.h"
#include "ui/tui/figure.h"
#include "ui/tui/grid.h"
#include "ui/tui/list.h"

/* A row as text, without blanks at its end. */
static const char *
row(const struct ft_grid *grid, int y)
{
    static char text[FT_GRID_WIDTH_MAX * FT_CELL_BYTES];
    size_t used = 0, end = 0;

    for (int x = 0; x < grid->width; x++) {
        const struct ft_grid_cell *cell = ft_grid_at(grid, x, y);

        if (cell->continued)
            continue;
        used +=
            (size_t)sprintf(text + used, "%s", *cell->text ? cell->text : " ");
        if (*cell->text)
            end = used;
    }
    text[end] = '\0';
    return text;
}

static void
test_text_is_cut_at_the_edge(void **state)
{
    struct ft_grid grid;

    (void)state;
    assert_int_equal(ft_grid_open(&grid, 8, 2, true), 0);
    assert_int_equal(ft_grid_text(&grid, 5, 0, 20, FT_LOOK_PLAIN, "abcdef"), 11);
    assert_string_equal(row(&grid, 0), "     abc");
    ft_grid_text(&grid, -2, 1, 20, FT_LOOK_PLAIN, "abcdef");
    assert_string_equal(row(&grid, 1), "cdef");
    ft_grid_text(&grid, 0, 7, 20, FT_LOOK_PLAIN, "nowhere");
    ft_grid_text(&grid, 0, 1, 3, FT_LOOK_PLAIN, "xyz123");
    assert_string_equal(row(&grid, 1), "xyzf");
    ft_grid_close(&grid);
}

static void
test_wide_characters_stay_whole(void **state)
{
    struct ft_grid grid;

    (void)state;
    ft_grid_open(&grid, 5, 1, true);
    ft_grid_text(&grid, 0, 0, 5, FT_LOOK_PLAIN, "日本語");
    assert_string_equal(row(&grid, 0), "日本");
    assert_true(ft_grid_at(&grid, 1, 0)->continued);
    /* half of one overwritten: the other half is a blank */
    ft_grid_text(&grid, 1, 0, 1, FT_LOOK_PLAIN, "x");
    assert_string_equal(row(&grid, 0), " x本");
    ft_grid_text(&grid, 2, 0, 1, FT_LOOK_PLAIN, "y");
    assert_string_equal(row(&grid, 0), " xy");
    /* no room for the second half */
    ft_grid_text(&grid, 4, 0, 2, FT_LOOK_PLAIN, "語");
    assert_string_equal(row(&grid, 0), " xy");
    ft_grid_close(&grid);
}

static void
test_marks_combine(void **state)
{
    struct ft_grid grid;

    (void)state;
    ft_grid_open(&grid, 6, 1, true);
    assert_int_equal(ft_grid_text(&grid, 0, 0, 6, FT_LOOK_PLAIN,
                                  "e\u0301x\u0308y"),
                     3);
    assert_string_equal(ft_grid_at(&grid, 0, 0)->text, "e\u0301");
    /* more than a cell holds is left out, and nothing is harmed */
    for (int i = 0; i < 20; i++)
        ft_grid_text(&grid, 3, 0, 3, FT_LOOK_PLAIN,
                     "z\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"
                     "\u0301\u0301\u0301");
    assert_true(strlen(ft_grid_at(&grid, 3, 0)->text) < FT_CELL_BYTES);
    ft_grid_close(&grid);
}

static void
test_nothing_drives_the_terminal(void **state)
{
    struct ft_grid grid;

    (void)state;
    ft_grid_open(&grid, 40, 1, true);
    ft_grid_text(&grid, 0, 0, 40, FT_LOOK_PLAIN,
                 "a\033[2Jb\nc\x80\xc2\x9b"
                 "d");
    assert_string_equal(row(&grid, 0), "a\\x1b[2Jb\\x0ac\\x80\\x9bd");
    ft_grid_close(&grid);
    ft_grid_open(&grid, 40, 1, false);
    ft_grid_text(&grid, 0, 0, 40, FT_LOOK_PLAIN, "a\u0301\u00e9日✓z");
    assert_string_equal(row(&grid, 0), "a???z");
    ft_grid_close(&grid);
}

static void
test_names_are_cut_in_the_middle(void **state)
{
    struct ft_grid grid;

    (void)state;
    ft_grid_open(&grid, 12, 3, true);
    ft_grid_name(&grid, 0, 0, 12, FT_LOOK_PLAIN, "erp-production-01");
    assert_string_equal(row(&grid, 0), "erp-pr…on-01");
    ft_grid_clip(&grid, 0, 0, 12, FT_LOOK_PLAIN, "It goes on elsewhere.");
    assert_string_equal(row(&grid, 0), "It goes on …");
    ft_grid_clip(&grid, 0, 0, 12, FT_LOOK_PLAIN, "It goes on. ");
    assert_string_equal(row(&grid, 0), "It goes on.");
    ft_grid_right(&grid, 2, 1, 6, FT_LOOK_PLAIN, "1.5 s");
    assert_string_equal(row(&grid, 1), "   1.5 s");
    ft_grid_right(&grid, 0, 2, 3, FT_LOOK_PLAIN, "123456");
    assert_string_equal(row(&grid, 2), "456");
    ft_grid_close(&grid);
}

static void
test_selected_rows(void **state)
{
    struct ft_grid grid;

    (void)state;
    ft_grid_open(&grid, 4, 2, true);
    ft_grid_select(&grid, 0, 1);
    assert_false(ft_grid_at(&grid, 0, 0)->selected);
    assert_true(ft_grid_at(&grid, 3, 1)->selected);
    assert_int_equal(grid.cursor_y, 1);
    ft_grid_wipe(&grid);
    assert_false(ft_grid_at(&grid, 3, 1)->selected);
    ft_grid_close(&grid);
}

/* ---- looks ---- */

/* Of xterm's 256 colours from 16 on. */
static double
luminance(int colour)
{
    static const int steps[] = { 0, 95, 135, 175, 215, 255 };
    int rgb[3], i;
    double part[3];

    if (colour >= 232) {
        rgb[0] = rgb[1] = rgb[2] = 8 + 10 * (colour - 232);
    } else {
        rgb[0] = steps[(colour - 16) / 36];
        rgb[1] = steps[(colour - 16) / 6 % 6];
        rgb[2] = steps[(colour - 16) % 6];
    }
    for (i = 0; i < 3; i++) {
        part[i] = rgb[i] / 255.0;
        part[i] = part[i] <= 0.03928 ? part[i] / 12.92
                                     : pow((part[i] + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static double
contrast(double a, double b)
{
    return (FT_MAX(a, b) + 0.05) / (FT_MIN(a, b) + 0.05);
}

static void
test_colours_can_be_read_on_white_and_black(void **state)
{
    (void)state;
    for (int look = 0; look < FT_LOOK_COUNT; look++) {
        struct ft_paint p = ft_look_paint(look, false, 256);

        if (p.foreground < 0)
            continue;
        assert_true(p.foreground >= 16); /* the first 16 differ everywhere */
        if (p.background >= 0) {
            assert_true(contrast(luminance(p.foreground),
                                 luminance(p.background)) >= 4.5);
            continue;
        }
        assert_true(contrast(luminance(p.foreground), 1) >= 3.8);
        assert_true(contrast(luminance(p.foreground), 0) >= 3.8);
    }
}

static void
test_mono_has_no_colour(void **state)
{
    (void)state;
    for (int look = 0; look < FT_LOOK_COUNT; look++) {
        struct ft_paint p = ft_look_paint(look, false, 0);

        assert_int_equal(p.foreground, -1);
        assert_int_equal(p.background, -1);
        p = ft_look_paint(look, true, 256);
        assert_int_equal(p.foreground, -1);
        assert_true(p.reverse);
    }
    assert_true(ft_look_paint(FT_LOOK_CRIT, false, 0).reverse);
}

/* ---- lists ---- */

static const char *
name_of(const void *data, size_t index)
{
    return ((const char *const *)data)[index];
}

static void
test_the_selection_is_a_thing(void **state)
{
    static const char *const first[] = { "a", "b", "c", "d" };
    static const char *const sorted[] = { "d", "c", "b", "a" };
    static const char *const fewer[] = { "d", "a" };
    struct ft_list list = { 0 };

    (void)state;
    ft_list_follow(&list, name_of, first, 4, 2);
    assert_string_equal(list.selected, "a");
    ft_list_move(&list, name_of, first, 4, 2);
    ft_list_follow(&list, name_of, first, 4, 2);
    assert_string_equal(list.selected, "c");
    assert_int_equal(list.top, 1);
    ft_list_follow(&list, name_of, sorted, 4, 2);
    assert_string_equal(list.selected, "c");
    assert_int_equal(list.position, 1);
    assert_true(ft_list_toggle(&list, "c"));
    assert_true(ft_list_toggle(&list, "a"));
    assert_true(ft_list_marked(&list, "a"));
    /* c vanishes: its neighbour is selected, and its mark has gone */
    ft_list_follow(&list, name_of, fewer, 2, 2);
    assert_string_equal(list.selected, "a");
    assert_true(list.lost);
    assert_false(ft_list_marked(&list, "c"));
    assert_true(ft_list_marked(&list, "a"));
    ft_list_follow(&list, name_of, fewer, 2, 2);
    assert_false(list.lost);
    ft_list_move(&list, name_of, fewer, 2, -100);
    assert_string_equal(list.selected, "d");
    ft_list_move(&list, name_of, fewer, 2, 100);
    assert_string_equal(list.selected, "a");
    ft_list_follow(&list, name_of, NULL, 0, 2);
    ft_list_move(&list, name_of, NULL, 0, 1);
    ft_list_close(&list);
}

static void
test_marks_are_bounded(void **state)
{
    struct ft_list list = { 0 };
    char name[16];

    (void)state;
    for (int i = 0; i < FT_MARKS_MAX; i++) {
        snprintf(name, sizeof(name), "%d", i);
        assert_true(ft_list_toggle(&list, name));
    }
    assert_false(ft_list_toggle(&list, "one more"));
    assert_true(ft_list_toggle(&list, "7"));
    assert_int_equal(list.mark_count, FT_MARKS_MAX - 1);
    ft_list_unmark(&list);
    assert_false(ft_list_marked(&list, "8"));
    ft_list_close(&list);
}

/* ---- keys and entries ---- */

static void
test_keys_have_names(void **state)
{
    static const uint32_t codes[] = {
        'j', FT_KEY_UP, FT_KEY_F10, FT_KEY_ENTER, FT_KEY_CTRL('F'),
        ' ', 0xe9,      0x65e5,     FT_KEY_ESC
    };
    char name[16];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(codes); i++) {
        ft_key_name(codes[i], name);
        assert_true(*name);
        assert_int_equal(ft_key_by_name(name), codes[i]);
    }
    assert_int_equal(ft_key_by_name("no such key"), FT_KEY_NONE);
    assert_int_equal(ft_key_by_name(""), FT_KEY_NONE);
}

static void
type(struct ft_entry *entry, const char *keys)
{
    for (; *keys; keys++) {
        struct ft_key key = { (unsigned char)*keys, NULL };

        ft_entry_key(entry, &key);
    }
}

static void
press(struct ft_entry *entry, uint32_t code)
{
    struct ft_key key = { code, NULL };

    ft_entry_key(entry, &key);
}

static void
test_a_line_is_edited(void **state)
{
    struct ft_key paste = { FT_KEY_PASTE, "two words" };
    struct ft_entry entry = { .text = "" };
    struct ft_grid grid;

    (void)state;
    type(&entry, "protect dn");
    press(&entry, FT_KEY_LEFT);
    press(&entry, 'b');
    assert_string_equal(entry.text, "protect dbn");
    press(&entry, FT_KEY_DELETE);
    press(&entry, 0x65e5);
    press(&entry, FT_KEY_BACKSPACE);
    assert_string_equal(entry.text, "protect db");
    press(&entry, FT_KEY_CTRL('W'));
    assert_string_equal(entry.text, "protect ");
    ft_entry_key(&entry, &paste);
    assert_string_equal(entry.text, "protect two words");
    press(&entry, FT_KEY_CTRL('A'));
    press(&entry, FT_KEY_CTRL('K'));
    assert_string_equal(entry.text, "");
    entry.typed_only = true;
    ft_entry_key(&entry, &paste);
    assert_string_equal(entry.text, "");
    for (int i = 0; i < 3 * FT_ENTRY_MAX; i++)
        press(&entry, 'x');
    assert_int_equal(entry.length, FT_ENTRY_MAX - 1);
    ft_grid_open(&grid, 10, 1, true);
    ft_entry_draw(&entry, &grid, 2, 0, 6, FT_LOOK_FIELD, false);
    assert_int_equal(grid.cursor_x, 7);
    assert_string_equal(row(&grid, 0), "  xxxxx");
    ft_entry_draw(&entry, &grid, 2, 0, 6, FT_LOOK_FIELD, true);
    assert_string_equal(row(&grid, 0), "");
    ft_grid_close(&grid);
    ft_entry_wipe(&entry);
    assert_int_equal(entry.text[5], 0);
}

/* A host says what it likes: what is drawn adds and divides figures. */
static void
test_figures_are_bounded(void **state)
{
    FT_AUTOJSON json_t *row =
        json_pack("{s:{s:f, s:f, s:I}}", "side", "huge", 1e308, "low", -1e308,
                  "whole", (json_int_t)INT64_MAX);
    char text[FT_FIGURE];

    (void)state;
    assert_true(ft_figure_of(row, "side.huge") == FT_FIGURE_MAX);
    assert_true(ft_figure_of(row, "side.whole") == FT_FIGURE_MAX);
    assert_true(ft_figure_of(row, "side.low") < 0);
    assert_true(ft_figure_of(row, "side.none") == -1);
    ft_figure(1e308, "1", text);
    assert_int_equal(strlen(text), FT_FIGURE - 1);
    ft_figure(99.5, "1", text);
    assert_string_equal(text, "99.5");
    ft_figure(99, "1", text);
    assert_string_equal(text, "99");
}

static const char *
in_short(double value, const char *unit)
{
    static char text[FT_FIGURE];

    ft_figure_short(value, unit, text);
    return text;
}

static const char *
range(double low, double high, const char *unit)
{
    static char text[FT_FIGURE];

    ft_figure_range(low, high, unit, text);
    return text;
}

/* A column is 7 wide, one of a range 14: what is longer would lose its begin. */
static void
test_figures_are_short(void **state)
{
    static const char *const units[] = { "ms", "B", "1" };

    (void)state;
    assert_string_equal(in_short(-1, "B"), "-");
    assert_string_equal(in_short(7, "B"), "7 B");
    assert_string_equal(in_short(429.3 * 1024, "B"), "429 KiB");
    assert_string_equal(in_short(1010 * 1024, "B"), "1.0 MiB");
    assert_string_equal(in_short(3.42, "ms"), "3.4 ms");
    assert_string_equal(in_short(1234, "ms"), "1.2 s");
    assert_string_equal(in_short(14, "1"), "14");
    assert_string_equal(in_short(4.6, "1"), "4.6");
    assert_string_equal(range(-1, 8, "ms"), "-");
    assert_string_equal(range(2.4, 4.8, "ms"), "2.4 to 4.8 ms");
    assert_string_equal(range(800, 1200, "ms"), "0.8 to 1.2 s");
    assert_string_equal(range(287 * 1024, 574 * 1024, "B"), "287 to 574 KiB");
    assert_string_equal(range(900 * 1024, 1100 * 1024, "B"), "0.9 to 1.1 MiB");
    for (size_t u = 0; u < FT_ARRAY_SIZE(units); u++)
        for (double v = 0.001; v < (u == 1 ? 1e17 : 9.9e5); v *= 1.01) {
            assert_true(strlen(in_short(v, units[u])) <= 7);
            assert_true(strlen(range(v / 1.3, v, units[u])) <=
                        (u == 2 ? 16 : 14));
        }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_cut_at_the_edge),
        cmocka_unit_test(test_wide_characters_stay_whole),
        cmocka_unit_test(test_marks_combine),
        cmocka_unit_test(test_nothing_drives_the_terminal),
        cmocka_unit_test(test_names_are_cut_in_the_middle),
        cmocka_unit_test(test_selected_rows),
        cmocka_unit_test(test_colours_can_be_read_on_white_and_black),
        cmocka_unit_test(test_mono_has_no_colour),
        cmocka_unit_test(test_the_selection_is_a_thing),
        cmocka_unit_test(test_marks_are_bounded),
        cmocka_unit_test(test_figures_are_bounded),
        cmocka_unit_test(test_figures_are_short),
        cmocka_unit_test(test_keys_have_names),
        cmocka_unit_test(test_a_line_is_edited),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
