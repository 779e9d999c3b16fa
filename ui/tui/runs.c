/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/console.h"
#include "ui/tui/first.h"
#include "ui/tui/pages.h"
#include "ui/tui/questions.h"
#include "ui/tui/runner.h"
#include "ui/work/source.h"

#define OUTPUT_MAX (1 << 20)

enum purpose { FOR_NOTHING, FOR_READING, FOR_AN_ANSWER, FOR_FIRST };

struct running {
    struct ft_run *run; /* NULL: free */
    enum purpose purpose;
    enum ft_first_what what;    /* with FOR_FIRST */
    unsigned ticket;            /* with FOR_AN_ANSWER */
    struct ft_console *console; /* with FOR_FIRST */
    bool may_ask;               /* for a password */
    bool news;                  /* a line has come */
    char title[512];
    char *text; /* what it printed, but for FOR_NOTHING */
    size_t used;
    char message[512]; /* its last message */
    char hint[512];
};

struct ft_runs {
    struct ft_console *console;
    struct ft_work_source *source;
    struct ft_questions *questions;
    const struct ft_words *common;
    struct running list[FT_RUNS_MAX];
};

struct ft_runs *
ft_runs_open(struct ft_console *console, struct ft_work_source *source,
             struct ft_work_secrets *secrets, const struct ft_words *common)
{
    struct ft_runs *runs = calloc(1, sizeof(*runs));

    if (!runs)
        return NULL;
    runs->console = console;
    runs->source = source;
    runs->common = common;
    runs->questions = ft_questions_open(console, secrets);
    if (runs->questions)
        return runs;
    free(runs);
    return NULL;
}

