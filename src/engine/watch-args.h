/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arguments of the verbs watch and series (ft-protocol(7)), checked. Pure. */
#ifndef FT_ENGINE_WATCH_ARGS_H
#define FT_ENGINE_WATCH_ARGS_H

#include "base/error.h"
#include "pair/series.h"

#define FT_WATCH_RATE_MIN_MS 100
#define FT_WATCH_RATE_MAX_MS 60000

struct ft_watch_args {
    unsigned rate_ms;
    int64_t events_after; /* number of an event; -1: none of the past */
    struct ft_series_parts parts;
};

/*
 * Reads them; what is missing or null is as in ft-protocol(7). args may be NULL.
 * -EINVAL names the member that is not as it should be.
 */
int ft_watch_args_parse(const json_t *args, struct ft_watch_args *out,
                        struct ft_error *err);

#endif
