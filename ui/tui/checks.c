/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/checks.h"

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
#include "ui/tui/view.h"

struct ft_checks {
    struct ft_words words; /* "check VM ...", as it is shown */
    struct ft_words asked; /* the same by the VM's UUID, where it is known */
    json_t *document;      /* the last answer with checks, or NULL */
    json_t *rows;          /* its checks, each with its "key" */
    size_t counts[3];      /* pass, warn, fail */
    int64_t answered_ms;   /* of the picture's clock */
    char trouble[512];     /* why there is no newer answer */
    unsigned ticket;       /* of what is asked now; 0: nothing is */
};

#define FRESH_S 60 /* hosts change; an older answer is none any more */

static const char *const verdicts[] = { "pass", "warn", "fail" };

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
    memset(checks->counts, 0, sizeof(checks->counts));
    json_array_foreach(json_object_get(document, "checks"), index, each) {
        json_t *row = json_is_object(each) ? json_deep_copy(each) : NULL;

        if (!row)
            continue;
        set_key(checks->rows, row, index);
        for (size_t i = 0; i < FT_ARRAY_SIZE(verdicts); i++)
            checks->counts[i] +=
                !strcmp(ft_json_string(row, "verdict", ""), verdicts[i]);
        json_array_append_new(checks->rows, row);
    }
}

bool
ft_checks_answer(struct ft_console *console, unsigned ticket,
                 const json_t *document, int status, const char *message)
{
    struct ft_checks *checks = console->checks;

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
static const char *
verdict_of(const json_t *row)
{
    const char *word = ft_json_string(row, "verdict", "unknown");

    return strncmp(word, "was ", 4) ? word : word + 4;
}

static bool
passed(const json_t *row)
{
    return !strcmp(verdict_of(row), "pass");
}

/* Fail, then what is not known, then warn; passes last. */
static int
rank(const json_t *row, const char **name)
{
    *name = "";
    return -ft_severity_rank(ft_severity_of(verdict_of(row)));
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
        if (!passed(json_array_get(rows, at)))
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

/* ---- the list's view ---- */

static const char *
name_of(const struct ft_checks *checks)
{
    const char *name = ft_json_string(checks->document, "vm", "");

    return *name ? name : checks->words.count > 1 ? checks->words.list[1] : "?";
}

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    const json_t *found = console->checks ? console->checks->rows : NULL;
    json_t *all = json_array(), *row;
    size_t index;

    json_array_foreach(found, index, row) {
        char word[24];

        if (page->problems && passed(row))
            continue;
        if (ft_checks_old(console)) {
            row = json_copy(row);
            snprintf(word, sizeof(word), "was %.16s", verdict_of(row));
            json_object_set_new(row, "verdict", ft_json_text(word));
            json_array_append_new(all, row);
        } else {
            json_array_append(all, row);
        }
    }
    return all;
}

static const char *
identity(const json_t *row)
{
    return ft_json_string(row, "key", "");
}

static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const struct ft_checks *checks = console->checks;
    const json_t *document = ft_checks_document(console);
    int used;

    if (!checks)
        return;
    used = snprintf(out, size, "%.60s > checks", name_of(checks));
    if (document && used >= 0 && (size_t)used < size)
        snprintf(out + used, size - (size_t)used,
                 "   on %.24s, copy %s%.24s%s%s",
                 ft_json_string(document, "primary", "?"),
                 *ft_json_string(document, "standby", "") ? "on " : "nowhere",
                 ft_json_string(document, "standby", ""),
                 page->problems ? "   only bad" : "",
                 page->filter[0] ? "   filtered" : "");
}

