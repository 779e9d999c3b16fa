/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The past of one figure of a pair, ready to be drawn: from what was heard
 * while the console is open (ui/model/recent.h), and what the database has of
 * minutes and hours (db/samples.h). Threads: the store's.
 */
#ifndef FT_UI_WORK_HISTORY_H
#define FT_UI_WORK_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"
#include "ui/model/picture.h"
#include "ui/model/recent.h"

/*
 * The last seconds of a metric (pair/metrics.h, by name) until now_s, seconds
 * since 1970. False for a metric that is not drawn. What cannot be read is
 * "nothing was measured".
 */
bool ft_history_read(struct ft_store *store, const struct ft_recent *recent,
                     const char *pair, const char *metric, int64_t now_s,
                     int64_t seconds, struct ft_history *history);

#endif
