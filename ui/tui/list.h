/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list in which things are selected and marked, not lines: each has an
 * identity, and the selection stays with it when the list is sorted, filtered
 * or shorter. Where it vanishes its neighbour is selected. Pure.
 *
 * Ownership: plain data; identities are copied. Threads: the caller's.
 */
#ifndef FT_UI_TUI_LIST_H
#define FT_UI_TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define FT_IDENTITY 64 /* bytes with NUL: a UUID, a host's name cut, a number */
#define FT_MARKS_MAX 256 /* marked at once */

struct ft_list {
    char selected[FT_IDENTITY]; /* "": nothing yet */
    size_t position;            /* where it was found last */
    size_t top;                 /* first one that is shown */
    bool lost; /* the selected one vanished; see ft_list_follow */
    char (*marks)[FT_IDENTITY];
    size_t mark_count;
};

/* The identity of element index. */
typedef const char *(*ft_list_identity)(const void *data, size_t index);

/*
 * Finds the selection among count elements, or selects a neighbour, and moves
 * top so that it is among the shown ones. Marks of what is gone end.
 */
void ft_list_follow(struct ft_list *list, ft_list_identity identity,
                    const void *data, size_t count, size_t shown);

/* Moves the selection by so many elements, as far as there are. */
void ft_list_move(struct ft_list *list, ft_list_identity identity,
                  const void *data, size_t count, long by);

bool ft_list_marked(const struct ft_list *list, const char *identity);

/* Marks, or takes the mark away. False: FT_MARKS_MAX are marked, or no memory. */
bool ft_list_toggle(struct ft_list *list, const char *identity);
void ft_list_unmark(struct ft_list *list);

void ft_list_close(struct ft_list *list);

#endif
