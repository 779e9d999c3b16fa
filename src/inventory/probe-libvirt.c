/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt knows: itself and its networks here, the rest in files of their own.
 * Element names: https://libvirt.org/formatnetwork.html
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "inventory/host.h"
#include "inventory/probe-libvirt-private.h"
#include "inventory/probe-private.h"

static void
ignore_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static int
add_network(json_t *list, virNetworkPtr network)
{
    FT_AUTOFREE char *text = virNetworkGetXMLDesc(network, 0);
    struct ft_probe_xml xml;
    int rc = 0;

    if (ft_probe_xml_open(&xml, text) == 0)
        rc = json_array_append_new(
            list,
            json_pack("{s:s,s:b,s:o,s:o}", "name", virNetworkGetName(network),
                      "active", virNetworkIsActive(network) == 1, "bridge",
                      ft_probe_xml_json(&xml, NULL,
                                        "string(/network/bridge/@name)"),
                      "forward",
                      ft_probe_xml_json(&xml, NULL,
                                        "string(/network/forward/@mode)")));
    ft_probe_xml_close(&xml);
    return rc < 0 ? -ENOMEM : 0;
}

static int
probe_networks(virConnectPtr conn, json_t *facts)
{
    virNetworkPtr *networks = NULL;
    json_t *list = json_array();
    int count = virConnectListAllNetworks(conn, &networks, 0);
    int rc = 0;

    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = add_network(list, networks[i]);
        virNetworkFree(networks[i]);
    }
    free(networks);
    return ft_probe_add(facts, "networks", list) < 0 ? -ENOMEM : rc;
}

static json_t *
libvirt_head(virConnectPtr conn)
{
    FT_AUTOFREE char *uri = conn != NULL ? virConnectGetURI(conn) : NULL;
    virErrorPtr error = virGetLastError();
    char version[FT_VERSION_SIZE] = "";
    unsigned long number = 0;

    if (conn != NULL && virConnectGetLibVersion(conn, &number) == 0)
        snprintf(version, sizeof(version), "%lu.%lu.%lu", number / 1000000,
                 number / 1000 % 1000, number % 1000);
    return json_pack("{s:s,s:i,s:s,s:s}", "version", version, "max_workers",
                     (int)ft_probe_workers(), "uri",
                     uri != NULL ? uri : "qemu:///system", "error",
                     conn != NULL ? ""
                     : error != NULL && error->message != NULL
                         ? error->message
                         : "no libvirt answers");
}

int
ft_probe_libvirt(json_t *facts, bool gently)
{
    virConnectPtr conn;
    int rc;

    virSetErrorFunc(NULL, ignore_error);
    conn = virConnectOpen("qemu:///system");
    rc = ft_probe_add(facts, "libvirt", libvirt_head(conn));
    if (conn == NULL)
        return rc;
    if (rc == 0)
        rc = ft_probe_emulators(conn, facts);
    if (rc == 0)
        rc = probe_networks(conn, facts);
    if (rc == 0)
        rc = ft_probe_pools(conn, facts);
    if (rc == 0)
        rc = ft_probe_domains(conn, facts, gently);
    virConnectClose(conn);
    return rc;
}
