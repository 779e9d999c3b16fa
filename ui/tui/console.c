/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/columns.h"
#include "ui/tui/deeds.h"
#include "ui/tui/first.h"
#include "ui/tui/frame.h"
#include "ui/tui/help.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"

static const struct ft_view *const views[FT_VIEW_COUNT] = {
    [FT_VIEW_OVERVIEW] = &ft_view_overview,
    [FT_VIEW_VM] = &ft_view_vm,
    [FT_VIEW_HOSTS] = &ft_view_hosts,
    [FT_VIEW_HOST] = &ft_view_host,
    [FT_VIEW_EVENTS] = &ft_view_events,
    [FT_VIEW_EVENT] = &ft_view_event,
    [FT_VIEW_JOBS] = &ft_view_jobs,
    [FT_VIEW_WHAT_IF] = &ft_view_what_if,
    [FT_VIEW_TEXT] = &ft_view_text,
    [FT_VIEW_SHEET] = &ft_view_sheet,
    [FT_VIEW_FIRST] = &ft_view_first,
};

/* ---- pages ---- */

int
ft_console_open(struct ft_console *console, const struct ft_console_ops *ops,
                const struct ft_picture *picture, bool utf8)
{
    memset(console, 0, sizeof(*console));
    console->ops = *ops;
    console->utf8 = utf8;
    console->picture = picture;
    console->views = views;
    console->history = json_array();
    if (!console->history)
        return -ENOMEM;
    ft_console_push(console, FT_VIEW_OVERVIEW, NULL);
    if (!json_array_size(picture->hosts))
        ft_first_open(console);
    return 0;
}

void
ft_console_close(struct ft_console *console)
{
    while (console->depth)
        ft_console_pop(console, true);
    ft_entry_wipe(&console->entry);
    ft_sheet_close(console->sheet);
    ft_first_close(console->first);
    json_decref(console->history);
    free(console->text);
    memset(console, 0, sizeof(*console));
}

static void
pop(struct ft_console *console)
{
    ft_console_pop(console, false);
    ft_page_refresh(console, ft_console_page(console));
}

/* Back to the Overview, and from there to another view. */
static void
go_to(struct ft_console *console, enum ft_view_id view, const char *subject)
{
    char kept[FT_IDENTITY];

    snprintf(kept, sizeof(kept), "%s", subject ? subject : "");
    while (console->depth > 1)
        ft_console_pop(console, false);
    if (view != FT_VIEW_OVERVIEW)
        ft_console_push(console, view, kept);
    else
        ft_page_refresh(console, ft_console_page(console));
}

void
ft_console_set_picture(struct ft_console *console,
                       const struct ft_picture *picture)
{
    console->picture = picture;
    for (size_t i = 0; i < console->depth; i++)
        ft_page_refresh(console, &console->pages[i]);
}

/* ---- what is done ---- */

static void
run(struct ft_console *console, const struct ft_words *words,
    const struct ft_words *shown, bool show)
{
    char text[512];

    ft_words_text(shown, text, sizeof(text));
    console->ops.run(console->ops.data, words, shown, show);
    ft_console_say(console, FT_SEVERITY_OK, "begun: %s",
                   text + strlen("ftadmin "));
}

/* The row that an act is about: of the list, or of the page itself. */
static const json_t *
subject_row(const struct ft_console *console)
{
    const struct ft_page *page = &console->pages[console->depth - 1];
    const json_t *row = ft_console_row(console);

    if (page->view->id == FT_VIEW_VM)
        return ft_console_vm(console, page->subject);
    if (page->view->id == FT_VIEW_HOST)
        return ft_console_host(console, page->subject);
    if (page->view->id == FT_VIEW_EVENTS || page->view->id == FT_VIEW_EVENT)
        return row ? ft_console_vm(console, ft_json_string(row, "vm", ""))
                   : NULL;
    return row;
}

