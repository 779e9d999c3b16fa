/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/questions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/tui/login.h"
#include "ui/work/ask.h"
#include "ui/work/secrets.h"

struct ft_questions {
    struct ft_console *console;
    struct ft_work_secrets *secrets;
    struct ft_entry *entry; /* what is typed, in locked memory */
    struct ft_run *run;     /* whose question is open; NULL: none is */
    unsigned id, asked;
    char prompt[FT_ASK_PROMPT_MAX];
    char *same;                    /* locked: for all that same_run asks */
    const struct ft_run *same_run; /* NULL: none */
};

struct ft_questions *
ft_questions_open(struct ft_console *console, struct ft_work_secrets *secrets)
{
    struct ft_questions *q = calloc(1, sizeof(*q));

    if (!q)
        return NULL;
    q->console = console;
    q->secrets = secrets;
    q->entry = ft_work_secret_room(sizeof(*q->entry));
    q->same = ft_work_secret_room(FT_WORK_SECRET_MAX);
    if (q->entry && q->same)
        return q;
    ft_questions_close(q);
    return NULL;
}

void
ft_questions_close(struct ft_questions *q)
{
    if (!q)
        return;
    ft_work_secret_release(q->entry, sizeof(*q->entry));
    ft_work_secret_release(q->same, FT_WORK_SECRET_MAX);
    free(q);
}

bool
ft_questions_free(const struct ft_questions *q)
{
    return !q->run && q->console->overlay == FT_OVERLAY_NONE;
}

/* By what is known without asking. */
static bool
answer_known(struct ft_questions *q, int fd)
{
    char *room = ft_work_secret_room(FT_WORK_SECRET_MAX);
    int rc = -1;

    if (room && q->secrets)
        rc = ft_work_secrets_find(q->secrets, q->prompt, q->asked, room,
                                  FT_WORK_SECRET_MAX);
    if (!rc)
        ft_ask_answer(fd, room);
    ft_work_secret_release(room, FT_WORK_SECRET_MAX);
    return !rc;
}

static bool
answer_same(struct ft_questions *q, struct ft_run *run)
{
    if (q->same_run != run || q->asked)
        return false;
    if (q->secrets)
        ft_work_secrets_keep(q->secrets, q->prompt, q->asked, q->same);
    ft_ask_answer(ft_run_question(run), q->same);
    return true;
}

bool
ft_questions_take(struct ft_questions *q, struct ft_run *run, bool may_ask,
                  const char *title)
{
    struct ft_login_wish wish = { .prompt = q->prompt,
                                  .command = title,
                                  .entry = q->entry };
    int fd = ft_run_question(run);
    int rc = fd < 0 || !ft_questions_free(q)
                 ? -EAGAIN
                 : ft_ask_take(fd, &q->asked, q->prompt);

    if (rc && rc != -EAGAIN)
        ft_run_hush(run);
    if (rc)
        return false;
    if (answer_known(q, fd) || answer_same(q, run))
        return false;
    wish.id = ++q->id;
    wish.again = q->asked > 0 && !strstr(q->prompt, "assphrase");
    if (!may_ask || !q->console->ops.answer ||
        !ft_login_open(q->console, &wish)) {
        ft_ask_answer(fd, NULL);
        return false;
    }
    q->run = run;
    return true;
}

void
ft_questions_ended(struct ft_questions *q, const struct ft_run *run)
{
    if (q->run == run) {
        q->run = NULL;
        ft_login_gone(q->console, q->id);
    }
    if (q->same_run == run)
        q->same_run = NULL;
}

bool
ft_questions_answer(struct ft_questions *q, unsigned id, const char *secret,
                    bool same)
{
    struct ft_run *run = q->run;

    if (!run || id != q->id)
        return false;
    q->run = NULL;
    if (secret && q->secrets)
        ft_work_secrets_keep(q->secrets, q->prompt, q->asked, secret);
    q->same_run = NULL;
    if (secret && same && strlen(secret) < FT_WORK_SECRET_MAX) {
        strcpy(q->same, secret);
        q->same_run = run;
    }
    ft_ask_answer(ft_run_question(run), secret);
    return secret != NULL;
}
