/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two lanes at the top are the proof: the right to speak, and what was
 * said. They may touch, and never overlap.
 */
#include "config.h"

#include "ui/tui/film.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/cell.h"
#include "ui/text/text.h"
#include "ui/tui/figure.h"

#define LANES_X 13 /* they begin here */

struct scale {
    struct ft_grid *grid;
    double from, to; /* ms */
    int x, width;
};

static double
time_of(const json_t *film, const char *name)
{
    return ft_figure_of(json_object_get(film, "times"), name);
}

static int
column_of(const struct scale *s, double ms)
{
    double share = (ms - s->from) / (s->to - s->from);

    share = FT_MAX(0.0, FT_MIN(share, 1.0));
    return s->x + (int)(share * (s->width - 1));
}

static void
fill(const struct scale *s, double from, double to, int y, enum ft_look look,
     const char *utf8, const char *ascii)
{
    int a = column_of(s, from), b = column_of(s, to);

    ft_grid_fill(s->grid, a, y, b - a + 1, look, s->grid->utf8 ? utf8 : ascii);
}

static void
mark(const struct scale *s, double ms, int y, enum ft_look look,
     const char *utf8, const char *ascii)
{
    ft_grid_text(s->grid, column_of(s, ms), y, 1, look,
                 s->grid->utf8 ? utf8 : ascii);
}

/* A name in its stretch of a lane, where it has room. */
static void
name(const struct scale *s, double from, double to, int y, const char *text)
{
    int a = column_of(s, from), room = column_of(s, to) - a;
    int width = (int)ft_text_width(text);

    if (room > width + 3)
        ft_grid_print(s->grid, a + 1, y, FT_LOOK_PLAIN, " %s ", text);
}

static void
draw_ticks(const struct scale *s, int y)
{
    static const double steps[] = { 1,   2,   5,    10,   20,   50,    100,
                                    200, 500, 1000, 2000, 5000, 10000, 60000 };
    double step = steps[FT_ARRAY_SIZE(steps) - 1];
    char text[32];

    for (size_t i = FT_ARRAY_SIZE(steps); i-- > 0;)
        if ((s->to - s->from) / steps[i] * 9 < s->width)
            step = steps[i];
    /* days, as somebody may say: as few as of a second */
    while ((s->to - s->from) / step * 9 >= FT_MAX(s->width, 10))
        step *= 2;
    ft_grid_print(s->grid, 1, y, FT_LOOK_HINT, "ms");
    for (double ms = (double)(int64_t)(s->from / step) * step; ms < s->to;
         ms += step) {
        snprintf(text, sizeof(text), ms > 0 ? "+%.0f" : "%.0f", ms);
        if (column_of(s, ms) + (int)strlen(text) < s->grid->width)
            ft_grid_print(s->grid, column_of(s, ms), y, FT_LOOK_HINT, "%s",
                          text);
    }
}

static void
draw_speakers(const struct scale *s, const json_t *film, int y)
{
    const char *old = ft_json_string(film, "from", "");
    const char *new = ft_json_string(film, "to", "");
    double won = FT_MAX(time_of(film, "won"), 0.0), ran = time_of(film, "ran");
    char text[80];

    ft_grid_print(s->grid, 1, y, FT_LOOK_TITLE, "may speak");
    fill(s, s->from, won, y, FT_LOOK_PLAIN, "\u2550", "=");
    fill(s, won, s->to, y, FT_LOOK_PLAIN, "\u2550", "=");
    snprintf(text, sizeof(text), "%.16s, by the yes of %.16s", old, new);
    name(s, s->from, won, y, text);
    if (column_of(s, won) - s->x <= (int)ft_text_width(text) + 3)
        name(s, s->from, won, y, old);
    name(s, won, s->to, y, new);
    mark(s, won, y, FT_LOOK_TITLE, "\u2502", "|");
    ft_grid_print(s->grid, 1, y + 1, FT_LOOK_TITLE, "did speak");
    fill(s, s->from, 0, y + 1, FT_LOOK_PLAIN, "\u2550", "=");
    name(s, s->from, 0, y + 1, old);
    if (!ft_json_bool(film, "planned", 0))
        mark(s, 0, y + 1, FT_LOOK_UNKNOWN, "?", "?");
    name(s, 0, ran, y + 1, "nothing");
    fill(s, ran, s->to, y + 1, FT_LOOK_PLAIN, "\u2550", "=");
    mark(s, ran, y + 1, FT_LOOK_TITLE, "\u25ba", ">");
    name(s, ran, s->to, y + 1, new);
}

