/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/work/unfinished.h"

static enum ft_exit
print_result(struct ft_cli *cli, const struct ft_journal_entry *entry,
             const struct ft_rollback_result *result, const json_t *document)
{
    for (size_t i = 0; i < result->left_count; i++)
        ft_cli_fail(cli, &result->errors[i]);
    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    if (!result->left_count && result->released)
        fprintf(cli->out,
                "%s runs on at %s, UNPROTECTED: its pair before had been left, "
                "and does not come back; ftadmin protect %s\n",
                entry->vm, entry->primary, entry->vm);
    else if (!result->left_count)
        fprintf(cli->out,
                "%s runs on as before, and so are its hosts: %s, %s%s%s\n",
                entry->vm, entry->primary, entry->standby,
                *entry->witness ? ", " : "", entry->witness);
    else
        ft_cli_note(cli,
                    "Something of %s is left on %zu host%s; give the command "
                    "again when that is mended.",
                    entry->vm, result->left_count,
                    result->left_count == 1 ? "" : "s");
    return FT_EXIT_OK;
}

static enum ft_exit
roll_back(struct ft_cli *cli, const struct ft_journal_entry *entry)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_rollback_result result = { .left_count = 0 };
    FT_AUTOJSON json_t *document = NULL;
    struct ft_job_outcome outcome;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    enum ft_exit code;
    int rc;

    ft_cli_catch_interrupts();
    rc = ft_work_rollback(&cli->fleet, entry, &progress, &result, &document,
                          &outcome, &err);
    ft_cli_progress_end(&shown);
    if (rc) {
        code = ft_cli_fail(cli, &err);
        ft_cli_say_left(cli, &outcome);
        return code;
    }
    code = print_result(cli, entry, &result, document);
    return !code && result.left_count ? FT_EXIT_PARTLY : code;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_journal_entry entry;
    enum ft_exit code;

    (void)argc;
    if (ft_work_rollback_prepare(&cli->fleet, argv[0], &entry, &err))
        return ft_cli_fail_lookup(cli, &err);
    code = ft_cli_confirm(
        cli, "Take back what protect has made of %s so far, on %s, %s%s%s?",
        entry.vm, entry.primary, entry.standby, *entry.witness ? ", " : "",
        entry.witness);
    return code ? code : roll_back(cli, &entry);
}

const struct ft_command ft_command_rollback = {
    .name = "rollback",
    .usage = "VM",
    .summary = "Take back a protect that has not ended",
    .details =
        "Whoever began it, and however it was broken off: every host is as it\n"
        "was before. What was there before stays, and what others use by now:\n"
        "engines, and a witness. Only until the copy could have taken over;\n"
        "afterwards it is refused (5), and unprotect is what ends it. Where a\n"
        "host cannot be asked, 7: given again it goes on.",
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
