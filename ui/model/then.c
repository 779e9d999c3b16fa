/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/then.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "pair/ownership.h"
#include "ui/model/risk.h"
#include "ui/model/utc.h"

#define WORD_S 60    /* an event of so long before shows that its host lived */
#define SAME_MS 2000 /* between a takeover's event and its record */
#define CLOCK_SIZE 24

/* What the events say of one pair at that moment. */
struct story {
    const char *primary, *standby;   /* of then; of the row of now */
    const struct ft_happened *state; /* the primary's last word; NULL: none */
    const struct ft_happened *takeover; /* the last one until then, or NULL */
    char word[32], reason[FT_STORE_TEXT];
};

/* "28 Nov 03:12:07" of ms since 1970, in UTC. */
static void
format_clock(int64_t ms, char out[CLOCK_SIZE])
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
                                          "May", "Jun", "Jul", "Aug",
                                          "Sep", "Oct", "Nov", "Dec" };
    char whole[32];
    int month;

    ft_format_utc(ms, whole);
    month = *whole ? atoi(whole + 5) : 0;
    if (month < 1 || month > 12)
        strcpy(out, "?");
    else
        snprintf(out, CLOCK_SIZE, "%.2s %s %.8s", whole + 8, months[month - 1],
                 whole + 11);
}

/* ---- what the events say ---- */

/* "VM is STATE" or "VM is STATE: REASON"; false for another text. */
static bool
parse_state(const struct ft_happened *told, struct story *story)
{
    const char *text = ft_json_string(told->row, "text", "");
    const char *vm = ft_json_string(told->row, "vm", "");
    size_t length;

    if (strncmp(text, vm, strlen(vm)) != 0 ||
        strncmp(text + strlen(vm), " is ", 4) != 0)
        return false;
    text += strlen(vm) + 4;
    length = strcspn(text, ":");
    for (unsigned i = 0; i < FT_PAIR_STATE_COUNT; i++) {
        const char *name = ft_pair_state_name(i);

        if (strlen(name) != length || strncmp(name, text, length) != 0)
            continue;
        snprintf(story->word, sizeof(story->word), "%s", name);
        snprintf(story->reason, sizeof(story->reason), "%s",
                 text[length] ? text + length + 1 + (text[length + 1] == ' ')
                              : "");
        return true;
    }
    return false;
}

/* The first takeover after that moment went away from where it ran. */
static void
find_primary(const struct ft_then *then, const json_t *pair, size_t until,
             struct story *story)
{
    const char *now = ft_json_string(pair, "primary", "");
    const char *other = ft_json_string(pair, "standby", "");

    story->primary = now;
    story->standby = other;
    for (size_t i = until; i < then->told->count; i++) {
        const struct ft_happened *told = &then->told->list[i];

        if (!ft_happened_is(told, "takeover") || !ft_happened_is_of(told, pair))
            continue;
        if (!strcmp(ft_happened_host(told), now)) {
            story->primary = other;
            story->standby = now;
        }
        return;
    }
}

static void
read_story(const struct ft_then *then, const json_t *pair, struct story *story)
{
    size_t until = ft_chronicle_until(then->told, then->at_ms);

    memset(story, 0, sizeof(*story));
    find_primary(then, pair, until, story);
    for (size_t i = until; i-- > 0 && !(story->state && story->takeover);) {
        const struct ft_happened *told = &then->told->list[i];

        if (!ft_happened_is_of(told, pair))
            continue;
        if (!story->takeover && ft_happened_is(told, "takeover"))
            story->takeover = told;
        if (!story->state && ft_happened_is(told, "state") &&
            !strcmp(ft_happened_host(told), story->primary) &&
            parse_state(told, story))
            story->state = told;
    }
}

/* ---- rows of pairs ---- */

/* "... at ADDRESS again", "... at ADDRESS: why". */
static bool
names(const char *text, const char *address)
{
    const char *at = strstr(text, " at ");
    size_t length = strlen(address);

    for (; at; at = strstr(at + 1, " at "))
        if (!strncmp(at + 4, address, length) &&
            (at[4 + length] == ' ' || !strncmp(at + 4 + length, ": ", 2)))
            return true;
    return false;
}

