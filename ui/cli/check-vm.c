/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found about a VM, for the commands that show it, accept it or mend it. */
#include "config.h"

#include "ui/cli/check-vm.h"

#include <errno.h>

#include "ui/cli/answers.h"
#include "ui/work/facts.h"

static int
replay(struct ft_cli *cli, struct ft_error *err)
{
    int rc;

    ft_work_fleet_close(&cli->fleet);
    rc = ft_work_facts_replay(&cli->work, cli->options.inventory, &cli->fleet,
                              err);
    if (!rc)
        ft_cli_note(cli, "the hosts as they were at %s; none is asked",
                    cli->fleet.fleet.recorded);
    return rc;
}

enum ft_exit
ft_cli_check(struct ft_cli *cli, struct ft_work_protect *job, const char *vm)
{
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;
    struct ft_plan_choices choices = { .vm = vm,
                                       .standby = cli->options.standby,
                                       .witness = cli->options.witness,
                                       .pair = "",
                                       .settings = settings };
    struct ft_error err = FT_ERROR_INIT;

    if (cli->options.inventory && replay(cli, &err))
        return ft_cli_fail(cli, &err);
    if (ft_work_protect_look(job, &cli->fleet, vm, true, &err)) {
        if (err.code != ENOTCONN)
            return ft_cli_fail_lookup(cli, &err);
        ft_cli_complain(cli, &cli->fleet);
        return ft_cli_fleet_exit(&cli->fleet);
    }
    return ft_work_protect_check(job, &choices, &err)
               ? ft_cli_fail_lookup(cli, &err)
               : FT_EXIT_OK;
}
