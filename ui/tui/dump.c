/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A grid as text: for copying, for files, and for the tests. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/tui/grid.h"

static void
dump_row(const struct ft_grid *grid, int y, FILE *out)
{
    int end = grid->width;

    while (end && !*ft_grid_at(grid, end - 1, y)->text &&
           !ft_grid_at(grid, end - 1, y)->continued)
        end--;
    for (int x = 0; x < end; x++) {
        const struct ft_grid_cell *cell = ft_grid_at(grid, x, y);

        if (!cell->continued)
            fputs(*cell->text ? cell->text : " ", out);
    }
    putc('\n', out);
}

char *
ft_grid_dump(const struct ft_grid *grid)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    for (int y = 0; y < grid->height; y++)
        dump_row(grid, y, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
