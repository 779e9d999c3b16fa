/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/model/host-name.h"
#include "ui/work/remember.h"

static const struct ft_option options[] = {
    { "user", 'u', FT_OPTION_TEXT, "NAME", offsetof(struct ft_cli_options, user),
      0, 0, "log in as NAME (root, or one who may sudo without password)" },
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

static int
show_upload(void *data, size_t done, size_t total)
{
    (void)data;
    (void)done;
    (void)total;
    return ft_cli_interrupted(NULL) ? 1 : 0;
}

static int
add_one(struct ft_fleet *fleet, struct ft_member *member, size_t index,
        void *data, struct ft_error *err)
{
    bool changed = false;
    int rc = ft_member_connect(fleet, member, err);

    (void)index;
    (void)data;
    if (!rc)
        rc = ft_member_engine(fleet, member, show_upload, NULL, &changed, err);
    return rc ? rc : ft_member_probe(fleet, member, true, err);
}

static json_t *
make_row(const struct ft_work_fleet *fleet, size_t index)
{
    const struct ft_store_host *host = &fleet->hosts[index];
    const struct ft_member *member = fleet->fleet.members[index];
    bool good = fleet->errors[index].code == 0;
    json_t *vms = good && member->facts && host->hypervisor
                      ? json_integer(member->facts->domain_count)
                      : json_null();

    return json_pack("{s:s,s:s,s:s?,s:s?,s:o,s:s?}", "host", host->name,
                     "result", good ? "added" : "failed", "kind",
                     !good              ? NULL
                     : host->hypervisor ? "hypervisor"
                                        : "witness",
                     "engine", good ? host->engine_version : NULL, "vms", vms,
                     "error", good ? NULL : fleet->errors[index].text);
}

static void
remember_all(struct ft_work_fleet *fleet, struct ft_store *store)
{
    for (size_t i = 0; i < fleet->count; i++) {
        if (fleet->errors[i].code)
            continue;
        ft_work_remember(store, &fleet->hosts[i], fleet->fleet.members[i],
                         &fleet->errors[i]);
    }
}

static enum ft_exit
report(struct ft_cli *cli, const struct ft_work_fleet *fleet)
{
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *document = NULL;
    enum ft_exit code;

    for (size_t i = 0; i < fleet->count; i++)
        json_array_append_new(rows, make_row(fleet, i));
    document = json_pack("{s:i,s:O}", "schema", 1, "hosts", rows);
    code = ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
    ft_cli_complain(cli, fleet);
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
        snprintf(hosts[i].identity, sizeof(hosts[i].identity), "%s",
                 cli->options.identity ? cli->options.identity : "");
    }
    return FT_STEAL(hosts);
}

static enum ft_exit
add_hosts(struct ft_cli *cli, struct ft_store_host *hosts, size_t count)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_fleet fleet;
    int rc = ft_work_fleet_from(&cli->work, true, hosts, count, &fleet, &err);
    enum ft_exit code = rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;

    if (rc == -ENOENT) /* no local engine */
        code = FT_EXIT_CONFIGURATION;
    if (!code) {
        if (isatty(STDERR_FILENO) || cli->options.verbose)
            ft_cli_note(cli,
                        "Connecting, installing the engine, looking around "
                        "on %zu host%s ...",
                        count, count == 1 ? "" : "s");
        ft_work_fleet_each(&fleet, add_one, NULL);
        remember_all(&fleet, cli->work.store);
        code = report(cli, &fleet);
    }
    ft_work_fleet_close(&fleet);
    return code;
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

    if (!hosts)
        return FT_EXIT_USAGE;
    if (ft_work_lock(&cli->work, "host add", NULL, &err)) {
        free(hosts);
        return ft_cli_fail(cli, &err);
    }
    return add_hosts(cli, hosts, argc);
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
