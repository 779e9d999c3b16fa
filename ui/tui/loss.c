/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/loss.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/what-if.h"

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

/* Names of what comes to this end, as many as fit. */
static void
list_names(const json_t *outcomes, enum ft_outcome outcome, char *out,
           size_t size)
{
    size_t used = 0, index, more = 0;
    const json_t *row;

    out[0] = '\0';
    json_array_foreach(outcomes, index, row) {
        const char *on = ft_json_string(row, "on", "");

        if (strcmp(ft_json_string(row, "outcome", ""), ft_outcome_word(outcome)))
            continue;
        if (used + 60 > size) {
            more++;
            continue;
        }
        used += (size_t)snprintf(out + used, size - used, "%s%.24s%s%.12s",
                                 used ? ", " : "", ft_json_string(row, "vm", ""),
                                 outcome == FT_OUTCOME_ELSEWHERE && *on ? " on "
                                                                        : "",
                                 outcome == FT_OUTCOME_ELSEWHERE ? on : "");
    }
    if (more && used < size)
        snprintf(out + used, size - used, " and %zu more", more);
}

void
ft_loss_draw(const struct ft_console *console, struct ft_page *page,
             struct ft_grid *grid, int y, int end)
{
    static const enum ft_outcome shown[] = {
        FT_OUTCOME_STOPS,     FT_OUTCOME_HELD,       FT_OUTCOME_CANNOT_TELL,
        FT_OUTCOME_ELSEWHERE, FT_OUTCOME_LOSES_COPY, FT_OUTCOME_NO_TAKEOVER,
    };
    const char *host = host_on_trial(console, page);
    FT_AUTOJSON json_t *outcomes = NULL;
    struct ft_loss loss;
    char names[512];
    int x;

    if (!host || ft_loss_parse(host, console->picture->hosts, &loss, NULL))
        return;
    outcomes =
        ft_what_if_rows(console->picture->pairs, console->picture->vms, &loss);
    x = ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "If %s died now", host);
    ft_grid_print(grid, x + 3, y++, FT_LOOK_HINT, "%s asks another",
                  grid->utf8 ? "\u2190\u2192" : "Left, Right");
    for (size_t i = 0; i < FT_ARRAY_SIZE(shown) && y < end; i++) {
        list_names(outcomes, shown[i], names, sizeof(names));
        if (!*names)
            continue;
        ft_grid_print(grid, 3, y,
                      shown[i] == FT_OUTCOME_STOPS ? FT_LOOK_CRIT
                                                   : FT_LOOK_PLAIN,
                      "%s", ft_outcome_word(shown[i]));
        ft_grid_print(grid, 24, y++, FT_LOOK_PLAIN, "%s", names);
    }
}

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
                  "Since you left (%.10s %.5s UTC): %zu takeover%s, %zu crit, "
                  "%zu warn; 3 shows them",
                  console->left_at, console->left_at + 11, takeovers,
                  takeovers == 1 ? "" : "s", crit, warn);
}
