/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/below.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/vm-row.h"

static void
look_at(const json_t *row, struct ft_below *below, size_t index)
{
    struct ft_below_row *here = &below->rows[index];

    *here = below->rows[index + 1];
    below->longest = FT_MAX(below->longest, (int)strlen(ft_row_name(row)));
    if (!ft_vm_line_is_calm(row)) {
        here->troubled = (unsigned)index;
        return;
    }
    here->calm++;
    here->lag_ms = FT_MAX(here->lag_ms, (float)ft_figure_of(row, "lag_ms"));
}

const struct ft_below *
ft_below_of(struct ft_page *page)
{
    size_t count = json_array_size(page->rows);

    if (page->below)
        return page->below;
    page->below = calloc(1, sizeof(*page->below) +
                                (count + 1) * sizeof(page->below->rows[0]));
    if (!page->below)
        return NULL;
    page->below->rows[count].troubled = (unsigned)count;
    for (size_t i = count; i-- > 0;)
        look_at(json_array_get(page->rows, i), page->below, i);
    return page->below;
}

void
ft_below_forget(struct ft_page *page)
{
    free(page->below);
    page->below = NULL;
}
