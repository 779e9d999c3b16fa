/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/first-private.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/found.h"
#include "ui/model/neighbours.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/sheet.h"
#include "ui/tui/state.h"

void
ft_first_close(struct ft_first *first)
{
    if (!first)
        return;
    json_decref(first->rows);
    free(first);
}

static struct ft_first *
make(struct ft_console *console)
{
    struct ft_first *first = console->first;

    if (first)
        return first;
    first = calloc(1, sizeof(*first));
    if (first && !(first->rows = json_array())) {
        free(first);
        first = NULL;
    }
    return console->first = first;
}

/* ---- rows ---- */

json_t *
ft_first_find(const struct ft_first *first, const char *name)
{
    json_t *row;
    size_t index;

    json_array_foreach(first->rows, index, row)
        if (!strcmp(ft_json_string(row, "name", ""), name))
            return row;
    return NULL;
}

const char *
ft_first_state(const json_t *row)
{
    return ft_json_string(row, "state", "");
}

void
ft_first_set_state(json_t *row, const char *state)
{
    json_object_set_new(row, "state", json_string(state));
    if (strcmp(state, "asking") != 0)
        return;
    json_object_del(row, "reach"); /* what it answered before is over */
    json_object_del(row, "error");
    json_object_del(row, "hint");
}

bool
ft_first_is_marked(const json_t *row)
{
    return json_is_true(json_object_get(row, "marked"));
}

void
ft_first_set_marked(json_t *row, bool marked)
{
    json_object_set_new(row, "marked", json_boolean(marked));
}

bool
ft_first_is_added(const struct ft_console *console, const json_t *row)
{
    const char *name = ft_json_string(row, "name", "");
    const json_t *host;
    size_t index;

    json_array_foreach(console->picture->hosts, index, host)
        if (!strcmp(ft_json_string(host, "name", ""), name) ||
            !strcmp(ft_json_string(host, "address", ""), name))
            return true;
    return false;
}

/* "looked", or why not for this purpose: host add failed, it can be tried. */
bool
ft_first_can_be_added(const struct ft_console *console, const json_t *row)
{
    return (!strcmp(ft_first_state(row), "looked") ||
            !strcmp(ft_first_state(row), "refused")) &&
           !ft_first_is_added(console, row);
}

bool
ft_first_wants_login(const json_t *row)
{
    const char *reach = ft_json_string(row, "reach", "");

    return !strcmp(reach, "login-refused") || !strcmp(reach, "no-sudo");
}

void
ft_first_count(const struct ft_console *console, struct ft_first_count *count)
{
    const json_t *row;
    size_t index;

    memset(count, 0, sizeof(*count));
    if (!console->first)
        return;
    json_array_foreach(console->first->rows, index, row) {
        const char *state = ft_first_state(row);
        bool added = ft_first_is_added(console, row);

        count->added += added;
        count->named += !strcmp(state, "named");
        count->asking += !strcmp(state, "asking") || !strcmp(state, "answers");
        count->looked += !strcmp(state, "looked");
        count->adding += !strcmp(state, "adding");
        count->failed += !strcmp(state, "failed") || !strcmp(state, "refused");
        count->to_look +=
            !added && ft_first_is_marked(row) && !strcmp(state, "named");
        count->to_add +=
            ft_first_is_marked(row) && ft_first_can_be_added(console, row);
    }
}

json_t *
ft_first_vms(const struct ft_console *console)
{
    json_t *all = json_array(), *vm;
    size_t index;

    json_array_foreach(console->picture->vms, index, vm)
        if (!strcmp(ft_json_string(vm, "protection", ""), "none"))
            json_array_append(all, vm);
    return all;
}

/* ---- commands ---- */

void
ft_first_start(struct ft_console *console, enum ft_first_what what,
               const struct ft_words *words, bool may_ask)
{
    struct ft_words whole = *words;

    if (what == FT_FIRST_LOOK)
        ft_words_add(&whole, "--follow");
    ft_words_add(&whole, "--json");
    console->first->running[what]++;
    console->first->contacted |= what != FT_FIRST_NAMES;
    console->ops.first(console->ops.data, what, &whole, may_ask);
}

/* The rows that a command names are in that state now. */
void
ft_first_set_states(struct ft_console *console, const struct ft_words *words,
                    const char *state)
{
    for (size_t i = 1; i < words->count; i++) {
        json_t *row = ft_first_find(console->first, words->list[i]);

        if (row)
            ft_first_set_state(row, state);
    }
}

/* Other rows are listed then: what was selected among these is no loss. */
void
ft_first_choose(struct ft_console *console, bool choosing)
{
    struct ft_page *page = ft_console_page(console);

    if (page->view->id == FT_VIEW_FIRST && console->first->choosing != choosing) {
        page->list.selected[0] = '\0';
        page->list.position = page->list.top = 0;
    }
    console->first->choosing = choosing;
}

static void
refresh(struct ft_console *console)
{
    struct ft_page *page = ft_console_page(console);

    if (page->view->id == FT_VIEW_FIRST)
        ft_page_refresh(console, page);
}

/* Hosts of ours tell of others: by what they say now. */
static void
take_neighbours(struct ft_console *console)
{
    struct ft_first *first = console->first;

    if (!first->running[FT_FIRST_NAMES])
        ft_neighbours_add(console->picture->hosts, console->picture->pairs,
                          first->rows);
}

void
ft_first_open(struct ft_console *console)
{
    bool first_time = !console->first;
    struct ft_words words = { 0 };

    if (!make(console))
        return;
    ft_first_choose(console, false);
    if (ft_console_page(console)->view->id != FT_VIEW_FIRST)
        ft_console_push(console, FT_VIEW_FIRST, NULL);
    if (!first_time) {
        take_neighbours(console);
        ft_page_refresh(console, ft_console_page(console));
        return;
    }
    ft_words_add(&words, "discover");
    ft_words_add(&words, "--dry-run");
    ft_first_start(console, FT_FIRST_NAMES, &words, false);
}

