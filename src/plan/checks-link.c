/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network that checkpoints go over.
 */
#include "config.h"

#include <string.h>

#include "plan/checks-private.h"

#define SPEED_WANTED 1000 /* Mbit/s */

static int
check_shared(const struct ft_link_path *path, const struct ft_host *standby,
             struct ft_findings *findings)
{
    bool shared = path->guest_bridge;

    return ft_findings_add(
        findings, shared ? FT_WARN : FT_PASS, FT_CHECK_LINK_SHARED,
        standby->name,
        "Replication and guests compete for one network, and fail with it.",
        shared ? "Connect the hosts by a second network." : NULL,
        shared ? "checkpoints go over the guests' bridge %s"
               : "no guest is in the network of %s",
        path->nic);
}

static int
check_single(size_t count, const struct ft_host *standby,
             struct ft_findings *findings)
{
    return ft_findings_add(
        findings, count > 1 ? FT_PASS : FT_WARN, FT_CHECK_LINK_SINGLE,
        standby->name,
        "When its only network is lost a copy is lost, too, until it is back.",
        count > 1 ? NULL : "Connect the hosts by a second network.",
        count > 1 ? "the hosts share %zu networks"
                  : "the hosts share %zu network",
        count);
}

static int
check_bond(const struct ft_host *host, const struct ft_nic *nic,
           struct ft_findings *findings)
{
    const struct ft_nic *bond = ft_link_wire(host, nic);
    size_t ports = 0, carried = 0;
    bool good;

    if (strcmp(bond->kind, "bond") != 0)
        return 0;
    for (size_t i = 0; i < host->nic_count; i++)
        if (strcmp(host->nics[i].master, bond->name) == 0) {
            ports++;
            carried += host->nics[i].carrier;
        }
    good = carried >= 2 && carried == ports;
    return ft_findings_add(
        findings, good ? FT_PASS : FT_WARN, FT_CHECK_LINK_BOND, host->name,
        "A bond that lives on one NIC is lost with it, and takes the link along.",
        good ? NULL
             : "See which NIC has no carrier (/proc/net/bonding), and why.",
        "%zu of %zu NICs of %s have a carrier", carried, ports, bond->name);
}

static int
check_mtu(const struct ft_nic *here, const struct ft_nic *there,
          const struct ft_host *standby, struct ft_findings *findings)
{
    bool same = here->mtu == there->mtu;

    if (here->mtu == 0 || there->mtu == 0)
        return 0;
    return ft_findings_add(
        findings, same ? FT_PASS : FT_WARN, FT_CHECK_LINK_MTU, standby->name,
        "Frames that one side sends and the other does not take are lost, as are "
        "all that are as large.",
        same ? NULL : "Give both NICs, and what is between them, one MTU.",
        "MTU %d on %s, %d on %s there", here->mtu, here->name, there->mtu,
        there->name);
}

static int
check_speed(const struct ft_nic *here, const struct ft_nic *there,
            const struct ft_host *standby, struct ft_findings *findings)
{
    const struct ft_nic *slow =
        there->speed_mbps > 0 &&
                (here->speed_mbps <= 0 || there->speed_mbps < here->speed_mbps)
            ? there
            : here;
    bool enough = slow->speed_mbps >= SPEED_WANTED;

    if (slow->speed_mbps <= 0) /* a bond, a bridge, a virtual one */
        return 0;
    return ft_findings_add(
        findings, enough ? FT_PASS : FT_WARN, FT_CHECK_LINK_SPEED, standby->name,
        "Every page that the guest writes goes over it; what does not fit makes "
        "the guest wait.",
        enough ? NULL
               : "Use a faster network, or see why the NIC is slow (ethtool).",
        "%s is at %d Mbit/s", slow->name, slow->speed_mbps);
}

int
ft_check_link(const struct ft_host *primary, const struct ft_host *standby,
              struct ft_findings *findings)
{
    struct ft_link_path paths[FT_LINKS_MAX];
    size_t count = ft_link_paths(primary, standby, paths);
    const struct ft_nic *here, *there;
    int rc;

    if (count == 0)
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_LINK_ADDRESS, standby->name,
            "The engines replicate over a network both hosts are in.",
            "Give both hosts addresses in a common network.",
            "%s and %s share no network", primary->name, standby->name);
    rc = ft_findings_add(findings, FT_PASS, FT_CHECK_LINK_ADDRESS,
                         standby->name, NULL, NULL, "%s to %s over %s",
                         paths[0].primary, paths[0].standby, paths[0].nic);
    if (rc == 0)
        rc = check_shared(&paths[0], standby, findings);
    if (rc == 0)
        rc = check_single(ft_link_networks(primary, standby, paths, count),
                          standby, findings);
    here = ft_link_nic(primary, paths[0].primary);
    there = ft_link_nic(standby, paths[0].standby);
    if (rc < 0 || here == NULL || there == NULL)
        return rc;
    rc = check_bond(primary, here, findings);
    if (rc == 0)
        rc = check_bond(standby, there, findings);
    if (rc == 0)
        rc = check_mtu(here, there, standby, findings);
    return rc == 0 ? check_speed(here, there, standby, findings) : rc;
}
