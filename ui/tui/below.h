/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rows of the Overview's list are together, and what is below each of
 * them: looked at once for a list, not once for a redraw, because there may be
 * thousands. Pure. Ownership: the page's, as long as its rows are the same.
 * Threads: the console's.
 */
#ifndef FT_UI_TUI_BELOW_H
#define FT_UI_TUI_BELOW_H

#include "ui/tui/state.h"

struct ft_below_row {  /* this row and all after it */
    unsigned calm;     /* how many of them are well */
    unsigned troubled; /* the first that is not; the count of rows: none */
    float lag_ms;      /* the longest of those that are well */
};

struct ft_below {
    int longest; /* name, in bytes */
    struct ft_below_row rows[];
};

/* Of page->rows; NULL without memory. */
const struct ft_below *ft_below_of(struct ft_page *page);

/* The rows are others now. */
void ft_below_forget(struct ft_page *page);

#endif
