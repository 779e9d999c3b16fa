/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/text/glyph.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/pages.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"

enum line { VM = 1, STANDBY, PATHS, CHECKS, PLAN, APPLY, LINES };

static const char *const names[LINES] = {
    [VM] = "VM",         [STANDBY] = "Standby", [PATHS] = "Witness",
    [CHECKS] = "Checks", [PLAN] = "Plan",       [APPLY] = "Apply",
};

struct ft_sheet {
    char uuid[FT_IDENTITY], vm[256];
    char standby[256], witness[256]; /* chosen; empty: the best */
    json_t *plan;                    /* what was answered last, or NULL */
    char trouble[512];               /* why there is no plan */
    unsigned ticket;                 /* of what is asked, while asking */
    bool asking;
    bool applied;
    int open;   /* enum line */
    int choice; /* of the candidates or checks in the open line */
    double began_s;
};

void
ft_sheet_close(struct ft_sheet *sheet)
{
    if (!sheet)
        return;
    json_decref(sheet->plan);
    free(sheet);
}

/* ---- its command ---- */

static void
choices(const struct ft_sheet *sheet, bool by_name, struct ft_words *words)
{
    ft_words_add(words, "protect");
    ft_words_add(words, *sheet->uuid && !by_name ? sheet->uuid : sheet->vm);
    if (*sheet->standby) {
        ft_words_add(words, "--standby");
        ft_words_add(words, sheet->standby);
    }
    if (*sheet->witness) {
        ft_words_add(words, "--witness");
        ft_words_add(words, sheet->witness);
    }
}

static void
ask(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    struct ft_words words = { 0 };

    choices(sheet, false, &words);
    ft_words_add(&words, "--dry-run");
    ft_words_add(&words, "--json");
    sheet->ticket = ++console->ticket;
    sheet->asking = console->ops.ask(console->ops.data, sheet->ticket, &words);
}

void
ft_sheet_begin(struct ft_console *console, const json_t *row)
{
    const char *uuid = ft_json_string(row, "uuid", "");
    struct ft_sheet *sheet = console->sheet;

    if (!sheet || strcmp(sheet->uuid, uuid) != 0 || sheet->applied) {
        ft_sheet_close(sheet);
        console->sheet = sheet = calloc(1, sizeof(*sheet));
        if (!sheet)
            return;
        snprintf(sheet->uuid, sizeof(sheet->uuid), "%s", uuid);
        snprintf(sheet->vm, sizeof(sheet->vm), "%s", ft_row_name(row));
        sheet->open = STANDBY;
    }
    ft_console_push(console, FT_VIEW_SHEET, sheet->uuid);
    ask(console);
}

bool
ft_sheet_answer(struct ft_console *console, unsigned ticket, const json_t *plan,
                int status, const char *message)
{
    struct ft_sheet *sheet = console->sheet;

    if (!sheet || !sheet->asking || sheet->ticket != ticket)
        return false;
    sheet->asking = false;
    json_decref(sheet->plan);
    sheet->plan = plan ? json_deep_copy(plan) : NULL;
    snprintf(sheet->trouble, sizeof(sheet->trouble), "%s",
             status ? message && *message ? message : "it cannot be protected"
                    : "");
    return true;
}

/* ---- what is known ---- */

static const json_t *
member(const struct ft_sheet *sheet, const char *key)
{
    return json_object_get(sheet->plan, key);
}

static const json_t *
findings(const struct ft_sheet *sheet)
{
    const json_t *list = member(sheet, "checks");

    return list ? list : member(sheet, "findings");
}

static void
count_checks(const struct ft_sheet *sheet, size_t counts[3])
{
    static const char *const words[] = { "pass", "warn", "fail" };
    const json_t *finding;
    size_t index;

    memset(counts, 0, 3 * sizeof(*counts));
    json_array_foreach(findings(sheet), index, finding)
        for (size_t i = 0; i < 3; i++)
            counts[i] +=
                !strcmp(ft_json_string(finding, "verdict", ""), words[i]);
}

