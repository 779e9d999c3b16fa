/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first start: what its keys do. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/found.h"
#include "ui/tui/account.h"
#include "ui/tui/first-private.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet.h"

static void
begin(struct ft_console *console, const json_t *row)
{
    FT_AUTOJSON json_t *rows = json_array();

    json_array_append(rows, (json_t *)(uintptr_t)row);
    ft_sheet_begin(console, rows);
}

static void
protect(struct ft_console *console)
{
    const json_t *row = ft_console_row(console);

    if (console->readonly)
        ft_console_say(console, FT_SEVERITY_WARN, "this console is read-only");
    else if (!row)
        ft_console_say(console, FT_SEVERITY_WARN,
                       "no VM that runs is known yet");
    else if (strcmp(ft_json_string(row, "state", ""), "running") != 0)
        ft_console_say(console, FT_SEVERITY_WARN, "%s does not run",
                       ft_json_string(row, "vm", "it"));
    else
        begin(console, row);
}

/* Enter: the next step of all that are marked. */
static void
go_on(struct ft_console *console)
{
    struct ft_first *first = console->first;
    struct ft_first_count count;

    ft_first_count(console, &count);
    if (first->choosing) {
        protect(console);
    } else if (count.to_look) {
        ft_first_begin_all(console, true);
    } else if (count.asking || count.adding || first->running[FT_FIRST_NAMES]) {
        ft_console_say(console, FT_SEVERITY_OK, "wait for those that are asked");
    } else if (count.to_add && console->readonly) {
        ft_console_say(console, FT_SEVERITY_WARN, "this console is read-only");
    } else if (count.to_add) {
        ft_first_begin_all(console, false);
    } else if (json_array_size(console->picture->hosts)) {
        ft_first_choose(console, true);
    } else {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "no machine is marked: Space marks, A names others");
    }
}

static void
mark(struct ft_console *console, json_t *row)
{
    const char *state = ft_first_state(row);

    if (!strcmp(state, "named") || ft_first_can_be_added(console, row))
        ft_first_set_marked(row, !ft_first_is_marked(row));
    else if (ft_first_is_added(console, row))
        ft_console_say(console, FT_SEVERITY_OK, "%s is added already",
                       ft_json_string(row, "name", ""));
    else
        ft_console_say(console, FT_SEVERITY_WARN, "%s was not looked at: %s",
                       ft_json_string(row, "name", ""), ft_found_standing(row));
}

static void
mark_all(struct ft_console *console)
{
    json_t *row;
    size_t index;
    bool any = false;

    json_array_foreach(console->first->rows, index, row)
        any |= ft_first_is_marked(row);
    json_array_foreach(console->first->rows, index, row)
        if (!strcmp(ft_first_state(row), "named") ||
            ft_first_can_be_added(console, row))
            ft_first_set_marked(row, !any);
}

static void
trust(struct ft_console *console, json_t *row)
{
    struct ft_words words = { 0 };

    if (console->readonly) {
        ft_console_say(console, FT_SEVERITY_WARN, "this console is read-only");
        return;
    }
    if (strcmp(ft_json_string(row, "reach", ""), "key-unknown") != 0 ||
        !json_array_size(json_object_get(row, "keys"))) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "no new key is shown here that could be trusted");
        return;
    }
    ft_first_trust_words(row, &words);
    json_object_set_new(row, "wanted", json_true());
    ft_first_set_state(row, "asking");
    ft_first_start(console, FT_FIRST_LOOK, &words, false);
}

static void
ask_again(struct ft_console *console, json_t *row)
{
    struct ft_words words = { 0 };

    ft_first_ask_words(row, &words);
    json_object_set_new(row, "wanted", json_true());
    ft_first_set_state(row, "asking");
    ft_first_start(console, FT_FIRST_LOOK, &words, false);
}

/* Whoever is asked or added is let alone; another host of ours has its page. */
static void
log_in(struct ft_console *console, const json_t *row)
{
    const char *state = ft_first_state(row);
    const char *name = ft_json_string(row, "name", "");

    if (ft_first_is_added(console, row))
        ft_console_say(console, FT_SEVERITY_OK,
                       "%s is added: i among the hosts (2) changes its login",
                       name);
    else if (!strcmp(state, "asking") || !strcmp(state, "answers") ||
             !strcmp(state, "adding"))
        ft_console_say(console, FT_SEVERITY_WARN, "%s is being asked: wait",
                       name);
    else
        ft_account_of_machine(console, row,
                              ft_first_wants_login(row)
                                  ? ft_first_others_refused(console, row)
                                  : 0);
}

static void
evidence(struct ft_console *console, const json_t *row)
{
    char title[300];

    snprintf(title, sizeof(title), "%.200s, as it answered",
             ft_json_string(row, "name", ""));
    ft_console_show_text(console, title,
                         json_dumps(row, JSON_INDENT(2) | JSON_ENSURE_ASCII));
}

bool
ft_first_key(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    struct ft_first *first = console->first;
    json_t *row;

    if (!first)
        return false;
    row = first->choosing ? NULL : (json_t *)(uintptr_t)ft_console_row(console);
    switch (action) {
    case FT_DO_OPEN:
        go_on(console);
        return true;
    case FT_DO_BACK:
        if (!first->choosing || !json_array_size(first->rows))
            return false;
        ft_first_choose(console, false);
        return true;
    case FT_DO_MARK:
        if (!row)
            return true;
        mark(console, row);
        ft_page_move(console, page, 1);
        return true;
    case FT_DO_MARK_ALL:
        mark_all(console);
        return true;
    case FT_DO_TRUST:
        if (row)
            trust(console, row);
        return true;
    case FT_DO_AGAIN:
        if (!row || !first->contacted || ft_first_is_added(console, row))
            return false;
        ask_again(console, row);
        return true;
    case FT_DO_LOGIN:
        if (row)
            log_in(console, row);
        return true;
    case FT_DO_EXPLAIN:
        if (!row)
            return false;
        evidence(console, row);
        return true;
    default:
        return false;
    }
}
