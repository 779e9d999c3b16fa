/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/media.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "virt/xml.h"

#define READ_ONLY \
    "devices/disk[readonly]/source/@file | os/kernel | os/initrd | os/dtb"

static int
check_file(const char *path, struct ft_error *err)
{
    char hint[400];
    struct stat st;

    if (stat(path, &st) < 0)
        return 0;
    if (S_ISREG(st.st_mode) && (st.st_mode & S_IROTH))
        return 0;
    snprintf(hint, sizeof(hint),
             "If every VM may read it: chmod o+r '%.300s' on that host.", path);
    return ft_fail(err, EPERM, hint,
                   "the definition is refused: not everybody may read %.300s",
                   path);
}

int
ft_standby_check_media(const char *xml, struct ft_error *err)
{
    FT_AUTOFREE xmlNodePtr *files = NULL;
    FT_AUTOXML xmlDocPtr doc = NULL;
    size_t n, i;
    int rc = ft_xml_parse(xml, "domain", &doc, err);

    if (rc)
        return rc;
    rc = ft_xml_find(xmlDocGetRootElement(doc), READ_ONLY, &files, &n);
    if (rc)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    for (i = 0; !rc && i < n; i++) {
        xmlChar *path = xmlNodeGetContent(files[i]);

        rc = path ? check_file((const char *)path, err)
                  : ft_fail(err, ENOMEM, NULL, "no memory");
        xmlFree(path);
    }
    return rc;
}