/*
 * The last thing that was told of it: up where nothing was. One that had never
 * answered was none.
 */
static bool
was_up(const struct ft_then *then, const json_t *pair, const char *address,
       bool *answered)
{
    for (size_t i = ft_chronicle_until(then->told, then->at_ms); i-- > 0;) {
        const struct ft_happened *told = &then->told->list[i];
        const char *text = ft_json_string(told->row, "text", "");
        bool lost = ft_happened_is(told, "path-lost");

        if ((!lost && !ft_happened_is(told, "path-back")) ||
            !ft_happened_is_of(told, pair) || !names(text, address))
            continue;
        if (lost)
            *answered = !strstr(text, " has never answered at ");
        return !lost;
    }
    return true;
}

static json_t *
paths_of(const struct ft_then *then, const json_t *pair)
{
    json_t *paths = json_array();
    const json_t *path;
    size_t index;

    json_array_foreach(json_object_get(pair, "paths"), index, path) {
        bool answered = ft_json_bool(path, "answered", 1);
        bool up =
            was_up(then, pair, ft_json_string(path, "peer", ""), &answered);

        json_array_append_new(paths,
                              json_pack("{s:O?,s:O?,s:b,s:b}", "local",
                                        json_object_get(path, "local"), "peer",
                                        json_object_get(path, "peer"), "up", up,
                                        "answered", answered));
    }
    return paths;
}

/*
 * Did the host that ran it miss the witness? What it told before its last state
 * does not count: without the witness it would not have come to that.
 */
static bool
missed_witness(const struct ft_then *then, const json_t *pair,
               const struct story *story)
{
    for (size_t i = ft_chronicle_until(then->told, then->at_ms); i-- > 0;) {
        const struct ft_happened *told = &then->told->list[i];
        bool lost = ft_happened_is(told, "witness-unreachable");

        if (told->at_ms < story->state->at_ms)
            return false;
        if ((lost || ft_happened_is(told, "witness-reachable")) &&
            ft_happened_is_of(told, pair) &&
            !strcmp(ft_happened_host(told), story->primary))
            return lost;
    }
    return false;
}

/* The record of the takeover that was the last one then, if it still is. */
static json_t *
takeover_of(const json_t *pair, const struct story *story)
{
    json_t *record = json_object_get(pair, "last_takeover");
    int64_t at, recorded;

    if (!story->takeover)
        return json_null();
    at = ft_parse_utc(ft_json_string(story->takeover->row, "at", ""));
    recorded = ft_parse_utc(ft_json_string(record, "at", ""));
    if (recorded >= 0 && recorded >= at - SAME_MS && recorded <= at + SAME_MS)
        return json_incref(record);
    return json_pack("{s:s}", "at",
                     ft_json_string(story->takeover->row, "at", ""));
}

/* Whether the word that was told is still a word about that moment. */
static bool
is_shown(const struct ft_then *then, const struct story *story,
         const struct ft_measured *measured)
{
    return story->state &&
           (measured->of_s ||
            then->at_ms - story->state->at_ms <= WORD_S * INT64_C(1000));
}

static void
explain_unknown(const struct story *story, char *out, size_t size)
{
    char clock[CLOCK_SIZE];

    if (!story->state) {
        snprintf(out, size, "no event tells how it stood then");
        return;
    }
    format_clock(story->state->at_ms, clock);
    snprintf(out, size, "nothing was measured then; its last word: %s, %s",
             story->word, clock);
}

static json_t *
figure(double value)
{
    return value >= 0 ? ft_json_figure(value) : json_null();
}

static int
add_figures(json_t *row, const struct ft_measured *measured)
{
    json_t *pause = json_object();
    int rc = json_object_set_new(row, "lag_ms", figure(measured->lag_ms));

    json_object_set_new(pause, "p99", figure(measured->pause_ms));
    rc |= json_object_set_new(row, "pause_ms", pause);
    rc |= json_object_set_new(row, "measured_s",
                              measured->of_s
                                  ? json_integer((json_int_t)measured->of_s)
                                  : json_null());
    return rc;
}

