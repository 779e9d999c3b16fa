/* SPDX-License-Identifier: GPL-2.0-or-later */
/* waive and waivers: findings that the administrator accepts. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/waivers.h"
#include "ui/cli/check-vm.h"
#include "ui/cli/commands.h"
#include "ui/work/waivers.h"

static const struct ft_option options[] = {
    { "reason", 0, FT_OPTION_TEXT, "TEXT",
      offsetof(struct ft_cli_options, reason), 0, 0, "why it is accepted" },
    { "about", 0, FT_OPTION_TEXT, "SUBJECT",
      offsetof(struct ft_cli_options, about), 0, 0,
      "of several findings of the check the one about SUBJECT" },
    { "inventory", 0, FT_OPTION_TEXT, "FILE",
      offsetof(struct ft_cli_options, inventory), 0, 0,
      "by the hosts as FILE has them (facts export); none is asked" },
    { "end", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, end), 0,
      0, "take it back" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* ---- waive ---- */

static enum ft_exit
not_waivable(struct ft_cli *cli, const char *check, int error)
{
    if (error == -EPERM)
        return ft_cli_fail_text(cli, FT_EXIT_REFUSED,
                                "What fails would fail at the takeover, too: "
                                "ftadmin check says what to do.",
                                "%s fails, and is not waived", check);
    if (error == -EEXIST)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "Name one: --about SUBJECT (ftadmin check).",
                                "%s has found several things", check);
    return ft_cli_fail_text(cli, FT_EXIT_NOT_FOUND,
                            "ftadmin check says what is found.",
                            "%s finds nothing to be waived", check);
}

/* The engines go by what they were told last. */
static enum ft_exit
tell(struct ft_cli *cli, const char *vm)
{
    struct ft_error err = FT_ERROR_INIT;

    if (cli->options.inventory || !ft_work_waivers_tell(&cli->fleet, vm, &err))
        return FT_EXIT_OK;
    ft_cli_note(cli,
                "the engines are not told, and say at risk by what they know: "
                "%s; give the command again when they answer.",
                err.text);
    return FT_EXIT_PARTLY;
}

static enum ft_exit
waive(struct ft_cli *cli, struct ft_work_protect *job, const char *vm,
      const char *check)
{
    struct ft_error err = FT_ERROR_INIT;
    const struct ft_finding *finding;
    enum ft_exit code = ft_cli_check(cli, job, vm);
    int error;

    if (code)
        return code;
    finding = ft_waivable(&job->plan.findings, ft_check_find(check),
                          cli->options.about, &error);
    if (!finding)
        return not_waivable(cli, check, error);
    if (ft_work_waive(&cli->work, job->plan.vm, job->plan.vm_uuid, finding,
                      cli->options.reason, &err))
        return ft_cli_fail(cli, &err);
    ft_cli_note(cli, "%s of %s about %s is waived for as long as it finds: %s",
                check, job->plan.vm, finding->subject, finding->evidence);
    return tell(cli, job->plan.vm_uuid);
}

static enum ft_exit
take_back(struct ft_cli *cli, const char *vm, const char *check)
{
    struct ft_error err = FT_ERROR_INIT;
    size_t count;

    if (ft_work_waivers_end(&cli->work, vm, check, cli->options.about, &count,
                            &err))
        return ft_cli_fail(cli, &err);
    ft_cli_note(cli, "%zu of %s taken back for %s", count, check, vm);
    return tell(cli, vm);
}

static enum ft_exit
run_waive(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_work_protect job = { 0 };
    enum ft_exit code;

    (void)argc;
    if (ft_check_find(argv[1]) == FT_CHECKS)
        return ft_cli_fail_text(cli, FT_EXIT_NOT_FOUND,
                                "ftadmin checks lists all.",
                                "there is no check %s", argv[1]);
    if (cli->options.end)
        return take_back(cli, argv[0], argv[1]);
    if (!cli->options.reason || !*cli->options.reason)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "Who reads it in a year wants to know.",
                                "a waiver needs its reason: --reason TEXT");
    code = waive(cli, &job, argv[0], argv[1]);
    ft_work_protect_free(&job);
    return code;
}

const struct ft_command ft_command_waive = {
    .name = "waive",
    .usage = "VM CHECK",
    .summary = "Accept what a check warns of, with a reason",
    .details =
        "The finding is shown as waived from then on, and no more counted: check\n"
        "exits with 0 when nothing else is found. When the check finds something\n"
        "else than now the waiver has ended. What fails cannot be waived.",
    .options = options,
    .min_arguments = 2,
    .max_arguments = 2,
    .needs = FT_NEEDS_HOSTS,
    .run = run_waive,
};

/* ---- waivers ---- */

static const struct ft_column columns[] = {
    { "VM", "vm", FT_COLUMN_TEXT },
    { "CHECK", "id", FT_COLUMN_TEXT },
    { "ABOUT", "subject", FT_COLUMN_TEXT },
    { "GIVEN", "given", FT_COLUMN_TEXT },
    { "BY", "who", FT_COLUMN_TEXT },
    { "ENDED", "ended", FT_COLUMN_TEXT },
    { "REASON", "reason", FT_COLUMN_TEXT },
};

static enum ft_exit
run_waivers(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;

    if (ft_work_waivers_list(&cli->work, argc ? argv[0] : NULL, &rows, &err))
        return ft_cli_fail(cli, &err);
    if (!json_array_size(rows) && cli->style.output == FT_OUTPUT_TABLE)
        ft_cli_note(cli, "Nothing was ever waived.");
    document = json_pack("{s:i,s:O}", "schema", 1, "waivers", rows);
    return ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
}

const struct ft_command ft_command_waivers = {
    .name = "waivers",
    .usage = "[VM]",
    .summary = "List what was waived, by whom and why",
    .details = "Also what has ended: taken back, or found otherwise.",
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .run = run_waivers,
};
