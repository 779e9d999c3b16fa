/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/work/operate.h"

static enum ft_exit
print_result(struct ft_cli *cli, const char *vm,
             const struct ft_switchover_result *result)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:I,s:f}", "schema", 1, "vm", vm, "primary",
                  result->primary, "generation", (json_int_t)result->generation,
                  "outage_ms", result->outage_ms);

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    fprintf(cli->out, "%s runs on %s now; it stood still for %.1f ms\n", vm,
            result->primary, result->outage_ms);
    return FT_EXIT_OK;
}

/* Who carries the VM and does not answer is the reason, so it comes first. */
static enum ft_exit
not_found(struct ft_cli *cli, const struct ft_error *err)
{
    if (err->code != EHOSTUNREACH)
        return ft_cli_fail_lookup(cli, err);
    ft_cli_complain(cli, &cli->fleet);
    return ft_cli_fail(cli, err);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_switchover_result result = { .outage_ms = 0 };
    struct ft_job_outcome outcome;
    struct ft_work_pair found;
    enum ft_exit code;

    (void)argc;
    if (ft_work_switchover_prepare(&cli->fleet, argv[0], &found, &err))
        return not_found(cli, &err);
    code = ft_cli_confirm(cli, "Move %s from %s to %s now?", found.pair.vm,
                          found.pair.primary, found.pair.standby);
    if (code)
        return code;
    ft_cli_catch_interrupts();
    if (ft_work_switchover(&cli->fleet, &found, &result, &outcome, &err))
        return ft_cli_fail(cli, &err);
    return print_result(cli, found.pair.vm, &result);
}

const struct ft_command ft_command_switchover = {
    .name = "switchover",
    .usage = "VM",
    .summary = "Let the VM go on at its other host, planned",
    .details =
        "One last epoch, then the other side runs. Connections stay. The\n"
        "hosts change their roles.",
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