static struct running *
start(struct ft_runs *runs, const struct ft_words *words,
      const struct ft_words *shown, enum purpose purpose)
{
    const struct ft_words *common = runs->common;
    const char *arguments[2 * FT_WORDS_MAX + 1];
    struct ft_error err = FT_ERROR_INIT;
    struct running *r = runs->list;
    size_t n = 0;

    while (r < runs->list + FT_RUNS_MAX && r->run)
        r++;
    if (r == runs->list + FT_RUNS_MAX) {
        ft_console_say(runs->console, FT_SEVERITY_WARN,
                       "%d commands are at work already", FT_RUNS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < common->count; i++)
        arguments[n++] = common->list[i];
    for (size_t i = 0; i < words->count; i++) /* what is said here wins */
        arguments[n++] = words->list[i];
    arguments[n] = NULL;
    memset(r, 0, sizeof(*r));
    r->purpose = purpose;
    r->may_ask = true;
    ft_words_text(shown, r->title, sizeof(r->title));
    if (ft_run_start(arguments, &r->run, &err))
        ft_console_say(runs->console, FT_SEVERITY_CRIT, "%s", err.text);
    return r->run ? r : NULL;
}

static void
on_line(void *data, const char *line, bool error)
{
    struct running *r = data;
    size_t size = strlen(line);
    char *larger;

    if (error && !strncmp(line, "  hint: ", 8))
        snprintf(r->hint, sizeof(r->hint), "%s", line + 8);
    else if (error)
        snprintf(r->message, sizeof(r->message), "%s",
                 strncmp(line, "ftadmin: ", 9) ? line : line + 9);
    if (r->purpose == FOR_FIRST && r->what == FT_FIRST_LOOK) {
        if (!error)
            ft_first_line(r->console, line);
        r->news = true;
        return;
    }
    if (r->purpose == FOR_NOTHING || (error && r->purpose >= FOR_AN_ANSWER) ||
        r->used + size + 2 > OUTPUT_MAX)
        return;
    larger = realloc(r->text, r->used + size + 2);
    if (!larger)
        return;
    r->text = larger;
    memcpy(r->text + r->used, line, size);
    r->used += size;
    r->text[r->used++] = '\n';
    r->text[r->used] = '\0';
}

static void
ended(struct ft_runs *runs, struct running *r, int status)
{
    if (r->purpose == FOR_AN_ANSWER) {
        FT_AUTOJSON json_t *document =
            r->text ? json_loads(r->text, 0, NULL) : NULL;

        ft_console_answer(runs->console, r->ticket, document, status,
                          r->message);
    } else if (r->purpose == FOR_FIRST) {
        FT_AUTOJSON json_t *document =
            r->text ? json_loads(r->text, 0, NULL) : NULL;

        ft_first_ended(runs->console, r->what, document, status, r->message);
    } else if (r->purpose == FOR_READING && r->used) {
        ft_console_show_text(runs->console, r->title, FT_STEAL(r->text));
    } else if (status) {
        ft_console_say(runs->console, FT_SEVERITY_CRIT, "%s",
                       *r->message ? r->message : "it failed");
    } else {
        ft_console_say(runs->console, FT_SEVERITY_OK, "done: %s",
                       r->title + strlen("ftadmin "));
    }
    ft_questions_ended(runs->questions, r->run);
    ft_run_close(r->run);
    free(r->text);
    memset(r, 0, sizeof(*r));
    ft_work_source_ask_again(runs->source);
}

bool
ft_runs_read(struct ft_runs *runs)
{
    bool news = false;

    for (size_t i = 0; i < FT_RUNS_MAX; i++) {
        struct running *r = &runs->list[i];
        int status;

        if (!r->run)
            continue;
        ft_run_read(r->run, on_line, r);
        if (ft_questions_take(runs->questions, r->run, r->may_ask, r->title))
            news = true;
        news |= r->news;
        r->news = false;
        if (!ft_run_ended(r->run, &status))
            continue;
        ended(runs, r, status);
        news = true;
    }
    return news;
}

nfds_t
ft_runs_poll(const struct ft_runs *runs, struct pollfd *polls)
{
    nfds_t count = 0;

    for (size_t i = 0; i < FT_RUNS_MAX; i++)
        if (runs->list[i].run) {
            ft_run_poll(runs->list[i].run, &polls[count]);
            count += 2;
            if (!ft_questions_free(runs->questions))
                continue; /* it waits until the form is free */
            polls[count++] =
                (struct pollfd){ ft_run_question(runs->list[i].run), POLLIN, 0 };
        }
    return count;
}

bool
ft_runs_any(const struct ft_runs *runs)
{
    for (size_t i = 0; i < FT_RUNS_MAX; i++)
        if (runs->list[i].run)
            return true;
    return false;
}

/* ---- what the console asks for ---- */

void
ft_runs_run(struct ft_runs *runs, const struct ft_words *words,
            const struct ft_words *shown, bool show)
{
    start(runs, words, shown, show ? FOR_READING : FOR_NOTHING);
}

bool
ft_runs_ask(struct ft_runs *runs, unsigned ticket, const struct ft_words *words)
{
    struct running *r = start(runs, words, words, FOR_AN_ANSWER);

    if (r)
        r->ticket = ticket;
    return r != NULL;
}

void
ft_runs_first(struct ft_runs *runs, enum ft_first_what what,
              const struct ft_words *words, bool may_ask)
{
    struct running *r = start(runs, words, words, FOR_FIRST);

    if (!r) {
        ft_first_ended(runs->console, what, NULL, 1, "it could not be begun");
        return;
    }
    r->what = what;
    r->may_ask = may_ask;
    r->console = runs->console;
}

void
ft_runs_answer(struct ft_runs *runs, unsigned id, const char *secret, bool same)
{
    if (ft_questions_answer(runs->questions, id, secret, same))
        ft_work_source_retry(runs->source);
}

void
ft_runs_ask_again(struct ft_runs *runs)
{
    ft_work_source_ask_again(runs->source);
    ft_work_source_retry(runs->source);
    ft_console_say(runs->console, FT_SEVERITY_OK, "asking again");
}

void
ft_runs_close(struct ft_runs *runs)
{
    if (!runs)
        return;
    for (size_t i = 0; i < FT_RUNS_MAX; i++) {
        ft_run_close(runs->list[i].run);
        free(runs->list[i].text);
    }
    ft_questions_close(runs->questions);
    free(runs);
}
