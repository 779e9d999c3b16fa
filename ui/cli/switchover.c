/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/pair-ref.h"

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
switch_over(struct ft_cli *cli, struct ft_cli_fleet *fleet, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_switchover_result result = { .outage_ms = 0 };
    struct ft_pair_lookup found;
    char what[FT_STORE_NAME + 16];
    enum ft_exit code = ft_cli_pair_lookup(cli, fleet, vm, &found);

    if (code)
        return code;
    if (!found.live) {
        ft_cli_fleet_complain(fleet);
        return ft_cli_fail_text(cli, FT_EXIT_UNREACHABLE,
                                "ftadmin status shows what is known",
                                "no host that carries %s answers", vm);
    }
    snprintf(what, sizeof(what), "switchover %.200s", found.pair.vm);
    if (ft_store_lock(cli->store, what, &err))
        return ft_cli_fail(cli, &err);
    code = ft_cli_confirm(cli, "Move %s from %s to %s now?", found.pair.vm,
                          found.pair.primary, found.pair.standby);
    if (code)
        return code;
    if (ft_switchover(&fleet->fleet, &found.ref, ft_cli_timeout_ms(cli, 0),
                      &result, &err))
        return ft_cli_fail(cli, &err);
    return print_result(cli, found.pair.vm, &result);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_cli_fleet fleet;
    enum ft_exit code = ft_cli_fleet_open(cli, false, &fleet);

    (void)argc;
    if (!code)
        code = switch_over(cli, &fleet, argv[0]);
    ft_cli_fleet_close(&fleet);
    return code;
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
    .run = run,
};
