/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

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

static enum ft_exit
print_result(struct ft_cli *cli, const struct ft_work_pair *found, int days,
             const char *left)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s?,s:i}", "schema", 1, "vm", found->pair.vm,
                  "pair", found->pair.pair, "left", left, "rehearse_days", days);

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    if (days)
        fprintf(cli->out,
                "%s: its copy is rehearsed every %d day%s, by the host that has "
                "it\n",
                found->pair.vm, days, days == 1 ? "" : "s");
    else
        fprintf(cli->out, "%s: its copy is never rehearsed by itself\n",
                found->pair.vm);
    return FT_EXIT_OK;
}

static enum ft_exit
change(struct ft_cli *cli, const struct ft_work_pair *found,
       const struct ft_pair_settings *before, int days)
{
    struct ft_error err = FT_ERROR_INIT, left = FT_ERROR_INIT;
    struct ft_pair_settings after = *before;
    enum ft_exit code;

    after.rehearse_days = days;
    if (ft_work_settings_change(&cli->fleet, found, before, &after, &left, &err))
        return ft_cli_fail(cli, &err);
    code =
        print_result(cli, found, days, left.code ? found->pair.standby : NULL);
    if (code || !left.code)
        return code;
    ft_cli_note(cli, "%s; give the command again when it answers.", left.text);
    return FT_EXIT_PARTLY;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    const char *given = cli->options.rehearse;
    int days = given ? days_of(given) : 0;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_settings now;
    struct ft_work_pair found;

    (void)argc;
    if (days < 0)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "--rehearse is 1 to %d days, or " NEVER,
                                FT_REHEARSAL_DAYS_MAX);
    if (ft_work_settings_prepare(&cli->fleet, argv[0], given != NULL, &found,
                                 &now, &err))
        return ft_cli_fail_lookup(cli, &err);
    return given ? change(cli, &found, &now, days)
                 : print_result(cli, &found, now.rehearse_days, NULL);
}

const struct ft_command ft_command_policy = {
    .name = "policy",
    .usage = "VM",
    .summary = "Show or change what is done for a VM by itself",
    .details =
        "The engine of the host with the copy keeps it and does it, wherever the\n"
        "copy is: a rehearsal (ftadmin help rehearse) so many days after the last\n"
        "one. One that was inconclusive is tried again after an hour. Without\n"
        "options prints what is set.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
