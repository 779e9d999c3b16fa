/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "ui/cli/answers.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/work/fleet.h"
#include "ui/cli/interrupt.h"

#define DEFAULT_LIMIT 100
#define RECONNECT_MS 2000

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

/* One lock for the database and the output: the threads take turns. */
struct follow {
    struct ft_cli *cli;
    pthread_mutex_t lock;
};

#define COPY(to, from) \
    snprintf((to), sizeof(to), "%.*s", (int)sizeof(to) - 1, (from))

static void
convert(const char *host, const json_t *from, struct ft_store_event *event)
{
    const char *severity = ft_json_string(from, "severity", "info");

    memset(event, 0, sizeof(*event));
    COPY(event->host, host);
    event->seq = ft_json_int(from, "seq", 0, INT64_MAX, 0);
    COPY(event->at, ft_json_string(from, "at", ""));
    COPY(event->pair, ft_json_string(from, "pair", ""));
    COPY(event->vm, ft_json_string(from, "vm", ""));
    COPY(event->severity, strcmp(severity, "warn") && strcmp(severity, "crit")
                              ? "info"
                              : severity);
    COPY(event->kind, ft_json_string(from, "kind", ""));
    COPY(event->text, ft_json_string(from, "text", ""));
}

static int
store_events(struct ft_store *store, const char *host, const json_t *events,
             struct ft_error *err)
{
    struct ft_store_event event;
    const json_t *from;
    size_t index;
    int rc = 0;

    json_array_foreach(events, index, from) {
        convert(host, from, &event);
        if (!rc && *event.at)
            rc = ft_store_event_put(store, &event, err);
    }
    return rc;
}

static int
call_events(struct ft_fleet *fleet, struct ft_member *member, int64_t since,
            int timeout_ms, json_t **result, struct ft_error *err)
{
    return ft_member_call(fleet, member, "events",
                          json_pack("{s:I,s:b}", "since", (json_int_t)since,
                                    "follow", 0),
                          result, timeout_ms, err);
}

/*
 * Asks from the last known event on, that one included: an answer without it
 * means that the host's log was begun anew, and then all of it is new.
 */
static int
fetch(struct ft_fleet *fleet, struct ft_member *member, size_t index,
      void *data, struct ft_error *err)
{
    struct follow *follow = data;
    int timeout_ms = ft_work_timeout_ms(&follow->cli->work, FT_WORK_ANSWER_MS);
    FT_AUTOJSON json_t *result = NULL;
    int64_t last = 0;
    int rc;

    (void)index;
    pthread_mutex_lock(&follow->lock);
    rc = ft_store_event_last(follow->cli->work.store, member->name, &last, err);
    pthread_mutex_unlock(&follow->lock);
    if (!rc)
        rc = call_events(fleet, member, last ? last - 1 : 0, timeout_ms,
                         &result, err);
    if (!rc && last && !json_array_size(json_object_get(result, "events"))) {
        json_decref(result);
        result = NULL;
        rc = call_events(fleet, member, 0, timeout_ms, &result, err);
    }
    if (rc)
        return rc;
    pthread_mutex_lock(&follow->lock);
    rc = store_events(follow->cli->work.store, member->name,
                      json_object_get(result, "events"), err);
    pthread_mutex_unlock(&follow->lock);
    return rc;
}

static json_t *
event_row(const struct ft_store_event *event)
{
    return json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "host", event->host,
                     "seq", (json_int_t)event->seq, "at", event->at, "pair",
                     event->pair, "vm", event->vm, "severity", event->severity,
                     "kind", event->kind, "text", event->text);
}

static int
compare(const void *a, const void *b)
{
    const struct ft_store_event *left = a, *right = b;
    int by_time = strcmp(left->at, right->at);

    if (by_time)
        return by_time;
    return left->id < right->id ? -1 : left->id > right->id;
}

static json_t *
stored_rows(struct ft_cli *cli, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_event *events = NULL;
    json_t *rows = json_array();
    size_t limit = cli->options.limit ? cli->options.limit : DEFAULT_LIMIT;
    size_t count = 0;

    if (ft_store_event_list(cli->work.store, 0, limit, &events, &count, err)) {
        json_decref(rows);
        return NULL;
    }
    if (count)
        qsort(events, count, sizeof(*events), compare);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, event_row(&events[i]));
    return rows;
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

