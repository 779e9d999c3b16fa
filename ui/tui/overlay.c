/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/overlay.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/tui/account.h"
#include "ui/tui/backup-form.h"
#include "ui/tui/checks.h"
#include "ui/tui/complete.h"
#include "ui/tui/doing.h"
#include "ui/tui/first.h"
#include "ui/tui/login.h"
#include "ui/tui/page.h"
#include "ui/tui/pages.h"

/* What is chosen stays so, wherever it stands by now. */
static void
move_choice(struct ft_console *console, const json_t *row, int by)
{
    const struct ft_deed *list[FT_DEEDS_MAX];
    size_t count = ft_deeds_of(row, ft_console_refusal(console) != NULL, list),
           at = 0;

    while (at + 1 < count && list[at] != console->menu_choice)
        at++;
    if (by < 0 ? at > 0 : at + 1 < count)
        console->menu_choice = list[by < 0 ? at - 1 : at + 1];
}

static void
menu_key(struct ft_console *console, const struct ft_key *key)
{
    const json_t *row = ft_doing_row(console);
    const struct ft_deed *deed = NULL;

    if (!row || key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C') ||
        key->code == 'q') {
        console->overlay = FT_OVERLAY_NONE;
        return;
    }
    if (key->code == FT_KEY_UP || key->code == 'k')
        move_choice(console, row, -1);
    else if (key->code == FT_KEY_DOWN || key->code == 'j')
        move_choice(console, row, 1);
    else if (key->code == FT_KEY_ENTER)
        deed = console->menu_choice;
    else if (key->code < 0x80)
        deed = ft_deed_by_letter(ft_row_is_host(row), (char)key->code);
    if (deed)
        ft_doing_deed(console, deed);
}

/* What was asked about may be another thing by now: then nothing is done. */
static void
answer_yes(struct ft_console *console)
{
    const struct ft_question *q = &console->question;
    const json_t *row = q->deed->host ? ft_console_host(console, q->subject)
                                      : ft_console_vm(console, q->subject);
    const char *why = "it is not there any more";

    console->overlay = FT_OVERLAY_NONE;
    if (!row || !q->deed->possible(row, &why))
        ft_console_say(console, FT_SEVERITY_WARN, "%s of %s: not now, %s",
                       q->deed->title, q->name, why);
    else
        ft_doing_run(console, &q->words, &q->shown, false);
}

static void
question_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_question *q = &console->question;
    bool severe = q->deed->care == FT_DEED_SEVERE;

    if (key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C')) {
        console->overlay = FT_OVERLAY_NONE;
        ft_console_say(console, FT_SEVERITY_OK, "nothing was done");
    } else if (severe && key->code == FT_KEY_ENTER) {
        if (!strcmp(console->entry.text, q->name))
            answer_yes(console);
        else
            ft_console_say(console, FT_SEVERITY_WARN,
                           "that is not the name: nothing was done");
    } else if (severe) {
        ft_entry_key(&console->entry, key);
    } else if (key->code == FT_KEY_TAB || key->code == FT_KEY_LEFT ||
               key->code == FT_KEY_RIGHT || key->code == 'h' ||
               key->code == 'l') {
        q->yes = !q->yes;
    } else if (key->code == FT_KEY_ENTER) {
        if (q->yes) {
            answer_yes(console);
        } else {
            console->overlay = FT_OVERLAY_NONE;
            ft_console_say(console, FT_SEVERITY_OK, "nothing was done");
        }
    }
}

static void
backup_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_words words, shown;

    if (ft_backup_form_key(console, key, &words, &shown))
        ft_doing_run(console, &words, &shown, false);
}

/* But for one that begins with a blank, as in a shell, and the same again. */
static void
remember(struct ft_console *console, const char *line)
{
    size_t count = json_array_size(console->history);
    const json_t *last = json_array_get(console->history, count ? count - 1 : 0);

    if (*line == ' ' || (last && !strcmp(json_string_value(last), line)))
        return;
    console->remember = true;
    json_array_append_new(console->history, ft_json_text(line));
    if (json_array_size(console->history) > FT_TYPED_MAX)
        json_array_remove(console->history, 0);
}

/* What a page of its own can show; not help, not a list of names. */
static bool
is_for_page(const struct ft_words *words, const char *verb, size_t least)
{
    static const char *const others[] = { "-n", "--dry-run", "-h",     "--help",
                                          "-V", "--version", "--plain" };

    if (strcmp(words->list[0], verb) != 0 || words->count <= least)
        return false;
    for (size_t i = 1; i < words->count; i++)
        for (size_t k = 0; k < FT_ARRAY_SIZE(others); k++)
            if (!strcmp(words->list[i], others[k]))
                return false;
    return true;
}

