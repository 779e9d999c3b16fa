/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sheet: where one is, what is said of it, and its folded lines. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/counts.h"
#include "ui/model/pair-rows.h"
#include "ui/text/glyph.h"
#include "ui/tui/figure.h"
#include "ui/tui/sheet-private.h"
#include "ui/tui/view.h"

static const char *const names[FT_SHEET_LINES] = {
    [FT_SHEET_VM] = "VM",           [FT_SHEET_STANDBY] = "Standby",
    [FT_SHEET_WITNESS] = "Witness", [FT_SHEET_CHECKS] = "Checks",
    [FT_SHEET_PLAN] = "Plan",       [FT_SHEET_APPLY] = "Apply",
};

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const struct ft_sheet *sheet = console->sheet;
    const char *changed =
        sheet && sheet->applied ? "" : "   nothing changed yet";

    (void)page;
    if (!sheet)
        *out = '\0';
    else if (sheet->count == 1)
        snprintf(out, size, "protect %s%s", sheet->vms[0].vm, changed);
    else
        snprintf(out, size, "protect %zu VMs   %zu of %zu: %.60s%s",
                 sheet->count, sheet->at + 1, sheet->count,
                 sheet->vms[sheet->at].vm, changed);
}

/* ---- the sentence ---- */

static void
say_applied(const struct ft_console *console, const struct ft_sheet_vm *vm,
            struct ft_verdict *verdict)
{
    const json_t *row = ft_console_vm(console, vm->uuid);

    if (vm->stage == FT_SHEET_FAILED) {
        verdict->severity = FT_SEVERITY_CRIT;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.60s was not protected: %.150s", vm->vm, vm->trouble);
    } else if (row && json_object_get(row, "pair")) {
        ft_verdict_of_pair(row, verdict);
        verdict->command[0] = '\0';
    } else {
        verdict->severity = FT_SEVERITY_WARN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.60s runs on while its copy is made.", vm->vm);
    }
}

static void
say_planned(const struct ft_sheet_vm *vm, struct ft_verdict *verdict)
{
    struct ft_counts counts = { 0 };

    ft_counts_add(&counts, ft_sheet_findings(vm));
    if (ft_sheet_ready(vm)) {
        verdict->severity = ft_counts_severity(&counts);
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Its copy on %.20s; %.20s decides; if a step fails all are "
                 "undone.",
                 ft_json_string(vm->plan, "standby", "?"),
                 ft_json_string(vm->plan, "witness", "nobody"));
    } else {
        verdict->severity = FT_SEVERITY_CRIT;
        snprintf(verdict->sentence, sizeof(verdict->sentence), "%.200s",
                 *vm->trouble ? vm->trouble : "It cannot be protected.");
    }
}

static void
say_several_applied(const struct ft_console *console,
                    const struct ft_sheet *sheet, struct ft_verdict *verdict)
{
    bool hold = true;
    size_t failed = ft_sheet_stage_count(sheet, FT_SHEET_FAILED);
    size_t done = ft_sheet_stage_count(sheet, FT_SHEET_PROTECTED);
    size_t waits = ft_sheet_stage_count(sheet, FT_SHEET_WAITS);
    size_t runs = ft_sheet_stage_count(sheet, FT_SHEET_RUNS);

    for (size_t i = 0; i < sheet->count; i++)
        hold &= sheet->vms[i].stage != FT_SHEET_PROTECTED ||
                ft_sheet_holds(console, &sheet->vms[i]);
    verdict->severity = failed                   ? FT_SEVERITY_CRIT
                        : runs || waits || !hold ? FT_SEVERITY_WARN
                                                 : FT_SEVERITY_OK;
    snprintf(verdict->sentence, sizeof(verdict->sentence),
             "%zu protected%s, %zu at work, %zu waiting, %zu failed.", done,
             hold ? "" : " (not all still are)", runs, waits, failed);
}