static void
ask(struct ft_console *console, const struct ft_deed *deed, const json_t *row)
{
    struct ft_question *q = &console->question;

    memset(q, 0, sizeof(*q));
    q->deed = deed;
    snprintf(q->subject, sizeof(q->subject), "%s",
             ft_json_string(row, "uuid", ft_row_name(row)));
    snprintf(q->name, sizeof(q->name), "%s", ft_row_name(row));
    ft_deed_words(deed, row, false, &q->words);
    ft_deed_words(deed, row, true, &q->shown);
    ft_entry_set(&console->entry, "");
    console->entry.typed_only = true;
    console->overlay = FT_OVERLAY_QUESTION;
}

static void
begin_protect(struct ft_console *console)
{
    const struct ft_page *page = ft_console_page(console);
    const json_t *row = subject_row(console);
    const char *why = "select a VM first";

    if (console->readonly) {
        ft_console_say(console, FT_SEVERITY_WARN, "this console is read-only");
        return;
    }
    if (!row || ft_row_is_host(row) ||
        !ft_deed_by_letter(false, 'p')->possible(row, &why)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s cannot be protected: %s",
                       row ? ft_row_name(row) : "this", why);
        return;
    }
    (void)page;
    ft_sheet_begin(console, row);
}

static void
do_deed(struct ft_console *console, const struct ft_deed *deed)
{
    const json_t *row = subject_row(console);
    const char *why = NULL;

    if (!row)
        return;
    if (console->readonly || !deed->possible(row, &why)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s: not now, %s", deed->title,
                       console->readonly ? "this console is read-only" : why);
        return;
    }
    console->overlay = FT_OVERLAY_NONE;
    if (deed->letter == 'p') {
        begin_protect(console);
    } else if (deed->care == FT_DEED_HARMLESS) {
        struct ft_words words, shown;

        ft_deed_words(deed, row, false, &words);
        ft_deed_words(deed, row, true, &shown);
        run(console, &words, &shown, false);
    } else {
        ask(console, deed, row);
    }
}

/* ---- keys in overlays ---- */

static void
menu_key(struct ft_console *console, const struct ft_key *key)
{
    const json_t *row = subject_row(console);
    bool host = row && ft_row_is_host(row);
    const struct ft_deed *deed = NULL;

    if (!row || key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C') ||
        key->code == 'q') {
        console->overlay = FT_OVERLAY_NONE;
        return;
    }
    if (key->code == FT_KEY_UP || key->code == 'k')
        console->menu_choice -= console->menu_choice > 0;
    else if (key->code == FT_KEY_DOWN || key->code == 'j')
        console->menu_choice +=
            ft_deed_at(host, (size_t)console->menu_choice + 1) != NULL;
    else if (key->code == FT_KEY_ENTER)
        deed = ft_deed_at(host, (size_t)console->menu_choice);
    else if (key->code < 0x80)
        deed = ft_deed_by_letter(host, (char)key->code);
    if (deed)
        do_deed(console, deed);
}

/* What was asked about may be another thing by now: then nothing is done. */
static void
answer_yes(struct ft_console *console)
{
    const struct ft_question *q = &console->question;
    const json_t *row = q->deed->host ? ft_console_host(console, q->subject)
                                      : ft_console_vm(console, q->subject);
    const char *why = "it is not there any more";

    console->overlay = FT_OVERLAY_NONE;
    if (!row || !q->deed->possible(row, &why))
        ft_console_say(console, FT_SEVERITY_WARN, "%s of %s: not now, %s",
                       q->deed->title, q->name, why);
    else
        run(console, &q->words, &q->shown, false);
}

