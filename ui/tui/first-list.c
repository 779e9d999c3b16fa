/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first start: its list, of machines as sentences, then of VMs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/found.h"
#include "ui/text/glyph.h"
#include "ui/tui/figure.h"
#include "ui/tui/first-private.h"

#define NAMED_IN_WIDTH 52 /* of a window in which it says something */

static void
draw_mark(const struct ft_console *console, const json_t *row,
          struct ft_grid *grid, int y, bool selected)
{
    bool marked = json_is_true(json_object_get(row, "marked"));

    if (selected)
        ft_grid_select(grid, 0, y);
    ft_grid_print(grid, 0, y, FT_LOOK_PLAIN, "%s[%s]", selected ? ">" : " ",
                  ft_first_is_added(console, row) ? "+"
                  : marked                        ? "x"
                                                  : " ");
}

/* Before anybody was contacted: where it is named. */
static void
draw_named(const json_t *row, struct ft_grid *grid, int y)
{
    const char *said = ft_json_string(row, "login", "");
    const char *user = *said ? said : ft_json_string(row, "user", "");
    const char *via = ft_json_string(row, "via", "");
    char login[180];

    ft_grid_name(grid, 5, y, 14, FT_LOOK_PLAIN, ft_json_string(row, "name", ""));
    ft_grid_name(grid, 20, y, 16, FT_LOOK_PLAIN,
                 ft_json_string(row, "address", ""));
    if (grid->width >= NAMED_IN_WIDTH)
        ft_grid_name(grid, 37, y, 20, FT_LOOK_PLAIN,
                     ft_json_string(row, "source", ""));
    snprintf(login, sizeof(login), "%.60s%s%s%.80s", user,
             *ft_json_string(row, "key_file", "") ? ", a key file" : "",
             *via ? " through " : "", via);
    ft_grid_text(grid, 58, y, grid->width - 59, FT_LOOK_PLAIN, login);
}

/* How far the running job is that adds this host, by its step of this name. */
static const char *
adding(const struct ft_console *console, const json_t *row)
{
    const char *name = ft_json_string(row, "name", "");
    size_t length = strlen(name), index, at;
    const json_t *job, *step;

    json_array_foreach(console->picture->jobs, index, job) {
        if (strcmp(ft_json_string(job, "verb", ""), "host add") != 0 ||
            strcmp(ft_json_string(job, "state", ""), "running") != 0)
            continue;
        json_array_foreach(json_object_get(job, "step_list"), at, step) {
            const char *text = ft_json_string(step, "text", "");
            const char *state = ft_json_string(step, "state", "");

            if (strncmp(text, name, length) != 0 || text[length] != ':')
                continue;
            return !strcmp(state, "done") ? "its engine runs; others are at it"
                   : !strcmp(state, "failed") ? "it failed; the others go on"
                                              : "the engine is being installed";
        }
    }
    return "the engine is being installed";
}

static void
draw_found(const struct ft_console *console, const json_t *row,
           struct ft_grid *grid, int y)
{
    const char *standing = ft_first_standing(console, row);
    const char *word = ft_found_severity(row);
    enum ft_severity severity = !strcmp(standing, "added") ? FT_SEVERITY_OK
                                : !strcmp(standing, "not added")
                                    ? FT_SEVERITY_CRIT
                                    : ft_severity_of(word);
    int at = grid->width >= 66 ? grid->width - 18 : 24;
    char sentence[300];

    ft_found_sentence(row, sentence, sizeof(sentence));
    if (!strcmp(ft_json_string(row, "state", ""), "asking"))
        snprintf(sentence, sizeof(sentence), "asked; waiting for its answer");
    else if (!strcmp(ft_json_string(row, "state", ""), "adding"))
        snprintf(sentence, sizeof(sentence), "%s", adding(console, row));
    else if (!strcmp(ft_json_string(row, "state", ""), "named"))
        snprintf(sentence, sizeof(sentence), "not asked; in %.200s",
                 ft_json_string(row, "source", "no file"));
    else if (!strcmp(ft_json_string(row, "state", ""), "refused"))
        snprintf(sentence, sizeof(sentence), "%.250s",
                 ft_json_string(row, "error", ""));
    ft_grid_name(grid, 5, y, 14, FT_LOOK_PLAIN, ft_json_string(row, "name", ""));
    if (grid->width >= 66)
        ft_grid_text(grid, 20, y, at - 21, FT_LOOK_PLAIN, sentence);
    if (!strcmp(ft_json_string(row, "state", ""), "named") &&
        severity != FT_SEVERITY_OK)
        return; /* there is nothing to tell yet */
    ft_grid_print(grid, at, y, ft_look_of_severity(severity), "%s",
                  ft_severity_glyph(severity, grid->utf8));
    ft_grid_print(grid, at + 2, y, FT_LOOK_PLAIN, "%s", standing);
}

