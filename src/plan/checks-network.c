/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does the VM find its networks on the other host, and do the hosts reach each
 * other?
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "plan/checks-private.h"

#define WHY_NETWORK "After a takeover the VM must be in the same networks."

struct interface {
    char type[16];
    char network[FT_NAME_SIZE];
    char bridge[FT_NAME_SIZE];
    char device[FT_NAME_SIZE];
    char mac[18];
    struct ft_ovs_nic ovs;
};

static xmlNodePtr
child(xmlNodePtr node, const char *name)
{
    xmlNodePtr c = node != NULL ? node->children : NULL;

    while (c != NULL && (c->type != XML_ELEMENT_NODE ||
                         strcmp((const char *)c->name, name) != 0))
        c = c->next;
    return c;
}

static void
attribute(xmlNodePtr node, const char *name, char *out, size_t size)
{
    xmlChar *value =
        node != NULL ? xmlGetProp(node, (const xmlChar *)name) : NULL;

    snprintf(out, size, "%s", value != NULL ? (const char *)value : "");
    xmlFree(value);
}

/* What it says of Open vSwitch: https://libvirt.org/formatdomain.html */
static void
read_ovs(xmlNodePtr node, struct interface *out)
{
    xmlNodePtr vlan = child(node, "vlan");
    char text[32];

    attribute(child(node, "virtualport"), "type", text, sizeof(text));
    out->ovs = (struct ft_ovs_nic){ .mac = out->mac,
                                    .bridge = out->bridge,
                                    .there = out->bridge,
                                    .asked = strcmp(text, "openvswitch") == 0 };
    for (xmlNodePtr tag = child(vlan, "tag");
         tag != NULL && out->ovs.vlan_count < FT_OVS_VLANS_MAX;
         tag = tag->next) {
        if (tag->type != XML_ELEMENT_NODE ||
            strcmp((const char *)tag->name, "tag") != 0)
            continue;
        attribute(tag, "id", text, sizeof(text));
        out->ovs.vlans[out->ovs.vlan_count++] = (int)strtol(text, NULL, 10);
    }
}

static void
read_interface(xmlNodePtr node, struct interface *out)
{
    xmlNodePtr source = child(node, "source");

    attribute(node, "type", out->type, sizeof(out->type));
    attribute(source, "network", out->network, sizeof(out->network));
    attribute(source, "bridge", out->bridge, sizeof(out->bridge));
    attribute(source, "dev", out->device, sizeof(out->device));
    attribute(child(node, "mac"), "address", out->mac, sizeof(out->mac));
    read_ovs(node, out);
}

/* By its kind, or by its name where an engine of before told no kinds. */
static bool
is_tap(const struct ft_nic *nic)
{
    return strcmp(nic->kind, "tun") == 0 ||
           strncmp(nic->name, "vnet", 4) == 0 ||
           strncmp(nic->name, "tap", 3) == 0;
}

/* A port that leads out of the host: not a VM's tap. */
static bool
has_uplink(const struct ft_host *host, const char *bridge)
{
    for (size_t i = 0; i < host->nic_count; i++)
        if (strcmp(host->nics[i].master, bridge) == 0 &&
            !is_tap(&host->nics[i]) && host->nics[i].carrier)
            return true;
    return false;
}

/* 0 also when nothing is known of it. */
static int
check_bridge_mtu(const struct interface *nic, const struct ft_nic *here,
                 const struct ft_nic *there, struct ft_findings *findings)
{
    bool smaller = here != NULL && there->mtu < here->mtu;

    if (here == NULL || here->mtu == 0 || there->mtu == 0)
        return 0;
    return ft_findings_add(
        findings, smaller ? FT_WARN : FT_PASS, FT_CHECK_STANDBY_BRIDGE_MTU,
        nic->mac,
        "After a takeover the guest goes on sending frames as large as here, and "
        "they would be lost.",
        smaller ? "Give the bridge there, and its ports, the same MTU." : NULL,
        "MTU %d on %s here, %d there", here->mtu, nic->bridge, there->mtu);
}

static int
check_bridge(const struct interface *nic, const struct ft_host *primary,
             const struct ft_host *standby, struct ft_findings *findings)
{
    const struct ft_nic *bridge = ft_host_nic(standby, nic->bridge);
    bool is_ovs;
    int rc = ft_check_ovs(&nic->ovs, primary, standby, &is_ovs, findings);

    if (rc < 0 || is_ovs)
        return rc < 0 || bridge == NULL
                   ? rc
                   : check_bridge_mtu(nic, ft_host_nic(primary, nic->bridge),
                                      bridge, findings);
    if (bridge == NULL || !bridge->up)
        return ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_NETWORK, nic->mac, WHY_NETWORK,
            "Make a bridge of this name there, connected to the "
            "same network.",
            "bridge %s %s on %s", nic->bridge,
            bridge == NULL ? "does not exist" : "is down", standby->name);
    rc = check_bridge_mtu(nic, ft_host_nic(primary, nic->bridge), bridge,
                          findings);
    if (rc < 0)
        return rc;
    if (has_uplink(primary, nic->bridge) && !has_uplink(standby, nic->bridge))
        return ft_findings_add(findings, FT_WARN, FT_CHECK_STANDBY_NETWORK,
                               nic->mac, WHY_NETWORK,
                               "Look at its ports (bridge link) and cables.",
                               "bridge %s on %s has no port with a carrier",
                               nic->bridge, standby->name);
    return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_NETWORK,
                           nic->mac, WHY_NETWORK, NULL,
                           "bridge %s exists on %s", nic->bridge, standby->name);
}

