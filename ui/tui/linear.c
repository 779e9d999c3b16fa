/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/linear.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "ui/text/text.h"
#include "ui/tui/account.h"
#include "ui/tui/console.h"
#include "ui/tui/deeds.h"
#include "ui/tui/linear-page.h"
#include "ui/tui/page.h"

/* ---- what is told ---- */

/* The first lines of text; the others are kept for an Enter. */
static void
tell_part(struct ft_linear *linear, const char *text)
{
    const char *at = text;
    char *rest;
    size_t left = 0;

    for (int i = 0; *at && i < FT_LINEAR_PART; i++)
        at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n');
    fwrite(text, 1, (size_t)(at - text), linear->out);
    for (const char *end = at; (end = strchr(end, '\n')); end++)
        left++;
    rest = left ? strdup(at) : NULL; /* text may be in the old one */
    free(linear->rest);
    linear->rest = rest;
    if (left)
        fprintf(linear->out, "%zu lines more: Enter.\n", left);
}

static void
tell_page(struct ft_linear *linear)
{
    FT_AUTOFREE char *text = ft_linear_page_text(linear->console);

    if (!text)
        return;
    tell_part(linear, text);
    ft_linear_told(&linear->told, linear->console, FT_STEAL(text));
}

static void
tell_message(struct ft_linear *linear)
{
    struct ft_console *console = linear->console;

    if (!*console->message)
        return;
    if (console->message_severity != FT_SEVERITY_OK)
        fprintf(linear->out,
                "%s: ", ft_severity_word(console->message_severity));
    ft_linear_text(console, console->message, linear->out);
    putc('\n', linear->out);
    *console->message = '\0';
}

/* ---- what Enter does here, and the prompt ---- */

/* From "Enter look at 4   Space mark": "look at 4". False: it is not said. */
static bool
enter_does(const struct ft_linear *linear, char *out, size_t size)
{
    const struct ft_page *page = ft_console_page(linear->console);
    char bar[256] = "";
    const char *end;

    if (!page->view->bar)
        return false;
    page->view->bar(linear->console, page, bar, sizeof(bar));
    if (strncmp(bar, "Enter ", 6) != 0)
        return false;
    end = strstr(bar, "   ");
    snprintf(out, size, "%.*s",
             (int)((end ? (size_t)(end - bar) : strlen(bar)) - 6), bar + 6);
    return true;
}

/* On no page does Enter change a host unless it says so by these words. */
static bool
enter_changes(const struct ft_linear *linear)
{
    char does[128];

    return linear->console->overlay == FT_OVERLAY_NONE && !linear->rest &&
           enter_does(linear, does, sizeof(does)) &&
           (!strncmp(does, "apply", 5) || !strncmp(does, "add", 3));
}

bool
ft_linear_asks(const struct ft_linear *linear)
{
    return linear->console->overlay == FT_OVERLAY_QUESTION ||
           linear->console->overlay == FT_OVERLAY_LOGIN ||
           linear->console->overlay == FT_OVERLAY_ACCOUNT ||
           enter_changes(linear);
}

bool
ft_linear_asks_secret(const struct ft_linear *linear)
{
    return linear->console->overlay == FT_OVERLAY_LOGIN;
}

static void
prompt_of_question(const struct ft_linear *linear)
{
    const struct ft_question *q = &linear->console->question;

    if (q->deed->care == FT_DEED_SEVERE)
        fputs("Type its name to do it, or Enter for no: ", linear->out);
    else
        fputs("Type yes to do it, or Enter for no: ", linear->out);
}

