/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "drift/ways-try.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "link/frame-size.h"
#include "link/trips.h"
#include "worker/pair-store.h"

/* Those of before that a pair still has, and those of new pairs. */
static void
find_ways(const json_t *pairs, const struct ft_ways *before,
          struct ft_ways *ways)
{
    struct ft_pair_config config;
    const json_t *pair;
    size_t i;

    memset(ways, 0, sizeof(*ways));
    json_array_foreach(pairs, i, pair) {
        const struct ft_endpoint *peer;

        if (ft_pair_load(json_string_value(pair), &config, NULL))
            continue;
        peer = &config.hosts[!config.self];
        for (unsigned k = 0; k < peer->address_count; k++) {
            const char *address = peer->addresses[k];
            const struct ft_way *known = ft_ways_find(before, address);
            struct ft_way *way = ft_ways_add(ways, address, peer->port);

            if (way && known)
                *way = *known;
            if (way)
                way->port = peer->port;
        }
    }
}

/* Without CAP_NET_RAW, or a way, nothing is known of its size. */
static void
try_size(struct ft_way *way, int64_t now_s)
{
    struct ft_frame_size_seen seen;
    struct ft_trips tried = { 0 };

    if (ft_frame_size_try(way->address, &seen, NULL) == 0 && seen.small > 0) {
        tried.mtu = seen.mtu;
        tried.full_sent = seen.full_sent;
        tried.full = seen.full;
    }
    ft_way_take_size(way, &tried, now_s);
}

static void
try_trips(struct ft_way *way, int64_t now_s)
{
    struct ft_trips_seen seen = { 0 };
    struct ft_trips tried = { 0 };

    ft_trips_measure(way->address, way->port, FT_TRIPS_LEAST, &seen, NULL);
    tried.sent = seen.sent;
    tried.refused = seen.refused;
    while (tried.count < seen.count) {
        tried.us[tried.count] = seen.us[tried.count];
        tried.count++;
    }
    ft_way_take_trips(way, &tried, now_s);
}

/* Sizes first: they take a moment where all is well. */
static void
try_all(struct ft_ways *ways)
{
    int64_t began_ns = ft_clock_ns();
    int64_t now_s = began_ns / FT_NS_PER_S;
    struct ft_way *way;

    while (ft_clock_ns() - began_ns < FT_WAYS_TRY_MS * FT_NS_PER_MS) {
        if ((way = ft_ways_size_due(ways, now_s)))
            try_size(way, now_s);
        else if ((way = ft_ways_trips_due(ways, now_s)))
            try_trips(way, now_s);
        else
            break;
    }
}

void
ft_ways_try(const json_t *pairs, struct ft_ways *ways)
{
    FT_AUTOJSON json_t *before = NULL;
    FT_AUTOJSON json_t *after = NULL;
    struct ft_ways known = { 0 };
    int rc;

    if (ft_json_load(FT_WAYS_FILE, FT_WAYS_FILE_MAX, &before, NULL) == 0)
        ft_ways_from_json(json_object_get(before, "ways"), &known);
    find_ways(pairs, &known, ways);
    try_all(ways);
    after = json_pack("{s:o}", "ways", ft_ways_to_json(ways));
    rc = after ? ft_json_save(FT_WAYS_FILE, after) : -ENOMEM;
    if (rc)
        ft_log(FT_LOG_WARN, "cannot write " FT_WAYS_FILE ": %s", strerror(-rc));
}
