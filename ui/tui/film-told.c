/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which takeover a page tells, what is known of it, and how it is opened. */
#include "config.h"

#include "ui/tui/film-private.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/film.h"
#include "ui/model/pair-rows.h"
#include "ui/model/utc.h"
#include "ui/tui/deeds.h"
#include "ui/tui/doing.h"
#include "ui/tui/figure.h"
#include "ui/tui/film.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/view.h"

#define MARGIN_MS 90000 /* events until so long after it are asked for */

/* ---- what is told ---- */

/* The subject of its page: the VM's UUID, and when it was. */
const char *
ft_film_when(const struct ft_page *page)
{
    const char *blank = strchr(page->subject, ' ');

    return blank ? blank + 1 : "";
}

const json_t *
ft_film_pair(const struct ft_console *console, const struct ft_page *page)
{
    char uuid[FT_IDENTITY];

    snprintf(uuid, sizeof(uuid), "%.*s", (int)strcspn(page->subject, " "),
             page->subject);
    return ft_pair_find(console->now->pairs, uuid);
}

/* Those that are shown, or older ones. A new reference. */
json_t *
ft_film_events(const struct ft_picture *now, const char *until)
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
    FT_AUTOJSON json_t *events = ft_film_events(now, until);
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

json_t *
ft_film_of(const struct ft_console *console, const struct ft_page *page)
{
    return tell(console, ft_film_pair(console, page), ft_film_when(page),
                ft_film_make);
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

    ft_figure_age((double)(console->now->wall_ms -
                           ft_parse_utc(ft_film_when(page))) /
                      1000,
                  age);
    snprintf(out, size, "PAST %s ago", age);
}
