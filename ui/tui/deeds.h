/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be done to a VM or a host: one table, from which come the menu, the
 * question that is asked before, and the command that is run. What is not
 * possible now is listed with its reason. Pure.
 */
#ifndef FT_UI_TUI_DEEDS_H
#define FT_UI_TUI_DEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ui/tui/state.h"

enum ft_deed_care {
    FT_DEED_HARMLESS, /* is done at once */
    FT_DEED_MILD,     /* No is chosen at first */
    FT_DEED_SEVERE,   /* the name is typed */
};

struct ft_deed {
    char letter;
    const char *title; /* "switch over" */
    bool host;         /* of a host, else of a VM */
    enum ft_deed_care care;
    /* Whether it is possible; else *why says why not (constant). */
    bool (*possible)(const json_t *row, const char **why);
    /* What it means, one sentence; and the worst that may come of it. */
    void (*means)(const json_t *row, char *out, size_t size);
    const char *worst;
    const char *command; /* words; VM or HOST stands for the name */
};

extern const struct ft_deed ft_deeds[];
extern const size_t ft_deed_count;

#define FT_DEEDS_MAX 24 /* of a kind of row */

/*
 * Those of rows of this kind, the ones that are possible now first; else, and where
 * nothing may be done here (refused), in the table's order. How many.
 */
size_t ft_deeds_of(const json_t *row, bool refused,
                   const struct ft_deed *list[FT_DEEDS_MAX]);

/* By its letter; NULL. */
const struct ft_deed *ft_deed_by_letter(bool host, char letter);

/* Is row one of a host? */
bool ft_row_is_host(const json_t *row);

/* "vm" or "name". */
const char *ft_row_name(const json_t *row);

/* Its command about this row: by its name for people, else by its UUID. */
void ft_deed_words(const struct ft_deed *deed, const json_t *row, bool by_name,
                   struct ft_words *words);

#endif
