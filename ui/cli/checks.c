/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "plan/fixes.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/findings.h"
#include "ui/model/columns.h"
#include "ui/model/suggest.h"

#define INDENT 8
#define FIXABLE "Can be mended by ftadmin check --fix, or some of it."

static json_t *
row_of(const struct ft_check_line *line)
{
    bool fixable = ft_check_fixable((enum ft_check_id)(line - ft_check_lines));

    return json_pack("{s:s,s:s,s:s?,s:b}", "id", line->id, "looks", line->looks,
                     "seen", line->seen, "fixable", (int)fixable);
}

static enum ft_exit
unknown(struct ft_cli *cli, const char *typed)
{
    struct ft_suggestion near = { .distance = 0 };
    char hint[128] = "ftadmin checks lists all.";

    for (int i = 0; i < FT_CHECKS; i++)
        ft_suggest(&near, typed, ft_check_lines[i].id);
    if (*near.name)
        snprintf(hint, sizeof(hint), "Did you mean %s?", near.name);
    return ft_cli_fail_text(cli, FT_EXIT_NOT_FOUND, hint,
                            "there is no check %s", typed);
}

static void
print_line(struct ft_cli *cli, const struct ft_check_line *line)
{
    const struct ft_style *style = &cli->style;

    fprintf(cli->out, "%s\n", line->id);
    ft_cli_print_folded(cli->out, style, INDENT, "", line->looks);
    if (line->seen)
        ft_cli_print_folded(cli->out, style, INDENT, "Seen: ", line->seen);
    if (ft_check_fixable((enum ft_check_id)(line - ft_check_lines)))
        ft_cli_print_folded(cli->out, style, INDENT, "", FIXABLE);
}

static enum ft_exit
print(struct ft_cli *cli, const json_t *rows)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:O}", "schema", 1, "checks", rows);
    const json_t *row;
    size_t i;

    if (cli->style.output != FT_OUTPUT_TABLE)
        return ft_cli_print(cli, document, rows, ft_check_list_columns.list,
                            ft_check_list_columns.count);
    json_array_foreach(rows, i, row)
        print_line(cli, &ft_check_lines[ft_check_find(
                            json_string_value(json_object_get(row, "id")))]);
    return FT_EXIT_OK;
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    FT_AUTOJSON json_t *rows = json_array();

    for (int i = 0; i < argc; i++) {
        enum ft_check_id check = ft_check_find(argv[i]);

        if (check == FT_CHECKS)
            return unknown(cli, argv[i]);
        json_array_append_new(rows, row_of(&ft_check_lines[check]));
    }
    for (int i = 0; i < FT_CHECKS && !argc; i++)
        json_array_append_new(rows, row_of(&ft_check_lines[i]));
    return print(cli, rows);
}

const struct ft_command ft_command_checks = {
    .name = "checks",
    .usage = "[CHECK...]",
    .summary = "List what check and protect look at",
    .details =
        "Says of every check, or of those named, what it looks at, and where\n"
        "what it warns of was seen; those without were put in by reasoning.\n"
        "Asks no host. ftadmin-checks(7) has the same list.",
    .max_arguments = FT_CHECKS,
    .needs = FT_NEEDS_NOTHING,
    .run = run,
};
