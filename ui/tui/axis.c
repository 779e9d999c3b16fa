/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/axis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/chronicle.h"
#include "ui/model/utc.h"

#define DAY_S 86400

enum mark { NO_MARK, INFO, SWITCHOVER, WARN, CRIT, TAKEOVER, MARKS };

static const struct {
    const char *utf8, *ascii;
    enum ft_look look;
} marks[MARKS] = {
    [NO_MARK] = { "\u00b7", ".", FT_LOOK_RULE },
    [INFO] = { "i", "i", FT_LOOK_PLAIN },
    [SWITCHOVER] = { "s", "s", FT_LOOK_PLAIN },
    [WARN] = { "\u25b2", "!", FT_LOOK_WARN },
    [CRIT] = { "\u2717", "X", FT_LOOK_CRIT },
    [TAKEOVER] = { "\u25ba", ">", FT_LOOK_CRIT },
};

static enum mark
mark_of(const json_t *event)
{
    const char *severity = ft_json_string(event, "severity", "info");
    bool takeover = !strcmp(ft_json_string(event, "kind", ""), "takeover");

    if (!strcmp(severity, "crit"))
        return takeover ? TAKEOVER : CRIT;
    if (!strcmp(severity, "warn"))
        return WARN;
    return takeover ? SWITCHOVER : INFO;
}

int
ft_axis_column(const struct ft_axis *axis, int64_t at_ms)
{
    double past = (double)(axis->until_ms - at_ms) / 1000;
    double points = axis->points ? axis->points : (double)axis->width;
    int64_t point = (int64_t)((axis->seconds - past) / axis->seconds * points);

    if (past < 0 || past > axis->seconds || axis->width < 1)
        return -1;
    if (point >= (int64_t)points)
        point = (int64_t)points - 1;
    return (int)(((point + 1) * axis->width - 1) / (int64_t)points);
}

const json_t *
ft_axis_draw(const struct ft_axis *axis, const struct ft_picture *picture,
             const json_t *pair, struct ft_grid *grid, int y)
{
    int width = FT_MIN(axis->width, FT_GRID_WIDTH_MAX);
    enum mark worst[FT_GRID_WIDTH_MAX] = { NO_MARK };
    const json_t *newest = NULL;
    struct ft_chronicle told;

    if (width < 1 || ft_chronicle_make(picture->events, picture->hosts, &told))
        return NULL;
    for (size_t i = 0; i < told.count; i++) {
        int column = ft_axis_column(axis, told.list[i].at_ms);

        if (column < 0 || column >= width ||
            (pair && !ft_happened_is_of(&told.list[i], pair)))
            continue;
        newest = told.list[i].row;
        worst[column] = FT_MAX(worst[column], mark_of(newest));
    }
    ft_chronicle_free(&told);
    for (int i = 0; i < width; i++)
        ft_grid_text(grid, axis->x + i, y, 1, marks[worst[i]].look,
                     grid->utf8 ? marks[worst[i]].utf8 : marks[worst[i]].ascii);
    return newest;
}

void
ft_axis_clock(int64_t at_ms, double seconds, char out[16])
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
                                          "May", "Jun", "Jul", "Aug",
                                          "Sep", "Oct", "Nov", "Dec" };
    char whole[32];
    int month;

    ft_format_utc(at_ms, whole);
    month = *whole ? atoi(whole + 5) : 0;
    if (seconds <= DAY_S || month < 1 || month > 12)
        snprintf(out, 16, "%.5s", *whole ? whole + 11 : "?");
    else
        snprintf(out, 16, "%.2s %s", whole + 8, months[month - 1]);
}
