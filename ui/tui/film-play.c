/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A takeover played: 20 times slower than it was, or in 20 s when it was long. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/figure.h"
#include "ui/tui/film.h"
#include "ui/tui/page.h"

#define SLOWER 20.0
#define LONGEST_MS 20000.0
#define TICK_MOST_MS 500 /* who was away that long does not miss it all */

static void
say_how(struct ft_console *console, double speed)
{
    ft_console_say(console, FT_SEVERITY_OK, "plays %.0f times %s; Space stops",
                   speed < 1 ? 1 / speed : speed,
                   speed < 1 ? "slower" : "quicker");
}

void
ft_film_play(struct ft_console *console, const json_t *film)
{
    struct ft_play *play = &console->play;
    double from, to;

    if (play->on) {
        play->on = false;
        ft_console_say(console, FT_SEVERITY_OK, "Space plays on");
        return;
    }
    ft_film_span(film, &from, &to);
    if (!play->begun) {
        play->begun = true;
        play->head_ms = from;
        play->end_ms = to;
        play->speed = FT_MAX(1 / SLOWER, (to - from) / LONGEST_MS);
    }
    play->on = true;
    play->last_ms = 0;
    say_how(console, play->speed);
}

void
ft_film_stop(struct ft_console *console)
{
    memset(&console->play, 0, sizeof(console->play));
}

double
ft_film_head(const struct ft_console *console)
{
    return console->play.begun ? console->play.head_ms : INFINITY;
}

/* The last moment that has come is selected. */
static void
select_moment(struct ft_console *console, struct ft_page *page)
{
    size_t at = 0, index;
    const json_t *row;

    json_array_foreach(page->rows, index, row) {
        const json_t *offset = json_object_get(row, "offset_ms");

        if (json_is_number(offset) &&
            json_number_value(offset) <= console->play.head_ms)
            at = index;
    }
    ft_page_move(console, page, (long)at - (long)page->list.position);
}

bool
ft_film_tick(struct ft_console *console, int64_t now_ms)
{
    struct ft_page *page = &console->pages[console->depth - 1];
    struct ft_play *play = &console->play;
    int64_t passed = play->last_ms ? now_ms - play->last_ms : 0;

    if (!play->on)
        return false;
    if (page->view->id != FT_VIEW_FILM) {
        ft_film_stop(console);
        return false;
    }
    play->last_ms = now_ms;
    passed = FT_MAX(0, FT_MIN(passed, TICK_MOST_MS));
    play->head_ms += (double)passed * play->speed;
    if (play->head_ms >= play->end_ms) {
        ft_film_stop(console);
        ft_console_say(console, FT_SEVERITY_OK, "Space plays it again");
    } else {
        select_moment(console, page);
    }
    return true;
}
