/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "pair/series-table.h"

/* A bucket as it is kept: half the memory. */
struct cell {
    float min, mean, max;
    uint32_t count;
};

/* Of a metric, the means of the seconds of the minute or hour under way. */
struct values {
    float *list;
    size_t count, room;
};

struct rollups {
    enum ft_rollup_scale scale;
    struct ft_series_table kept; /* of struct ft_summary */
    int64_t at;                  /* begin of the one under way; -1: none */
    struct values values[FT_METRIC_COUNT];
};

struct ft_series {
    struct ft_series_table seconds; /* of struct cell */
    struct rollups minutes, hours;
};

struct ft_series *
ft_series_new(void)
{
    struct ft_series *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->minutes.at = s->hours.at = -1;
    s->minutes.scale = FT_ROLLUP_MINUTE;
    s->hours.scale = FT_ROLLUP_HOUR;
    ft_series_table_init(&s->seconds, sizeof(struct cell), FT_SECONDS_KEPT);
    ft_series_table_init(&s->minutes.kept, sizeof(struct ft_summary),
                         FT_MINUTES_KEPT);
    ft_series_table_init(&s->hours.kept, sizeof(struct ft_summary),
                         FT_HOURS_KEPT);
    return s;
}

static void
forget_values(struct rollups *r)
{
    r->at = -1;
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        r->values[i].count = 0;
}

static void
rollups_clear(struct rollups *r)
{
    ft_series_table_clear(&r->kept);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        free(r->values[i].list);
    memset(r->values, 0, sizeof(r->values));
    r->at = -1;
}

static void
series_clear(struct ft_series *s)
{
    ft_series_table_clear(&s->seconds);
    rollups_clear(&s->minutes);
    rollups_clear(&s->hours);
}

void
ft_series_free(struct ft_series *series)
{
    if (series)
        series_clear(series);
    free(series);
}

/* ---- seconds ---- */

static struct ft_bucket
bucket_of(const struct cell *cell)
{
    if (!cell || !cell->count)
        return (struct ft_bucket){ 0 };
    return (struct ft_bucket){ cell->count, cell->min, cell->max,
                               (double)cell->mean * cell->count };
}

static void
merge_bucket(struct ft_bucket *to, const struct ft_bucket *from)
{
    if (!from->count || from->count > UINT32_MAX - to->count)
        return;
    to->min = to->count ? FT_MIN(to->min, from->min) : from->min;
    to->max = to->count ? FT_MAX(to->max, from->max) : from->max;
    to->sum += from->sum;
    to->count += from->count;
}

static void
get_second(const struct ft_series *s, size_t row, struct ft_second *out)
{
    memset(out, 0, sizeof(*out));
    out->at = ft_series_table_at(&s->seconds, row);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        out->metrics[i] = bucket_of(ft_series_table_cell(&s->seconds, row, i));
}

/* Into the newest row. */
static int
put_bucket(struct ft_series *s, unsigned metric, const struct ft_bucket *bucket)
{
    struct cell *cell = ft_series_table_fill(&s->seconds, metric);
    struct ft_bucket all = bucket_of(cell);

    if (!cell)
        return -ENOMEM;
    merge_bucket(&all, bucket);
    *cell = (struct cell){ all.min, (float)ft_bucket_mean(&all), all.max,
                           all.count };
    return 0;
}

static int
add_second(struct ft_series *s, const struct ft_second *second)
{
    int rc = 0;

    ft_series_table_drop(&s->seconds, second->at + 1);
    if (ft_series_newest(s) != second->at)
        rc = ft_series_table_append(&s->seconds, second->at);
    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++)
        if (second->metrics[i].count)
            rc = put_bucket(s, i, &second->metrics[i]);
    return rc;
}

int64_t
ft_series_newest(const struct ft_series *series)
{
    return ft_series_table_newest(&series->seconds);
}

size_t
ft_series_sum(const struct ft_series *series, int64_t after,
              struct ft_second *out)
{
    size_t row = series->seconds.count, seconds = 0;
    struct ft_second second;

    memset(out, 0, sizeof(*out));
    while (row-- && ft_series_table_at(&series->seconds, row) > after) {
        get_second(series, row, &second);
        out->at = FT_MAX(out->at, second.at);
        for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
            merge_bucket(&out->metrics[i], &second.metrics[i]);
        seconds++;
    }
    return seconds;
}

