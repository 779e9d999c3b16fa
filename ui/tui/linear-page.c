/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/linear-page.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/columns.h"
#include "ui/model/outcome.h"
#include "ui/model/what-if.h"
#include "ui/text/table.h"
#include "ui/text/text.h"
#include "ui/tui/backup-form.h"
#include "ui/tui/deeds.h"
#include "ui/tui/doing.h"
#include "ui/tui/figure.h"
#include "ui/tui/loss.h"
#include "ui/tui/past.h"
#include "ui/tui/sheet.h"

#define WIDTH 160 /* of the grid that other pages are drawn into */

void
ft_linear_text(const struct ft_console *console, const char *text, FILE *out)
{
    char glyph[FT_TEXT_GLYPH];
    int size, columns;

    for (; (size = ft_text_next(text, console->utf8, glyph, &columns));
         text += size)
        fputs(*text == '\n' ? "\n" : glyph, out);
}

static void tell(const struct ft_console *console, FILE *out,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
tell(const struct ft_console *console, FILE *out, const char *format, ...)
{
    FT_AUTOFREE char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (text)
        ft_linear_text(console, text, out);
}

/* ---- what was drawn ---- */

/* Signs are told as words, what only draws is nothing. */
static const char *
word_of(const struct ft_grid_cell *cell)
{
    static const char *const words[][2] = {
        { "\u2713", "ok" },       { "\u25b2", "warn" },  { "\u2717", "crit" },
        { "\u25cf", "(chosen)" }, { "\u25cb", "" },      { "\u25ba", "then" },
        { "\u25c4", "" },         { "\u2190", "" },      { "\u2192", "" },
        { "\u2026", "..." },      { "\u21b5", "Enter" },
    };

    if (cell->look == FT_LOOK_RULE || cell->look == FT_LOOK_CHART)
        return "";
    for (size_t i = 0; i < FT_ARRAY_SIZE(words); i++)
        if (!strcmp(cell->text, words[i][0]))
            return words[i][1];
    if (!strncmp(cell->text, "\xe2\x94", 2) ||
        !strncmp(cell->text, "\xe2\x95", 2) ||
        !strncmp(cell->text, "\xe2\x96", 2)) /* U+2500 to U+25bf */
        return "";
    return cell->text;
}

static void
tell_row(const struct ft_console *console, const struct ft_grid *grid, int y,
         FILE *out)
{
    bool any = false;
    int blanks = 0;

    for (int x = 0; x < grid->width; x++) {
        const struct ft_grid_cell *cell = ft_grid_at(grid, x, y);
        const char *word = cell->continued ? "" : word_of(cell);

        if (!*word || !strcmp(word, " ")) {
            blanks += !cell->continued;
            continue;
        }
        fputs(any ? blanks > 1 ? "  " : blanks ? " " : "" : "", out);
        ft_linear_text(console, word, out);
        any = true;
        blanks = 0;
    }
    if (any)
        putc('\n', out);
}

static void
tell_grid(const struct ft_console *console, const struct ft_grid *grid,
          FILE *out)
{
    for (int y = 0; y < grid->height; y++)
        tell_row(console, grid, y, out);
}

static void
tell_drawn(struct ft_console *console, struct ft_page *page, FILE *out)
{
    struct ft_area area = { 0, FT_GRID_HEIGHT_MAX };
    struct ft_grid grid;

    if (ft_grid_open(&grid, WIDTH, FT_GRID_HEIGHT_MAX, true))
        return;
    page->view->draw(console, page, &grid, area);
    tell_grid(console, &grid, out);
    ft_grid_close(&grid);
}

/* ---- rows by columns ---- */

static bool
cell_text(const struct ft_column *column, const json_t *row, char *out,
          size_t size)
{
    bool human = column->kind != FT_COLUMN_SEVERITY && /* a word, no sign */
                 column->kind != FT_COLUMN_VERDICT;

    ft_column_text(column, row, human, true, out, size);
    return *out && strcmp(out, "-") != 0;
}

/* "kvm2: health CRIT, state stale, seen 41 s." */
static void
tell_cells(const struct ft_console *console, const struct ft_columns *columns,
           const json_t *row, FILE *out)
{
    const char *between = ": ";
    char text[1024], title[32];

    cell_text(&columns->list[0], row, text, sizeof(text));
    ft_linear_text(console, text, out);
    for (size_t i = 1; i < columns->count; i++) {
        if (!cell_text(&columns->list[i], row, text, sizeof(text)))
            continue;
        snprintf(title, sizeof(title), "%s", columns->list[i].title);
        for (char *at = title; *at; at++)
            *at = (char)tolower((unsigned char)*at);
        tell(console, out, "%s%s %s", between, title, text);
        between = ", ";
    }
    putc('\n', out);
}

/* ---- the Overview ---- */

static void
tell_none(const struct ft_console *console, const json_t *row, FILE *out)
{
    tell(console, out, "%s: none, not protected. On %s, %s.\n",
         ft_row_name(row), ft_json_string(row, "host", "no known host"),
         ft_json_string(row, "state", "unknown"));
}

static void
tell_figure(const struct ft_console *console, const json_t *row,
            const char *member, const char *name, FILE *out)
{
    double value = ft_figure_of(row, member);
    char text[FT_FIGURE];

    if (value < 0)
        return;
    ft_figure_ms(value, text);
    tell(console, out, " %s %s.", name, text);
}

static void
tell_trouble(const struct ft_console *console, const json_t *row, FILE *out)
{
    const char *why =
        ft_json_string(row, "reason", ft_json_string(row, "sentence", ""));
    double done = ft_figure_of(row, "progress.done");
    double total = ft_figure_of(row, "progress.total");
    const char *left =
        ft_json_string(json_object_get(row, "progress"), "left", "");

    if (done >= 0 && total > 0)
        tell(console, out, " Copied %.0f percent.", 100 * done / total);
    if (*left)
        tell(console, out, " %c%s left.", toupper((unsigned char)*left),
             left + 1);
    if (*why)
        tell(console, out, " %c%s.", toupper((unsigned char)*why), why + 1);
    tell(console, out, " Move: %s.", ft_json_string(row, "move", "not known"));
}

static void
tell_pair(const struct ft_console *console, const json_t *row, FILE *out)
{
    const char *standing = ft_json_string(row, "standing", "unknown");
    double since = ft_figure_of(row, "since_s");
    char age[FT_FIGURE];

    tell(console, out, "%s: %s", ft_row_name(row), standing);
    if (since >= 1 && strcmp(standing, "protected") != 0) {
        ft_figure_age(since, age);
        tell(console, out, " for %s", age);
    }
    tell(console, out, ". Runs on %s, copy on %s.",
         ft_json_string(row, "primary", "?"),
         ft_json_string(row, "standby", "?"));
    if (!strcmp(standing, "protected") || !strcmp(standing, "at risk")) {
        tell_figure(console, row, "lag_ms", "Lag", out);
        tell_figure(console, row, "pause_ms.p99", "Pause", out);
    }
    if (strcmp(standing, "protected") != 0)
        tell_trouble(console, row, out);
    putc('\n', out);
}

static void
tell_below_overview(struct ft_console *console, struct ft_page *page, FILE *out)
{
    struct ft_grid grid;

    if (ft_grid_open(&grid, WIDTH, 8, true))
        return;
    ft_loss_draw(console, page, &grid, 0, 7);
    for (int x = 0; x < WIDTH; x++) /* the key that asks for another host */
        if (ft_grid_at(&grid, x, 0)->look == FT_LOOK_HINT)
            ft_grid_at(&grid, x, 0)->text[0] = '\0';
    ft_since_draw(console, &grid, 7);
    tell_grid(console, &grid, out);
    ft_grid_close(&grid);
}

/* ---- lists ---- */

static void
tell_listed(const struct ft_console *console, const struct ft_page *page,
            size_t index, FILE *out)
{
    const json_t *row = json_array_get(page->rows, index);

    if (page->view->id == FT_VIEW_JOBS)
        fputs("Job ", out); /* by their own numbers */
    else
        fprintf(out, "%zu  ", index + 1);
    if (page->view->id != FT_VIEW_OVERVIEW)
        tell_cells(console, page->view->columns, row, out);
    else if (json_is_string(json_object_get(row, "pair")))
        tell_pair(console, row, out);
    else
        tell_none(console, row, out);
}

static void
tell_list(struct ft_console *console, struct ft_page *page, FILE *out)
{
    size_t count = json_array_size(page->rows);

    for (size_t i = 0; i < count; i++) {
        if (ft_list_marked(&page->list,
                           page->view->identity(json_array_get(page->rows, i))))
            fputs("Marked: ", out);
        tell_listed(console, page, i, out);
    }
    if (!count)
        fputs("There is nothing in this list.\n", out);
    if (page->view->id == FT_VIEW_OVERVIEW)
        tell_below_overview(console, page, out);
}

static bool
is_list(const struct ft_page *page)
{
    return page->view->rows && page->view->columns;
}

void
ft_linear_selected(const struct ft_console *console, FILE *out)
{
    const struct ft_page *page = &console->pages[console->depth - 1];
    const json_t *row = ft_console_row(console);

    if (row && is_list(page))
        tell_listed(console, page, page->list.position, out);
    else if (row)
        tell(console, out, "%s is selected.\n", page->view->identity(row));
}

/* ---- the page of a VM ---- */

static void
tell_parts(const struct ft_console *console, const struct ft_columns *columns,
           const json_t *rows, const char *name, FILE *out)
{
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row) {
        fputs(name, out);
        tell_cells(console, columns, row, out);
    }
}

