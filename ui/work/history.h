/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The past of a pair's figures, ready to be drawn: from what was heard while
 * the console is open (ui/model/recent.h), and what the database has of minutes
 * and hours (db/samples.h). Threads: the store's.
 */
#ifndef FT_UI_WORK_HISTORY_H
#define FT_UI_WORK_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"
#include "ui/model/picture.h"
#include "ui/model/recent.h"

/* Seconds since 1970, and how many of them. */
struct ft_history_wish {
    const char *pair, *metric; /* pair/metrics.h, by name */
    int64_t now_s;
    int64_t until_s; /* what is later is not wanted */
    int64_t seconds;
};

/*
 * False for a metric that is not drawn. What cannot be read is "nothing was
 * measured". Hours stand only where no minutes are kept any more.
 */
bool ft_history_read(struct ft_store *store, const struct ft_recent *recent,
                     const struct ft_history_wish *wish,
                     struct ft_history *history);

/* What was measured of a pair about a moment. False: nothing is kept of it. */
bool ft_history_moment(struct ft_store *store, const struct ft_recent *recent,
                       const char *pair, int64_t at_s, struct ft_measured *out);

#endif