static int
check_network(const struct interface *nic, const struct ft_host *primary,
              const struct ft_host *standby, struct ft_findings *findings)
{
    const struct ft_network *network = ft_host_network(standby, nic->network);
    struct ft_ovs_nic ovs = nic->ovs;
    bool is_ovs;
    int rc;

    if (network == NULL || !network->active) {
        rc = ft_findings_add(
            findings, FT_FAIL, FT_CHECK_STANDBY_NETWORK, nic->mac, WHY_NETWORK,
            network == NULL
                ? "Define it there: virsh net-define, net-start, net-autostart."
                : "Start it there: virsh net-start, net-autostart.",
            "the libvirt network %s %s on %s", nic->network,
            network == NULL ? "does not exist" : "is not active", standby->name);
        if (rc == 0 && network != NULL)
            ft_findings_fix(findings, FT_FIX_NETWORK_START, standby->name,
                            network->name);
        return rc;
    }
    if (nic->ovs.asked) {
        ovs.there = network->bridge;
        return ft_check_ovs(&ovs, primary, standby, &is_ovs, findings);
    }
    /* NAT lives in the host's kernel: connections through it end with it. */
    if (strcmp(network->forward, "nat") == 0 || *network->forward == '\0')
        return ft_findings_add(
            findings, FT_WARN, FT_CHECK_STANDBY_NETWORK, nic->mac,
            "Connections through a host's NAT end with that host, and an "
            "isolated network does not reach the other one.",
            "Put the VM on a bridge that is connected to both hosts.",
            "the libvirt network %s is %s", nic->network,
            *network->forward == '\0' ? "isolated" : "behind NAT");
    return ft_findings_add(findings, FT_PASS, FT_CHECK_STANDBY_NETWORK, nic->mac,
                           WHY_NETWORK, NULL, "network %s is active on %s",
                           nic->network, standby->name);
}

static int
check_device(const struct interface *nic, const struct ft_host *standby,
             struct ft_findings *findings)
{
    bool there = ft_host_nic(standby, nic->device) != NULL;

    return ft_findings_add(
        findings, there ? FT_PASS : FT_FAIL, FT_CHECK_STANDBY_NETWORK, nic->mac,
        WHY_NETWORK,
        there ? "" : "Use a bridge, which may have the same name everywhere.",
        "device %s %s on %s", nic->device, there ? "exists" : "does not exist",
        standby->name);
}

static int
check_interface(xmlNodePtr node, const struct ft_host *primary,
                const struct ft_host *standby, struct ft_findings *findings)
{
    struct interface nic;

    read_interface(node, &nic);
    if (strcmp(nic.type, "network") == 0)
        return check_network(&nic, primary, standby, findings);
    if (strcmp(nic.type, "bridge") == 0)
        return check_bridge(&nic, primary, standby, findings);
    if (strcmp(nic.type, "direct") == 0)
        return check_device(&nic, standby, findings);
    return 0; /* carry.c speaks about the others */
}

static int
check_interfaces(const struct ft_host *primary, const struct ft_domain *domain,
                 const struct ft_host *standby, struct ft_findings *findings)
{
    xmlDocPtr document =
        domain->xml == NULL
            ? NULL
            : xmlReadMemory(domain->xml, (int)strlen(domain->xml), "domain.xml",
                            NULL,
                            XML_PARSE_NONET | XML_PARSE_NOERROR |
                                XML_PARSE_NOWARNING);
    xmlNodePtr devices = document != NULL
                             ? child(xmlDocGetRootElement(document), "devices")
                             : NULL;
    int rc = 0;

    for (xmlNodePtr n = devices != NULL ? devices->children : NULL;
         n != NULL && rc == 0; n = n->next)
        if (n->type == XML_ELEMENT_NODE &&
            strcmp((const char *)n->name, "interface") == 0)
            rc = check_interface(n, primary, standby, findings);
    xmlFreeDoc(document);
    return rc;
}

static bool
has_mac(const struct ft_domain *domain, const char *mac)
{
    for (size_t i = 0; i < domain->mac_count; i++)
        if (*mac != '\0' && strcasecmp(domain->macs[i], mac) == 0)
            return true;
    return false;
}

/* Another VM, anywhere, with a MAC address of this one. */
static int
check_mac(const struct ft_inventory *inventory, const struct ft_domain *domain,
          const char *mac, struct ft_findings *findings)
{
    for (size_t h = 0; h < inventory->host_count; h++)
        for (size_t i = 0; i < inventory->hosts[h]->domain_count; i++) {
            const struct ft_domain *other = &inventory->hosts[h]->domains[i];

            if (strcmp(other->uuid, domain->uuid) == 0 || !has_mac(other, mac))
                continue;
            return ft_findings_add(
                findings, other->state == FT_DOMAIN_OFF ? FT_WARN : FT_FAIL,
                FT_CHECK_STANDBY_MAC, mac,
                "Two VMs with one MAC address in one network disturb each other, "
                "most of all when the address moves at a takeover.",
                "Give one of them another address (virsh edit).",
                "%s on %s has the same MAC address", other->name,
                inventory->hosts[h]->name);
        }
    return 0;
}

int
ft_check_networks(const struct ft_inventory *inventory,
                  const struct ft_host *primary, const struct ft_domain *domain,
                  const struct ft_host *standby, struct ft_findings *findings)
{
    int rc = check_interfaces(primary, domain, standby, findings);

    for (size_t i = 0; i < domain->mac_count && rc == 0; i++)
        rc = check_mac(inventory, domain, domain->macs[i], findings);
    return rc == 0 ? ft_check_link(primary, standby, findings) : rc;
}
