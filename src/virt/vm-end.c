/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/vm-end.h"

#include <string.h>

#include <libvirt/libvirt.h>

#include "base/cleanup.h"
#include "base/json.h"

static const struct {
    bool wanted;
    const char *text;
} ends[] = {
#define ROW_(name, wanted, text) [FT_VM_END_##name] = { wanted, text },
    FT_VM_ENDS(ROW_)
#undef ROW_
};

void
ft_vm_end_heard(struct ft_vm_end_signs *signs, const char *event,
                const char *details)
{
    FT_AUTOJSON json_t *json = NULL;
    const char *reason;

    if (!details || ft_json_parse(details, strlen(details), &json, NULL))
        return;
    reason = ft_json_string(json, "reason", "");
    if (!strcmp(event, "SHUTDOWN") && !signs->shut) {
        signs->shut = true; /* libvirt ends it then, by a signal: another one */
        signs->reset = !strcmp(reason, "guest-reset") ||
                       !strcmp(reason, "host-qmp-system-reset");
    } else if (!strcmp(event, "WATCHDOG")) {
        signs->watchdog =
            !strcmp(ft_json_string(json, "action", ""), "poweroff");
    }
}

void
ft_vm_end_told(struct ft_vm_end_signs *signs, int event, int detail)
{
    switch (event) {
    case VIR_DOMAIN_EVENT_STARTED:
    case VIR_DOMAIN_EVENT_RESUMED: /* whatever it was, it was not the end */
        *signs = (struct ft_vm_end_signs){ 0 };
        break;
    case VIR_DOMAIN_EVENT_SHUTDOWN:
        signs->outside = detail == VIR_DOMAIN_EVENT_SHUTDOWN_HOST;
        break;
    case VIR_DOMAIN_EVENT_CRASHED:
        signs->panicked = true;
        break;
    }
}

enum ft_vm_end
ft_vm_end_of(const struct ft_vm_end_signs *signs, int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED: /* libvirt has ended it */
        return signs->panicked ? FT_VM_END_PANIC : FT_VM_END_DEATH;
    case VIR_DOMAIN_EVENT_STOPPED_FAILED: /* it ended without a word */
        return signs->watchdog ? FT_VM_END_WATCHDOG : FT_VM_END_DEATH;
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
        if (signs->reset)
            return FT_VM_END_RESET;
        return signs->outside ? FT_VM_END_SIGNAL : FT_VM_END_SHUTDOWN;
    case VIR_DOMAIN_EVENT_STOPPED_MIGRATED:
        return FT_VM_END_MIGRATED;
    default:
        return FT_VM_END_SHUTDOWN;
    }
}

bool
ft_vm_end_was_wanted(enum ft_vm_end end)
{
    return (unsigned)end < FT_VM_END_COUNT && ends[end].wanted;
}

const char *
ft_vm_end_text(enum ft_vm_end end)
{
    return (unsigned)end < FT_VM_END_COUNT ? ends[end].text : "";
}
