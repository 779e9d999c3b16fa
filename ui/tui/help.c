/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/help.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/model/columns.h"
#include "ui/model/meaning.h"
#include "ui/text/table.h"
#include "ui/tui/deeds.h"
#include "ui/tui/doing.h"
#include "ui/tui/film.h"
#include "ui/tui/pages.h"
#include "ui/tui/past.h"
#include "ui/tui/sheet.h"
#include "ui/tui/state.h"

/* Constant; NULL: it works here and now. */
static const char *
why_not(const struct ft_console *console, const struct ft_page *page,
        enum ft_do action)
{
    bool of_page = page->view->id == FT_VIEW_VM ||
                   (page->view->id == FT_VIEW_CHECKS && action == FT_DO_PROTECT);
    const json_t *row = of_page ? ft_console_vm(console, page->subject)
                                : ft_console_row(console);
    const char *why = "none selected";
    bool works = true;

    if (console->past && ft_past_forbids(action))
        return "the past";
    if (page->view->id == FT_VIEW_SHEET)
        return ft_sheet_why_not(console, action);
    switch (action) {
    case FT_DO_OPEN:
    case FT_DO_MARK:
    case FT_DO_EXPLAIN:
        if (page->view->id == FT_VIEW_CHECK)
            return "it is open";
        works = row != NULL || !page->view->rows;
        break;
    case FT_DO_ACTIONS:
        works = row != NULL || page->view->id == FT_VIEW_HOST;
        break;
    case FT_DO_PROTECT:
        if (ft_console_refusal(console))
            return "read-only";
        works = row && !ft_row_is_host(row) &&
                ft_deed_by_letter(false, 'p')->possible(row, &why);
        break;
    case FT_DO_LOGIN:
        if (page->view->id == FT_VIEW_HOST)
            row = ft_console_host(console, page->subject);
        why = "no host is selected";
        works = row != NULL;
        break;
    case FT_DO_PROBLEMS:
        why = "there are none";
        works = page->problems ||
                console->picture->verdict.severity != FT_SEVERITY_OK;
        break;
    case FT_DO_SEARCH_NEXT:
    case FT_DO_SEARCH_BEFORE:
        why = "/ comes first";
        works = page->search[0] != '\0';
        break;
    case FT_DO_LATER:
        why = "this is now";
        works = console->past || page->view->id == FT_VIEW_FILM;
        break;
    case FT_DO_FILM:
        why = "there was none";
        works = ft_film_is_there(console);
        break;
    default:
        break;
    }
    return works ? NULL : why;
}

bool
ft_page_enabled(const struct ft_console *console, const struct ft_page *page,
                enum ft_do action)
{
    return !why_not(console, page, action);
}

static void
print_value(FILE *out, const struct ft_column *column, const json_t *row,
            bool utf8)
{
    const struct ft_meaning *meaning = ft_meaning_of(column->key);
    char text[256];

    ft_column_text(column, row, true, utf8, text, sizeof(text));
    fprintf(out, "  %-20s %-24s %s\n", column->title, text,
            meaning ? meaning->text : "");
}

void
ft_page_explain(struct ft_console *console, const json_t *row)
{
    const struct ft_columns *columns = &ft_pair_details;
    char *text = NULL, title[300];
    size_t size = 0;
    FILE *out = row ? open_memstream(&text, &size) : NULL;

    if (!out)
        return;
    if (ft_row_is_host(row))
        columns = &ft_host_columns;
    else if (!json_object_get(row, "pair"))
        columns = &ft_vm_columns;
    if (json_object_get(row, "heard_from"))
        fprintf(out, "By the word of %s, %.1f s old.\n\n",
                ft_json_string(row, "heard_from", "the database"),
                json_number_value(json_object_get(row, "age_s")));
    for (size_t i = 0; i < columns->count; i++)
        print_value(out, &columns->list[i], row, console->utf8);
    fclose(out);
    snprintf(title, sizeof(title), "%s explained", ft_row_name(row));
    ft_console_show_text(console, title, text);
}

static void
print_keys(FILE *out, const struct ft_console *console,
           const struct ft_page *page)
{
    fprintf(out, "  %-12s %-41s %s\n", "KEY", "DOES", "THE SAME AS A COMMAND");
    for (size_t i = 0; i < ft_binding_count; i++) {
        const struct ft_binding *b = &ft_bindings[i];
        const char *why;

        if (!(b->scopes & (1u << page->view->scope)))
            continue;
        why = why_not(console, page, b->action);
        fprintf(out, "  %-12s %-41s %s%s\n", b->keys, b->meaning,
                why ? "not now: " : b->twin, why ? why : "");
    }
    fputs("  j k Up Down  row down, up\n"
          "  h l Left Right   column left, right\n"
          "  ^F ^B PgDn PgUp  page; g G Home End: first, last\n"
          "  ^L           draw it all again\n"
          "  ^Z           to the shell; fg comes back\n",
          out);
}

static void
print_signs(FILE *out, bool utf8)
{
    fputs(utf8 ? "\n  \u2713 OK   \u25b2 WARN   \u2717 CRIT   ? UNKNOWN\n"
                 "  \u25cf runs here   \u25cb its copy waits   \u2717 not heard\n"
                 "  \u2550\u2550 two paths   \u2500\u2500 one path   "
                 "\u00b7\u00b7 no copy that could run\n"
               : "\n  + OK   ! WARN   X CRIT   ? UNKNOWN\n"
                 "  R runs here   C its copy waits   X not heard\n"
                 "  == two paths   -- one path   .. no copy that could run\n",
          out);
}

void
ft_page_help(struct ft_console *console)
{
    const struct ft_page *page = ft_console_page(console);
    const json_t *row = ft_console_row(console);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return;
    fprintf(out, "%s\n\n", page->view->name);
    if (row && *ft_json_string(row, "sentence", ""))
        fprintf(out, "  %s: %s\n\n", ft_json_string(row, "standing", ""),
                ft_json_string(row, "sentence", ""));
    print_keys(out, console, page);
    if (!console->linear)
        print_signs(out, console->utf8);
    fputs("\n  Nothing is done to a VM or a host without a question first.\n"
          "  Everything here is a command too: ftadmin(8).\n",
          out);
    fclose(out);
    ft_console_show_text(console, "Help", text);
}