static void
tell_drift(const struct ft_console *console, const json_t *row, FILE *out)
{
    const json_t *findings =
        json_object_get(json_object_get(row, "drift"), "findings");
    const json_t *finding;
    size_t index;

    json_array_foreach(findings, index, finding) {
        fputs(ft_json_string(finding, "waived", NULL) ? "Waived: " : "Drifted: ",
              out);
        tell_cells(console, &ft_finding_columns, finding, out);
    }
}

static void
tell_vm(const struct ft_console *console, const struct ft_page *page, FILE *out)
{
    const json_t *row = ft_console_vm(console, page->subject);
    const struct ft_columns *columns =
        json_object_get(row, "pair") ? &ft_pair_details : &ft_vm_columns;
    FT_AUTOJSON json_t *outcome = ft_outcome_rows(row);
    char text[1024];

    if (!row) {
        fputs("It is not there any more.\n", out);
        return;
    }
    for (size_t i = 0; i < columns->count; i++)
        if (cell_text(&columns->list[i], row, text, sizeof(text)))
            tell(console, out, "%s: %s\n", columns->list[i].title, text);
    tell_drift(console, row, out);
    tell_parts(console, &ft_outcome_columns, outcome,
               "Predicted and now: ", out);
    tell_parts(console, &ft_path_columns, json_object_get(row, "paths"),
               "Path from ", out);
    tell_parts(console, &ft_side_columns, json_object_get(row, "sides"),
               "By the word of ", out);
}

