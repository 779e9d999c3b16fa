/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/account.h"
#include "ui/tui/checks-do.h"
#include "ui/tui/checks.h"
#include "ui/tui/doing.h"
#include "ui/tui/film.h"
#include "ui/tui/first.h"
#include "ui/tui/frame.h"
#include "ui/tui/help.h"
#include "ui/tui/order.h"
#include "ui/tui/overlay.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/past.h"
#include "ui/tui/sheet.h"
#include "ui/tui/state.h"
#include "ui/tui/view.h"

static const struct ft_view *const views[FT_VIEW_COUNT] = {
    [FT_VIEW_OVERVIEW] = &ft_view_overview, [FT_VIEW_VM] = &ft_view_vm,
    [FT_VIEW_HOSTS] = &ft_view_hosts,       [FT_VIEW_HOST] = &ft_view_host,
    [FT_VIEW_EVENTS] = &ft_view_events,     [FT_VIEW_EVENT] = &ft_view_event,
    [FT_VIEW_FILM] = &ft_view_film,         [FT_VIEW_JOBS] = &ft_view_jobs,
    [FT_VIEW_WHAT_IF] = &ft_view_what_if,   [FT_VIEW_CHECKS] = &ft_view_checks,
    [FT_VIEW_CHECK] = &ft_view_check,       [FT_VIEW_TEXT] = &ft_view_text,
    [FT_VIEW_SHEET] = &ft_view_sheet,       [FT_VIEW_FIRST] = &ft_view_first,
};

/* ---- pages ---- */

int
ft_console_open(struct ft_console *console, const struct ft_console_ops *ops,
                const struct ft_picture *picture, bool utf8)
{
    memset(console, 0, sizeof(*console));
    console->ops = *ops;
    console->utf8 = utf8;
    console->picture = console->now = picture;
    console->views = views;
    console->history = json_array();
    console->drafts = json_array();
    if (!console->history || !console->drafts)
        return -ENOMEM;
    ft_console_push(console, FT_VIEW_OVERVIEW, NULL);
    if (!json_array_size(picture->hosts))
        ft_first_open(console);
    return 0;
}

void
ft_console_close(struct ft_console *console)
{
    if (console->now)
        ft_past_leave(console);
    while (console->depth)
        ft_console_pop(console, true);
    ft_entry_wipe(&console->entry);
    ft_checks_close(console->checks);
    ft_sheet_close(console->sheet);
    ft_first_close(console->first);
    json_decref(console->history);
    json_decref(console->drafts);
    free(console->text);
    memset(console, 0, sizeof(*console));
}

static void
pop(struct ft_console *console)
{
    ft_console_pop(console, false);
    ft_page_refresh(console, ft_console_page(console));
}

void
ft_console_set_picture(struct ft_console *console,
                       const struct ft_picture *picture)
{
    console->now = picture;
    ft_sheet_follow(console);
    if (console->past) {
        ft_past_refresh(console);
        return;
    }
    console->picture = picture;
    for (size_t i = 0; i < console->depth; i++)
        ft_page_refresh(console, &console->pages[i]);
}

void
ft_console_answer(struct ft_console *console, unsigned ticket,
                  const json_t *document, int status, const char *message)
{
    if (!ft_checks_answer(console, ticket, document, status, message))
        ft_sheet_answer(console, ticket, document, status, message);
}

/* ---- keys in views ---- */

