/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sheet: what its keys do. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet-private.h"

/* This candidate is to hold the copy, if it can. */
static void
take_candidate(struct ft_console *console, struct ft_sheet_vm *vm,
               const json_t *candidate)
{
    const char *host = ft_json_string(candidate, "host", "");

    if (!candidate || !strcmp(host, ft_json_string(vm->plan, "standby", "")))
        return;
    if (!strcmp(ft_json_string(candidate, "verdict", ""), "fail")) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s cannot take it: %s", host,
                       ft_json_string(candidate, "reason", ""));
        return;
    }
    snprintf(vm->standby, sizeof(vm->standby), "%s", host);
    ft_sheet_ask(console);
}

/* Of several VMs: the next host that can hold the copy of the selected one. */
static void
next_candidate(struct ft_console *console, struct ft_sheet_vm *vm)
{
    const json_t *list = ft_sheet_member(vm, "candidates");
    const char *now = ft_json_string(vm->plan, "standby", "");
    size_t count = json_array_size(list), at = 0;

    while (at < count &&
           strcmp(ft_json_string(json_array_get(list, at), "host", ""), now) !=
               0)
        at++;
    for (size_t i = 1; i < count; i++) {
        const json_t *c = json_array_get(list, (at + i) % count);

        if (!strcmp(ft_json_string(c, "verdict", ""), "fail"))
            continue;
        take_candidate(console, vm, c);
        return;
    }
    ft_console_say(console, FT_SEVERITY_WARN,
                   "no other host can hold the copy of %s", vm->vm);
}

static void
choose(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    struct ft_sheet_vm *vm = &sheet->vms[sheet->at];

    if (sheet->open != FT_SHEET_STANDBY || sheet->applied)
        return;
    if (sheet->count > 1)
        next_candidate(console, vm);
    else
        take_candidate(console, vm,
                       json_array_get(ft_sheet_member(vm, "candidates"),
                                      (size_t)sheet->choice));
}

static void
enter(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;

    if (sheet->applied) {
        ft_console_push(console, FT_VIEW_VM, sheet->vms[sheet->at].uuid);
    } else if (sheet->open == FT_SHEET_PLAN) {
        ft_sheet_apply(console);
    } else {
        if (sheet->count == 1)
            choose(console);
        sheet->open = FT_MIN(sheet->open + 1, (int)FT_SHEET_PLAN);
        sheet->choice = 0;
    }
}

static void
move(struct ft_sheet *sheet, int by)
{
    size_t candidates =
        json_array_size(ft_sheet_member(&sheet->vms[0], "candidates"));

    if (sheet->count > 1)
        sheet->at = by > 0 ? FT_MIN(sheet->at + 1, sheet->count - 1)
                           : sheet->at - (sheet->at > 0);
    else if (by > 0)
        sheet->choice += (size_t)sheet->choice + 1 < candidates;
    else
        sheet->choice -= sheet->choice > 0;
}

/* Which key does what is in the table (keymap.h), but for those that move. */
bool
ft_sheet_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_sheet *sheet = console->sheet;

    if (!sheet)
        return false;
    if (key->code == FT_KEY_DOWN || key->code == 'j') {
        move(sheet, 1);
        return true;
    }
    if (key->code == FT_KEY_UP || key->code == 'k') {
        move(sheet, -1);
        return true;
    }
    switch (ft_keymap_find(FT_SCOPE_SHEET, key->code)) {
    case FT_DO_NEXT_LINE:
        enter(console);
        return true;
    case FT_DO_LINE:
        sheet->open = (int)(key->code - '0');
        return true;
    case FT_DO_CHOOSE:
        choose(console);
        return true;
    case FT_DO_AGAIN:
        ft_sheet_ask(console);
        return true;
    default:
        return false;
    }
}

const char *
ft_sheet_why_not(const struct ft_console *console, enum ft_do action)
{
    const struct ft_sheet *sheet = console->sheet;

    if (!sheet || action == FT_DO_LINE || action == FT_DO_NEXT_LINE)
        return NULL;
    if (sheet->applied && (action == FT_DO_CHOOSE || action == FT_DO_AGAIN))
        return "it is applied";
    if (action == FT_DO_CHOOSE && sheet->open != FT_SHEET_STANDBY)
        return "2 comes first";
    return NULL;
}
