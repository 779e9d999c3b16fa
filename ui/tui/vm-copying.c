/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/vm-copying.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/tui/figure.h"

/* "110 MiB/s", and what keeps it so low. */
static void
format_rate(const json_t *row, char *out, size_t size)
{
    const json_t *progress = json_object_get(row, "progress");
    const char *by = ft_json_string(progress, "limited_by", "");
    char rate[FT_FIGURE];

    ft_figure(ft_figure_of(row, "progress.bytes_per_s"), "B", rate);
    snprintf(out, size, "%s/s%s", rate,
             !strcmp(by, "guest") ? ", for its I/O"
             : *by                ? ", max-rate"
                                  : "");
}

bool
ft_vm_copying_draw(const json_t *row, struct ft_grid *grid, int x, int y,
                   int width)
{
    const json_t *progress = json_object_get(row, "progress");
    const char *left = ft_json_string(progress, "left", "");
    double done = ft_figure_of(row, "progress.done");
    double total = ft_figure_of(row, "progress.total");
    char of[FT_FIGURE], text[128];

    if (done < 0 || total <= 0)
        return false;
    ft_figure(total, "B", of);
    snprintf(text, sizeof(text), "%.6s %.0f %% of %s",
             ft_json_string(progress, "phase", "copied"), 100 * done / total,
             of);
    ft_grid_text(grid, x, y, width, FT_LOOK_PLAIN, text);
    format_rate(row, text, sizeof(text));
    ft_grid_text(grid, x, y + 1, width, FT_LOOK_PLAIN, text);
    snprintf(text, sizeof(text), "%.40s%s", left, *left ? " left" : "");
    ft_grid_text(grid, x, y + 2, width, FT_LOOK_PLAIN, text);
    return true;
}
