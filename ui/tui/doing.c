/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/doing.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/backup-form.h"
#include "ui/tui/past.h"
#include "ui/tui/sheet.h"

void
ft_doing_run(struct ft_console *console, const struct ft_words *words,
             const struct ft_words *shown, bool show)
{
    char text[512];

    ft_words_text(shown, text, sizeof(text));
    console->ops.run(console->ops.data, words, shown, show);
    ft_console_say(console, FT_SEVERITY_OK, "begun: %s",
                   text + strlen("ftadmin "));
}

const json_t *
ft_doing_row(const struct ft_console *console)
{
    const struct ft_page *page = &console->pages[console->depth - 1];
    const json_t *row = ft_console_row(console);

    if (page->view->id == FT_VIEW_VM || page->view->id == FT_VIEW_CHECKS)
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

/* Those that are marked and can be protected; a word about one that cannot. */
static json_t *
marked_vms(struct ft_console *console)
{
    const struct ft_page *page = &console->pages[console->depth - 1];
    const struct ft_deed *protect = ft_deed_by_letter(false, 'p');
    json_t *all = json_array(), *row;
    const char *why = "";
    size_t index;

    if (page->view->id != FT_VIEW_OVERVIEW || !page->list.mark_count)
        return all;
    json_array_foreach(page->rows, index, row) {
        if (!ft_list_marked(&page->list, page->view->identity(row)))
            continue;
        if (protect->possible(row, &why))
            json_array_append(all, row);
        else
            ft_console_say(console, FT_SEVERITY_WARN, "without %s: %s",
                           ft_row_name(row), why);
    }
    return all;
}

void
ft_doing_protect(struct ft_console *console)
{
    FT_AUTOJSON json_t *rows = marked_vms(console);
    const json_t *row = ft_doing_row(console);
    const char *why = "select a VM first";

    if (ft_console_refusal(console)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s",
                       ft_console_refusal(console));
        return;
    }
    if (json_array_size(rows)) {
        ft_sheet_begin(console, rows);
        return;
    }
    if (!row || ft_row_is_host(row) ||
        !ft_deed_by_letter(false, 'p')->possible(row, &why)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s cannot be protected: %s",
                       row ? ft_row_name(row) : "this", why);
        return;
    }
    json_array_append(rows, (json_t *)(uintptr_t)row);
    ft_sheet_begin(console, rows);
}

static void
deed_to(struct ft_console *console, const struct ft_deed *deed,
        const json_t *row)
{
    const char *why = ft_console_refusal(console);

    if (!row)
        return;
    if (why || !deed->possible(row, &why)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s: not now, %s",
                       deed->title, why);
        return;
    }
    console->overlay = FT_OVERLAY_NONE;
    if (deed->letter == 'p') {
        ft_doing_protect(console);
    } else if (deed->letter == 'f' && !deed->host) {
        ft_backup_form_open(console, deed, row);
    } else if (deed->care == FT_DEED_HARMLESS) {
        struct ft_words words, shown;

        ft_deed_words(deed, row, false, &words);
        ft_deed_words(deed, row, true, &shown);
        /* an estimate is what it prints */
        ft_doing_run(console, &words, &shown, deed->letter == 'e');
    } else {
        ask(console, deed, row);
    }
}

void
ft_doing_deed(struct ft_console *console, const struct ft_deed *deed)
{
    deed_to(console, deed, ft_doing_row(console));
}

/* ---- what was typed ---- */

static const json_t *
row_called(const struct ft_console *console, const char *name, bool host)
{
    return host ? ft_console_host(console, name) : ft_console_vm(console, name);
}

/* "protect build files": VMs that are known, and no option. */
static bool
typed_protect(struct ft_console *console, const struct ft_words *words)
{
    FT_AUTOJSON json_t *rows = json_array();
    const struct ft_deed *protect = ft_deed_by_letter(false, 'p');

    for (size_t i = 1; i < words->count; i++) {
        const json_t *row = ft_console_vm(console, words->list[i]);
        const char *why = "";

        if (!row || !protect->possible(row, &why))
            return false; /* the command says why */
        json_array_append(rows, (json_t *)(uintptr_t)row);
    }
    if (!json_array_size(rows))
        return false;
    ft_sheet_begin(console, rows);
    return true;
}

/* Is it that deed's command, but for the --yes that it has? */
static bool
is_unanswered(const struct ft_deed *deed, const json_t *row,
              const struct ft_words *words)
{
    struct ft_words own;
    size_t at = 0;
    bool wants = false;

    ft_deed_words(deed, row, true, &own);
    for (size_t i = 0; i < own.count; i++) {
        if (!strcmp(own.list[i], "--yes"))
            wants = true;
        else if (at >= words->count ||
                 (strcmp(own.list[i], words->list[at]) != 0 &&
                  strcmp(own.list[i], ft_row_name(row)) != 0))
            return false;
        else
            at++;
    }
    return wants && at == words->count;
}

bool
ft_doing_typed(struct ft_console *console, const struct ft_words *words)
{
    if (!strcmp(words->list[0], "protect"))
        return typed_protect(console, words);
    for (size_t i = 0; i < ft_deed_count; i++)
        for (size_t k = 1; k < words->count; k++) {
            const json_t *row =
                row_called(console, words->list[k], ft_deeds[i].host);

            if (row && is_unanswered(&ft_deeds[i], row, words)) {
                deed_to(console, &ft_deeds[i], row);
                return true;
            }
        }
    return false;
}
