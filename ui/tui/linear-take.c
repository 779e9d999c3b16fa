/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The linear console: what a line that was typed does. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "ui/text/text.h"
#include "ui/tui/account.h"
#include "ui/tui/backup-form.h"
#include "ui/tui/console.h"
#include "ui/tui/deeds.h"
#include "ui/tui/linear-page.h"
#include "ui/tui/linear-private.h"
#include "ui/tui/page.h"
#include "ui/tui/sheet.h"

/* ---- keys ---- */

static void
press(struct ft_linear *linear, uint32_t code)
{
    struct ft_key key = { code, NULL };

    ft_console_key(linear->console, &key);
}

/* As if typed: also where nothing may be pasted. */
static void
type(struct ft_linear *linear, const char *text)
{
    unsigned character = 0;
    int size;

    for (; (size = ft_utf8_decode(text, &character)) > 0; text += size)
        press(linear, character);
}

static void
type_line(struct ft_linear *linear, uint32_t opens, const char *text)
{
    press(linear, opens);
    type(linear, text);
    press(linear, FT_KEY_ENTER);
}

static uint32_t
first_key(const struct ft_binding *b)
{
    char word[16] = "";

    sscanf(b->keys, "%15s", word);
    return ft_key_by_name(word);
}

/* By the word in the bar of keys, or the first one of what it does. */
static bool
is_called(const struct ft_binding *b, const char *line)
{
    size_t length = strcspn(b->meaning, " ,");

    if (*b->word)
        return !strcasecmp(b->word, line);
    return b->action >= FT_DO_GO_OVERVIEW && b->action <= FT_DO_GO_JOBS &&
           strlen(line) == length && !strncasecmp(b->meaning, line, length);
}

/* A key by its name, or what keys do by its word; 0: neither. */
static uint32_t
key_of(const struct ft_linear *linear, const char *line)
{
    enum ft_scope scope = ft_console_page(linear->console)->view->scope;
    uint32_t code = ft_key_by_name(line);

    if (code < 0x80 && isdigit((int)code))
        return 0; /* a row, or a choice */
    if (scope == FT_SCOPE_SHEET && ft_sheet_line_called(line))
        return '0' + (uint32_t)ft_sheet_line_called(line);
    if (code != FT_KEY_NONE)
        return code;
    for (size_t i = 0; i < ft_binding_count; i++)
        if ((ft_bindings[i].scopes & (1u << scope)) &&
            is_called(&ft_bindings[i], line))
            return first_key(&ft_bindings[i]);
    return 0;
}

/* ---- rows ---- */

/* By number or name; -1: none is called so. */
static long
row_of(const struct ft_linear *linear, const char *line)
{
    const struct ft_page *page = ft_console_page(linear->console);
    size_t count = json_array_size(page->rows);
    char *end;
    long number = strtol(line, &end, 10);

    if (!page->view->rows || page->view->id == FT_VIEW_TEXT)
        return -1;
    if (isdigit((unsigned char)*line) && !*end && page->view->id != FT_VIEW_JOBS)
        return number >= 1 && (size_t)number <= count ? number - 1 : -1;
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(page->rows, i);

        if (!strcmp(ft_row_name(row), line) ||
            !strcmp(page->view->identity(row), line))
            return (long)i;
    }
    return -1;
}

/* In a list a row is opened, else (the first start) only gone to. */
static void
take_row(struct ft_linear *linear, long row)
{
    struct ft_page *page = ft_console_page(linear->console);

    ft_page_move(linear->console, page, row - (long)page->list.position);
    if (page->view->columns)
        press(linear, FT_KEY_ENTER);
    if (ft_console_page(linear->console) == page &&
        linear->console->overlay == FT_OVERLAY_NONE &&
        !ft_linear_is_another(&linear->told, linear->console))
        ft_linear_selected(linear->console, linear->out);
}

/* ---- a line ---- */

static bool
has_controls(const char *line)
{
    for (; *line; line++)
        if (iscntrl((unsigned char)*line))
            return true;
    return false;
}

