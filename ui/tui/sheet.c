/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/crowd.h"
#include "ui/model/standing.h"
#include "ui/tui/deeds.h"
#include "ui/tui/drafts.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet-private.h"

#define ASKED_AT_ONCE 3 /* each asks all hosts */

void
ft_sheet_close(struct ft_sheet *sheet)
{
    if (!sheet)
        return;
    for (size_t i = 0; i < sheet->count; i++)
        json_decref(sheet->vms[i].plan);
    free(sheet->vms);
    free(sheet);
}

/* ---- what is known ---- */

const json_t *
ft_sheet_member(const struct ft_sheet_vm *vm, const char *key)
{
    return json_object_get(vm->plan, key);
}

const json_t *
ft_sheet_findings(const struct ft_sheet_vm *vm)
{
    return ft_sheet_member(vm, "checks");
}

static bool
is_asking(const struct ft_sheet_vm *vm)
{
    return vm->stage == FT_SHEET_PLANNED && (vm->ticket || vm->due);
}

bool
ft_sheet_asking(const struct ft_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        if (is_asking(&sheet->vms[i]))
            return true;
    return false;
}

bool
ft_sheet_is_chosen(const struct ft_sheet_vm *vm)
{
    return *vm->standby && strcmp(vm->standby, ft_choice_best) != 0;
}

bool
ft_sheet_ready(const struct ft_sheet_vm *vm)
{
    return vm->stage == FT_SHEET_PLANNED && !is_asking(vm) &&
           json_array_size(ft_sheet_member(vm, "steps")) > 0;
}

size_t
ft_sheet_ready_count(const struct ft_sheet *sheet)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->count; i++)
        count += ft_sheet_ready(&sheet->vms[i]);
    return count;
}

size_t
ft_sheet_stage_count(const struct ft_sheet *sheet, enum ft_sheet_stage stage)
{
    size_t count = 0;

    for (size_t i = 0; i < sheet->count; i++)
        count += sheet->vms[i].stage == stage;
    return count;
}

bool
ft_sheet_crowded(const struct ft_sheet *sheet, const char **host,
                 double *needed, double *available)
{
    FT_AUTOJSON json_t *plans = json_array();

    for (size_t i = 0; i < sheet->count; i++)
        if (ft_sheet_ready(&sheet->vms[i]))
            json_array_append(plans, sheet->vms[i].plan);
    return ft_crowd_find(plans, host, needed, available);
}

bool
ft_sheet_holds(const struct ft_console *console, const struct ft_sheet_vm *vm)
{
    const json_t *row = ft_console_vm(console, vm->uuid);

    return ft_json_bool(row, "heard", 0) &&
           !strcmp(ft_json_string(row, "standing", ""), "protected");
}

/* ---- asking ---- */

static bool
send(struct ft_console *console, struct ft_sheet_vm *vm)
{
    struct ft_words words = { 0 };

    ft_sheet_words(vm, false, &words);
    ft_words_add(&words, "--dry-run");
    ft_words_add(&words, "--json");
    vm->ticket = ++console->ticket;
    if (!console->ops.ask(console->ops.data, vm->ticket, &words))
        vm->ticket = 0;
    return vm->ticket != 0;
}

/* The next ones that are due, as many as there is room for. */
static void
ask_due(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    size_t under_way = 0;

    for (size_t i = 0; i < sheet->count; i++)
        under_way += sheet->vms[i].ticket != 0;
    for (size_t i = 0; i < sheet->count && under_way < ASKED_AT_ONCE; i++) {
        struct ft_sheet_vm *vm = &sheet->vms[i];

        if (!vm->due || vm->ticket)
            continue;
        vm->due = false;
        if (send(console, vm))
            under_way++;
        else
            snprintf(vm->trouble, sizeof(vm->trouble),
                     "it could not be planned now: r asks again");
    }
}

void
ft_sheet_ask(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;

    console->remember = true; /* it may be a draft from now on */
    for (size_t i = 0; !sheet->applied && i < sheet->count; i++) {
        struct ft_sheet_vm *vm = &sheet->vms[i];

        vm->ticket = 0; /* an answer to what was asked before is old */
        vm->due = true;
        vm->trouble[0] = '\0';
    }
    ask_due(console);
}

/* ---- what comes back ---- */

static void
take_plan(struct ft_sheet_vm *vm, const json_t *plan, int status,
          const char *message)
{
    json_decref(vm->plan);
    vm->plan = plan ? json_deep_copy(plan) : NULL;
    snprintf(vm->trouble, sizeof(vm->trouble), "%s",
             status ? message && *message ? message : "it cannot be protected"
                    : "");
}

bool
ft_sheet_answer(struct ft_console *console, unsigned ticket,
                const json_t *document, int status, const char *message)
{
    struct ft_sheet *sheet = console->sheet;
    struct ft_sheet_vm *vm = NULL;

    if (sheet && ticket && sheet->ticket == ticket) {
        ft_sheet_applied(console, document, status, message);
        return true;
    }
    for (size_t i = 0; sheet && ticket && i < sheet->count; i++)
        if (sheet->vms[i].ticket == ticket)
            vm = &sheet->vms[i];
    if (!vm)
        return false;
    vm->ticket = 0;
    take_plan(vm, document, status, message);
    ask_due(console);
    return true;
}

