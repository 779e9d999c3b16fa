/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One job: shown, followed while it runs, or asked to stop. It may be another
 * ftadmin's; what is shown comes from the database.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "ui/cli/cli.h"
#include "ui/cli/commands.h"
#include "ui/cli/interrupt.h"
#include "ui/work/job.h"

#define LOOK_MS 500 /* how often a followed job is looked at */

static const struct ft_option show_options[] = {
    { "log", 'l', FT_OPTION_FLAG, NULL, offsetof(struct ft_cli_options, log), 0,
      0, "print also every command on the hosts, its exit code and time" },
    { "follow", 'f', FT_OPTION_FLAG, NULL,
      offsetof(struct ft_cli_options, follow), 0, 0,
      "go on until it has ended; Ctrl-C leaves the job alone" },
    { NULL, 0, 0, NULL, 0, 0, 0, NULL },
};

static const struct ft_column job_columns[] = {
    { "Job", "id", FT_COLUMN_NUMBER },
    { "What", "what", FT_COLUMN_TEXT },
    { "State", "state", FT_COLUMN_TEXT },
    { "Started", "started", FT_COLUMN_TEXT },
    { "Ended", "ended", FT_COLUMN_TEXT },
    { "Seconds", "seconds", FT_COLUMN_NUMBER },
    { "By", "by", FT_COLUMN_TEXT },
    { "Process", "pid", FT_COLUMN_NUMBER },
    { "Progress", "progress", FT_COLUMN_TEXT },
    { "Left", "left", FT_COLUMN_TEXT },
    { "Hint", "hint", FT_COLUMN_TEXT },
    { "Goes on", "goes_on", FT_COLUMN_TEXT },
    { "Next", "next", FT_COLUMN_TEXT },
};

static const struct ft_column step_columns[] = {
    { "STEP", "step", FT_COLUMN_NUMBER },
    { "STATE", "state", FT_COLUMN_TEXT },
    { "SECONDS", "seconds", FT_COLUMN_NUMBER },
    { "WHAT", "text", FT_COLUMN_TEXT },
};

static const struct ft_column line_columns[] = {
    { "AT", "at", FT_COLUMN_TEXT },
    { "HOST", "host", FT_COLUMN_TEXT },
    { "STATUS", "status", FT_COLUMN_NUMBER },
    { "MS", "ms", FT_COLUMN_NUMBER },
    { "COMMAND", "command", FT_COLUMN_TEXT },
    { "SAID", "text", FT_COLUMN_TEXT },
};

#define COLUMNS(columns) columns, FT_ARRAY_SIZE(columns)

static enum ft_exit
parse_number(struct ft_cli *cli, const char *word, int64_t *number)
{
    char *end;
    long long value = strtoll(word, &end, 10);

    *number = value;
    if (*end || end == word || value < 1)
        return ft_cli_fail_text(cli, FT_EXIT_USAGE,
                                "ftadmin jobs lists them with their numbers",
                                "no number of a job: \"%s\"", word);
    return FT_EXIT_OK;
}

static enum ft_exit
check(struct ft_cli *cli, int argc, char **argv)
{
    int64_t number;

    (void)argc;
    return parse_number(cli, argv[0], &number);
}

/* What a job came to, as ftadmin's own exit code would have been. */
static enum ft_exit
exit_of(const json_t *record)
{
    static const struct {
        const char *state;
        enum ft_exit code;
    } codes[] = {
        { "partly", FT_EXIT_PARTLY },
        { "failed", FT_EXIT_FAILED },
        { "stopped", FT_EXIT_INTERRUPTED },
        { "detached", FT_EXIT_INTERRUPTED },
        { "interrupted", FT_EXIT_INTERRUPTED },
    };
    const char *state = ft_json_string(record, "state", "");

    for (size_t i = 0; i < FT_ARRAY_SIZE(codes); i++)
        if (!strcmp(state, codes[i].state))
            return codes[i].code;
    return FT_EXIT_OK;
}

static enum ft_exit
print_tables(struct ft_cli *cli, const json_t *record, const json_t *lines)
{
    const json_t *steps = json_object_get(record, "step_list");
    int rc =
        ft_record_print(cli->out, &cli->style, COLUMNS(job_columns), record);

    /* With --plain tables of other columns would not parse. */
    if (!rc && cli->style.output == FT_OUTPUT_TABLE && json_array_size(steps)) {
        putc('\n', cli->out);
        rc = ft_table_print(cli->out, &cli->style, COLUMNS(step_columns), steps);
    }
    if (!rc && json_array_size(lines)) {
        putc('\n', cli->out);
        rc = ft_table_print(cli->out, &cli->style, COLUMNS(line_columns), lines);
    }
    return rc ? ft_cli_fail_output(cli, rc) : FT_EXIT_OK;
}

