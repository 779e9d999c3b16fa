/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rows are shown, in which order, and how quickly that is found. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/load.h"
#include "ui/model/cell.h"
#include "ui/model/change.h"
#include "ui/model/columns.h"
#include "ui/model/event-rows.h"
#include "ui/model/meaning.h"
#include "ui/model/pick.h"

static json_t *
row_of(const char *vm, const char *standing, const char *health,
       const char *primary, double lag_ms)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "vm", vm, "standing", standing,
                     "health", health, "primary", primary, "standby", "h9",
                     "lag_ms", lag_ms < 0 ? json_null() : json_real(lag_ms));
}

static json_t *
rows(void)
{
    return json_pack("[o,o,o,o,o]", row_of("vm10", "protected", "ok", "h1", 30),
                     row_of("Web-2", "at risk", "warn", "h2", 12),
                     row_of("vm9", "alone", "warn", "h10", -1),
                     row_of("db", "failed", "crit", "h1", 12),
                     row_of("old", "unknown", "unknown", "h3", 500));
}

/* The names of what is picked, one after another. */
static void
check(const char *filter, const char *sort, bool problems, const char *expected)
{
    FT_AUTOJSON json_t *all = rows();
    FT_AUTOJSON json_t *picked = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pick pick;
    const json_t *row;
    char names[100] = "";
    size_t index;

    assert_int_equal(ft_pick_parse(filter, sort, problems, &ft_pair_columns,
                                   &pick, &err),
                     0);
    picked = ft_pick_rows(all, &ft_pair_columns, &pick);
    json_array_foreach(picked, index, row) {
        strcat(names, *names ? " " : "");
        strcat(names, ft_json_string(row, "vm", "?"));
    }
    assert_string_equal(names, expected);
}

static void
test_filter(void **state)
{
    (void)state;
    check(NULL, NULL, false, "vm10 Web-2 vm9 db old");
    check(NULL, NULL, true, "Web-2 vm9 db old");
    check("VM", NULL, false, "vm10 vm9");
    check("vm h10", NULL, false, "vm9");
    check("host=h1", NULL, false, "vm10 db");
    check("host=h9", NULL, false, "vm10 Web-2 vm9 db old");
    check("state=at-risk", NULL, false, "Web-2");
    check("state=un", NULL, false, "old");
    check("  state=alone   vm9 ", NULL, false, "vm9");
    check("primary=10", NULL, false, "vm9");
    check("vm=web", NULL, false, "Web-2");
    check("nothing", NULL, false, "");
}

static void
test_sort(void **state)
{
    (void)state;
    check(NULL, "vm", false, "Web-2 db old vm9 vm10");
    check(NULL, "-vm", false, "vm10 vm9 old db Web-2");
    check(NULL, "lag", false, "Web-2 db vm10 old vm9"); /* none: last */
    check(NULL, "-LAG", false, "old vm10 Web-2 db vm9");
    check(NULL, "health", false, "db old Web-2 vm9 vm10"); /* worst first */
    check("host=h9", "primary", true, "db Web-2 old vm9");
    check(NULL, "pause_ms.p99", false, "vm10 Web-2 vm9 db old");
}

static void
test_wrong(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pick pick;

    (void)state;
    assert_int_equal(ft_pick_parse(NULL, "colour", false, &ft_pair_columns,
                                   &pick, &err),
                     -EINVAL);
    assert_non_null(strstr(err.hint, "STATE"));
    assert_int_equal(ft_pick_parse("state=", NULL, false, &ft_pair_columns,
                                   &pick, &err),
                     -EINVAL);
    assert_int_equal(ft_pick_parse("=x", NULL, false, &ft_pair_columns, &pick,
                                   &err),
                     -EINVAL);
    assert_int_equal(ft_pick_parse("1 2 3 4 5 6 7 8 9", NULL, false,
                                   &ft_pair_columns, &pick, &err),
                     -EINVAL);
}

