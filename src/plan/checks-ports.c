/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of the TCP ports that a VM's definition fixes: the waiting QEMU wants
 * the same on its host. Ports that libvirt chooses are chosen there anew.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "plan/checks-private.h"

#define FIXED                                                               \
    "/domain/devices/graphics[not(@autoport='yes')]/@port | "               \
    "/domain/devices/graphics[not(@autoport='yes')]/@tlsPort | "            \
    "/domain/devices/*[self::serial or self::parallel or self::channel or " \
    "self::console][@type='tcp']/source[@mode='bind']/@service"

static bool
is_taken(const struct ft_host *host, unsigned long port)
{
    for (size_t i = 0; i < host->listening_count; i++)
        if (host->listening[i] == port)
            return true;
    return false;
}

/* The first one, or 0. */
static unsigned long
taken_port(const struct ft_host *host, xmlXPathObjectPtr fixed)
{
    int n = fixed && fixed->nodesetval ? fixed->nodesetval->nodeNr : 0;
    unsigned long found = 0;

    for (int i = 0; i < n && !found; i++) {
        xmlChar *text = xmlNodeGetContent(fixed->nodesetval->nodeTab[i]);
        unsigned long port = text ? strtoul((const char *)text, NULL, 10) : 0;

        if (port && is_taken(host, port))
            found = port;
        xmlFree(text);
    }
    return found;
}

int
ft_check_ports(const struct ft_domain *domain, const struct ft_host *standby,
               struct ft_findings *findings)
{
    xmlDocPtr doc = domain->xml
                        ? xmlReadMemory(domain->xml, (int)strlen(domain->xml),
                                        "domain.xml", NULL,
                                        XML_PARSE_NONET | XML_PARSE_NOERROR |
                                            XML_PARSE_NOWARNING)
                        : NULL;
    xmlXPathContextPtr path = doc ? xmlXPathNewContext(doc) : NULL;
    xmlXPathObjectPtr fixed =
        path ? xmlXPathEval((const xmlChar *)FIXED, path) : NULL;
    unsigned long port = taken_port(standby, fixed);

    xmlXPathFreeObject(fixed);
    xmlXPathFreeContext(path);
    xmlFreeDoc(doc);
    if (!port)
        return 0;
    return ft_findings_add(
        findings, FT_FAIL, "standby.port", standby->name,
        "The waiting copy has the VM's own graphics and consoles, and QEMU does "
        "not start without their ports.",
        "Free it there (ss -ltnp shows who has it), choose another standby, or "
        "let libvirt choose the port: autoport='yes' (virsh edit).",
        "TCP port %lu of the VM is taken on %s", port, standby->name);
}
