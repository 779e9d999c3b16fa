/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text to be read: help, what a command printed, one event told whole; and
 * what a loss would mean, in full.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/what-if.h"
#include "ui/tui/view.h"

/* Draws text from a line on; returns how many lines it has. */
static long
draw_lines(struct ft_page *page, const char *text, struct ft_grid *grid,
           struct ft_area area)
{
    long number = 0, shown = area.bottom - area.top;
    const char *at;
    char line[2048];

    for (at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
        number++;
    page->scroll = FT_MIN(page->scroll, FT_MAX(0L, number - shown));
    number = 0;
    for (at = text; *at; at += strcspn(at, "\n"), at += *at == '\n', number++) {
        if (number < page->scroll || number >= page->scroll + shown)
            continue;
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
        ft_grid_print(grid, 1, area.top + (int)(number - page->scroll),
                      FT_LOOK_PLAIN, "%s", line);
        if (page->search[0] && strcasestr(line, page->search))
            ft_grid_text(grid, 0, area.top + (int)(number - page->scroll), 1,
                         FT_LOOK_MATCH, ">");
    }
    return number;
}

static void
text_where(const struct ft_console *console, const struct ft_page *page,
           char *out, size_t size)
{
    (void)page;
    snprintf(out, size, "%s", console->text_title);
}

static void
text_draw(struct ft_console *console, struct ft_page *page,
          struct ft_grid *grid, struct ft_area area)
{
    long lines =
        draw_lines(page, console->text ? console->text : "", grid, area);
    char more[64];

    if (lines <= area.bottom - area.top)
        return;
    snprintf(more, sizeof(more), " %ld of %ld lines ",
             FT_MIN(page->scroll + area.bottom - area.top, lines), lines);
    ft_grid_right(grid, 0, area.top - 1, grid->width - 2, FT_LOOK_HINT, more);
}

const struct ft_view ft_view_text = {
    .id = FT_VIEW_TEXT,
    .name = "Text",
    .scope = FT_SCOPE_TEXT,
    .where = text_where,
    .draw = text_draw,
};

/* ---- one event ---- */

static const json_t *
event_of(const struct ft_console *console, const struct ft_page *page)
{
    const json_t *row;
    size_t index;

    json_array_foreach(console->picture->events, index, row)
        if (!strcmp(ft_json_string(row, "id", ft_json_string(row, "at", "")),
                    page->subject))
            return row;
    return NULL;
}

static void
event_where(const struct ft_console *console, const struct ft_page *page,
            char *out, size_t size)
{
    const json_t *row = event_of(console, page);

    snprintf(out, size, "%s   %s", ft_json_string(row, "vm", "event"),
             ft_json_string(row, "at", ""));
}

static void
event_draw(struct ft_console *console, struct ft_page *page,
           struct ft_grid *grid, struct ft_area area)
{
    const json_t *row = event_of(console, page);
    FT_AUTOFREE char *text = NULL;
    const json_t *each;
    size_t size = 0, index;
    FILE *out = row ? open_memstream(&text, &size) : NULL;

    if (!out)
        return;
    fprintf(out, "%s on %s: %s\n\n%s\n\nThe same VM, before and after:\n",
            ft_json_string(row, "kind", ""), ft_json_string(row, "host", ""),
            ft_json_string(row, "severity", ""),
            ft_json_string(row, "text", ""));
    json_array_foreach(console->picture->events, index, each)
        if (!strcmp(ft_json_string(each, "vm", ""),
                    ft_json_string(row, "vm", "?")))
            fprintf(out, "%s %.23s  %-8s %-12s %s\n", each == row ? ">" : " ",
                    ft_json_string(each, "at", ""),
                    ft_json_string(each, "host", ""),
                    ft_json_string(each, "kind", ""),
                    ft_json_string(each, "text", ""));
    fclose(out);
    draw_lines(page, text, grid, area);
}

const struct ft_view ft_view_event = {
    .id = FT_VIEW_EVENT,
    .name = "Event",
    .scope = FT_SCOPE_EVENT,
    .where = event_where,
    .draw = event_draw,
};

/* ---- what if ---- */

static void
what_if_where(const struct ft_console *console, const struct ft_page *page,
              char *out, size_t size)
{
    (void)console;
    snprintf(out, size, "what if %s were lost now", page->subject);
}

static void
what_if_draw(struct ft_console *console, struct ft_page *page,
             struct ft_grid *grid, struct ft_area area)
{
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOFREE char *text = NULL;
    const json_t *row;
    size_t size = 0, index;
    struct ft_loss loss;
    FILE *out;

    if (ft_loss_parse(page->subject, console->picture->hosts, &loss, NULL))
        return;
    rows =
        ft_what_if_rows(console->picture->pairs, console->picture->vms, &loss);
    out = open_memstream(&text, &size);
    if (!out)
        return;
    fprintf(out, "%-24s %-20s %-16s %s\n", "VM", "OUTCOME", "ON", "WHY");
    json_array_foreach(rows, index, row)
        fprintf(out, "%-24.24s %-20s %-16.16s %s\n",
                ft_json_string(row, "vm", ""),
                ft_json_string(row, "outcome", ""),
                ft_json_string(row, "on", "-"),
                ft_json_string(row, "reason", ""));
    fclose(out);
    draw_lines(page, text, grid, area);
}

static void
what_if_twin(const struct ft_console *console, const struct ft_page *page,
             struct ft_words *words)
{
    (void)console;
    ft_words_add(words, "status");
    ft_words_add(words, "--if-lost");
    ft_words_add(words, page->subject);
}

const struct ft_view ft_view_what_if = {
    .id = FT_VIEW_WHAT_IF,
    .name = "What if",
    .scope = FT_SCOPE_WHAT_IF,
    .where = what_if_where,
    .draw = what_if_draw,
    .twin = what_if_twin,
};
