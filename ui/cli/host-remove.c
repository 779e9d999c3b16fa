/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "remote/install.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"

static const struct ft_option options[] = {
    { "keep-engine", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, keep_engine), 0, 0,
      "forget the host without touching it" },
    { "purge", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, purge),
      0, 0, "remove /var/lib/ftadmin there too" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* Another administrator's pairs, or a witness of pairs: not ours to cut off. */
static int
refuse_when_in_use(const json_t *status, const char *name, struct ft_error *err)
{
    const json_t *witness = json_object_get(status, "witness");
    size_t pairs = json_array_size(json_object_get(status, "pairs"));
    json_int_t witnessed = json_integer_value(json_object_get(witness, "pairs"));

    if (!pairs && witnessed <= 0)
        return 0;
    return ft_fail(err, EBUSY, "unprotect those VMs first (ftadmin status)",
                   "the engine on %s still carries %zu pair%s and is witness of "
                   "%d",
                   name, pairs, pairs == 1 ? "" : "s", (int)witnessed);
}

static int
uninstall(struct ft_fleet *fleet, struct ft_member *member, size_t index,
          void *data, struct ft_error *err)
{
    struct ft_cli *cli = data;
    int rc = ft_work_each_status(fleet, member, index, &cli->work, err);

    if (!rc)
        rc = refuse_when_in_use(member->status, member->name, err);
    else if (member->ssh) /* reached, but no engine runs: nothing to ask */
        rc = 0;
    if (rc)
        return rc;
    ft_control_close(member->control);
    member->control = NULL;
    return ft_install_remove(member->ssh, cli->options.purge, err);
}

static enum ft_exit
uninstall_from(struct ft_cli *cli, const struct ft_store_host *host)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    struct ft_store_host *one = malloc(sizeof(*one));
    enum ft_exit code;

    if (!one)
        return ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL, "out of memory");
    *one = *host;
    if (ft_work_fleet_from(&cli->work, false, one, 1, &fleet, &err)) {
        code = ft_cli_fail(cli, &err);
    } else {
        ft_work_fleet_each(&fleet, uninstall, cli);
        ft_cli_complain(cli, &fleet);
        code = ft_cli_fleet_exit(&fleet);
        if (code == FT_EXIT_UNREACHABLE || code == FT_EXIT_TIMEOUT)
            ft_cli_note(cli, "  --keep-engine forgets a host that cannot be "
                             "reached.");
    }
    ft_work_fleet_close(&fleet);
    return code;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_host host;
    struct ft_store *store = cli->work.store;
    enum ft_exit code;

    (void)argc;
    if (ft_store_host_get(store, argv[0], &host, &err) ||
        ft_work_lock(&cli->work, "host remove", NULL, &err) ||
        ft_store_host_check_unused(store, argv[0], &err))
        return ft_cli_fail(cli, &err);
    code = ft_cli_confirm(cli,
                          cli->options.keep_engine
                              ? "Forget %s?"
                              : "Remove the engine from %s and forget "
                                "the host?",
                          host.name);
    if (!code && !cli->options.keep_engine)
        code = uninstall_from(cli, &host);
    if (code)
        return code;
    if (ft_store_host_remove(store, argv[0], &err))
        return ft_cli_fail(cli, &err);
    ft_cli_note(cli, "%s is removed.", host.name);
    return FT_EXIT_OK;
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
