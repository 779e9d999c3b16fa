/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time. Everything measured is in nanoseconds of CLOCK_MONOTONIC; wall-clock
 * time is only shown to people and stored in events.
 */
#ifndef FT_BASE_CLOCK_H
#define FT_BASE_CLOCK_H

#include <stdint.h>

#define FT_NS_PER_US INT64_C(1000)
#define FT_NS_PER_MS INT64_C(1000000)
#define FT_NS_PER_S INT64_C(1000000000)

/* CLOCK_MONOTONIC in ns. */
int64_t ft_clock_ns(void);

/* CLOCK_REALTIME in ns since 1970. */
int64_t ft_clock_realtime_ns(void);

/* Sleeps for ns nanoseconds, through signals. */
void ft_clock_sleep(int64_t ns);

/* Formats realtime_ns as ISO 8601 in UTC with milliseconds; out needs 32 bytes. */
void ft_clock_format(int64_t realtime_ns, char out[32]);

#endif