static void
question_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_question *q = &console->question;
    bool severe = q->deed->care == FT_DEED_SEVERE;

    if (key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C')) {
        console->overlay = FT_OVERLAY_NONE;
        ft_console_say(console, FT_SEVERITY_OK, "nothing was done");
    } else if (severe && key->code == FT_KEY_ENTER) {
        if (!strcmp(console->entry.text, q->name))
            answer_yes(console);
        else
            ft_console_say(console, FT_SEVERITY_WARN,
                           "that is not the name: nothing was done");
    } else if (severe) {
        ft_entry_key(&console->entry, key);
    } else if (key->code == FT_KEY_TAB || key->code == FT_KEY_LEFT ||
               key->code == FT_KEY_RIGHT || key->code == 'h' ||
               key->code == 'l') {
        q->yes = !q->yes;
    } else if (key->code == FT_KEY_ENTER) {
        if (q->yes) {
            answer_yes(console);
        } else {
            console->overlay = FT_OVERLAY_NONE;
            ft_console_say(console, FT_SEVERITY_OK, "nothing was done");
        }
    }
}

static void
remember(struct ft_console *console, const char *line)
{
    json_array_append_new(console->history, json_string(line));
    if (json_array_size(console->history) > FT_TYPED_MAX)
        json_array_remove(console->history, 0);
}

/* What the page of the first start can show; not help, not a list of names. */
static bool
is_for_first(const struct ft_words *words)
{
    static const char *const others[] = { "-n",     "--dry-run", "-h",
                                          "--help", "--version", "-V" };

    if (strcmp(words->list[0], "discover") != 0)
        return false;
    for (size_t i = 1; i < words->count; i++)
        for (size_t k = 0; k < FT_ARRAY_SIZE(others); k++)
            if (!strcmp(words->list[i], others[k]))
                return false;
    return true;
}

/* A view by its name, or a command of ours. */
static void
run_line(struct ft_console *console, const char *line)
{
    struct ft_words words;

    if (ft_words_split(line, &words)) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "a quote without its end, or too many words");
        return;
    }
    if (!words.count)
        return;
    remember(console, line);
    if (!strcmp(words.list[0], "ftadmin")) {
        memmove(words.list, words.list + 1,
                sizeof(words.list[0]) * --words.count);
        if (!words.count)
            return;
    }
    if (!strcmp(words.list[0], "q") || !strcmp(words.list[0], "quit"))
        console->leave = true;
    else if (!strcmp(words.list[0], "hosts"))
        go_to(console, FT_VIEW_HOSTS, NULL);
    else if (!strcmp(words.list[0], "overview"))
        go_to(console, FT_VIEW_OVERVIEW, NULL);
    else if (console->readonly && ft_words_change(&words))
        ft_console_say(console, FT_SEVERITY_WARN, "this console is read-only");
    else if (is_for_first(&words))
        ft_first_discover(console, &words);
    else if (!strcmp(words.list[0], "console"))
        ft_console_say(console, FT_SEVERITY_WARN, "you are in it");
    else
        run(console, &words, &words, true);
}

static void
recall(struct ft_console *console, int by)
{
    size_t count = json_array_size(console->history);
    const char *line;

    if (by < 0 && console->history_at < count)
        console->history_at++;
    else if (by > 0 && console->history_at)
        console->history_at--;
    line = console->history_at
               ? json_string_value(json_array_get(console->history,
                                                  count - console->history_at))
               : "";
    ft_entry_set(&console->entry, line);
}

static void
end_entry(struct ft_console *console)
{
    struct ft_page *page = ft_console_page(console);
    char line[FT_ENTRY_MAX];

    strcpy(line, console->entry.text);
    switch (console->overlay) {
    case FT_OVERLAY_COMMAND:
        console->overlay = FT_OVERLAY_NONE;
        run_line(console, line);
        return;
    case FT_OVERLAY_SEARCH:
        snprintf(page->search, sizeof(page->search), "%.127s", line);
        console->overlay = FT_OVERLAY_NONE;
        ft_page_search(console, page, 1);
        return;
    default:
        console->overlay = FT_OVERLAY_NONE;
        return;
    }
}

