/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/checks-private.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/deeds.h"
#include "ui/tui/figure.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/rows.h"
#include "ui/model/counts.h"
#include "ui/tui/view.h"

#define FRESH_S 60 /* hosts change; an older answer is none any more */

void
ft_checks_close(struct ft_checks *checks)
{
    if (!checks)
        return;
    json_decref(checks->document);
    json_decref(checks->rows);
    free(checks);
}

/* ---- asking ---- */

void
ft_checks_again(struct ft_console *console)
{
    struct ft_checks *checks = console->checks;
    struct ft_words words;

    if (!checks)
        return;
    words = checks->asked;
    ft_words_add(&words, "--json");
    checks->trouble[0] = '\0';
    checks->ticket = ++console->ticket;
    if (!console->ops.ask(console->ops.data, checks->ticket, &words))
        checks->ticket = 0;
}

/* Other checks than those before: these are forgotten. */
static void
show(struct ft_console *console, const struct ft_words *shown,
     const struct ft_words *asked, const char *subject)
{
    struct ft_checks *checks = calloc(1, sizeof(*checks));
    struct ft_page *page = ft_console_page(console);

    if (!checks)
        return;
    checks->words = *shown;
    checks->asked = *asked;
    ft_checks_close(console->checks);
    console->checks = checks;
    if (page->view->id == FT_VIEW_CHECKS)
        ft_console_pop(console, false);
    ft_console_push(console, FT_VIEW_CHECKS, subject);
    ft_checks_again(console);
}

void
ft_checks_open(struct ft_console *console, const json_t *row)
{
    const char *uuid = ft_json_string(row, "uuid", ft_row_name(row));
    struct ft_words shown = { 0 }, asked = { 0 };

    ft_words_add(&shown, "check");
    ft_words_add(&shown, ft_row_name(row));
    ft_words_add(&asked, "check");
    ft_words_add(&asked, uuid);
    show(console, &shown, &asked, uuid);
}

void
ft_checks_command(struct ft_console *console, const struct ft_words *words)
{
    struct ft_words plain = { 0 };
    const json_t *row = NULL;

    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->list[i];

        if (strcmp(word, "--verbose") != 0 && strcmp(word, "-v") != 0)
            ft_words_add(&plain, word);
        if (i && !row)
            row = ft_console_vm(console, word);
    }
    show(console, &plain, &plain, ft_json_string(row, "uuid", ""));
}

/* ---- what comes back ---- */

/* What a row is known by: its check and its subject; a number if that is there
 * twice. */
static void
set_key(const json_t *earlier, json_t *row, size_t index)
{
    char key[FT_IDENTITY];
    const json_t *other;
    size_t i;

    snprintf(key, sizeof(key), "%.32s %.28s", ft_json_string(row, "id", ""),
             ft_json_string(row, "subject", ""));
    json_array_foreach(earlier, i, other)
        if (!strcmp(ft_json_string(other, "key", ""), key))
            snprintf(key, sizeof(key), "%zu %.32s", index,
                     ft_json_string(row, "id", ""));
    json_object_set_new(row, "key", ft_json_text(key));
}

static void
take(struct ft_checks *checks, const json_t *document)
{
    const json_t *each;
    size_t index;

    json_decref(checks->document);
    json_decref(checks->rows);
    checks->document = json_deep_copy(document);
    checks->rows = json_array();
    memset(&checks->counts, 0, sizeof(checks->counts));
    ft_counts_add(&checks->counts, json_object_get(document, "checks"));
    json_array_foreach(json_object_get(document, "checks"), index, each) {
        json_t *row = json_is_object(each) ? json_deep_copy(each) : NULL;

        if (!row)
            continue;
        set_key(checks->rows, row, index);
        if (ft_json_string(row, "waived",
                           NULL)) /* accepted: shown, not counted */
            json_object_set_new(row, "verdict", ft_json_text("waived"));
        json_array_append_new(checks->rows, row);
    }
}

/* It was done, or why not; what is found now is another thing. */
static void
done(struct ft_console *console, const json_t *document, int status,
     const char *message)
{
    bool good = !status || json_object_get(document, "checks");

    console->checks->doing = 0;
    ft_console_say(console, good ? FT_SEVERITY_OK : FT_SEVERITY_WARN, "%s",
                   message && *message ? message
                   : good              ? "done"
                                       : "that could not be done");
    ft_checks_again(console);
}

