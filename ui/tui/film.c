/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/film.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/utc.h"
#include "ui/text/film.h"
#include "ui/text/text.h"
#include "ui/tui/axis.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/film-private.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/past.h"
#include "ui/tui/view.h"

#define LANES 7
#define FACTS_X 12
#define TEXT_X 25 /* a moment's */

/* ---- the page ---- */

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    FT_AUTOJSON json_t *film = ft_film_of(console, page);
    json_t *moments = json_object_get(film, "moments");
    json_t *each;
    size_t index;
    char id[24];

    json_array_foreach(moments, index, each) {
        snprintf(id, sizeof(id), "%zu", index + 1);
        json_object_set_new(each, "id", json_string(id));
    }
    return moments ? json_incref(moments) : json_array();
}

static const char *
identity(const json_t *row)
{
    return ft_json_string(row, "id", "");
}

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const json_t *pair = ft_film_pair(console, page);

    snprintf(out, size, "%s   takeover of %.10s %.8s   moment %zu of %zu",
             pair ? ft_row_name(pair) : "a VM", ft_film_when(page),
             strlen(ft_film_when(page)) > 11 ? ft_film_when(page) + 11 : "",
             page->list.position + 1, json_array_size(page->rows));
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    FT_AUTOJSON json_t *film = ft_film_of(console, page);

    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = !film                              ? FT_SEVERITY_UNKNOWN
                        : ft_json_bool(film, "planned", 0) ? FT_SEVERITY_OK
                                                           : FT_SEVERITY_WARN;
    snprintf(verdict->sentence, sizeof(verdict->sentence), "%s",
             ft_json_string(film, "sentence",
                            "What was known of it is not kept any more."));
}

static void
draw_moment(const json_t *row, bool selected, struct ft_grid *grid, int y)
{
    const json_t *offset = json_object_get(row, "offset_ms");
    char when_text[24] = "not told", number[8];

    if (json_is_number(offset))
        snprintf(when_text, sizeof(when_text), "%+.1f",
                 json_number_value(offset));
    if (selected)
        ft_grid_select(grid, 0, y);
    ft_grid_text(grid, 0, y, 1, FT_LOOK_PLAIN, selected ? ">" : " ");
    snprintf(number, sizeof(number), "%.4s", identity(row));
    ft_grid_right(grid, 1, y, 3, FT_LOOK_HINT, number);
    ft_grid_right(grid, 5, y, 9,
                  json_is_number(offset) ? FT_LOOK_PLAIN : FT_LOOK_UNKNOWN,
                  when_text);
    ft_grid_name(grid, 16, y, 8, FT_LOOK_TITLE, ft_json_string(row, "host", ""));
    ft_grid_text(grid, TEXT_X, y, grid->width - TEXT_X - 1, FT_LOOK_PLAIN,
                 ft_json_string(row, "text", ""));
}

static void
draw_moments(struct ft_page *page, struct ft_grid *grid, int y, int end)
{
    size_t count = json_array_size(page->rows);
    size_t lines = (size_t)FT_MAX(end - y, 1);

    if (page->list.position < page->list.top)
        page->list.top = page->list.position;
    if (page->list.position >= page->list.top + lines)
        page->list.top = page->list.position - lines + 1;
    if (count <= lines)
        page->list.top = 0;
    for (size_t i = page->list.top; i < count && y < end; i++, y++)
        draw_moment(json_array_get(page->rows, i), i == page->list.position,
                    grid, y);
}

static void
draw_facts(const json_t *film, struct ft_grid *grid, int y, int end)
{
    const json_t *fact;
    size_t index;

    json_array_foreach(json_object_get(film, "facts"), index, fact) {
        if (y >= end)
            return;
        ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "%s",
                      ft_json_string(fact, "title", ""));
        ft_grid_text(grid, FACTS_X, y++, grid->width - FACTS_X - 1,
                     FT_LOOK_PLAIN, ft_json_string(fact, "text", ""));
    }
}

/* Where not all facts have room: the selected moment's text, if it was cut. */
static bool
draw_rest(const json_t *row, struct ft_grid *grid, int y, int end)
{
    const char *text = ft_json_string(row, "text", "");
    int room = FT_MAX(grid->width - 2, 1);

    if ((int)ft_text_width(text) <= grid->width - TEXT_X - 1)
        return false;
    for (; y < end && *text; y++) {
        size_t take = FT_MIN(strlen(text), (size_t)room);
        char line[FT_GRID_WIDTH_MAX + 1];

        while (take < strlen(text) && take && text[take] != ' ')
            take--;
        if (!take)
            break;
        snprintf(line, sizeof(line), "%.*s", (int)take, text);
        ft_grid_text(grid, 1, y, room, FT_LOOK_PLAIN, line);
        text += take + (text[take] == ' ');
    }
    return true;
}

