/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/host-rows.h"

static const struct ft_column columns[] = {
    { "HOST", "name", FT_COLUMN_TEXT },
    { "ADDRESS", "address", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "ENGINE", "engine", FT_COLUMN_TEXT },
    { "VMS", "vms", FT_COLUMN_NUMBER },
    { "SEEN", "age_s", FT_COLUMN_AGE },
};

static int
make_row(struct ft_store *store, const struct ft_store_host *host, json_t *rows,
         struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    size_t count;
    int rc = ft_store_vm_list(store, host->id, &vms, &count, err);

    if (rc)
        return rc;
    return json_array_append_new(
        rows, json_pack("{s:s,s:s,s:s,s:s,s:I,s:o}", "name", host->name,
                        "address", host->address, "kind",
                        host->hypervisor ? "hypervisor" : "witness", "engine",
                        host->engine_version, "vms", (json_int_t)count, "age_s",
                        ft_row_age(host->seen_at, ft_work_now_ms())));
}

static int
make_rows(struct ft_store *store, json_t *rows, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_host *hosts = NULL;
    size_t count = 0;
    int rc = ft_store_host_list(store, &hosts, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        rc = make_row(store, &hosts[i], rows, err);
    return rc;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *document = NULL;

    (void)argc;
    (void)argv;
    if (make_rows(cli->work.store, rows, &err))
        return ft_cli_fail(cli, &err);
    if (!json_array_size(rows))
        ft_cli_note_no_hosts(cli);
    document = json_pack("{s:i,s:O}", "schema", 1, "hosts", rows);
    return ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
}

const struct ft_command ft_command_host_list = {
    .name = "host list",
    .usage = "",
    .summary = "List the known hosts",
    .details = "From the database, without asking the hosts; SEEN is how long\n"
               "ago each of them answered. ftadmin status asks them.",
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
