/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/model/rehearsal.h"
#include "ui/work/settings.h"

#define NEVER "never"

static const struct ft_option options[] = {
    { "rehearse", 0, FT_OPTION_TEXT, "DAYS",
      offsetof(struct ft_cli_options, rehearse), 0, 0,
      "rehearse a takeover every DAYS days, or never" },
    { "agent", 0, FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, agent),
      0, 0, "with --rehearse: the guest agent has to answer then" },
    { "console", 0, FT_OPTION_TEXT, "PATTERN",
      offsetof(struct ft_cli_options, console), 0, 0,
      "with --rehearse: the serial console has to show that" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* -1: it is neither. */
static int
days_of(const char *text)
{
    char *end;
    long days = strtol(text, &end, 10);

    if (strcmp(text, NEVER) == 0)
        return 0;
    return end != text && !*end && days >= 1 && days <= FT_REHEARSAL_DAYS_MAX
               ? (int)days
               : -1;
}

static void
print_text(const struct ft_cli *cli, const char *vm,
           const struct ft_pair_settings *now)
{
    const char *console = now->rehearse_console;

    if (now->rehearse_days)
        fprintf(cli->out,
                "%s: its copy is rehearsed every %d day%s, by the host that has "
                "it%s%s%s%s\n",
                vm, now->rehearse_days, now->rehearse_days == 1 ? "" : "s",
                now->rehearse_agent ? "; its guest agent has to answer" : "",
                *console ? "; its console has to show '" : "", console,
                *console ? "'" : "");
    else
        fprintf(cli->out, "%s: its copy is never rehearsed by itself\n", vm);
}

static enum ft_exit
print_result(struct ft_cli *cli, const struct ft_work_pair *found,
             const struct ft_pair_settings *now, const char *left)
{
    const char *console = now->rehearse_console;
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s?,s:i,s:b,s:s?}", "schema", 1, "vm",
                  found->pair.vm, "pair", found->pair.pair, "left", left,
                  "rehearse_days", now->rehearse_days, "rehearse_agent",
                  now->rehearse_agent, "rehearse_console",
                  *console ? console : NULL);

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    print_text(cli, found->pair.vm, now);
    return FT_EXIT_OK;
}

/* What a rehearsal has to show is said with how often it is, all of it. */
static enum ft_exit
change(struct ft_cli *cli, const struct ft_work_pair *found,
       const struct ft_pair_settings *before, int days)
{
    const char *console = cli->options.console ? cli->options.console : "";
    struct ft_error err = FT_ERROR_INIT, left = FT_ERROR_INIT;
    struct ft_pair_settings after = *before;
    enum ft_exit code;

    after.rehearse_days = days;
    after.rehearse_agent = cli->options.agent;
    snprintf(after.rehearse_console, sizeof(after.rehearse_console), "%s",
             console);
    if (ft_work_settings_change(&cli->fleet, found, before, &after, &left, &err))
        return ft_cli_fail(cli, &err);
    code = print_result(cli, found, &after,
                        left.code ? found->pair.standby : NULL);
    if (code || !left.code)
        return code;
    ft_cli_note(cli, "%s; give the command again when it answers.", left.text);
    return FT_EXIT_PARTLY;
}

/* *days: what is wanted; -1: nothing is to be changed. */
static enum ft_exit
read_options(struct ft_cli *cli, int *days)
{
    const struct ft_cli_options *o = &cli->options;
    struct ft_error err = FT_ERROR_INIT;

    *days = o->rehearse ? days_of(o->rehearse) : -1;
    if (o->rehearse && *days < 0)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--rehearse is 1 to %d days, or " NEVER,
                                FT_REHEARSAL_DAYS_MAX);
    if ((o->agent || o->console) && *days <= 0)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--agent and --console go with --rehearse DAYS");
    if (o->console && ft_rehearsal_check_pattern(o->console, &err))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, err.hint, "%s", err.text);
    return FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_settings now;
    struct ft_work_pair found;
    int days;
    enum ft_exit code = read_options(cli, &days);

    (void)argc;
    if (code)
        return code;
    if (ft_work_settings_prepare(&cli->fleet, argv[0], days >= 0, &found, &now,
                                 &err))
        return ft_cli_fail_lookup(cli, &err);
    return days >= 0 ? change(cli, &found, &now, days)
                     : print_result(cli, &found, &now, NULL);
}

const struct ft_command ft_command_policy = {
    .name = "policy",
    .usage = "VM",
    .summary = "Show or change what is done for a VM by itself",
    .details =
        "The engine of the host with the copy keeps it and does it, wherever the\n"
        "copy is: a rehearsal (ftadmin help rehearse) so many days after the last\n"
        "one. One that was inconclusive is tried again after an hour. --agent and\n"
        "--console say what it has to show, as for rehearse. Without options\n"
        "prints what is set.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
