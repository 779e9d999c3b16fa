/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/tui/owner.h"

#include <errno.h>
#include <string.h>

#include "ui/tui/copy.h"
#include "ui/work/secrets.h"

#define RATE_MS 1000 /* of figures */

int
ft_owner_open(struct ft_owner *owner, const struct ft_work *work,
              const struct ft_words *common, struct ft_error *err)
{
    int rc;

    owner->work = *work;
    owner->secrets = ft_work_secrets_open();
    if (owner->secrets)
        owner->work.prompts =
            ft_work_secrets_prompts(owner->secrets, &work->prompts);
    rc = ft_work_source_open(&owner->work, RATE_MS, &owner->source, err);
    if (rc)
        return rc;
    owner->runs =
        ft_runs_open(&owner->console, owner->source, owner->secrets, common);
    return owner->runs
               ? 0
               : ft_fail(err, ENOMEM, NULL, "no memory for the console");
}

void
ft_owner_close(struct ft_owner *owner)
{
    ft_runs_close(owner->runs);
    ft_console_close(&owner->console);
    ft_work_source_close(owner->source);
    ft_work_secrets_close(owner->secrets);
}

/* ---- what the console asks for ---- */

static void
op_run(void *data, const struct ft_words *words, const struct ft_words *shown,
       bool show)
{
    ft_runs_run(((struct ft_owner *)data)->runs, words, shown, show);
}

static bool
op_ask(void *data, unsigned ticket, const struct ft_words *words)
{
    return ft_runs_ask(((struct ft_owner *)data)->runs, ticket, words);
}

static void
op_first(void *data, enum ft_first_what what, const struct ft_words *words,
         bool may_ask)
{
    ft_runs_first(((struct ft_owner *)data)->runs, what, words, may_ask);
}

static void
op_answer(void *data, unsigned id, const char *secret, bool same)
{
    ft_runs_answer(((struct ft_owner *)data)->runs, id, secret, same);
}

static void
op_ask_again(void *data)
{
    ft_runs_ask_again(((struct ft_owner *)data)->runs);
}

void
ft_owner_write(struct ft_owner *owner, const char *text, const char *name)
{
    char path[512];
    int rc = ft_copy_to_file(text, name, path, sizeof(path));

    if (rc)
        ft_console_say(&owner->console, FT_SEVERITY_CRIT, "not written: %s",
                       strerror(-rc));
    else
        ft_console_say(&owner->console, FT_SEVERITY_OK, "written to %s", path);
}

static void
op_write(void *data, const char *text)
{
    ft_owner_write(data, text, NULL);
}

void
ft_owner_ops(struct ft_owner *owner, struct ft_console_ops *ops)
{
    ops->run = op_run;
    ops->ask = op_ask;
    ops->first = op_first;
    ops->answer = op_answer;
    ops->ask_again = op_ask_again;
    ops->write = op_write;
    ops->data = owner;
}
