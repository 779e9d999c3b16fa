/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/utc.h"
#include "ui/tui/figure.h"
#include "ui/tui/page.h"

#define MARGIN_MS 1000 /* the first moment is this much after the first event */

struct ft_past {
    int64_t at_ms;
    struct ft_picture picture; /* of that moment; owned */
    json_t *turns;             /* all events that tell how pairs stood */
    char newest[32];           /* id of the newest event when they were read */
};

/* ---- what is known ---- */

static const char *
newest_id(const struct ft_picture *picture)
{
    size_t count = json_array_size(picture->events);

    return ft_json_string(json_array_get(picture->events, count ? count - 1 : 0),
                          "id", "");
}

static void
read_turns(struct ft_past *past, const struct ft_picture *now)
{
    json_decref(past->turns);
    past->turns = now->turns ? now->turns(now->data) : NULL;
    if (!json_array_size(past->turns)) {
        json_decref(past->turns);
        past->turns = json_incref(now->events);
    }
    snprintf(past->newest, sizeof(past->newest), "%s", newest_id(now));
}

/* The first moment of which anything is told. */
static int64_t
first_moment(const struct ft_chronicle *told, const struct ft_picture *now)
{
    int64_t first = told->count ? told->list[0].at_ms : now->wall_ms;
    int64_t shown =
        ft_parse_utc(ft_json_string(json_array_get(now->events, 0), "at", ""));

    return shown >= 0 ? FT_MIN(first, shown) : first;
}

/* ---- the picture of then ---- */

static void
free_picture(struct ft_picture *p)
{
    json_decref(p->pairs);
    json_decref(p->hosts);
    json_decref(p->vms);
    json_decref(p->events);
    json_decref(p->jobs);
    memset(p, 0, sizeof(*p));
}

static json_t *
events_of(const struct ft_picture *now, int64_t at_ms)
{
    json_t *more =
        now->events_until ? now->events_until(now->data, at_ms) : NULL;
    FT_AUTOJSON json_t *from = more ? more : json_incref(now->events);
    struct ft_chronicle told;
    struct ft_then then = { .at_ms = at_ms, .told = &told };
    json_t *rows;

    if (ft_chronicle_make(from, now->hosts, &told))
        return NULL;
    rows = ft_then_events(&then);
    ft_chronicle_free(&told);
    return rows;
}

static bool
make_picture(struct ft_past *past, const struct ft_picture *now,
             const struct ft_chronicle *told, int64_t at_ms)
{
    struct ft_then then = { at_ms, now->pairs,    now->hosts,
                            told,  now->measured, now->data };
    struct ft_picture p = *now;

    p.pairs = ft_then_pairs(&then);
    p.hosts = p.pairs ? ft_then_hosts(&then, p.pairs) : NULL;
    p.events = events_of(now, at_ms);
    p.vms = json_array();
    p.jobs = json_array();
    p.wall_ms = at_ms;
    memset(&p.plugs, 0, sizeof(p.plugs)); /* of those of now nothing was known */
    p.none = 0;
    if (!p.pairs || !p.hosts || !p.events || !p.vms || !p.jobs) {
        free_picture(&p);
        return false;
    }
    ft_then_say_all(&then, p.pairs, &p.verdict);
    ft_totals_count(p.pairs, p.hosts, &p.totals);
    free_picture(&past->picture);
    past->picture = p;
    past->at_ms = at_ms;
    return true;
}

static void
refresh_pages(struct ft_console *console)
{
    for (size_t i = 0; i < console->depth; i++)
        ft_page_refresh(console, &console->pages[i]);
}

/* ---- going ---- */

void
ft_past_leave(struct ft_console *console)
{
    struct ft_past *past = console->past;

    if (!past)
        return;
    console->past = NULL;
    console->picture = console->now;
    free_picture(&past->picture);
    json_decref(past->turns);
    free(past);
    refresh_pages(console);
}

