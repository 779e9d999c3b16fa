/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/model/backup-how.h"
#include "ui/work/backup.h"

static const struct ft_option options[] = {
    { "output", 'o', FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, output), 0, 0,
      "the file to make; or a folder, for VM-DISK.FORMAT" },
    { "format", 0, FT_OPTION_TEXT, "FORMAT",
      offsetof(struct ft_cli_options, format), 0, 0, "qcow2 (default) or raw" },
    { "nbd", 0, FT_OPTION_TEXT, "SOCKET|ADDRESS",
      offsetof(struct ft_cli_options, nbd), 0, 0,
      "serve the disks by NBD there instead, until Ctrl-C" },
    { "tls", 0, FT_OPTION_TEXT, "FOLDER", offsetof(struct ft_cli_options, tls),
      0, 0, "keys or certificates for an address, as qemu-nbd has them" },
    { "incremental", 0, FT_OPTION_TEXT, "BASE",
      offsetof(struct ft_cli_options, incremental), 0, 0,
      "only what changed since the backup in that file or folder" },
    { "no-freeze", 0, FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, no_freeze), 0, 0,
      "leave the guest's file systems alone" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "Disk", "disk", FT_COLUMN_TEXT },
    { "Size", "size", FT_COLUMN_BYTES },
    { "On disk", "allocated", FT_COLUMN_BYTES },
    { "File", "file", FT_COLUMN_TEXT },
};

static const struct ft_column exports[] = {
    { "Disk", "disk", FT_COLUMN_TEXT },
    { "Size", "size", FT_COLUMN_BYTES },
    { "Address", "uri", FT_COLUMN_TEXT },
};

static void
print_moment(struct ft_cli *cli, const json_t *document)
{
    const char *why = ft_json_string(document, "not_frozen", NULL);
    bool frozen = !strcmp(ft_json_string(document, "consistency", ""), "frozen");

    if (cli->style.output == FT_OUTPUT_TABLE)
        fprintf(cli->out, "%s as it was at %s, from its copy on %s; %s\n",
                ft_json_string(document, "vm", ""),
                ft_json_string(document, "at", "a moment that is not known"),
                ft_json_string(document, "host", ""),
                frozen ? "its file systems were frozen"
                       : "crash-consistent: as after a power cut");
    if (why)
        ft_cli_note(cli, "%s", why);
}

static enum ft_exit
print(struct ft_cli *cli, const json_t *document)
{
    print_moment(cli, document);
    if (!ft_json_bool(document, "incremental", 1))
        ft_cli_note(cli,
                    "%s does not know what has changed since %s: this is a full "
                    "backup, which needs no other",
                    ft_json_string(document, "host", ""),
                    cli->options.incremental);
    return ft_cli_print(cli, document, json_object_get(document, "files"),
                        columns, FT_ARRAY_SIZE(columns));
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_backup_how how = {
        .output = cli->options.output,
        .format = cli->options.format,
        .nbd = cli->options.nbd,
        .tls = cli->options.tls,
        .incremental = cli->options.incremental,
        .no_freeze = cli->options.no_freeze,
    };
    char why[160];

    (void)argc;
    (void)argv;
    return ft_backup_how_wrong(&how, why, sizeof(why))
               ? ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL, "%s", why)
               : FT_EXIT_OK;
}

/* Whoever waits for it reads it now. */
static void
on_ready(void *data, const json_t *document)
{
    struct ft_cli *cli = data;

    print_moment(cli, document);
    if (!ft_cli_print(cli, document, json_object_get(document, "exports"),
                      exports, FT_ARRAY_SIZE(exports)))
        fflush(cli->out);
    ft_cli_note(cli, "served until Ctrl-C");
}

static enum ft_exit
serve(struct ft_cli *cli, const struct ft_work_pair *found)
{
    struct ft_work_served how = {
        .socket = cli->options.nbd,
        .creds = cli->options.tls,
        .freeze = !cli->options.no_freeze,
    };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_job_outcome outcome;

    if (how.creds && ft_nbd_address_parse(cli->options.nbd, &how.address))
        return FT_EXIT_USAGE; /* was checked */
    return ft_work_backup_serve(&cli->fleet, found, &how, on_ready, cli,
                                &outcome, &err)
               ? ft_cli_fail(cli, &err)
               : FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    const struct ft_work_backup how = {
        .format = cli->options.format ? cli->options.format : "qcow2",
        .output = cli->options.output,
        .freeze = !cli->options.no_freeze,
        .since = cli->options.incremental,
    };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *document = NULL;
    struct ft_cli_progress shown;
    struct ft_job_outcome outcome;
    struct ft_progress progress;
    struct ft_work_pair found;
    int rc;

    (void)argc;
    if (ft_work_backup_prepare(&cli->fleet, argv[0], &found, &err))
        return ft_cli_fail_lookup(cli, &err);
    ft_cli_catch_interrupts();
    if (cli->options.nbd)
        return serve(cli, &found);
    progress = ft_cli_progress_start(&shown, cli);
    rc = ft_work_backup(&cli->fleet, &found, &how, &progress, &document,
                        &outcome, &err);
    ft_cli_progress_end(&shown);
    if (rc == -EINTR)
        return ft_cli_fail_text(cli, FT_EXIT_INTERRUPTED, NULL,
                                "the backup of %s was stopped; nothing of it "
                                "was kept",
                                found.pair.vm);
    return rc ? ft_cli_fail(cli, &err) : print(cli, document);
}

const struct ft_command ft_command_backup = {
    .name = "backup",
    .usage = "VM",
    .summary = "Back up a protected VM from its copy, undisturbed",
    .details =
        "The disks as they were after one committed epoch, all at the same\n"
        "moment, from the host that has the copy into files on this machine, made\n"
        "by qemu-img. The VM runs and is protected meanwhile; virsh backup-begin\n"
        "and snapshots are refused for it. What is restored boots as after a\n"
        "power cut; where the guest has an agent (qemu-guest-agent), its file\n"
        "systems are frozen for that moment, which takes well under a second, and\n"
        "thawed whatever happens. With --nbd no file is made: other tools read the\n"
        "disks at that socket, or over the network with TLS, until Ctrl-C. A\n"
        "takeover meanwhile, or a guest that writes over more than is kept, ends the\n"
        "backup: then there is no file.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .check = check,
    .run = run,
};
