/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/status-watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "ui/cli/interrupt.h"
#include "ui/cli/status-print.h"
#include "ui/model/change.h"
#include "ui/model/columns.h"
#include "ui/model/maintenance.h"
#include "ui/model/pair-rows.h"
#include "ui/text/glyph.h"
#include "ui/text/text.h"
#include "ui/work/live.h"
#include "ui/work/status.h"

#define RATE_MS 1000  /* figures */
#define LOOK_MS 250   /* for changes, and for hosts that fall silent */
#define DRAW_MS 1000  /* figures on a terminal */
#define FIRST_MS 5000 /* for all hosts to answer, before anything is shown */
#define HOME_AND_CLEAR "\033[H\033[2J"

struct watch {
    struct ft_cli *cli;
    const struct ft_pick *pick;
    const char *vm;
    struct ft_work_live *live;
    bool terminal;
    json_t *pairs, *hosts; /* as they were told last */
};

/* ---- a line for each change ---- */

static void
time_now(char *out, size_t size)
{
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&now, &tm);
    strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void
print_json(struct ft_cli *cli, const char *at, const json_t *row)
{
    FT_AUTOJSON json_t *line = json_copy((json_t *)row);

    json_object_del(line, "sides");
    json_object_set_new(line, "at", json_string(at));
    json_dumpf(line, cli->out, JSON_COMPACT | JSON_ENSURE_ASCII);
    putc('\n', cli->out);
}

/* When, what, how bad, how it stands, and in a sentence why. */
static void
print_text(struct ft_cli *cli, const char *at, const json_t *row)
{
    bool pair = ft_json_string(row, "pair", NULL) != NULL;
    const char *standing = ft_json_string(row, pair ? "standing" : "state", "");
    const char *health =
        ft_json_string(row, "health", ft_json_string(row, "state", ""));
    const char *words[] = {
        at,
        pair ? "vm" : "host",
        ft_json_string(row, pair ? "vm" : "name", ""),
        ft_severity_word(ft_severity_of(health)),
        standing,
        ft_json_string(row, pair ? "sentence" : "error", ""),
    };
    bool plain = cli->style.output == FT_OUTPUT_PLAIN;
    char safe[512];

    if (!strcmp(standing, "gone"))
        words[3] = words[5] = "";
    for (size_t i = 0; i < FT_ARRAY_SIZE(words); i++) {
        ft_text_safe(words[i], cli->style.utf8 || plain, safe, sizeof(safe));
        fprintf(cli->out, "%s%s", i == 0 ? "" : plain ? "\t" : "  ", safe);
    }
    putc('\n', cli->out);
}

static void
print_changes(struct watch *watch, const json_t *before, const json_t *now)
{
    FT_AUTOJSON json_t *changed = ft_rows_changed(before, now);
    const json_t *row;
    size_t index;
    char at[32];

    time_now(at, sizeof(at));
    json_array_foreach(changed, index, row) {
        if (watch->cli->style.output == FT_OUTPUT_JSON)
            print_json(watch->cli, at, row);
        else
            print_text(watch->cli, at, row);
    }
}

/* ---- the terminal ---- */

static void
draw_verdict(struct ft_cli *cli, const struct ft_verdict *verdict)
{
    const char *colour =
        cli->style.colour ? ft_severity_colour(verdict->severity) : "";
    char safe[FT_VERDICT_SENTENCE];

    ft_text_safe(verdict->sentence, cli->style.utf8, safe, sizeof(safe));
    fprintf(cli->out, "%s%s %s%s  %s\n   move: %s\n\n", colour,
            ft_severity_glyph(verdict->severity, cli->style.utf8),
            ft_severity_word(verdict->severity), *colour ? "\033[0m" : "", safe,
            ft_move_word(verdict->move));
}

static void
draw(struct watch *watch, const json_t *pairs, const json_t *picked,
     const json_t *hosts)
{
    FT_AUTOJSON json_t *maintenance = ft_maintenance_rows(pairs, hosts);
    struct ft_verdict verdict;
    struct ft_totals totals;
    struct ft_status_view view = {
        .pairs = picked,
        .hosts = hosts,
        .maintenance = maintenance,
        .one = watch->vm != NULL,
        .some = watch->pick->count || watch->pick->problems,
        .totals = &totals,
        .verdict = &verdict,
    };

    ft_totals_count(pairs, hosts, &totals);
    ft_verdict_of_all(pairs, hosts, &verdict);
    fputs(HOME_AND_CLEAR, watch->cli->out);
    draw_verdict(watch->cli, &verdict);
    ft_status_print(watch->cli, &view);
}

