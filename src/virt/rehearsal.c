/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/rehearsal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "virt/qmp.h"
#include "virt/standby.h"
#include "virt/xml.h"

void
ft_rehearsal_name(const char *pair, char out[FT_REHEARSAL_NAME_SIZE])
{
    snprintf(out, FT_REHEARSAL_NAME_SIZE, FT_REHEARSAL_PREFIX "%.36s", pair);
}

static int
sweep_domain(virConnectPtr conn, const char *pair, struct ft_error *err)
{
    char name[FT_REHEARSAL_NAME_SIZE];
    virDomainPtr dom;
    int rc = FT_FAULT("rehearsal-sweep");

    if (rc)
        return ft_fail(err, -rc, NULL, "fault point rehearsal-sweep");
    ft_rehearsal_name(pair, name);
    dom = virDomainLookupByName(conn, name);
    if (!dom)
        return virGetLastErrorCode() == VIR_ERR_NO_DOMAIN
                   ? 0
                   : ft_virt_fail(err, EIO, NULL, "end of a rehearsal");
    rc = ft_standby_destroy(dom, err);
    virDomainFree(dom);
    return rc;
}

static void
sweep_file(const char *folder, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    unlink(path);
}

int
ft_rehearsal_sweep(virConnectPtr conn, const char *pair, const char *run_folder,
                   struct ft_error *err)
{
    int rc = sweep_domain(conn, pair, err);

    if (rc)
        return rc;
    sweep_file(run_folder, FT_REHEARSAL_SOCKET);
    sweep_file(run_folder, FT_REHEARSAL_CONSOLE);
    sweep_file(run_folder, FT_REHEARSAL_NVRAM);
    return 0;
}

int
ft_rehearsal_bound(virDomainPtr dom, uint64_t bytes, struct ft_error *err)
{
    virTypedParameterPtr list = NULL;
    int n = 0, room = 0, rc;

    if (virTypedParamsAddULLong(&list, &n, &room, VIR_DOMAIN_MEMORY_HARD_LIMIT,
                                bytes >> 10) < 0)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    rc = virDomainSetMemoryParameters(dom, list, n, VIR_DOMAIN_AFFECT_LIVE);
    virTypedParamsFree(list, n);
    return rc < 0 ? ft_virt_fail(err, ENOTSUP, NULL, "limit of its memory") : 0;
}

bool
ft_rehearsal_agent_is_there(virDomainPtr dom)
{
    FT_AUTOFREE char *xml = virDomainGetXMLDesc(dom, 0);
    FT_AUTOXML xmlDocPtr doc = NULL;

    return xml && ft_xml_parse(xml, "domain", &doc, NULL) == 0 &&
           ft_xml_count(xmlDocGetRootElement(doc),
                        "devices/channel/target[@state='connected' and "
                        "@name='org.qemu.guest_agent.0']") > 0;
}

bool
ft_rehearsal_agent_answers(virDomainPtr dom, int seconds)
{
    FT_AUTOFREE char *answer =
        virDomainQemuAgentCommand(dom, "{\"execute\":\"guest-ping\"}", seconds,
                                  0);

    return answer != NULL;
}
