/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return t.tv_sec * FT_NS_PER_S + t.tv_nsec;
}

int64_t
ft_clock_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t
ft_clock_realtime_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

void
ft_clock_sleep(int64_t ns)
{
    struct timespec t = { ns / FT_NS_PER_S, ns % FT_NS_PER_S };

    while (ns > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR)
        ;
}

void
ft_clock_format(int64_t realtime_ns, char out[32])
{
    time_t seconds = realtime_ns / FT_NS_PER_S;
    struct tm tm;
    char date[24];

    gmtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, 32, "%s.%03dZ", date,
             (int)(realtime_ns % FT_NS_PER_S / FT_NS_PER_MS));
}
