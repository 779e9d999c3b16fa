/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/text/bar.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/model/left.h"
#include "ui/text/text.h"

static void
format_numbers(const struct ft_bar *bar, uint64_t done, char *out, size_t size)
{
    char done_text[16], total_text[16], rate_text[16], left[48];

    ft_format_bytes(done, done_text);
    ft_format_bytes(bar->total, total_text);
    ft_format_bytes(bar->bytes_per_s, rate_text);
    ft_left_text(bar->left_from_s, bar->left_to_s, left);
    snprintf(out, size, "%3d%% %s of %s%s%s%s%s%s%s",
             bar->total ? (int)((double)done * 100 / bar->total) : 100,
             done_text, total_text, bar->bytes_per_s ? ", " : "",
             bar->bytes_per_s ? rate_text : "", bar->bytes_per_s ? "/s" : "",
             *left ? ", " : "", left, *left ? " left" : "");
}

void
ft_text_bar(const struct ft_bar *bar, size_t width, char *out, size_t size)
{
    uint64_t done = FT_MIN(bar->done, bar->total);
    char numbers[192], marks[64];
    size_t cells, filled;

    format_numbers(bar, done, numbers, sizeof(numbers));
    cells = strlen(bar->phase) + strlen(numbers) + 6;
    cells = width > cells ? FT_MIN(width - cells, (size_t)40) : 0;
    filled = bar->total ? (size_t)((double)done / bar->total * cells) : cells;
    memset(marks, '#', filled);
    memset(marks + filled, '.', cells - filled);
    marks[cells] = '\0';
    if (cells >= 8)
        snprintf(out, size, "%s [%s] %s", bar->phase, marks, numbers);
    else
        snprintf(out, size, "%s %s", bar->phase, numbers);
}
