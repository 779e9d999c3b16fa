/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/trigger.h"

#include <stddef.h>

static int64_t
not_negative(int64_t value)
{
    return value < 0 ? 0 : value;
}

/* Sum that stops at FT_TRIGGER_NEVER. */
static int64_t
after(int64_t at_ns, int64_t span_ns)
{
    return at_ns > 0 && span_ns > FT_TRIGGER_NEVER - at_ns ? FT_TRIGGER_NEVER
                                                           : at_ns + span_ns;
}

static int64_t
longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t
shorter(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The time of which used_ns is percent. */
static int64_t
whole_of(int64_t used_ns, unsigned percent)
{
    int64_t used = not_negative(used_ns);

    percent = percent < 1 ? 1 : percent > 100 ? 100 : percent;
    return used > INT64_MAX / 100 ? INT64_MAX : used * 100 / percent;
}

/* The spacing that a crowded host asks for. */
static int64_t
crowded_span(double pressure)
{
    double part = (pressure - FT_TRIGGER_PRESSURE) / (100 - FT_TRIGGER_PRESSURE);

    if (!(part > 0))
        return 0;
    return (int64_t)(FT_TRIGGER_CROWDED_NS * (part < 1 ? part : 1));
}

/* What pauses, CPU time and a crowded host allow, from the last start on. */
static int64_t
allowed_span(const struct ft_trigger_settings *settings,
             const struct ft_trigger_input *input)
{
    int64_t limit = not_negative(settings->idle_interval_ns);
    unsigned share = settings->pause_share_percent;
    int64_t span = whole_of(input->last_pause_ns, share);
    int64_t kept = shorter(span, whole_of(input->pause_before_ns, share));

    span = longer(span,
                  whole_of(input->epoch_cpu_ns, settings->cpu_budget_percent));
    span = longer(span, crowded_span(input->pressure));
    return longer(shorter(span, limit), shorter(kept, FT_TRIGGER_SHARE_NS));
}

static int64_t
interval_span(const struct ft_trigger_settings *settings,
              const struct ft_trigger_input *input)
{
    int64_t busy = not_negative(settings->interval_ns);
    int64_t idle = not_negative(settings->idle_interval_ns);

    if (idle < busy)
        idle = busy;
    if (input->pages[0] > settings->idle_pages)
        return busy;
    if (input->pages[1] > settings->idle_pages)
        return busy + (idle - busy) / 2;
    return idle;
}

struct ft_trigger_answer
ft_trigger_decide(const struct ft_trigger_settings *settings,
                  const struct ft_trigger_input *input)
{
    struct ft_trigger_answer answer = { false, FT_TRIGGER_NEVER,
                                        FT_TRIGGER_INTERVAL };
    int64_t soonest =
        after(input->last_start_ns, not_negative(settings->min_spacing_ns));
    int64_t allowed = after(input->last_start_ns, allowed_span(settings, input));
    bool disk = settings->disk_bytes_limit &&
                input->disk_bytes >= settings->disk_bytes_limit;

    if (!input->acknowledged)
        return answer;
    answer.at_ns = soonest;
    if (input->forced) {
        answer.reason = FT_TRIGGER_FORCED;
    } else if (input->held_since_ns != FT_TRIGGER_NEVER || disk) {
        answer.reason = input->held_since_ns != FT_TRIGGER_NEVER
                            ? FT_TRIGGER_OUTPUT
                            : FT_TRIGGER_DISK;
        answer.at_ns = longer(soonest, allowed);
    } else if (input->asked) {
        answer.reason = FT_TRIGGER_FORCED;
        answer.at_ns = longer(soonest, allowed);
    } else {
        int64_t due =
            after(input->last_start_ns, interval_span(settings, input));

        answer.at_ns = longer(longer(due, soonest), allowed);
    }
    answer.now = input->now_ns >= answer.at_ns;
    return answer;
}

#define NAME(name, text) text,

const char *
ft_trigger_reason_name(enum ft_trigger_reason value)
{
    static const char *const names[] = { FT_TRIGGER_REASONS(NAME) };

    return (unsigned)value < sizeof(names) / sizeof(names[0]) ? names[value]
                                                              : "?";
}
