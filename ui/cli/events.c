/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/events-film.h"
#include "ui/cli/interrupt.h"
#include "ui/model/columns.h"
#include "ui/model/event-rows.h"
#include "ui/work/events.h"

#define DEFAULT_LIMIT 100

static const struct ft_option options[] = {
    { "follow", 'f', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, follow), 0, 0,
      "go on printing what happens until Ctrl-C" },
    { "limit", 0, FT_OPTION_INTEGER, "N", offsetof(struct ft_cli_options, limit),
      1, FT_STORE_EVENT_LIMIT, "print the newest N events (default: 100)" },
    { "vm", 0, FT_OPTION_TEXT, "VM", offsetof(struct ft_cli_options, vm), 0, 0,
      "only of this VM" },
    { "host", 0, FT_OPTION_TEXT, "HOST", offsetof(struct ft_cli_options, host),
      0, 0, "only of this host" },
    { "severity", 0, FT_OPTION_TEXT, "WORD",
      offsetof(struct ft_cli_options, severity), 0, 0,
      "only this bad or worse: info, warn, crit" },
    { "since", 0, FT_OPTION_TEXT, "TIME", offsetof(struct ft_cli_options, since),
      0, 0, "only later: 10m, 2h, 3d ago, or a date in UTC" },
    { "until", 0, FT_OPTION_TEXT, "TIME", offsetof(struct ft_cli_options, until),
      0, 0, "only until then, written the same way" },
    { "film", 0, FT_OPTION_TEXT, "VM", offsetof(struct ft_cli_options, film), 0,
      0, "tell its last takeover, moment by moment" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

/* Which events were asked for, and where they go. */
struct request {
    struct ft_cli *cli;
    struct ft_store_event_query query;
    char since[FT_STORE_WORD], until[FT_STORE_WORD];
};

static int
parse_severity(const char *word, int *severity, struct ft_error *err)
{
    static const char *const words[] = { "info", "warn", "crit" };

    for (int i = 0; i < (int)FT_ARRAY_SIZE(words); i++)
        if (!word || !strcmp(words[i], word)) {
            *severity = i;
            return 0;
        }
    return ft_fail(err, EINVAL, NULL,
                   "--severity needs info, warn or crit, not \"%.40s\"", word);
}

static int
parse_request(struct ft_cli *cli, struct request *request, struct ft_error *err)
{
    const struct ft_cli_options *wanted = &cli->options;
    int64_t now = (int64_t)time(NULL);
    int rc;

    *request =
        (struct request){ .cli = cli,
                          .query = { .vm = wanted->vm, .host = wanted->host } };
    rc = parse_severity(wanted->severity, &request->query.severity, err);
    if (!rc && wanted->film &&
        (wanted->follow || wanted->vm || wanted->host || wanted->severity ||
         wanted->since || wanted->limit))
        rc = ft_fail(err, EINVAL, NULL, "--film goes with --until only");
    if (!rc && wanted->follow && wanted->until)
        rc = ft_fail(err, EINVAL, NULL, "--follow has no end: not with --until");
    if (!rc && wanted->since) {
        request->query.since = request->since;
        rc = ft_event_since(wanted->since, now, request->since,
                            sizeof(request->since), err);
    }
    if (!rc && wanted->until) {
        request->query.until = request->until;
        rc = ft_event_since(wanted->until, now, request->until,
                            sizeof(request->until), err);
    }
    return rc;
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    struct request request;

    (void)argc;
    (void)argv;
    if (!parse_request(cli, &request, &err))
        return FT_EXIT_OK;
    ft_cli_fail(cli, &err);
    return FT_EXIT_USAGE;
}

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

        for (size_t i = 0; i < ft_event_columns.count; i++) {
            ft_column_text(&ft_event_columns.list[i], row, human,
                           cli->style.utf8, cell, sizeof(cell));
            fprintf(cli->out, "%s%s", cell,
                    i + 1 == ft_event_columns.count ? "\n"
                    : human                         ? "  "
                                                    : "\t");
        }
    }
    fflush(cli->out);
}

static void
on_event(void *data, const json_t *row)
{
    struct request *request = data;

    if (ft_event_fits(&request->query, row))
        print_one(request->cli, row);
}

static void
on_trouble(void *data, const struct ft_error *err)
{
    struct request *request = data;

    ft_cli_fail(request->cli, err);
}

/* JSON lines are out, so an error later on is none of a document. */
static enum ft_exit
follow(struct ft_cli *cli, struct request *request, const json_t *rows)
{
    struct ft_work_listener listener = { on_event, on_trouble, request };
    const json_t *row;
    size_t index;

    cli->printed = true;
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
    enum ft_exit code;

    if (!json_array_size(rows) && cli->style.output == FT_OUTPUT_TABLE)
        ft_cli_note(cli, "No such event.");
    code = ft_cli_print(cli, document, rows, ft_event_columns.list,
                        ft_event_columns.count);
    ft_cli_complain(cli, &cli->fleet);
    return code ? code : ft_cli_fleet_exit(&cli->fleet);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    const struct ft_cli_options *wanted = &cli->options;
    size_t limit = wanted->limit ? (size_t)wanted->limit : DEFAULT_LIMIT;
    struct request request;

    (void)argc;
    (void)argv;
    if (parse_request(cli, &request, &err))
        return ft_cli_fail(cli, &err);
    if (wanted->film)
        return ft_events_film(cli, request.query.until);
    ft_work_events_collect(&cli->fleet);
    if (ft_work_events_list(&cli->work, &request.query, limit, &rows, &err))
        return ft_cli_fail(cli, &err);
    return wanted->follow ? follow(cli, &request, rows) : print(cli, rows);
}

const struct ft_command ft_command_events = {
    .name = "events",
    .usage = "",
    .summary = "Show what happened on the hosts",
    .details = "Collects the event logs of all hosts into the database and\n"
               "prints the newest. With --follow and --json one object a line.",
    .options = options,
    .needs = FT_NEEDS_HOSTS,
    .check = check,
    .run = run,
};