static bool
ready(const struct ft_sheet *sheet)
{
    return !sheet->asking && !sheet->applied &&
           json_array_size(member(sheet, "steps")) > 0;
}

/* ---- drawing ---- */

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const struct ft_sheet *sheet = console->sheet;

    (void)page;
    snprintf(out, size, "protect %s%s", sheet ? sheet->vm : "",
             sheet && sheet->applied ? "" : "   nothing changed yet");
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    const struct ft_sheet *sheet = console->sheet;
    const json_t *row = sheet ? ft_console_vm(console, sheet->uuid) : NULL;
    size_t counts[3];

    (void)page;
    memset(verdict, 0, sizeof(*verdict));
    if (!sheet)
        return;
    count_checks(sheet, counts);
    if (sheet->applied && row && json_object_get(row, "pair")) {
        ft_verdict_of_pair(row, verdict);
        verdict->command[0] = '\0';
    } else if (sheet->applied) {
        verdict->severity = FT_SEVERITY_WARN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.60s runs on while its copy is made.", sheet->vm);
    } else if (sheet->asking) {
        verdict->severity = FT_SEVERITY_UNKNOWN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Asking all hosts about %.50s; nothing is changed.", sheet->vm);
    } else if (ready(sheet)) {
        verdict->severity = counts[1] ? FT_SEVERITY_WARN : FT_SEVERITY_OK;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Its copy on %.20s; %.20s decides; if a step fails all are "
                 "undone.",
                 ft_json_string(sheet->plan, "standby", "?"),
                 ft_json_string(sheet->plan, "witness", "nobody"));
    } else {
        verdict->severity = FT_SEVERITY_CRIT;
        snprintf(verdict->sentence, sizeof(verdict->sentence), "%.200s",
                 *sheet->trouble ? sheet->trouble : "It cannot be protected.");
    }
}

/* What a folded line says. */
static void
folded(const struct ft_console *console, const struct ft_sheet *sheet,
       enum line line, char *out, size_t size)
{
    const json_t *row = ft_pair_find(console->picture->vms, sheet->uuid);
    const char *unknown = sheet->asking ? "asking" : "-";
    char memory[FT_FIGURE], disk[FT_FIGURE];
    size_t counts[3];

    switch (line) {
    case VM:
        ft_figure(ft_figure_of(row, "memory"), "B", memory);
        ft_figure(ft_figure_of(row, "disk_bytes"), "B", disk);
        snprintf(out, size, "%s on %s: %.0f vCPU, %s, disks %s", sheet->vm,
                 ft_json_string(row, "host",
                                ft_json_string(row, "primary", "?")),
                 FT_MAX(ft_figure_of(row, "vcpus"), 0.0), memory, disk);
        break;
    case STANDBY:
        snprintf(out, size, "%s%s",
                 ft_json_string(sheet->plan, "standby", unknown),
                 *sheet->standby ? ", chosen by you" : ", the best");
        break;
    case PATHS:
        snprintf(out, size, "%s",
                 ft_json_string(sheet->plan, "witness",
                                sheet->plan ? "none: no takeover by itself"
                                            : unknown));
        break;
    case CHECKS:
        count_checks(sheet, counts);
        if (!findings(sheet))
            snprintf(out, size, "%s", unknown);
        else
            snprintf(out, size, "%zu pass, %zu warn, %zu fail", counts[0],
                     counts[1], counts[2]);
        break;
    case PLAN:
        snprintf(out, size, "%zu steps; undone backwards if one fails",
                 json_array_size(member(sheet, "steps")));
        break;
    default:
        snprintf(out, size, "%s",
                 sheet->applied ? "at work; safe to leave, 5 shows the job"
                 : ready(sheet) ? "safe to leave or to stop at any moment"
                                : "nothing before you say so");
    }
}

static const char *
mark_of(const struct ft_sheet *sheet, enum line line, bool utf8,
        enum ft_look *look)
{
    size_t counts[3];
    enum ft_severity severity = FT_SEVERITY_UNKNOWN;