/* What the answer means for the VM. */
static void
judge(const struct ft_console *console, struct ft_verdict *verdict)
{
    const struct ft_checks *c = console->checks;
    size_t all = json_array_size(c->rows);
    bool paired =
        json_object_get(ft_console_vm(console,
                                      ft_json_string(c->document, "uuid", "")),
                        "pair");
    char age[40];

    ft_checks_age(console, age, sizeof(age));
    if (ft_checks_old(console)) {
        verdict->severity = FT_SEVERITY_UNKNOWN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "All that is shown was found %s; r asks again.", age);
    } else if (c->counts[2] + c->counts[1] + c->counts[0] != all || !all) {
        verdict->severity = FT_SEVERITY_UNKNOWN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Not all of the checks of %.30s could be told.", name_of(c));
    } else if (c->counts[2]) {
        verdict->severity = paired ? FT_SEVERITY_WARN : FT_SEVERITY_CRIT;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 paired
                     ? "A takeover of %.30s could fail: %zu of %zu checks "
                       "failed %s."
                     : "%.30s cannot be protected as it is: %zu of %zu checks "
                       "failed %s.",
                 name_of(c), c->counts[2], all, age);
    } else {
        verdict->severity = c->counts[1] ? FT_SEVERITY_WARN : FT_SEVERITY_OK;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.30s: of %zu checks %zu passed, %zu warned, none failed, %s.",
                 name_of(c), all, c->counts[0], c->counts[1], age);
    }
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    const struct ft_checks *checks = console->checks;

    (void)page;
    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = FT_SEVERITY_UNKNOWN;
    if (!checks)
        return;
    if (checks->ticket)
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Asking all hosts about %.40s; nothing is changed.",
                 name_of(checks));
    else if (checks->trouble[0])
        snprintf(verdict->sentence, sizeof(verdict->sentence), "%.250s",
                 checks->trouble);
    else if (checks->document)
        judge(console, verdict);
}

/* Below the list: what was found, why it matters, what to do. */
static void
draw_strip(const json_t *row, struct ft_grid *grid, int y, int end)
{
    const char *why = ft_json_string(row, "why", "");
    const char *remedy = ft_json_string(row, "remedy", "");
    char text[700];

    ft_grid_rule(grid, y++, ft_json_string(row, "id", ""));
    y = ft_grid_wrapped(grid, 1, y, end - !!*why - !!*remedy,
                        ft_json_string(row, "evidence", ""));
    snprintf(text, sizeof(text), "Why: %s", why);
    if (*why)
        y = ft_grid_wrapped(grid, 1, y, end - !!*remedy, text);
    snprintf(text, sizeof(text), "Do: %s", remedy);
    if (*remedy)
        ft_grid_wrapped(grid, 1, y, end, text);
}

#define STRIP_LINES 6

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    bool roomy = area.bottom - area.top >= 12;
    int strip = roomy ? area.bottom - STRIP_LINES : area.bottom;
    const json_t *row = ft_console_row(console);

    if (!console->checks)
        return;
    ft_rows_draw(page, page->view->columns, grid, area.top, strip);
    if (!json_array_size(page->rows))
        ft_grid_print(grid, 1, area.top + 1, FT_LOOK_HINT, "%s",
                      console->checks->ticket  ? "asking"
                      : !console->checks->rows ? "nothing was found yet"
                      : page->problems         ? "none that did not pass"
                                               : "nothing to be shown");
    if (roomy && row)
        draw_strip(row, grid, strip, area.bottom);
}

static void
open_one(struct ft_console *console, const json_t *row)
{
    ft_console_push(console, FT_VIEW_CHECK, identity(row));
}

static bool
key(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    switch (action) {
    case FT_DO_AGAIN:
        ft_checks_again(console);
        return true;
    case FT_DO_ONLY_BAD:
        page->problems = !page->problems;
        ft_page_refresh(console, page);
        return true;
    case FT_DO_EXPLAIN: /* of a check: the check opened */
        if (ft_console_row(console))
            open_one(console, ft_console_row(console));
        return true;
    default:
        return false;
    }
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    if (!console->checks)
        return;
    *words = console->checks->words;
    if (!page->problems)
        ft_words_add(words, "--verbose");
}

const struct ft_view ft_view_checks = {
    .id = FT_VIEW_CHECKS,
    .name = "Checks",
    .scope = FT_SCOPE_CHECKS,
    .where = where,
    .say = say,
    .rows = rows,
    .identity = identity,
    .rank = rank,
    .columns = &ft_check_columns,
    .draw = draw,
    .open = open_one,
    .twin = twin,
    .key = key,
};
