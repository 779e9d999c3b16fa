/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/columns.h"
#include "ui/work/protect.h"

static const struct ft_option options[] = {
    { "standby", 's', FT_OPTION_TEXT, "HOST",
      offsetof(struct ft_cli_options, standby), 0, 0,
      "with HOST as the host of the copy" },
    { "witness", 'w', FT_OPTION_TEXT, "HOST|none",
      offsetof(struct ft_cli_options, witness), 0, 0,
      "with HOST as the witness" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static json_t *
shown(const struct ft_cli *cli, const struct ft_findings *findings,
      const json_t *all)
{
    json_t *rows = json_array();
    json_t *finding;
    size_t index;

    json_array_foreach(all, index, finding)
        if (cli->options.verbose || cli->style.output != FT_OUTPUT_TABLE ||
            findings->list[index].verdict != FT_PASS)
            json_array_append(rows, finding);
    return rows;
}

static enum ft_exit
print(struct ft_cli *cli, const struct ft_plan *plan)
{
    const struct ft_findings *findings = &plan->findings;
    FT_AUTOJSON json_t *all = ft_findings_to_json(findings);
    FT_AUTOJSON json_t *rows = shown(cli, findings, all);
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s,s:s,s:s?,s:O}", "schema", 1, "vm", plan->vm,
                  "uuid", plan->vm_uuid, "primary", plan->primary, "standby",
                  plan->standby, "witness",
                  *plan->witness ? plan->witness : NULL, "checks", all);
    size_t counts[3] = { 0 };
    enum ft_exit code;

    for (size_t i = 0; i < findings->count; i++)
        counts[findings->list[i].verdict]++;
    code = ft_cli_print(cli, document, rows, ft_finding_columns.list,
                        ft_finding_columns.count);
    if (cli->style.output == FT_OUTPUT_TABLE)
        fprintf(cli->out, "%s on %s, copy on %s: %zu pass, %zu warn, %zu fail\n",
                plan->vm, plan->primary,
                *plan->standby ? plan->standby : "no host", counts[FT_PASS],
                counts[FT_WARN], counts[FT_FAIL]);
    if (code)
        return code;
    return ft_findings_worst(findings) == FT_FAIL ? FT_EXIT_CHECK_FAILED
                                                  : FT_EXIT_OK;
}

static enum ft_exit
check(struct ft_cli *cli, struct ft_work_protect *job, const char *vm)
{
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;
    struct ft_plan_choices choices = { .vm = vm,
                                       .standby = cli->options.standby,
                                       .witness = cli->options.witness,
                                       .pair = "",
                                       .settings = settings };
    struct ft_error err = FT_ERROR_INIT;
    int rc = ft_work_protect_look(job, &cli->fleet, vm, true, &err);

    if (rc && err.code == ENOTCONN) {
        ft_cli_complain(cli, &cli->fleet);
        return ft_cli_fleet_exit(&cli->fleet);
    }
    if (!rc)
        rc = ft_work_protect_check(job, &choices, &err);
    return rc ? ft_cli_fail_lookup(cli, &err) : print(cli, &job->plan);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_work_protect job;
    enum ft_exit code = check(cli, &job, argv[0]);

    (void)argc;
    ft_work_protect_free(&job);
    return code;
}

const struct ft_command ft_command_check = {
    .name = "check",
    .usage = "VM",
    .summary = "Check what could make a failover of the VM fail",
    .details =
        "Looks at all hosts and runs the checks that protect runs: of a\n"
        "protected VM with its own standby and witness, else with those that\n"
        "protect would choose. Changes nothing. Passes are shown with --verbose.\n"
        "Exit code 4: a check failed.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
