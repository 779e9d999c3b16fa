/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/columns.h"
#include "ui/work/vms.h"

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;
    enum ft_exit code;

    (void)argc;
    (void)argv;
    if (!cli->fleet.count)
        ft_cli_note_no_hosts(cli);
    if (ft_work_vms_list(&cli->fleet, &rows, &err))
        return ft_cli_fail(cli, &err);
    document = json_pack("{s:i,s:O}", "schema", 1, "vms", rows);
    code = ft_cli_print(cli, document, rows, ft_vm_columns.list,
                        ft_vm_columns.count);
    ft_cli_complain(cli, &cli->fleet);
    return code ? code : ft_cli_fleet_exit(&cli->fleet);
}

const struct ft_command ft_command_vm_list = {
    .name = "vm list",
    .usage = "",
    .summary = "List the virtual machines of all hosts",
    .details =
        "Asks all hosts. VMs of a host that does not answer, or whose libvirt\n"
        "does not, are shown as they were, with their age.",
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