static void
ask(struct ft_linear *linear)
{
    const struct ft_page *page = ft_console_page(linear->console);
    char does[400];

    switch (linear->console->overlay) {
    case FT_OVERLAY_QUESTION:
        prompt_of_question(linear);
        break;
    case FT_OVERLAY_MENU:
        fputs("A letter, or Enter for nothing: ", linear->out);
        break;
    case FT_OVERLAY_LOGIN:
        fputs("It is not shown; Enter alone sends nothing: ", linear->out);
        break;
    case FT_OVERLAY_ACCOUNT:
        ft_account_ask(&linear->console->account, does, sizeof(does));
        ft_linear_text(linear->console, does, linear->out);
        break;
    case FT_OVERLAY_COMMAND:
        fprintf(linear->out, "Command: %s", linear->console->entry.text);
        break;
    case FT_OVERLAY_SEARCH:
        fputs("Find: ", linear->out);
        break;
    case FT_OVERLAY_FILTER:
        fputs("Show only what has this text, or Enter for all: ", linear->out);
        break;
    default:
        if (linear->rest)
            fputs("[more] ", linear->out);
        else if (enter_changes(linear) && enter_does(linear, does, sizeof(does)))
            fprintf(linear->out, "Type yes to %s, or ? for help: ", does);
        else
            fprintf(linear->out, "%s [%s] ", page->view->name,
                    enter_does(linear, does, sizeof(does)) ? does : "again");
    }
    fflush(linear->out);
    linear->at_prompt = true;
}

/* What a line has led to. */
static void
tell_changes(struct ft_linear *linear)
{
    struct ft_console *console = linear->console;
    bool overlay = console->overlay != linear->overlay;

    tell_message(linear);
    if (console->leave)
        return;
    linear->overlay = console->overlay;
    if (overlay)
        ft_linear_overlay(console, linear->out);
    if (ft_linear_is_another(&linear->told, linear->console))
        tell_page(linear);
    ask(linear);
}

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
        return scope == FT_SCOPE_SHEET ? code : 0; /* else a row */
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

    if (linear->rest)
        tell_part(linear, linear->rest);
    else if (!enter_changes(linear) && enter_does(linear, does, sizeof(does)))
        press(linear, FT_KEY_ENTER);
    else
        tell_page(linear);
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
        tell_page(linear);
}

static void
take_word(struct ft_linear *linear, const char *line)
{
    long row = row_of(linear, line);
    uint32_t key;

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
    else if (!more && enter_changes(linear) && !strcasecmp(line, "yes"))
        press(linear, FT_KEY_ENTER);
    else if ((*line == '/' || *line == '\\') && line[1])
        type_line(linear, (uint32_t)*line, line + 1);
    else
        take_word(linear, line);
}

void
ft_linear_take(struct ft_linear *linear, const char *line)
{
    linear->at_prompt = false;
    if (has_controls(line) && !ft_linear_asks_secret(linear)) {
        fputs("That has keys in it that are no text: nothing was done.\n",
              linear->out);
        ask(linear);
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
    case FT_OVERLAY_ACCOUNT:
        take_account(linear, line);
        break;
    default:
        take_entry(linear, line);
        break;
    }
    tell_changes(linear);
}

/* ---- the whole ---- */

void
ft_linear_begin(struct ft_linear *linear, struct ft_console *console, FILE *out,
                int64_t now_ms)
{
    memset(linear, 0, sizeof(*linear));
    linear->console = console;
    console->linear = true;
    linear->out = out;
    linear->told.news_ms = linear->told.figures_ms = now_ms;
    fputs("ftadmin, line by line. ? explains, b goes back, q leaves.\n", out);
    tell_page(linear);
    tell_changes(linear);
}

void
ft_linear_news(struct ft_linear *linear, int64_t now_ms)
{
    FT_AUTOFREE char *news = NULL;
    bool now = *linear->console->message ||
               linear->overlay != linear->console->overlay ||
               ft_linear_is_another(&linear->told, linear->console);

    if (!now)
        news = ft_linear_news_text(&linear->told, linear->console, now_ms);
    if (!now && !news)
        return;
    if (linear->at_prompt)
        putc('\n', linear->out);
    if (news)
        fputs(news, linear->out);
    tell_changes(linear);
}

void
ft_linear_end(struct ft_linear *linear)
{
    ft_linear_forget(&linear->told);
    free(linear->rest);
    memset(linear, 0, sizeof(*linear));
}
