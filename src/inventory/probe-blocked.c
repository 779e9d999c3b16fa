/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps a running QEMU from giving its state away, in its own words: devices
 * without a state, an image's format, a feature of the processor.
 *
 * Source: qapi/migration.json, MigrationInfo, blocked-reasons (QEMU 6.0).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt-qemu.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "inventory/host.h"
#include "inventory/probe-private.h"

static void
ask_why(virDomainPtr domain, void *reasons)
{
    FT_AUTOJSON json_t *answer = NULL;
    FT_AUTOFREE char *text = NULL;

    if (virDomainQemuMonitorCommand(domain, "{\"execute\":\"query-migrate\"}",
                                    &text, 0) == 0 &&
        ft_json_parse(text, strlen(text), &answer, NULL) == 0)
        ft_json_join(json_object_get(json_object_get(answer, "return"),
                                     "blocked-reasons"),
                     reasons, FT_BLOCKED_SIZE);
}

json_t *
ft_probe_blocked(virDomainPtr domain)
{
    char reasons[FT_BLOCKED_SIZE] = "";
    int state = VIR_DOMAIN_NOSTATE;

    /* a copy that waits has none to give */
    if (virDomainGetState(domain, &state, NULL, 0) == 0 &&
        state == VIR_DOMAIN_RUNNING)
        ft_probe_ask(domain, ask_why, reasons, sizeof(reasons));
    return json_string(reasons);
}
