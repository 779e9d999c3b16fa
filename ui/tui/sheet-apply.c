/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheet: the command that protects all of it, and what comes of that. It is
 * one command, so that it goes on with those that wait when the console is left;
 * how far it is, is told by the jobs that it makes, and its end by its document.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet-private.h"

#define CLOCK_SLACK_S 2 /* of the picture's age */

/* ---- the command ---- */

static const char *
name_of(const struct ft_sheet_vm *vm, bool by_name)
{
    return *vm->uuid && !by_name ? vm->uuid : vm->vm;
}

void
ft_sheet_words(const struct ft_sheet_vm *vm, bool by_name,
               struct ft_words *words)
{
    ft_words_add(words, "protect");
    ft_words_add(words, name_of(vm, by_name));
    if (*vm->standby) {
        ft_words_add(words, "--standby");
        ft_words_add(words, vm->standby);
    }
    if (*vm->witness) {
        ft_words_add(words, "--witness");
        ft_words_add(words, vm->witness);
    }
}

/* Those that the command is about: ready, or begun. */
static bool
is_in(const struct ft_sheet *sheet, const struct ft_sheet_vm *vm)
{
    return sheet->applied ? vm->stage != FT_SHEET_PLANNED : ft_sheet_ready(vm);
}

/* "--standby h2", or "--standby vm3=h3" for each that has one of its own. */
static void
add_choice(const struct ft_sheet *sheet, bool by_name, bool witness,
           struct ft_words *words)
{
    const char *option = witness ? "--witness" : "--standby", *all = NULL;
    bool same = true;
    char text[FT_WORD_SIZE];

    for (size_t i = 0; i < sheet->count; i++) {
        const struct ft_sheet_vm *vm = &sheet->vms[i];
        const char *host = witness ? vm->witness : vm->standby;

        if (!is_in(sheet, vm))
            continue;
        same &= !all || !strcmp(all, host);
        all = all ? all : host;
    }
    if (same && all && *all) {
        ft_words_add(words, option);
        ft_words_add(words, all);
    }
    for (size_t i = 0; !same && i < sheet->count; i++) {
        const struct ft_sheet_vm *vm = &sheet->vms[i];
        const char *host = witness ? vm->witness : vm->standby;

        if (!is_in(sheet, vm) || !*host)
            continue;
        snprintf(text, sizeof(text), "%.150s=%.140s", name_of(vm, by_name),
                 host);
        ft_words_add(words, option);
        ft_words_add(words, text);
    }
}

void
ft_sheet_all_words(const struct ft_sheet *sheet, bool by_name,
                   struct ft_words *words)
{
    ft_words_add(words, "protect");
    for (size_t i = 0; i < sheet->count; i++)
        if (is_in(sheet, &sheet->vms[i]))
            ft_words_add(words, name_of(&sheet->vms[i], by_name));
    add_choice(sheet, by_name, false, words);
    add_choice(sheet, by_name, true, words);
}

/* ---- applying ---- */

static void
fail_all(struct ft_sheet *sheet, const char *why)
{
    for (size_t i = 0; i < sheet->count; i++) {
        struct ft_sheet_vm *vm = &sheet->vms[i];

        if (vm->stage != FT_SHEET_WAITS && vm->stage != FT_SHEET_RUNS)
            continue;
        vm->stage = FT_SHEET_FAILED;
        snprintf(vm->trouble, sizeof(vm->trouble), "%s", why);
    }
}

static void
begin(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    struct ft_words words = { 0 };

    console->remember = true; /* what is begun is no draft any more */
    ft_sheet_all_words(sheet, false, &words);
    ft_words_add(&words, "--yes");
    ft_words_add(&words, "--json");
    sheet->ticket = ++console->ticket;
    sheet->applied_ms = console->now->wall_ms;
    if (words.count < FT_WORDS_MAX &&
        console->ops.ask(console->ops.data, sheet->ticket, &words)) {
        ft_sheet_follow(console);
        return;
    }
    sheet->ticket = 0;
    fail_all(sheet, "it could not be begun");
}

/* Why Enter on the plan does nothing; NULL: it applies it. */
static const char *
not_ready(const struct ft_console *console, char *out, size_t size)
{
    const struct ft_sheet *sheet = console->sheet;
    double needed, available;
    const char *host;

    if (ft_console_refusal(console))
        return ft_console_refusal(console);
    if (ft_sheet_asking(sheet) || !ft_sheet_ready_count(sheet))
        return "not ready: look at the marks";
    if (!ft_sheet_crowded(sheet, &host, &needed, &available))
        return NULL;
    snprintf(out, size, "not ready: %s has not enough memory for all", host);
    return out;
}

void
ft_sheet_apply(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    size_t ready = ft_sheet_ready_count(sheet);
    char text[300];
    const char *why = not_ready(console, text, sizeof(text));

    if (why) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s", why);
        return;
    }
    for (size_t i = 0; i < sheet->count; i++) {
        if (!ft_sheet_ready(&sheet->vms[i]))
            continue;
        sheet->vms[i].stage = FT_SHEET_WAITS;
        if (ready == 1)
            ft_console_say(console, FT_SEVERITY_OK, "%s is being protected",
                           sheet->vms[i].vm);
    }
    sheet->applied = true;
    sheet->open = FT_SHEET_APPLY;
    for (size_t i = 0; i < console->depth; i++) /* what was wished is begun */
        ft_list_unmark(&console->pages[i].list);
    if (ready > 1)
        ft_console_say(console, FT_SEVERITY_OK,
                       "%zu VMs are being protected, one after another", ready);
    begin(console);
}