/* ---- hosts, and their loss ---- */

static void
tell_loss(const struct ft_console *console, const char *host, FILE *out)
{
    FT_AUTOJSON json_t *rows = NULL;
    struct ft_loss loss;

    if (ft_loss_parse(host, console->picture->hosts, &loss, NULL))
        return;
    rows =
        ft_what_if_rows(console->picture->pairs, console->picture->vms, &loss);
    tell(console, out, "If %s were lost now:\n", host);
    tell_parts(console, &ft_if_lost_columns, rows, "", out);
}

static void
tell_host(const struct ft_console *console, const struct ft_page *page,
          FILE *out)
{
    static const char *const roles[][2] = { { "primary", "runs here" },
                                            { "standby", "has its copy here" },
                                            { "witness", "is decided here" } };
    const char *host = page->subject;
    const json_t *row;
    size_t index;

    row = ft_console_host(console, host);
    if (*ft_json_string(row, "error", ""))
        tell(console, out, "%s\n", ft_json_string(row, "error", ""));
    for (size_t i = 0; i < FT_ARRAY_SIZE(roles); i++)
        json_array_foreach(console->picture->pairs, index, row)
            if (!strcmp(ft_json_string(row, roles[i][0], ""), host))
                tell(console, out, "%s %s: %s, runs on %s, copy on %s.\n",
                     ft_row_name(row), roles[i][1],
                     ft_json_string(row, "standing", "unknown"),
                     ft_json_string(row, "primary", "?"),
                     ft_json_string(row, "standby", "?"));
    json_array_foreach(console->picture->vms, index, row)
        if (!strcmp(ft_json_string(row, "host", ""), host) &&
            !strcmp(ft_json_string(row, "protection", ""), "none"))
            tell_none(console, row, out);
    tell_loss(console, host, out);
}

/* ---- the whole ---- */

static void
tell_verdict(const struct ft_console *console, const struct ft_page *page,
             FILE *out)
{
    struct ft_verdict verdict = console->picture->verdict;

    if (page->view->say)
        page->view->say(console, page, &verdict);
    tell(console, out, "%s: %s\n", ft_severity_word(verdict.severity),
         verdict.sentence);
    if (verdict.move >= FT_MOVE_LATER && *verdict.command)
        tell(console, out, "Your move%s: %s\n",
             verdict.move == FT_MOVE_LATER ? ", no hurry" : "", verdict.command);
}