static const char *
health_of(const char *standing)
{
    static const char *const healths[] = {
        [FT_SEVERITY_OK] = "ok",
        [FT_SEVERITY_WARN] = "warn",
        [FT_SEVERITY_CRIT] = "crit",
        [FT_SEVERITY_UNKNOWN] = "unknown",
    };

    return healths[ft_severity_of(standing)];
}

/*
 * Protected with one fault to go, by what is known of then: the guest's clocks
 * are not kept.
 */
static int
judge_risk(const struct ft_then *then, const json_t *pair,
           const struct story *story, json_t *row)
{
    enum ft_risk risk;
    char text[256];
    int rc = 0;

    if (missed_witness(then, pair, story))
        rc = json_object_set_new(row, "witness_reachable", json_false());
    risk = ft_pair_risk(row);
    if (rc || risk == FT_RISK_NONE)
        return rc;
    ft_risk_text(risk, row, text, sizeof(text));
    rc = json_object_set_new(row, "at_risk", json_string(ft_risk_word(risk)));
    rc |= json_object_set_new(row, "standing", json_string("at risk"));
    rc |= json_object_set_new(row, "health", json_string(health_of("at risk")));
    if (!*story->reason)
        rc |= json_object_set_new(row, "reason", ft_json_text(text));
    return rc;
}

static json_t *
row_of(const struct ft_then *then, const json_t *pair)
{
    struct ft_measured measured = { 0, -1, -1 };
    struct story story;
    FT_AUTOJSON json_t *row = NULL;
    const char *word;
    bool shown;

    read_story(then, pair, &story);
    if (!then->measured ||
        !then->measured(then->data, ft_json_string(pair, "pair", ""),
                        then->at_ms, &measured))
        measured = (struct ft_measured){ 0, -1, -1 };
    shown = is_shown(then, &story, &measured);
    word = shown ? story.word : "unknown";
    if (!shown)
        explain_unknown(&story, story.reason, sizeof(story.reason));
    row = json_pack(
        "{s:O?,s:O?,s:O?,s:s,s:s,s:O?,s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "pair",
        json_object_get(pair, "pair"), "vm", json_object_get(pair, "vm"),
        "uuid", json_object_get(pair, "uuid"), "primary", story.primary,
        "standby", story.standby, "witness", json_object_get(pair, "witness"),
        "state", word, "reason", story.reason, "standing", word, "health",
        health_of(word), "since_s",
        shown ? ft_json_figure((double)(then->at_ms - story.state->at_ms) / 1000)
              : json_null(),
        "paths", paths_of(then, pair), "last_takeover",
        takeover_of(pair, &story));
    if (!row || add_figures(row, &measured) ||
        (shown && judge_risk(then, pair, &story, row)))
        return NULL;
    return FT_STEAL(row);
}

json_t *
ft_then_pairs(const struct ft_then *then)
{
    FT_AUTOJSON json_t *rows = json_array();
    const json_t *pair;
    size_t index;

    json_array_foreach(then->pairs, index, pair)
        if (json_array_append_new(rows, row_of(then, pair)))
            return NULL;
    return FT_STEAL(rows);
}

/* ---- hosts and events ---- */

static bool
has_a_copy(const char *standing)
{
    return !strcmp(standing, "protected") || !strcmp(standing, "at risk") ||
           strstr(standing, "syncing");
}

static const char *
host_state(const json_t *pairs, const char *name)
{
    const char *state = "unknown";
    const json_t *row;
    size_t index;

    json_array_foreach(pairs, index, row) {
        const char *standing = ft_json_string(row, "standing", "unknown");
        bool runs = !strcmp(ft_json_string(row, "primary", ""), name);
        bool waits = !strcmp(ft_json_string(row, "standby", ""), name);

        if (!strcmp(standing, "unknown"))
            continue;
        if (runs || (waits && has_a_copy(standing)))
            return "ok";
        if (waits && !strcmp(standing, "alone"))
            state = "silent";
    }
    return state;
}

