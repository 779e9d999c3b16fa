/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "protect/record.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/utc.h"
#include "ui/work/facts.h"

/* ---- export ---- */

static enum ft_exit
write_facts(struct ft_cli *cli, int argc, char **argv)
{
    FT_AUTOJSON json_t *document = NULL;
    char now[32];

    (void)argc;
    (void)argv;
    if (!cli->fleet.count) {
        ft_cli_note_no_hosts(cli);
        return FT_EXIT_NOT_FOUND;
    }
    ft_work_fleet_probe(&cli->fleet);
    ft_format_utc(ft_work_now_ms(), now);
    document = ft_fleet_record(&cli->fleet.fleet, now);
    ft_cli_complain(cli, &cli->fleet);
    if (!document || ft_print_json(cli->out, document))
        return ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL,
                                "the inventory cannot be written");
    return ft_cli_fleet_exit(&cli->fleet);
}

const struct ft_command ft_command_facts_export = {
    .name = "facts export",
    .usage = "",
    .summary = "Write what all hosts tell of themselves, as JSON",
    .details =
        "Asks all hosts, and prints one document: hardware, networks, storage, the\n"
        "definitions of VMs, pairs. From it ftadmin check --inventory looks at a\n"
        "VM, and ftadmin facts import fills a database, where the hosts are not:\n"
        "a support case. No key is in it.",
    .needs = FT_NEEDS_HOSTS,
    .run = write_facts,
};

/* ---- import ---- */

static enum ft_exit
read_facts(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    enum ft_exit code = FT_EXIT_OK;

    (void)argc;
    if (ft_work_facts_import(&cli->work, argv[0], &fleet, &err))
        code = ft_cli_fail(cli, &err);
    else
        ft_cli_note(cli, "%zu hosts as they were at %s", fleet.count,
                    fleet.fleet.recorded);
    ft_work_fleet_close(&fleet);
    return code;
}

const struct ft_command ft_command_facts_import = {
    .name = "facts import",
    .usage = "FILE",
    .summary = "Fill a database with the hosts of such a file",
    .details =
        "Takes what ftadmin facts export has written (-: standard input) into the\n"
        "database, as if the hosts had just been added: for host list, host show\n"
        "and the console, which does not reach them. Give it a database of its\n"
        "own: --db NEWFILE. Hosts that are known already are not replaced.",
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .run = read_facts,
};
