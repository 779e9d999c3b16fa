/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One check, opened: verdict, whom it is about, why it matters, what to do, and
 * of whom that was asked, always in this order.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/text/glyph.h"
#include "ui/tui/checks.h"
#include "ui/tui/pages.h"
#include "ui/tui/view.h"

#define TEXT_X 20

/* A page's subject is the key of a check; its VM is that of the page below. */
static void
where(const struct ft_console *console, const struct ft_page *page, char *out,
      size_t size)
{
    const json_t *row = ft_checks_find(console, page->subject);
    char age[40] = "";

    if (row)
        ft_checks_age(console, age, sizeof(age));
    snprintf(out, size, "%.60s > checks > %.48s   found %s",
             ft_json_string(ft_checks_document(console), "vm", "?"),
             ft_json_string(row, "id", "it is not among them any more"), age);
}

static void
say(const struct ft_console *console, const struct ft_page *page,
    struct ft_verdict *verdict)
{
    const json_t *row = ft_checks_find(console, page->subject);

    memset(verdict, 0, sizeof(*verdict));
    verdict->severity =
        row && !ft_checks_old(console)
            ? ft_severity_of(ft_json_string(row, "verdict", "unknown"))
            : FT_SEVERITY_UNKNOWN;
    snprintf(verdict->sentence, sizeof(verdict->sentence), "%.250s",
             row ? ft_json_string(row, "evidence", "")
                 : "This check was not made again.");
}

/* A heading at the left and its text beside it; returns the row after both. */
static int
draw_part(struct ft_grid *grid, int y, int end, const char *title,
          const char *text)
{
    if (y >= end || !*text)
        return y;
    ft_grid_print(grid, 1, y, FT_LOOK_TITLE, "%s", title);
    return ft_grid_wrapped(grid, TEXT_X, y, end, text) + 1;
}

static void
draw(struct ft_console *console, struct ft_page *page, struct ft_grid *grid,
     struct ft_area area)
{
    const json_t *row = ft_checks_find(console, page->subject);
    const json_t *document = ft_checks_document(console);
    int y = area.top, end = area.bottom;
    char text[512], age[40];

    if (!row)
        return;
    y = draw_part(grid, y, end, "Found", ft_json_string(row, "evidence", ""));
    y = draw_part(grid, y, end, "About", ft_json_string(row, "subject", ""));
    y = draw_part(grid, y, end, "Why it matters",
                  ft_json_string(row, "why", ""));
    y = draw_part(grid, y, end, "Waived", ft_json_string(row, "waived", ""));
    y = draw_part(grid, y, end, "What to do",
                  *ft_json_string(row, "remedy", "")
                      ? ft_json_string(row, "remedy", "")
                      : "Nothing needs to be done.");
    y = draw_part(grid, y, end, "ftadmin can", ft_json_string(row, "fix", ""));
    ft_checks_age(console, age, sizeof(age));
    snprintf(text, sizeof(text),
             "%s, of all hosts: %.60s runs on %.60s; the copy would wait on "
             "%.60s; witness %.60s",
             age, ft_json_string(document, "vm", "?"),
             ft_json_string(document, "primary", "?"),
             ft_json_string(document, "standby", "no host"),
             ft_json_string(document, "witness", "none"));
    draw_part(grid, y, end, "Asked", text);
}

static void
go_to(struct ft_console *console, struct ft_page *page, int by)
{
    const json_t *next = ft_checks_next(console, page->subject, by);

    if (!next)
        ft_console_say(console, FT_SEVERITY_OK, "no %s one that did not pass",
                       by > 0 ? "further" : "earlier");
    else
        snprintf(page->subject, sizeof(page->subject), "%s",
                 ft_json_string(next, "key", ""));
}

static bool
key(struct ft_console *console, struct ft_page *page, enum ft_do action)
{
    switch (action) {
    case FT_DO_AGAIN:
        ft_checks_again(console);
        return true;
    case FT_DO_NEXT_BAD:
        go_to(console, page, 1);
        return true;
    case FT_DO_BAD_BEFORE:
        go_to(console, page, -1);
        return true;
    case FT_DO_EXPLAIN: /* it is explained */
    case FT_DO_OPEN:
        return true;
    default:
        return false;
    }
}

static void
twin(const struct ft_console *console, const struct ft_page *page,
     struct ft_words *words)
{
    ft_view_checks.twin(console, page, words);
}

const struct ft_view ft_view_check = {
    .id = FT_VIEW_CHECK,
    .name = "Check",
    .scope = FT_SCOPE_CHECK,
    .where = where,
    .say = say,
    .draw = draw,
    .twin = twin,
    .key = key,
};
