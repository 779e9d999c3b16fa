/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/progress.h"
#include "ui/work/upgrade.h"

static const struct ft_option options[] = {
    { "engine", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, engine), 0, 0,
      "install this ftengine instead of the one that belongs to ftadmin" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "HOST", "host", FT_COLUMN_TEXT },
    { "HEALTH", "result", FT_COLUMN_SEVERITY },
    { "RESULT", "result", FT_COLUMN_TEXT },
    { "BEFORE", "before", FT_COLUMN_TEXT },
    { "ENGINE", "engine", FT_COLUMN_TEXT },
    { "WORKERS", "workers", FT_COLUMN_NUMBER },
    { "NO COPY FOR", "without_copy_s", FT_COLUMN_AGE },
    { "ERROR", "error", FT_COLUMN_TEXT },
};

static enum ft_exit
report(struct ft_cli *cli, const struct ft_work_upgrade *upgrade)
{
    FT_AUTOJSON json_t *rows = ft_work_upgrade_rows(upgrade);
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:O}", "schema", 1, "hosts", rows);
    enum ft_exit code =
        ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));

    for (size_t i = 0; !code && i < upgrade->done; i++)
        if (upgrade->results[i].left)
            code = FT_EXIT_PARTLY; /* a VM that somebody must look at first */
    return code;
}

static enum ft_exit
go(struct ft_cli *cli, struct ft_work_upgrade *upgrade)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_job_outcome outcome;
    struct ft_cli_progress shown;
    struct ft_progress progress = ft_cli_progress_start(&shown, cli);
    enum ft_exit code, printed;
    int rc;

    ft_cli_catch_interrupts();
    rc = ft_work_upgrade(upgrade, &progress, &outcome, &err);
    ft_cli_progress_end(&shown);
    printed = report(cli, upgrade);
    if (!rc)
        return printed;
    code = ft_cli_fail(cli, &err);
    ft_cli_say_left(cli, &outcome);
    return upgrade->done && rc != -EINTR ? FT_EXIT_PARTLY : code;
}

static enum ft_exit
confirm(struct ft_cli *cli, const struct ft_work_upgrade *upgrade)
{
    size_t vms = upgrade->protected_vms;
    char meanwhile[160] = "";

    if (!upgrade->wanted)
        return FT_EXIT_OK;
    if (vms)
        snprintf(meanwhile, sizeof(meanwhile),
                 " The VMs run on; %zu time%s one of them has no copy until "
                 "that is filled anew.",
                 vms, vms == 1 ? "" : "s");
    return ft_cli_confirm(cli,
                          "Upgrade %zu host%s to %s, one after the other?%s",
                          upgrade->wanted, upgrade->wanted == 1 ? "" : "s",
                          PACKAGE_VERSION, meanwhile);
}

/* Of those that could not be looked at: nothing was done, not even partly. */
static enum ft_exit
first_exit(const struct ft_work_upgrade *upgrade)
{
    size_t i = 0;

    while (i + 1 < upgrade->count && !upgrade->fleet.errors[i].code)
        i++;
    return ft_exit_from_errno(upgrade->fleet.errors[i].code);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_work_upgrade upgrade;
    enum ft_exit code;
    int rc =
        ft_work_upgrade_prepare(&cli->work, argv, (size_t)argc, &upgrade, &err);

    if (rc == -EREMOTEIO) {
        ft_cli_complain(cli, &upgrade.fleet);
        ft_cli_note(cli, "Nothing was touched.");
        code = first_exit(&upgrade);
    } else {
        code = rc ? ft_cli_fail(cli, &err) : confirm(cli, &upgrade);
    }
    if (!rc && !code)
        code = go(cli, &upgrade);
    ft_work_upgrade_close(&upgrade);
    return code;
}

const struct ft_command ft_command_host_upgrade = {
    .name = "host upgrade",
    .usage = "HOST...",
    .summary = "Replace the engine on hosts, VMs running",
    .details =
        "One host after the other gets the engine of this ftadmin; an engine\n"
        "of a package of the same version is used as it is. Guests are not\n"
        "touched. Each protected VM of a host is without a copy while that is\n"
        "filled anew, one VM at a time, and the next host is not begun before\n"
        "all of them are protected again. --timeout is the longest time\n"
        "without progress (60 s). Interrupted, give the same command again:\n"
        "it does what is left.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = -1,
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
