/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/hosts.h"

static const struct ft_column host_columns[] = {
    { "Host", "name", FT_COLUMN_TEXT },
    { "Address", "address", FT_COLUMN_TEXT },
    { "Kind", "kind", FT_COLUMN_TEXT },
    { "Engine", "engine", FT_COLUMN_TEXT },
    { "System", "facts.system.name", FT_COLUMN_TEXT },
    { "Kernel", "facts.kernel.release", FT_COLUMN_TEXT },
    { "CPU", "facts.cpu.model", FT_COLUMN_TEXT },
    { "CPUs", "facts.cpu.count", FT_COLUMN_NUMBER },
    { "Memory", "facts.memory_total", FT_COLUMN_BYTES },
    { "libvirt", "facts.libvirt.version", FT_COLUMN_TEXT },
    { "swtpm", "facts.swtpm", FT_COLUMN_TEXT },
    { "Firewall", "facts.firewall", FT_COLUMN_TEXT },
    { "Seen", "age_s", FT_COLUMN_AGE },
};

static const struct ft_column nic_columns[] = {
    { "NIC", "name", FT_COLUMN_TEXT },
    { "MAC", "mac", FT_COLUMN_TEXT },
    { "BRIDGE", "bridge", FT_COLUMN_TEXT },
    { "LINK", "carrier", FT_COLUMN_YESNO },
    { "MBIT/S", "speed_mbit", FT_COLUMN_NUMBER },
    { "ADDRESSES", "addresses", FT_COLUMN_TEXT },
};

static const struct ft_column network_columns[] = {
    { "NETWORK", "name", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "BRIDGE", "bridge", FT_COLUMN_TEXT },
    { "ACTIVE", "active", FT_COLUMN_YESNO },
};

static const struct ft_column pool_columns[] = {
    { "POOL", "name", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "PATH", "path", FT_COLUMN_TEXT },
    { "ACTIVE", "active", FT_COLUMN_YESNO },
    { "SIZE", "capacity", FT_COLUMN_BYTES },
    { "FREE", "available", FT_COLUMN_BYTES },
};

static const struct ft_column vm_columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "VCPUS", "vcpus", FT_COLUMN_NUMBER },
    { "MEMORY", "memory", FT_COLUMN_BYTES },
    { "DISKS", "disk_bytes", FT_COLUMN_BYTES },
    { "UUID", "uuid", FT_COLUMN_TEXT },
};

#define COLUMNS(columns) columns, FT_ARRAY_SIZE(columns)

static void
section(struct ft_cli *cli, const json_t *host, const char *key,
        const struct ft_column *columns, size_t count)
{
    const json_t *rows = json_object_get(host, key);

    if (!json_array_size(rows))
        return;
    if (cli->style.output == FT_OUTPUT_TABLE)
        putc('\n', cli->out);
    ft_table_print(cli->out, &cli->style, columns, count, rows);
}

static enum ft_exit
show(struct ft_cli *cli, const json_t *host)
{
    if (cli->style.output == FT_OUTPUT_JSON) {
        FT_AUTOJSON json_t *document =
            json_pack("{s:i,s:O}", "schema", 1, "host", host);

        return ft_cli_print(cli, document, NULL, NULL, 0);
    }
    ft_record_print(cli->out, &cli->style, COLUMNS(host_columns), host);
    if (cli->style.output == FT_OUTPUT_PLAIN)
        return FT_EXIT_OK; /* tables of other columns would not parse */
    section(cli, host, "nics", COLUMNS(nic_columns));
    section(cli, host, "networks", COLUMNS(network_columns));
    section(cli, host, "pools", COLUMNS(pool_columns));
    section(cli, host, "vms", COLUMNS(vm_columns));
    return FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *record = NULL;

    (void)argc;
    if (ft_work_host_show(&cli->work, argv[0], &record, &err))
        return ft_cli_fail(cli, &err);
    return show(cli, record);
}

const struct ft_command ft_command_host_show = {
    .name = "host show",
    .usage = "HOST",
    .summary = "Show what is known about a host",
    .details = "From the database: hardware, networks, storage and VMs as they\n"
               "were when the host was last looked at. ftadmin host add looks\n"
               "again.",
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
