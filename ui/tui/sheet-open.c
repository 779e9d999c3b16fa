/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sheet: what its open line shows, of one VM and of several. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/counts.h"
#include "ui/model/estimate-rows.h"
#include "ui/model/pair-rows.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"
#include "ui/tui/figure.h"
#include "ui/tui/sheet-private.h"

static int
draw_candidates(const struct ft_sheet *sheet, struct ft_grid *grid, int y,
                int end)
{
    const struct ft_sheet_vm *vm = &sheet->vms[0];
    const json_t *list = ft_sheet_member(vm, "candidates");
    const char *taken = ft_json_string(vm->plan, "standby", "");
    const json_t *c;
    size_t index;

    json_array_foreach(list, index, c) {
        enum ft_severity severity =
            ft_severity_of(ft_json_string(c, "verdict", "unknown"));
        const char *host = ft_json_string(c, "host", "");

        if (y >= end)
            break;
        if ((int)index == sheet->choice)
            ft_grid_select(grid, 1, y);
        ft_grid_text(grid, 3, y, 1, FT_LOOK_PLAIN,
                     strcmp(host, taken) ? grid->utf8 ? "\u25cb" : "o"
                     : grid->utf8        ? "\u25cf"
                                         : "*");
        ft_grid_name(grid, 5, y, 12, FT_LOOK_PLAIN, host);
        ft_grid_print(grid, 18, y, ft_look_of_severity(severity), "%s %s",
                      ft_severity_glyph(severity, grid->utf8),
                      ft_json_string(c, "verdict", "?"));
        ft_grid_print(grid, 26, y++, FT_LOOK_PLAIN, "%s",
                      ft_json_string(c, "reason", ""));
    }
    return y;
}

static int
draw_checks(const struct ft_sheet_vm *vm, bool named, struct ft_grid *grid,
            int y, int end)
{
    static const char *const order[] = { "fail", "unknown", "warn" };
    const json_t *finding;
    size_t index;

    for (size_t i = 0; i < FT_ARRAY_SIZE(order); i++)
        json_array_foreach(ft_sheet_findings(vm), index, finding) {
            enum ft_severity severity = ft_severity_of(order[i]);
            int x;

            if (y + 1 >= end ||
                strcmp(ft_json_string(finding, "verdict", ""), order[i]) ||
                ft_json_string(finding, "waived", NULL))
                continue;
            x = ft_grid_print(grid, 3, y, ft_look_of_severity(severity),
                              "%s %s", ft_severity_glyph(severity, grid->utf8),
                              order[i]);
            x = ft_grid_print(grid, FT_MAX(x + 1, 10), y, FT_LOOK_TITLE, "%s",
                              ft_json_string(finding, "id", ""));
            ft_grid_print(grid, FT_MAX(x + 1, 32), y++, FT_LOOK_PLAIN,
                          "%s%s%s: %s", named ? vm->vm : "", named ? ", " : "",
                          ft_json_string(finding, "subject", ""),
                          ft_json_string(finding, "evidence", ""));
            if (*ft_json_string(finding, "remedy", ""))
                ft_grid_print(grid, 12, y++, FT_LOOK_HINT, "%s",
                              ft_json_string(finding, "remedy", ""));
        }
    return y;
}

/* What it would cost, where somebody has measured the VM. */
static int
draw_estimate(const struct ft_sheet_vm *vm, struct ft_grid *grid, int y, int end)
{
    static const enum ft_estimate_figure stands[] = { FT_ESTIMATE_PAUSE_P50,
                                                      FT_ESTIMATE_PAUSE_P99,
                                                      FT_ESTIMATE_LATENCY_P50 };
    static const enum ft_estimate_figure takes[] = { FT_ESTIMATE_LINK,
                                                     FT_ESTIMATE_FIRST_SYNC };
    const json_t *estimate = ft_sheet_member(vm, "estimate");
    const json_t *rows = json_object_get(estimate, "figures");
    char text[200], age[24];

    if (!json_array_size(rows) || y + 1 >= end)
        return y;
    ft_format_age((double)ft_json_int(estimate, "age_s", 0, INT32_MAX, 0), age);
    ft_estimate_few(rows, stands, FT_ARRAY_SIZE(stands), text, sizeof(text));
    ft_grid_print(grid, 3, y++, FT_LOOK_HINT, "   cost: %s", text);
    ft_estimate_few(rows, takes, FT_ARRAY_SIZE(takes), text, sizeof(text));
    ft_grid_print(grid, 3, y++, FT_LOOK_HINT, "   %s; measured: %s", text, age);
    return y;
}

