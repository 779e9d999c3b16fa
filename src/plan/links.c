/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/links.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define WIRE_DEPTH 8 /* VLANs on bridges on VLANs ... */

struct path_rank {
    struct ft_link_path path;
    int speed;
    bool ipv6;
};

static int
parse_address(const char *text, unsigned char out[16])
{
    memset(out, 0, 16);
    if (inet_pton(AF_INET, text, out) == 1)
        return AF_INET;
    return inet_pton(AF_INET6, text, out) == 1 ? AF_INET6 : -1;
}

static bool
same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
    int bytes = bits / 8;
    int rest = bits % 8;
    unsigned char mask = (unsigned char)(0xff << (8 - rest));

    return memcmp(a, b, (size_t)bytes) == 0 &&
           (rest == 0 || (a[bytes] & mask) == (b[bytes] & mask));
}

/* Two different addresses in one network. */
static bool
is_shared(const struct ft_address *a, const struct ft_address *b)
{
    unsigned char x[16], y[16];
    int family = parse_address(a->text, x);
    int limit = family == AF_INET ? 32 : 128;

    return family > 0 && family == parse_address(b->text, y) &&
           a->prefix == b->prefix && a->prefix > 0 && a->prefix < limit &&
           memcmp(x, y, sizeof(x)) != 0 && same_bits(x, y, a->prefix);
}

bool
ft_link_is_private(const struct ft_host *host, const struct ft_nic *bridge)
{
    for (size_t i = 0; i < host->network_count; i++)
        if (strcmp(host->networks[i].bridge, bridge->name) == 0 &&
            strcmp(host->networks[i].forward, "bridge") != 0)
            return true;
    return false;
}

static bool
is_usable(const struct ft_host *host, const struct ft_nic *nic)
{
    return nic->up && nic->address_count > 0 && !ft_link_is_private(host, nic);
}

/* Own network first, then speed, IPv4, name, address: a total order. */
static int
compare_paths(const void *left, const void *right)
{
    const struct path_rank *a = left, *b = right;
    int rc;

    if (a->path.guest_bridge != b->path.guest_bridge)
        return a->path.guest_bridge ? 1 : -1;
    if (a->speed != b->speed)
        return a->speed > b->speed ? -1 : 1;
    if (a->ipv6 != b->ipv6)
        return a->ipv6 ? 1 : -1;
    rc = strcmp(a->path.nic, b->path.nic);
    if (rc == 0)
        rc = strcmp(a->path.primary, b->path.primary);
    return rc != 0 ? rc : strcmp(a->path.standby, b->path.standby);
}

static void
add_path(struct path_rank *ranks, size_t *count, const struct path_rank *rank)
{
    if (*count < FT_LINKS_MAX) {
        ranks[(*count)++] = *rank;
    } else if (compare_paths(rank, &ranks[FT_LINKS_MAX - 1]) < 0) {
        ranks[FT_LINKS_MAX - 1] = *rank;
    }
    qsort(ranks, *count, sizeof(*ranks), compare_paths);
}

static void
add_shared(const struct ft_nic *mine, const struct ft_nic *theirs,
           struct path_rank *ranks, size_t *count)
{
    for (size_t i = 0; i < mine->address_count; i++)
        for (size_t k = 0; k < theirs->address_count; k++) {
            struct path_rank rank = { .speed = mine->speed_mbps };

            if (!is_shared(&mine->addresses[i], &theirs->addresses[k]))
                continue;
            strcpy(rank.path.primary, mine->addresses[i].text);
            strcpy(rank.path.standby, theirs->addresses[k].text);
            strcpy(rank.path.nic, mine->name);
            rank.path.guest_bridge = mine->is_bridge || theirs->is_bridge;
            rank.ipv6 = strchr(rank.path.primary, ':') != NULL;
            add_path(ranks, count, &rank);
        }
}

