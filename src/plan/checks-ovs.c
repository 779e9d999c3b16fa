/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NICs whose port is on a bridge of Open vSwitch. libvirt makes the port on each host
 * by the definition, which has its VLANs and its interface id.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/checks-private.h"

static bool
has_number(const char *list, int number)
{
    for (const char *at = list; *at != '\0';) {
        char *end;

        if (strtol(at, &end, 10) == number && end != at)
            return true;
        at = end + strcspn(end, ",");
        at += *at == ',';
    }
    return false;
}

/* ovs-vswitchd.conf.db(5), Port: trunks; vlan 0 is of frames without a tag. */
static bool
passes(const struct ft_ovs_port *port, int vlan)
{
    bool device = *port->kind == '\0' || strcmp(port->kind, "system") == 0;

    if (!port->up)
        return false;
    if (!device) /* what is behind a tunnel, or a patch, is not known */
        return true;
    return port->tag > 0
               ? port->tag == vlan
               : *port->trunks == '\0' || has_number(port->trunks, vlan);
}

static bool
leaves(const struct ft_ovs_bridge *bridge, int vlan)
{
    for (size_t i = 0; bridge != NULL && i < bridge->port_count; i++)
        if (passes(&bridge->ports[i], vlan))
            return true;
    return false;
}

/* Frames that come out of the host here and not there; 0 also where there are none. */
static int
check_vlans(const struct ft_ovs_nic *nic, const struct ft_ovs_bridge *here,
            const struct ft_ovs_bridge *there, const struct ft_host *standby,
            struct ft_findings *findings)
{
    static const int untagged[] = { 0 };
    const int *vlans = nic->vlan_count > 0 ? nic->vlans : untagged;
    size_t count = nic->vlan_count > 0 ? nic->vlan_count : 1;
    char what[32] = "frames without a VLAN";

    for (size_t i = 0; i < count; i++) {
        if (leaves(there, vlans[i]) || !leaves(here, vlans[i]))
            continue;
        if (vlans[i] > 0)
            snprintf(what, sizeof(what), "frames of VLAN %d", vlans[i]);
        return ft_findings_add(
            findings, FT_WARN, FT_CHECK_STANDBY_OVS_VLAN, nic->mac,
            "After a takeover the VM must be in the same networks.",
            "Look at the ports of that bridge there (ovs-vsctl show): its uplink must "
            "be up, and carry it (tag, trunks).",
            "%s leave bridge %s here, and by no port on %s", what, nic->bridge,
            standby->name);
    }
    return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_OVS_VLAN,
                           nic->mac, NULL, NULL,
                           "what leaves bridge %s here does so on %s, too",
                           nic->bridge, standby->name);
}

static int
check_controlled(const struct ft_ovs_nic *nic, const struct ft_ovs_bridge *there,
                 const struct ft_host *standby, struct ft_findings *findings)
{
    if (!there->controlled)
        return 0;
    return ft_findings_add(
        findings, FT_WARN, FT_CHECK_STANDBY_OVS_CONTROLLED, nic->mac,
        "The waiting copy has a port with the VM's interface id: a controller that "
        "goes by it, as OVN's, may send the VM's frames to the copy.",
        "Take a bridge without a controller; with OVN name both hosts in the logical "
        "port's requested-chassis, with activation-strategy=rarp.",
        "bridge %s on %s has a controller", there->name, standby->name);
}

static int
check_kind(const struct ft_ovs_nic *nic, const struct ft_ovs_bridge *there,
           const struct ft_host *standby, struct ft_findings *findings)
{
    static const char why[] =
        "libvirt cannot make the copy's port on a bridge of another kind.";

    if (there == NULL && !standby->ovs.told)
        return ft_findings_add(
            findings, FT_UNKNOWN, FT_CHECK_STANDBY_OVS, nic->mac, why,
            "Upgrade the engine there (ftadmin host upgrade), or "
            "see why ovsdb-server does not answer it.",
            "%s does not tell of its Open vSwitch", standby->name);
    if (there == NULL)
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_OVS, nic->mac, why,
            "Make one there: ovs-vsctl add-br, and add-port with "
            "the NIC that leads out.",
            "bridge %s on %s is none of Open vSwitch", nic->bridge,
            standby->name);
    if (!nic->asked)
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_OVS, nic->mac, why,
            "Have bridges of one kind on both hosts; for Open "
            "vSwitch the NIC needs <virtualport "
            "type='openvswitch'/>.",
            "bridge %s on %s is one of Open vSwitch, the VM's is "
            "none",
            nic->bridge, standby->name);
    return ft_findings_add(
        findings, FT_PASS, FT_CHECK_STANDBY_OVS, nic->mac, why, NULL,
        "bridge %s on %s is one of Open vSwitch; the port's VLANs "
        "and id go with the definition",
        nic->bridge, standby->name);
}

int
ft_check_ovs(const struct ft_ovs_nic *nic, const struct ft_host *primary,
             const struct ft_host *standby, bool *is_ovs,
             struct ft_findings *findings)
{
    const struct ft_ovs_bridge *here = ft_host_ovs(primary, nic->bridge);
    const struct ft_ovs_bridge *there = ft_host_ovs(standby, nic->there);
    int rc;

    *is_ovs = nic->asked || there != NULL;
    if (!*is_ovs)
        return 0;
    rc = check_kind(nic, there, standby, findings);
    if (rc < 0 || there == NULL || !nic->asked)
        return rc;
    rc = check_vlans(nic, here, there, standby, findings);
    return rc == 0 ? check_controlled(nic, there, standby, findings) : rc;
}
