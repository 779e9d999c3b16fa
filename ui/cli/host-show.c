/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdint.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/findings.h"
#include "ui/work/host-past.h"
#include "ui/work/hosts.h"

#define INDENT 8

static const struct ft_column host_columns[] = {
    { "Host", "name", FT_COLUMN_TEXT },
    { "Address", "address", FT_COLUMN_TEXT },
    { "Kind", "kind", FT_COLUMN_TEXT },
    { "Engine", "engine", FT_COLUMN_TEXT },
    { "System", "facts.system.name", FT_COLUMN_TEXT },
    { "Kernel", "facts.kernel.release", FT_COLUMN_TEXT },
    { "CPU", "facts.cpu.model", FT_COLUMN_TEXT },
    { "Microcode", "facts.cpu.microcode", FT_COLUMN_TEXT },
    { "CPUs", "facts.cpu.count", FT_COLUMN_NUMBER },
    { "NUMA nodes", "facts.cpu.nodes", FT_COLUMN_TEXT },
    { "Memory", "facts.memory.total", FT_COLUMN_BYTES },
    { "libvirt", "facts.libvirt.version", FT_COLUMN_TEXT },
    { "swtpm", "facts.swtpm", FT_COLUMN_TEXT },
    { "Firewall", "facts.firewall", FT_COLUMN_TEXT },
    { "Clock source", "facts.condition.clocksource", FT_COLUMN_TEXT },
    { "Chassis", "facts.condition.chassis", FT_COLUMN_TEXT },
    { "Room", "facts.condition.room", FT_COLUMN_BYTES },
    { "Reboot due", "facts.condition.reboot_due", FT_COLUMN_YESNO },
    { "Maintenance", "maintenance_s", FT_COLUMN_AGE },
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
    { "FLUSH", "flush", FT_COLUMN_TEXT },
};

static const struct ft_column link_columns[] = {
    { "LINK TO", "host", FT_COLUMN_TEXT },
    { "ADDRESS", "address", FT_COLUMN_TEXT },
    { "NIC", "nic", FT_COLUMN_TEXT },
    { "CARRIES", "carries", FT_COLUMN_TEXT },
    { "MEASURED", "age_s", FT_COLUMN_AGE },
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
    section(cli, host, "links", COLUMNS(link_columns));
    section(cli, host, "pools", COLUMNS(pool_columns));
    section(cli, host, "vms", COLUMNS(vm_columns));
    return FT_EXIT_OK;
}

/* ---- what it was before ---- */

static const struct ft_column past_columns[] = {
    { "NUMBER", "number", FT_COLUMN_NUMBER },
    { "SINCE", "at", FT_COLUMN_TEXT },
};

static void
print_past(struct ft_cli *cli, const json_t *row)
{
    const json_t *changes = json_object_get(row, "changes"), *change;
    char text[900];
    size_t i;

    fprintf(cli->out, "%lld  %s\n",
            (long long)ft_json_int(row, "number", 0, INT64_MAX, 0),
            ft_json_string(row, "at", ""));
    if (!json_is_array(changes))
        ft_cli_print_folded(cli->out, &cli->style, INDENT, "",
                            "what is kept begins here");
    json_array_foreach(changes, i, change) {
        snprintf(text, sizeof(text), "%.200s: %.300s, before %.300s",
                 ft_json_string(change, "what", ""),
                 *ft_json_string(change, "b", "")
                     ? ft_json_string(change, "b", "")
                     : "-",
                 *ft_json_string(change, "a", "")
                     ? ft_json_string(change, "a", "")
                     : "-");
        ft_cli_print_folded(cli->out, &cli->style, INDENT, "", text);
    }
}

static enum ft_exit
show_history(struct ft_cli *cli, const char *host)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;
    const json_t *row;
    size_t i;

    if (ft_work_host_past_list(&cli->work, host, &rows, &err))
        return ft_cli_fail(cli, &err);
    document =
        json_pack("{s:i,s:s,s:O}", "schema", 1, "host", host, "history", rows);
    if (cli->style.output != FT_OUTPUT_TABLE)
        return ft_cli_print(cli, document, rows, COLUMNS(past_columns));
    if (!json_array_size(rows))
        ft_cli_note(cli, "Nothing is kept of %s yet: ftadmin host add %s looks.",
                    host, host);
    json_array_foreach(rows, i, row)
        print_past(cli, row);
    return FT_EXIT_OK;
}

static const struct ft_option options[] = {
    { "history", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, history), 0, 0,
      "what changed when, as far as it is kept" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *record = NULL;

    (void)argc;
    if (cli->options.history)
        return show_history(cli, argv[0]);
    if (ft_work_host_show(&cli->work, argv[0], &record, &err))
        return ft_cli_fail(cli, &err);
    return show(cli, record);
}

const struct ft_command ft_command_host_show = {
    .name = "host show",
    .usage = "HOST",
    .summary = "Show what is known about a host",
    .details =
        "From the database: hardware, networks, storage and VMs as they\n"
        "were when the host was last looked at. ftadmin host add looks\n"
        "again, and so do vm list, check and protect. --history: what of it\n"
        "changed that matters to a pair, the newest first.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