static void
draw_vm(const json_t *row, struct ft_grid *grid, int y, bool selected)
{
    char memory[FT_FIGURE], disk[FT_FIGURE];

    if (selected)
        ft_grid_select(grid, 0, y);
    ft_figure(ft_figure_of(row, "memory"), "B", memory);
    ft_figure(ft_figure_of(row, "disk_bytes"), "B", disk);
    ft_grid_print(grid, 0, y, FT_LOOK_PLAIN, "%s", selected ? ">" : " ");
    ft_grid_name(grid, 1, y, 20, FT_LOOK_PLAIN, ft_json_string(row, "vm", ""));
    ft_grid_name(grid, 23, y, 16, FT_LOOK_PLAIN,
                 ft_json_string(row, "host", ""));
    ft_grid_right(grid, 40, y, 10, FT_LOOK_PLAIN, memory);
    ft_grid_right(grid, 51, y, 10, FT_LOOK_PLAIN, disk);
    ft_grid_print(grid, 63, y, FT_LOOK_PLAIN, "%s",
                  ft_json_string(row, "state", ""));
}

static void
draw_head(const struct ft_console *console, struct ft_grid *grid, int y)
{
    int at = grid->width >= 66 ? grid->width - 18 : 24;

    if (ft_first_chooses(console)) {
        ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "VM");
        ft_grid_print(grid, 23, y, FT_LOOK_TITLE, "runs on");
        ft_grid_right(grid, 40, y, 10, FT_LOOK_TITLE, "memory");
        ft_grid_right(grid, 51, y, 10, FT_LOOK_TITLE, "disk");
        return;
    }
    ft_grid_print(grid, 5, y, FT_LOOK_TITLE, "machine");
    if (!console->first || !console->first->contacted) {
        ft_grid_print(grid, 20, y, FT_LOOK_TITLE, "address");
        if (grid->width >= NAMED_IN_WIDTH)
            ft_grid_print(grid, 37, y, FT_LOOK_TITLE, "named in");
        ft_grid_print(grid, 58, y, FT_LOOK_TITLE, "will log in as");
        return;
    }
    if (grid->width >= 66)
        ft_grid_print(grid, 20, y, FT_LOOK_TITLE, "is");
    ft_grid_print(grid, at, y, FT_LOOK_TITLE, "stands at");
}

void
ft_first_draw_list(const struct ft_console *console, struct ft_page *page,
                   struct ft_grid *grid, int y, int end)
{
    size_t count = json_array_size(page->rows);
    size_t lines = (size_t)FT_MAX(end - y - 1, 1);

    draw_head(console, grid, y);
    if (!count)
        ft_grid_print(grid, 5, y + 1, FT_LOOK_HINT, "%s",
                      ft_first_chooses(console)
                          ? "no VM is known yet; r asks again"
                      : console->first && console->first->running[FT_FIRST_NAMES]
                          ? "reading ~/.ssh/config and known_hosts"
                          : "no name is known: A takes names, addresses, a "
                            "range as 10.0.0.0/24");
    if (page->list.position < page->list.top)
        page->list.top = page->list.position;
    if (page->list.position >= page->list.top + lines)
        page->list.top = page->list.position - lines + 1;
    for (size_t i = page->list.top; i < count && ++y < end; i++) {
        const json_t *row = json_array_get(page->rows, i);
        bool selected = i == page->list.position;

        if (ft_first_chooses(console)) {
            draw_vm(row, grid, y, selected);
            continue;
        }
        draw_mark(console, row, grid, y, selected);
        if (!console->first->contacted)
            draw_named(row, grid, y);
        else
            draw_found(console, row, grid, y);
    }
    if (page->list.top + lines < count) {
        char below[64];

        snprintf(below, sizeof(below), "%zu more below",
                 count - page->list.top - lines);
        ft_grid_right(grid, 0, end, grid->width - 1, FT_LOOK_HINT, below);
    }
}
