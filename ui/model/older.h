/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Engines, and workers of them, that are older than the rest: an upgrade that was
 * not finished. Pure; any thread.
 */
#ifndef FT_UI_MODEL_OLDER_H
#define FT_UI_MODEL_OLDER_H

#include "ui/model/live.h"

/* Of two versions, "0.9.2": less, equal or greater than 0, number by number. */
int ft_release_compare(const char *one, const char *two);

/* The newest version among the hosts that answer; "" for none. Theirs to keep. */
const char *ft_newest_engine(const struct ft_live *live, int64_t now_ms);

enum ft_older { FT_OLDER_NOTHING, FT_OLDER_ENGINE, FT_OLDER_WORKERS };

/*
 * What is older on a host that answers; text (FT_OLDER_TEXT) says so to people,
 * with the command that ends it.
 */
#define FT_OLDER_TEXT 320
enum ft_older ft_older_of(const struct ft_live_host *host, const char *newest,
                          char text[FT_OLDER_TEXT]);

/* "engine", "workers", or NULL for nothing. */
const char *ft_older_word(enum ft_older older);

#endif
