/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the hosts of the pair that is planned for connections to each other and to
 * the witness (plan/connections.h).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "protect/protect-private.h"

/* From which a silence is proposed; and only whether there is a way. */
#define LINK_TRIPS 20
#define OTHER_TRIPS 3

/* An engine that does not know it yet fails, and nothing is known. */
#define MEASURE                                                     \
    "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED "; " \
    "exec $e trips %s %u %u 2>/dev/null"

static int
ask(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct ft_connection *connection = data;
    struct ft_ssh_result result = { 0 };
    FT_AUTOJSON json_t *json = NULL;
    char command[400];
    int rc;

    snprintf(command, sizeof(command), MEASURE, connection->address,
             connection->port, connection->trips.sent);
    rc = ft_ssh_run(session, command, NULL, 0, 0, &result, err);
    memset(&connection->trips, 0, sizeof(connection->trips));
    if (rc == 0 && result.status == 0)
        rc = ft_json_parse(result.out, result.out_size, &json, err);
    if (rc == 0)
        rc = ft_trips_from_json(json, &connection->trips);
    ft_ssh_result_free(&result);
    return rc;
}

/* The connections of a plan that nothing is in the way of; 0: none. */
static size_t
find(const struct ft_inventory *inventory, const struct ft_plan_choices *choices,
     struct ft_connection connections[FT_CONNECTIONS_MAX])
{
    struct ft_plan plan;
    bool good = ft_plan_check(inventory, choices, &plan, NULL) == 0 &&
                ft_findings_worst(&plan.findings) != FT_FAIL;
    const struct ft_host *here = ft_inventory_host(inventory, plan.primary);
    const struct ft_host *there = ft_inventory_host(inventory, plan.standby);
    const struct ft_host *witness = ft_inventory_host(inventory, plan.witness);

    ft_plan_free(&plan);
    return good && here != NULL && there != NULL
               ? ft_connections(here, there, witness, choices->address,
                                connections)
               : 0;
}

/* It goes into a command line; a host says what its addresses are. */
static bool
is_address(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF.:") == strlen(text);
}

void
ft_protect_measure(struct ft_fleet *fleet, struct ft_inventory *inventory,
                   const struct ft_plan_choices *choices,
                   struct ft_connection connections[FT_CONNECTIONS_MAX])
{
    size_t count = find(inventory, choices, connections);

    for (size_t i = 0; i < count; i++) {
        struct ft_connection *connection = &connections[i];
        struct ft_member *member = ft_fleet_find(fleet, connection->from->name);

        connection->trips.sent = i == 0 ? LINK_TRIPS : OTHER_TRIPS;
        if (member == NULL || !is_address(connection->address) ||
            ft_member_do(fleet, member, ask, connection, NULL) < 0)
            memset(&connection->trips, 0, sizeof(connection->trips));
    }
    inventory->connections = connections;
    inventory->connection_count = count;
}
