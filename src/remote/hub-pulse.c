/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/hub-private.h"

#define SILENT_NS (FT_HUB_SILENT_MS * FT_NS_PER_MS)
#define ASK_NS (1500 * FT_NS_PER_MS)  /* more than the beat of `watch` */
#define DOUBT_NS (500 * FT_NS_PER_MS) /* more than a round trip */
#define NETWORK_MS 300   /* a packet costs nothing, and it may heal */
#define NETWORK_TRIES 60 /* about two minutes of them */
#define NETWORK_LATER_MS 10000
#define HOST_MS 1000 /* doubled at each failure: that host does answer */
#define HOST_MAX_MS 30000
#define LASTED_NS (10 * FT_NS_PER_S)

void
ft_pulse_now(struct ft_pulse *pulse)
{
    pulse->failures = 0;
    pulse->next_ns = 0;
    pulse->barred = false;
}

static int64_t
host_pause_ms(unsigned failures)
{
    return FT_MIN(HOST_MS << FT_MIN(failures, 10u), HOST_MAX_MS);
}

static int64_t
pause_ms(enum ft_reach reach, unsigned failures)
{
    switch (reach) {
    case FT_REACH_TIMEOUT:
    case FT_REACH_NO_ROUTE:
    case FT_REACH_LOST:
        return failures < NETWORK_TRIES ? NETWORK_MS : NETWORK_LATER_MS;
    default:
        return host_pause_ms(failures);
    }
}

static void
wait_ms(struct ft_pulse *pulse, int64_t ms, int64_t now)
{
    pulse->next_ns = now + ms * FT_NS_PER_MS;
    pulse->failures++;
}

void
ft_pulse_failed(struct ft_pulse *pulse, enum ft_reach reach, int64_t now)
{
    pulse->barred = !ft_reach_may_retry(reach);
    wait_ms(pulse, pause_ms(reach, pulse->failures), now);
}

void
ft_pulse_lost(struct ft_pulse *pulse, enum ft_reach reach, int64_t lived_ns,
              int64_t now)
{
    if (lived_ns < LASTED_NS) {
        wait_ms(pulse, host_pause_ms(pulse->failures), now);
        return;
    }
    pulse->failures = 0;
    wait_ms(pulse, pause_ms(reach, 0), now);
}

bool
ft_pulse_quiet(int64_t heard_ns, int64_t asked_ns, int64_t now)
{
    return now - heard_ns >= SILENT_NS ||
           (asked_ns > heard_ns && now - asked_ns >= DOUBT_NS);
}

bool
ft_pulse_ask(int64_t heard_ns, int64_t asked_ns, int64_t now)
{
    return asked_ns <= heard_ns && now - heard_ns >= ASK_NS;
}

bool
ft_pulse_silent(int64_t heard_ns, int64_t asked_ns, int64_t now)
{
    return asked_ns > heard_ns && now - heard_ns >= SILENT_NS &&
           now - asked_ns >= SILENT_NS - ASK_NS;
}

int64_t
ft_pulse_next(int64_t heard_ns, int64_t asked_ns, int64_t now)
{
    if (asked_ns <= heard_ns)
        return heard_ns + ASK_NS;
    if (ft_pulse_silent(heard_ns, asked_ns, now))
        return INT64_MAX;
    return FT_MAX(heard_ns + SILENT_NS, asked_ns + SILENT_NS - ASK_NS);
}