struct stream {
    struct follow *follow;
    struct ft_member *member;
};

/* The first call brings the reply, {"events":[...]}; later ones an event each. */
static int
on_event(void *data, const json_t *event)
{
    struct stream *stream = data;
    struct ft_cli *cli = stream->follow->cli;
    FT_AUTOJSON json_t *one = NULL;
    const json_t *list = json_object_get(event, "events");
    const json_t *each;
    size_t index;

    if (event && !list)
        list = one = json_pack("[O]", event);
    pthread_mutex_lock(&stream->follow->lock);
    json_array_foreach(list, index, each) {
        struct ft_store_event known;
        FT_AUTOJSON json_t *row = NULL;

        convert(stream->member->name, each, &known);
        row = event_row(&known);
        print_one(cli, row);
        ft_store_event_put(cli->work.store, &known, NULL);
    }
    pthread_mutex_unlock(&stream->follow->lock);
    return ft_cli_interrupted(NULL);
}

static int
follow_once(struct ft_fleet *fleet, struct ft_member *member,
            struct follow *follow, struct ft_error *err)
{
    struct stream stream = { follow, member };
    int64_t last = 0;
    int rc;

    pthread_mutex_lock(&follow->lock);
    rc = ft_store_event_last(follow->cli->work.store, member->name, &last, err);
    pthread_mutex_unlock(&follow->lock);
    if (!rc)
        rc = ft_member_control(fleet, member, err);
    if (!rc)
        rc = ft_control_stream(member->control, "events",
                               json_pack("{s:I,s:b}", "since", (json_int_t)last,
                                         "follow", 1),
                               on_event, &stream, err);
    ft_member_disconnect(member);
    return rc;
}

static void
wait_before_again(void)
{
    for (int i = 0; i < RECONNECT_MS / 100 && !ft_cli_interrupted(NULL); i++)
        ft_clock_sleep(100 * FT_NS_PER_MS);
}

/* A host that is gone is said once, and asked again until it is back. */
static int
follow_host(struct ft_fleet *fleet, struct ft_member *member, size_t index,
            void *data, struct ft_error *err)
{
    struct follow *follow = data;
    bool said = false;

    (void)index;
    while (!ft_cli_interrupted(NULL)) {
        int rc = follow_once(fleet, member, follow, err);

        if (rc && !ft_cli_interrupted(NULL)) {
            pthread_mutex_lock(&follow->lock);
            if (!said)
                ft_cli_fail(follow->cli, err);
            pthread_mutex_unlock(&follow->lock);
            wait_before_again();
        }
        said = rc != 0;
    }
    return 0;
}

static enum ft_exit
follow_all(struct ft_cli *cli, struct ft_work_fleet *fleet,
           struct follow *follow, const json_t *rows)
{
    const json_t *row;
    size_t index;

    json_array_foreach(rows, index, row)
        print_one(cli, row);
    if (!fleet->count)
        return FT_EXIT_OK;
    ft_cli_catch_interrupts();
    ft_work_fleet_each(fleet, follow_host, follow);
    return FT_EXIT_INTERRUPTED;
}

static enum ft_exit
show(struct ft_cli *cli, struct ft_work_fleet *fleet)
{
    struct follow follow = { .cli = cli, .lock = PTHREAD_MUTEX_INITIALIZER };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *rows = NULL;
    FT_AUTOJSON json_t *document = NULL;
    enum ft_exit code;

    ft_work_fleet_each(fleet, fetch, &follow);
    rows = stored_rows(cli, &err);
    if (!rows)
        return ft_cli_fail(cli, &err);
    if (cli->options.follow)
        return follow_all(cli, fleet, &follow, rows);
    document = json_pack("{s:i,s:O}", "schema", 1, "events", rows);
    code = ft_cli_print(cli, document, rows, columns, FT_ARRAY_SIZE(columns));
    ft_cli_complain(cli, fleet);
    return code ? code : ft_cli_fleet_exit(fleet);
}

static enum ft_exit
run(struct ft_cli *cli, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return show(cli, &cli->fleet);
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
