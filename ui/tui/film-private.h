/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What film.c, the page of a takeover, knows from film-told.c. */
#ifndef FT_UI_TUI_FILM_PRIVATE_H
#define FT_UI_TUI_FILM_PRIVATE_H

#include "ui/tui/state.h"

/* The subject of its page: when it was, and the VM's pair as it is now. */
const char *ft_film_when(const struct ft_page *page);
const json_t *ft_film_pair(const struct ft_console *console,
                           const struct ft_page *page);

/* The events that are shown, or older ones. A new reference. */
json_t *ft_film_events(const struct ft_picture *now, const char *until);

/* All that is told (ui/model/film.h): new, NULL where nothing is known. */
json_t *ft_film_of(const struct ft_console *console, const struct ft_page *page);

#endif
