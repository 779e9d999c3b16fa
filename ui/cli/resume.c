/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was begun with VMs, and has not ended, is gone on with. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/batch.h"
#include "ui/cli/commands.h"
#include "ui/cli/protect.h"
#include "ui/cli/unprotect.h"
#include "ui/work/locks.h"
#include "ui/work/unfinished.h"

static const struct ft_option options[] = {
    { "engine", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, engine), 0, 0,
      "the ftengine to install where it is missing or older" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

struct resume {
    struct ft_cli *cli;
    const struct ft_store_pair *pairs;
};

/* With what was chosen then; nothing is asked, for it was answered then. */
static enum ft_exit
go_on_protecting(struct ft_cli *cli, const struct ft_store_pair *pair)
{
    const struct ft_protect_wish nothing = { "", "" };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_protect job;
    enum ft_exit code;

    if (ft_work_protect_look(&job, &cli->fleet, pair->vm_uuid, false, &err))
        code = ft_cli_protect_look_failed(cli, &err);
    else
        code = ft_cli_protect_plan(cli, &job, pair->vm_uuid, &nothing);
    if (!code)
        code = ft_cli_protect_show(cli, &job);
    if (!code)
        code = ft_cli_protect_apply(cli, &job);
    ft_work_protect_free(&job);
    return code;
}

static enum ft_exit
go_on(void *data, size_t index)
{
    const struct resume *resume = data;
    const struct ft_store_pair *pair = &resume->pairs[index];
    struct ft_cli *cli = resume->cli;
    enum ft_exit code = !strcmp(pair->phase, "applying")
                            ? go_on_protecting(cli, pair)
                            : ft_cli_unprotect(cli, pair->pair, false);

    ft_work_unlock(&cli->work);
    return code;
}

static enum ft_exit
resume_all(struct ft_cli *cli, const struct ft_store_pair *pairs, size_t count)
{
    FT_AUTOFREE struct ft_batch_item *items = calloc(count + 1, sizeof(*items));
    struct resume resume = { cli, pairs };
    enum ft_exit code = FT_EXIT_FAILED;

    cli->batch = json_array();
    for (size_t i = 0; items && i < count; i++)
        items[i].vm = pairs[i].vm;
    if (items && cli->batch) {
        ft_batch_run(cli, items, count, go_on, &resume);
        code = ft_batch_print(cli, items, count, FT_EXIT_OK);
    }
    ft_batch_free(cli, items, items ? count : 0);
    return code;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    struct resume resume = { .cli = cli };
    size_t count = 0;

    if (ft_work_unfinished(&cli->work, argc ? argv[0] : NULL, &pairs, &count,
                           &err))
        return ft_cli_fail_lookup(cli, &err);
    if (!count && argc)
        ft_cli_note(cli, "%s: nothing is unfinished.", argv[0]);
    else if (!count)
        ft_cli_note(cli, "Nothing is unfinished.");
    if (!argc || count != 1)
        return resume_all(cli, pairs, count);
    resume.pairs = pairs;
    return go_on(&resume, 0);
}

const struct ft_command ft_command_resume = {
    .name = "resume",
    .usage = "[VM]",
    .summary = "Go on with a protect or unprotect that has not ended",
    .details =
        "Whoever began it, and however it was broken off; with what was chosen\n"
        "then, so that nothing is asked. Without VM all that is unfinished, one\n"
        "after another; the exit code is that of the worst, and 0 where nothing\n"
        "is. What is not gone on with is taken back by ftadmin rollback.",
    .options = options,
    .max_arguments = 1,
    .needs = FT_NEEDS_ENGINE,
    .run = run,
};
