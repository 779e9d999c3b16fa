/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts, events and jobs: tables of rows, drawn by the columns that the command
 * line prints, with what is selected told whole below.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/cell.h"
#include "ui/model/chronicle.h"
#include "ui/model/silence.h"
#include "ui/model/columns.h"
#include "ui/model/utc.h"
#include "ui/text/glyph.h"
#include "ui/text/table.h"
#include "ui/text/text.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/pages.h"
#include "ui/tui/rows.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"

#define STRIP_LINES 5

static void
draw_empty(const struct ft_page *page, struct ft_grid *grid, int y,
           const char *text)
{
    if (!json_array_size(page->rows))
        ft_grid_print(grid, 1, y, FT_LOOK_HINT, "%s", text);
}

static int
strip_of(struct ft_area area)
{
    return area.bottom - area.top >= 12 ? area.bottom - STRIP_LINES
                                        : area.bottom;
}

static void
name_or_filter(const struct ft_page *page, const char *name, char *out,
               size_t size)
{
    snprintf(out, size, "%s  %zu shown%s%.60s%s", name,
             json_array_size(page->rows), page->filter[0] ? "  filter: " : "",
             page->filter, page->problems ? "  problems only" : "");
}

/* ---- hosts ---- */

static json_t *
host_rows(const struct ft_console *console, const struct ft_page *page)
{
    (void)page;
    return json_copy(console->picture->hosts);
}

static const char *
host_identity(const json_t *row)
{
    return ft_json_string(row, "name", "");
}

/* Those that do not answer come first. */
static int
host_rank(const json_t *row, const char **name)
{
    *name = host_identity(row);
    return !strcmp(ft_json_string(row, "state", ""), "ok");
}

static void
hosts_where(const struct ft_console *console, const struct ft_page *page,
            char *out, size_t size)
{
    (void)console;
    name_or_filter(page, "Hosts", out, size);
}

static void
draw_hosts(struct ft_console *console, struct ft_page *page,
           struct ft_grid *grid, struct ft_area area)
{
    int strip = strip_of(area);
    const json_t *row = ft_console_row(console);

    ft_rows_draw(page, page->view->columns, grid, area.top, strip);
    draw_empty(page, grid, area.top + 1,
               "no host is known yet: A adds some, or  :host add HOST...");
    if (strip == area.bottom || !row)
        return;
    ft_grid_rule(grid, strip, host_identity(row));
    ft_grid_print(grid, 1, strip + 1, FT_LOOK_PLAIN, "%s at %s, engine %s",
                  ft_json_string(row, "state", "?"),
                  ft_json_string(row, "address", "?"),
                  ft_json_string(row, "engine", "none"));
    ft_grid_wrapped(grid, 1, strip + 2, area.bottom,
                    ft_json_string(row, "error", ""));
}

static void
hosts_open(struct ft_console *console, const json_t *row)
{
    ft_console_push(console, FT_VIEW_HOST, host_identity(row));
}

static void
hosts_twin(const struct ft_console *console, const struct ft_page *page,
           struct ft_words *words)
{
    (void)console;
    (void)page;
    ft_words_add(words, "host");
    ft_words_add(words, "list");
}

const struct ft_view ft_view_hosts = {
    .id = FT_VIEW_HOSTS,
    .name = "Hosts",
    .scope = FT_SCOPE_HOSTS,
    .where = hosts_where,
    .rows = host_rows,
    .identity = host_identity,
    .rank = host_rank,
    .columns = &ft_host_columns,
    .draw = draw_hosts,
    .open = hosts_open,
    .twin = hosts_twin,
};

/* ---- events ---- */

static int
severity_of(const json_t *row)
{
    const char *word = ft_json_string(row, "severity", "info");

    return !strcmp(word, "crit") ? 2 : !strcmp(word, "warn") ? 1 : 0;
}

static void
add_new(json_t *rows, json_t *row)
{
    if (row)
        json_array_append_new(rows, row);
}

