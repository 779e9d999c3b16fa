/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "ui/model/pair-rows.h"
#include "ui/tui/frame.h"

struct asked asked;

/* ---- the owner ---- */

static void
op_run(void *data, const struct ft_words *words, const struct ft_words *shown,
       bool show)
{
    (void)shown;
    (void)data;
    ft_words_text(words, asked.command, sizeof(asked.command));
    asked.shown = show;
    asked.runs++;
}

static bool
op_ask(void *data, unsigned ticket, const struct ft_words *words)
{
    (void)data;
    if (asked.busy)
        return false;
    asked.ticket = ticket;
    ft_words_text(words, asked.command, sizeof(asked.command));
    ft_words_text(words, asked.plan, sizeof(asked.plan));
    ft_words_text(words, asked.asks[asked.plans % ASKED_MAX],
                  sizeof(asked.asks[0]));
    asked.tickets[asked.plans % ASKED_MAX] = ticket;
    asked.plans++;
    return true;
}

static void
op_first(void *data, enum ft_first_what what, const struct ft_words *words,
         bool may_ask)
{
    (void)data;
    asked.may_ask = may_ask;
    ft_words_text(words, asked.command, sizeof(asked.command));
    asked.what = what;
    asked.first++;
}

static void
op_answer(void *data, unsigned id, const char *secret, bool same)
{
    (void)data;
    asked.answers++;
    asked.answered = id;
    asked.same = same;
    snprintf(asked.secret, sizeof(asked.secret), "%s", secret ? secret : "-");
}

static void
op_nothing(void *data)
{
    (void)data;
}

static void
op_text(void *data, const char *text)
{
    (void)data;
    (void)text;
}

static void
op_shell(void *data, const struct ft_words *program)
{
    (void)data;
    asked.shells++;
    if (program)
        ft_words_text(program, asked.program, sizeof(asked.program));
}

const struct ft_console_ops ops = {
    .run = op_run,
    .ask_again = op_nothing,
    .ask = op_ask,
    .first = op_first,
    .answer = op_answer,
    .copy = op_text,
    .write = op_text,
    .shell = op_shell,
    .suspend = op_nothing,
};

/* ---- keys ---- */

void
press(struct ft_console *console, const char *keys)
{
    char word[32];
    int used;

    for (; sscanf(keys, "%31s%n", word, &used) == 1; keys += used) {
        struct ft_key key = { ft_key_by_name(word), NULL };

        assert_int_not_equal(key.code, FT_KEY_NONE);
        ft_console_key(console, &key);
    }
}

void
type(struct ft_console *console, const char *text)
{
    for (; *text; text++) {
        struct ft_key key = { (unsigned char)*text, NULL };

        ft_console_key(console, &key);
    }
}

/* ---- screens ---- */

char *
drawn(struct ft_console *console, int width, int height, bool utf8)
{
    struct ft_grid grid;
    char *text;

    assert_int_equal(ft_grid_open(&grid, width, height, utf8), 0);
    console->utf8 = utf8;
    ft_console_draw(console, &grid);
    text = ft_grid_dump(&grid);
    ft_grid_close(&grid);
    assert_non_null(text);
    return text;
}

void
compare_text(const char *name, const char *text)
{
    char path[512];
    FT_AUTOFREE char *known = NULL;

    snprintf(path, sizeof(path), "%s/tests/unit/tui/screens/%s.txt",
             getenv("srcdir") ? getenv("srcdir") : ".", name);
    if (getenv("FT_UPDATE_SCREENS")) {
        FILE *out = fopen(path, "w");

        assert_non_null(out);
        fputs(text, out);
        fclose(out);
        return;
    }
    assert_int_equal(ft_file_read(path, 1 << 20, &known, NULL), 0);
    if (strcmp(known, text) != 0) {
        print_message("%s is not as it was:\n%s", name, text);
        fail_msg("%s (make update-screens writes it anew)", path);
    }
}

void
compare(struct ft_console *console, const char *name, int width, int height,
        bool utf8)
{
    FT_AUTOFREE char *text = drawn(console, width, height, utf8);

    compare_text(name, text);
}

/* ---- pictures ---- */

