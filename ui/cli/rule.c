/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule add, list, remove: what the administrator wants of placement. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/rules.h"

static const struct ft_column columns[] = {
    { "RULE", "rule", FT_COLUMN_NUMBER }, { "KIND", "kind", FT_COLUMN_TEXT },
    { "VM", "first", FT_COLUMN_TEXT },    { "VM", "second", FT_COLUMN_TEXT },
    { "MADE", "made", FT_COLUMN_TEXT },
};

static enum ft_exit
list(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;

    (void)argc;
    (void)argv;
    if (ft_work_rules_list(&cli->work, &rows, &err))
        return ft_cli_fail(cli, &err);
    if (!json_array_size(rows) && cli->style.output == FT_OUTPUT_TABLE)
        ft_cli_note(cli, "No rule yet.");
    document = json_pack("{s:i,s:O}", "schema", 1, "rules", rows);
    return ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
}

static enum ft_exit
add(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    if (strcmp(argv[0], "apart") != 0)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "ftadmin rule add apart VM VM",
                                "there is no kind of rule \"%s\"", argv[0]);
    for (int i = 1; i < argc; i++)
        for (int k = i + 1; k < argc; k++) {
            int rc = ft_work_rule_add(&cli->work, argv[i], argv[k], &err);

            if (rc &&
                (rc != -EEXIST || argc == 3)) /* of several some may be new */
                return ft_cli_fail(cli, &err);
        }
    ft_cli_note(cli, "ftadmin check says of each of them where it stands.");
    return FT_EXIT_OK;
}

static enum ft_exit
take_away(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)argc;
    return ft_work_rule_remove(&cli->work, argv[0], &err)
               ? ft_cli_fail(cli, &err)
               : FT_EXIT_OK;
}

const struct ft_command ft_command_rule_add = {
    .name = "rule add",
    .usage = "apart VM VM...",
    .summary = "Keep VMs apart, so that one host is not the end of all",
    .details =
        "Each two of them are not to run on one host, also after a takeover.\n"
        "Where a standby is chosen another one is preferred; check and protect\n"
        "warn (standby.apart).",
    .min_arguments = 3,
    .max_arguments = -1,
    .needs = FT_NEEDS_DATABASE,
    .run = add,
};

const struct ft_command ft_command_rule_list = {
    .name = "rule list",
    .usage = "",
    .summary = "List the rules for placement",
    .details = "From the database.",
    .needs = FT_NEEDS_DATABASE,
    .run = list,
};

const struct ft_command ft_command_rule_remove = {
    .name = "rule remove",
    .usage = "RULE",
    .summary = "Forget a rule",
    .details = "RULE is its number in ftadmin rule list.",
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .run = take_away,
};