static bool
old_told(const json_t *film)
{
    const json_t *each;
    size_t index;

    json_array_foreach(json_object_get(film, "moments"), index, each)
        if (!strcmp(ft_json_string(each, "host", ""),
                    ft_json_string(film, "from", "?")) &&
            ft_figure_of(each, "offset_ms") >= 0)
            return true;
    return false;
}

static void
draw_hosts(const struct scale *s, const json_t *film, int y)
{
    const char *witness = ft_json_string(film, "witness", "");
    double asked = FT_MAX(time_of(film, "asked"), 0.0);
    double won = FT_MAX(time_of(film, "won"), 0.0);
    double applied = FT_MAX(time_of(film, "applied"), won);
    double ran = time_of(film, "ran");

    ft_grid_name(s->grid, 1, y, LANES_X - 2, FT_LOOK_TITLE,
                 ft_json_string(film, "from", ""));
    fill(s, s->from, 0, y, FT_LOOK_PLAIN, "\u25cf", "R");
    if (ft_json_bool(film, "planned", 0))
        name(s, 0, s->to, y, "stands, then keeps the copy");
    else if (old_told(film))
        name(s, 0, s->to, y, "its log is below");
    else
        fill(s, 0, s->to, y, FT_LOOK_UNKNOWN, "?", "?");
    ft_grid_name(s->grid, 1, y + 1, LANES_X - 2, FT_LOOK_TITLE,
                 ft_json_string(film, "to", ""));
    fill(s, s->from, 0, y + 1, FT_LOOK_PLAIN, "\u25cb", "C");
    fill(s, 0, asked, y + 1, FT_LOOK_RULE, "\u00b7", ".");
    name(s, 0, asked, y + 1, "hears nothing");
    fill(s, asked, won, y + 1, FT_LOOK_PLAIN, "w", "w");
    fill(s, won, applied, y + 1, FT_LOOK_PLAIN, "a", "a");
    fill(s, applied, ran, y + 1, FT_LOOK_PLAIN, "r", "r");
    fill(s, ran, s->to, y + 1, FT_LOOK_PLAIN, "\u25cf", "R");
    if (!*witness)
        return;
    ft_grid_name(s->grid, 1, y + 2, LANES_X - 2, FT_LOOK_TITLE, witness);
    fill(s, s->from, s->to, y + 2, FT_LOOK_RULE, "\u2500", "-");
    name(s, s->from, won, y + 2, ft_json_string(film, "from", ""));
    mark(s, won, y + 2, FT_LOOK_TITLE, "\u2502", "|");
    name(s, won, s->to, y + 2, ft_json_string(film, "to", ""));
}

void
ft_film_span(const json_t *film, double *from, double *to)
{
    double ran = FT_MAX(time_of(film, "ran"), 1.0);

    *from = -0.6 * ran;
    *to = 1.5 * ran;
}

/* What has not come yet, where it is played. */
static void
hide_rest(const struct scale *s, double until, int y, int end)
{
    int x = column_of(s, until) + 1;

    for (; until < s->to && y < end; y++)
        ft_grid_fill(s->grid, x, y, s->grid->width - x, FT_LOOK_PLAIN, " ");
}

static void
draw_here(const struct scale *s, double ms, const char *text, int y)
{
    int x = column_of(s, ms), width = (int)strlen(text) + 2;

    ft_grid_text(s->grid, x, y, 1, FT_LOOK_TITLE,
                 ms > s->to      ? ">"
                 : ms < s->from  ? "<"
                 : s->grid->utf8 ? "\u25b2"
                                 : "^");
    ft_grid_print(s->grid, x + width < s->grid->width ? x + 2 : x - width + 1,
                  y, FT_LOOK_HINT, "%s", text);
}

void
ft_film_lanes_draw(const json_t *film, const json_t *moment, double until,
                   struct ft_grid *grid, int y)
{
    const json_t *at = json_object_get(moment, "offset_ms");
    struct scale s = { grid, 0, 0, LANES_X, grid->width - LANES_X - 1 };
    char text[32];

    ft_film_span(film, &s.from, &s.to);
    draw_ticks(&s, y);
    draw_speakers(&s, film, y + 1);
    draw_hosts(&s, film, y + 3);
    hide_rest(&s, until, y + 1, y + 6);
    if (until < s.to) {
        snprintf(text, sizeof(text), "%+.0f ms", until);
        draw_here(&s, until, text, y + 6);
    } else if (json_is_number(at)) {
        draw_here(&s, json_number_value(at), "you are here", y + 6);
    }
}
