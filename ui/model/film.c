/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/film.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/film-private.h"
#include "ui/model/utc.h"

#define BEFORE_MS 2000 /* events so long before belong to it */
#define WON_MS 10000   /* the witness answers so long before at most */
#define AFTER_MS 60000 /* and so long after */
#define SAME_MS 2000   /* between a takeover's event and its record */
#define MOMENTS_MAX 48
#define MS_MOST 1e9 /* a figure of a record that is more is none */

struct moment {
    double offset; /* NAN: nobody has told when */
    json_t *json;
};

struct moments {
    struct moment list[MOMENTS_MAX];
    size_t count;
};

/* ---- which takeover ---- */

static const struct ft_happened *
find_event(const struct ft_film_from *from)
{
    for (size_t i = from->told->count; i-- > 0;) {
        const struct ft_happened *one = &from->told->list[i];

        if (ft_happened_is(one, "takeover") &&
            ft_happened_is_of(one, from->pair) &&
            (!from->until ||
             strcmp(ft_json_string(one->row, "at", ""), from->until) <= 0))
            return one;
    }
    return NULL;
}

/* The record is of the last takeover: that of the event, or of a lost one. */
static const json_t *
find_record(const struct ft_film_from *from, const struct ft_happened *took)
{
    const json_t *record = json_object_get(from->pair, "last_takeover");
    const char *at = ft_json_string(record, "at", "");
    int64_t recorded = ft_parse_utc(at);
    int64_t happened =
        took ? ft_parse_utc(ft_json_string(took->row, "at", "")) : -1;

    if (recorded < 0 || (from->until && strcmp(at, from->until) > 0))
        return NULL;
    return !took || llabs(recorded - happened) <= SAME_MS ? record : NULL;
}

const char *
ft_film_at(const struct ft_film_from *from)
{
    const struct ft_happened *took = find_event(from);

    return took ? ft_json_string(took->row, "at", NULL)
                : ft_json_string(find_record(from, NULL), "at", NULL);
}

/* ---- its times ---- */

static double
figure(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);
    double ms = json_number_value(value);

    return json_is_number(value) && ms >= 0 && ms < MS_MOST ? ms : -1;
}

/* "... resumed in 9.4 ms (...": of the event, where there is no record. */
static double
number_after(const char *text, const char *words)
{
    const char *at = strstr(text, words);
    char *end;
    double value = at ? strtod(at + strlen(words), &end) : -1;

    return at && end != at + strlen(words) && value >= 0 && value < MS_MOST
               ? value
               : -1;
}

static void
times_of_record(struct ft_film_scene *s, double ran_ms)
{
    double detect = figure(s->record, "detect_ms");
    double win = figure(s->record, "win_ms");
    double apply = figure(s->record, "apply_ms");
    double resume = figure(s->record, "resume_ms");

    s->heard = 0;
    s->asked = FT_MAX(detect, 0.0);
    s->won = s->asked + FT_MAX(win, 0.0);
    s->applied = s->won + FT_MAX(apply, 0.0);
    s->ran = s->applied + FT_MAX(resume, 0.0);
    s->zero_ms = ran_ms - s->ran;
    s->epoch = json_is_number(json_object_get(s->record, "epoch"))
                   ? json_number_value(json_object_get(s->record, "epoch"))
                   : -1;
}

/* Without a record only what its host told, as it told it, is known. */
static void
times_of_events(struct ft_film_scene *s, double ran_ms)
{
    const char *text = ft_json_string(s->took->row, "text", "");
    double resume = number_after(text, "resumed in ");
    double begin = ran_ms - FT_MAX(resume, 0.0);
    double won = s->won_at ? (double)s->won_at->at_ms : begin;

    s->heard = s->asked = -1;
    s->zero_ms = FT_MIN(won, begin);
    s->won = s->won_at ? won - s->zero_ms : -1;
    s->applied = resume >= 0 ? begin - s->zero_ms : -1;
    s->ran = ran_ms - s->zero_ms;
    s->epoch = number_after(text, "since epoch ");
}

/* The witness's answer to the new primary, shortly before. */
static const struct ft_happened *
find_won(const struct ft_film_scene *s, double ran_ms)
{
    for (size_t i = ft_chronicle_until(s->from->told, (int64_t)ran_ms);
         i-- > 0;) {
        const struct ft_happened *one = &s->from->told->list[i];

        if ((double)one->at_ms < ran_ms - WON_MS)
            return NULL;
        if (ft_happened_is(one, "witness") &&
            !strcmp(ft_happened_host(one), s->new) &&
            ft_happened_is_of(one, s->from->pair) &&
            strstr(ft_json_string(one->row, "text", ""), "gave us"))
            return one;
    }
    return NULL;
}

/* By our clock, when it ran: of the event, or of the record and the host. */
static double
when_it_ran(const struct ft_film_scene *s)
{
    double ahead;

    if (s->took && !s->record)
        return (double)s->took->at_ms;
    ft_chronicle_clock(s->from->hosts, s->new, &ahead);
    return (double)ft_parse_utc(ft_json_string(s->record, "at", "")) - ahead;
}

