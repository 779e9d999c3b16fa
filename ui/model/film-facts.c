/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a takeover meant, in sentences. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/film-private.h"

void
ft_film_number(double value, char out[FT_FILM_NUMBER])
{
    char digits[FT_FILM_NUMBER];
    size_t length, used = 0;

    strcpy(out, "?");
    if (!(value >= 0 && value < 1e15))
        return;
    length = (size_t)snprintf(digits, sizeof(digits), "%.0f", value);
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

/* ---- the sentence ---- */

void
ft_film_sentence(const struct ft_film_scene *s, char *out, size_t size)
{
    double most = s->before.lag_ms >= 0 ? s->ran + s->before.lag_ms : -1;

    if (s->planned)
        snprintf(out, size,
                 "%.16s handed %.24s over to %.16s, where it ran after %.0f ms.",
                 s->old, s->vm, s->new, s->ran);
    else if (!s->record)
        snprintf(out, size,
                 "%.16s was lost, %.16s went on with %.24s; the gap is not kept.",
                 s->old, s->new, s->vm);
    else if (most >= 0)
        snprintf(out, size,
                 "%.16s fell silent, %.16s went on with %.24s: a gap of %.2f to "
                 "%.2f s.",
                 s->old, s->new, s->vm, s->ran / 1000, most / 1000);
    else
        snprintf(out, size,
                 "%.16s fell silent, %.16s went on with %.24s: a gap of %.2f s at "
                 "least.",
                 s->old, s->new, s->vm, s->ran / 1000);
}

const char *
ft_film_argument(const struct ft_film_scene *s, double offset, char *out,
                 size_t size)
{
    if (isnan(offset))
        snprintf(out, size,
                 "Not known: whether the last epoch's output left %.16s. %.16s "
                 "has it; TCP repeats it.",
                 s->old, s->new);
    else if (s->planned)
        snprintf(out, size,
                 "Two at once? No: %.16s stands since it sent its last epoch.",
                 s->old);
    else if (s->won < 0 || offset < s->won)
        snprintf(out, size,
                 "%.16s speaks only by the yes of %.16s, epoch by epoch.",
                 s->old, s->new);
    else
        snprintf(out, size,
                 "Two at once? No: %.16s speaks only by the yes of %.16s, which "
                 "ended at +%.1f.",
                 s->old, s->new, s->won);
    return out;
}

/* ---- facts ---- */

static void
say(json_t *facts, const char *title, const char *text)
{
    json_array_append_new(facts, json_pack("{s:s,s:o}", "title", title, "text",
                                           ft_json_text(text)));
}

static void
say_lost(json_t *facts, const struct ft_film_scene *s)
{
    char text[400], epoch[FT_FILM_NUMBER], about[64] = "";

    ft_film_number(s->epoch, epoch);
    if (s->planned) {
        say(facts, "Lost", "nothing: the last epoch was sent and acknowledged");
        return;
    }
    say(facts, "Lost",
        "nothing that anybody outside has seen: the output of an epoch leaves "
        "only when the other host has that epoch");
    if (s->before.lag_ms >= 0)
        snprintf(about, sizeof(about), ", about %.0f ms of it",
                 s->before.lag_ms);
    snprintf(text, sizeof(text),
             "what the guest did on %.16s after epoch %s, and nobody saw%s",
             s->old, epoch, about);
    say(facts, "Undone", text);
}

static void
say_guest(json_t *facts, const struct ft_film_scene *s)
{
    const json_t *given = json_object_get(s->record, "clock_given_ms");
    char text[200];

    if (json_is_number(given) && json_number_value(given) > 0)
        snprintf(text, sizeof(text),
                 "was not rebooted; its clocks got %.1f ms back",
                 json_number_value(given));
    else
        snprintf(text, sizeof(text), "was not rebooted; %s",
                 s->record ? "its clocks got nothing back"
                           : "what its clocks got back is not kept");
    say(facts, "The guest", text);
}

static void
say_why(json_t *facts, const struct ft_film_scene *s)
{
    char text[300];

    if (!s->record) {
        say(facts, "So long",
            "the record of this takeover is not kept any more");
        return;
    }
    if (s->planned) {
        snprintf(text, sizeof(text),
                 "won in %.1f ms, applied in %.1f, resumed in %.1f", s->won,
                 s->applied - s->won, s->ran - s->applied);
        say(facts, "So long", text);
        return;
    }
    snprintf(text, sizeof(text),
             "heard nothing %.1f ms, decided in %.1f, applied in %.1f, resumed in "
             "%.1f",
             s->asked, s->won - s->asked, s->applied - s->won,
             s->ran - s->applied);
    say(facts, "So long", text);
}

static void
say_not_known(json_t *facts, const struct ft_film_scene *s)
{
    char text[400];

    if (s->planned)
        return;
    if (s->old_end)
        snprintf(text, sizeof(text), "%.300s: %.16s says so", s->old_end,
                 s->old);
    else
        snprintf(text, sizeof(text),
                 "why %.16s fell silent: power, kernel, or all its networks%s",
                 s->old,
                 s->old_answers ? "; its system log may say" : "; ask its BMC");
    say(facts, s->old_end ? "The cause" : "Not known", text);
    snprintf(text, sizeof(text),
             "whether the output of the last acknowledged epoch left %.16s: "
             "%.16s has that epoch either way, and TCP repeats it",
             s->old, s->new);
    say(facts, "Not known", text);
}

static void
say_before(json_t *facts, const struct ft_film_scene *s)
{
    char text[200];

    if (!s->before.of_s) {
        say(facts, "Before it", "nothing that was measured is kept of then");
        return;
    }
    snprintf(text, sizeof(text), "lag %.1f ms, pause %.1f ms: %s",
             FT_MAX(s->before.lag_ms, 0.0), FT_MAX(s->before.pause_ms, 0.0),
             s->before.of_s >= 3600 ? "medians of that hour"
             : s->before.of_s >= 60 ? "medians of that minute"
                                    : "means of that second");
    say(facts, "Before it", text);
}

static void
say_clocks(json_t *facts, const struct ft_film_scene *s)
{
    char text[300], parts[2][100];
    const char *hosts[] = { s->new, s->old };

    for (size_t i = 0; i < 2; i++) {
        double ahead;

        if (ft_chronicle_clock(s->from->hosts, hosts[i], &ahead))
            snprintf(parts[i], sizeof(parts[i]), "%.16s %+.1f ms, corrected",
                     hosts[i], ahead);
        else
            snprintf(parts[i], sizeof(parts[i]),
                     "%.16s not known, as it wrote them", hosts[i]);
    }
    snprintf(text, sizeof(text), "%s; %s", parts[0], parts[1]);
    say(facts, "Clocks", text);
}

static void
say_since(json_t *facts, const struct ft_film_scene *s)
{
    const json_t *pair = s->from->pair;
    const char *reason = ft_json_string(pair, "reason", "");
    char text[400];

    snprintf(text, sizeof(text), "%.30s%s%.200s; it runs on %.16s",
             ft_json_string(pair, "standing", "unknown"), *reason ? ": " : "",
             reason, ft_json_string(pair, "primary", "?"));
    say(facts, "Now", text);
}

json_t *
ft_film_facts(const struct ft_film_scene *s)
{
    json_t *facts = json_array();

    say_lost(facts, s);
    say_guest(facts, s);
    say_why(facts, s);
    say_not_known(facts, s);
    say_before(facts, s);
    say_clocks(facts, s);
    say_since(facts, s);
    return facts;
}