/* ---- looking ---- */

/* Only the VM that was named, or what the filter takes. */
static json_t *
pick(const struct watch *watch, const json_t *pairs)
{
    const json_t *one = watch->vm ? ft_pair_find(pairs, watch->vm) : NULL;

    if (watch->vm)
        return one ? json_pack("[O]", one) : json_array();
    return ft_pick_rows(pairs, &ft_pair_columns, watch->pick);
}

static void
show(struct watch *watch, bool figures)
{
    json_t *all = ft_work_live_pairs(watch->live);
    json_t *hosts = ft_work_live_hosts(watch->live);
    json_t *picked = pick(watch, all);

    if (!watch->terminal) {
        print_changes(watch, watch->hosts, hosts);
        print_changes(watch, watch->pairs, picked);
    } else if (figures) {
        draw(watch, all, picked, hosts);
    }
    json_decref(watch->pairs);
    json_decref(watch->hosts);
    json_decref(all);
    watch->pairs = picked;
    watch->hosts = hosts;
}

/* Until every host has answered or not, but not for ever. */
static void
await_first(struct watch *watch)
{
    int64_t end = ft_clock_ns() + FIRST_MS * FT_NS_PER_MS;

    while (!ft_work_live_is_complete(watch->live) && ft_clock_ns() < end &&
           !ft_cli_interrupted(NULL)) {
        ft_work_live_take(watch->live, LOOK_MS / 5);
        json_decref(ft_work_live_hosts(watch->live)); /* who is gone by now */
    }
}

/* A VM that nobody knows is said at once. */
static enum ft_exit
check_vm(struct watch *watch)
{
    FT_AUTOJSON json_t *pairs = ft_work_live_pairs(watch->live);
    struct ft_error err = FT_ERROR_INIT;

    if (!watch->vm || ft_cli_interrupted(NULL) ||
        !ft_work_status_select(&watch->cli->work, pairs, watch->vm, &err))
        return FT_EXIT_OK;
    ft_cli_fail(watch->cli, &err);
    return err.code == ENODATA ? FT_EXIT_UNPROTECTED : FT_EXIT_NOT_FOUND;
}

static enum ft_exit
run(struct watch *watch)
{
    int64_t drawn_ns = 0;
    enum ft_exit missing;

    await_first(watch);
    missing = check_vm(watch);
    if (missing)
        return missing;
    while (!ft_cli_interrupted(NULL)) {
        bool due = ft_clock_ns() - drawn_ns >= DRAW_MS * FT_NS_PER_MS;

        show(watch, due);
        drawn_ns = due ? ft_clock_ns() : drawn_ns;
        if (fflush(watch->cli->out) == EOF)
            return ft_cli_fail_output(watch->cli, -errno);
        ft_work_live_take(watch->live, LOOK_MS);
    }
    return FT_EXIT_INTERRUPTED;
}

enum ft_exit
ft_status_watch(struct ft_cli *cli, const struct ft_pick *wanted, const char *vm)
{
    const char *term = getenv("TERM");
    struct watch watch = {
        .cli = cli,
        .pick = wanted,
        .vm = vm,
        .terminal = cli->style.output == FT_OUTPUT_TABLE &&
                    isatty(fileno(cli->out)) && term && strcmp(term, "dumb"),
    };
    const struct ft_work_live_wish wish = { .rate_ms = RATE_MS };
    struct ft_error err = FT_ERROR_INIT;
    enum ft_exit code;

    ft_cli_catch_interrupts();
    cli->printed = true; /* lines, of which an error is none */
    if (ft_work_live_open(&cli->fleet, &wish, &watch.live, &err))
        return ft_cli_fail(cli, &err);
    code = run(&watch);
    ft_work_live_close(watch.live);
    json_decref(watch.pairs);
    json_decref(watch.hosts);
    return code;
}