/* ---- minutes and hours ---- */

static int
add_value(struct values *values, float value, size_t max)
{
    if (values->count == max) /* a clock that does not go on */
        return 0;
    if (values->count == values->room) {
        size_t room = values->room ? 2 * values->room : 60;
        float *list = realloc(values->list, room * sizeof(*list));

        if (!list)
            return -ENOMEM;
        values->list = list;
        values->room = room;
    }
    values->list[values->count++] = value;
    return 0;
}

static int
compare(const void *a, const void *b)
{
    float left = *(const float *)a, right = *(const float *)b;

    return (left > right) - (left < right);
}

/* Smallest value that percent of the values do not exceed. */
static float
percentile(const struct values *sorted, size_t percent)
{
    size_t rank = (sorted->count * percent + 99) / 100;

    return sorted->list[rank ? rank - 1 : 0];
}

static struct ft_summary
summary_of(struct values *values)
{
    qsort(values->list, values->count, sizeof(*values->list), compare);
    return (struct ft_summary){
        .count = (uint32_t)values->count,
        .min = values->list[0],
        .p5 = percentile(values, 5),
        .p50 = percentile(values, 50),
        .p95 = percentile(values, 95),
        .max = values->list[values->count - 1],
    };
}

static float
weigh(float a, uint32_t a_count, float b, uint32_t b_count)
{
    double all = (double)a_count + b_count;

    return (float)(((double)a * a_count + (double)b * b_count) / all);
}

/* Two parts of the same hour, as far as it can still be told. */
static void
merge_summary(struct ft_summary *to, const struct ft_summary *from)
{
    uint32_t n = to->count, m = from->count;

    if (!n) {
        *to = *from;
        return;
    }
    if (m > UINT32_MAX - n)
        return;
    to->min = FT_MIN(to->min, from->min);
    to->max = FT_MAX(to->max, from->max);
    to->p5 = weigh(to->p5, n, from->p5, m);
    to->p50 = weigh(to->p50, n, from->p50, m);
    to->p95 = weigh(to->p95, n, from->p95, m);
    to->count = n + m;
}

static int
finish(struct rollups *r)
{
    int rc = 0;

    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++) {
        struct ft_summary summary, *kept;

        if (!r->values[i].count)
            continue;
        if (ft_series_table_newest(&r->kept) != r->at)
            rc = ft_series_table_append(&r->kept, r->at);
        kept = rc ? NULL : ft_series_table_fill(&r->kept, i);
        if (!kept)
            rc = -ENOMEM;
        summary = summary_of(&r->values[i]);
        if (!rc)
            merge_summary(kept, &summary);
    }
    forget_values(r);
    return rc;
}

static int
add_to_rollups(struct rollups *r, const struct ft_second *second)
{
    int64_t at = second->at - second->at % r->scale;
    int rc = 0;

    if (r->at > at)
        forget_values(r); /* the clock went back */
    else if (r->at >= 0 && r->at < at)
        rc = finish(r);
    ft_series_table_drop(&r->kept, at + 1);
    r->at = at;
    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++)
        if (ft_metric_info(i)->kept_long && second->metrics[i].count)
            rc = add_value(&r->values[i],
                           (float)ft_bucket_mean(&second->metrics[i]), r->scale);
    return rc;
}

int
ft_series_add(struct ft_series *series, const struct ft_second *second)
{
    int rc, minutes, hours;

    if (second->at < FT_SERIES_FIRST)
        return -EINVAL;
    rc = add_second(series, second);
    minutes = add_to_rollups(&series->minutes, second);
    hours = add_to_rollups(&series->hours, second);
    return rc ? rc : minutes ? minutes : hours;
}

int
ft_series_finish(struct ft_series *series)
{
    int minutes = finish(&series->minutes), hours = finish(&series->hours);

    return minutes ? minutes : hours;
}

static const struct rollups *
rollups_of(const struct ft_series *s, enum ft_rollup_scale scale)
{
    return scale == FT_ROLLUP_MINUTE ? &s->minutes : &s->hours;
}

size_t
ft_series_rollups(const struct ft_series *series, enum ft_rollup_scale scale)
{
    return rollups_of(series, scale)->kept.count;
}