static int
draw_steps(const struct ft_sheet_vm *vm, struct ft_grid *grid, int y, int end)
{
    size_t effects = json_array_size(ft_sheet_member(vm, "effects"));
    const json_t *step;
    size_t index;

    json_array_foreach(ft_sheet_member(vm, "steps"), index, step)
        if (y < end)
            ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%zu  %s", index + 1,
                          ft_json_string(step, "description", ""));
    if (effects && y < end)
        ft_grid_print(grid, 3, y++, FT_LOOK_HINT,
                      "   %zu things on the hosts; protect --dry-run lists them",
                      effects);
    return draw_estimate(vm, grid, y, end);
}

static int
draw_progress(const struct ft_console *console, const struct ft_sheet_vm *vm,
              int x, struct ft_grid *grid, int y, int end)
{
    const json_t *row = ft_console_vm(console, vm->uuid);
    double done = ft_figure_of(row, "progress.done");
    double total = ft_figure_of(row, "progress.total");
    const json_t *progress = json_object_get(row, "progress");
    const char *left = ft_json_string(progress, "left", "");
    char a[FT_FIGURE], b[FT_FIGURE];
    int width = x > 3 || *left ? 16 : 34;

    if (y >= end || !row || total <= 0 || done < 0)
        return y;
    ft_figure(done, "B", a);
    ft_figure(total, "B", b);
    ft_grid_print(grid, x, y, FT_LOOK_PLAIN, "%-7s",
                  ft_json_string(progress, "phase", ""));
    ft_bar_draw(done / total, grid, x + 8, y, width);
    ft_grid_print(grid, x + 10 + width, y, FT_LOOK_PLAIN,
                  "%3.0f %%  %s of %s%s%s%s", 100 * done / total, a, b,
                  *left ? ", " : "", left, *left ? " left" : "");
    return y + 1;
}

/* ---- of several: a row each ---- */

static void
draw_plan_of(const struct ft_sheet_vm *vm, struct ft_grid *grid, int y)
{
    struct ft_counts counts = { 0 };
    enum ft_severity severity;

    ft_counts_add(&counts, ft_sheet_findings(vm));
    severity = ft_counts_severity(&counts);
    if (ft_sheet_ready(vm)) {
        ft_grid_text(grid, 24, y, 1, ft_look_of_severity(severity),
                     ft_severity_glyph(severity, grid->utf8));
        ft_grid_print(grid, 26, y, FT_LOOK_PLAIN, "copy on %s%s, %s decides",
                      ft_json_string(vm->plan, "standby", "?"),
                      ft_sheet_is_chosen(vm) ? " (chosen)" : "",
                      ft_json_string(vm->plan, "witness", "nobody"));
    } else if (*vm->trouble) {
        ft_grid_text(grid, 24, y, 1, FT_LOOK_CRIT,
                     ft_severity_glyph(FT_SEVERITY_CRIT, grid->utf8));
        ft_grid_print(grid, 26, y, FT_LOOK_PLAIN, "%s", vm->trouble);
    } else {
        ft_grid_print(grid, 26, y, FT_LOOK_HINT, "asking");
    }
}

static void
draw_stage_of(const struct ft_console *console, const struct ft_sheet_vm *vm,
              struct ft_grid *grid, int y)
{
    enum ft_severity severity;

