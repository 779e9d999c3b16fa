/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/settings.h"
#include "ui/work/settings.h"

static const struct ft_option options[] = {
    FT_CLI_SETTINGS_OPTIONS,
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static enum ft_exit
print_result(struct ft_cli *cli, const struct ft_work_pair *found,
             const struct ft_pair_settings *settings, const char *left)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:s,s:s,s:s?,s:i,s:o}", "schema", 1, "vm",
                  found->pair.vm, "pair", found->pair.pair, "left", left,
                  "client_latency_ms", ft_settings_latency(settings),
                  "settings", ft_settings_to_json(settings));
    char text[400];

    if (cli->style.output == FT_OUTPUT_JSON)
        return ft_cli_print(cli, document, NULL, NULL, 0);
    ft_cli_settings_text(settings, text, sizeof(text));
    fprintf(cli->out, "%s: %s\n", found->pair.vm, text);
    return FT_EXIT_OK;
}

static enum ft_exit
change(struct ft_cli *cli, const struct ft_work_pair *found,
       const struct ft_pair_settings *before)
{
    struct ft_pair_settings after = *before;
    struct ft_error err = FT_ERROR_INIT, left = FT_ERROR_INIT;
    enum ft_exit code;

    ft_cli_settings_apply(&cli->options, &after);
    if (ft_work_settings_change(&cli->fleet, found, before, &after, &left, &err))
        return ft_cli_fail(cli, &err);
    code = print_result(cli, found, &after,
                        left.code ? found->pair.standby : NULL);
    if (code || !left.code)
        return code;
    ft_cli_note(cli, "%s; give the command again when it answers.", left.text);
    return FT_EXIT_PARTLY;
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return ft_cli_settings_check(cli);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    bool given = ft_cli_settings_given(&cli->options);
    struct ft_error err = FT_ERROR_INIT;
    struct ft_pair_settings now;
    struct ft_work_pair found;

    (void)argc;
    if (ft_work_settings_prepare(&cli->fleet, argv[0], given, &found, &now,
                                 &err))
        return ft_cli_fail_lookup(cli, &err);
    return given ? change(cli, &found, &now)
                 : print_result(cli, &found, &now, NULL);
}

const struct ft_command ft_command_set = {
    .name = "set",
    .usage = "VM",
    .summary = "Show or change how a protected VM's time is spent",
    .details =
        "Without options prints the settings as they are. Changes apply at\n"
        "once, on both hosts; the VM stays protected, and a copy that is being\n"
        "made goes on.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_HOSTS,
    .check = check,
    .run = run,
};
