/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a host: whether it answers, what runs and waits there, and what
 * its loss would mean.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/maintenance.h"
#include "ui/text/glyph.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/loss.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const json_t *row = ft_console_host(console, page->subject);

    snprintf(out, size, "%s   %s, %s, engine %s", page->subject,
             ft_json_string(row, "kind", "host"),
             ft_json_string(row, "address", "?"),
             ft_json_string(row, "engine", "none"));
}

/* How long, and who is at risk by it. */
static void
say_maintenance(const struct ft_console *console, const char *host,
                struct ft_verdict *verdict)
{
    FT_AUTOJSON json_t *rows =
        ft_maintenance_rows(console->picture->pairs, console->picture->hosts);
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
        if (!strcmp(ft_json_string(row, "host", ""), host))
            ft_maintenance_sentence(row, verdict->sentence,
                                    sizeof(verdict->sentence));
    verdict->severity = FT_SEVERITY_WARN;
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    const json_t *row = ft_console_host(console, page->subject);
    const char *state = ft_json_string(row, "state", "unknown");
    char age[FT_FIGURE];

    memset(verdict, 0, sizeof(*verdict));
    ft_figure_age(FT_MAX(ft_figure_of(row, "age_s"), 0.0), age);
    verdict->severity = row ? ft_severity_of(state) : FT_SEVERITY_UNKNOWN;
    if (!row)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.60s is not known here any more.", page->subject);
    else if (json_is_number(json_object_get(row, "maintenance_s")))
        say_maintenance(console, page->subject, verdict);
    else if (!strcmp(state, "ok"))
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.40s answers; heard %s.", page->subject, age);
    else
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.30s is %.16s, last heard %s ago.", page->subject, state,
                 ft_figure_of(row, "age_s") < 0 ? "long" : age);
}

/* Pairs in which the host has this role, one a line. */
static int
list_role(const struct ft_console *console, const char *host, const char *role,
          const char *title, struct ft_grid *grid, int y, int end)
{
    const json_t *row;
    size_t index;
    bool any = false;

    json_array_foreach(console->picture->pairs, index, row) {
        enum ft_severity severity =
            ft_severity_of(ft_json_string(row, "health", "unknown"));
        const char *other =
            ft_json_string(row, strcmp(role, "primary") ? "primary" : "standby",
                           "?");

        if (strcmp(ft_json_string(row, role, ""), host) || y >= end)
            continue;
        if (!any)
            ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "%s", title);
        any = true;
        ft_grid_name(grid, 12, y, 20, FT_LOOK_PLAIN, ft_row_name(row));
        ft_grid_print(grid, 34, y, ft_look_of_severity(severity), "%s %s",
                      ft_severity_glyph(severity, grid->utf8),
                      ft_json_string(row, "standing", ""));
        ft_grid_print(grid, 50, y++, FT_LOOK_PLAIN, "%s %s",
                      strcmp(role, "primary") ? "runs on" : "copy on", other);
    }
    return y;
}

static int
list_others(const struct ft_console *console, const char *host,
            struct ft_grid *grid, int y, int end)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->picture->vms, index, row) {
        if (strcmp(ft_json_string(row, "host", ""), host) || y >= end ||
            strcmp(ft_json_string(row, "protection", ""), "none") != 0)
            continue;
        ft_grid_name(grid, 12, y, 20, FT_LOOK_PLAIN, ft_row_name(row));
        ft_grid_print(grid, 34, y++, FT_LOOK_HINT, "- none         %s",
                      ft_json_string(row, "state", ""));
    }
    return y;
}

static void
draw_loss(const struct ft_console *console, const char *host,
          struct ft_grid *grid, int y, int end)
{
    const struct ft_plug *plug = ft_plugs_find(&console->picture->plugs, host);

    if (y + 2 > end || !plug)
        return;
    ft_grid_rule(grid, y++, "if it died now");
    ft_loss_list(plug, ft_console_host(console, host), grid, y, end);
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    const json_t *row = ft_console_host(console, page->subject);
    int y = area.top, half = area.top + (area.bottom - area.top) / 2 + 2;

    if (!row)
        return;
    if (*ft_json_string(row, "error", ""))
        ft_grid_print(grid, 1, y++, FT_LOOK_PLAIN, "%s",
                      ft_json_string(row, "error", ""));
    y = list_role(console, page->subject, "primary", "RUNS", grid, y, half);
    y = list_others(console, page->subject, grid, y, half);
    y = list_role(console, page->subject, "standby", "COPIES", grid, y, half);
    y = list_role(console, page->subject, "witness", "WITNESS OF", grid, y,
                  half);
    draw_loss(console, page->subject, grid, y, area.bottom);
}

/* Everything that is known of it, by the command that shows it. */
static void
open_facts(struct ft_console *console, const json_t *row)
{
    struct ft_words words = { 0 };

    (void)row;
    ft_words_add(&words, "host");
    ft_words_add(&words, "show");
    ft_words_add(&words, ft_console_page(console)->subject);
    console->ops.run(console->ops.data, &words, &words, true);
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    (void)console;
    ft_words_add(words, "host");
    ft_words_add(words, "show");
    ft_words_add(words, page->subject);
}

const struct ft_view ft_view_host = {
    .id = FT_VIEW_HOST,
    .name = "Host",
    .scope = FT_SCOPE_HOST,
    .where = where,
    .say = say,
    .draw = draw,
    .open = open_facts,
    .twin = twin,
};