    count_checks(sheet, counts);
    if (line == VM || (line != CHECKS && ready(sheet)) || sheet->applied)
        severity = FT_SEVERITY_OK;
    if (line == CHECKS && findings(sheet))
        severity = counts[2]   ? FT_SEVERITY_CRIT
                   : counts[1] ? FT_SEVERITY_WARN
                               : FT_SEVERITY_OK;
    *look = ft_look_of_severity(severity);
    if (severity == FT_SEVERITY_UNKNOWN && !sheet->asking)
        return " ";
    return ft_severity_glyph(severity, utf8);
}

static int
draw_candidates(const struct ft_sheet *sheet, struct ft_grid *grid, int y,
                int end)
{
    const json_t *list = member(sheet, "candidates");
    const char *taken = ft_json_string(sheet->plan, "standby", "");
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
draw_checks(const struct ft_sheet *sheet, struct ft_grid *grid, int y, int end)
{
    static const char *const order[] = { "fail", "warn" };
    const json_t *finding;
    size_t index;

    for (size_t i = 0; i < FT_ARRAY_SIZE(order); i++)
        json_array_foreach(findings(sheet), index, finding) {
            enum ft_severity severity = ft_severity_of(order[i]);

            if (y + 1 >= end ||
                strcmp(ft_json_string(finding, "verdict", ""), order[i]))
                continue;
            ft_grid_print(grid, 3, y, ft_look_of_severity(severity), "%s %s",
                          ft_severity_glyph(severity, grid->utf8), order[i]);
            ft_grid_print(grid, 10, y, FT_LOOK_TITLE, "%s",
                          ft_json_string(finding, "id", ""));
            ft_grid_print(grid, 32, y++, FT_LOOK_PLAIN, "%s: %s",
                          ft_json_string(finding, "subject", ""),
                          ft_json_string(finding, "evidence", ""));
            if (*ft_json_string(finding, "remedy", ""))
                ft_grid_print(grid, 12, y++, FT_LOOK_HINT, "%s",
                              ft_json_string(finding, "remedy", ""));
        }
    return y;
}

static int
draw_steps(const struct ft_sheet *sheet, struct ft_grid *grid, int y, int end)
{
    const json_t *step;
    size_t index;

    json_array_foreach(member(sheet, "steps"), index, step)
        if (y < end)
            ft_grid_print(grid, 3, y++, FT_LOOK_PLAIN, "%zu  %s", index + 1,
                          ft_json_string(step, "description", ""));
    return y;
}

static int
draw_progress(const struct ft_console *console, const struct ft_sheet *sheet,
              struct ft_grid *grid, int y, int end)
{
    const json_t *row = ft_console_vm(console, sheet->uuid);
    double done = ft_figure_of(row, "progress.done");
    double total = ft_figure_of(row, "progress.total");
    char a[FT_FIGURE], b[FT_FIGURE];

    if (y >= end || !row || total <= 0 || done < 0)
        return y;
    ft_figure(done, "B", a);
    ft_figure(total, "B", b);
    ft_grid_print(grid, 3, y, FT_LOOK_PLAIN, "%-7s",
                  ft_json_string(json_object_get(row, "progress"), "phase", ""));
    ft_bar_draw(done / total, grid, 11, y, 34);
    ft_grid_print(grid, 47, y, FT_LOOK_PLAIN, "%3.0f %%  %s of %s",
                  100 * done / total, a, b);
    return y + 1;
}

static int
draw_open(const struct ft_console *console, const struct ft_sheet *sheet,
          struct ft_grid *grid, int y, int end)
{
    switch (sheet->open) {
    case STANDBY:
        return draw_candidates(sheet, grid, y, end);
    case CHECKS:
        return draw_checks(sheet, grid, y, end);
    case PLAN:
        return draw_steps(sheet, grid, y, end);
    case APPLY:
        return draw_progress(console, sheet, grid, y, end);
    default:
        return y;
    }
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    const struct ft_sheet *sheet = console->sheet;
    int y = area.top, rows_below;

    (void)page;
    if (!sheet)
        return;
    for (enum line line = VM; line < LINES && y < area.bottom; line++) {
        bool open = sheet->open == (int)line;
        enum ft_look look;
        char text[512] = "";
        const char *mark = mark_of(sheet, line, grid->utf8, &look);

        folded(console, sheet, line, text, sizeof(text));
        ft_grid_text(grid, 1, y, 1, look, mark);
        ft_grid_print(grid, 3, y, open ? FT_LOOK_TITLE : FT_LOOK_PLAIN,
                      "%d %-10s", (int)line, names[line]);
        ft_grid_print(grid, 16, y, FT_LOOK_PLAIN, "%s", text);
        if (open && grid->cursor_x < 0) {
            grid->cursor_x = 3;
            grid->cursor_y = y;
        }
        rows_below = LINES - 1 - (int)line;
        y++;
        if (open)
            y = draw_open(console, sheet, grid, y, area.bottom - rows_below);
    }
}

/* ---- keys ---- */

static void
choose(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    const json_t *c =
        json_array_get(member(sheet, "candidates"), (size_t)sheet->choice);
    const char *host = ft_json_string(c, "host", "");

    if (!c || !strcmp(host, ft_json_string(sheet->plan, "standby", "")))
        return;
    if (!strcmp(ft_json_string(c, "verdict", ""), "fail")) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s cannot take it: %s", host,
                       ft_json_string(c, "reason", ""));
        return;
    }
    snprintf(sheet->standby, sizeof(sheet->standby), "%s", host);
    ask(console);
}

