/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/model/host-name.h"
#include "ui/work/hosts.h"

static const struct ft_option options[] = {
    { "user", 'u', FT_OPTION_TEXT, "NAME", offsetof(struct ft_cli_options, user),
      0, 0, "log in as NAME (root, or one who may use sudo)" },
    { "port", 'p', FT_OPTION_INTEGER, "PORT",
      offsetof(struct ft_cli_options, port), 1, 65535,
      "port of the sshd there" },
    { "engine", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, engine), 0, 0,
      "install this ftengine instead of the one that belongs to ftadmin" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "HOST", "host", FT_COLUMN_TEXT },
    { "HEALTH", "result", FT_COLUMN_SEVERITY },
    { "RESULT", "result", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "ENGINE", "engine", FT_COLUMN_TEXT },
    { "VMS", "vms", FT_COLUMN_NUMBER },
    { "ERROR", "error", FT_COLUMN_TEXT },
};

static enum ft_exit
report(struct ft_cli *cli, const struct ft_work_fleet *fleet)
{
    FT_AUTOJSON json_t *rows = ft_work_hosts_added(fleet);
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:O}", "schema", 1, "hosts", rows);
    enum ft_exit code =
        ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
    const json_t *row;
    size_t i;

    ft_cli_complain(cli, fleet);
    json_array_foreach(rows, i, row)
        if (ft_json_string(row, "warning", NULL))
            ft_cli_note(cli, "Warning: %s.", ft_json_string(row, "warning", ""));
    return code ? code : ft_cli_fleet_exit(fleet);
}

static struct ft_store_host *
parse_hosts(struct ft_cli *cli, int argc, char **argv)
{
    FT_AUTOFREE struct ft_store_host *hosts = calloc(argc, sizeof(*hosts));
    struct ft_error err = FT_ERROR_INIT;

    for (int i = 0; hosts && i < argc; i++) {
        if (ft_host_name_parse(argv[i], cli->options.user, cli->options.port,
                               &hosts[i], &err)) {
            ft_cli_fail(cli, &err);
            return NULL;
        }
        if (!strcmp(hosts[i].address, argv[i]) &&
            !strcmp(hosts[i].name, argv[i]))
            hosts[i].address[0] = '\0'; /* as it is known, if it is */
        snprintf(hosts[i].identity, sizeof(hosts[i].identity), "%s",
                 cli->options.identity ? cli->options.identity : "");
    }
    return FT_STEAL(hosts);
}

static enum ft_exit
add_hosts(struct ft_cli *cli, struct ft_work_fleet *fleet)
{
    struct ft_error err = FT_ERROR_INIT;
    size_t added;

    if (isatty(STDERR_FILENO) || cli->options.verbose)
        ft_cli_note(cli,
                    "Connecting, installing the engine, looking around on %zu "
                    "host%s ...",
                    fleet->count, fleet->count == 1 ? "" : "s");
    ft_cli_catch_interrupts();
    if (ft_work_hosts_add(fleet, &added, &err))
        return ft_cli_fail(cli, &err);
    return report(cli, fleet);
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    FT_AUTOFREE struct ft_store_host *hosts = parse_hosts(cli, argc, argv);

    return hosts ? FT_EXIT_OK : FT_EXIT_USAGE;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_host *hosts = parse_hosts(cli, argc, argv);
    struct ft_work_fleet fleet;
    enum ft_exit code;
    int rc;

    if (!hosts)
        return FT_EXIT_USAGE;
    rc = ft_work_hosts_prepare(&cli->work, hosts, argc, &fleet, &err);
    code = rc ? ft_cli_fail(cli, &err) : add_hosts(cli, &fleet);
    ft_work_fleet_close(&fleet);
    return rc == -ENOENT ? FT_EXIT_CONFIGURATION : code; /* no local engine */
}

const struct ft_command ft_command_host_add = {
    .name = "host add",
    .usage = "[NAME=]HOST...",
    .summary = "Install the engine on hosts and remember them",
    .details =
        "HOST is what ssh(1) takes: [user@]host[:port], or an alias of\n"
        "~/.ssh/config. NAME is what ftadmin calls it, HOST without user and\n"
        "port if it is not given. A host without libvirt can be a witness.\n"
        "A host that is known already is looked at again.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = -1,
    .needs = FT_NEEDS_DATABASE,
    .check = check,
    .run = run,
};
