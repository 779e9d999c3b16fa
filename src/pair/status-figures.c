/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/status-figures.h"

#include <errno.h>

#include "base/cleanup.h"

/*
 * What stands here is told at the pace that a client asked for, all else at
 * once. ft-protocol(7) lists it as well.
 */
static const struct ft_status_figure figures[] = {
    { "age_ms", NULL, false },
    { "apply_ms", NULL, false },
    { "asked_by", NULL, false },
    { "blocked_ms", NULL, false },
    { "clock_lag_ms", NULL, false },
    { "commit_ms", NULL, false },
    { "counters", NULL, true },
    { "cpu_percent", NULL, false },
    { "cpu_pressure_percent", NULL, false },
    { "dirty_bytes_per_epoch", NULL, false },
    { "drift", "age_s", true },
    { "dropped_packets", NULL, false },
    { "epoch", NULL, false },
    { "epoch_cpu_ms", NULL, false },
    { "epoch_held", NULL, false },
    { "epochs_per_s", NULL, false },
    { "held_bytes", NULL, false },
    { "held_ms", NULL, false },
    { "held_packets", NULL, false },
    { "kept_bytes", NULL, false },
    { "lag_ms", NULL, false },
    { "link_bytes_per_s", NULL, false },
    { "paths", "rtt_ms", false },
    { "paths", "tried_ms_ago", false },
    { "pause_ms", NULL, false },
    { "phases_ms", NULL, false },
    { "progress", "bytes_per_s", false },
    { "progress", "done", false },
    { "progress", "faster_bytes_per_s", false },
    { "progress", "limit_bytes_per_s", false },
    { "progress", "slower_bytes_per_s", false },
    { "progress", "total", false },
    { "rehearsal", "age_s", true },
    { "replica_lag_ms", NULL, false },
    { "rtt_ms", NULL, false },
    { "staged_bytes", NULL, false },
};

const struct ft_status_figure *
ft_status_figure(size_t index)
{
    return index < FT_ARRAY_SIZE(figures) ? &figures[index] : NULL;
}

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

static int
copy_figures(json_t *to, const json_t *from, bool seldom_too)
{
    int rc = 0;

    for (size_t i = 0; !rc && i < FT_ARRAY_SIZE(figures); i++) {
        json_t *value = json_object_get(from, figures[i].member);

        if (value && (seldom_too || !figures[i].seldom))
            rc = json_object_set(to, figures[i].member, value);
    }
    return rc ? -ENOMEM : 0;
}

int
ft_status_lay_figures(json_t *status, const json_t *over)
{
    return copy_figures(status, over, true);
}

json_t *
ft_status_figures(const json_t *status)
{
    json_t *only = json_object();

    if (only && copy_figures(only, status, false)) {
        json_decref(only);
        return NULL;
    }
    return only;
}