/* ---- what the old primary has told since ---- */

static bool
host_answers(const json_t *hosts, const char *name)
{
    const json_t *host;
    size_t index;

    json_array_foreach(hosts, index, host)
        if (!strcmp(ft_json_string(host, "name", ""), name))
            return !strcmp(ft_json_string(host, "state", ""), "ok");
    return false;
}

static bool
belongs(const struct ft_film_scene *s, const struct ft_happened *one)
{
    bool of_host = !strcmp(ft_happened_host(one), s->old) &&
                   !*ft_json_string(one->row, "vm", "") &&
                   !*ft_json_string(one->row, "pair", "");

    return (of_host || ft_happened_is_of(one, s->from->pair)) &&
           (double)one->at_ms >= s->zero_ms - BEFORE_MS &&
           (double)one->at_ms <= s->zero_ms + s->ran + AFTER_MS;
}

static void
ask_old(struct ft_film_scene *s)
{
    s->old_answers = host_answers(s->from->hosts, s->old);
    for (size_t i = 0; i < s->from->told->count; i++) {
        const struct ft_happened *one = &s->from->told->list[i];

        if (!belongs(s, one) || strcmp(ft_happened_host(one), s->old) != 0)
            continue;
        s->old_told |= (double)one->at_ms >= s->zero_ms;
        if (ft_happened_is(one, "qemu-died"))
            s->old_end = ft_json_string(one->row, "text", NULL);
    }
}

static bool
set_scene(const struct ft_film_from *from, struct ft_film_scene *s)
{
    const char *primary = ft_json_string(from->pair, "primary", "?");
    const char *standby = ft_json_string(from->pair, "standby", "?");
    double ran_ms;

    memset(s, 0, sizeof(*s));
    s->from = from;
    s->took = find_event(from);
    s->record = find_record(from, s->took);
    if (!s->took && !s->record)
        return false;
    s->vm = ft_json_string(from->pair, "vm", "the VM");
    s->new = s->took ? ft_happened_host(s->took) : primary;
    s->old = !strcmp(s->new, primary) ? standby : primary;
    s->witness = ft_json_string(from->pair, "witness", "");
    s->planned =
        s->record
            ? !strcmp(ft_json_string(s->record, "reason", ""), "switchover")
            : !strcmp(ft_json_string(s->took->row, "severity", ""), "info");
    ran_ms = when_it_ran(s);
    s->won_at = find_won(s, ran_ms);
    if (s->record)
        times_of_record(s, ran_ms);
    else
        times_of_events(s, ran_ms);
    if (!from->measured ||
        !from->measured(from->data, ft_json_string(from->pair, "pair", ""),
                        (int64_t)s->zero_ms - 2000, &s->before))
        s->before = (struct ft_measured){ 0, -1, -1 };
    ask_old(s);
    return true;
}

/* ---- moments ---- */

static json_t *
iso(double ms)
{
    char whole[32], text[40];

    ft_format_utc((int64_t)ms, whole);
    snprintf(text, sizeof(text), "%.19s.%03dZ", whole,
             (int)((int64_t)ms % 1000));
    return *whole ? json_string(text) : json_null();
}

/* What the clocks of hosts give is no more exact. */
static json_t *
tenths(double ms)
{
    return ft_json_figure((double)(int64_t)(ms * 10 + (ms < 0 ? -0.5 : 0.5)) /
                          10);
}

static void
add(struct moments *moments, const struct ft_film_scene *s, double offset,
    const char *host, const char *kind, const char *severity,
    const char *source, const char *text)
{
    bool known = !isnan(offset);
    char argument[256];
    json_t *json;

    if (moments->count == MOMENTS_MAX)
        return;
    json = json_pack("{s:o,s:o,s:o,s:s,s:s,s:o,s:s,s:s}", "at",
                     known ? iso(s->zero_ms + offset) : json_null(),
                     "offset_ms", known ? tenths(offset) : json_null(), "host",
                     ft_json_text(host), "kind", kind, "severity", severity,
                     "text", ft_json_text(text), "argument",
                     ft_film_argument(s, offset, argument, sizeof(argument)),
                     "source", source);
    if (json)
        moments->list[moments->count++] = (struct moment){ offset, json };
}

static void
add_recorded(struct moments *m, const struct ft_film_scene *s)
{
    const char *source = "last_takeover";
    char text[400], epoch[FT_FILM_NUMBER];

    ft_film_number(s->epoch, epoch);
    if (!s->planned) {
        snprintf(text, sizeof(text),
                 "holds epoch %s; the last thing heard from %s", epoch, s->old);
        add(m, s, 0, s->new, "heard", "info", source, text);
        snprintf(text, sizeof(text),
                 "silence of %.1f ms: %s is suspected; %s%s", s->asked, s->old,
                 *s->witness ? "asks " : "no witness is asked", s->witness);
        add(m, s, s->asked, s->new, "suspected", "warn", source, text);
    }
    snprintf(text, sizeof(text), "has won: it agrees to nothing of %s any more",
             s->old);
    if (s->won_at)
        snprintf(text, sizeof(text), "%s; agrees to nothing of %s any more",
                 ft_json_string(s->won_at->row, "text", ""), s->old);
    add(m, s, s->won, s->new, "won", "info",
        s->won_at ? "last_takeover, event" : source, text);
    snprintf(text, sizeof(text), "all acknowledged epochs applied, up to %s",
             epoch);
    add(m, s, s->applied, s->new, "applied", "info", source, text);
}

