/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/rehearsal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static const char *const steps[FT_REHEARSAL_STEPS] = {
    [FT_REHEARSAL_NOT] = "none",       [FT_REHEARSAL_MAKES] = "making",
    [FT_REHEARSAL_COPIES] = "copying", [FT_REHEARSAL_LOADS] = "loading",
    [FT_REHEARSAL_RUNS] = "running",   [FT_REHEARSAL_ENDS] = "ending",
};

static const char *const outcomes[FT_REHEARSAL_OUTCOMES] = {
    [FT_REHEARSAL_OPEN] = "none",
    [FT_REHEARSAL_PASSED] = "passed",
    [FT_REHEARSAL_FAILED] = "failed",
    [FT_REHEARSAL_INCONCLUSIVE] = "inconclusive",
};

/* The first of each is none, and null in JSON. */
static const char *const agents[FT_REHEARSAL_AGENTS] = {
    [FT_REHEARSAL_AGENT_SILENT] = "silent",
    [FT_REHEARSAL_AGENT_ANSWERS] = "answered",
};

static const char *const consoles[FT_REHEARSAL_CONSOLES] = {
    [FT_REHEARSAL_CONSOLE_MISSED] = "missed",
    [FT_REHEARSAL_CONSOLE_SEEN] = "seen",
};

static const struct {
    enum ft_rehearsal_outcome outcome;
    const char *why;
} ends[FT_REHEARSAL_GUESTS] = {
    [FT_REHEARSAL_GUEST_RUNS] = { FT_REHEARSAL_OPEN, "" },
    [FT_REHEARSAL_GUEST_GONE] = { FT_REHEARSAL_FAILED,
                                  "the guest shut down or was reset, or its QEMU "
                                  "died" },
    [FT_REHEARSAL_GUEST_PANICKED] = { FT_REHEARSAL_FAILED,
                                      "the guest panicked" },
    [FT_REHEARSAL_GUEST_IO_ERROR] = { FT_REHEARSAL_FAILED,
                                      "QEMU stopped the guest for an error of a "
                                      "disk" },
    [FT_REHEARSAL_GUEST_WATCHDOG] = { FT_REHEARSAL_FAILED,
                                      "the guest's watchdog fired" },
    [FT_REHEARSAL_GUEST_PAUSED] = { FT_REHEARSAL_INCONCLUSIVE,
                                    "somebody paused it" },
};

const char *
ft_rehearsal_step_name(enum ft_rehearsal_step step)
{
    return steps[step];
}

const char *
ft_rehearsal_outcome_name(enum ft_rehearsal_outcome outcome)
{
    return outcomes[outcome];
}

