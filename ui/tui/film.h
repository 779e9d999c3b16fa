/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page that tells a takeover (ui/model/film.h): who might speak and who
 * did, on one axis, and its moments. Pure. Threads: the console's.
 */
#ifndef FT_UI_TUI_FILM_H
#define FT_UI_TUI_FILM_H

#include "ui/tui/state.h"

/*
 * Opens the last takeover of a pair (a row of now) until a time (ISO 8601, as
 * in its event), NULL: the last one; or says that none is known.
 */
void ft_film_open(struct ft_console *console, const json_t *pair,
                  const char *until);

/* Opens that of what is selected: a VM, or the event of a takeover. */
void ft_film_open_selected(struct ft_console *console);

/* Is there one to be told of what is selected? */
bool ft_film_is_there(const struct ft_console *console);

/* "PAST 84 min ago", of a page that tells one. */
void ft_film_age(const struct ft_console *console, const struct ft_page *page,
                 char *out, size_t size);

/*
 * Who might speak, who did, and what each host did: 7 rows from y on. What was
 * after until (ms from the last thing heard) is not drawn: INFINITY, all is.
 */
void ft_film_lanes_draw(const json_t *film, const json_t *moment, double until,
                        struct ft_grid *grid, int y);

/* What they show, in the same ms. */
void ft_film_span(const json_t *film, double *from, double *to);

/* ---- played (film-play.c) ---- */

/* Space: begins, stops, goes on. */
void ft_film_play(struct ft_console *console, const json_t *film);

/* It is not played any more: all is shown. */
void ft_film_stop(struct ft_console *console);

/* What is shown goes until here; INFINITY: it is not played. */
double ft_film_head(const struct ft_console *console);

/* Time has gone on; true: it is to be drawn again. */
bool ft_film_tick(struct ft_console *console, int64_t now_ms);

#endif