    switch (vm->stage) {
    case FT_SHEET_PROTECTED:
        severity =
            ft_sheet_holds(console, vm) ? FT_SEVERITY_OK : FT_SEVERITY_UNKNOWN;
        ft_grid_text(grid, 24, y, 1, ft_look_of_severity(severity),
                     ft_severity_glyph(severity, grid->utf8));
        ft_grid_print(grid, 26, y, FT_LOOK_PLAIN, "%s",
                      severity == FT_SEVERITY_OK
                          ? "protected"
                          : "was protected; Enter shows how it is now");
        break;
    case FT_SHEET_FAILED:
        ft_grid_text(grid, 24, y, 1, FT_LOOK_CRIT,
                     ft_severity_glyph(FT_SEVERITY_CRIT, grid->utf8));
        ft_grid_print(grid, 26, y, FT_LOOK_PLAIN, "%s", vm->trouble);
        break;
    case FT_SHEET_WAITS:
        ft_grid_print(grid, 26, y, FT_LOOK_HINT, "waits for those above");
        break;
    case FT_SHEET_RUNS:
        if (draw_progress(console, vm, 26, grid, y, y + 1) == y)
            ft_grid_print(grid, 26, y, FT_LOOK_PLAIN, "at work");
        break;
    default:
        ft_grid_print(grid, 26, y, FT_LOOK_HINT, "left as it was: %s",
                      vm->trouble);
        break;
    }
}

/* With the machine's figures, the plan, or how far it is. */
static void
draw_row(const struct ft_console *console, const struct ft_sheet_vm *vm,
         struct ft_grid *grid, int y)
{
    const json_t *row = ft_pair_find(console->picture->vms, vm->uuid);
    char memory[FT_FIGURE], disk[FT_FIGURE];

    if (vm->stage != FT_SHEET_PLANNED || console->sheet->applied) {
        draw_stage_of(console, vm, grid, y);
    } else if (console->sheet->open == FT_SHEET_VM) {
        ft_figure(ft_figure_of(row, "memory"), "B", memory);
        ft_figure(ft_figure_of(row, "disk_bytes"), "B", disk);
        ft_grid_print(grid, 24, y, FT_LOOK_PLAIN,
                      "on %s: %.0f vCPU, %s, disks %s",
                      ft_json_string(row, "host", "?"),
                      FT_MAX(ft_figure_of(row, "vcpus"), 0.0), memory, disk);
    } else {
        draw_plan_of(vm, grid, y);
    }
}

static int
draw_rows(const struct ft_console *console, struct ft_grid *grid, int y, int end)
{
    const struct ft_sheet *sheet = console->sheet;
    size_t room = (size_t)FT_MAX(end - y, 1);
    size_t top = sheet->at >= room ? sheet->at - room + 1 : 0;

    for (size_t i = top; i < sheet->count && y < end; i++, y++) {
        if (i == sheet->at)
            ft_grid_select(grid, 1, y);
        ft_grid_print(grid, 1, y, FT_LOOK_PLAIN, "%s",
                      i == sheet->at ? ">" : " ");
        ft_grid_name(grid, 3, y, 20, FT_LOOK_PLAIN, sheet->vms[i].vm);
        draw_row(console, &sheet->vms[i], grid, y);
    }
    return y;
}

static int
draw_several(const struct ft_console *console, struct ft_grid *grid, int y,
             int end)
{
    const struct ft_sheet *sheet = console->sheet;

    switch (sheet->open) {
    case FT_SHEET_CHECKS:
        for (size_t i = 0; i < sheet->count; i++)
            y = draw_checks(&sheet->vms[i], true, grid, y, end);
        return y;
    case FT_SHEET_PLAN: /* of the one that is selected, below them all */
        y = draw_rows(console, grid, y,
                      FT_MIN(end, y + FT_MAX((end - y) / 2, 1)));
        return draw_steps(&sheet->vms[sheet->at], grid, y, end);
    default:
        return draw_rows(console, grid, y, end);
    }
}

int
ft_sheet_draw_open(const struct ft_console *console, struct ft_grid *grid,
                   int y, int end)
{
    const struct ft_sheet *sheet = console->sheet;

    if (sheet->count > 1)
        return draw_several(console, grid, y, end);
    switch (sheet->open) {
    case FT_SHEET_STANDBY:
        return draw_candidates(sheet, grid, y, end);
    case FT_SHEET_CHECKS:
        return draw_checks(&sheet->vms[0], false, grid, y, end);
    case FT_SHEET_PLAN:
        return draw_steps(&sheet->vms[0], grid, y, end);
    case FT_SHEET_APPLY:
        return draw_progress(console, &sheet->vms[0], 3, grid, y, end);
    default:
        return y;
    }
}
