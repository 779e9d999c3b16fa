/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/nvram.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "virt/xml.h"
#include "worker/worker-made.h"

int
ft_standby_remember_nvram(struct ft_worker *w, const char *xml,
                          struct ft_error *err)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *path = NULL;
    int rc = ft_xml_parse(xml, "domain", &doc, err);

    if (rc)
        return rc;
    path = ft_xml_text(xmlDocGetRootElement(doc), "os/nvram");
    if (!path || !*path || access(path, F_OK) == 0)
        return 0;
    return ft_worker_make(
        w, &(struct ft_made){ FT_MADE_NVRAM, "", path, "", false }, err);
}
