/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/metrics.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define FT_METRIC_INFO_(id, name, unit, side, kept_long, meaning) \
    { name, unit, meaning, FT_METRIC_##side, kept_long },
static const struct ft_metric_info infos[] = { FT_METRICS(FT_METRIC_INFO_) };

const struct ft_metric_info *
ft_metric_info(enum ft_metric metric)
{
    return (unsigned)metric < FT_METRIC_COUNT ? &infos[metric] : NULL;
}

enum ft_metric
ft_metric_by_name(const char *name)
{
    unsigned i = 0;

    while (i < FT_METRIC_COUNT && strcmp(infos[i].name, name))
        i++;
    return i;
}

void
ft_bucket_add(struct ft_bucket *bucket, double value)
{
    if (!isfinite(value) || value < 0 || bucket->count == UINT32_MAX)
        return;
    value = FT_MIN(value, FT_METRIC_MAX);
    if (!bucket->count || value < bucket->min)
        bucket->min = (float)value;
    if (!bucket->count || value > bucket->max)
        bucket->max = (float)value;
    bucket->sum += value;
    bucket->count++;
}

double
ft_bucket_mean(const struct ft_bucket *bucket)
{
    return bucket->count ? bucket->sum / bucket->count : 0;
}

json_t *
ft_second_to_json(const struct ft_second *second)
{
    json_t *m = json_object();
    int rc = m ? 0 : -1;

    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++) {
        const struct ft_bucket *b = &second->metrics[i];

        if (b->count)
            rc = json_object_set_new(m, infos[i].name,
                                     json_pack("[o,o,o,I]",
                                               ft_json_figure(b->min),
                                               ft_json_figure(ft_bucket_mean(b)),
                                               ft_json_figure(b->max),
                                               (json_int_t)b->count));
    }
    if (rc) {
        json_decref(m);
        return NULL;
    }
    return json_pack("{s:I,s:o}", "at", (json_int_t)second->at, "m", m);
}

static int
bucket_from_json(const json_t *json, struct ft_bucket *bucket)
{
    double value[4];

    if (json_array_size(json) != 4)
        return -EBADMSG;
    for (size_t i = 0; i < 4; i++) {
        value[i] = json_number_value(json_array_get(json, i));
        if (!json_is_number(json_array_get(json, i)) || value[i] < 0 ||
            value[i] > FT_METRIC_MAX)
            return -EBADMSG;
    }
    if (value[0] > value[2] || value[3] < 1 || value[3] > (double)UINT32_MAX)
        return -EBADMSG;
    bucket->min = (float)value[0];
    bucket->max = (float)value[2];
    bucket->count = (uint32_t)value[3];
    bucket->sum = value[1] * bucket->count;
    return 0;
}

int
ft_second_from_json(const json_t *json, struct ft_second *second)
{
    json_t *m = json_object_get(json, "m");
    const char *name;
    json_t *value;

    memset(second, 0, sizeof(*second));
    second->at = ft_json_int(json, "at", 0, INT64_MAX / 1000, -1);
    if (second->at < 0 || !json_is_object(m))
        return -EBADMSG;
    json_object_foreach(m, name, value) {
        enum ft_metric metric = ft_metric_by_name(name);

        if (metric < FT_METRIC_COUNT &&
            bucket_from_json(value, &second->metrics[metric]))
            return -EBADMSG;
    }
    return 0;
}
