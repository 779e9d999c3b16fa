/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/pair.h"

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

static enum ft_exit
switch_over(struct ft_cli *cli, struct ft_work_fleet *fleet, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_switchover_result result = { .outage_ms = 0 };
    struct ft_work_pair found;
    enum ft_exit code;

    if (ft_work_pair_find(fleet, vm, &found, &err))
        return ft_cli_fail_lookup(cli, &err);
    if (!found.live) {
        ft_cli_complain(cli, fleet);
        return ft_cli_fail_text(cli, FT_EXIT_UNREACHABLE,
                                "ftadmin status shows what is known",
                                "no host that carries %s answers", vm);
    }
    if (ft_work_lock(&cli->work, "switchover", found.pair.vm, &err))
        return ft_cli_fail(cli, &err);
    code = ft_cli_confirm(cli, "Move %s from %s to %s now?", found.pair.vm,
                          found.pair.primary, found.pair.standby);
    if (code)
        return code;
    if (ft_switchover(&fleet->fleet, &found.ref,
                      ft_work_timeout_ms(&cli->work, 0), &result, &err))
        return ft_cli_fail(cli, &err);
    return print_result(cli, found.pair.vm, &result);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    (void)argc;
    return switch_over(cli, &cli->fleet, argv[0]);
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
