/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the whole database file is sound (PRAGMA quick_check), looked at
 * once a day by a thread with a connection of its own, because reading all of
 * a cold file takes seconds. The result and its time are in the database: a
 * damaged file is said by the one that found it, and by all that open it.
 *
 * Threads: all functions are the store's thread's; the one that reads is ours.
 */
#ifndef FT_DB_CHECK_H
#define FT_DB_CHECK_H

#include "base/error.h"

struct ft_store;

#define FT_CHECK_EVERY_MS (INT64_C(24) * 3600 * 1000)

/*
 * Begins a check when the last one is a day old, or found damage. -EBADMSG:
 * it did find damage; the store stays usable, but no lock is given any more.
 * 0 also where nothing can be checked (a copy in memory, no thread to be had).
 */
int ft_check_begin(struct ft_store *store, struct ft_error *err);

/*
 * Waits at most wait_ms for a check that is at work, and writes its result
 * down. -EBADMSG: the file is damaged. 0: it is sound, or not known (yet).
 */
int ft_check_result(struct ft_store *store, int wait_ms, struct ft_error *err);

/*
 * Ends one that is still at work; it counts as tried, so that short commands
 * do not begin one each. The store does this when it is closed.
 */
void ft_check_end(struct ft_store *store);

#endif
