/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sheet, line by line: each of its lines is a question with numbers, and
 * Enter takes what is best.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/counts.h"
#include "ui/model/estimate-rows.h"
#include "ui/tui/sheet-private.h"

static const char *const lines[FT_SHEET_LINES] = {
    "", "vm", "standby", "witness", "checks", "plan", "apply"
};

int
ft_sheet_line_called(const char *word)
{
    for (int i = FT_SHEET_VM; i < FT_SHEET_LINES; i++)
        if (!strcasecmp(word, lines[i]))
            return i;
    return 0;
}

/* ---- one question each ---- */

static void
tell_vms(const struct ft_sheet *sheet, FILE *out)
{
    fprintf(out,
            sheet->count == 1 ? "This VM gets a copy:\n"
                              : "These %zu VMs get a copy each:\n",
            sheet->count);
    for (size_t i = 0; i < sheet->count; i++)
        fprintf(out, "%zu  %s%s%s\n", i + 1, sheet->vms[i].vm,
                *sheet->vms[i].trouble ? ": " : "", sheet->vms[i].trouble);
}

static void
tell_candidates(const struct ft_sheet_vm *vm, FILE *out)
{
    const json_t *c;
    size_t index;

    fprintf(out, "Which host is to hold the copy of %s?\n", vm->vm);
    json_array_foreach(ft_sheet_member(vm, "candidates"), index, c)
        fprintf(out, "%zu  %s: %s, %s%s\n", index + 1,
                ft_json_string(c, "host", "?"),
                ft_json_string(c, "verdict", "?"),
                ft_json_string(c, "reason", ""),
                !strcmp(ft_json_string(c, "host", ""),
                        ft_json_string(vm->plan, "standby", ""))
                    ? "; it is chosen"
                    : "");
}

static void
tell_standbys(const struct ft_sheet *sheet, FILE *out)
{
    fputs("Which hosts are to hold the copies?\n", out);
    for (size_t i = 0; i < sheet->count; i++) {
        const struct ft_sheet_vm *vm = &sheet->vms[i];

        if (ft_sheet_ready(vm))
            fprintf(out, "%zu  %s: copy on %s%s\n", i + 1, vm->vm,
                    ft_json_string(vm->plan, "standby", "?"),
                    ft_sheet_is_chosen(vm) ? ", chosen" : "");
        else
            fprintf(out, "%zu  %s: %s\n", i + 1, vm->vm,
                    *vm->trouble ? vm->trouble : "being planned");
    }
}

static void
tell_witness(const struct ft_sheet_vm *vm, FILE *out)
{
    const char *witness = ft_json_string(vm->plan, "witness", "");

    if (*witness)
        fprintf(out,
                "%s: %s decides who may go on when the hosts do not see each "
                "other.\n",
                vm->vm, witness);
    else if (vm->plan)
        fprintf(out,
                "%s: there is no witness, so its copy takes over by nobody's "
                "word but yours.\n",
                vm->vm);
}

static void
tell_checks(const struct ft_sheet_vm *vm, FILE *out)
{
    struct ft_counts counts = { 0 };
    char text[120];
    const json_t *f;
    size_t index;

    ft_counts_add(&counts, ft_sheet_findings(vm));
    ft_counts_text(&counts, text, sizeof(text));
    fprintf(out, "%s: %s.\n", vm->vm, text);
    json_array_foreach(ft_sheet_findings(vm), index, f)
        if (strcmp(ft_json_string(f, "verdict", ""), "pass") != 0)
            fprintf(out, "%s %s: %s %s\n", ft_json_string(f, "verdict", "?"),
                    ft_json_string(f, "id", "?"),
                    ft_json_string(f, "evidence", ""),
                    ft_json_string(f, "remedy", ""));
}

static void
tell_estimate(const struct ft_sheet_vm *vm, FILE *out)
{
    static const enum ft_estimate_figure told[] = {
        FT_ESTIMATE_PAUSE_P50, FT_ESTIMATE_PAUSE_P99, FT_ESTIMATE_LATENCY_P50,
        FT_ESTIMATE_LINK, FT_ESTIMATE_FIRST_SYNC
    };
    const json_t *estimate = ft_sheet_member(vm, "estimate");
    char text[300];

    ft_estimate_few(json_object_get(estimate, "figures"), told,
                    FT_ARRAY_SIZE(told), text, sizeof(text));
    if (*text)
        fprintf(out, "What it would cost, as measured at %s: %s.\n",
                ft_json_string(estimate, "measured_at", "?"), text);
}

