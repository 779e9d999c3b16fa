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

/* Who might speak, who did, and what each host did: 7 rows from y on. */
void ft_film_lanes_draw(const json_t *film, const json_t *moment,
                        struct ft_grid *grid, int y);

#endif
