/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/model/cell.h"
#include "ui/text/text.h"

void
ft_figure_ms(double ms, char out[FT_FIGURE])
{
    if (!(ms >= 0))
        strcpy(out, "-");
    else if (ms < 9.95)
        snprintf(out, FT_FIGURE, "%.1f ms", ms);
    else if (ms < 999.5)
        snprintf(out, FT_FIGURE, "%.0f ms", ms);
    else if (ms < 9950)
        snprintf(out, FT_FIGURE, "%.1f s", ms / 1000);
    else
        snprintf(out, FT_FIGURE, ms < 99500 ? "%.0f s" : ">99 s", ms / 1000);
}

void
ft_figure(double value, const char *unit, char out[FT_FIGURE])
{
    char bytes[16];

    if (!strcmp(unit, "ms")) {
        ft_figure_ms(value, out);
    } else if (!(value >= 0)) {
        strcpy(out, "-");
    } else if (!strcmp(unit, "B")) {
        ft_format_bytes(value, bytes);
        snprintf(out, FT_FIGURE, "%s", bytes);
    } else {
        snprintf(out, FT_FIGURE,
                 value < 99.95 && value != trunc(value) ? "%.1f" : "%.0f",
                 value);
    }
}

/* The unit that a value is written in, and what it is divided by. */
static const char *
short_unit(double value, const char *unit, double *by)
{
    static const char *const bytes[] = { " B",   " KiB", " MiB",
                                         " GiB", " TiB", " PiB" };
    size_t i = 0;

    *by = 1;
    if (!strcmp(unit, "ms")) {
        *by = value < 999.5 ? 1 : 1000;
        return value < 999.5 ? " ms" : " s";
    }
    if (strcmp(unit, "B") != 0)
        return "";
    for (; value / *by >= 999.5 && i + 1 < FT_ARRAY_SIZE(bytes); i++)
        *by *= 1024;
    return bytes[i];
}

/* Two digits or three; bytes and packets are whole. */
static void
short_number(double value, bool whole, char out[FT_FIGURE])
{
    snprintf(out, FT_FIGURE, whole || value >= 9.95 ? "%.0f" : "%.1f", value);
}

void
ft_figure_short(double value, const char *unit, char out[FT_FIGURE])
{
    char number[FT_FIGURE];
    const char *suffix;
    double by;

    if (!(value >= 0)) {
        strcpy(out, "-");
        return;
    }
    suffix = short_unit(value, unit, &by);
    short_number(value / by, value == trunc(value) && by == 1, number);
    snprintf(out, FT_FIGURE, "%.18s%s", number, suffix);
}

void
ft_figure_range(double low, double high, const char *unit, char out[FT_FIGURE])
{
    char from[FT_FIGURE], to[FT_FIGURE];
    const char *suffix;
    bool whole;
    double by;

    if (!(low >= 0) || !(high >= 0)) {
        strcpy(out, "-");
        return;
    }
    suffix = short_unit(high, unit, &by);
    whole = by == 1 && low == trunc(low) && high == trunc(high);
    short_number(low / by, whole, from);
    short_number(high / by, whole, to);
    snprintf(out, FT_FIGURE, "%.6s to %.6s%s", from, to, suffix);
}

double
ft_figure_of(const json_t *row, const char *path)
{
    const json_t *value = ft_row_member(row, path);

    return json_is_number(value)
               ? FT_MIN(json_number_value(value), FT_FIGURE_MAX)
               : -1;
}

void
ft_figure_age(double seconds, char out[FT_FIGURE])
{
    ft_format_age(seconds, out);
}

/* The largest of the points that fall into a column; negative: none. */
static float
column_of(const struct ft_history *h, int column, int width)
{
    unsigned from = h->count * (unsigned)column / (unsigned)width;
    unsigned to = h->count * (unsigned)(column + 1) / (unsigned)width;
    float most = -1;

    for (unsigned i = from; i < FT_MAX(to, from + 1) && i < h->count; i++)
        most = FT_MAX(most, h->values[i]);
    return most;
}

void
ft_chart_draw(const struct ft_history *history, struct ft_grid *grid, int x,
              int y, int width)
{
    static const char *const levels[] = { "\u2581", "\u2582", "\u2583",
                                          "\u2584", "\u2585", "\u2586",
                                          "\u2587", "\u2588" };
    static const char ascii[] = "_.-:=+*#";
    float most = 0;

    if (width < 1 || !history->count)
        return;
    for (unsigned i = 0; i < history->count; i++)
        most = FT_MAX(most, history->values[i]);
    for (int column = 0; column < width; column++) {
        float value = column_of(history, column, width);
        int level = most > 0 ? (int)(value / most * 7.999F) : 0;

        if (value < 0)
            continue;
        ft_grid_text(grid, x + column, y, 1, FT_LOOK_CHART,
                     grid->utf8 ? levels[level]
                                : (char[]){ ascii[level], '\0' });
    }
}

void
ft_bar_draw(double share, struct ft_grid *grid, int x, int y, int width)
{
    int full = (int)(FT_MAX(0.0, FT_MIN(share, 1.0)) * width + 0.5);

    ft_grid_fill(grid, x, y, full, FT_LOOK_CHART, grid->utf8 ? "\u2588" : "#");
    ft_grid_fill(grid, x + full, y, width - full, FT_LOOK_RULE,
                 grid->utf8 ? "\u2591" : ".");
}