static void
add_told(struct moments *m, const struct ft_film_scene *s)
{
    if (s->won_at && !s->record)
        add(m, s, s->won, s->new, "won", "info", "event",
            ft_json_string(s->won_at->row, "text", ""));
    if (!s->record)
        add(m, s, NAN, s->new, "heard", "info", "nobody",
            "when it heard the other side last: the record of this takeover "
            "has made place for a later one");
    for (size_t i = 0; i < s->from->told->count; i++) {
        const struct ft_happened *one = &s->from->told->list[i];

        if (one == s->took || one == s->won_at || !belongs(s, one))
            continue;
        add(m, s, (double)one->at_ms - s->zero_ms, ft_happened_host(one),
            ft_json_string(one->row, "kind", ""),
            ft_json_string(one->row, "severity", "info"), "event",
            ft_json_string(one->row, "text", ""));
    }
}

static void
add_ran(struct moments *m, const struct ft_film_scene *s)
{
    char text[400];

    snprintf(text, sizeof(text), "%s runs here; no event tells more", s->vm);
    add(m, s, s->ran, s->new, "runs", s->planned ? "info" : "crit",
        s->took ? "event" : "last_takeover",
        s->took ? ft_json_string(s->took->row, "text", "") : text);
}

/* What the old primary has to say, or that it says nothing. */
static void
add_missing(struct moments *m, const struct ft_film_scene *s)
{
    if (s->old_told || s->planned)
        return;
    add(m, s, NAN, s->old, "missing", "warn", "nobody",
        s->old_answers
            ? "it answers again, and its log has nothing of this time"
            : "no answer: its own log is missing, and joins when it is back");
}

static int
compare(const void *a, const void *b)
{
    const struct moment *left = a, *right = b;
    bool last_l = isnan(left->offset), last_r = isnan(right->offset);

    if (last_l || last_r)
        return last_l - last_r;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

/* Stable: what stands first of one time was put in first. */
static void
sort(struct moments *m)
{
    for (size_t i = 1; i < m->count; i++)
        for (size_t k = i; k && compare(&m->list[k - 1], &m->list[k]) > 0; k--) {
            struct moment one = m->list[k];

            m->list[k] = m->list[k - 1];
            m->list[k - 1] = one;
        }
}

static json_t *
moments_of(const struct ft_film_scene *s)
{
    struct moments m = { .count = 0 };
    json_t *array = json_array();

    if (s->record)
        add_recorded(&m, s);
    add_ran(&m, s);
    add_missing(&m, s);
    add_told(&m, s);
    sort(&m);
    for (size_t i = 0; i < m.count; i++) {
        json_object_set_new(m.list[i].json, "nr",
                            json_integer((json_int_t)i + 1));
        json_array_append_new(array, m.list[i].json);
    }
    return array;
}

/* ---- the document ---- */

static json_t *
offset(double ms)
{
    return ms >= 0 ? ft_json_figure(ms) : json_null();
}

/* The output of the last epoch may have left up to an epoch before. */
static json_t *
silent_ms(const struct ft_film_scene *s)
{
    if (!s->record || s->planned)
        return json_pack("[n,n]");
    return json_pack("[o,o]", offset(s->ran),
                     offset(s->before.lag_ms >= 0 ? s->ran + s->before.lag_ms
                                                  : -1));
}

static json_t *
clock_of(const struct ft_film_scene *s, const char *host)
{
    double ahead;
    bool known = ft_chronicle_clock(s->from->hosts, host, &ahead);

    return json_pack("{s:s,s:o}", "host", host, "ahead_ms",
                     known ? ft_json_figure(ahead) : json_null());
}

json_t *
ft_film_make(const struct ft_film_from *from)
{
    struct ft_film_scene s;
    char sentence[256];

    if (!set_scene(from, &s))
        return NULL;
    ft_film_sentence(&s, sentence, sizeof(sentence));
    return json_pack(
        "{s:i,s:s,s:O?,s:O?,s:s,s:s,s:s,s:b,s:o,s:o,s:s,s:o,s:{s:o,s:o,s:o,s:o},"
        "s:[o,o],s:o,s:o}",
        "schema", 1, "vm", s.vm, "uuid", json_object_get(from->pair, "uuid"),
        "pair", json_object_get(from->pair, "pair"), "from", s.old, "to", s.new,
        "witness", s.witness, "planned", s.planned, "zero", iso(s.zero_ms),
        "epoch", offset(s.epoch), "sentence", sentence, "silent_ms",
        silent_ms(&s), "times", "asked", offset(s.asked), "won", offset(s.won),
        "applied", offset(s.applied), "ran", offset(s.ran), "clock",
        clock_of(&s, s.new), clock_of(&s, s.old), "moments", moments_of(&s),
        "facts", ft_film_facts(&s));
}