/* Those that began before. */
static void
add_gaps(json_t *rows, const json_t *gaps, size_t *next, int64_t before_ms)
{
    json_t *row;

    while ((row = json_array_get(gaps, *next)) != NULL &&
           json_integer_value(json_object_get(row, "at_ms")) < before_ms) {
        json_array_append(rows, row);
        (*next)++;
    }
}

/*
 * In the order in which they happened, by the hosts' clocks as far as known,
 * with the silence between them.
 */
static json_t *
event_rows(const struct ft_console *console, const struct ft_page *page)
{
    const struct ft_picture *p = console->picture;
    FT_AUTOJSON json_t *gaps =
        console->past ? json_array() : ft_silence_gaps(p->hosts, p->wall_ms);
    json_t *all = json_array();
    struct ft_chronicle told;
    int64_t before = 0;
    size_t gap = 0;

    if (ft_chronicle_make(p->events, p->hosts, &told))
        return all;
    for (size_t i = 0; i < told.count; i++) {
        const json_t *row = told.list[i].row;

        if (severity_of(row) < page->severity ||
            (page->subject[0] &&
             strcmp(ft_json_string(row, "vm", ""), page->subject) != 0))
            continue;
        add_gaps(all, gaps, &gap, told.list[i].at_ms);
        if (before)
            add_new(all, ft_silence_quiet(before, told.list[i].at_ms));
        json_array_append(all, (json_t *)(uintptr_t)row);
        before = told.list[i].at_ms;
    }
    add_gaps(all, gaps, &gap, INT64_MAX);
    ft_chronicle_free(&told);
    return all;
}

/* Host and number make an event, its time tells two logs of one host apart. */
static const char *
event_identity(const json_t *row)
{
    return ft_json_string(row, "id", ft_json_string(row, "at", ""));
}

static void
events_where(const struct ft_console *console, const struct ft_page *page,
             char *out, size_t size)
{
    static const char *const floors[] = { "", "  warn and crit", "  crit only" };
    size_t used;

    char until[32];

    name_or_filter(page, "Events", out, size);
    used = strlen(out);
    ft_format_utc(console->picture->wall_ms, until);
    snprintf(out + used, size - used, "%s%.60s%s%s%.8s",
             page->subject[0] ? " of " : "", page->subject,
             floors[page->severity],
             console->past  ? "  until "
             : page->follow ? "  following"
                            : "  follow off, f",
             console->past && *until ? until + 11 : "");
}

static void
draw_events(struct ft_console *console, struct ft_page *page,
            struct ft_grid *grid, struct ft_area area)
{
    const json_t *row = ft_console_row(console);
    int strip = strip_of(area);

    ft_rows_draw(page, page->view->columns, grid, area.top, strip);
    draw_empty(page, grid, area.top + 1, "nothing has happened yet");
    if (strip == area.bottom || !row)
        return;
    ft_grid_rule(grid, strip, ft_json_string(row, "kind", ""));
    ft_grid_print(grid, 1, strip + 1, FT_LOOK_HINT, "%s  %s  %s",
                  ft_json_string(row, "at", ""), ft_json_string(row, "host", ""),
                  ft_json_string(row, "vm", ""));
    ft_grid_wrapped(grid, 1, strip + 2, area.bottom,
                    ft_json_string(row, "text", ""));
}

static bool
events_key(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    (void)console;
    if (action != FT_DO_FOLLOW)
        return false;
    page->follow = !page->follow;
    return true;
}

static void
events_open(struct ft_console *console, const json_t *row)
{
    const char *kind = ft_json_string(row, "kind", "");

    if (!strcmp(kind, "gap"))
        ft_console_push(console, FT_VIEW_HOST, ft_json_string(row, "host", ""));
    if (!strcmp(kind, "gap") || !strcmp(kind, "quiet"))
        return;
    ft_console_push(console, FT_VIEW_EVENT, event_identity(row));
}

static void
events_twin(const struct ft_console *console, const struct ft_page *page,
            struct ft_words *words)
{
    char until[32];

