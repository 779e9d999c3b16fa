/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/if-lost.h"
#include "ui/cli/status-print.h"
#include "ui/cli/status-watch.h"
#include "ui/model/columns.h"
#include "ui/model/maintenance.h"
#include "ui/model/pick.h"
#include "ui/work/status.h"

#define OPTION(member) offsetof(struct ft_cli_options, member)

static const struct ft_option options[] = {
    { "watch", 'w', FT_OPTION_FLAG, NULL, OPTION(watch), 0, 0,
      "go on until Ctrl-C: a line for each change, or drawn on a terminal" },
    { "line", 0, FT_OPTION_FLAG, NULL, OPTION(line), 0, 0,
      "one line and exit codes 0 to 3, for a monitoring system" },
    { "problems", 0, FT_OPTION_FLAG, NULL, OPTION(problems), 0, 0,
      "only VMs that are not well" },
    { "filter", 0, FT_OPTION_TEXT, "WORDS", OPTION(filter), 0, 0,
      "only VMs with these words: TEXT, state=STATE, host=HOST" },
    { "sort", 0, FT_OPTION_TEXT, "COLUMN", OPTION(sort), 0, 0,
      "order by a column; with a - before it the other way" },
    { "if-lost", 0, FT_OPTION_TEXT, "HOST", OPTION(if_lost), 0, 0,
      "what would become of each VM without HOST, or the link HOST,HOST" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static int
parse_pick(struct ft_cli *cli, struct ft_pick *pick, struct ft_error *err)
{
    return ft_pick_parse(cli->options.filter, cli->options.sort,
                         cli->options.problems, &ft_pair_columns, pick, err);
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_cli_options *wanted = &cli->options;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pick pick;

    (void)argc;
    (void)argv;
    if (wanted->line && (wanted->json || wanted->plain || wanted->if_lost))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--line stands for itself: without --json, "
                                "--plain and --if-lost");
    if (wanted->watch && (wanted->line || wanted->if_lost))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--watch goes with neither --line nor "
                                "--if-lost");
    if (parse_pick(cli, &pick, &err) == 0)
        return FT_EXIT_OK;
    ft_cli_fail(cli, &err);
    return FT_EXIT_USAGE;
}

static enum ft_exit
exit_of(enum ft_severity worst)
{
    switch (worst) {
    case FT_SEVERITY_OK:
        return FT_EXIT_OK;
    case FT_SEVERITY_WARN:
        return FT_EXIT_DEGRADED;
    case FT_SEVERITY_UNKNOWN: /* only known from before */
        return FT_EXIT_UNREACHABLE;
    default:
        return FT_EXIT_UNPROTECTED;
    }
}

/* Only the one VM, if one was named; the exit code when there is none. */
static enum ft_exit
select_vm(struct ft_cli *cli, const char *vm, json_t *pairs)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc = vm ? ft_work_status_select(&cli->work, pairs, vm, &err) : 0;
    enum ft_exit code = rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;

    return rc == -ENODATA ? FT_EXIT_UNPROTECTED : code;
}

static json_t *
pick_rows(struct ft_cli *cli, const json_t *pairs)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pick pick;

    return parse_pick(cli, &pick, &err)
               ? NULL
               : ft_pick_rows(pairs, &ft_pair_columns, &pick);
}

/* The rows that were asked for; verdict and exit code are of all of them. */
static enum ft_exit
print(struct ft_cli *cli, const struct ft_work_status *status, bool one,
      const struct ft_verdict *verdict)
{
    FT_AUTOJSON json_t *picked = pick_rows(cli, status->pairs);
    FT_AUTOJSON json_t *maintenance =
        ft_maintenance_rows(status->pairs, status->hosts);
    struct ft_totals totals;
    struct ft_status_view view = {
        .pairs = picked,
        .hosts = status->hosts,
        .maintenance = maintenance,
        .one = one,
        .some = cli->options.filter || cli->options.problems,
        .totals = &totals,
        .verdict = verdict,
    };

    if (!picked || !maintenance)
        return ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL, "out of memory");
    ft_totals_count(status->pairs, status->hosts, &totals);
    return cli->options.line ? ft_status_print_line(cli, &view)
                             : ft_status_print(cli, &view);
}

/* Hosts without engine or answer are rows of the table of all. */
static void
complain(struct ft_cli *cli, bool one)
{
    if (!cli->options.line && (cli->style.output != FT_OUTPUT_TABLE || one))
        ft_cli_complain(cli, &cli->fleet);
}

static enum ft_exit
show(struct ft_cli *cli, struct ft_work_status *status, const char *vm)
{
    enum ft_exit missing = select_vm(cli, vm, status->pairs), code;
    struct ft_verdict verdict;

    if (!missing && cli->options.if_lost)
        return ft_status_if_lost(cli, status->pairs, status);
    if (missing && cli->options.line)
        return missing;
    ft_verdict_of_all(status->pairs, status->hosts, &verdict);
    code = print(cli, status, vm != NULL, &verdict);
    complain(cli, vm != NULL);
    if (missing && cli->fleet.count && !status->answered)
        missing = FT_EXIT_UNREACHABLE; /* it may be known there */
    if (missing || code)
        return code ? code : missing;
    /* nobody was asked, for nobody is known */
    return cli->fleet.count ? exit_of(verdict.severity) : FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    const char *vm = argc ? argv[0] : NULL;
    struct ft_work_status status;
    struct ft_pick pick;
    enum ft_exit code;

    if (!cli->fleet.count)
        ft_cli_note_no_hosts(cli);
    if (cli->options.watch && cli->fleet.count && !parse_pick(cli, &pick, &err))
        return ft_status_watch(cli, &pick, vm);
    code = ft_work_status(&cli->fleet, &status, &err) ? ft_cli_fail(cli, &err)
                                                      : show(cli, &status, vm);
    ft_work_status_free(&status);
    return code;
}

const struct ft_command ft_command_status = {
    .name = "status",
    .usage = "[VM]",
    .summary = "Show protected VMs and hosts as they are now",
    .details =
        "Asks all hosts at once. A pair whose hosts do not answer is shown as\n"
        "it was last heard, with its age. Exit code, of the worst pair and of\n"
        "the hosts that pairs need: 0 all protected, 20 nobody answers for one,\n"
        "30 one is degraded (at risk, syncing, alone, resyncing, shut down, a\n"
        "host unseen), 31 one is unprotected or failed; with --line 0, 3, 1, 2.\n"
        "With --if-lost: 0 all VMs go on, 31 one stops, 20 nobody can tell.",
    .options = options,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .check = check,
    .run = run,
};
