/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/connections.h"

#include <stdio.h>
#include <string.h>

#include "base/paths.h"
#include "plan/links.h"
#include "plan/remedy.h"

/* ---- which ---- */

static struct ft_connection *
add(struct ft_connection *list, size_t *count, const struct ft_host *from,
    const struct ft_host *to, const char *address, int port)
{
    struct ft_connection *connection = &list[(*count)++];

    memset(connection, 0, sizeof(*connection));
    connection->from = from;
    connection->to = to;
    snprintf(connection->address, sizeof(connection->address), "%s", address);
    connection->port = (uint16_t)port;
    return connection;
}

static void
add_witness(struct ft_connection *list, size_t *count,
            const struct ft_host *from, const struct ft_host *witness)
{
    struct ft_link_path paths[FT_LINKS_MAX];

    if (witness != NULL && ft_link_paths(from, witness, paths) > 0)
        add(list, count, from, witness, paths[0].standby, FT_WITNESS_PORT)
            ->witness = true;
}

size_t
ft_connections(const struct ft_host *primary, const struct ft_host *standby,
               const struct ft_host *witness, const char *address,
               struct ft_connection list[FT_CONNECTIONS_MAX])
{
    struct ft_link_path paths[FT_LINKS_MAX];
    size_t n = ft_link_paths(primary, standby, paths);
    size_t chosen = 0, count = 0;

    while (address != NULL && chosen < n &&
           strcmp(paths[chosen].standby, address) != 0)
        chosen++;
    if (chosen == n)
        return 0;
    add(list, &count, primary, standby, paths[chosen].standby,
        standby->link_port);
    if (n > 1)
        strcpy(list[0].other, paths[chosen == 0].standby);
    add(list, &count, standby, primary, paths[chosen].primary,
        primary->link_port);
    add_witness(list, &count, primary, witness);
    add_witness(list, &count, standby, witness);
    return count;
}

/* ---- what is said of them ---- */

/* NULL: it is let in, or would be once somebody listens there. */
static const char *
obstacle(const struct ft_connection *connection)
{
    const struct ft_trips *trips = &connection->trips;

    if (*trips->error != '\0')
        return trips->error;
    if (trips->count == 0)
        return "no answer, as where a firewall drops it";
    if (trips->refused == trips->count &&
        ft_host_listens(connection->to, connection->port))
        return "refused though the port is in use there, as a firewall does";
    return NULL;
}

static const char *
why(const struct ft_connection *connection, size_t number)
{
    if (connection->witness)
        return "Both hosts ask the witness who may go on when they lose each "
               "other; one that cannot ask it does not go on.";
    return number == 0 ? "The engine sends every checkpoint to that port."
                       : "After a takeover the copy goes this way.";
}

/* What fails, and not only warns: what the plan cannot do without. */
static bool
is_needed(const struct ft_connection *connection, size_t number, bool standing)
{
    return number == 0 && !(standing && *connection->other != '\0');
}

/* firewalld and ufw keep a rule, and take it away again by its own words. */
static void
add_fix(const struct ft_connection *connection, struct ft_findings *findings)
{
    const char *firewall = connection->to->firewall;
    enum ft_fix_kind kind = strcmp(firewall, "firewalld") == 0
                                ? FT_FIX_PORT_FIREWALLD
                            : strcmp(firewall, "ufw") == 0 ? FT_FIX_PORT_UFW
                                                           : FT_FIX_NONE;
    char port[8];

    snprintf(port, sizeof(port), "%u", connection->port);
    if (kind != FT_FIX_NONE)
        ft_findings_fix(findings, kind, connection->to->name, port);
}

static int
judge(const struct ft_connection *connection, size_t number, bool standing,
      struct ft_findings *findings)
{
    enum ft_check_id check =
        connection->witness ? FT_CHECK_WITNESS_PORT : FT_CHECK_LINK_PORT;
    const char *what = obstacle(connection);
    char remedy[400];
    int rc;

    if (what == NULL)
        return ft_findings_add(findings, FT_PASS, check, connection->to->name,
                               why(connection, number), NULL,
                               "%s lets %s in at %s, TCP port %u",
                               connection->to->name, connection->from->name,
                               connection->address, connection->port);
    ft_remedy_port(connection->to, connection->port, remedy, sizeof(remedy));
    if (*connection->other != '\0' && !standing)
        snprintf(remedy + strlen(remedy), sizeof(remedy) - strlen(remedy),
                 " Or another network: --address %s.", connection->other);
    rc = ft_findings_add(findings,
                         is_needed(connection, number, standing) ? FT_FAIL
                                                                 : FT_WARN,
                         check, connection->to->name, why(connection, number),
                         remedy,
                         "%s cannot connect to %s at %s, TCP port %u: %s",
                         connection->from->name, connection->to->name,
                         connection->address, connection->port, what);
    if (rc == 0)
        add_fix(connection, findings);
    return rc;
}

/* The MTU of the NIC that has the address; 0: not known. */
static int
mtu_at(const struct ft_host *host, const char *address)
{
    for (size_t i = 0; i < host->nic_count; i++)
        for (size_t k = 0; k < host->nics[i].address_count; k++)
            if (strcmp(host->nics[i].addresses[k].text, address) == 0)
                return host->nics[i].mtu;
    return 0;
}

/*
 * Two NICs of one MTU agree on packets of that size, and if none comes through every
 * large answer hangs. With a smaller one there they agree on less (link.mtu).
 */
int
ft_connection_check_size(const struct ft_connection *connection,
                         struct ft_findings *findings)
{
    const struct ft_trips *trips = &connection->trips;
    int there = mtu_at(connection->to, connection->address);
    bool passes = trips->full > 0;

    if (trips->mtu == 0 || trips->full_sent == 0 || connection->witness ||
        (!passes && there != 0 && there != trips->mtu))
        return 0;
    return ft_findings_add(
        findings, passes ? FT_PASS : FT_FAIL, FT_CHECK_LINK_MTU_PASSES,
        connection->to->name,
        "Small talk comes through and the first large checkpoint does not: the link "
        "hangs.",
        passes
            ? NULL
            : "Give the switch and all ports between the hosts this MTU, or both "
              "NICs a smaller one (ip link set ... mtu).",
        passes
            ? "packets of %d bytes come through from %s to %s (%s)"
            : "no packet of %d bytes comes through from %s to %s, small ones do "
              "(%s)",
        trips->mtu, connection->from->name, connection->to->name,
        connection->address);
}

int
ft_connections_check(const struct ft_connection *connections, size_t count,
                     bool standing, struct ft_findings *findings)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        if (connections[i].trips.sent > 0)
            rc = judge(&connections[i], i, standing, findings);
    for (size_t i = 0; i < count && rc == 0; i++)
        if (connections[i].trips.sent > 0)
            rc = ft_connection_check_size(&connections[i], findings);
    return rc;
}
