/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest's clocks get back when a copy goes on: they stand in the device state
 * where they were at the stop of its epoch, and lacked something before. The hosts'
 * wall clocks have no say. Any thread.
 */
#ifndef FT_STANDBY_RESUME_CLOCKS_H
#define FT_STANDBY_RESUME_CLOCKS_H

#include "standby/replica.h"

/*
 * Sets the clocks in stream (from ft_device_stream), of the epoch of clock, forward by
 * that, by the time that loading it takes at least, and by later_ns. Returns what they
 * got, in ns; 0: it is not known, and nothing was changed.
 */
int64_t ft_resume_clocks(const struct ft_replica_clock *clock, int64_t later_ns,
                         uint8_t *stream, size_t size);

#endif
