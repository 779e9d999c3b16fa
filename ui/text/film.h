/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A takeover told (ui/model/film.h) as text: for the command line, and for the
 * console's page that shows all of it. Any thread.
 */
#ifndef FT_UI_TEXT_FILM_H
#define FT_UI_TEXT_FILM_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/*
 * The sentence, the moments, what it meant: lines of 78 columns at most, with
 * nothing in them that drives a terminal.
 */
void ft_film_print(const json_t *film, bool utf8, FILE *out);

#endif