void
ft_first_discover(struct ft_console *console, const struct ft_words *words)
{
    struct ft_words plain = { 0 };

    ft_first_open(console);
    if (!console->first)
        return;
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->list[i], "--follow") != 0 &&
            strcmp(words->list[i], "--json") != 0)
            ft_words_add(&plain, words->list[i]);
    ft_first_set_states(console, &plain, "asking");
    for (size_t i = 1; i < plain.count; i++) {
        json_t *row = ft_first_find(console->first, plain.list[i]);

        if (row) /* named by hand */
            json_object_set_new(row, "wanted", json_true());
    }
    ft_first_start(console, FT_FIRST_LOOK, &plain, plain.count == 2);
    refresh(console);
}

/* ---- what comes back ---- */

/* What is new of a row is put over what is known of it. */
static void
take_row(struct ft_console *console, const json_t *news)
{
    struct ft_first *first = console->first;
    const char *name = ft_json_string(news, "name", "");
    json_t *row = ft_first_find(first, name);
    bool known = row != NULL;

    if (!*name || json_array_size(first->rows) >= FT_FIRST_ROWS_MAX)
        return;
    if (!known) {
        row = json_object();
        json_array_append_new(first->rows, row);
    }
    if (!strcmp(ft_first_state(news), "named")) { /* nothing was asked */
        if (!known)
            json_object_update(row, (json_t *)(uintptr_t)news);
        return;
    }
    json_object_del(row, "reach");
    json_object_del(row, "error");
    json_object_update(row, (json_t *)(uintptr_t)news);
    if (!strcmp(ft_first_state(news), "looked") && !known)
        ft_first_set_marked(row, true);
    else if (!strcmp(ft_first_state(news), "looked") &&
             ft_json_bool(row, "wanted", 0))
        ft_first_set_marked(row, true);
    else if (!strcmp(ft_first_state(news), "failed"))
        ft_first_set_marked(row, false);
}

void
ft_first_line(struct ft_console *console, const char *line)
{
    FT_AUTOJSON json_t *object = json_loads(line, 0, NULL);
    const json_t *row = json_object_get(object, "row");

    if (!console->first || !json_is_object(row))
        return;
    take_row(console, row);
    refresh(console);
}

static void
take_names(struct ft_console *console, const json_t *document)
{
    const json_t *left = json_object_get(document, "left_out");
    int64_t patterns = ft_json_int(left, "patterns", 0, 999999, 0);
    int64_t hashed = ft_json_int(left, "hashed", 0, 999999, 0);
    struct ft_first *first = console->first;
    const json_t *row;
    size_t index;

    json_array_foreach(json_object_get(document, "hosts"), index, row)
        take_row(console, row);
    if (patterns + hashed > 0)
        snprintf(first->left, sizeof(first->left),
                 "Patterns (Host *.lab): %lld, hashed in known_hosts: %lld; "
                 "they name no machine.",
                 (long long)patterns, (long long)hashed);
}

/* Those that a command did not come to. */
static void
end_rows(struct ft_console *console, const char *from, const char *to,
         const char *message)
{
    json_t *row;
    size_t index;

    json_array_foreach(console->first->rows, index, row) {
        if (strcmp(ft_first_state(row), from) != 0)
            continue;
        ft_first_set_state(row, to);
        json_object_set_new(
            row, "error",
            ft_json_text(*message ? message : "it ended without a word of it"));
        ft_first_set_marked(row, false);
    }
}

static void
take_added(struct ft_console *console, const json_t *document)
{
    struct ft_first *first = console->first;
    const json_t *news;
    size_t index;

    json_array_foreach(json_object_get(document, "hosts"), index, news) {
        json_t *row = ft_first_find(first, ft_json_string(news, "host", ""));
        bool added = !strcmp(ft_json_string(news, "result", ""), "added");

        if (!row)
            continue;
        ft_first_set_state(row, added ? "looked" : "refused");
        if (added) /* the picture has it in a moment */
            json_object_set_new(row, "error", json_null());
        else
            json_object_set_new(row, "error",
                                ft_json_text(ft_json_string(news, "error", "")));
        ft_first_set_marked(row, false);
        if (added)
            ft_first_choose(console, true);
    }
}

void
ft_first_ended(struct ft_console *console, enum ft_first_what what,
               const json_t *document, int status, const char *message)
{
    struct ft_first *first = console->first;
    struct ft_first_count count;

    if (!first)
        return;
    first->running[what] -= first->running[what] > 0;
    if (what == FT_FIRST_NAMES) {
        take_names(console, document);
        take_neighbours(console);
    } else if (what == FT_FIRST_ADD) {
        take_added(console, document);
    }
    if (what == FT_FIRST_LOOK && !first->running[what]) {
        end_rows(console, "asking", "failed", message);
        end_rows(console, "answers", "failed", message);
    } else if (what == FT_FIRST_ADD && !first->running[what]) {
        end_rows(console, "adding", "refused", message);
    }
    if (what == FT_FIRST_LOOK && !first->running[what]) {
        ft_first_count(console, &count);
        ft_console_say(console, FT_SEVERITY_OK, "%zu of %zu looked at",
                       count.looked, count.looked + count.failed);
    }
    /* 20 and 7: the rows say it themselves */
    if (status && status != 20 && status != 7 && *message)
        ft_console_say(console, FT_SEVERITY_WARN, "%s", message);
    refresh(console);
}