bool
ft_checks_answer(struct ft_console *console, unsigned ticket,
                 const json_t *document, int status, const char *message)
{
    struct ft_checks *checks = console->checks;

    if (checks && ticket && checks->doing == ticket) {
        done(console, document, status, message);
        return true;
    }
    if (!checks || !ticket || checks->ticket != ticket)
        return false;
    checks->ticket = 0;
    if (json_is_array(json_object_get(document, "checks"))) {
        take(checks, document);
        checks->answered_ms = console->picture->wall_ms;
    } else {
        snprintf(checks->trouble, sizeof(checks->trouble), "%s",
                 message && *message ? message
                 : status            ? "the checks could not be done"
                                     : "there was no answer");
    }
    for (size_t i = 0; i < console->depth; i++)
        if (console->pages[i].view->id == FT_VIEW_CHECKS)
            ft_page_refresh(console, &console->pages[i]);
    return true;
}

/* ---- for the views ---- */

const json_t *
ft_checks_document(const struct ft_console *console)
{
    return console->checks ? console->checks->document : NULL;
}

/* As it was found, also when that is long ago: "was pass". */
const char *
ft_checks_verdict(const json_t *row)
{
    const char *word = ft_json_string(row, "verdict", "unknown");

    return strncmp(word, "was ", 4) ? word : word + 4;
}

bool
ft_checks_passed(const json_t *row)
{
    return !strcmp(ft_checks_verdict(row), "pass");
}

const json_t *
ft_checks_find(const struct ft_console *console, const char *key)
{
    const json_t *rows = console->checks ? console->checks->rows : NULL, *row;
    size_t index;

    json_array_foreach(rows, index, row)
        if (!strcmp(ft_json_string(row, "key", ""), key))
            return row;
    return NULL;
}

/* In the order of the page below, which is the one that is seen. */
const json_t *
ft_checks_next(const struct ft_console *console, const char *key, int by)
{
    const json_t *rows = NULL;
    size_t count, at = 0;

    for (size_t i = 0; i < console->depth; i++)
        if (console->pages[i].view->id == FT_VIEW_CHECKS)
            rows = console->pages[i].rows;
    count = json_array_size(rows);
    while (at < count &&
           strcmp(ft_json_string(json_array_get(rows, at), "key", ""), key) != 0)
        at++;
    while (at < count && (by > 0 ? ++at < count : at-- > 0))
        if (!ft_checks_passed(json_array_get(rows, at)))
            return json_array_get(rows, at);
    return NULL;
}

static double
age_of(const struct ft_console *console)
{
    return (double)(console->picture->wall_ms - console->checks->answered_ms) /
           1000;
}

bool
ft_checks_old(const struct ft_console *console)
{
    return console->checks && age_of(console) > FRESH_S;
}

void
ft_checks_age(const struct ft_console *console, char *out, size_t size)
{
    char age[FT_FIGURE];

    ft_figure_age(age_of(console), age);
    snprintf(out, size, "%s%s", age, strcmp(age, "now") ? " ago" : "");
}

const char *
ft_checks_vm(const struct ft_checks *checks)
{
    const char *name = ft_json_string(checks->document, "vm", "");

    return *name ? name : checks->words.count > 1 ? checks->words.list[1] : "?";
}

/* ---- what changes what is found ---- */

static void
do_it(struct ft_console *console, const struct ft_words *words)
{
    struct ft_checks *checks = console->checks;
    struct ft_words asked = *words;

    if (!checks)
        return;
    ft_words_add(&asked, "--json");
    checks->doing = ++console->ticket;
    if (!console->ops.ask(console->ops.data, checks->doing, &asked))
        checks->doing = 0;
}

static bool
is_shown(const struct ft_console *console)
{
    for (size_t i = 0; i < console->depth; i++)
        if (console->pages[i].view->id == FT_VIEW_CHECKS)
            return true;
    return false;
}

bool
ft_checks_typed(struct ft_console *console, const struct ft_words *words)
{
    const char *verb = words->count > 1 ? words->list[0] : "";
    const json_t *document = ft_checks_document(console);

    if (!is_shown(console) || !ft_words_change(words) ||
        (strcmp(verb, "waive") != 0 && strcmp(verb, "check") != 0) ||
        (strcmp(words->list[1], ft_checks_vm(console->checks)) != 0 &&
         strcmp(words->list[1], ft_json_string(document, "uuid", "")) != 0))
        return false;
    do_it(console, words);
    ft_console_say(console, FT_SEVERITY_OK, "begun: %s %s", verb,
                   ft_checks_vm(console->checks));
    return true;
}