/* No value is shown that cannot be explained. */
static void
test_meanings(void **state)
{
    const struct ft_columns *const tables[] = {
        &ft_pair_columns,    &ft_pair_details, &ft_side_columns,
        &ft_host_columns,    &ft_vm_columns,   &ft_event_columns,
        &ft_if_lost_columns, &ft_path_columns,
    };

    (void)state;
    for (size_t t = 0; t < FT_ARRAY_SIZE(tables); t++)
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct ft_column *column = &tables[t]->list[i];
            const struct ft_meaning *meaning = ft_meaning_of(column->key);

            if (!meaning)
                fail_msg("%s has no meaning", column->key);
            else if (column->kind == FT_COLUMN_MS)
                assert_string_equal(meaning->unit, "ms");
        }
}

static void
test_cells(void **state)
{
    FT_AUTOJSON json_t *row =
        json_pack("{s:{s:f},s:f,s:s,s:b,s:s,s:f}", "pause_ms", "p99", 6.3,
                  "age_s", 0.4, "heard_from", "h1", "peer_connected", 1,
                  "standing", "at risk", "clock_lag_ms", 80.0);
    struct ft_cell cell;

    (void)state;
    ft_cell_read(ft_column_find(&ft_pair_columns, "p99"), row, &cell);
    assert_int_equal(cell.kind, FT_CELL_NUMBER);
    assert_true(cell.number == 6.3 && cell.age_s == 0.4);
    assert_string_equal(cell.unit, "ms");
    assert_string_equal(cell.source, "h1");
    ft_cell_read(ft_column_find(&ft_pair_columns, "state"), row, &cell);
    assert_string_equal(cell.text, "at risk");
    assert_int_equal(cell.severity, FT_SEVERITY_WARN);
    ft_cell_read(ft_column_find(&ft_pair_details, "clocks behind"), row, &cell);
    assert_int_equal(cell.severity, FT_SEVERITY_WARN);
    ft_cell_read(ft_column_find(&ft_pair_details, "peer connected"), row, &cell);
    assert_int_equal(cell.kind, FT_CELL_BOOLEAN);
    ft_cell_read(ft_column_find(&ft_pair_columns, "lag"), row, &cell);
    assert_int_equal(cell.kind, FT_CELL_NONE);
    assert_null(ft_column_find(&ft_pair_columns, "la"));
}

/* Figures do not count, and what is gone is told. */
static void
test_changes(void **state)
{
    FT_AUTOJSON json_t *before =
        json_pack("[{s:s,s:s,s:f},{s:s,s:s}]", "pair", "a", "standing",
                  "protected", "lag_ms", 3.0, "pair", "b", "standing", "alone");
    FT_AUTOJSON json_t *now =
        json_pack("[{s:s,s:s,s:f},{s:s,s:s}]", "pair", "a", "standing",
                  "protected", "lag_ms", 4.0, "pair", "c", "standing", "alone");
    FT_AUTOJSON json_t *changed = ft_rows_changed(before, now);
    FT_AUTOJSON json_t *first = ft_rows_changed(NULL, now);
    FT_AUTOJSON json_t *risk =
        json_pack("[{s:s,s:s,s:s}]", "pair", "a", "at_risk", "clock", "reason",
                  "60 ms behind");
    FT_AUTOJSON json_t *same_risk =
        json_pack("[{s:s,s:s,s:s}]", "pair", "a", "at_risk", "clock", "reason",
                  "61 ms behind");
    FT_AUTOJSON json_t *none = ft_rows_changed(risk, same_risk);

    (void)state;
    assert_int_equal(json_array_size(first), 2);
    assert_int_equal(json_array_size(changed), 2);
    assert_string_equal(ft_json_string(json_array_get(changed, 0), "pair", ""),
                        "c");
    assert_string_equal(ft_json_string(json_array_get(changed, 1), "standing",
                                       ""),
                        "gone");
    assert_int_equal(json_array_size(none), 0);
}

