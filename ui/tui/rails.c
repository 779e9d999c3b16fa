/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/rails.h"

#include <string.h>

#include "base/cleanup.h"

#define SPACING_LEAST 7
#define SPACING_MOST 10

struct shape {
    const char *utf8, *ascii;
};

static const struct shape ends[] = {
    [FT_RAIL_RUNS] = { "\u25cf", "R" }, [FT_RAIL_WAITS] = { "\u25cb", "C" },
    [FT_RAIL_GONE] = { "\u2717", "X" }, [FT_RAIL_UNKNOWN] = { "?", "?" },
    [FT_RAIL_NOTHING] = { "", "" },
};

static const struct shape lines[] = {
    [FT_RAIL_NONE] = { " ", " " },
    [FT_RAIL_TWO_PATHS] = { "\u2550", "=" },
    [FT_RAIL_ONE_PATH] = { "\u2500", "-" },
    [FT_RAIL_DOTS] = { "\u00b7", "." },
};

static const struct shape lane = { "\u2502", "|" }, crossed = { "\u256a", "|" };
static const struct shape to_right = { "\u25ba", ">" },
                          to_left = { "\u25c4", "<" };
static const struct shape risk = { "\u25b2", "!" };

static void
put(struct ft_grid *grid, int x, int y, enum ft_look look, struct shape shape)
{
    ft_grid_text(grid, x, y, 1, look, grid->utf8 ? shape.utf8 : shape.ascii);
}

bool
ft_rails_place(struct ft_rails *rails, int count, int left, int right)
{
    int spacing;

    memset(rails, 0, sizeof(*rails));
    if (count < 1 || count > FT_RAILS_HOSTS_MAX)
        return false;
    spacing = FT_MIN((right - left) / count, SPACING_MOST);
    if (spacing < SPACING_LEAST)
        return false;
    rails->count = count;
    for (int i = 0; i < count; i++)
        rails->columns[i] = left + i * spacing;
    return true;
}

static bool
at_lane(const struct ft_rails *rails, int x)
{
    for (int i = 0; i < rails->count; i++)
        if (rails->columns[i] == x && !rails->silent[i])
            return true;
    return false;
}

static enum ft_look
look_of(const struct ft_rail *rail, enum ft_rail_end end)
{
    if (end == FT_RAIL_GONE || end == FT_RAIL_UNKNOWN)
        return FT_LOOK_UNKNOWN;
    return rail->at_risk || rail->line == FT_RAIL_DOTS ? FT_LOOK_WARN
                                                       : FT_LOOK_PLAIN;
}

/* From one column to another, ends not included. */
static void
draw_line(const struct ft_rails *rails, const struct ft_rail *rail,
          struct ft_grid *grid, int y, int from, int to)
{
    int left = FT_MIN(from, to), right = FT_MAX(from, to);
    int tip = rail->arrived ? from : to; /* where the arrow points to */
    enum ft_look look = rail->at_risk ? FT_LOOK_WARN : FT_LOOK_PLAIN;

    for (int x = left + 1; x < right; x++)
        put(grid, x, y, look,
            rails && at_lane(rails, x) && rail->line != FT_RAIL_DOTS
                ? crossed
                : lines[rail->line]);
    if (rail->at_risk)
        put(grid, (left + right) / 2, y, FT_LOOK_WARN, risk);
    if (rail->line == FT_RAIL_DOTS && !rail->arrived &&
        rail->to_end != FT_RAIL_WAITS)
        return; /* it goes nowhere */
    put(grid, tip > left ? tip - 1 : tip + 1, y, look,
        tip > left ? to_right : to_left);
}

void
ft_rails_draw(const struct ft_rails *rails, const struct ft_rail *rail,
              struct ft_grid *grid, int y)
{
    for (int i = 0; i < rails->count; i++)
        if (!rails->silent[i])
            put(grid, rails->columns[i], y, FT_LOOK_RULE, lane);
    if (!rail)
        return;
    if (rail->from >= 0 && rail->to >= 0 && rail->line != FT_RAIL_NONE)
        draw_line(rails, rail, grid, y, rails->columns[rail->from],
                  rails->columns[rail->to]);
    if (rail->from >= 0 && rail->from_end != FT_RAIL_NOTHING)
        put(grid, rails->columns[rail->from], y, look_of(rail, rail->from_end),
            ends[rail->from_end]);
    if (rail->to >= 0 && rail->to_end != FT_RAIL_NOTHING)
        put(grid, rails->columns[rail->to], y, look_of(rail, rail->to_end),
            ends[rail->to_end]);
}

void
ft_rail_draw_short(const struct ft_rail *rail, struct ft_grid *grid, int x,
                   int y)
{
    if (rail->from_end != FT_RAIL_NOTHING)
        put(grid, x, y, look_of(rail, rail->from_end), ends[rail->from_end]);
    if (rail->line == FT_RAIL_NONE)
        return;
    draw_line(NULL, rail, grid, y, x, x + 6);
    if (rail->to_end != FT_RAIL_NOTHING)
        put(grid, x + 6, y, look_of(rail, rail->to_end), ends[rail->to_end]);
}