static void
tell_steps(const struct ft_sheet_vm *vm, FILE *out)
{
    const json_t *step;
    size_t index;

    fprintf(out, "What would be done for %s; undone backwards if one fails:\n",
            vm->vm);
    json_array_foreach(ft_sheet_member(vm, "steps"), index, step)
        fprintf(out, "%zu. %s\n", index + 1,
                ft_json_string(step, "description", "?"));
    tell_estimate(vm, out);
}

static void
tell_plan(const struct ft_sheet *sheet, FILE *out)
{
    struct ft_words words = { 0 };
    double needed, available;
    const char *host;
    char text[1024];

    for (size_t i = 0; i < sheet->count; i++)
        if (ft_sheet_ready(&sheet->vms[i]))
            tell_steps(&sheet->vms[i], out);
    if (ft_sheet_crowded(sheet, &host, &needed, &available))
        fprintf(out, "%s has not enough memory for all of them.\n", host);
    if (!ft_sheet_ready_count(sheet))
        return;
    ft_sheet_all_words(sheet, true, &words);
    ft_words_text(&words, text, sizeof(text));
    fprintf(out, "The command: %s\n", text);
}

bool
ft_sheet_tell(const struct ft_console *console, FILE *out)
{
    const struct ft_sheet *sheet = console->sheet;

    if (!sheet || sheet->applied || sheet->open == FT_SHEET_APPLY)
        return false;
    fprintf(out, "Question %d of %d, %s.\n", sheet->open, FT_SHEET_PLAN,
            lines[sheet->open]);
    if (ft_sheet_asking(sheet))
        fputs("All hosts are being asked; nothing is changed.\n", out);
    for (size_t i = 0; i < sheet->count; i++)
        if (sheet->open != FT_SHEET_VM && *sheet->vms[i].trouble)
            fprintf(out, "%s: %s\n", sheet->vms[i].vm, sheet->vms[i].trouble);
    if (sheet->open == FT_SHEET_VM)
        tell_vms(sheet, out);
    else if (sheet->open == FT_SHEET_STANDBY && sheet->count > 1)
        tell_standbys(sheet, out);
    else if (sheet->open == FT_SHEET_STANDBY)
        tell_candidates(&sheet->vms[0], out);
    else if (sheet->open == FT_SHEET_PLAN)
        tell_plan(sheet, out);
    for (size_t i = 0; i < sheet->count; i++) {
        if (sheet->open == FT_SHEET_WITNESS)
            tell_witness(&sheet->vms[i], out);
        else if (sheet->open == FT_SHEET_CHECKS)
            tell_checks(&sheet->vms[i], out);
    }
    return true;
}

/* ---- the prompt, and numbers ---- */

bool
ft_sheet_prompt(const struct ft_console *console, char *out, size_t size)
{
    const struct ft_sheet *sheet = console->sheet;

    if (!sheet || sheet->applied || sheet->open >= FT_SHEET_PLAN)
        return false;
    if (sheet->open == FT_SHEET_STANDBY && sheet->count > 1)
        snprintf(out, size,
                 "A number for another host there, or Enter for "
                 "these: ");
    else if (sheet->open == FT_SHEET_STANDBY && sheet->vms[0].plan)
        snprintf(out, size, "A number, or Enter for %.200s: ",
                 ft_json_string(sheet->vms[0].plan, "standby", "the best"));
    else
        snprintf(out, size, "Enter for the next question: ");
    return true;
}

bool
ft_sheet_number(struct ft_console *console, unsigned number)
{
    struct ft_sheet *sheet = console->sheet;
    struct ft_key space = { ' ', NULL };
    size_t count;

    if (!sheet || sheet->applied || sheet->open != FT_SHEET_STANDBY)
        return false;
    count = sheet->count > 1
                ? sheet->count
                : json_array_size(ft_sheet_member(&sheet->vms[0], "candidates"));
    if (!number || number > count)
        return false;
    if (sheet->count > 1)
        sheet->at = number - 1;
    else
        sheet->choice = (int)number - 1;
    ft_sheet_key(console, &space);
    return true;
}
