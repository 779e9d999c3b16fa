/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "drift/ways.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/connections.h"

/* ---- which ---- */

const struct ft_way *
ft_ways_find(const struct ft_ways *ways, const char *address)
{
    for (size_t i = 0; i < ways->count; i++)
        if (strcmp(ways->list[i].address, address) == 0)
            return &ways->list[i];
    return NULL;
}

struct ft_way *
ft_ways_add(struct ft_ways *ways, const char *address, uint16_t port)
{
    const struct ft_way *found = ft_ways_find(ways, address);
    struct ft_way *way;

    if (found != NULL) {
        way = &ways->list[found - ways->list];
    } else {
        if (ways->count == FT_WAYS_MAX)
            return NULL;
        way = &ways->list[ways->count++];
        memset(way, 0, sizeof(*way));
        snprintf(way->address, sizeof(way->address), "%s", address);
    }
    way->port = port;
    return way;
}

/* Tried in this second already is not due: a look goes round once. */
struct ft_way *
ft_ways_size_due(struct ft_ways *ways, int64_t now_s)
{
    struct ft_way *due = NULL;

    for (size_t i = 0; i < ways->count; i++) {
        struct ft_way *way = &ways->list[i];

        if (way->sized_s < now_s && (due == NULL || way->sized_s < due->sized_s))
            due = way;
    }
    return due;
}

struct ft_way *
ft_ways_trips_due(struct ft_ways *ways, int64_t now_s)
{
    struct ft_way *due = NULL;

    for (size_t i = 0; i < ways->count; i++) {
        struct ft_way *way = &ways->list[i];
        bool again = way->trips_s == 0 || way->bad_trips > 0 ||
                     now_s - way->trips_s >= FT_WAY_TRIPS_EVERY_S;

        if (again && way->trips_s < now_s &&
            (due == NULL || way->trips_s < due->trips_s))
            due = way;
    }
    return due;
}

/* ---- what is believed ---- */

static bool
is_believed(bool bad, unsigned *in_a_row, unsigned believed)
{
    *in_a_row = bad ? FT_MIN(*in_a_row + 1, believed) : 0;
    return !bad || *in_a_row == believed;
}

/* Where no echo at all is answered nothing is known, and nothing was wrong either. */
void
ft_way_take_size(struct ft_way *way, const struct ft_trips *tried, int64_t now_s)
{
    bool bad = tried->mtu != 0 && tried->full_sent > 0 && tried->full == 0;

    way->sized_s = now_s;
    if (!is_believed(bad, &way->bad_sizes, FT_WAY_SIZES_BELIEVED))
        return;
    way->believed.mtu = tried->mtu;
    way->believed.full_sent = tried->full_sent;
    way->believed.full = tried->full;
}

void
ft_way_take_trips(struct ft_way *way, const struct ft_trips *tried,
                  int64_t now_s)
{
    struct ft_trips before = way->believed;
    struct ft_jitter jitter;
    bool bad = ft_jitter_judge(tried, &jitter) < 0 ||
               jitter.needed_ms > FT_SILENCE_LEAST_MS;

    way->trips_s = now_s;
    if (!is_believed(bad, &way->bad_trips, FT_WAY_TRIPS_BELIEVED))
        return;
    way->believed = *tried;
    way->believed.mtu = before.mtu;
    way->believed.full_sent = before.full_sent;
    way->believed.full = before.full;
}

/* ---- what is said of it ---- */

static int
needed_ms(const struct ft_way *way)
{
    struct ft_jitter jitter;

    return ft_jitter_judge(&way->believed, &jitter) < 0 ? -1 : jitter.needed_ms;
}

int
ft_ways_judge(const struct ft_ways *ways, const struct ft_host *from,
              const struct ft_host *to, const char (*addresses)[46],
              size_t count, int silence_ms, struct ft_findings *findings)
{
    struct ft_pair_settings settings = { .silence_ms = silence_ms };
    const struct ft_way *slowest = NULL;
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct ft_way *way = ft_ways_find(ways, addresses[i]);
        struct ft_connection connection = { .from = from, .to = to };

        if (way == NULL)
            continue;
        connection.trips = way->believed;
        strcpy(connection.address, way->address);
        rc = ft_connection_check_size(&connection, findings);
        if (needed_ms(way) >= 0 &&
            (slowest == NULL || needed_ms(way) > needed_ms(slowest)))
            slowest = way;
    }
    return rc == 0 && slowest != NULL
               ? ft_jitter_apply(&slowest->believed, from->name, to->name, true,
                                 &settings, findings)
               : rc;
}

/* ---- as JSON ---- */

json_t *
ft_ways_to_json(const struct ft_ways *ways)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ways->count; i++) {
        const struct ft_way *way = &ways->list[i];

        json_array_append_new(list,
                              json_pack("{s:s,s:i,s:I,s:I,s:i,s:i,s:o}",
                                        "address", way->address, "port",
                                        (int)way->port, "sized_s",
                                        (json_int_t)way->sized_s, "trips_s",
                                        (json_int_t)way->trips_s, "bad_sizes",
                                        (int)way->bad_sizes, "bad_trips",
                                        (int)way->bad_trips, "trips",
                                        ft_trips_to_json(&way->believed)));
    }
    return list;
}

/* An address is looked for only, never used as one. */
void
ft_ways_from_json(const json_t *list, struct ft_ways *ways)
{
    const json_t *one;
    size_t i;

    memset(ways, 0, sizeof(*ways));
    json_array_foreach(list, i, one) {
        const char *address = ft_json_string(one, "address", "");
        struct ft_way *way;

        if (*address == '\0' || strlen(address) >= sizeof(way->address))
            continue;
        way = ft_ways_add(ways, address,
                          (uint16_t)ft_json_int(one, "port", 0, 65535, 0));
        if (way == NULL)
            return;
        way->sized_s = ft_json_int(one, "sized_s", 0, INT64_MAX, 0);
        way->trips_s = ft_json_int(one, "trips_s", 0, INT64_MAX, 0);
        way->bad_sizes = (unsigned)ft_json_int(one, "bad_sizes", 0,
                                               FT_WAY_SIZES_BELIEVED, 0);
        way->bad_trips = (unsigned)ft_json_int(one, "bad_trips", 0,
                                               FT_WAY_TRIPS_BELIEVED, 0);
        if (ft_trips_from_json(json_object_get(one, "trips"), &way->believed) <
            0)
            memset(&way->believed, 0, sizeof(way->believed));
    }
}
