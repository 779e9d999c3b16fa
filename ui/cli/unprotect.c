/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/cli/unprotect.h"
#include "ui/model/parted.h"
#include "ui/work/operate.h"

static const struct ft_option options[] = {
    { "force", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, force),
      0, 0, "also when the primary does not answer: the copy may be the last" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static enum ft_exit
print_result(struct ft_cli *cli, const struct ft_unprotect_result *result,
             const json_t *document)
{
    FT_AUTOJSON json_t *lines = ft_parted_lines(document);
    const json_t *line;
    size_t i;

    for (i = 0; i < result->left_count; i++)
        ft_cli_fail(cli, &result->errors[i]);
    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    json_array_foreach(lines, i, line)
        fprintf(cli->out, "%s\n", json_string_value(line));
    if (result->left_count)
        ft_cli_note(cli,
                    "Something of %s is left on %zu host%s; give the "
                    "command again when %s reachable.",
                    ft_json_string(document, "vm", ""), result->left_count,
                    result->left_count == 1 ? "" : "s",
                    result->left_count == 1 ? "it is" : "they are");
    return FT_EXIT_OK;
}

static enum ft_exit
remove_pair(struct ft_cli *cli, const struct ft_work_pair *found)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_unprotect_result result = { .left_count = 0 };
    FT_AUTOJSON json_t *document = NULL;
    struct ft_job_outcome outcome;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    enum ft_exit code;
    int rc;

    ft_cli_catch_interrupts();
    rc = ft_work_unprotect(&cli->fleet, found, cli->options.force, &progress,
                           &result, &document, &outcome, &err);
    ft_cli_progress_end(&shown);
    if (rc) {
        code = ft_cli_fail(cli, &err);
        ft_cli_say_left(cli, &outcome);
    } else {
        code = print_result(cli, &result, document);
    }
    ft_unprotect_result_free(&result);
    if (rc || code)
        return code;
    return result.left_count ? FT_EXIT_PARTLY : FT_EXIT_OK;
}

enum ft_exit
ft_cli_unprotect(struct ft_cli *cli, const char *vm, bool ask)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_pair found;
    enum ft_exit code = FT_EXIT_OK;

    if (ft_work_unprotect_prepare(&cli->fleet, vm, &found, &err))
        return ft_cli_fail_lookup(cli, &err);
    if (ask)
        code =
            ft_cli_confirm(cli,
                           "End the protection of %s (runs on %s, copy on %s)?",
                           found.pair.vm, found.pair.primary,
                           found.pair.standby);
    return code ? code : remove_pair(cli, &found);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    (void)argc;
    return ft_cli_unprotect(cli, argv[0], true);
}

const struct ft_command ft_command_unprotect = {
    .name = "unprotect",
    .usage = "VM",
    .summary = "End the protection of a VM",
    .details =
        "The VM goes on where it runs, and the answer says where that is.\n"
        "Its copy, the copy's disks that ftadmin made, and the witness's\n"
        "entry are removed. What an earlier primary still has of it, older\n"
        "disks and a definition, is put away there, not deleted. A protect\n"
        "that has not ended it ends too, but leaves engines and witness there:\n"
        "rollback takes back all of it.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