/* As those of the lab's ledger guest are, roughly. */
static float
level(const char *metric)
{
    static const struct {
        const char *metric;
        float level;
    } of[] = {
        { "pause_ms", 3.4F },   { "lag_ms", 19 },
        { "commit_ms", 11 },    { "dirty_bytes", 420e3F },
        { "held_packets", 14 }, { "link_bytes", 9.1e6F },
        { "rtt_ms", 0.3F },     { "apply_ms", 2.2F },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(of); i++)
        if (!strcmp(metric, of[i].metric))
            return of[i].level;
    return 4;
}

static bool
history(void *data, const char *pair, const char *metric, int64_t until_ms,
        double seconds, struct ft_history *h)
{
    const float usual = level(metric);
    const float wave = 4 + (float)(strlen(metric) % 5);

    (void)data;
    (void)until_ms;
    (void)pair;
    (void)seconds;
    h->count = 60;
    h->step_s = 15;
    h->usual_low = strcmp(metric, "apply_ms") ? 0.7 * usual : -1;
    h->usual_high = 1.4 * usual;
    for (unsigned i = 0; i < h->count; i++)
        h->values[i] =
            i == 20 ? -1 : usual * (0.7F + 0.5F * fabsf(sinf((float)i / wave)));
    return true;
}

/* Something was measured in every minute. */
static bool
measured(void *data, const char *pair, int64_t at_ms, struct ft_measured *out)
{
    (void)data;
    (void)pair;
    (void)at_ms;
    *out = (struct ft_measured){ 60, 29, 5.2 };
    return true;
}

static json_t *
pair_rows(const json_t *fixture)
{
    const json_t *live = json_object_get(fixture, "live");
    json_t *rows = json_array();
    const json_t *status;
    size_t index;

    json_array_foreach(json_object_get(fixture, "pairs"), index, status) {
        json_t *row = ft_pair_row(status, 0.3, true);
        static const char *const roles[][2] = { { "primary", "primary_live" },
                                                { "standby", "standby_live" },
                                                { "witness", "witness_live" } };

        for (size_t i = 0; i < FT_ARRAY_SIZE(roles); i++)
            json_object_set(
                row, roles[i][1],
                json_object_get(live, ft_json_string(status, roles[i][0], "")));
        ft_pair_row_judge(row);
        json_array_append_new(rows, row);
    }
    return rows;
}

void
load(const char *name, struct ft_picture *p)
{
    char path[512];
    json_t *fixture;

    snprintf(path, sizeof(path), "%s/tests/unit/tui/pictures/%s.json",
             getenv("srcdir") ? getenv("srcdir") : ".", name);
    fixture = json_load_file(path, 0, NULL);
    assert_non_null(fixture);
    memset(p, 0, sizeof(*p));
    p->pairs = pair_rows(fixture);
    p->hosts = json_incref(json_object_get(fixture, "hosts"));
    p->vms = json_incref(json_object_get(fixture, "vms"));
    p->events = json_incref(json_object_get(fixture, "events"));
    p->jobs = json_incref(json_object_get(fixture, "jobs"));
    p->wall_ms = ft_json_int(fixture, "wall_ms", 0, INT64_MAX, 0);
    p->history = history;
    p->measured = measured;
    ft_picture_sum(p);
    p->age_s = 0.6;
    p->from_store = false;
    json_decref(fixture);
}

void
unload(struct ft_picture *p)
{
    json_decref(p->pairs);
    json_decref(p->hosts);
    json_decref(p->vms);
    json_decref(p->events);
    json_decref(p->jobs);
    ft_plugs_free(&p->plugs);
}

void
begin(struct ft_console *console, struct ft_picture *picture, const char *name)
{
    memset(&asked, 0, sizeof(asked));
    load(name, picture);
    assert_int_equal(ft_console_open(console, &ops, picture, true), 0);
}

void
end(struct ft_console *console, struct ft_picture *picture)
{
    ft_console_close(console);
    unload(picture);
}

void
compare_screens(const struct screen *screens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ft_console console;
        struct ft_picture picture;

        begin(&console, &picture, screens[i].picture);
        console.utf8 = screens[i].utf8;
        strcpy(console.left_at, "2026-11-28T03:10:10Z");
        press(&console, screens[i].keys);
        compare(&console, screens[i].name, screens[i].width, screens[i].height,
                screens[i].utf8);
        end(&console, &picture);
    }
}
