/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/drafts.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/standing.h"

static json_t *
vms_of(const json_t *draft)
{
    return json_object_get(draft, "vms");
}

static size_t
place_of(const json_t *draft, const char *uuid)
{
    const json_t *vms = vms_of(draft);
    size_t at = 0;

    while (at < json_array_size(vms) &&
           strcmp(ft_json_string(json_array_get(vms, at), "uuid", ""), uuid) !=
               0)
        at++;
    return at;
}

static bool
has(const json_t *draft, const char *uuid)
{
    return place_of(draft, uuid) < json_array_size(vms_of(draft));
}

static void
drop_empty(json_t *drafts)
{
    for (size_t i = json_array_size(drafts); i-- > 0;)
        if (!json_array_size(vms_of(json_array_get(drafts, i))))
            json_array_remove(drafts, i);
}

void
ft_drafts_keep(json_t *drafts, json_t *draft)
{
    const json_t *vm;
    json_t *other;
    size_t index, at;

    if (!draft)
        return;
    json_array_foreach(drafts, at, other)
        json_array_foreach(vms_of(draft), index, vm) {
            const char *uuid = ft_json_string(vm, "uuid", "");

            if (has(other, uuid))
                json_array_remove(vms_of(other), place_of(other, uuid));
        }
    drop_empty(drafts);
    json_array_append_new(drafts, draft);
    while (json_array_size(drafts) > FT_DRAFTS_MAX)
        json_array_remove(drafts, 0);
}

json_t *
ft_drafts_take(json_t *drafts, const char *uuid)
{
    json_t *draft;
    size_t index;

    json_array_foreach(drafts, index, draft)
        if (has(draft, uuid)) {
            json_incref(draft);
            json_array_remove(drafts, index);
            return draft;
        }
    return NULL;
}

/* ---- what has gone ---- */

static void
say_first(char *out, size_t size, const char *vm, const char *what)
{
    if (!*out)
        snprintf(out, size, "draft of %.60s: %.80s", vm, what);
}

/* True: the VM stays in it. */
static bool
mend_vm(const struct ft_console *console, json_t *vm, char *out, size_t size)
{
    static const char *const choices[] = { "standby", "witness" };
    const char *name = ft_json_string(vm, "vm", "?");
    const char *uuid = ft_json_string(vm, "uuid", "");
    const json_t *row = *uuid ? ft_console_vm(console, uuid) : NULL;
    char text[120];

    if (!row || (json_is_string(json_object_get(row, "pair")) &&
                 !ft_row_has_lost_standby(row))) {
        say_first(out, size, name,
                  row ? "dropped, it is protected"
                      : "dropped, the VM is not there any more");
        return false;
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(choices); i++) {
        const char *host = ft_json_string(vm, choices[i], "");

        if (!*host || !strcmp(host, "none") || !strcmp(host, ft_choice_best) ||
            ft_console_host(console, host))
            continue;
        snprintf(text, sizeof(text), "host %.40s is gone, the best is chosen",
                 host);
        say_first(out, size, name, text);
        json_object_set_new(vm, choices[i], json_string(""));
    }
    return true;
}

void
ft_drafts_mend(const struct ft_console *console, json_t *drafts, char *out,
               size_t size)
{
    *out = '\0';
    for (size_t i = 0; i < json_array_size(drafts); i++) {
        json_t *vms = vms_of(json_array_get(drafts, i));

        for (size_t k = json_array_size(vms); k-- > 0;)
            if (k >= FT_DRAFT_VMS_MAX ||
                !mend_vm(console, json_array_get(vms, k), out, size))
                json_array_remove(vms, k);
    }
    drop_empty(drafts);
    while (json_array_size(drafts) > FT_DRAFTS_MAX)
        json_array_remove(drafts, 0);
}

void
ft_drafts_offer(struct ft_console *console)
{
    size_t count, vms;
    const json_t *last;
    char dropped[200];

    ft_drafts_mend(console, console->drafts, dropped, sizeof(dropped));
    count = json_array_size(console->drafts);
    last = vms_of(json_array_get(console->drafts, count ? count - 1 : 0));
    vms = json_array_size(last);
    if (*dropped)
        ft_console_say(console, FT_SEVERITY_WARN, "%s", dropped);
    else if (vms > 1)
        ft_console_say(console, FT_SEVERITY_OK,
                       "draft kept: p on %.40s protects it and %zu more",
                       ft_json_string(json_array_get(last, 0), "vm", "?"),
                       vms - 1);
    else if (vms)
        ft_console_say(console, FT_SEVERITY_OK,
                       "draft kept: p on %.40s goes on with it",
                       ft_json_string(json_array_get(last, 0), "vm", "?"));
}