static void
say_several_planned(const struct ft_sheet *sheet, struct ft_verdict *verdict)
{
    size_t ready = ft_sheet_ready_count(sheet), warned = 0;
    double needed, available;
    const char *host;

    for (size_t i = 0; i < sheet->count; i++) {
        struct ft_counts counts = { 0 };

        ft_counts_add(&counts, ft_sheet_findings(&sheet->vms[i]));
        warned += ft_counts_severity(&counts) != FT_SEVERITY_OK;
    }
    verdict->severity = !ready                           ? FT_SEVERITY_CRIT
                        : warned || ready < sheet->count ? FT_SEVERITY_WARN
                                                         : FT_SEVERITY_OK;
    if (ft_sheet_crowded(sheet, &host, &needed, &available)) {
        char need[FT_FIGURE], there[FT_FIGURE];

        ft_figure(needed, "B", need);
        ft_figure(available, "B", there);
        verdict->severity = FT_SEVERITY_CRIT;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.30s has %s free; the copies for it need %s together.", host,
                 there, need);
    } else if (ready == sheet->count) {
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%zu VMs can be protected, one after another; each is undone "
                 "by itself.",
                 ready);
    } else {
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%zu of %zu can be protected; those that cannot stay as they "
                 "are.",
                 ready, sheet->count);
    }
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    const struct ft_sheet *sheet = console->sheet;
    char what[64];

    (void)page;
    memset(verdict, 0, sizeof(*verdict));
    if (!sheet)
        return;
    if (sheet->count == 1)
        snprintf(what, sizeof(what), "%.50s", sheet->vms[0].vm);
    else
        snprintf(what, sizeof(what), "%zu VMs", sheet->count);
    if (sheet->applied && sheet->count == 1) {
        say_applied(console, &sheet->vms[0], verdict);
    } else if (sheet->applied) {
        say_several_applied(console, sheet, verdict);
    } else if (ft_sheet_asking(sheet)) {
        verdict->severity = FT_SEVERITY_UNKNOWN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Asking all hosts about %s; nothing is changed.", what);
    } else if (sheet->count == 1) {
        say_planned(&sheet->vms[0], verdict);
    } else {
        say_several_planned(sheet, verdict);
    }
}

/* ---- folded lines ---- */

static void
fold_one(const struct ft_console *console, const struct ft_sheet *sheet,
         enum ft_sheet_line line, char *out, size_t size)
{
    const struct ft_sheet_vm *vm = &sheet->vms[0];
    const json_t *row = ft_pair_find(console->picture->vms, vm->uuid);
    const char *unknown = ft_sheet_asking(sheet) ? "asking" : "-";
    char memory[FT_FIGURE], disk[FT_FIGURE];

    switch (line) {
    case FT_SHEET_VM:
        ft_figure(ft_figure_of(row, "memory"), "B", memory);
        ft_figure(ft_figure_of(row, "disk_bytes"), "B", disk);
        snprintf(out, size, "%s on %s: %.0f vCPU, %s, disks %s", vm->vm,
                 ft_json_string(row, "host",
                                ft_json_string(row, "primary", "?")),
                 FT_MAX(ft_figure_of(row, "vcpus"), 0.0), memory, disk);
        break;
    case FT_SHEET_STANDBY:
        snprintf(out, size, "%s%s", ft_json_string(vm->plan, "standby", unknown),
                 ft_sheet_is_chosen(vm) ? ", chosen by you" : ", the best");
        break;
    case FT_SHEET_WITNESS:
        snprintf(out, size, "%s",
                 ft_json_string(vm->plan, "witness",
                                vm->plan ? "none: no takeover by itself"
                                         : unknown));
        break;
    default:
        break;
    }
}