static void
apply(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;
    struct ft_words words = { 0 }, shown = { 0 };

    if (console->readonly || !ready(sheet)) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       console->readonly ? "this console is read-only"
                                         : "not ready: look at the marks");
        return;
    }
    choices(sheet, false, &words);
    ft_words_add(&words, "--yes");
    choices(sheet, true, &shown);
    console->ops.run(console->ops.data, &words, &shown, false);
    ft_console_say(console, FT_SEVERITY_OK, "%s is being protected", sheet->vm);
    sheet->applied = true;
    sheet->open = APPLY;
}

static void
enter(struct ft_console *console)
{
    struct ft_sheet *sheet = console->sheet;

    if (sheet->applied) {
        ft_console_push(console, FT_VIEW_VM, sheet->uuid);
    } else if (sheet->open == PLAN) {
        apply(console);
    } else {
        if (sheet->open == STANDBY)
            choose(console);
        sheet->open = FT_MIN(sheet->open + 1, (int)PLAN);
        sheet->choice = 0;
    }
}

bool
ft_sheet_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_sheet *sheet = console->sheet;
    size_t most;

    if (!sheet)
        return false;
    most = json_array_size(member(sheet, "candidates"));
    if (key->code == FT_KEY_ENTER)
        enter(console);
    else if (key->code >= '1' && key->code < '0' + LINES)
        sheet->open = (int)(key->code - '0');
    else if (key->code == FT_KEY_DOWN || key->code == 'j')
        sheet->choice += (size_t)sheet->choice + 1 < most;
    else if (key->code == FT_KEY_UP || key->code == 'k')
        sheet->choice -= sheet->choice > 0;
    else if (key->code == ' ')
        choose(console);
    else if (key->code == 'r')
        ask(console);
    else
        return false;
    return true;
}

static void
bar(const struct ft_console *console, const struct ft_page *page, char *out,
    size_t size)
{
    const struct ft_sheet *sheet = console->sheet;

    (void)page;
    if (!sheet)
        return;
    snprintf(out, size, "%s   %s1-6 open   r ask again   Esc leave, kept",
             sheet->applied         ? "Enter its page"
             : sheet->open == PLAN  ? ready(sheet) ? "Enter apply" : "not ready"
             : sheet->open == APPLY ? "5 the plan"
                                    : "Enter next",
             sheet->open == STANDBY && !sheet->applied ? "Up Down choose   "
                                                       : "");
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    (void)page;
    if (console->sheet)
        choices(console->sheet, true, words);
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
