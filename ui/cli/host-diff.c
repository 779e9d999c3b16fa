/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/findings.h"
#include "ui/model/event-rows.h"
#include "ui/model/utc.h"
#include "ui/work/host-past.h"
#include "ui/work/hosts.h"

#define INDENT 8

static const struct ft_column columns[] = {
    { "WHAT", "what", FT_COLUMN_TEXT },
    { "FIRST", "a", FT_COLUMN_TEXT },
    { "SECOND", "b", FT_COLUMN_TEXT },
    { "WHY", "why", FT_COLUMN_TEXT },
};

static void
print_side(struct ft_cli *cli, const char *host, const char *value)
{
    char label[300];

    snprintf(label, sizeof(label), "%s: ", host);
    ft_cli_print_folded(cli->out, &cli->style, INDENT, label,
                        *value ? value : "-");
}

static void
print_all(struct ft_cli *cli, const char *a, const char *b, const json_t *rows)
{
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        ft_cli_print_folded(cli->out, &cli->style, 0, "",
                            ft_json_string(row, "what", ""));
        print_side(cli, a, ft_json_string(row, "a", ""));
        print_side(cli, b, ft_json_string(row, "b", ""));
        ft_cli_print_folded(cli->out, &cli->style, INDENT, "",
                            ft_json_string(row, "why", ""));
    }
    if (!json_array_size(rows))
        fprintf(cli->out, "%s and %s are alike in all that matters to a pair\n",
                a, b);
}

/* A number of host show --history, or a time as events takes it. */
static int
parse_since(const char *text, int64_t *at, int64_t *number, struct ft_error *err)
{
    char since[FT_STORE_WORD];
    int rc;

    *at = *number = 0;
    if (*text && strspn(text, "0123456789") == strlen(text) &&
        strlen(text) < 18) {
        *number = strtoll(text, NULL, 10);
        return *number ? 0 : ft_fail(err, EINVAL, NULL, "there is no number 0");
    }
    rc = ft_event_since(text, ft_work_now_ms() / 1000, since, sizeof(since),
                        err);
    *at = rc ? 0 : ft_parse_utc(since) + 999; /* the end of that second */
    return rc;
}

static enum ft_exit
with_itself(struct ft_cli *cli, const char *host)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;
    int64_t at, number, then = 0;
    char since[32];

    if (parse_since(cli->options.since, &at, &number, &err) ||
        ft_work_host_past_diff(&cli->work, host, at, number, &then, &rows, &err))
        return ft_cli_fail(cli, &err);
    ft_format_utc(then, since);
    document = json_pack("{s:i,s:s,s:s,s:O}", "schema", 1, "host", host,
                         "since", since, "differences", rows);
    if (cli->style.output != FT_OUTPUT_TABLE)
        return ft_cli_print(cli, document, rows, columns,
                            FT_ARRAY_SIZE(columns));
    if (!json_array_size(rows))
        fprintf(cli->out,
                "%s is as it was since %s in all that matters to a "
                "pair\n",
                host, since);
    else
        print_all(cli, since, "now", rows);
    return FT_EXIT_OK;
}

static const struct ft_option options[] = {
    { "since", 0, FT_OPTION_TEXT, "TIME|N",
      offsetof(struct ft_cli_options, since), 0, 0,
      "one host with what it was: 3d, 2026-11-28, or N of show --history" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;

    if ((argc == 1) != (cli->options.since != NULL))
        return ft_cli_fail_text(cli, FT_EXIT_USAGE, NULL,
                                "host diff takes two hosts, or one and --since");
    if (cli->options.since)
        return with_itself(cli, argv[0]);
    if (ft_work_hosts_diff(&cli->work, argv[0], argv[1], &rows, &err))
        return ft_cli_fail(cli, &err);
    document = json_pack("{s:i,s:s,s:s,s:O}", "schema", 1, "a", argv[0], "b",
                         argv[1], "differences", rows);
    if (cli->style.output != FT_OUTPUT_TABLE)
        return ft_cli_print(cli, document, rows, columns,
                            FT_ARRAY_SIZE(columns));
    print_all(cli, argv[0], argv[1], rows);
    return FT_EXIT_OK;
}

const struct ft_command ft_command_host_diff = {
    .name = "host diff",
    .usage = "HOST [HOST]",
    .summary = "Show in what two hosts differ, and why that matters",
    .details =
        "From the database: what was told when each was last looked at.\n"
        "ftadmin check says what it means to a VM. With --since one host\n"
        "is compared with what it was then.",
    .options = options,
    .min_arguments = 1,
    .max_arguments = 2,
    .needs = FT_NEEDS_DATABASE,
    .run = run,
};