static void
tell_age(const struct ft_console *console, FILE *out)
{
    const struct ft_picture *p = console->picture;
    char age[64];

    if (console->past) {
        ft_past_age(console, age, sizeof(age));
        tell(console, out, "%s. b goes back to now.\n", age);
        return;
    }
    if (!json_array_size(p->hosts))
        return;
    ft_format_age(p->age_s, age);
    if (p->from_store)
        tell(console, out, "From the database, %s old.\n", age);
    else if (p->age_s >= 3)
        tell(console, out, "Stale: the oldest word is %s old.\n", age);
    else
        tell(console, out, "Live: the oldest word is %.1f s old.\n", p->age_s);
}

/* What it says of itself; false: it is to be told as it is drawn. */
static bool
tell_sheet(struct ft_console *console, FILE *out)
{
    FT_AUTOFREE char *text = NULL;
    size_t size = 0;
    FILE *lines = open_memstream(&text, &size);
    bool any = lines && ft_sheet_tell(console, lines);

    if (lines)
        fclose(lines);
    if (any && text)
        ft_linear_text(console, text, out);
    return any;
}

void
ft_linear_page(struct ft_console *console, FILE *out)
{
    struct ft_page *page = ft_console_page(console);
    char where[512] = "";

    page->view->where(console, page, where, sizeof(where));
    if (!strncasecmp(where, page->view->name, strlen(page->view->name)))
        tell(console, out, "%s\n", where);
    else
        tell(console, out, "%s. %s\n", page->view->name, where);
    if (page->view->id == FT_VIEW_TEXT) {
        ft_linear_text(console, console->text ? console->text : "", out);
        return;
    }
    tell_age(console, out);
    tell_verdict(console, page, out);
    if (is_list(page))
        tell_list(console, page, out);
    else if (page->view->id == FT_VIEW_VM)
        tell_vm(console, page, out);
    else if (page->view->id == FT_VIEW_HOST)
        tell_host(console, page, out);
    else if (page->view->id == FT_VIEW_WHAT_IF)
        tell_loss(console, page->subject, out);
    else if (page->view->id != FT_VIEW_SHEET || !tell_sheet(console, out))
        tell_drawn(console, page, out);
}

/* ---- what lies over it ---- */

static void
tell_menu(const struct ft_console *console, FILE *out)
{
    const json_t *row = ft_doing_row(console);
    const struct ft_deed *list[FT_DEEDS_MAX];
    size_t count = ft_deeds_of(row, console->readonly, list);
    char text[512];

    tell(console, out, "What can be done with %s:\n", ft_row_name(row));
    for (size_t i = 0; i < count; i++) {
        const struct ft_deed *deed = list[i];
        const char *why = "this console is read-only";

        if (!console->readonly && deed->possible(row, &why)) {
            deed->means(row, text, sizeof(text));
            tell(console, out, "%c  %s%s. %s\n", deed->letter, deed->title,
                 deed->care == FT_DEED_HARMLESS ? "" : ", asks first", text);
        } else {
            tell(console, out, "%c  %s: not now, %s.\n", deed->letter,
                 deed->title, why);
        }
    }
}

static void
tell_question(const struct ft_console *console, FILE *out)
{
    const struct ft_question *q = &console->question;
    const json_t *row = q->deed->host ? ft_console_host(console, q->subject)
                                      : ft_console_vm(console, q->subject);
    char text[512] = "It is not there any more.", command[512];

    if (row)
        q->deed->means(row, text, sizeof(text));
    ft_words_text(&q->shown, command, sizeof(command));
    tell(console, out, "%s%s %s?\n%s\n%s\nThe command: %s\n",
         q->deed->care == FT_DEED_SEVERE ? "SEVERE: " : "", q->deed->title,
         q->name, text, q->deed->worst, command);
}

static void
tell_backup(const struct ft_console *console, FILE *out)
{
    char text[1400];

    ft_backup_form_tell(console, text, sizeof(text));
    tell(console, out, "%s", text);
}

void
ft_linear_overlay(struct ft_console *console, FILE *out)
{
    if (console->overlay == FT_OVERLAY_MENU && ft_doing_row(console))
        tell_menu(console, out);
    else if (console->overlay == FT_OVERLAY_QUESTION)
        tell_question(console, out);
    else if (console->overlay == FT_OVERLAY_LOGIN)
        tell(console, out, "%s asks%s: %s\n", console->login.command,
             console->login.again ? " again, the one before was not taken" : "",
             console->login.prompt);
    else if (console->overlay == FT_OVERLAY_BACKUP)
        tell_backup(console, out);
    else if (console->overlay == FT_OVERLAY_ACCOUNT)
        tell(console, out,
             "How to log in on %s.%s%s\nA point alone ends it, F5 is ssh there.\n",
             console->account.host, *console->account.problem ? " " : "",
             console->account.problem);
}
