/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bar that shows how far something is. Pure; any thread.
 */
#ifndef FT_UI_TEXT_BAR_H
#define FT_UI_TEXT_BAR_H

#include <stddef.h>
#include <stdint.h>

struct ft_bar {
    const char *phase;
    uint64_t done, total; /* bytes */
    uint64_t bytes_per_s; /* 0: not known */
    int64_t left_from_s;  /* a range, as ft_left_range; -1: not known */
    int64_t left_to_s;
};

/*
 * The text of a bar: "memory [#####.....]  50% 1.0 GiB of 2.0 GiB, 110.0 MiB/s,
 * 9 to 20 s left". width is the whole line's, at least 40.
 */
void ft_text_bar(const struct ft_bar *bar, size_t width, char *out, size_t size);

#endif
