/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/operate.h"

static const struct ft_column columns[] = {
    { "Epoch", "epoch", FT_COLUMN_NUMBER },
    { "Memory pages compared", "ram_pages", FT_COLUMN_NUMBER },
    { "Memory pages different", "ram_different", FT_COLUMN_NUMBER },
    { "Disks compared", "disks", FT_COLUMN_NUMBER },
    { "Disks not compared", "disks_left_out", FT_COLUMN_NUMBER },
    { "Disk compared", "disk_bytes", FT_COLUMN_BYTES },
    { "Disk different", "disk_different", FT_COLUMN_BYTES },
    { "Devices compared", "devices", FT_COLUMN_NUMBER },
    { "Device state compared", "state_bytes", FT_COLUMN_BYTES },
    { "Device state different", "state_different", FT_COLUMN_NUMBER },
    { "Virtual CPUs", "vcpus", FT_COLUMN_NUMBER },
    { "Virtual CPUs of the copy", "copy_vcpus", FT_COLUMN_NUMBER },
    { "Wrong with the copy", "copy_spoilt", FT_COLUMN_TEXT },
    { "Stops", "stops", FT_COLUMN_NUMBER },
    { "Longest stop, ms", "longest_stop_ms", FT_COLUMN_NUMBER },
};

static enum ft_exit
print_result(struct ft_cli *cli, json_t *result, bool differs)
{
    enum ft_exit code = FT_EXIT_OK;
    int rc;

    if (cli->style.output == FT_OUTPUT_JSON) {
        json_object_set_new(result, "schema", json_integer(1));
        code = ft_cli_print(cli, result, NULL, NULL, 0);
    } else {
        rc = ft_record_print(cli->out, &cli->style, columns,
                             FT_ARRAY_SIZE(columns), result);
        code = rc ? ft_cli_fail_output(cli, rc) : FT_EXIT_OK;
    }
    if (differs)
        return ft_cli_fail_text(cli, FT_EXIT_CHECK_FAILED, NULL,
                                "the copy differs from the VM");
    return code;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *result = NULL;
    struct ft_work_pair found;
    bool differs;

    (void)argc;
    if (ft_work_verify_prepare(&cli->fleet, argv[0], &found, &err))
        return ft_cli_fail_lookup(cli, &err);
    if (ft_work_verify(&cli->fleet, &found, &result, &differs, &err))
        return ft_cli_fail(cli, &err);
    return print_result(cli, result, differs);
}

const struct ft_command ft_command_verify = {
    .name = "verify",
    .usage = "VM",
    .summary = "Compare the whole copy with the VM, at epochs' ends",
    .details =
        "Memory, disks and device state, byte by byte; whether the waiting VM\n"
        "has as many virtual CPUs, still waits and is what was made, and whether\n"
        "its disks are at their paths. The VM runs meanwhile: it stands for some\n"
        "10 ms longer at each epoch's end. Media and read-only disks have no copy\n"
        "and are not compared. Exit code 4 when anything differs.",
    .min_arguments = 1,
    .max_arguments = 1,
    .hidden = true,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