json_t *
ft_then_hosts(const struct ft_then *then, const json_t *pairs)
{
    FT_AUTOJSON json_t *rows = json_array();
    const json_t *host;
    size_t index;

    json_array_foreach(then->hosts, index, host) {
        json_t *row =
            json_pack("{s:O?,s:O?,s:O?,s:s,s:n,s:n}", "name",
                      json_object_get(host, "name"), "address",
                      json_object_get(host, "address"), "kind",
                      json_object_get(host, "kind"), "state",
                      host_state(pairs, ft_json_string(host, "name", "")),
                      "machine", "age_s");

        if (json_array_append_new(rows, row))
            return NULL;
    }
    return FT_STEAL(rows);
}

json_t *
ft_then_events(const struct ft_then *then)
{
    size_t until = ft_chronicle_until(then->told, then->at_ms);
    FT_AUTOJSON json_t *rows = json_array();

    for (size_t i = 0; i < until; i++)
        if (json_array_append(rows,
                              (json_t *)(uintptr_t)then->told->list[i].row))
            return NULL;
    return FT_STEAL(rows);
}

/* ---- sentences ---- */

static void
say(struct ft_verdict *verdict, enum ft_severity severity, const char *sentence)
{
    memset(verdict, 0, sizeof(*verdict));
    verdict->severity = severity;
    verdict->move = FT_MOVE_NOBODY;
    snprintf(verdict->sentence, sizeof(verdict->sentence), "%s", sentence);
}

void
ft_then_say(const struct ft_then *then, const json_t *row,
            struct ft_verdict *verdict)
{
    const char *standing = ft_json_string(row, "standing", "unknown");
    const char *reason = ft_json_string(row, "reason", "");
    const char *vm = ft_json_string(row, "vm", "it");
    char clock[CLOCK_SIZE], text[FT_VERDICT_SENTENCE];

    format_clock(then->at_ms, clock);
    if (!strcmp(standing, "protected"))
        snprintf(text, sizeof(text),
                 "%s: %.24s was protected, on %.16s, its copy on %.16s.", clock,
                 vm, ft_json_string(row, "primary", "?"),
                 ft_json_string(row, "standby", "?"));
    else
        snprintf(text, sizeof(text), "%s: %.24s was %s%s%.60s.", clock, vm,
                 standing, *reason ? ": " : "", reason);
    say(verdict, ft_severity_of(ft_json_string(row, "health", "unknown")), text);
}

/* "erp alone", "erp and 3 more alone" */
static void
list_worst(const json_t *pairs, const json_t *worst, char *out, size_t size)
{
    const char *standing = ft_json_string(worst, "standing", "unknown");
    const char *vm = ft_json_string(worst, "vm", "one");
    size_t same = 0, index;
    const json_t *row;

    json_array_foreach(pairs, index, row)
        same += !strcmp(ft_json_string(row, "standing", "unknown"), standing);
    if (same > 1)
        snprintf(out, size, "%.24s and %zu more %s", vm, same - 1, standing);
    else
        snprintf(out, size, "%.24s %s", vm, standing);
}

void
ft_then_say_all(const struct ft_then *then, const json_t *pairs,
                struct ft_verdict *verdict)
{
    enum ft_severity severity, most = FT_SEVERITY_OK;
    char clock[CLOCK_SIZE], list[80], text[FT_VERDICT_SENTENCE];
    size_t well = 0, index, count = json_array_size(pairs);
    const json_t *row, *worst = NULL;

    format_clock(then->at_ms, clock);
    json_array_foreach(pairs, index, row) {
        severity = ft_severity_of(ft_json_string(row, "health", "unknown"));
        well += severity == FT_SEVERITY_OK;
        if (ft_severity_rank(severity) <= ft_severity_rank(most))
            continue;
        most = severity;
        worst = row;
    }
    list_worst(pairs, worst, list, sizeof(list));
    if (!count)
        snprintf(text, sizeof(text), "%s: no pair is known.", clock);
    else if (!worst)
        snprintf(text, sizeof(text), "%s: %s", clock,
                 count == 1 ? "the only pair was protected."
                            : "all pairs were protected.");
    else
        snprintf(text, sizeof(text), "%s: %zu of %zu protected; %s.", clock,
                 well, count, list);
    say(verdict, count ? most : FT_SEVERITY_UNKNOWN, text);
}
