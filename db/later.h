/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a live view hears goes to the database behind it: it waits here and is
 * written in one transaction, once a second at most, because each transaction
 * costs a flush of the disk. Of a pair's STATUS, and of when a host was seen,
 * only the newest is written.
 *
 * What waits is bounded: FT_LATER_MAX rollups and other things; when more come
 * they are written at once, and when that fails (a full disk) they are
 * dropped: the hosts keep both, and tell them again.
 *
 * Memory: an object belongs to its maker and keeps copies, or references.
 * Threads: those of its store, which outlives it. Errors: those of store.h.
 */
#ifndef FT_DB_LATER_H
#define FT_DB_LATER_H

#include "db/samples.h"

#define FT_LATER_MAX 10000
#define FT_LATER_EVERY_MS 1000

struct ft_later;

/* NULL without memory. */
struct ft_later *ft_later_new(struct ft_store *store);

/* Writes what waits, as far as that is possible. NULL is a no-op. */
void ft_later_free(struct ft_later *later);

/* Each returns 0 or -ENOMEM; at in ms since 1970. */
int ft_later_status(struct ft_later *later, const char *pair, json_t *status,
                    int64_t at);
int ft_later_seen(struct ft_later *later, const char *host, int64_t at);

/* As ft_store_event_put and ft_store_rollups_put; 0, -ENOMEM or theirs. */
int ft_later_event(struct ft_later *later, const struct ft_store_event *event,
                   struct ft_error *err);
int ft_later_rollups(struct ft_later *later, const char *pair,
                     enum ft_rollup_scale scale, const struct ft_rollup *rollups,
                     size_t count, struct ft_error *err);

/*
 * Writes what waits, when the last time is FT_LATER_EVERY_MS ago (now_ns of
 * CLOCK_MONOTONIC): to be called about as often. A STATUS of a pair that is not
 * known, and the like, is passed over. After an error everything waits on.
 */
int ft_later_flush(struct ft_later *later, int64_t now_ns, struct ft_error *err);

#endif
