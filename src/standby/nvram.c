/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/nvram.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "virt/xml.h"

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
    json_decref(w->state.nvram);
    w->state.nvram = json_string(path);
    if (!w->state.nvram)
        return ft_fail(err, ENOMEM, NULL, "no memory for %s", path);
    ft_worker_persist(w);
    return 0;
}

int
ft_standby_delete_nvram(const struct ft_worker *w, struct ft_error *err)
{
    const char *path = json_string_value(w->state.nvram);

    if (!path || unlink(path) == 0 || errno == ENOENT)
        return 0;
    return ft_fail(err, errno, NULL,
                   "the UEFI variables of the copy, %s, are not deleted: %s",
                   path, strerror(errno));
}
