/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/host-qemu.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "virt/xml.h"

static char *
text_of(const char *xml, const char *root, const char *path)
{
    FT_AUTOXML xmlDocPtr doc = NULL;

    return xml && ft_xml_parse(xml, root, &doc, NULL) == 0
               ? ft_xml_text(xmlDocGetRootElement(doc), path)
               : NULL;
}

static bool
is_default(virConnectPtr conn, const char *xml)
{
    FT_AUTOFREE char *capabilities =
        virConnectGetDomainCapabilities(conn, NULL, NULL, NULL, NULL, 0);
    FT_AUTOFREE char *usual =
        text_of(capabilities, "domainCapabilities", "path");
    FT_AUTOFREE char *wanted = text_of(xml, "domain", "devices/emulator");

    return usual && (!wanted || strcmp(usual, wanted) == 0);
}

void
ft_host_qemu(virConnectPtr conn, const char *xml, char out[FT_HOST_QEMU_SIZE])
{
    unsigned long version; /* libvirt: 1,000,000 major + 1,000 minor + release */

    out[0] = '\0';
    if (is_default(conn, xml) && virConnectGetVersion(conn, &version) == 0)
        snprintf(out, FT_HOST_QEMU_SIZE, "%lu.%lu.%lu", version / 1000000,
                 version / 1000 % 1000, version % 1000);
}