/* Some seconds around it, with everything that happened to the VM. */
static void
draw_time(const struct ft_console *console, const struct ft_page *page,
          const json_t *film, struct ft_grid *grid, int y)
{
    double ran = FT_MAX(ft_figure_of(film, "times.ran"), 0.0);
    int64_t zero = ft_parse_utc(ft_json_string(film, "zero", ""));
    double seconds = FT_MAX(4.0, ran / 250);
    struct ft_axis axis = { zero + (int64_t)(seconds * 500), seconds, 0, 11,
                            grid->width - 22 };
    FT_AUTOJSON json_t *events =
        ft_film_events(console->now, ft_film_when(page));
    struct ft_picture p = *console->now;
    char clock[32];

    p.events = events;
    ft_format_utc(zero - (int64_t)(seconds * 500), clock);
    ft_grid_print(grid, 1, y, FT_LOOK_HINT, "%.8s", *clock ? clock + 11 : "");
    ft_axis_draw(&axis, &p, ft_film_pair(console, page), grid, y);
    ft_format_utc(axis.until_ms, clock);
    ft_grid_print(grid, axis.x + axis.width + 1, y, FT_LOOK_HINT, "%.8s",
                  *clock ? clock + 11 : "");
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    FT_AUTOJSON json_t *film = ft_film_of(console, page);
    const json_t *row = ft_console_row(console);
    int height = area.bottom - area.top, y = area.top, below;
    int facts = (int)json_array_size(json_object_get(film, "facts"));
    bool whole;

    if (!film)
        return;
    if (height >= LANES + 6 && !console->linear) {
        ft_film_lanes_draw(film, row, ft_film_head(console), grid, y);
        y += LANES;
    }
    below = area.bottom - y - (int)json_array_size(page->rows) - 3;
    whole = facts <= below;
    facts = FT_MAX(FT_MIN(facts, below), 0);
    below = area.bottom - 3 - facts;
    draw_moments(page, grid, y, below);
    ft_grid_rule(grid, below, NULL);
    ft_grid_text(grid, 1, below + 1, grid->width - 2, FT_LOOK_PLAIN,
                 ft_json_string(row, "argument", ""));
    if (whole || !draw_rest(row, grid, below + 2, below + 2 + facts))
        draw_facts(film, grid, below + 2, below + 2 + facts);
    if (!console->linear) /* a drawing, as the lanes are */
        draw_time(console, page, film, grid, area.bottom - 1);
}

/* ---- keys ---- */

static bool
go_then(struct ft_console *console, const json_t *moment)
{
    int64_t at = ft_parse_utc(ft_json_string(moment, "at", ""));

    if (at < 0) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "nobody has told when that was");
        return false;
    }
    ft_past_go(console, at);
    return true;
}

static void
open_then(struct ft_console *console, const json_t *moment)
{
    char uuid[FT_IDENTITY];

    snprintf(uuid, sizeof(uuid), "%.*s",
             (int)strcspn(ft_console_page(console)->subject, " "),
             ft_console_page(console)->subject);
    if (go_then(console, moment))
        ft_console_push(console, FT_VIEW_VM, uuid);
}

static void
show_all(struct ft_console *console, const struct ft_page *page)
{
    FT_AUTOJSON json_t *film = ft_film_of(console, page);
    char *text = NULL, title[128];
    size_t size = 0;
    FILE *out = film ? open_memstream(&text, &size) : NULL;

    if (!out)
        return;
    ft_film_print(film, console->utf8, out);
    fclose(out);
    snprintf(title, sizeof(title), "takeover of %.60s, told",
             ft_json_string(film, "vm", ""));
    ft_console_show_text(console, title, text);
}

static void
play(struct ft_console *console, const struct ft_page *page)
{
    FT_AUTOJSON json_t *film = ft_film_of(console, page);

    if (console->linear) /* there are no lanes that it could be seen in */
        ft_console_say(console, FT_SEVERITY_OK, "[ and ] step through it");
    else if (film)
        ft_film_play(console, film);
}

static bool
key(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    switch (action) {
    case FT_DO_PLAY:
        play(console, page);
        return true;
    case FT_DO_EARLIER:
    case FT_DO_LATER:
        ft_page_move(console, page, action == FT_DO_EARLIER ? -1 : 1);
        return true;
    case FT_DO_EXPLAIN:
        show_all(console, page);
        return true;
    case FT_DO_GO_OVERVIEW: /* as it was at this moment */
        if (!go_then(console, ft_console_row(console)))
            return true;
        ft_console_go_to(console, FT_VIEW_OVERVIEW, NULL);
        return true;
    default:
        return false;
    }
}

static void
bar(const struct ft_console *console, const struct ft_page *page, char *out,
    size_t size)
{
    (void)page;
    snprintf(out, size,
             "[ ] moment  Space %s  Enter VM then  1 all then  e text  Esc",
             console->play.on ? "stop" : "play");
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    const json_t *pair = ft_film_pair(console, page);

    if (!pair)
        return;
    ft_words_add(words, "events");
    ft_words_add(words, "--film");
    ft_words_add(words, ft_row_name(pair));
    ft_words_add(words, "--until");
    ft_words_add(words, ft_film_when(page));
}

const struct ft_view ft_view_film = {
    .id = FT_VIEW_FILM,
    .name = "Takeover",
    .scope = FT_SCOPE_FILM,
    .where = where,
    .say = say,
    .rows = rows,
    .identity = identity,
    .draw = draw,
    .open = open_then,
    .twin = twin,
    .bar = bar,
    .key = key,
};
