/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going back in time: whole screens of the past, that nothing can be changed
 * from there, and the way back. What is known of a moment is tested in
 * tests/unit/model/test-then.c.
 */
#include "config.h"

#include "fixture.h"

#include <locale.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/utc.h"
#include "ui/tui/axis.h"
#include "ui/tui/frame.h"
#include "ui/tui/past.h"

#define T(clock) ft_parse_utc("2026-11-28T" clock "Z")

static const struct screen screens[] = {
    { "past-overview", "calm", 80, 24, true, "[ [ [" },
    { "past-overview-ascii", "calm", 80, 24, false, "[ [ [" },
    { "past-overview-wide", "calm", 132, 43, true, "[ [ [" },
    { "past-before-trouble", "trouble", 80, 24, true, "[" },
    { "past-before-trouble-ascii", "trouble", 80, 24, false, "[" },
    { "past-trouble", "trouble", 80, 24, true, "} } } [" },
    { "past-trouble-wide", "trouble", 132, 43, true, "} } } [" },
    { "past-vm", "calm", 80, 24, true, "Down Enter [ [ [" },
    { "past-vm-ascii", "trouble", 80, 24, false, "Enter } } } [" },
    { "past-vm-wide", "trouble", 132, 43, true, "Enter [" },
    { "past-events", "trouble", 80, 24, true, "3 [" },
    { "past-help", "calm", 80, 40, true, "[ ?" },
    { "past-menu", "calm", 80, 24, true, "[ a" },
};

static void
test_screens(void **state)
{
    (void)state;
    compare_screens(screens, FT_ARRAY_SIZE(screens));
}

static const char *
standing(const struct ft_console *console, const char *vm, const char *key)
{
    return ft_json_string(ft_console_vm(console, vm), key, "");
}

static void
test_one_key_is_the_way_back(void **state)
{
    static const char *const ways[] = { "Esc", "q", "] ] ]" };
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "trouble");
    for (size_t i = 0; i < FT_ARRAY_SIZE(ways); i++) {
        press(&console, "[ [");
        assert_non_null(console.past);
        assert_string_equal(standing(&console, "erp-prod", "primary"), "kvm2");
        press(&console, ways[i]);
        assert_null(console.past);
        assert_false(console.leave);
        assert_ptr_equal(console.picture, &picture);
        assert_string_equal(standing(&console, "erp-prod", "primary"), "kvm1");
    }
    end(&console, &picture);
}

/* Steps are times that a clock shows, longer ones for a longer window. */
static void
test_steps(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "trouble");
    press(&console, "[");
    assert_int_equal(console.picture->wall_ms, T("03:12:00"));
    press(&console, "[");
    assert_int_equal(console.picture->wall_ms, T("03:11:00"));
    press(&console, "{ [");
    assert_int_equal(console.picture->wall_ms, T("03:10:00"));
    press(&console, "[");
    assert_int_equal(console.picture->wall_ms, T("03:05:00"));
    press(&console, "]");
    assert_int_equal(console.picture->wall_ms, T("03:10:00"));
    end(&console, &picture);
}

static void
test_it_ends_where_nothing_is_known(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    for (int i = 0; i < 100; i++)
        press(&console, "[");
    assert_int_equal(console.picture->wall_ms, T("02:57:31.116"));
    assert_non_null(strstr(console.message, "nothing is known from before"));
    end(&console, &picture);
    begin(&console, &picture, "empty");
    press(&console, "Esc [");
    assert_null(console.past);
    end(&console, &picture);
}

static void
test_the_past_is_not_changed(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, "[ p");
    assert_string_equal(console.message, FT_PAST_REFUSAL);
    press(&console, "a s Tab Enter Esc Esc [ a u");
    type(&console, "db-01");
    press(&console, "Enter Esc Esc [ :");
    type(&console, "unprotect db-01 --yes");
    press(&console, "Enter");
    assert_int_equal(asked.runs + asked.plans, 0);
    assert_non_null(console.past);
    press(&console, "x r A 2 4 5 H Space");
    assert_non_null(console.past);
    assert_int_equal(console.depth, 1);
    assert_int_equal(asked.runs + asked.plans + asked.first, 0);
    press(&console, ":");
    type(&console, "hosts"); /* which has no past */
    press(&console, "Enter");
    assert_null(console.past);
    end(&console, &picture);
}

/* What happens meanwhile changes what is known of the past, not the moment. */
static void
test_a_new_picture_leaves_the_moment(void **state)
{
    struct ft_console console;
    struct ft_picture picture, later;

    (void)state;
    begin(&console, &picture, "calm");
    load("trouble", &later);
    press(&console, "[");
    ft_console_set_picture(&console, &later);
    assert_non_null(console.past);
    assert_int_equal(console.picture->wall_ms, T("03:12:00"));
    assert_string_equal(standing(&console, "erp-prod", "primary"), "kvm2");
    press(&console, "Esc");
    assert_ptr_equal(console.picture, &later);
    ft_console_set_picture(&console, &picture);
    unload(&later);
    end(&console, &picture);
}

/* The keys of the table: a column after, before, turned, and none. */
static void
test_orders(void **state)
{
    struct ft_console console;
    struct ft_picture picture;

    (void)state;
    begin(&console, &picture, "calm");
    press(&console, ">");
    assert_int_equal(console.pages[0].sort, 1);
    press(&console, "> > <");
    assert_int_equal(console.pages[0].sort, 2);
    press(&console, "-");
    assert_true(console.pages[0].descending);
    press(&console, "0 -");
    assert_int_equal(console.pages[0].sort, 0);
    assert_false(console.pages[0].descending);
    press(&console, "> -"); /* by name, the last first */
    assert_string_equal(ft_json_string(json_array_get(console.pages[0].rows, 0),
                                       "vm", ""),
                        "web-02");
    end(&console, &picture);
}

/* An event stands in the very column in which the chart has its sample. */
static void
test_one_axis(void **state)
{
    static const int widths[] = { 24, 29, 81, 149, 300 };

    (void)state;
    for (unsigned points = 60; points <= 120; points += 30)
        for (size_t w = 0; w < FT_ARRAY_SIZE(widths); w++)
            for (unsigned i = 0; i < points; i++) {
                struct ft_axis axis = { INT64_C(1000000000), 900, points, 0,
                                        widths[w] };
                int64_t at = axis.until_ms - 900000 +
                             (int64_t)((i + 0.5) * 900000 / points);
                unsigned c = (unsigned)ft_axis_column(&axis, at);
                unsigned from = points * c / (unsigned)widths[w];
                unsigned to = points * (c + 1) / (unsigned)widths[w];

                assert_true(c < (unsigned)widths[w]);
                assert_true(from <= i && i < FT_MAX(to, from + 1));
            }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_one_key_is_the_way_back),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_it_ends_where_nothing_is_known),
        cmocka_unit_test(test_the_past_is_not_changed),
        cmocka_unit_test(test_a_new_picture_leaves_the_moment),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_one_axis),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
