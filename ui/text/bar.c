/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/text/bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/text/text.h"

static void
format_left(uint64_t seconds, char *out, size_t size)
{
    if (seconds < 60)
        snprintf(out, size, ", %" PRIu64 " s left", seconds);
    else if (seconds < 3600)
        snprintf(out, size, ", %" PRIu64 ":%02" PRIu64 " min left",
                 seconds / 60, seconds % 60);
    else
        snprintf(out, size, ", %" PRIu64 ":%02" PRIu64 " h left",
                 seconds / 3600, seconds / 60 % 60);
}

static void
format_numbers(uint64_t done, uint64_t total, uint64_t rate, char *out,
               size_t size)
{
    char done_text[16], total_text[16], rate_text[16], left[40] = "";

    ft_format_bytes(done, done_text);
    ft_format_bytes(total, total_text);
    ft_format_bytes(rate, rate_text);
    if (rate)
        format_left((total - done) / rate, left, sizeof(left));
    snprintf(out, size, "%3d%% %s of %s%s%s%s%s",
             total ? (int)((double)done * 100 / total) : 100, done_text,
             total_text, rate ? ", " : "", rate ? rate_text : "",
             rate ? "/s" : "", left);
}

void
ft_text_bar(const char *phase, uint64_t done, uint64_t total,
            uint64_t bytes_per_s, size_t width, char *out, size_t size)
{
    char numbers[128], bar[64];
    size_t cells, filled;

    done = FT_MIN(done, total);
    format_numbers(done, total, bytes_per_s, numbers, sizeof(numbers));
    cells = strlen(phase) + strlen(numbers) + 6;
    cells = width > cells ? FT_MIN(width - cells, (size_t)40) : 0;
    filled = total ? (size_t)((double)done / total * cells) : cells;
    memset(bar, '#', filled);
    memset(bar + filled, '.', cells - filled);
    bar[cells] = '\0';
    if (cells >= 8)
        snprintf(out, size, "%s [%s] %s", phase, bar, numbers);
    else
        snprintf(out, size, "%s %s", phase, numbers);
}
