/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/hosts.h"

static const struct ft_column columns[] = {
    { "HOST", "name", FT_COLUMN_TEXT },
    { "ADDRESS", "address", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "ENGINE", "engine", FT_COLUMN_TEXT },
    { "VMS", "vms", FT_COLUMN_NUMBER },
    { "SEEN", "age_s", FT_COLUMN_AGE },
    { "MAINTENANCE", "maintenance_s", FT_COLUMN_AGE }, /* the last one: if any */
};

static bool
any_maintained(const json_t *rows)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
        if (json_is_number(json_object_get(row, "maintenance_s")))
            return true;
    return false;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;

    (void)argc;
    (void)argv;
    if (ft_work_hosts_list(&cli->work, &rows, &err))
        return ft_cli_fail(cli, &err);
    if (!json_array_size(rows))
        ft_cli_note_no_hosts(cli);
    document = json_pack("{s:i,s:O}", "schema", 1, "hosts", rows);
    return ft_cli_print(cli, document, rows, columns,
                        FT_ARRAY_SIZE(columns) - !any_maintained(rows));
}

const struct ft_command ft_command_host_list = {
    .name = "host list",
    .usage = "",
    .summary = "List the known hosts",
    .details =
        "From the database, without asking the hosts; SEEN is how long\n"
        "ago each of them answered, MAINTENANCE how long it has been out of\n"
        "service. ftadmin status asks them.",
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
