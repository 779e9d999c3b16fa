/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/check-vm.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/findings.h"
#include "ui/cli/fix.h"
#include "ui/model/columns.h"
#include "ui/model/counts.h"

static const struct ft_option options[] = {
    { "standby", 's', FT_OPTION_TEXT, "HOST",
      offsetof(struct ft_cli_options, standby), 0, 0,
      "with HOST as the host of the copy" },
    { "witness", 'w', FT_OPTION_TEXT, "HOST|none",
      offsetof(struct ft_cli_options, witness), 0, 0,
      "with HOST as the witness" },
    { "inventory", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, inventory), 0, 0,
      "the hosts as FILE has them (facts export); none is asked" },
    { "fix", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, fix), 0,
      0, "do what ftadmin can do about it; asks first" },
    { "undo-fix", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, undo_fix), 0, 0,
      "take back what --fix has done for the VM" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* fixed: what was done, or NULL. */
static enum ft_exit
print(struct ft_cli *cli, const struct ft_plan *plan, json_t *fixed)
{
    const struct ft_findings *findings = &plan->findings;
    FT_AUTOJSON json_t *all = ft_findings_to_json(findings);
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s,s:s?,s:s?,s:O}", "schema", 1, "vm",
                  plan->vm, "uuid", plan->vm_uuid, "primary", plan->primary,
                  "standby", *plan->standby ? plan->standby : NULL, "witness",
                  *plan->witness ? plan->witness : NULL, "checks", all);
    struct ft_counts counts = { 0 };
    char text[120];

    if (fixed)
        json_object_set(document, "fixed", fixed);
    if (cli->style.output != FT_OUTPUT_TABLE)
        return ft_cli_print(cli, document, all, ft_finding_columns.list,
                            ft_finding_columns.count);
    ft_cli_print_findings(cli, cli->out, findings);
    ft_counts_add(&counts, all);
    ft_counts_text(&counts, text, sizeof(text));
    fprintf(cli->out, "%s on %s, copy on %s: %s\n", plan->vm, plan->primary,
            *plan->standby ? plan->standby : "no host", text);
    return FT_EXIT_OK;
}

static enum ft_exit
print_and_judge(struct ft_cli *cli, const struct ft_plan *plan, json_t *fixed)
{
    enum ft_exit code = print(cli, plan, fixed);

    if (code)
        return code;
    return ft_findings_worst(&plan->findings) >= FT_UNKNOWN
               ? FT_EXIT_CHECK_FAILED
               : FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_work_protect job = { 0 };
    FT_AUTOJSON json_t *fixed = NULL;
    enum ft_exit code;

    (void)argc;
    if (cli->options.inventory && (cli->options.fix || cli->options.undo_fix))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "hosts of a file cannot be changed");
    if (cli->options.undo_fix)
        return ft_cli_undo_fix(cli, argv[0]);
    code = ft_cli_check(cli, &job, argv[0]);
    if (!code && cli->options.fix)
        code = ft_cli_fix(cli, &job, argv[0], &fixed);
    if (!code)
        code = print_and_judge(cli, &job.plan, fixed);
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
        "With --fix some of it is mended, where one command does it and another\n"
        "takes it back: each step is shown, and asked for (--yes), and the checks\n"
        "are made again; --undo-fix takes all of that back.\n"
        "Exit code 4: a check failed, or could not be told. With --inventory the\n"
        "hosts are those of a file, and what only asking them tells (ports, files)\n"
        "is not looked at.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