    ft_words_add(words, "events");
    if (console->past) {
        ft_format_utc(console->picture->wall_ms, until);
        ft_words_add(words, "--until");
        ft_words_add(words, until);
    } else if (page->follow) {
        ft_words_add(words, "--follow");
    }
    if (page->subject[0]) {
        ft_words_add(words, "--vm");
        ft_words_add(words, page->subject);
    }
}

static const struct ft_column event_column_list[] = {
    { "TIME", "time", FT_COLUMN_TEXT },
    { "HOST", "host", FT_COLUMN_TEXT },
    { "SEV", "severity", FT_COLUMN_VERDICT },
    { "VM", "vm", FT_COLUMN_TEXT },
    { "WHAT", "text", FT_COLUMN_TEXT },
};
static const struct ft_columns event_columns = {
    event_column_list, FT_ARRAY_SIZE(event_column_list)
};

const struct ft_view ft_view_events = {
    .id = FT_VIEW_EVENTS,
    .name = "Events",
    .scope = FT_SCOPE_EVENTS,
    .where = events_where,
    .rows = event_rows,
    .identity = event_identity,
    .columns = &event_columns,
    .draw = draw_events,
    .open = events_open,
    .twin = events_twin,
    .key = events_key,
};

/* ---- jobs ---- */

static json_t *
job_rows(const struct ft_console *console, const struct ft_page *page)
{
    (void)page;
    return json_copy(console->picture->jobs);
}

static const char *
job_identity(const json_t *row)
{
    return ft_json_string(row, "identity", "");
}

static void
jobs_where(const struct ft_console *console, const struct ft_page *page,
           char *out, size_t size)
{
    (void)console;
    name_or_filter(page, "Jobs", out, size);
}

static void
draw_jobs(struct ft_console *console, struct ft_page *page,
          struct ft_grid *grid, struct ft_area area)
{
    int strip = strip_of(area);
    const json_t *row = ft_console_row(console);

    ft_rows_draw(page, page->view->columns, grid, area.top, strip);
    draw_empty(page, grid, area.top + 1, "no job was begun yet");
    if (strip == area.bottom || !row)
        return;
    ft_grid_rule(grid, strip, ft_json_string(row, "what", "job"));
    ft_grid_wrapped(grid, 1, strip + 1, area.bottom,
                    ft_json_string(row, "result", ""));
}

static void
jobs_open(struct ft_console *console, const json_t *row)
{
    struct ft_words words = { 0 };

    ft_words_add(&words, "jobs");
    ft_words_add(&words, "show");
    ft_words_add(&words, job_identity(row));
    console->ops.run(console->ops.data, &words, &words, true);
}

static bool
jobs_key(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    const json_t *row = ft_console_row(console);
    struct ft_words words = { 0 };

    (void)page;
    if (action != FT_DO_LOG || !row)
        return false;
    ft_words_add(&words, "jobs");
    ft_words_add(&words, "show");
    ft_words_add(&words, job_identity(row));
    ft_words_add(&words, "--log");
    console->ops.run(console->ops.data, &words, &words, true);
    return true;
}

static void
jobs_twin(const struct ft_console *console, const struct ft_page *page,
          struct ft_words *words)
{
    const json_t *row = ft_console_row(console);

    (void)page;
    ft_words_add(words, "jobs");
    if (row) {
        ft_words_add(words, "show");
        ft_words_add(words, job_identity(row));
    }
}

static const struct ft_column job_column_list[] = {
    { "NR", "identity", FT_COLUMN_TEXT },
    { "STARTED", "started", FT_COLUMN_TEXT },
    { "WHAT", "what", FT_COLUMN_TEXT },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "PROGRESS", "progress", FT_COLUMN_TEXT },
};
static const struct ft_columns job_columns = { job_column_list,
                                               FT_ARRAY_SIZE(job_column_list) };

const struct ft_view ft_view_jobs = {
    .id = FT_VIEW_JOBS,
    .name = "Jobs",
    .scope = FT_SCOPE_JOBS,
    .where = jobs_where,
    .rows = job_rows,
    .identity = job_identity,
    .columns = &job_columns,
    .draw = draw_jobs,
    .open = jobs_open,
    .twin = jobs_twin,
    .key = jobs_key,
};
