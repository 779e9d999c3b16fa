/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has the hosts of the pair that is planned measure what the networks between them
 * carry: the engine of the one sends, that of the other takes it (engine/sink.h).
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/uuid.h"
#include "protect/protect-private.h"

#define FRESH_NS (60 * FT_NS_PER_S)

#define MEASURE                                                     \
    "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED "; " \
    "exec $e throughput %s %d %s%s 2>/dev/null"

struct asked {
    const char *address;
    int port;
    char token[FT_UUID_SIZE];
    bool brief;
    double bytes_per_s;
};

static int
ask(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct asked *asked = data;
    struct ft_ssh_result result = { 0 };
    FT_AUTOJSON json_t *json = NULL;
    char command[400];
    int rc;

    snprintf(command, sizeof(command), MEASURE, asked->address, asked->port,
             asked->token, asked->brief ? " brief" : "");
    rc = ft_ssh_run(session, command, NULL, 0, 0, &result, err);
    if (rc == 0 && result.status == 0)
        rc = ft_json_parse(result.out, result.out_size, &json, err);
    asked->bytes_per_s = json_number_value(json_object_get(json, "bytes_per_s"));
    ft_ssh_result_free(&result);
    return rc;
}

/* ---- what was measured a moment ago ---- */

static struct ft_member_rate *
find(struct ft_member *from, const char *to, const char *address)
{
    for (size_t i = 0; i < from->rate_count; i++)
        if (strcmp(from->rates[i].to, to) == 0 &&
            strcmp(from->rates[i].rate.address, address) == 0)
            return &from->rates[i];
    return NULL;
}

static void
keep(struct ft_member *from, const char *to, const struct ft_link_rate *rate)
{
    struct ft_member_rate *known = find(from, to, rate->address);
    struct ft_member_rate *grown;

    if (known == NULL) {
        grown =
            realloc(from->rates, (from->rate_count + 1) * sizeof(*from->rates));
        if (grown == NULL)
            return;
        from->rates = grown;
        known = &grown[from->rate_count++];
        snprintf(known->to, sizeof(known->to), "%s", to);
    }
    known->rate = *rate;
    known->at_ns = ft_clock_ns();
}

/* ---- measuring ---- */

/* It goes into a command line; a host says what its addresses are. */
static bool
is_address(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF.:") == strlen(text);
}

static bool
has_pairs(const struct ft_member *member)
{
    return json_array_size(json_object_get(member->status, "pairs")) > 0;
}

/* Those that run on either host are not to wait for their network. */
static int
measure(struct ft_fleet *fleet, struct ft_member *from, struct ft_member *to,
        int port, struct ft_link_rate *rate)
{
    struct asked asked = { .address = rate->address,
                           .port = port,
                           .brief = has_pairs(from) || has_pairs(to) };
    struct ft_error before =
        to->error; /* its engine may be of before: no fault */
    int rc;

    if (!is_address(rate->address) || ft_make_uuid(asked.token) < 0)
        return -ENODATA;
    rc = ft_member_call(fleet, to, "sink",
                        json_pack("{s:s}", "token", asked.token), NULL, 0, NULL);
    to->error = before;
    if (rc < 0 || ft_member_do(fleet, from, ask, &asked, NULL) < 0)
        return -ENODATA;
    rate->bytes_per_s = asked.bytes_per_s;
    rate->brief = asked.brief;
    return asked.bytes_per_s > 0 ? 0 : -ENODATA;
}

static int
take(struct ft_fleet *fleet, struct ft_member *from, struct ft_member *to,
     int port, struct ft_link_rate *rate)
{
    const struct ft_member_rate *known = find(from, to->name, rate->address);
    int rc;

    if (known != NULL && ft_clock_ns() - known->at_ns < FRESH_NS) {
        *rate = known->rate;
        return 0;
    }
    rc = measure(fleet, from, to, port, rate);
    if (rc == 0)
        keep(from, to->name, rate);
    return rc;
}

static bool
is_wanted(const struct ft_fleet *fleet, const struct ft_inventory *inventory)
{
    const struct ft_trips *trips;

    if (inventory->connection_count == 0 || inventory->standing ||
        *fleet->recorded != '\0')
        return false;
    trips = &inventory->connections[0].trips;
    return trips->count > trips->refused;
}

/* What the path carries to the VM's host; nothing is said where nobody lets us in. */
static void
take_back(struct ft_fleet *fleet, const struct ft_connection *back,
          const struct ft_link_path *path, struct ft_link_rate *rate)
{
    struct ft_member *from = ft_fleet_find(fleet, back->from->name);
    struct ft_member *to = ft_fleet_find(fleet, back->to->name);
    const struct ft_nic *nic = ft_link_nic(back->from, path->standby);
    struct ft_link_rate other = { 0 };

    if (from == NULL || to == NULL || back->trips.count <= back->trips.refused)
        return;
    strcpy(other.address, path->primary);
    if (take(fleet, from, to, back->to->link_port, &other) < 0)
        return;
    strcpy(rate->back_address, path->primary);
    strcpy(rate->back_nic, nic != NULL ? nic->name : "");
    rate->back_bytes_per_s = other.bytes_per_s;
}

void
ft_protect_measure_rates(struct ft_fleet *fleet, struct ft_inventory *inventory,
                         struct ft_link_rate rates[FT_LINKS_MAX])
{
    struct ft_link_path paths[FT_LINKS_MAX];
    const struct ft_connection *link = inventory->connections;
    struct ft_member *from, *to;
    size_t paths_count, count = 0;

    if (!is_wanted(fleet, inventory))
        return;
    from = ft_fleet_find(fleet, link->from->name);
    to = ft_fleet_find(fleet, link->to->name);
    paths_count = ft_link_paths(link->from, link->to, paths);
    for (size_t i = 0; from != NULL && to != NULL && i < paths_count; i++) {
        struct ft_link_rate *rate = &rates[count];

        memset(rate, 0, sizeof(*rate));
        strcpy(rate->address, paths[i].standby);
        strcpy(rate->nic, paths[i].nic);
        if (take(fleet, from, to, link->to->link_port, rate) < 0)
            continue;
        if (inventory->connection_count > 1 && !link[1].witness)
            take_back(fleet, &link[1], &paths[i], rate);
        count++;
    }
    inventory->rates = rates;
    inventory->rate_count = count;
}
