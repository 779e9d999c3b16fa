/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be done about the checks of a VM: a line is put where commands are typed,
 * so that it is seen, completed and only begun by Enter.
 */
#include "config.h"

#include "ui/tui/checks-do.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/tui/checks.h"
#include "ui/tui/overlay.h"
#include "ui/tui/pages.h"
#include "ui/tui/view.h"

static void
type(struct ft_console *console, const struct ft_words *words, const char *more)
{
    char line[FT_ENTRY_MAX];
    size_t used;

    ft_words_text(words, line, sizeof(line));
    memmove(line, line + strlen("ftadmin "),
            strlen(line + strlen("ftadmin ")) + 1);
    used = strlen(line);
    snprintf(line + used, sizeof(line) - used, "%s", more);
    ft_overlay_type(console, FT_OVERLAY_COMMAND, line);
}

static const char *
vm_of(const struct ft_console *console)
{
    return ft_json_string(ft_checks_document(console), "vm", "");
}

/* NULL: it can be. */
static const char *
why_not(const json_t *row)
{
    const char *verdict = ft_json_string(row, "verdict", "");

    if (!row || strstr(verdict, "pass"))
        return "nothing is to be accepted there";
    if (strstr(verdict, "fail"))
        return "what fails would fail at the takeover, too: it is not waived";
    return NULL;
}

/* Of the list the selected one, of a check opened that one. */
static const json_t *
row_here(struct ft_console *console)
{
    const struct ft_page *page = ft_console_page(console);

    return page->view->id == FT_VIEW_CHECK
               ? ft_checks_find(console, page->subject)
               : ft_console_row(console);
}

void
ft_checks_waive(struct ft_console *console)
{
    const json_t *row = row_here(console);
    const char *why = why_not(row);
    bool waived = *ft_json_string(row, "waived", "") != '\0';
    struct ft_words words = { 0 };

    if (why) {
        ft_console_say(console, FT_SEVERITY_WARN, "%s", why);
        return;
    }
    ft_words_add(&words, "waive");
    ft_words_add(&words, vm_of(console));
    ft_words_add(&words, ft_json_string(row, "id", ""));
    ft_words_add(&words, "--about");
    ft_words_add(&words, ft_json_string(row, "subject", ""));
    ft_words_add(&words, waived ? "--end" : "--reason");
    type(console, &words, waived ? "" : " ''");
    console->entry.cursor -= !waived; /* between the quotes */
}

static size_t
count_fixes(const json_t *document)
{
    const json_t *row;
    size_t count = 0, i;

    json_array_foreach(json_object_get(document, "checks"), i, row)
        count += ft_json_bool(row, "fixable", 0) &&
                 !*ft_json_string(row, "waived", "");
    return count;
}

void
ft_checks_mend(struct ft_console *console)
{
    const json_t *document = ft_checks_document(console);
    struct ft_words words = { 0 };

    if (!count_fixes(document)) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "nothing was found that ftadmin can mend by itself");
        return;
    }
    ft_words_add(&words, "check");
    ft_words_add(&words, vm_of(console));
    if (*ft_json_string(document, "standby", "")) {
        ft_words_add(&words, "--standby");
        ft_words_add(&words, ft_json_string(document, "standby", ""));
    }
    ft_words_add(&words, "--fix");
    ft_words_add(&words, "--yes");
    type(console, &words, "");
}