void
ft_series_rollup(const struct ft_series *series, enum ft_rollup_scale scale,
                 size_t index, struct ft_rollup *out)
{
    const struct ft_series_table *kept = &rollups_of(series, scale)->kept;

    memset(out, 0, sizeof(*out));
    out->at = ft_series_table_at(kept, index);
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        const struct ft_summary *cell = ft_series_table_cell(kept, index, i);

        if (cell)
            out->metrics[i] = *cell;
    }
}

/* ---- JSON ---- */

static json_t *
seconds_json(const struct ft_series *s, unsigned seconds)
{
    const struct ft_series_table *kept = &s->seconds;
    json_t *list = json_array();
    size_t row = kept->count;
    struct ft_second second;

    while (row && ft_series_table_at(kept, row - 1) >
                      ft_series_newest(s) - (int64_t)seconds)
        row--;
    for (; list && row < kept->count; row++) {
        get_second(s, row, &second);
        if (json_array_append_new(list, ft_second_to_json(&second))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *
rollups_json(const struct ft_series *s, enum ft_rollup_scale scale)
{
    json_t *list = json_array();
    struct ft_rollup rollup;

    for (size_t i = 0; list && i < ft_series_rollups(s, scale); i++) {
        ft_series_rollup(s, scale, i, &rollup);
        if (json_array_append_new(list, ft_rollup_to_json(&rollup))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *
ft_series_to_json(const struct ft_series *series, struct ft_series_parts parts)
{
    json_t *json = json_object();
    int rc = json ? 0 : -1;

    if (!rc && parts.seconds)
        rc = json_object_set_new(json, "seconds",
                                 seconds_json(series, parts.seconds));
    if (!rc && parts.minutes)
        rc = json_object_set_new(json, "minutes",
                                 rollups_json(series, FT_ROLLUP_MINUTE));
    if (!rc && parts.hours)
        rc = json_object_set_new(json, "hours",
                                 rollups_json(series, FT_ROLLUP_HOUR));
    if (rc) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* A list that may be missing; NULL with *rc 0 then. */
static const json_t *
list_of(const json_t *json, const char *name, size_t max, int *rc)
{
    const json_t *list = json_object_get(json, name);

    *rc = !list || (json_is_array(list) && json_array_size(list) <= max)
              ? 0
              : -EBADMSG;
    return *rc ? NULL : list;
}

static int
take_seconds(struct ft_series *s, const json_t *json)
{
    int rc;
    const json_t *list = list_of(json, "seconds", FT_SECONDS_KEPT, &rc), *item;
    struct ft_second second;
    size_t i;

    json_array_foreach(list, i, item) {
        rc = ft_second_from_json(item, &second);
        if (!rc &&
            (second.at < FT_SERIES_FIRST || second.at <= ft_series_newest(s)))
            rc = -EBADMSG;
        if (!rc)
            rc = add_second(s, &second);
        if (rc)
            return rc;
    }
    return rc;
}

static int
take_rollup(struct rollups *r, const struct ft_rollup *rollup)
{
    int rc;

    if (rollup->at < FT_SERIES_FIRST || rollup->at % r->scale ||
        rollup->at <= ft_series_table_newest(&r->kept))
        return -EBADMSG;
    rc = ft_series_table_append(&r->kept, rollup->at);
    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++) {
        struct ft_summary *cell;

        if (!rollup->metrics[i].count)
            continue;
        cell = ft_series_table_fill(&r->kept, i);
        if (!cell)
            return -ENOMEM;
        *cell = rollup->metrics[i];
    }
    return rc;
}

static int
take_rollups(struct rollups *r, const json_t *json, const char *name)
{
    int rc;
    const json_t *list = list_of(json, name, r->kept.max, &rc), *item;
    struct ft_rollup rollup;
    size_t i;

    json_array_foreach(list, i, item) {
        rc = ft_rollup_from_json(item, &rollup);
        if (!rc)
            rc = take_rollup(r, &rollup);
        if (rc)
            return rc;
    }
    return rc;
}

int
ft_series_from_json(struct ft_series *series, const json_t *json)
{
    int rc = json_is_object(json) ? take_seconds(series, json) : -EBADMSG;

    if (!rc)
        rc = take_rollups(&series->minutes, json, "minutes");
    if (!rc)
        rc = take_rollups(&series->hours, json, "hours");
    if (rc)
        series_clear(series);
    return rc;
}