#define MANY 5000
#define MANY_MS 16 /* a frame of 60 a second */

/* The best of five, and of processor time: this machine does other things too. */
static void
test_speed(void **state)
{
    FT_AUTOJSON json_t *all = json_array();
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pick pick;
    int64_t best = INT64_MAX;
    char name[32];

    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "machine-%d", i * 7919 % MANY);
        json_array_append_new(all, row_of(name, i % 50 ? "protected" : "alone",
                                          i % 50 ? "ok" : "warn",
                                          i % 2 ? "h1" : "h2", i % 97));
    }
    assert_int_equal(ft_pick_parse("chin", "vm", false, &ft_pair_columns, &pick,
                                   &err),
                     0);
    for (int i = 0; i < 5; i++) {
        int64_t begin = ft_load_cpu_ns();
        FT_AUTOJSON json_t *picked = ft_pick_rows(all, &ft_pair_columns, &pick);

        best = FT_MIN(best, ft_load_cpu_ns() - begin);
        assert_int_equal(json_array_size(picked), MANY);
    }
    print_message("# %d rows filtered and sorted in %.2f ms\n", MANY,
                  (double)best / FT_NS_PER_MS);
    if (best > 10 * MANY_MS * FT_NS_PER_MS)
        fail_msg("that is far beyond %d ms", MANY_MS);
}

/* ---- events ---- */

static void
test_event_since(void **state)
{
    static const struct {
        const char *text, *at;
    } times[] = {
        { "90s", "2026-11-28T11:58:30" },
        { "10m", "2026-11-28T11:50:00" },
        { "2h", "2026-11-28T10:00:00" },
        { "300d", "2026-02-01T12:00:00" },
        { "999999d", "1970-01-01T00:00:00" },
        { "2026-11-28", "2026-11-28" },
        { "2026-11-28T10:00", "2026-11-28T10:00" },
    };
    static const char *const wrong[] = {
        "",     "10",        "h",       "10y",           "-1h",
        "10mm", "yesterday", "2026-11", "2026-11-28 10", "9999999s"
    };
    struct ft_error err = FT_ERROR_INIT;
    char at[32];

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(times); i++) {
        /* date -u -d 2026-11-28T12:00 +%s */
        assert_int_equal(ft_event_since(times[i].text, 1795867200, at,
                                        sizeof(at), &err),
                         0);
        assert_string_equal(at, times[i].at);
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++)
        assert_int_equal(ft_event_since(wrong[i], 1795867200, at, sizeof(at),
                                        &err),
                         -EINVAL);
}

static void
test_event_fits(void **state)
{
    FT_AUTOJSON json_t *row =
        json_pack("{s:s,s:s,s:s,s:s,s:s}", "vm", "vm1", "pair", "p", "host",
                  "h1", "severity", "warn", "at", "2026-11-28T11:00:00.000Z");
    static const struct {
        struct ft_store_event_query query;
        bool fits;
    } queries[] = {
        { { .vm = NULL }, true },
        { { .vm = "vm1", .host = "h1", .since = "2026-11-28T11:00", .severity = 1 },
          true },
        { { .vm = "p", .since = "2026-11-28" }, true },
        { { .vm = "vm2" }, false },
        { { .host = "h2" }, false },
        { { .since = "2026-11-28T11:01" }, false },
        { { .until = "2026-11-28T11:01" }, true },
        { { .until = "2026-11-28T10:59" }, false },
        { { .severity = 2 }, false },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(queries); i++)
        assert_int_equal(ft_event_fits(&queries[i].query, row), queries[i].fits);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter),     cmocka_unit_test(test_sort),
        cmocka_unit_test(test_wrong),      cmocka_unit_test(test_meanings),
        cmocka_unit_test(test_cells),      cmocka_unit_test(test_speed),
        cmocka_unit_test(test_changes),    cmocka_unit_test(test_event_since),
        cmocka_unit_test(test_event_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
