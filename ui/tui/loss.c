/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/loss.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/text/text.h"

/* The host that is on trial: the one under the cursor. */
static const char *
host_on_trial(const struct ft_console *console, struct ft_page *page)
{
    size_t count = json_array_size(console->picture->hosts);

    if (!count)
        return NULL;
    page->column = FT_MIN(page->column, (int)count - 1);
    return ft_json_string(json_array_get(console->picture->hosts,
                                         (size_t)page->column),
                          "name", "");
}

/* Where no end of a VM is to be listed, why. */
static void
say_why_none(const struct ft_plug *plug, const json_t *host,
             struct ft_grid *grid, int y)
{
    bool silent = strcmp(ft_json_string(host, "state", ""), "ok") != 0;

    ft_grid_print(grid, 3, y, FT_LOOK_HINT, "%s",
                  !plug->outcomes[FT_OUTCOME_UNTOUCHED]
                      ? "no VM that is known runs or waits there"
                  : silent ? "it is silent already: what that means is above"
                           : "all go on as they are");
}

void
ft_loss_list(const struct ft_plug *plug, const json_t *host,
             struct ft_grid *grid, int y, int end)
{
    int first = y;

    static const enum ft_outcome shown[] = {
        FT_OUTCOME_STOPS,     FT_OUTCOME_HELD,       FT_OUTCOME_CANNOT_TELL,
        FT_OUTCOME_ELSEWHERE, FT_OUTCOME_LOSES_COPY, FT_OUTCOME_NO_TAKEOVER,
    };
    char names[FT_PLUG_NAMES + 32];

    for (size_t i = 0; i < FT_ARRAY_SIZE(shown) && y < end; i++) {
        ft_plug_list(plug, shown[i], names, sizeof(names));
        if (!*names)
            continue;
        ft_grid_print(grid, 3, y,
                      shown[i] == FT_OUTCOME_STOPS ? FT_LOOK_CRIT
                                                   : FT_LOOK_PLAIN,
                      "%s", ft_outcome_word(shown[i]));
        ft_grid_print(grid, 24, y++, FT_LOOK_PLAIN, "%s", names);
    }
    if (y == first && y < end)
        say_why_none(plug, host, grid, y);
}

void
ft_loss_draw(const struct ft_console *console, struct ft_page *page,
             struct ft_grid *grid, int y, int end)
{
    const char *host = host_on_trial(console, page);
    const struct ft_plug *plug =
        host ? ft_plugs_find(&console->picture->plugs, host) : NULL;
    int x;

    if (!plug)
        return;
    x = ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "If %s died now", host);
    ft_grid_print(grid, x + 3, y++, FT_LOOK_HINT, "%s asks another",
                  grid->utf8 ? "\u2190\u2192" : "Left, Right");
    ft_loss_list(plug, ft_console_host(console, host), grid, y, end);
}

/* ---- pull plug? ---- */

static enum ft_look
look_of(const char *word)
{
    switch (*word) {
    case 'y':
        return FT_LOOK_OK;
    case 'N':
        return FT_LOOK_WARN;
    default:
        return FT_LOOK_UNKNOWN;
    }
}

/* Under the column of each host; or one after another with their names. */
void
ft_plug_draw(const struct ft_console *console,
             const struct ft_vm_line_plan *plan, struct ft_grid *grid, int y)
{
    const struct ft_plugs *plugs = &console->picture->plugs;
    const json_t *hosts = console->picture->hosts;
    int x = 13, column = 0;
    const json_t *host;
    size_t index;

    ft_grid_print(grid, 1, y, FT_LOOK_HINT, "pull plug?");
    json_array_foreach(hosts, index, host) {
        bool witness =
            !strcmp(ft_json_string(host, "kind", "hypervisor"), "witness");
        const char *name = ft_json_string(host, "name", "");
        char word[32];

        if (index >= plugs->count || (plan->rails_fit && witness))
            continue;
        ft_plug_word(&plugs->list[index], host, word);
        if (plan->rails_fit) {
            x = plan->rails.columns[column++];
            ft_grid_text(grid, x, y,
                         column < plan->rails.count
                             ? plan->rails.columns[column] - x - 1
                             : 12, /* there is no state in this row */
                         look_of(word), word);
            continue;
        }
        if (x + (int)ft_text_width(name) + (int)strlen(word) + 8 > grid->width) {
            ft_grid_print(grid, x, y, FT_LOOK_HINT, "+%zu",
                          json_array_size(hosts) - index);
            return;
        }
        x = ft_grid_print(grid, x, y, FT_LOOK_PLAIN, "%s", name) + 1;
        x = ft_grid_print(grid, x, y, look_of(word), "%s", word) + 2;
    }
}

void
ft_before_draw(const struct ft_console *console, const json_t *pair,
               struct ft_grid *grid, int y, int end)
{
    const json_t *events = console->picture->events;
    size_t count = json_array_size(events);

    for (size_t i = count; i-- > 0 && y < end;) {
        const json_t *event = json_array_get(events, i);
        const struct ft_happened happened = { .row = event };
        enum ft_look look = ft_look_of_severity(
            ft_severity_of(ft_json_string(event, "severity", "")));
        char line[512];

        if (pair && !ft_happened_is_of(&happened, pair))
            continue;
        snprintf(line, sizeof(line), "%.8s  %.16s  %.4s  %.24s  %.300s",
                 ft_json_string(event, "time", "?"),
                 ft_json_string(event, "host", ""),
                 ft_json_string(event, "severity", ""),
                 ft_json_string(event, "vm", ""),
                 ft_json_string(event, "text", ""));
        ft_grid_text(grid, 1, y++, grid->width - 2,
                     look == FT_LOOK_OK ? FT_LOOK_PLAIN : look, line);
    }
}

/* ---- since you left ---- */

void
ft_since_draw(const struct ft_console *console, struct ft_grid *grid, int y)
{
    size_t takeovers = 0, crit = 0, warn = 0, index;
    const json_t *event;

    if (!*console->left_at)
        return;
    json_array_foreach(console->picture->events, index, event) {
        const char *severity = ft_json_string(event, "severity", "");

        if (strcmp(ft_json_string(event, "at", ""), console->left_at) <= 0)
            continue;
        takeovers += !strcmp(ft_json_string(event, "kind", ""), "takeover");
        crit += !strcmp(severity, "crit");
        warn += !strcmp(severity, "warn");
    }
    ft_grid_print(grid, 1, y, FT_LOOK_PLAIN,
                  "Since you left (%.10s %.5s): %zu takeover%s, %zu crit, "
                  "%zu warn; 3 shows them",
                  console->left_at, console->left_at + 11, takeovers,
                  takeovers == 1 ? "" : "s", crit, warn);
}
