/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/film.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/film.h"
#include "ui/model/pair-rows.h"
#include "ui/model/utc.h"
#include "ui/text/film.h"
#include "ui/text/text.h"
#include "ui/tui/axis.h"
#include "ui/tui/deeds.h"
#include "ui/tui/doing.h"
#include "ui/tui/figure.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/past.h"
#include "ui/tui/view.h"

#define LANES 7
#define MARGIN_MS 90000 /* events until so long after it are asked for */
#define FACTS_X 12
#define TEXT_X 25 /* a moment's */

/* ---- what is told ---- */

/* The subject of its page: the VM's UUID, and when it was. */
static const char *
when(const struct ft_page *page)
{
    const char *blank = strchr(page->subject, ' ');

    return blank ? blank + 1 : "";
}

static const json_t *
pair_of(const struct ft_console *console, const struct ft_page *page)
{
    char uuid[FT_IDENTITY];

    snprintf(uuid, sizeof(uuid), "%.*s", (int)strcspn(page->subject, " "),
             page->subject);
    return ft_pair_find(console->now->pairs, uuid);
}

/* Those that are shown, or older ones. A new reference. */
static json_t *
events_about(const struct ft_picture *now, const char *until)
{
    int64_t at = until ? ft_parse_utc(until) : -1;
    int64_t oldest =
        ft_parse_utc(ft_json_string(json_array_get(now->events, 0), "at", ""));
    json_t *more = NULL;

    if (at >= 0 && oldest >= 0 && at < oldest + MARGIN_MS && now->events_until)
        more = now->events_until(now->data, at + MARGIN_MS);
    return more ? more : json_incref(now->events);
}

/* Calls back with all that is known; returns what that returns. */
static json_t *
tell(const struct ft_console *console, const json_t *pair, const char *until,
     json_t *(*make)(const struct ft_film_from *from))
{
    const struct ft_picture *now = console->now;
    FT_AUTOJSON json_t *events = events_about(now, until);
    struct ft_chronicle told;
    struct ft_film_from from = { pair,  now->hosts,    &told,
                                 until, now->measured, now->data };
    json_t *result;

    if (!pair || ft_chronicle_make(events, now->hosts, &told))
        return NULL;
    result = make(&from);
    ft_chronicle_free(&told);
    /* cppcheck-suppress returnDanglingLifetime ; a document refers to nothing */
    return result;
}

static json_t *
film_of(const struct ft_console *console, const struct ft_page *page)
{
    return tell(console, pair_of(console, page), when(page), ft_film_make);
}

static json_t *
time_of(const struct ft_film_from *from)
{
    const char *at = ft_film_at(from);

    return at ? json_string(at) : NULL;
}

/* ---- opening ---- */

/* What was before it is not where it begins. */
static void
go_to_zero(struct ft_console *console, struct ft_page *page)
{
    const json_t *row;
    size_t index;

    json_array_foreach(page->rows, index, row)
        if (ft_figure_of(row, "offset_ms") >= 0) {
            ft_page_move(console, page, (long)index);
            return;
        }
}

void
ft_film_open(struct ft_console *console, const json_t *pair, const char *until)
{
    FT_AUTOJSON json_t *at = tell(console, pair, until, time_of);
    char subject[FT_IDENTITY];

    if (!at) {
        ft_console_say(console, FT_SEVERITY_WARN, "no takeover of %s is known",
                       pair ? ft_row_name(pair) : "this");
        return;
    }
    snprintf(subject, sizeof(subject), "%.36s %.26s",
             ft_json_string(pair, "uuid", ""), json_string_value(at));
    ft_console_push(console, FT_VIEW_FILM, subject);
    go_to_zero(console, ft_console_page(console));
}

static const json_t *
selected_event(const struct ft_console *console)
{
    const struct ft_page *page = &console->pages[console->depth - 1];
    const json_t *each;
    size_t index;

    if (page->view->id == FT_VIEW_EVENTS)
        return ft_console_row(console);
    if (page->view->id != FT_VIEW_EVENT)
        return NULL;
    json_array_foreach(console->picture->events, index, each)
        if (!strcmp(ft_json_string(each, "id", ft_json_string(each, "at", "")),
                    page->subject))
            return each;
    return NULL;
}

static bool
is_takeover(const json_t *event)
{
    return !strcmp(ft_json_string(event, "kind", ""), "takeover");
}

static const json_t *
pair_of_event(const struct ft_console *console, const json_t *event)
{
    const json_t *pair =
        ft_pair_find(console->now->pairs, ft_json_string(event, "pair", "?"));

    return pair ? pair
                : ft_pair_find(console->now->pairs,
                               ft_json_string(event, "vm", "?"));
}

void
ft_film_open_selected(struct ft_console *console)
{
    const json_t *event = selected_event(console);
    const json_t *row = ft_doing_row(console);

    if (event)
        ft_film_open(console, pair_of_event(console, event),
                     is_takeover(event) ? ft_json_string(event, "at", NULL)
                                        : NULL);
    else if (row)
        ft_film_open(console,
                     ft_pair_find(console->now->pairs,
                                  ft_json_string(row, "uuid", "?")),
                     NULL);
}

bool
ft_film_is_there(const struct ft_console *console)
{
    const json_t *event = selected_event(console);
    const json_t *row = ft_doing_row(console);

    if (event)
        return is_takeover(event);
    return json_is_object(json_object_get(row, "last_takeover"));
}

void
ft_film_age(const struct ft_console *console, const struct ft_page *page,
            char *out, size_t size)
{
    char age[FT_FIGURE];

    ft_figure_age((double)(console->now->wall_ms - ft_parse_utc(when(page))) /
                      1000,
                  age);
    snprintf(out, size, "PAST %s ago", age);
}

/* ---- the page ---- */

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    FT_AUTOJSON json_t *film = film_of(console, page);
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
    const json_t *pair = pair_of(console, page);

    snprintf(out, size, "%s   takeover of %.10s %.8s   moment %zu of %zu",
             pair ? ft_row_name(pair) : "a VM", when(page),
             strlen(when(page)) > 11 ? when(page) + 11 : "",
             page->list.position + 1, json_array_size(page->rows));
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    FT_AUTOJSON json_t *film = film_of(console, page);

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
    FT_AUTOJSON json_t *events = events_about(console->now, when(page));
    struct ft_picture p = *console->now;
    char clock[32];

    p.events = events;
    ft_format_utc(zero - (int64_t)(seconds * 500), clock);
    ft_grid_print(grid, 1, y, FT_LOOK_HINT, "%.8s", *clock ? clock + 11 : "");
    ft_axis_draw(&axis, &p, pair_of(console, page), grid, y);
    ft_format_utc(axis.until_ms, clock);
    ft_grid_print(grid, axis.x + axis.width + 1, y, FT_LOOK_HINT, "%.8s",
                  *clock ? clock + 11 : "");
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    FT_AUTOJSON json_t *film = film_of(console, page);
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
    FT_AUTOJSON json_t *film = film_of(console, page);
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
    FT_AUTOJSON json_t *film = film_of(console, page);

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
    const json_t *pair = pair_of(console, page);

    if (!pair)
        return;
    ft_words_add(words, "events");
    ft_words_add(words, "--film");
    ft_words_add(words, ft_row_name(pair));
    ft_words_add(words, "--until");
    ft_words_add(words, when(page));
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
