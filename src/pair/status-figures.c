/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/status-figures.h"

#include <errno.h>
#include <stddef.h>

#include "base/cleanup.h"

/*
 * A member of STATUS, or one inside of a member that is an object or a list of
 * objects. What stands here is told at the pace that a client asked for, all
 * else at once.
 */
static const struct {
    const char *member;
    const char *inner; /* NULL: the whole member is a figure */
} figures[] = {
    { "age_ms", NULL },
    { "apply_ms", NULL },
    { "asked_by", NULL },
    { "blocked_ms", NULL },
    { "clock_lag_ms", NULL },
    { "commit_ms", NULL },
    { "counters", NULL },
    { "cpu_percent", NULL },
    { "cpu_pressure_percent", NULL },
    { "dirty_bytes_per_epoch", NULL },
    { "dropped_packets", NULL },
    { "epoch", NULL },
    { "epoch_cpu_ms", NULL },
    { "epoch_held", NULL },
    { "epochs_per_s", NULL },
    { "held_bytes", NULL },
    { "held_ms", NULL },
    { "held_packets", NULL },
    { "lag_ms", NULL },
    { "link_bytes_per_s", NULL },
    { "paths", "rtt_ms" },
    { "paths", "tried_ms_ago" },
    { "pause_ms", NULL },
    { "phases_ms", NULL },
    { "progress", "bytes_per_s" },
    { "progress", "done" },
    { "progress", "total" },
    { "replica_lag_ms", NULL },
    { "rtt_ms", NULL },
    { "staged_bytes", NULL },
};

static void
remove_inner(json_t *value, const char *name)
{
    json_t *item;
    size_t i;

    if (json_is_object(value))
        json_object_del(value, name);
    json_array_foreach(value, i, item)
        json_object_del(item, name);
}

json_t *
ft_status_without_figures(const json_t *status)
{
    json_t *copy = json_deep_copy(status);

    for (size_t i = 0; copy && i < FT_ARRAY_SIZE(figures); i++)
        if (figures[i].inner)
            remove_inner(json_object_get(copy, figures[i].member),
                         figures[i].inner);
        else
            json_object_del(copy, figures[i].member);
    return copy;
}

int
ft_status_lay_figures(json_t *status, const json_t *over)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < FT_ARRAY_SIZE(figures); i++) {
        json_t *value = json_object_get(over, figures[i].member);

        if (value)
            rc = json_object_set(status, figures[i].member, value);
    }
    return rc ? -ENOMEM : 0;
}

json_t *
ft_status_figures(const json_t *status)
{
    json_t *only = json_object();

    if (only && ft_status_lay_figures(only, status)) {
        json_decref(only);
        return NULL;
    }
    return only;
}
