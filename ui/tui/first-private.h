/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that make up first.h; not for others. */
#ifndef FT_UI_TUI_FIRST_PRIVATE_H
#define FT_UI_TUI_FIRST_PRIVATE_H

#include "ui/tui/first.h"

#define FT_FIRST_ROWS_MAX 4096

/*
 * Rows are what ftadmin discover prints, with "marked"; "state" is also
 * "asking", "adding" and "refused" (host add failed, by "error"). "login" and
 * "key_file": how to log in there, where that was said (account.h).
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

/* Members of a row. */
const char *ft_first_state(const json_t *row);
void ft_first_set_state(json_t *row, const char *state);
bool ft_first_is_marked(const json_t *row);
void ft_first_set_marked(json_t *row, bool marked);

/* The rows that a command names are in that state now. */
void ft_first_set_states(struct ft_console *console,
                         const struct ft_words *words, const char *state);

/* "looked", or why not for this purpose: host add failed, it can be tried. */
bool ft_first_can_be_added(const struct ft_console *console, const json_t *row);

/* Runs a command whose lines and end come to first.h. */
void ft_first_start(struct ft_console *console, enum ft_first_what what,
                    const struct ft_words *words, bool may_ask);

/* Does it answer, but let nobody in without a password? */
bool ft_first_wants_login(const json_t *row);

/* How many others do so. */
size_t ft_first_others_refused(const struct ft_console *console,
                               const json_t *row);

/* Is it a host of the database by now? */
bool ft_first_is_added(const struct ft_console *console, const json_t *row);

/*
 * What Enter does: looks at the marked rows, or adds them, by a command for all
 * that are logged in to in the same way, of at most so many. Empty: nothing.
 */
#define FT_FIRST_NAMES_MAX 40
void ft_first_all_words(const struct ft_console *console, bool look,
                        struct ft_words *words);

/* Does it. */
void ft_first_begin_all(struct ft_console *console, bool look);

/* "discover NAME" as this row is logged in to; what t does. */
void ft_first_ask_words(const json_t *row, struct ft_words *words);
void ft_first_trust_words(const json_t *row, struct ft_words *words);

/* VMs that could be protected. A new reference. */
json_t *ft_first_vms(const struct ft_console *console);

/* A VM is chosen now, or a machine. */
void ft_first_choose(struct ft_console *console, bool choosing);

/* Is a VM being chosen, no machine any more? */
bool ft_first_chooses(const struct ft_console *console);

/* Where a machine stands, in a word or two. */
const char *ft_first_standing(const struct ft_console *console,
                              const json_t *row);

/* Parts of the page, from row y to before row end. */
void ft_first_draw_list(const struct ft_console *console, struct ft_page *page,
                        struct ft_grid *grid, int y, int end);
void ft_first_draw_evidence(const struct ft_console *console,
                            struct ft_grid *grid, int y, int end);
void ft_first_draw_pair(const struct ft_console *console, struct ft_grid *grid,
                        int y);

bool ft_first_key(struct ft_console *console, struct ft_page *page,
                  enum ft_do action);

#endif