/* ---- how far it is ---- */

/* The newest job of this VM that began after the command did; or NULL. */
static const json_t *
job_of(const struct ft_console *console, const struct ft_sheet_vm *vm)
{
    const struct ft_sheet *sheet = console->sheet;
    double since = (double)(console->now->wall_ms - sheet->applied_ms) / 1000 +
                   CLOCK_SLACK_S;
    const json_t *job, *found = NULL;
    double age = since;
    size_t index;

    json_array_foreach(console->now->jobs, index, job) {
        const json_t *told = json_object_get(job, "age_s");
        double is = json_is_number(told) ? json_number_value(told) : since + 1;

        if (!strcmp(ft_json_string(job, "verb", ""), "protect") &&
            !strcmp(ft_json_string(job, "subject", ""), vm->vm) && is <= age) {
            found = job;
            age = is;
        }
    }
    return found;
}

static void
take_job(struct ft_sheet_vm *vm, const json_t *job)
{
    const char *state = ft_json_string(job, "state", "");

    if (!strcmp(state, "running")) {
        vm->stage = FT_SHEET_RUNS;
    } else if (!strcmp(state, "done") || !strcmp(state, "partly")) {
        vm->stage = FT_SHEET_PROTECTED;
    } else {
        vm->stage = FT_SHEET_FAILED;
        snprintf(vm->trouble, sizeof(vm->trouble), "%s",
                 ft_json_string(job, "result", state));
    }
}

/* One before which another is at work by now had no job: it failed before. */
static void
find_passed(struct ft_sheet *sheet)
{
    bool later = false;

    for (size_t i = sheet->count; i-- > 0;) {
        struct ft_sheet_vm *vm = &sheet->vms[i];

        if (later && vm->stage == FT_SHEET_WAITS) {
            vm->stage = FT_SHEET_FAILED;
            snprintf(vm->trouble, sizeof(vm->trouble),
                     "it could not be planned; why is told at the end");
        }
        later |= vm->stage == FT_SHEET_RUNS || vm->stage == FT_SHEET_PROTECTED;
    }
}

void
ft_sheet_follow(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;

    if (!sheet || !sheet->ticket)
        return;
    for (size_t i = 0; i < sheet->count; i++) {
        struct ft_sheet_vm *vm = &sheet->vms[i];
        const json_t *job =
            vm->stage != FT_SHEET_PLANNED ? job_of(console, vm) : NULL;

        if (job)
            take_job(vm, job);
    }
    find_passed(sheet);
    if (ft_sheet_stage_count(sheet, FT_SHEET_RUNS))
        return;
    for (size_t i = 0; i < sheet->count; i++) /* it is about to be begun */
        if (sheet->vms[i].stage == FT_SHEET_WAITS) {
            sheet->vms[i].stage = FT_SHEET_RUNS;
            return;
        }
}

/* ---- its end ---- */

static void
end_vm(struct ft_sheet_vm *vm, const json_t *document, int status,
       const char *message)
{
    const char *text =
        ft_json_string(json_object_get(document, "error"), "text", message);

    vm->stage = status ? FT_SHEET_FAILED : FT_SHEET_PROTECTED;
    snprintf(vm->trouble, sizeof(vm->trouble), "%s",
             status ? text && *text ? text : "it failed" : "");
}

static void
say_end(struct ft_console *console)
{
    const struct ft_sheet *sheet = console->sheet;
    size_t done = ft_sheet_stage_count(sheet, FT_SHEET_PROTECTED);
    const struct ft_sheet_vm *failed = NULL, *last = NULL;

    for (size_t i = 0; i < sheet->count; i++) {
        if (sheet->vms[i].stage == FT_SHEET_FAILED && !failed)
            failed = &sheet->vms[i];
        if (sheet->vms[i].stage == FT_SHEET_PROTECTED)
            last = &sheet->vms[i];
    }
    if (failed)
        ft_console_say(console, FT_SEVERITY_CRIT, "%.60s: %.180s", failed->vm,
                       failed->trouble);
    else if (done == 1)
        ft_console_say(console, FT_SEVERITY_OK, "%s is protected", last->vm);
    else
        ft_console_say(console, FT_SEVERITY_OK, "%zu VMs are protected", done);
}

void
ft_sheet_applied(struct ft_console *console, const json_t *document, int status,
                 const char *message)
{
    struct ft_sheet *sheet = console->sheet;
    const json_t *rows = json_object_get(document, "vms");
    size_t at = 0;

    sheet->ticket = 0;
    for (size_t i = 0; i < sheet->count; i++) {
        struct ft_sheet_vm *vm = &sheet->vms[i];
        const json_t *row;

        if (vm->stage == FT_SHEET_PLANNED)
            continue;
        row = rows ? json_array_get(rows, at++) : document;
        if (rows && row)
            end_vm(vm, row, (int)ft_json_int(row, "exit", 0, 255, 1), message);
        else
            end_vm(vm, row, status, message);
    }
    console->remember = true; /* what failed is a draft again */
    say_end(console);
}