static void decide(struct ft_rehearsal_verdict *v,
                   enum ft_rehearsal_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
decide(struct ft_rehearsal_verdict *v, enum ft_rehearsal_outcome outcome,
       const char *format, ...)
{
    va_list args;

    v->outcome = outcome;
    va_start(args, format);
    vsnprintf(v->why, sizeof(v->why), format, args);
    va_end(args);
}

/*
 * It was silent: its own fault where it had the processors of this host, for which all
 * others come before it.
 */
static void
decide_silent(const struct ft_rehearsal_seen *s,
              struct ft_rehearsal_verdict *out, const char *what)
{
    if (s->waited_ns > s->wanted_ns / 2)
        decide(out, FT_REHEARSAL_INCONCLUSIVE,
               "%s, and this host had no processor for it most of the time",
               what);
    else
        decide(out, FT_REHEARSAL_FAILED, "%s", what);
}

/* It has run as long as it was to. */
static void
judge_run(const struct ft_rehearsal_seen *s, struct ft_rehearsal_verdict *out)
{
    if (s->vcpu_ns < FT_REHEARSAL_VCPU_NS)
        decide_silent(s, out, "none of its virtual CPUs ran");
    else if (s->agent == FT_REHEARSAL_AGENT_SILENT)
        decide_silent(s, out,
                      "its guest agent did not answer, though it was there");
    else if (s->console == FT_REHEARSAL_CONSOLE_MISSED)
        decide_silent(s, out, "its console did not show what was looked for");
    else if (s->agent_wanted && s->agent == FT_REHEARSAL_AGENT_NONE)
        decide(out, FT_REHEARSAL_INCONCLUSIVE,
               "it ran, but no guest agent had its channel open to be asked");
    else
        decide(out, FT_REHEARSAL_PASSED, "%s", "");
}

/*
 * What was taken from it comes first: whatever else is seen may follow from that.
 * Only a state that QEMU did not take, of all that can go wrong before it runs, is
 * what a takeover would meet as well.
 */
void
ft_rehearsal_judge(const struct ft_rehearsal_seen *s,
                   struct ft_rehearsal_verdict *out)
{
    *out = (struct ft_rehearsal_verdict){ FT_REHEARSAL_OPEN, "" };
    if (s->stopped.code)
        decide(out, FT_REHEARSAL_INCONCLUSIVE, "%s", s->stopped.text);
    else if (s->overflowed)
        decide(out, FT_REHEARSAL_INCONCLUSIVE,
               "the rehearsed guest wrote more than is kept for it");
    else if (s->over_its_limit)
        decide(out, FT_REHEARSAL_INCONCLUSIVE,
               "its QEMU needed more memory than a rehearsal may have, and was "
               "killed");
    else if (s->host_short)
        decide(out, FT_REHEARSAL_INCONCLUSIVE,
               "its QEMU died when this host ran out of memory");
    else if (s->problem.code)
        decide(out,
               s->step == FT_REHEARSAL_LOADS ? FT_REHEARSAL_FAILED
                                             : FT_REHEARSAL_INCONCLUSIVE,
               "%s", s->problem.text);
    else if (s->step != FT_REHEARSAL_RUNS)
        return;
    else if (ends[s->guest].outcome != FT_REHEARSAL_OPEN)
        decide(out, ends[s->guest].outcome, "%s", ends[s->guest].why);
    else if (s->ran_ns >= s->wanted_ns)
        judge_run(s, out);
}

bool
ft_rehearsal_is_due(const struct ft_rehearsal_record *last, unsigned days,
                    int64_t now_ms)
{
    int64_t wait = days * INT64_C(86400000);

    if (!days || last->verdict.outcome == FT_REHEARSAL_OPEN)
        return days != 0;
    if (last->verdict.outcome == FT_REHEARSAL_INCONCLUSIVE)
        wait = FT_REHEARSAL_AGAIN_MS;
    /* one of the future is of a clock that was set back since */
    return last->at_ms > now_ms || now_ms - last->at_ms >= wait;
}

void
ft_rehearsal_proofs(const struct ft_rehearsal_record *r, char *out, size_t size)
{
    snprintf(out, size, "%s%s",
             r->agent == FT_REHEARSAL_AGENT_ANSWERS
                 ? ", its guest agent answered"
                 : "",
             r->console == FT_REHEARSAL_CONSOLE_SEEN
                 ? ", its console showed what was looked for"
                 : "");
}

json_t *
ft_rehearsal_to_json(const struct ft_rehearsal_record *r, int64_t now_ms)
{
    if (r->verdict.outcome == FT_REHEARSAL_OPEN)
        return json_null();
    return json_pack("{s:s,s:o,s:o,s:I,s:I,s:I,s:f,s:f,s:s?,s:s?}", "outcome",
                     outcomes[r->verdict.outcome], "why",
                     ft_json_text(r->verdict.why), "at", ft_json_text(r->at),
                     "at_ms", (json_int_t)r->at_ms, "age_s",
                     (json_int_t)FT_MAX(now_ms - r->at_ms, 0) / 1000, "epoch",
                     (json_int_t)r->epoch, "seconds", r->seconds, "took_ms",
                     r->took_ms, "agent", agents[r->agent], "console",
                     consoles[r->console]);
}

static double
number(const json_t *json, const char *name)
{
    double value = json_number_value(json_object_get(json, name));

    return value >= 0 ? value : 0;
}

/* Which of the words it is; 0: none of them. */
static int
word_of(const json_t *json, const char *name, const char *const *words, int n)
{
    const char *text = ft_json_string(json, name, "");

    for (int i = 1; i < n; i++)
        if (!strcmp(text, words[i]))
            return i;
    return 0;
}

int
ft_rehearsal_from_json(const json_t *json, struct ft_rehearsal_record *out)
{
    memset(out, 0, sizeof(*out));
    out->verdict.outcome =
        (enum ft_rehearsal_outcome)word_of(json, "outcome", outcomes,
                                           FT_REHEARSAL_OUTCOMES);
    if (out->verdict.outcome == FT_REHEARSAL_OPEN)
        return -EINVAL;
    snprintf(out->verdict.why, sizeof(out->verdict.why), "%s",
             ft_json_string(json, "why", ""));
    snprintf(out->at, sizeof(out->at), "%s", ft_json_string(json, "at", ""));
    out->at_ms = ft_json_int(json, "at_ms", 0, INT64_MAX, 0);
    out->epoch = ft_json_int(json, "epoch", 0, INT64_MAX, 0);
    out->seconds = number(json, "seconds");
    out->took_ms = number(json, "took_ms");
    out->agent = (enum ft_rehearsal_agent)word_of(json, "agent", agents,
                                                  FT_REHEARSAL_AGENTS);
    out->console = (enum ft_rehearsal_console)word_of(json, "console", consoles,
                                                      FT_REHEARSAL_CONSOLES);
    return 0;
}
