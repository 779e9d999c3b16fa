/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that make up first.h; not for others. */
#ifndef FT_UI_TUI_FIRST_PRIVATE_H
#define FT_UI_TUI_FIRST_PRIVATE_H

#include "ui/tui/first.h"

#define FT_FIRST_ROWS_MAX 4096

/*
 * Rows are what ftadmin discover prints, with "marked"; "state" is also
 * "asking", "adding" and "refused" (host add failed, by "error").
 */
struct ft_first {
    json_t *rows;
    unsigned running[FT_FIRST_WHATS]; /* commands */
    char left[128];                   /* which names were left out */
    bool contacted;                   /* somebody was */
    bool choosing;                    /* which VM first */
};

/* How many marked rows stand there, and the names of the first of them. */
struct ft_first_count {
    size_t named, asking, looked, adding, added, failed;
    size_t to_look, to_add; /* marked */
};
void ft_first_count(const struct ft_console *console,
                    struct ft_first_count *count);

json_t *ft_first_find(const struct ft_first *first, const char *name);

/* Is it a host of the database by now? */
bool ft_first_is_added(const struct ft_console *console, const json_t *row);

/* What Enter and t do, as a command; empty: nothing. At most so many names. */
#define FT_FIRST_NAMES_MAX 40
void ft_first_look_words(const struct ft_console *console,
                         struct ft_words *words);
void ft_first_add_words(const struct ft_console *console,
                        struct ft_words *words);
void ft_first_trust_words(const json_t *row, struct ft_words *words);

/* VMs that could be protected. A new reference. */
json_t *ft_first_vms(const struct ft_console *console);

bool ft_first_key(struct ft_console *console, struct ft_page *page,
                  enum ft_do action);

#endif