static enum ft_exit
print_once(struct ft_cli *cli, json_t *record, const json_t *lines)
{
    FT_AUTOJSON json_t *document = NULL;

    if (cli->style.output != FT_OUTPUT_JSON)
        return print_tables(cli, record, lines);
    document =
        json_pack("{s:i,s:O,s:O*}", "schema", 1, "job", record, "log", lines);
    return ft_cli_print(cli, document, NULL, NULL, 0);
}

/* ---- following ---- */

/* What has changed is a line; with --json the whole record, on one line. */
static void
print_change(struct ft_cli *cli, const json_t *record, const json_t *lines,
             char *before, size_t size)
{
    char now[1024];
    const json_t *line;
    size_t index;

    json_array_foreach(lines, index, line)
        fprintf(cli->out, "  %s: %s (%lld, %lld ms)\n",
                ft_json_string(line, "host", ""),
                ft_json_string(line, "command", ""),
                (long long)ft_json_int(line, "status", INT64_MIN, INT64_MAX, 0),
                (long long)ft_json_int(line, "ms", 0, INT64_MAX, 0));
    snprintf(now, sizeof(now), "%s%s%s%s%s", ft_json_string(record, "state", ""),
             *ft_json_string(record, "progress", "") ? ": " : "",
             ft_json_string(record, "progress", ""),
             *ft_json_string(record, "left", "") ? ", left: " : "",
             ft_json_string(record, "left", ""));
    if (!strcmp(now, before))
        return;
    snprintf(before, size, "%s", now);
    if (cli->style.output == FT_OUTPUT_JSON) {
        cli->printed = true;
        json_dumpf(record, cli->out, JSON_COMPACT | JSON_ENSURE_ASCII);
        putc('\n', cli->out);
    } else {
        fprintf(cli->out, "%s\n", now);
    }
    fflush(cli->out);
}

static enum ft_exit
follow(struct ft_cli *cli, int64_t number)
{
    char before[1024] = "";
    int64_t last = 0;

    ft_cli_catch_interrupts();
    for (;;) {
        struct ft_error err = FT_ERROR_INIT;
        FT_AUTOJSON json_t *record = NULL;
        FT_AUTOJSON json_t *lines = NULL;
        int rc = ft_work_job_show(&cli->work, number, &record, &err);

        if (!rc && cli->options.log)
            rc = ft_work_job_log(&cli->work, number, &last, &lines, &err);
        if (rc)
            return ft_cli_fail(cli, &err);
        print_change(cli, record,
                     cli->style.output == FT_OUTPUT_JSON ? NULL : lines, before,
                     sizeof(before));
        if (strcmp(ft_json_string(record, "state", ""), "running") != 0)
            return exit_of(record);
        if (ft_work_interrupted(&cli->work))
            return FT_EXIT_INTERRUPTED;
        ft_clock_sleep(LOOK_MS * FT_NS_PER_MS);
    }
}

/* ---- the commands ---- */

static enum ft_exit
run_show(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *record = NULL;
    FT_AUTOJSON json_t *lines = NULL;
    int64_t number, last = 0;
    int rc;

    (void)argc;
    if (parse_number(cli, argv[0], &number))
        return FT_EXIT_USAGE;
    if (cli->options.follow)
        return follow(cli, number);
    rc = ft_work_job_show(&cli->work, number, &record, &err);
    if (!rc && cli->options.log)
        rc = ft_work_job_log(&cli->work, number, &last, &lines, &err);
    return rc ? ft_cli_fail(cli, &err) : print_once(cli, record, lines);
}

static enum ft_exit
run_stop(struct ft_cli *cli, int argc, char **argv)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *record = NULL;
    int64_t number;

    (void)argc;
    if (parse_number(cli, argv[0], &number))
        return FT_EXIT_USAGE;
    if (ft_work_job_show(&cli->work, number, &record, &err))
        return ft_cli_fail(cli, &err);
    if (ft_work_job_stop(&cli->work, number, &err))
        return ft_cli_fail(cli, &err);
    ft_cli_note(cli, "Job %lld is asked to stop at its next safe point. Now:",
                (long long)number);
    ft_cli_note(cli, "%s\n  %s", ft_json_string(record, "goes_on", ""),
                ft_json_string(record, "next", ""));
    return FT_EXIT_OK;
}

const struct ft_command ft_command_jobs_show = {
    .name = "jobs show",
    .usage = "JOB",
    .summary = "Show one job: its steps, how far it is, what it leaves",
    .details =
        "From the database: also a job of another ftadmin. With --follow a\n"
        "line for each change until the job has ended; the exit code is then\n"
        "what came of it: 0 done, 1 failed, 7 partly, 130 left or interrupted.",
    .options = show_options,
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .check = check,
    .run = run_show,
};

const struct ft_command ft_command_jobs_stop = {
    .name = "jobs stop",
    .usage = "JOB",
    .summary = "Ask a job to stop at its next safe point",
    .details =
        "As Ctrl-C where it runs: nothing is left half done, and what was made\n"
        "stays. Says what that is now.",
    .min_arguments = 1,
    .max_arguments = 1,
    .needs = FT_NEEDS_DATABASE,
    .check = check,
    .run = run_stop,
};
