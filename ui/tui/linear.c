/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/linear.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/account.h"
#include "ui/tui/backup-form.h"
#include "ui/tui/console.h"
#include "ui/tui/deeds.h"
#include "ui/tui/linear-page.h"
#include "ui/tui/linear-private.h"
#include "ui/tui/sheet.h"

/* ---- what is told ---- */

/* The first lines of text; the others are kept for an Enter. */
void
ft_linear_tell_part(struct ft_linear *linear, const char *text)
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

void
ft_linear_tell_page(struct ft_linear *linear)
{
    FT_AUTOFREE char *text = ft_linear_page_text(linear->console);

    if (!text)
        return;
    ft_linear_tell_part(linear, text);
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
bool
ft_linear_enter_does(const struct ft_linear *linear, char *out, size_t size)
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
bool
ft_linear_enter_changes(const struct ft_linear *linear)
{
    char does[128];

    return linear->console->overlay == FT_OVERLAY_NONE && !linear->rest &&
           ft_linear_enter_does(linear, does, sizeof(does)) &&
           (!strncmp(does, "apply", 5) || !strncmp(does, "add", 3));
}

bool
ft_linear_asks(const struct ft_linear *linear)
{
    return linear->console->overlay == FT_OVERLAY_QUESTION ||
           linear->console->overlay == FT_OVERLAY_LOGIN ||
           linear->console->overlay == FT_OVERLAY_ACCOUNT ||
           linear->console->overlay == FT_OVERLAY_BACKUP ||
           ft_linear_enter_changes(linear);
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

void
ft_linear_ask(struct ft_linear *linear)
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
    case FT_OVERLAY_BACKUP:
        ft_backup_form_ask(&linear->console->backup, does, sizeof(does));
        ft_linear_text(linear->console, does, linear->out);
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
        else if (page->view->id == FT_VIEW_SHEET &&
                 ft_sheet_prompt(linear->console, does, sizeof(does)))
            ft_linear_text(linear->console, does, linear->out);
        else if (ft_linear_enter_changes(linear) &&
                 ft_linear_enter_does(linear, does, sizeof(does)))
            fprintf(linear->out, "Type yes to %s, or ? for help: ", does);
        else
            fprintf(linear->out, "%s [%s] ", page->view->name,
                    ft_linear_enter_does(linear, does, sizeof(does)) ? does
                                                                     : "again");
    }
    linear->at_prompt = true;
}

/* What a line has led to. */
void
ft_linear_tell_changes(struct ft_linear *linear)
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
        ft_linear_tell_page(linear);
    ft_linear_ask(linear);
}

/* ---- the whole ---- */

void
ft_linear_refuse(struct ft_linear *linear)
{
    if (ft_linear_asks_secret(linear))
        putc('\n', linear->out); /* its end was not echoed */
    fputs("What is pasted answers no question: nothing was done. Type it.\n",
          linear->out);
    ft_linear_ask(linear);
}

void
ft_linear_again(struct ft_linear *linear)
{
    ft_linear_ask(linear);
}

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
    ft_linear_tell_page(linear);
    ft_linear_tell_changes(linear);
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
    ft_linear_tell_changes(linear);
}

void
ft_linear_end(struct ft_linear *linear)
{
    ft_linear_forget(&linear->told);
    free(linear->rest);
    memset(linear, 0, sizeof(*linear));
}
