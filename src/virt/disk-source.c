/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/disk-source.h"

#include <errno.h>

/* *source: an empty one of that type, where the old one stood. */
static int
replace(xmlNodePtr disk, const char *type, xmlNodePtr *source)
{
    xmlNodePtr driver, old = ft_xml_child(disk, "source");
    int rc = ft_xml_set(disk, "type", type);

    *source = xmlNewDocNode(disk->doc, NULL, BAD_CAST "source", NULL);
    if (!old || !*source) {
        xmlFreeNode(*source);
        return -ENOMEM;
    }
    xmlReplaceNode(old, *source);
    xmlFreeNode(old);
    if (rc == 0)
        rc = ft_xml_remove(disk, "encryption");
    if (rc == 0)
        rc = ft_xml_remove(disk, "auth");
    if (rc == 0)
        rc = ft_xml_remove(disk, "driver/metadata_cache");
    if (rc < 0)
        return rc;
    driver = ft_xml_child(disk, "driver");
    if (!driver)
        return -ENOMEM;
    rc = ft_xml_set(driver, "name", "qemu");
    return rc == 0 ? ft_xml_set(driver, "type", "raw") : rc;
}

int
ft_disk_source_file(xmlNodePtr disk, const char *path)
{
    xmlNodePtr source;
    int rc = replace(disk, "file", &source);

    return rc == 0 ? ft_xml_set(source, "file", path) : rc;
}

int
ft_disk_source_nbd(xmlNodePtr disk, const char *socket, const char *export)
{
    xmlNodePtr source, host = NULL;
    int rc = replace(disk, "network", &source);

    if (rc == 0)
        rc = ft_xml_set(source, "protocol", "nbd");
    if (rc == 0)
        rc = ft_xml_set(source, "name", export);
    if (rc == 0 && !(host = ft_xml_child(source, "host")))
        rc = -ENOMEM;
    if (rc == 0)
        rc = ft_xml_set(host, "transport", "unix");
    return rc == 0 ? ft_xml_set(host, "socket", socket) : rc;
}
