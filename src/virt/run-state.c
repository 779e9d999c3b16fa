/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/run-state.h"

#include <string.h>

#include "base/cleanup.h"
#include "virt/qmp.h"
#include "virt/xml.h"

static const struct {
    const char *word, *text;
    bool stands;
} states[] = {
#define ROW_(name, word, stands, text) [FT_RUN_##name] = { word, text, stands },
    FT_RUN_STATES(ROW_)
#undef ROW_
};

static enum ft_run_state
paused_by(int reason)
{
    switch (reason) {
    case VIR_DOMAIN_PAUSED_USER:
        return FT_RUN_PAUSED;
    case VIR_DOMAIN_PAUSED_IOERROR:
        return FT_RUN_IO_ERROR;
    case VIR_DOMAIN_PAUSED_WATCHDOG:
        return FT_RUN_WATCHDOG;
    case VIR_DOMAIN_PAUSED_CRASHED:
        return FT_RUN_PANICKED;
    default:
        return FT_RUN_RUNS;
    }
}

enum ft_run_state
ft_run_state_of(int state, int reason)
{
    switch (state) {
    case VIR_DOMAIN_PAUSED:
        return paused_by(reason);
    case VIR_DOMAIN_CRASHED:
        return FT_RUN_PANICKED;
    case VIR_DOMAIN_PMSUSPENDED:
        return FT_RUN_ASLEEP;
    default:
        return FT_RUN_RUNS;
    }
}

int
ft_run_state_ask(virDomainPtr dom, enum ft_run_state *out, struct ft_error *err)
{
    int state = VIR_DOMAIN_NOSTATE, reason = 0;

    if (virDomainGetState(dom, &state, &reason, 0) < 0)
        return ft_virt_fail(err, EIO, NULL, "state of the VM");
    *out = ft_run_state_of(state, reason);
    return 0;
}

bool
ft_run_state_stands(enum ft_run_state state)
{
    return (unsigned)state < FT_RUN_COUNT && states[state].stands;
}

/* formatdomain, "Events configuration": restart and coredump-restart. */
bool
ft_run_state_restarts(enum ft_run_state state, const char *xml)
{
    FT_AUTOXML xmlDocPtr doc = NULL;
    FT_AUTOFREE char *action = NULL;

    if (state != FT_RUN_PANICKED || !xml ||
        ft_xml_parse(xml, "domain", &doc, NULL))
        return false;
    action = ft_xml_text(xmlDocGetRootElement(doc), "on_crash");
    return action &&
           (!strcmp(action, "restart") || !strcmp(action, "coredump-restart"));
}

const char *
ft_run_state_word(enum ft_run_state state)
{
    return (unsigned)state < FT_RUN_COUNT ? states[state].word : "";
}

const char *
ft_run_state_text(enum ft_run_state state)
{
    return (unsigned)state < FT_RUN_COUNT ? states[state].text : "";
}
