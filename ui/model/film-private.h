/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What film.c has found out and film-facts.c puts into words. Pure. */
#ifndef FT_UI_MODEL_FILM_PRIVATE_H
#define FT_UI_MODEL_FILM_PRIVATE_H

#include "ui/model/film.h"

#define FT_FILM_NUMBER 32 /* bytes with NUL */

/* Offsets are ms since zero; what is not known is negative. */
struct ft_film_scene {
    const struct ft_film_from *from;
    const char *vm, *old, *new, *witness;
    const json_t *record;             /* of this takeover, or NULL */
    const struct ft_happened *took;   /* its event, or NULL */
    const struct ft_happened *won_at; /* the witness's answer, or NULL */
    bool planned;
    bool old_answers;    /* the old primary's host, now */
    bool old_told;       /* it has told something since */
    const char *old_end; /* why it ended, by its own log; or NULL */
    double zero_ms;      /* since 1970 */
    double heard, asked, won, applied, ran;
    double epoch;
    struct ft_measured before;
};

/* "412,077"; "?" where it is negative. */
void ft_film_number(double value, char out[FT_FILM_NUMBER]);

/* The sentence, what was lost and so on, and what is said of a moment. */
void ft_film_sentence(const struct ft_film_scene *scene, char *out, size_t size);
json_t *ft_film_facts(const struct ft_film_scene *scene);
const char *ft_film_argument(const struct ft_film_scene *scene, double offset,
                             char *out, size_t size);

#endif
