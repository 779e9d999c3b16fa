/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/work/witness.h"

static enum ft_exit
print_result(struct ft_cli *cli, const char *vm,
             const struct ft_witness_move *move)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s,s:b,s:s?}", "schema", 1, "vm", vm, "from",
                  move->from, "witness", move->to, "back", move->back, "left",
                  move->left ? move->from : NULL);

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    fprintf(cli->out,
            move->back
                ? "%s keeps its witness %s; nothing else counts any more\n"
                : "the witness of %s is %s now\n",
            vm, move->to);
    return FT_EXIT_OK;
}

static enum ft_exit
go(struct ft_cli *cli, const struct ft_work_pair *found, const char *to)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_witness_move move;
    struct ft_job_outcome outcome;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    enum ft_exit code;
    int rc;

    ft_cli_catch_interrupts();
    rc = ft_work_witness(&cli->fleet, found, to, &progress, &move, &outcome,
                         &err);
    ft_cli_progress_end(&shown);
    if (rc)
        return ft_cli_fail(cli, &err);
    code = print_result(cli, found->pair.vm, &move);
    if (code || !move.left)
        return code;
    ft_cli_note(cli,
                "%s could not be told to forget %s (%s): what it has of it means "
                "nothing any more.",
                move.from, found->pair.vm, move.why.text);
    return FT_EXIT_PARTLY;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_pair found;

    (void)argc;
    if (ft_work_witness_prepare(&cli->fleet, argv[0], &found, &err)) {
        if (err.code != EHOSTUNREACH)
            return ft_cli_fail_lookup(cli, &err);
        ft_cli_complain(cli, &cli->fleet);
        return ft_cli_fail(cli, &err);
    }
    return go(cli, &found, argv[1]);
}

const struct ft_command ft_command_witness = {
    .name = "witness",
    .usage = "VM HOST",
    .summary = "Give a protected VM another witness",
    .details =
        "The VM stays protected: for a moment both have to agree, then only\n"
        "the new one counts. HOST may be best: the one that protect would\n"
        "choose. One that is lost is replaced likewise, while both hosts of\n"
        "the VM answer. Interrupted, the same command goes on; naming the\n"
        "witness that it has still takes it back.",
    .min_arguments = 2,
    .max_arguments = 2,
    .needs = FT_NEEDS_ENGINE,
    .run = run,
};