static void
entry_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_page *page = ft_console_page(console);

    if (key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C')) {
        if (console->overlay == FT_OVERLAY_FILTER)
            page->filter[0] = '\0';
        console->overlay = FT_OVERLAY_NONE;
    } else if (key->code == FT_KEY_ENTER) {
        end_entry(console);
    } else if (console->overlay == FT_OVERLAY_COMMAND &&
               (key->code == FT_KEY_UP || key->code == FT_KEY_DOWN)) {
        recall(console, key->code == FT_KEY_UP ? -1 : 1);
    } else if (!ft_entry_key(&console->entry, key)) {
        return;
    }
    if (console->overlay == FT_OVERLAY_FILTER) /* shown while it is typed */
        snprintf(page->filter, sizeof(page->filter), "%.127s",
                 console->entry.text);
    ft_page_refresh(console, ft_console_page(console));
}

static void
begin_entry(struct ft_console *console, enum ft_overlay overlay,
            const char *text)
{
    console->overlay = overlay;
    console->entry.typed_only = false;
    console->history_at = 0;
    ft_entry_set(&console->entry, text);
}

/* ---- keys in views ---- */

/* Esc and q: the last thing that was put on is taken off. */
static void
back(struct ft_console *console, bool quits)
{
    struct ft_page *page = ft_console_page(console);

    if (page->search[0])
        page->search[0] = '\0';
    else if (page->filter[0])
        page->filter[0] = '\0';
    else if (console->depth > 1)
        pop(console);
    else if (quits)
        console->leave = true;
    else if (page->problems)
        page->problems = false;
    ft_page_refresh(console, ft_console_page(console));
}

static void
open_selected(struct ft_console *console)
{
    const struct ft_page *page = ft_console_page(console);
    const json_t *row = ft_console_row(console);

    if (page->view->open && (row || !page->view->rows))
        page->view->open(console, row);
}

static void
mark(struct ft_console *console, bool all)
{
    struct ft_page *page = ft_console_page(console);
    size_t count = json_array_size(page->rows);

    if (all && page->list.mark_count) {
        ft_list_unmark(&page->list);
        return;
    }
    for (size_t i = 0; all && i < count; i++)
        ft_list_toggle(&page->list,
                       page->view->identity(json_array_get(page->rows, i)));
    if (all || !count)
        return;
    if (!ft_list_toggle(&page->list, page->list.selected))
        ft_console_say(console, FT_SEVERITY_WARN,
                       "no more than %d can be marked", FT_MARKS_MAX);
    ft_page_move(console, page, 1);
}

static void
order_by_next(struct ft_console *console, struct ft_page *page)
{
    const struct ft_columns *columns = page->view->columns;

    if (!columns)
        return;
    if (page->order_old)
        page->order_old = false; /* the first time: what is due */
    else
        page->sort = (page->sort + 1) % ((unsigned)columns->count + 1);
    json_decref(page->order);
    page->order = NULL;
    ft_page_refresh(console, page);
    ft_console_say(console, FT_SEVERITY_OK, "ordered %s%s",
                   page->sort ? "by " : "",
                   page->sort ? columns->list[page->sort - 1].title
                              : "worst first");
}

static void
copy_or_write(struct ft_console *console, bool to_file)
{
    struct ft_grid grid;
    char *text;

    if (ft_grid_open(&grid, 132, 43, console->utf8))
        return;
    ft_console_draw(console, &grid);
    text = ft_grid_dump(&grid);
    ft_grid_close(&grid);
    if (text)
        (to_file ? console->ops.write : console->ops.copy)(console->ops.data,
                                                           text);
    free(text);
}

static void
open_menu(struct ft_console *console)
{
    const json_t *row = subject_row(console);
    const struct ft_deed *deed;
    const char *why;

    if (!row)
        return;
    console->overlay = FT_OVERLAY_MENU;
    console->menu_choice = 0;
    /* the first that is possible and does no harm */
    for (size_t i = 0; (deed = ft_deed_at(ft_row_is_host(row), i)); i++)
        if (deed->care != FT_DEED_SEVERE && deed->possible(row, &why)) {
            console->menu_choice = (int)i;
            return;
        }
}

