/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways from this host to those that it has pairs with, as they are tried while the
 * pairs are protected: whether packets as large as the NIC takes come through, and
 * whether the network keeps them waiting longer than the pair's silence. What
 * goes badly is believed when it did so some times in a row, for a busy host may lose
 * some; what goes well, at once. Pure; ways-try.h tries them.
 */
#ifndef FT_DRIFT_WAYS_H
#define FT_DRIFT_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "inventory/host.h"
#include "plan/findings.h"
#include "plan/jitter.h"

#define FT_WAYS_MAX 64

/* Large packets are tried at each look, for that takes a millisecond where they pass;
 * round trips, which take a tenth of a second, so often, or when the last went badly. */
#define FT_WAY_TRIPS_EVERY_S 120

/* Bad tries in a row: of large packets three are sent in each, and small ones beside. */
#define FT_WAY_SIZES_BELIEVED 2
#define FT_WAY_TRIPS_BELIEVED 3

struct ft_way {
    char address[46]; /* of the other host, numeric */
    uint16_t port;
    int64_t sized_s, trips_s; /* of the last tries, CLOCK_MONOTONIC; 0: none */
    unsigned bad_sizes, bad_trips; /* in a row */
    struct ft_trips believed; /* sent 0: no round trips yet; mtu 0: no size */
};

struct ft_ways { /* zero bytes: none */
    struct ft_way list[FT_WAYS_MAX];
    size_t count;
};

/* The way to this address; NULL: none. */
const struct ft_way *ft_ways_find(const struct ft_ways *ways,
                                  const char *address);

/* The same, which is added first if there is none; NULL: there are too many. */
struct ft_way *ft_ways_add(struct ft_ways *ways, const char *address,
                           uint16_t port);

/* Of those that are due the one that was tried longest ago; NULL: none is due. */
struct ft_way *ft_ways_size_due(struct ft_ways *ways, int64_t now_s);
struct ft_way *ft_ways_trips_due(struct ft_ways *ways, int64_t now_s);

/*
 * A try: of large packets, by the members mtu (0: could not be tried, or not even a
 * small one was answered), full_sent and full; of round trips, by the others.
 */
void ft_way_take_size(struct ft_way *way, const struct ft_trips *tried,
                      int64_t now_s);
void ft_way_take_trips(struct ft_way *way, const struct ft_trips *tried,
                       int64_t now_s);

/*
 * Adds link.mtu-passes of each of these addresses of to that was tried, and one
 * link.jitter, of the one that would need the longest silence. 0 or -ENOMEM.
 */
int ft_ways_judge(const struct ft_ways *ways, const struct ft_host *from,
                  const struct ft_host *to, const char (*addresses)[46],
                  size_t count, int silence_ms, struct ft_findings *findings);

/*
 * [{"address","port","sized_s","trips_s","bad_sizes","bad_trips","trips"}] as
 * `ftengine trips` has the last; new or NULL. From such a list, of a peer or of a file:
 * what is malformed or too much is left out.
 */
json_t *ft_ways_to_json(const struct ft_ways *ways);
void ft_ways_from_json(const json_t *list, struct ft_ways *ways);

#endif
