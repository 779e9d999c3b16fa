/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/hosts.h"

static const struct ft_option options[] = {
    { "keep-engine", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, keep_engine), 0, 0,
      "forget the host without touching it" },
    { "purge", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, purge),
      0, 0, "remove /var/lib/ftadmin there too" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* The host would not have it, or could not be asked. */
static enum ft_exit
not_gone(struct ft_cli *cli, const struct ft_work_fleet *fleet)
{
    enum ft_exit code = ft_cli_fleet_exit(fleet);

    ft_cli_complain(cli, fleet);
    if (code == FT_EXIT_UNREACHABLE || code == FT_EXIT_TIMEOUT)
        ft_cli_note(cli, "  --keep-engine forgets a host that cannot be "
                         "reached.");
    return code;
}

static enum ft_exit
take_away(struct ft_cli *cli, const struct ft_store_host *host)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    enum ft_exit code = FT_EXIT_OK;
    bool gone;

    if (ft_work_host_remove(&cli->work, host, cli->options.keep_engine,
                            cli->options.purge, &fleet, &gone, &err))
        code = ft_cli_fail(cli, &err);
    else if (!gone)
        code = not_gone(cli, &fleet);
    else
        ft_cli_note(cli, "%s is removed.", host->name);
    ft_work_fleet_close(&fleet);
    return code;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_host host;
    enum ft_exit code;

    (void)argc;
    if (ft_work_host_claim(&cli->work, argv[0], &host, &err))
        return ft_cli_fail(cli, &err);
    code = ft_cli_confirm(cli,
                          cli->options.keep_engine
                              ? "Forget %s?"
                              : "Remove the engine from %s and forget the host?",
                          host.name);
    return code ? code : take_away(cli, &host);
}

const struct ft_command ft_command_host_remove = {
    .name = "host remove",
    .usage = "HOST",
    .summary = "Remove the engine from a host and forget it",
    .details = "Refused while a protected VM uses the host.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