static void
take_question(struct ft_linear *linear, const char *line)
{
    const struct ft_question *q = &linear->console->question;
    bool severe = q->deed->care == FT_DEED_SEVERE;

    if (*line && severe) {
        type(linear, line);
        press(linear, FT_KEY_ENTER);
        if (linear->console->overlay == FT_OVERLAY_QUESTION)
            press(linear, FT_KEY_ESC); /* a wrong name is a no */
    } else if (!severe && !strcasecmp(line, "yes")) {
        press(linear, FT_KEY_TAB);
        press(linear, FT_KEY_ENTER);
    } else {
        press(linear, FT_KEY_ESC);
    }
}

static void
take_secret(struct ft_linear *linear, const char *line)
{
    putc('\n', linear->out); /* its end was not echoed either */
    if (!*line || has_controls(line)) {
        press(linear, FT_KEY_ESC);
        return;
    }
    type(linear, line);
    press(linear, FT_KEY_ENTER);
}

/* A field a line: what is typed takes the place of what stood there. */
static void
take_account(struct ft_linear *linear, const char *line)
{
    bool tick = linear->console->account.field == FT_ACCOUNT_OTHERS;

    if (!strcmp(line, ".")) {
        press(linear, FT_KEY_ESC);
        return;
    }
    if (!strcasecmp(line, "F5")) {
        press(linear, FT_KEY_F5);
        return;
    }
    if (tick && !strcasecmp(line, "yes")) {
        press(linear, ' ');
    } else if (!tick && *line) {
        press(linear, FT_KEY_END);
        press(linear, FT_KEY_CTRL('U'));
        type(linear, strcmp(line, "-") != 0 ? line : "");
    }
    press(linear, FT_KEY_ENTER);
}

/* The same; what is no answer to the last one, which begins it, gives it up. */
static void
take_backup(struct ft_linear *linear, const char *line)
{
    const struct ft_backup_form *form = &linear->console->backup;
    bool freeze = form->field == FT_BACKUP_FREEZE;
    bool no = !strcasecmp(line, "no"), yes = !strcasecmp(line, "yes");

    if (!strcmp(line, ".")) {
        press(linear, FT_KEY_ESC);
        return;
    }
    if (freeze && *line && !yes && !no) {
        press(linear, FT_KEY_ESC);
        return;
    }
    if (freeze && *line && form->freeze != yes) {
        press(linear, ' ');
    } else if (!freeze && *line) {
        press(linear, FT_KEY_END);
        press(linear, FT_KEY_CTRL('U'));
        type(linear, strcmp(line, "-") != 0 ? line : "");
    }
    press(linear, FT_KEY_ENTER);
}

static void
take_menu(struct ft_linear *linear, const char *line)
{
    press(linear,
          strlen(line) == 1 ? (uint32_t)(unsigned char)*line : FT_KEY_ESC);
    if (linear->console->overlay == FT_OVERLAY_MENU)
        press(linear, FT_KEY_ESC); /* it was none of it, or not now */
}

static void
take_entry(struct ft_linear *linear, const char *line)
{
    type(linear, line);
    press(linear, FT_KEY_ENTER);
    ft_linear_selected(linear->console, linear->out);
}

static void
take_enter(struct ft_linear *linear)
{
    char does[128];

    if (linear->rest) {
        ft_linear_tell_part(linear, linear->rest);
    } else if (!ft_linear_enter_changes(linear) &&
               ft_linear_enter_does(linear, does, sizeof(does))) {
        press(linear, FT_KEY_ENTER);
        if (ft_console_page(linear->console)->view->id == FT_VIEW_SHEET &&
            !ft_linear_is_another(&linear->told, linear->console))
            ft_linear_tell_page(linear); /* the next question */
    } else {
        ft_linear_tell_page(linear);
    }
}

static void
help(struct ft_linear *linear)
{
    fputs("A number or a name opens that row. A key or its word does what it "
          "does on the screen.\n"
          "Enter does what stands in brackets. b goes back, q leaves. /TEXT "
          "finds, \\TEXT filters.\n"
          "Any other line is a command: status VM, events, protect VM.\n",
          linear->out);
    press(linear, '?');
}