/* "kvm1, kvm2, kvm3": what the plans have for a member, each once. */
static void
list_once(const struct ft_sheet *sheet, const char *key, char *out, size_t size)
{
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < sheet->count && used < size; i++) {
        const char *word = ft_json_string(sheet->vms[i].plan, key, NULL);
        bool known = !word;

        for (size_t k = 0; k < i && !known; k++)
            known = !strcmp(ft_json_string(sheet->vms[k].plan, key, ""), word);
        if (!known)
            used += (size_t)snprintf(out + used, size - used, "%s%.24s",
                                     used ? ", " : "", word);
    }
    if (!used)
        snprintf(out, size, "%s", ft_sheet_asking(sheet) ? "asking" : "-");
}

static void
fold_several(const struct ft_console *console, const struct ft_sheet *sheet,
             enum ft_sheet_line line, char *out, size_t size)
{
    double memory = 0, disk = 0;
    char bytes[FT_FIGURE], disks[FT_FIGURE];

    switch (line) {
    case FT_SHEET_VM:
        for (size_t i = 0; i < sheet->count; i++) {
            const json_t *row =
                ft_pair_find(console->picture->vms, sheet->vms[i].uuid);

            memory += FT_MAX(ft_figure_of(row, "memory"), 0.0);
            disk += FT_MAX(ft_figure_of(row, "disk_bytes"), 0.0);
        }
        ft_figure(memory, "B", bytes);
        ft_figure(disk, "B", disks);
        snprintf(out, size, "%zu VMs: %s, disks %s", sheet->count, bytes, disks);
        break;
    case FT_SHEET_STANDBY:
        list_once(sheet, "standby", out, size);
        break;
    case FT_SHEET_WITNESS:
        list_once(sheet, "witness", out, size);
        break;
    default:
        break;
    }
}

static const char *
applied_text(const struct ft_sheet *sheet)
{
    if (ft_sheet_stage_count(sheet, FT_SHEET_WAITS))
        return "what waits is begun while this console is open";
    if (ft_sheet_stage_count(sheet, FT_SHEET_RUNS))
        return "at work; safe to leave, the jobs show it";
    return ft_sheet_stage_count(sheet, FT_SHEET_FAILED) ? "ended, not all well"
                                                        : "ended";
}

static void
fold_common(const struct ft_sheet *sheet, enum ft_sheet_line line, char *out,
            size_t size)
{
    struct ft_counts all = { 0 };
    size_t steps = 0, planned = 0;

    for (size_t i = 0; i < sheet->count; i++) {
        const struct ft_sheet_vm *vm = &sheet->vms[i];

        ft_counts_add(&all, ft_sheet_findings(vm));
        planned += ft_sheet_findings(vm) != NULL;
        steps += json_array_size(ft_sheet_member(vm, "steps"));
    }
    if (line == FT_SHEET_CHECKS && planned)
        ft_counts_text(&all, out, size);
    else if (line == FT_SHEET_CHECKS)
        snprintf(out, size, "%s", ft_sheet_asking(sheet) ? "asking" : "-");
    else if (line == FT_SHEET_PLAN)
        snprintf(out, size, "%zu steps; undone backwards if one fails", steps);
    else
        snprintf(out, size, "%s",
                 sheet->applied ? applied_text(sheet)
                 : ft_sheet_ready_count(sheet) && !ft_sheet_asking(sheet)
                     ? "safe to leave or to stop at any moment"
                     : "nothing before you say so");
}

static void
fold(const struct ft_console *console, const struct ft_sheet *sheet,
     enum ft_sheet_line line, char *out, size_t size)
{
    if (line >= FT_SHEET_CHECKS)
        fold_common(sheet, line, out, size);
    else if (sheet->count == 1)
        fold_one(console, sheet, line, out, size);
    else
        fold_several(console, sheet, line, out, size);
}

