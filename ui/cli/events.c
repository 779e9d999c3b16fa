/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/work/events.h"

#define DEFAULT_LIMIT 100

static const struct ft_option options[] = {
    { "follow", 'f', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, follow), 0, 0,
      "go on printing what happens until Ctrl-C" },
    { "limit", 0, FT_OPTION_INTEGER, "N", offsetof(struct ft_cli_options, limit),
      1, FT_STORE_EVENT_LIMIT, "print the newest N events (default: 100)" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column columns[] = {
    { "AT", "at", FT_COLUMN_TEXT },
    { "HOST", "host", FT_COLUMN_TEXT },
    { "SEVERITY", "severity", FT_COLUMN_SEVERITY },
    { "VM", "vm", FT_COLUMN_TEXT },
    { "KIND", "kind", FT_COLUMN_TEXT },
    { "TEXT", "text", FT_COLUMN_TEXT },
};

/* While following, JSON is one object a line. */
static void
print_one(struct ft_cli *cli, const json_t *row)
{
    char cell[1024];

    if (cli->style.output == FT_OUTPUT_JSON) {
        json_dumpf(row, cli->out, JSON_COMPACT | JSON_ENSURE_ASCII);
        putc('\n', cli->out);
    } else {
        bool human = cli->style.output == FT_OUTPUT_TABLE;

        for (size_t i = 0; i < FT_ARRAY_SIZE(columns); i++) {
            ft_column_text(&columns[i], row, human, cli->style.utf8, cell,
                           sizeof(cell));
            fprintf(cli->out, "%s%s", cell,
                    i + 1 == FT_ARRAY_SIZE(columns) ? "\n"
                    : human                         ? "  "
                                                    : "\t");
        }
    }
    fflush(cli->out);
}

static void
on_event(void *data, const json_t *row)
{
    print_one(data, row);
}

static void
on_trouble(void *data, const struct ft_error *err)
{
    ft_cli_fail(data, err);
}

static enum ft_exit
follow(struct ft_cli *cli, const json_t *rows)
{
    struct ft_work_listener listener = { on_event, on_trouble, cli };
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        print_one(cli, row);
    if (!cli->fleet.count)
        return FT_EXIT_OK;
    ft_cli_catch_interrupts();
    ft_work_events_follow(&cli->fleet, &listener);
    return FT_EXIT_INTERRUPTED;
}

static enum ft_exit
print(struct ft_cli *cli, const json_t *rows)
{
    FT_AUTOJSON json_t *document =
        json_pack("{s:i,s:O}", "schema", 1, "events", rows);
    enum ft_exit code =
        ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));

    ft_cli_complain(cli, &cli->fleet);
    return code ? code : ft_cli_fleet_exit(&cli->fleet);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    size_t limit = cli->options.limit ? cli->options.limit : DEFAULT_LIMIT;

    (void)argc;
    (void)argv;
    ft_work_events_collect(&cli->fleet);
    if (ft_work_events_list(&cli->work, limit, &rows, &err))
        return ft_cli_fail(cli, &err);
    return cli->options.follow ? follow(cli, rows) : print(cli, rows);
}

const struct ft_command ft_command_events = {
    .name = "events",
    .usage = "",
    .summary = "Show what happened on the hosts",
    .details = "Collects the event logs of all hosts into the database and\n"
               "prints the newest. With --follow and --json one object a line.",
    .options = options,
    .needs = FT_NEEDS_HOSTS,
    .run = run,
};
