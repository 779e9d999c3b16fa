/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/job.h"

#define DEFAULT_LIMIT 20

static const struct ft_option options[] = {
    { "limit", 0, FT_OPTION_INTEGER, "N", offsetof(struct ft_cli_options, limit),
      1, FT_STORE_JOBS_KEPT, "list the newest N jobs (default: 20)" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "JOB", "id", FT_COLUMN_NUMBER },
    { "STARTED", "started", FT_COLUMN_TEXT },
    { "WHAT", "what", FT_COLUMN_TEXT },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "PROGRESS", "progress", FT_COLUMN_TEXT },
    { "LEFT", "left", FT_COLUMN_TEXT },
    { "BY", "by", FT_COLUMN_TEXT },
};

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    size_t limit =
        cli->options.limit ? (size_t)cli->options.limit : DEFAULT_LIMIT;
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;

    (void)argc;
    (void)argv;
    if (ft_work_jobs_list(&cli->work, limit, &rows, &err))
        return ft_cli_fail(cli, &err);
    if (!json_array_size(rows) && cli->style.output == FT_OUTPUT_TABLE)
        ft_cli_note(cli, "No job yet.");
    document = json_pack("{s:i,s:O}", "schema", 1, "jobs", rows);
    return ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
}

const struct ft_command ft_command_jobs = {
    .name = "jobs",
    .usage = "",
    .summary = "List what ftadmin does and did to VMs and hosts",
    .details =
        "The newest first, of every ftadmin that uses this database. A job\n"
        "whose ftadmin died is interrupted; ftadmin jobs show says what goes\n"
        "on on the hosts then, and how to go on.",
    .options = options,
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
