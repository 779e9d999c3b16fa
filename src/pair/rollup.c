/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/rollup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

size_t
ft_rollups_kept(enum ft_rollup_scale scale)
{
    return scale == FT_ROLLUP_MINUTE ? FT_MINUTES_KEPT : FT_HOURS_KEPT;
}

uint32_t
ft_rollup_count(const struct ft_rollup *rollup)
{
    uint32_t most = 0;

    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        most = FT_MAX(most, rollup->metrics[i].count);
    return most;
}

bool
ft_rollup_merge(struct ft_rollup *into, const struct ft_rollup *from)
{
    bool changed = false;

    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        if (!ft_metric_info(i)->kept_long ||
            from->metrics[i].count <= into->metrics[i].count)
            continue;
        into->metrics[i] = from->metrics[i];
        changed = true;
    }
    return changed;
}

static json_t *
summary_to_json(const struct ft_summary *s)
{
    return json_pack("[o,o,o,o,o,I]", ft_json_figure(s->min),
                     ft_json_figure(s->p5), ft_json_figure(s->p50),
                     ft_json_figure(s->p95), ft_json_figure(s->max),
                     (json_int_t)s->count);
}

json_t *
ft_rollup_to_json(const struct ft_rollup *rollup)
{
    json_t *m = json_object();
    int rc = m ? 0 : -1;

    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++)
        if (ft_metric_info(i)->kept_long && rollup->metrics[i].count)
            rc = json_object_set_new(m, ft_metric_info(i)->name,
                                     summary_to_json(&rollup->metrics[i]));
    if (rc) {
        json_decref(m);
        return NULL;
    }
    return json_pack("{s:I,s:o}", "at", (json_int_t)rollup->at, "m", m);
}

static int
summary_from_json(const json_t *json, struct ft_summary *summary)
{
    float *const to[] = { &summary->min, &summary->p5, &summary->p50,
                          &summary->p95, &summary->max };
    double before = 0, count;

    if (json_array_size(json) != FT_ARRAY_SIZE(to) + 1)
        return -EBADMSG;
    for (size_t i = 0; i < FT_ARRAY_SIZE(to); i++) {
        const json_t *number = json_array_get(json, i);
        double value = json_number_value(number);

        if (!json_is_number(number) || value < before || value > FT_METRIC_MAX)
            return -EBADMSG;
        *to[i] = (float)value;
        before = value;
    }
    count = json_number_value(json_array_get(json, FT_ARRAY_SIZE(to)));
    if (!(count >= 1 && count <= (double)UINT32_MAX))
        return -EBADMSG;
    summary->count = (uint32_t)count;
    return 0;
}

int
ft_rollup_from_json(const json_t *json, struct ft_rollup *rollup)
{
    json_t *m = json_object_get(json, "m");
    const char *name;
    json_t *value;

    memset(rollup, 0, sizeof(*rollup));
    rollup->at = ft_json_int(json, "at", 0, INT64_MAX / 1000, -1);
    if (rollup->at < 0 || !json_is_object(m))
        return -EBADMSG;
    json_object_foreach(m, name, value) {
        enum ft_metric metric = ft_metric_by_name(name);

        if (metric < FT_METRIC_COUNT && ft_metric_info(metric)->kept_long &&
            summary_from_json(value, &rollup->metrics[metric]))
            return -EBADMSG;
    }
    return 0;
}

static int
compare(const void *a, const void *b)
{
    float left = *(const float *)a, right = *(const float *)b;

    return (left > right) - (left < right);
}

static float
median(float *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static struct ft_usual
usual_of(const struct ft_rollup *hours, size_t count, enum ft_metric metric)
{
    float lows[FT_USUAL_HOURS], highs[FT_USUAL_HOURS];
    struct ft_usual usual = { .known = false };
    size_t measured = 0;

    for (size_t i = 0; i < count; i++) {
        const struct ft_summary *hour = &hours[i].metrics[metric];

        if (!hour->count)
            continue;
        lows[measured] = hour->p5;
        highs[measured++] = hour->p95;
    }
    if (measured < FT_USUAL_HOURS_MIN)
        return usual;
    usual.known = true;
    usual.low = median(lows, measured);
    usual.high = median(highs, measured);
    return usual;
}

void
ft_usual_of(const struct ft_rollup *hours, size_t count,
            struct ft_usual usual[FT_METRIC_COUNT])
{
    count = FT_MIN(count, (size_t)FT_USUAL_HOURS);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        usual[i] = usual_of(hours, count, i);
}
