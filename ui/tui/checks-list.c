/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of all checks of a VM, the worst first. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/checks-private.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"
#include "ui/tui/rows.h"
#include "ui/tui/view.h"

/* Fail, then what is not known, then warn; passes last. */
static int
rank(const json_t *row, const char **name)
{
    *name = "";
    return -ft_severity_rank(ft_severity_of(ft_checks_verdict(row)));
}

static json_t *
rows(const struct ft_console *console, const struct ft_page *page)
{
    const json_t *found = console->checks ? console->checks->rows : NULL;
    json_t *all = json_array(), *row;
    size_t index;

    json_array_foreach(found, index, row) {
        char word[24];

        if (page->problems && ft_checks_passed(row))
            continue;
        if (ft_checks_old(console)) {
            row = json_copy(row);
            snprintf(word, sizeof(word), "was %.16s", ft_checks_verdict(row));
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
    used = snprintf(out, size, "%.60s > checks", ft_checks_vm(checks));
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
    char age[40], text[120];

    ft_checks_age(console, age, sizeof(age));
    if (ft_checks_old(console)) {
        verdict->severity = FT_SEVERITY_UNKNOWN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "All that is shown was found %s; r asks again.", age);
    } else if (ft_counts_all(&c->counts) != all || !all) {
        verdict->severity = FT_SEVERITY_UNKNOWN;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "Not all of the checks of %.30s could be told.",
                 ft_checks_vm(c));
    } else if (c->counts.fail) {
        verdict->severity = paired ? FT_SEVERITY_WARN : FT_SEVERITY_CRIT;
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 paired
                     ? "A takeover of %.30s could fail: %zu of %zu checks "
                       "failed %s."
                     : "%.30s cannot be protected as it is: %zu of %zu checks "
                       "failed %s.",
                 ft_checks_vm(c), c->counts.fail, all, age);
    } else {
        verdict->severity = ft_counts_severity(&c->counts);
        ft_counts_text(&c->counts, text, sizeof(text));
        snprintf(verdict->sentence, sizeof(verdict->sentence),
                 "%.30s: of %zu checks %s, %s.", ft_checks_vm(c), all, text,
                 age);
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
                 ft_checks_vm(checks));
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