/* Esc and q: the last thing that was put on is taken off. */
static void
back(struct ft_console *console, bool quits)
{
    struct ft_page *page = ft_console_page(console);

    if (console->past)
        ft_past_leave(console);
    else if (page->search[0])
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
open_host_of(struct ft_console *console)
{
    const json_t *row = ft_doing_row(console);
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
    const json_t *row = ft_doing_row(console);
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
    const json_t *row = ft_doing_row(console);

    if (!row || ft_row_is_host(row))
        ft_console_say(console, FT_SEVERITY_WARN, "select a VM first");
    else
        ft_checks_open(console, row);
}

static void
act(struct ft_console *console, enum ft_do action)
{
    struct ft_page *page = ft_console_page(console);
    const json_t *row = ft_doing_row(console);
    char line[FT_IDENTITY + 16];

    if (console->past && ft_past_forbids(action)) {
        ft_console_say(console, FT_SEVERITY_WARN, FT_PAST_REFUSAL);
        return;
    }
    if (page->view->key && page->view->key(console, page, action))
        return;
    switch (action) {
    case FT_DO_OPEN:
        open_selected(console);
        break;
    case FT_DO_PROTECT:
        ft_doing_protect(console);
        break;
    case FT_DO_ACTIONS:
        ft_overlay_menu(console);
        break;
    case FT_DO_ADD:
        if (page->view->id == FT_VIEW_FIRST)
            ft_overlay_type(console, FT_OVERLAY_COMMAND, "discover ");
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
    case FT_DO_STOP: /* seen, and only begun by Enter */
        snprintf(line, sizeof(line), "jobs stop %s", page->list.selected);
        ft_overlay_type(console, FT_OVERLAY_COMMAND, line);
        break;
    case FT_DO_WAIVE:
        ft_checks_waive(console);
        break;
    case FT_DO_MEND:
        ft_checks_mend(console);
        break;
    case FT_DO_LOGIN:
        if (row && ft_row_is_host(row))
            ft_account_of_host(console, row);
        break;
    case FT_DO_SEARCH:
        ft_overlay_type(console, FT_OVERLAY_SEARCH, "");
        break;
    case FT_DO_SEARCH_NEXT:
    case FT_DO_SEARCH_BEFORE:
        ft_page_search(console, page, action == FT_DO_SEARCH_NEXT ? 1 : -1);
        break;
    case FT_DO_FILTER:
        ft_overlay_type(console, FT_OVERLAY_FILTER, page->filter);
        break;
    case FT_DO_ORDER:
        ft_order_by_next(console, page);
        return;
    case FT_DO_EARLIER:
    case FT_DO_LATER:
        ft_past_step(console, action == FT_DO_EARLIER ? -1 : 1);
        break;
    case FT_DO_FILM:
        ft_film_open_selected(console);
        return;
    case FT_DO_SORT_LEFT:
    case FT_DO_SORT_RIGHT:
    case FT_DO_SORT_TURN:
    case FT_DO_SORT_NONE:
        ft_order_by(console, page, action);
        return;
    case FT_DO_COARSER:
    case FT_DO_FINER:
        ft_page_zoom(page, action == FT_DO_COARSER ? 1 : -1);
        break;
    case FT_DO_HOST_OF:
        open_host_of(console);
        break;
    case FT_DO_GO_OVERVIEW:
        ft_console_go_to(console, FT_VIEW_OVERVIEW, NULL);
        break;
    case FT_DO_GO_HOSTS:
        ft_console_go_to(console, FT_VIEW_HOSTS, NULL);
        break;
    case FT_DO_GO_EVENTS:
        ft_console_go_to(console, FT_VIEW_EVENTS,
                         page->view->id == FT_VIEW_VM && row ? ft_row_name(row)
                                                             : NULL);
        break;
    case FT_DO_GO_CHECKS:
        open_checks(console);
        break;
    case FT_DO_GO_JOBS:
        ft_console_go_to(console, FT_VIEW_JOBS, NULL);
        break;
    case FT_DO_COMMAND:
        ft_overlay_type(console, FT_OVERLAY_COMMAND, "");
        break;
    case FT_DO_COPY:
    case FT_DO_WRITE:
        copy_or_write(console, action == FT_DO_WRITE);
        break;
    case FT_DO_SHELL:
        console->ops.shell(console->ops.data, NULL);
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

bool
ft_console_tick(struct ft_console *console, int64_t now_ms)
{
    return ft_film_tick(console, now_ms);
}

bool
ft_console_moves(const struct ft_console *console)
{
    return console->play.on;
}

void
ft_console_key(struct ft_console *console, const struct ft_key *key)
{
    if (console->play.begun && key->code != ' ')
        ft_film_stop(console);
    if (key->code == FT_KEY_CTRL('Z')) {
        console->ops.suspend(console->ops.data);
        return;
    }
    if (console->overlay != FT_OVERLAY_NONE)
        ft_overlay_key(console, key);
    else
        view_key(console, key);
}