/* ---- which VMs ---- */

json_t *
ft_sheet_draft(const struct ft_sheet *sheet)
{
    json_t *vms = json_array();

    for (size_t i = 0; sheet && i < sheet->count; i++) {
        const struct ft_sheet_vm *vm = &sheet->vms[i];

        if (vm->stage == FT_SHEET_PLANNED || vm->stage == FT_SHEET_FAILED)
            json_array_append_new(vms, json_pack("{s:s,s:o,s:s,s:s}", "uuid",
                                                 vm->uuid, "vm",
                                                 ft_json_text(vm->vm),
                                                 "standby", vm->standby,
                                                 "witness", vm->witness));
    }
    if (json_array_size(vms))
        return json_pack("{s:o}", "vms", vms);
    json_decref(vms);
    return NULL;
}

/* rows: of VMs, or of a draft. */
static struct ft_sheet *
open_sheet(const json_t *rows)
{
    struct ft_sheet *sheet = calloc(1, sizeof(*sheet));
    size_t count = FT_MIN(json_array_size(rows), (size_t)FT_SHEET_VMS_MAX);

    if (sheet)
        sheet->vms = calloc(count + 1, sizeof(*sheet->vms));
    if (!sheet || !sheet->vms) {
        free(sheet);
        return NULL;
    }
    for (; sheet->count < count; sheet->count++) {
        const json_t *row = json_array_get(rows, sheet->count);
        struct ft_sheet_vm *vm = &sheet->vms[sheet->count];

        snprintf(vm->uuid, sizeof(vm->uuid), "%s",
                 ft_json_string(row, "uuid", ""));
        snprintf(vm->vm, sizeof(vm->vm), "%s", ft_row_name(row));
        if (ft_row_has_lost_standby(row))
            strcpy(vm->standby, ft_choice_best);
    }
    sheet->open = sheet->count > 1 ? FT_SHEET_VM : FT_SHEET_STANDBY;
    return sheet;
}

static struct ft_sheet_vm *
vm_of(struct ft_sheet *sheet, const char *uuid)
{
    for (size_t i = 0; sheet && i < sheet->count; i++)
        if (!strcmp(sheet->vms[i].uuid, uuid))
            return &sheet->vms[i];
    return NULL;
}

/* What was chosen in a draft before. */
static void
take_choices(struct ft_sheet *sheet, const json_t *draft)
{
    const json_t *row;
    size_t index;

    json_array_foreach(json_object_get(draft, "vms"), index, row) {
        struct ft_sheet_vm *vm = vm_of(sheet, ft_json_string(row, "uuid", ""));

        if (!vm)
            continue;
        snprintf(vm->standby, sizeof(vm->standby), "%s",
                 ft_json_string(row, "standby", ""));
        snprintf(vm->witness, sizeof(vm->witness), "%s",
                 ft_json_string(row, "witness", ""));
    }
}

/* Is what is open still of these? Then nothing new is begun. */
static bool
goes_on(const struct ft_console *console, const json_t *rows)
{
    struct ft_sheet *sheet = console->sheet;
    const json_t *row;
    size_t index;

    if (!sheet || sheet->applied)
        return sheet && sheet->ticket && sheet->count > 1;
    if (json_array_size(rows) > 1 && json_array_size(rows) != sheet->count)
        return false;
    json_array_foreach(rows, index, row)
        if (!vm_of(sheet, ft_json_string(row, "uuid", "")))
            return false;
    return true;
}

static void
begin_new(struct ft_console *console, const json_t *rows)
{
    FT_AUTOJSON json_t *draft = NULL;
    const char *first = ft_json_string(json_array_get(rows, 0), "uuid", "");
    char dropped[200];

    ft_drafts_keep(console->drafts, ft_sheet_draft(console->sheet));
    ft_sheet_close(console->sheet);
    ft_drafts_mend(console, console->drafts, dropped, sizeof(dropped));
    if (*dropped)
        ft_console_say(console, FT_SEVERITY_WARN, "%s", dropped);
    draft = ft_drafts_take(console->drafts, first);
    /* one VM without a mark: the whole draft that it is in */
    console->sheet = open_sheet(draft && json_array_size(rows) == 1
                                    ? json_object_get(draft, "vms")
                                    : rows);
    if (console->sheet)
        take_choices(console->sheet, draft);
}

void
ft_sheet_begin(struct ft_console *console, const json_t *rows)
{
    size_t count = json_array_size(rows);

    if (!count)
        return;
    if (count > FT_SHEET_VMS_MAX)
        ft_console_say(console, FT_SEVERITY_WARN,
                       "the first %d: no more are in one sheet",
                       FT_SHEET_VMS_MAX);
    if (!goes_on(console, rows))
        begin_new(console, rows);
    if (!console->sheet)
        return;
    if (console->sheet->applied)
        ft_console_say(console, FT_SEVERITY_WARN,
                       "this sheet is at work; others wait for its end");
    ft_console_push(console, FT_VIEW_SHEET, console->sheet->vms[0].uuid);
    ft_sheet_ask(console);
}