static enum ft_severity
judge_line(const struct ft_sheet *sheet, enum ft_sheet_line line)
{
    bool all = ft_sheet_ready_count(sheet) == sheet->count, found = false;
    struct ft_counts counts = { 0 };

    for (size_t i = 0; i < sheet->count; i++) {
        ft_counts_add(&counts, ft_sheet_findings(&sheet->vms[i]));
        found |= ft_sheet_findings(&sheet->vms[i]) != NULL;
    }
    if (line == FT_SHEET_CHECKS && found)
        return ft_counts_severity(&counts);
    if (line == FT_SHEET_APPLY && ft_sheet_stage_count(sheet, FT_SHEET_FAILED))
        return FT_SEVERITY_CRIT;
    if (line == FT_SHEET_VM || (line != FT_SHEET_CHECKS && all) ||
        sheet->applied)
        return FT_SEVERITY_OK;
    return FT_SEVERITY_UNKNOWN;
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    const struct ft_sheet *sheet = console->sheet;
    int y = area.top;

    (void)page;
    if (!sheet)
        return;
    for (enum ft_sheet_line line = FT_SHEET_VM;
         line < FT_SHEET_LINES && y < area.bottom; line++) {
        enum ft_severity severity = judge_line(sheet, line);
        bool open = sheet->open == (int)line;
        char text[512] = "";

        fold(console, sheet, line, text, sizeof(text));
        ft_grid_text(grid, 1, y, 1, ft_look_of_severity(severity),
                     severity == FT_SEVERITY_UNKNOWN && !ft_sheet_asking(sheet)
                         ? " "
                         : ft_severity_glyph(severity, grid->utf8));
        ft_grid_print(grid, 3, y, open ? FT_LOOK_TITLE : FT_LOOK_PLAIN,
                      "%d %-10s", (int)line, names[line]);
        ft_grid_print(grid, 16, y, FT_LOOK_PLAIN, "%s", text);
        if (open && grid->cursor_x < 0) {
            grid->cursor_x = 3;
            grid->cursor_y = y;
        }
        y++;
        if (open)
            y = ft_sheet_draw_open(console, grid, y,
                                   area.bottom -
                                       (FT_SHEET_LINES - 1 - (int)line));
    }
}

/* ---- keys and command ---- */

/* What Enter does, as the bar begins with it. */
static void
enter_does(const struct ft_sheet *sheet, char *out, size_t size)
{
    size_t ready = ft_sheet_ready_count(sheet);

    if (sheet->applied)
        snprintf(out, size, "Enter its page");
    else if (sheet->open == FT_SHEET_APPLY)
        snprintf(out, size, "5 the plan");
    else if (sheet->open != FT_SHEET_PLAN)
        snprintf(out, size, "Enter next");
    else if (!ready || ft_sheet_asking(sheet))
        snprintf(out, size, "not ready");
    else if (sheet->count == 1)
        snprintf(out, size, "Enter apply");
    else
        snprintf(out, size, "Enter apply to %zu", ready);
}

static void
bar(const struct ft_console *console, const struct ft_page *page, char *out,
    size_t size)
{
    const struct ft_sheet *sheet = console->sheet;
    const char *choose = "";
    char enter[40];

    (void)page;
    if (!sheet)
        return;
    enter_does(sheet, enter, sizeof(enter));
    if (sheet->count > 1)
        choose = sheet->open == FT_SHEET_STANDBY && !sheet->applied
                     ? "Up Down VM   Space other host   "
                     : "Up Down VM   ";
    else if (sheet->open == FT_SHEET_STANDBY && !sheet->applied)
        choose = "Up Down choose   ";
    snprintf(out, size, "%s   %s1-6 open   %s", enter, choose,
             sheet->applied ? "Esc leave" : "r again   Esc leave, kept");
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    const struct ft_sheet *sheet = console->sheet;

    (void)page;
    if (!sheet)
        return;
    if (sheet->applied || (sheet->open == FT_SHEET_PLAN &&
                           ft_sheet_ready_count(sheet))) /* what Enter does */
        ft_sheet_all_words(sheet, true, words);
    else
        ft_sheet_words(&sheet->vms[sheet->at], true, words);
}

const struct ft_view ft_view_sheet = {
    .id = FT_VIEW_SHEET,
    .name = "Protect",
    .scope = FT_SCOPE_SHEET,
    .where = where,
    .say = say,
    .draw = draw,
    .twin = twin,
    .bar = bar,
};