size_t
ft_link_paths(const struct ft_host *primary, const struct ft_host *standby,
              struct ft_link_path paths[FT_LINKS_MAX])
{
    struct path_rank ranks[FT_LINKS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < primary->nic_count; i++)
        for (size_t k = 0; k < standby->nic_count; k++)
            if (is_usable(primary, &primary->nics[i]) &&
                is_usable(standby, &standby->nics[k]))
                add_shared(&primary->nics[i], &standby->nics[k], ranks, &count);
    for (size_t i = 0; i < count; i++)
        paths[i] = ranks[i].path;
    return count;
}

const struct ft_nic *
ft_link_nic(const struct ft_host *host, const char *address)
{
    for (size_t i = 0; i < host->nic_count; i++)
        for (size_t k = 0; k < host->nics[i].address_count; k++)
            if (strcmp(host->nics[i].addresses[k].text, address) == 0)
                return &host->nics[i];
    return NULL;
}

/* A port that leads out of the host, rather one that has a carrier. */
static const struct ft_nic *
port_of(const struct ft_host *host, const struct ft_nic *bridge)
{
    const struct ft_nic *port = NULL;

    for (size_t i = 0; i < host->nic_count; i++) {
        const struct ft_nic *nic = &host->nics[i];

        if (strcmp(nic->master, bridge->name) == 0 &&
            strcmp(nic->kind, "tun") != 0 &&
            (port == NULL || (!port->carrier && nic->carrier)))
            port = nic;
    }
    return port;
}

const struct ft_nic *
ft_link_wire(const struct ft_host *host, const struct ft_nic *nic)
{
    for (int depth = 0; nic != NULL && depth < WIRE_DEPTH; depth++) {
        const struct ft_nic *below = *nic->parent != '\0'
                                         ? ft_host_nic(host, nic->parent)
                                     : nic->is_bridge ? port_of(host, nic)
                                                      : NULL;

        if (below == NULL)
            break;
        nic = below;
    }
    return nic;
}

static bool
share_a_wire(const struct ft_host *host, const char *address, const char *other)
{
    return ft_link_wire(host, ft_link_nic(host, address)) ==
           ft_link_wire(host, ft_link_nic(host, other));
}

size_t
ft_link_networks(const struct ft_host *primary, const struct ft_host *standby,
                 const struct ft_link_path *paths, size_t count)
{
    size_t networks = 0;

    for (size_t i = 0; i < count; i++) {
        size_t k = 0;

        while (k < i &&
               !share_a_wire(primary, paths[i].primary, paths[k].primary) &&
               !share_a_wire(standby, paths[i].standby, paths[k].standby))
            k++;
        networks += k == i;
    }
    return networks;
}

double
ft_link_speed(const struct ft_host *primary, const struct ft_host *standby,
              const struct ft_link_path *path)
{
    const struct ft_nic *nics[] = { ft_link_nic(primary, path->primary),
                                    ft_link_nic(standby, path->standby) };
    int mbps = 0;

    for (size_t i = 0; i < FT_ARRAY_SIZE(nics); i++)
        if (nics[i] != NULL && nics[i]->speed_mbps > 0 &&
            (mbps == 0 || nics[i]->speed_mbps < mbps))
            mbps = nics[i]->speed_mbps;
    return mbps * 1e6 / 8;
}

static bool
share_a_network(const struct ft_nic *a, const struct ft_nic *b)
{
    for (size_t i = 0; i < a->address_count; i++)
        for (size_t k = 0; k < b->address_count; k++)
            if (is_shared(&a->addresses[i], &b->addresses[k]))
                return true;
    return false;
}

const struct ft_nic *
ft_shared_mac(const struct ft_host *first, const struct ft_host *second)
{
    for (size_t i = 0; i < first->nic_count; i++)
        for (size_t k = 0; k < second->nic_count; k++) {
            const struct ft_nic *a = &first->nics[i], *b = &second->nics[k];

            if (*a->mac != '\0' && strcmp(a->mac, b->mac) == 0 &&
                is_usable(first, a) && is_usable(second, b) &&
                share_a_network(a, b))
                return b;
        }
    return NULL;
}