/* No memory: what was shown stays. */
static void
show(struct ft_console *console, const struct ft_chronicle *told, int64_t at_ms)
{
    if (!make_picture(console->past, console->now, told, at_ms)) {
        if (console->picture == console->now)
            ft_past_leave(console);
        return;
    }
    console->picture = &console->past->picture;
    refresh_pages(console);
}

void
ft_past_go(struct ft_console *console, int64_t at_ms)
{
    struct ft_chronicle told;
    char clock[32];
    int64_t first;

    if (at_ms >= console->now->wall_ms) {
        ft_past_leave(console);
        return;
    }
    if (!console->past) {
        console->past = calloc(1, sizeof(*console->past));
        if (!console->past)
            return;
        read_turns(console->past, console->now);
    }
    if (ft_chronicle_make(console->past->turns, console->now->hosts, &told))
        return;
    first = first_moment(&told, console->now) + MARGIN_MS;
    if (at_ms < first) {
        ft_format_utc(first, clock);
        ft_console_say(console, FT_SEVERITY_OK,
                       "nothing is known from before %s", clock);
        at_ms = first;
    }
    if (at_ms < console->now->wall_ms)
        show(console, &told, at_ms);
    else
        ft_past_leave(console); /* there is no past */
    ft_chronicle_free(&told);
}

/* A step is a time that a clock shows, and about a fifteenth of the window. */
static int64_t
step_ms(double window_s)
{
    static const struct {
        double window_s;
        int64_t step_s;
    } steps[] = { { 120, 10 },    { 900, 60 },     { 3600, 300 },
                  { 14400, 900 }, { 86400, 3600 }, { 604800, 21600 } };
    size_t i = 0;

    while (i + 1 < FT_ARRAY_SIZE(steps) && steps[i].window_s < window_s)
        i++;
    return steps[i].step_s * 1000;
}

void
ft_past_step(struct ft_console *console, int by)
{
    int64_t step = step_ms(ft_console_page(console)->window_s);
    int64_t at = console->past ? console->past->at_ms : console->now->wall_ms;
    int64_t from = at - at % step;

    if (by < 0)
        ft_past_go(console, from < at ? from : from - step);
    else if (console->past)
        ft_past_go(console, from + step);
    else
        ft_console_say(console, FT_SEVERITY_OK, "this is now");
}

void
ft_past_refresh(struct ft_console *console)
{
    struct ft_past *past = console->past;
    struct ft_chronicle told;

    if (!past)
        return;
    if (strcmp(past->newest, newest_id(console->now)) != 0)
        read_turns(past, console->now);
    if (ft_chronicle_make(past->turns, console->now->hosts, &told))
        return;
    show(console, &told, past->at_ms);
    ft_chronicle_free(&told);
}

/* ---- what is not there ---- */

bool
ft_past_has(enum ft_view_id view)
{
    return view == FT_VIEW_OVERVIEW || view == FT_VIEW_VM ||
           view == FT_VIEW_EVENTS || view == FT_VIEW_EVENT ||
           view == FT_VIEW_TEXT;
}

bool
ft_past_forbids(enum ft_do action)
{
    switch (action) {
    case FT_DO_PROTECT:
    case FT_DO_ADD:
    case FT_DO_WHAT_IF:
    case FT_DO_FOLLOW:
    case FT_DO_LOG:
    case FT_DO_STOP:
    case FT_DO_MARK:
    case FT_DO_MARK_ALL:
    case FT_DO_TRUST:
    case FT_DO_AGAIN:
    case FT_DO_HOST_OF:
    case FT_DO_GO_HOSTS:
    case FT_DO_GO_CHECKS:
    case FT_DO_GO_JOBS:
        return true;
    default:
        return false;
    }
}

void
ft_past_age(const struct ft_console *console, char *out, size_t size)
{
    char age[FT_FIGURE];

    ft_figure_age((double)(console->now->wall_ms - console->picture->wall_ms) /
                      1000,
                  age);
    snprintf(out, size, "PAST %s ago", age);
}
