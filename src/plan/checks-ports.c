/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of the TCP ports that a VM's definition fixes: the waiting QEMU wants
 * the same on its host. Ports that libvirt chooses are chosen there anew.
 */
#include "config.h"

#include <stdlib.h>

#include "plan/checks-private.h"
#include "plan/xml-values.h"

#define FIXED                                                               \
    "/domain/devices/graphics[not(@autoport='yes')]/@port | "               \
    "/domain/devices/graphics[not(@autoport='yes')]/@tlsPort | "            \
    "/domain/devices/*[self::serial or self::parallel or self::channel or " \
    "self::console][@type='tcp']/source[@mode='bind']/@service"

struct search {
    const struct ft_host *host;
    unsigned long taken; /* the first one, or 0 */
};

static int
look_at_port(void *data, const char *text)
{
    struct search *search = data;
    unsigned long port = strtoul(text, NULL, 10);

    if (port && !search->taken && ft_host_listens(search->host, port))
        search->taken = port;
    return 0;
}

int
ft_check_ports(const struct ft_domain *domain, const struct ft_host *standby,
               struct ft_findings *findings)
{
    struct search search = { .host = standby };

    ft_xml_values(domain->xml, FIXED, look_at_port, &search);
    if (!search.taken)
        return 0;
    return ft_findings_add(
        findings, FT_FAIL, FT_CHECK_STANDBY_PORT, standby->name,
        "The waiting copy has the VM's own graphics and consoles, and QEMU does "
        "not start without their ports.",
        "Free it there (ss -ltnp shows who has it), choose another standby, or "
        "let libvirt choose the port: autoport='yes' (virsh edit).",
        "TCP port %lu of the VM is taken on %s", search.taken, standby->name);
}
