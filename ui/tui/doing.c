/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/doing.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/tui/past.h"
#include "ui/tui/sheet.h"

const char *
ft_doing_refusal(const struct ft_console *console)
{
    return console->readonly ? "this console is read-only"
           : console->past   ? FT_PAST_REFUSAL
                             : NULL;
}

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

void
ft_doing_protect(struct ft_console *console)
{
    const json_t *row = ft_doing_row(console);
    const char *why = "select a VM first";

    if (ft_doing_refusal(console)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s",
                       ft_doing_refusal(console));
        return;
    }
    if (!row || ft_row_is_host(row) ||
        !ft_deed_by_letter(false, 'p')->possible(row, &why)) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s cannot be protected: %s",
                       row ? ft_row_name(row) : "this", why);
        return;
    }
    ft_sheet_begin(console, row);
}

void
ft_doing_deed(struct ft_console *console, const struct ft_deed *deed)
{
    const json_t *row = ft_doing_row(console);
    const char *why = ft_doing_refusal(console);

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
    } else if (deed->care == FT_DEED_HARMLESS) {
        struct ft_words words, shown;

        ft_deed_words(deed, row, false, &words);
        ft_deed_words(deed, row, true, &shown);
        ft_doing_run(console, &words, &shown, false);
    } else {
        ask(console, deed, row);
    }
}
