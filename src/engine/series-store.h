/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Minutes and hours of a pair's series on disk, series.json in the pair's
 * folder: at most some 600 KB, and gone with the pair. Daemon only.
 */
#ifndef FT_ENGINE_SERIES_STORE_H
#define FT_ENGINE_SERIES_STORE_H

#include "pair/series.h"

/* Fills an empty series. A file that is missing or damaged is an empty one. */
void ft_series_load(const char *pair, struct ft_series *series);

/* Writes it; 0 or -errno. Blocks for as long as the disk takes. */
int ft_series_save(const char *pair, const struct ft_series *series);

/*
 * The same on a thread of its own, with the series as it is now. Loop thread
 * only. 0; -EBUSY while another one is being written; -errno.
 */
int ft_series_save_later(const char *pair, const struct ft_series *series);

#endif