/* What it changed is told: another row, or, where none is, the page. */
static void
take_key(struct ft_linear *linear, uint32_t key)
{
    struct ft_console *console = linear->console;
    char before[FT_IDENTITY];
    const struct ft_page *page = ft_console_page(console);

    memcpy(before, page->list.selected, sizeof(before));
    press(linear, key);
    page = ft_console_page(console);
    if (console->leave || console->overlay != FT_OVERLAY_NONE ||
        ft_linear_is_another(&linear->told, console))
        return;
    if (strcmp(before, page->list.selected) != 0 &&
        (page->view->columns || page->view->id == FT_VIEW_FIRST))
        ft_linear_selected(console, linear->out);
    else if (!*console->message || page->view->id == FT_VIEW_SHEET)
        ft_linear_tell_page(linear);
}

static void
take_word(struct ft_linear *linear, const char *line)
{
    long row = row_of(linear, line);
    uint32_t key;

    if (ft_console_page(linear->console)->view->id == FT_VIEW_SHEET &&
        isdigit((unsigned char)*line) && strspn(line, "0123456789") < 4 &&
        ft_sheet_number(linear->console, (unsigned)strtoul(line, NULL, 10))) {
        ft_linear_tell_page(linear);
        return;
    }
    if (row >= 0) {
        take_row(linear, row);
        return;
    }
    key = key_of(linear, line);
    if (key) {
        take_key(linear, key);
    } else if (isdigit((unsigned char)*line)) {
        fprintf(linear->out, "There is no %.20s here.\n", line);
    } else {
        type_line(linear, ':', line + (*line == ':'));
    }
}

static void
take_in_view(struct ft_linear *linear, const char *line)
{
    bool more = linear->rest != NULL;

    if (!*line) {
        take_enter(linear);
        return;
    }
    free(linear->rest);
    linear->rest = NULL;
    if (!strcmp(line, "q") || !strcmp(line, "quit"))
        press(linear, FT_KEY_F10);
    else if (!strcmp(line, "b") || !strcmp(line, "back"))
        press(linear, FT_KEY_ESC);
    else if (!strcmp(line, "?") || !strcmp(line, "help"))
        help(linear);
    else if (!more && ft_linear_enter_changes(linear) &&
             !strcasecmp(line, "yes"))
        press(linear, FT_KEY_ENTER);
    else if ((*line == '/' || *line == '\\') && line[1])
        type_line(linear, (uint32_t)*line, line + 1);
    else
        take_word(linear, line);
}

#define PASTE_BEGINS "\033[200~"
#define PASTE_ENDS "\033[201~"

/* Takes the marks of a bracketed paste out; false: there were none. */
static bool
without_marks(const char *line, char out[FT_LINEAR_LINE])
{
    static const char *const marks[] = { PASTE_BEGINS, PASTE_ENDS };
    bool any = false;

    snprintf(out, FT_LINEAR_LINE, "%s", line);
    for (size_t i = 0; i < FT_ARRAY_SIZE(marks); i++) {
        char *at;

        while ((at = strstr(out, marks[i]))) {
            memmove(at, at + strlen(marks[i]),
                    strlen(at + strlen(marks[i])) + 1);
            any = true;
        }
    }
    return any;
}

static void
take(struct ft_linear *linear, const char *line)
{
    linear->at_prompt = false;
    if (has_controls(line) && !ft_linear_asks_secret(linear)) {
        fputs("That has keys in it that are no text: nothing was done.\n",
              linear->out);
        ft_linear_ask(linear);
        return;
    }
    switch (linear->console->overlay) {
    case FT_OVERLAY_NONE:
        take_in_view(linear, line);
        break;
    case FT_OVERLAY_QUESTION:
        take_question(linear, line);
        break;
    case FT_OVERLAY_MENU:
        take_menu(linear, line);
        break;
    case FT_OVERLAY_LOGIN:
        take_secret(linear, line);
        break;
    case FT_OVERLAY_BACKUP:
        take_backup(linear, line);
        break;
    case FT_OVERLAY_ACCOUNT:
        take_account(linear, line);
        break;
    default:
        take_entry(linear, line);
        break;
    }
    ft_linear_tell_changes(linear);
}

void
ft_linear_take(struct ft_linear *linear, const char *line)
{
    char plain[FT_LINEAR_LINE];
    bool pasted = without_marks(line, plain);

    if (pasted && ft_linear_asks(linear) && !ft_linear_asks_secret(linear))
        ft_linear_refuse(linear);
    else
        take(linear, plain);
    explicit_bzero(plain, sizeof(plain)); /* it may be a secret */
}
