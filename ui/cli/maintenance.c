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
#include "ui/work/maintenance.h"

#define OPTION(member) offsetof(struct ft_cli_options, member)

static const struct ft_option options[] = {
    { "standbys", 0, FT_OPTION_TEXT, "WHAT", OPTION(standbys), 0, 0,
      "what becomes of the copies there: keep their disks (keep), or move them "
      "to other hosts (move)" },
    { "wait", 0, FT_OPTION_FLAG, NULL, OPTION(wait), 0, 0,
      "wait for what is still being copied; off: and bring VMs back" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },      { "RESULT", "did", FT_COLUMN_TEXT },
    { "RUNS ON", "on", FT_COLUMN_TEXT }, { "COPY ON", "copy", FT_COLUMN_TEXT },
    { "WHY", "why", FT_COLUMN_TEXT },
};

static bool
is_on(const char *word)
{
    return !strcmp(word, "on");
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    const char *standbys = cli->options.standbys;

    (void)argc;
    if (!is_on(argv[1]) && strcmp(argv[1], "off") != 0)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "ftadmin maintenance HOST on|off",
                                "maintenance is on or off, not \"%.40s\"",
                                argv[1]);
    if (standbys && strcmp(standbys, "keep") != 0 &&
        strcmp(standbys, "move") != 0)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--standbys is keep or move, not \"%.40s\"",
                                standbys);
    if (standbys && !is_on(argv[1]))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--standbys goes with on");
    return FT_EXIT_OK;
}

/* Who has no copy meanwhile, or may not be able to take over. */
static void
note_risks(struct ft_cli *cli, const struct ft_work_maintenance *m,
           const json_t *document)
{
    const char *host = ft_json_string(document, "host", "?");
    size_t witness = json_array_size(json_object_get(document, "witness_of"));
    size_t left = ft_work_maintenance_left(m);

    if (witness)
        ft_cli_note(cli,
                    "%s is the witness of %zu protected VM%s: while it is down "
                    "no host could take over; ftadmin witness VM best gives a VM "
                    "another one.",
                    host, witness, witness == 1 ? "" : "s");
    if (left)
        ft_cli_note(cli, "%zu VM%s: see to %s, then give the command again.",
                    left, left == 1 ? " is left" : "s are left",
                    left == 1 ? "it" : "them");
    else
        ft_cli_note(cli,
                    "%s may be stopped or rebooted now. ftadmin maintenance %s "
                    "off takes it back.",
                    host, host);
}

static void
note_return(struct ft_cli *cli, const struct ft_work_maintenance *m,
            const json_t *document)
{
    size_t handed = 0;

    for (size_t i = 0; i < m->count; i++)
        handed += m->vms[i].handed && m->vms[i].did != FT_MAINTAINED_BACK;
    if (handed)
        ft_cli_note(cli,
                    "%zu VM%s ran there before: ftadmin maintenance %s off "
                    "--wait hands %s back once protected.",
                    handed, handed == 1 ? "" : "s",
                    ft_json_string(document, "host", "?"),
                    handed == 1 ? "it" : "them");
}

/* Without table: nothing was waited for, so that there is nothing to tell of each. */
static enum ft_exit
report(struct ft_cli *cli, const json_t *document, bool table)
{
    const json_t *rows = json_object_get(document, "vms");

    if (cli->style.output != FT_OUTPUT_JSON &&
        (!table || !json_array_size(rows)))
        return FT_EXIT_OK;
    return ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
}

static enum ft_exit
go(struct ft_cli *cli, struct ft_work_maintenance *m, bool on)
{
    const char *standbys = cli->options.standbys;
    struct ft_maintenance_options how = {
        .move = standbys && !strcmp(standbys, "move"),
        .wait = cli->options.wait,
    };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_job_outcome outcome;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    FT_AUTOJSON json_t *document = NULL;
    enum ft_exit code, printed;
    int rc;

    ft_cli_catch_interrupts();
    rc = on ? ft_work_maintenance_on(m, &how, &progress, &outcome, &err)
            : ft_work_maintenance_off(m, &how, &progress, &outcome, &err);
    ft_cli_progress_end(&shown);
    document = ft_work_maintenance_document(m);
    printed = report(cli, document, on || how.wait);
    if (rc) {
        code = ft_cli_fail(cli, &err);
        ft_cli_say_left(cli, &outcome);
        return code;
    }
    if (on)
        note_risks(cli, m, document);
    else
        note_return(cli, m, document);
    return printed                       ? printed
           : ft_work_maintenance_left(m) ? FT_EXIT_PARTLY
                                         : FT_EXIT_OK;
}

static enum ft_exit
confirm(struct ft_cli *cli, const struct ft_work_maintenance *m,
        const char *host, bool on)
{
    const char *standbys = cli->options.standbys;
    bool move = standbys && !strcmp(standbys, "move");

    if (!on)
        return FT_EXIT_OK;
    return ft_cli_confirm(cli,
                          "Take %s out: hand over %zu VM%s, %s %zu cop%s? %s.",
                          host, m->run, m->run == 1 ? "" : "s",
                          move ? "move" : "let go", m->copies,
                          m->copies == 1 ? "y" : "ies",
                          move ? "Until they are copied anew they run alone"
                               : "Until it is back they run alone");
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_maintenance m;
    enum ft_exit code;

    (void)argc;
    if (ft_work_maintenance_prepare(&cli->fleet, argv[0], &m, &err))
        code = ft_cli_fail(cli, &err);
    else
        code = confirm(cli, &m, argv[0], is_on(argv[1]));
    if (!code && !err.code)
        code = go(cli, &m, is_on(argv[1]));
    ft_work_maintenance_close(&m);
    return code;
}

const struct ft_command ft_command_maintenance = {
    .name = "maintenance",
    .usage = "HOST on|off",
    .summary = "Take a host out of service, or back into it",
    .details =
        "on: VMs that run there are handed over, the copies there are ended or\n"
        "moved, and nothing is placed there until off, however often the host\n"
        "is rebooted. VMs whose copy was there run alone meanwhile. A VM that\n"
        "cannot be handed over stays, is said so (exit code 7), and is tried\n"
        "again by the same command. off: the hosts fill the copies again, of\n"
        "disks what has changed; with --wait VMs that ran there come back.",
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .needs = FT_NEEDS_ENGINE,
    .check = check,
    .run = run,
};