/* A view by its name, or a command of ours. */
static void
run_line(struct ft_console *console, const char *line)
{
    struct ft_words words;

    if (ft_words_split(line, &words)) {
        ft_console_say(console, FT_SEVERITY_WARN,
                       "a quote without its end, or too many words");
        return;
    }
    if (!words.count)
        return;
    remember(console, line);
    if (!strcmp(words.list[0], "ftadmin")) {
        memmove(words.list, words.list + 1,
                sizeof(words.list[0]) * --words.count);
        if (!words.count)
            return;
    }
    if (!strcmp(words.list[0], "q") || !strcmp(words.list[0], "quit"))
        console->leave = true;
    else if (!strcmp(words.list[0], "hosts"))
        ft_console_go_to(console, FT_VIEW_HOSTS, NULL);
    else if (!strcmp(words.list[0], "overview"))
        ft_console_go_to(console, FT_VIEW_OVERVIEW, NULL);
    else if (ft_console_refusal(console) && ft_words_change(&words))
        ft_console_say(console, FT_SEVERITY_WARN, "%s",
                       ft_console_refusal(console));
    else if (ft_doing_typed(console, &words))
        return;
    else if (is_for_page(&words, "discover", 0))
        ft_first_discover(console, &words);
    else if (ft_checks_typed(console, &words))
        return;
    else if (is_for_page(&words, "check", 1) && !ft_words_change(&words))
        ft_checks_command(console, &words);
    else if (!strcmp(words.list[0], "console"))
        ft_console_say(console, FT_SEVERITY_WARN, "you are in it");
    else
        ft_doing_run(console, &words, &words, true);
}

static void
recall(struct ft_console *console, int by)
{
    size_t count = json_array_size(console->history);
    const char *line;

    if (by < 0 && console->history_at < count)
        console->history_at++;
    else if (by > 0 && console->history_at)
        console->history_at--;
    line = console->history_at
               ? json_string_value(json_array_get(console->history,
                                                  count - console->history_at))
               : "";
    ft_entry_set(&console->entry, line);
}

static void
end_entry(struct ft_console *console)
{
    struct ft_page *page = ft_console_page(console);
    char line[FT_ENTRY_MAX];

    strcpy(line, console->entry.text);
    switch (console->overlay) {
    case FT_OVERLAY_COMMAND:
        console->overlay = FT_OVERLAY_NONE;
        run_line(console, line);
        return;
    case FT_OVERLAY_SEARCH:
        snprintf(page->search, sizeof(page->search), "%.127s", line);
        console->overlay = FT_OVERLAY_NONE;
        ft_page_search(console, page, 1);
        return;
    default:
        console->overlay = FT_OVERLAY_NONE;
        return;
    }
}

static void
entry_key(struct ft_console *console, const struct ft_key *key)
{
    struct ft_page *page = ft_console_page(console);

    if (key->code == FT_KEY_ESC || key->code == FT_KEY_CTRL('C')) {
        if (console->overlay == FT_OVERLAY_FILTER)
            page->filter[0] = '\0';
        console->overlay = FT_OVERLAY_NONE;
    } else if (key->code == FT_KEY_ENTER) {
        end_entry(console);
    } else if (console->overlay == FT_OVERLAY_COMMAND &&
               (key->code == FT_KEY_UP || key->code == FT_KEY_DOWN)) {
        ft_complete_end(console);
        recall(console, key->code == FT_KEY_UP ? -1 : 1);
    } else if (console->overlay == FT_OVERLAY_COMMAND &&
               (key->code == FT_KEY_TAB || key->code == FT_KEY_BACK_TAB)) {
        ft_complete(console, key->code == FT_KEY_TAB ? 1 : -1);
    } else if (!ft_entry_key(&console->entry, key)) {
        return;
    } else {
        ft_complete_end(console);
    }
    if (console->overlay == FT_OVERLAY_FILTER) /* shown while it is typed */
        snprintf(page->filter, sizeof(page->filter), "%.127s",
                 console->entry.text);
    ft_page_refresh(console, ft_console_page(console));
}

void
ft_overlay_type(struct ft_console *console, enum ft_overlay overlay,
                const char *text)
{
    console->overlay = overlay;
    console->entry.typed_only = false;
    console->history_at = 0;
    ft_complete_end(console);
    ft_entry_set(&console->entry, text);
}

void
ft_overlay_menu(struct ft_console *console)
{
    const json_t *row = ft_doing_row(console);
    const struct ft_deed *list[FT_DEEDS_MAX];
    size_t count =
               row ? ft_deeds_of(row, ft_console_refusal(console) != NULL, list)
                   : 0,
           at = 0;
    const char *why;

    if (!count)
        return;
    /* the first that is possible and does no harm */
    while (at < count &&
           (list[at]->care == FT_DEED_SEVERE || !list[at]->possible(row, &why)))
        at++;
    console->overlay = FT_OVERLAY_MENU;
    console->menu_choice = list[at < count ? at : 0];
}

void
ft_overlay_key(struct ft_console *console, const struct ft_key *key)
{
    switch (console->overlay) {
    case FT_OVERLAY_NONE:
        break;
    case FT_OVERLAY_MENU:
        menu_key(console, key);
        break;
    case FT_OVERLAY_QUESTION:
        question_key(console, key);
        break;
    case FT_OVERLAY_LOGIN:
        ft_login_key(console, key);
        break;
    case FT_OVERLAY_ACCOUNT:
        ft_account_key(console, key);
        break;
    case FT_OVERLAY_BACKUP:
        backup_key(console, key);
        break;
    default:
        entry_key(console, key);
        break;
    }
}