static void
open_host_of(struct ft_console *console)
{
    const json_t *row = subject_row(console);
    const json_t *listed = ft_console_row(console);
    const char *host =
        ft_json_string(row, "primary", ft_json_string(row, "host", ""));

    if (ft_console_page(console)->view->id == FT_VIEW_EVENTS)
        host = ft_json_string(listed, "host", host);
    if (ft_console_host(console, host))
        ft_console_push(console, FT_VIEW_HOST, host);
}

static void
what_if(struct ft_console *console)
{
    const json_t *row = subject_row(console);
    const char *host =
        row ? ft_row_is_host(row)
                  ? ft_row_name(row)
                  : ft_json_string(row, "primary",
                                   ft_json_string(row, "host", ""))
            : "";

    if (!*host)
        host = ft_json_string(json_array_get(console->picture->hosts, 0),
                              "name", "");
    if (*host)
        ft_console_push(console, FT_VIEW_WHAT_IF, host);
}

static void
open_checks(struct ft_console *console)
{
    const json_t *row = subject_row(console);
    struct ft_words words = { 0 }, shown = { 0 };

    if (!row || ft_row_is_host(row)) {
        ft_console_say(console, FT_SEVERITY_WARN, "select a VM first");
        return;
    }
    ft_words_add(&words, "check");
    ft_words_add(&words, ft_json_string(row, "uuid", ft_row_name(row)));
    ft_words_add(&words, "--verbose");
    ft_words_add(&shown, "check");
    ft_words_add(&shown, ft_row_name(row));
    ft_words_add(&shown, "--verbose");
    run(console, &words, &shown, true);
}

static void
act(struct ft_console *console, enum ft_do action)
{
    struct ft_page *page = ft_console_page(console);
    const json_t *row = subject_row(console);

    if (page->view->key && page->view->key(console, page, action))
        return;
    switch (action) {
    case FT_DO_OPEN:
        open_selected(console);
        break;
    case FT_DO_PROTECT:
        begin_protect(console);
        break;
    case FT_DO_ACTIONS:
        open_menu(console);
        break;
    case FT_DO_ADD:
        if (page->view->id == FT_VIEW_FIRST)
            begin_entry(console, FT_OVERLAY_COMMAND, "discover ");
        else
            ft_first_open(console);
        break;
    case FT_DO_WHAT_IF:
        what_if(console);
        break;
    case FT_DO_EXPLAIN:
        ft_page_explain(console, row);
        break;
    case FT_DO_FOLLOW:
        page->follow = !page->follow;
        break;
    case FT_DO_SEVERITY:
        page->severity = (page->severity + 1) % 3;
        break;
    case FT_DO_THIS_VM:
        snprintf(page->filter, sizeof(page->filter), "%s",
                 page->filter[0] || !row ? "" : "vm=");
        if (page->filter[0])
            strncat(page->filter, ft_row_name(row),
                    sizeof(page->filter) - strlen(page->filter) - 1);
        break;
    case FT_DO_MARK:
    case FT_DO_MARK_ALL:
        mark(console, action == FT_DO_MARK_ALL);
        break;
    case FT_DO_AGAIN:
        console->ops.ask_again(console->ops.data);
        break;
    case FT_DO_PROBLEMS:
        page->problems = !page->problems;
        break;
    case FT_DO_SEARCH:
        begin_entry(console, FT_OVERLAY_SEARCH, "");
        break;
    case FT_DO_SEARCH_NEXT:
    case FT_DO_SEARCH_BEFORE:
        ft_page_search(console, page, action == FT_DO_SEARCH_NEXT ? 1 : -1);
        break;
    case FT_DO_FILTER:
        begin_entry(console, FT_OVERLAY_FILTER, page->filter);
        break;
    case FT_DO_ORDER:
        order_by_next(console, page);
        return;
    case FT_DO_COARSER:
    case FT_DO_FINER:
        ft_page_zoom(page, action == FT_DO_COARSER ? 1 : -1);
        break;
    case FT_DO_HOST_OF:
        open_host_of(console);
        break;
    case FT_DO_GO_OVERVIEW:
        go_to(console, FT_VIEW_OVERVIEW, NULL);
        break;
    case FT_DO_GO_HOSTS:
        go_to(console, FT_VIEW_HOSTS, NULL);
        break;
    case FT_DO_GO_EVENTS:
        go_to(console, FT_VIEW_EVENTS,
              page->view->id == FT_VIEW_VM && row ? ft_row_name(row) : NULL);
        break;
    case FT_DO_GO_CHECKS:
        open_checks(console);
        break;
    case FT_DO_GO_JOBS:
        go_to(console, FT_VIEW_JOBS, NULL);
        break;
    case FT_DO_COMMAND:
        begin_entry(console, FT_OVERLAY_COMMAND, "");
        break;
    case FT_DO_COPY:
    case FT_DO_WRITE:
        copy_or_write(console, action == FT_DO_WRITE);
        break;
    case FT_DO_SHELL:
        console->ops.shell(console->ops.data);
        break;
    case FT_DO_HELP:
        ft_page_help(console);
        break;
    case FT_DO_BACK:
        back(console, false);
        break;
    default:
        break;
    }
    ft_page_refresh(console, ft_console_page(console));
}

