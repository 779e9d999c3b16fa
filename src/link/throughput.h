/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a path to another host carries over TCP, as one connection like a pair's has
 * it: by bytes that are sent to that host's daemon, which takes them for a token and
 * throws them away (engine/sink.h). Any thread.
 */
#ifndef FT_LINK_THROUGHPUT_H
#define FT_LINK_THROUGHPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* When sending ends, whichever is first; connecting may take FT_THROUGHPUT_MS before. */
#define FT_THROUGHPUT_MS 1000
#define FT_THROUGHPUT_BYTES (INT64_C(256) << 20)

/*
 * The same of a brief one, for hosts with pairs that run: it fills a network that
 * their hearts and epochs need, and so it ends in half of the silence that a pair has
 * as a rule (FT_SILENCE_LEAST_MS of plan/jitter.h). Over a long way, where TCP takes
 * its time to begin, it says less than the way carries.
 */
#define FT_THROUGHPUT_BRIEF_MS 100
#define FT_THROUGHPUT_BRIEF_BYTES (INT64_C(32) << 20)

/*
 * Bytes a second that the kernel there acknowledged, in the second half of the time
 * or of the bytes: TCP begins slowly. -EINVAL no numeric address, or no token; what
 * ft_tcp_connect says; -ECONNRESET the daemon there does not know the token;
 * -ETIMEDOUT nothing came through.
 */
int ft_throughput_measure(const char *address, uint16_t port, const char *token,
                          bool brief, double *bytes_per_s, struct ft_error *err);

#endif
