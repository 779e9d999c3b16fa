/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/host-rows.h"
#include "ui/model/pair-rows.h"
#include "ui/work/pair.h"
#include "ui/work/remember.h"

static const struct ft_column columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "HOST", "host", FT_COLUMN_TEXT },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "PROTECTION", "protection", FT_COLUMN_TEXT },
    { "VCPUS", "vcpus", FT_COLUMN_NUMBER },
    { "MEMORY", "memory", FT_COLUMN_BYTES },
    { "DISKS", "disk_bytes", FT_COLUMN_BYTES },
    { "SEEN", "age_s", FT_COLUMN_AGE },
};

/* The waiting copy of a protected VM is not another VM. */
static bool
is_waiting_copy(const json_t *pairs, const struct ft_store_vm *vm)
{
    const json_t *pair = ft_pair_find(pairs, vm->uuid);

    return pair && strcmp(ft_json_string(pair, "primary", vm->host_name),
                          vm->host_name);
}

static json_t *
make_row(const json_t *pairs, const struct ft_store_vm *vm)
{
    const json_t *pair = ft_pair_find(pairs, vm->uuid);

    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:o}", "vm", vm->name,
                     "uuid", vm->uuid, "host", vm->host_name, "state",
                     vm->state, "protection",
                     pair ? ft_json_string(pair, "state", "unknown") : "none",
                     "vcpus", (json_int_t)vm->vcpus, "memory",
                     (json_int_t)vm->memory, "disk_bytes",
                     (json_int_t)vm->disk_bytes, "age_s",
                     ft_row_age(vm->seen_at, ft_work_now_ms()));
}

static int
make_rows(struct ft_store *store, const json_t *pairs, json_t *rows,
          struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    size_t count = 0;
    int rc = ft_store_vm_list(store, 0, &vms, &count, err);

    for (size_t i = 0; i < count; i++)
        if (!is_waiting_copy(pairs, &vms[i]))
            json_array_append_new(rows, make_row(pairs, &vms[i]));
    return rc;
}

static enum ft_exit
list(struct ft_cli *cli, struct ft_work_fleet *fleet)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = json_array();
    FT_AUTOJSON json_t *document = NULL;
    FT_AUTOJSON json_t *pairs = NULL;
    enum ft_exit code;

    ft_work_fleet_probe(fleet);
    pairs = ft_work_pairs(fleet);
    if (!pairs || ft_work_pairs_add_stored(cli->work.store, pairs, &err) ||
        ft_work_remember_all(fleet, &err) ||
        make_rows(cli->work.store, pairs, rows, &err))
        return ft_cli_fail(cli, &err);
    document = json_pack("{s:i,s:O}", "schema", 1, "vms", rows);
    code = ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
    ft_cli_complain(cli, fleet);
    return code ? code : ft_cli_fleet_exit(fleet);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!cli->fleet.count)
        ft_cli_note_no_hosts(cli);
    return list(cli, &cli->fleet);
}

const struct ft_command ft_command_vm_list = {
    .name = "vm list",
    .usage = "",
    .summary = "List the virtual machines of all hosts",
    .details =
        "Asks all hosts. VMs of a host that does not answer are shown as\n"
        "they were, with their age.",
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
