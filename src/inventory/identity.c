/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "inventory/identity.h"

#include <string.h>

#define NO_MAC "00:00:00:00:00:00" /* lo */

/* Of one type, as in "ssh-ed25519 SHA256:...". */
static bool
are_comparable(const char *a, const char *b)
{
    size_t type = strcspn(a, " ");

    return a[type] == ' ' && strncmp(a, b, type + 1) == 0;
}

/* A bridge's may come from a file that was copied (libvirt's networks). */
static bool
has_mac(const struct ft_host *host, const char *mac)
{
    for (size_t i = 0; i < host->nic_count; i++)
        if (!host->nics[i].is_bridge && strcmp(host->nics[i].mac, mac) == 0)
            return true;
    return false;
}

static bool
share_a_nic(const struct ft_host *a, const struct ft_host *b)
{
    for (size_t i = 0; i < a->nic_count; i++) {
        const struct ft_nic *nic = &a->nics[i];

        if (!nic->is_bridge && *nic->mac != '\0' &&
            strcmp(nic->mac, NO_MAC) != 0 && has_mac(b, nic->mac))
            return true;
    }
    return false;
}

enum ft_identity
ft_host_identity(const struct ft_host *a, const struct ft_host *b)
{
    bool same;

    if (*a->machine_id == '\0' || strcmp(a->machine_id, b->machine_id) != 0)
        return FT_IDENTITY_OTHER;
    same = are_comparable(a->host_key, b->host_key)
               ? strcmp(a->host_key, b->host_key) == 0
               : share_a_nic(a, b) || strcmp(a->hostname, b->hostname) == 0;
    return same ? FT_IDENTITY_SAME : FT_IDENTITY_CLONE;
}

const char *
ft_host_identity_why(const struct ft_host *a, const struct ft_host *b)
{
    if (are_comparable(a->host_key, b->host_key))
        return "the same machine-id and SSH host key";
    return share_a_nic(a, b) ? "the same machine-id and the MAC of a NIC"
                             : "the same machine-id and name";
}