/* Keys that move; true when it was one. */
static bool
move(struct ft_console *console, const struct ft_key *key)
{
    struct ft_page *page = ft_console_page(console);
    long page_rows = 10;
    long by;

    switch (key->code) {
    case FT_KEY_UP:
    case 'k':
        by = -1;
        break;
    case FT_KEY_DOWN:
    case 'j':
        by = 1;
        break;
    case FT_KEY_PAGE_UP:
    case FT_KEY_CTRL('B'):
        by = -page_rows;
        break;
    case FT_KEY_PAGE_DOWN:
    case FT_KEY_CTRL('F'):
        by = page_rows;
        break;
    case FT_KEY_HOME:
    case 'g':
        by = -(1L << 30);
        break;
    case FT_KEY_END:
    case 'G':
        by = 1L << 30;
        break;
    case FT_KEY_LEFT:
    case 'h':
        page->column -= page->column > 0;
        return true;
    case FT_KEY_RIGHT:
    case 'l':
        page->column++;
        return true;
    default:
        return false;
    }
    ft_page_move(console, page, by);
    return true;
}

static void
view_key(struct ft_console *console, const struct ft_key *key)
{
    const struct ft_page *page = ft_console_page(console);
    enum ft_do action;

    if (page->view->id == FT_VIEW_SHEET && ft_sheet_key(console, key))
        return;
    if (key->code == 'q' && console->depth > 1) {
        /* the first start is what was opened first */
        if (page->view->id == FT_VIEW_FIRST &&
            !json_array_size(console->picture->hosts))
            console->leave = true;
        else
            back(console, false);
        return;
    }
    if (key->code == FT_KEY_CTRL('C')) {
        ft_console_say(console, FT_SEVERITY_OK, "q or F10 leaves");
        return;
    }
    if (key->code == FT_KEY_PASTE) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "pasted text was dropped: it goes into a line only");
        return;
    }
    if (move(console, key))
        return;
    action = ft_keymap_find(page->view->scope, key->code);
    if (action == FT_DO_LEAVE && key->code == 'q')
        back(console, true);
    else if (action == FT_DO_LEAVE)
        console->leave = true;
    else if (action)
        act(console, action);
}

void
ft_console_key(struct ft_console *console, const struct ft_key *key)
{
    if (key->code == FT_KEY_CTRL('Z')) {
        console->ops.suspend(console->ops.data);
        return;
    }
    switch (console->overlay) {
    case FT_OVERLAY_NONE:
        view_key(console, key);
        break;
    case FT_OVERLAY_MENU:
        menu_key(console, key);
        break;
    case FT_OVERLAY_QUESTION:
        question_key(console, key);
        break;
    default:
        entry_key(console, key);
        break;
    }
}
