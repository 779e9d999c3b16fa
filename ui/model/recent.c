/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/recent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const enum ft_metric kept[] = {
    FT_METRIC_PAUSE,        FT_METRIC_LAG,  FT_METRIC_COMMIT, FT_METRIC_DIRTY,
    FT_METRIC_HELD_PACKETS, FT_METRIC_LINK, FT_METRIC_RTT,    FT_METRIC_APPLY,
    FT_METRIC_CPU, /* not drawn: it shows that a worker lived */
};

#define KEPT FT_ARRAY_SIZE(kept)

/* A ring by the number of the second; a value of less than 0 is none. */
struct line {
    char pair[37];
    int64_t newest; /* the last second that has its place */
    float values[KEPT][FT_RECENT_SECONDS];
};

struct ft_recent {
    struct line *lines[FT_RECENT_PAIRS];
    size_t count;
    int64_t newest;
};

struct ft_recent *
ft_recent_new(void)
{
    return calloc(1, sizeof(struct ft_recent));
}

void
ft_recent_free(struct ft_recent *recent)
{
    if (!recent)
        return;
    for (size_t i = 0; i < recent->count; i++)
        free(recent->lines[i]);
    free(recent);
}

static struct line *
find(const struct ft_recent *recent, const char *pair)
{
    for (size_t i = 0; i < recent->count; i++)
        if (!strcmp(recent->lines[i]->pair, pair))
            return recent->lines[i];
    return NULL;
}

static void
forget(struct line *line, int64_t second)
{
    for (size_t k = 0; k < KEPT; k++)
        line->values[k][second % FT_RECENT_SECONDS] = -1;
}

/* Makes place for all seconds up to this one. */
static void
advance(struct line *line, int64_t second)
{
    int64_t from = FT_MAX(line->newest + 1, second - FT_RECENT_SECONDS + 1);

    for (int64_t s = from; s <= second; s++)
        forget(line, s);
    line->newest = FT_MAX(line->newest, second);
}

static struct line *
find_or_add(struct ft_recent *recent, const char *pair, int *rc)
{
    struct line *line = find(recent, pair);

    *rc = -ENOSPC;
    if (line || recent->count == FT_RECENT_PAIRS || strlen(pair) >= 37)
        return line;
    *rc = -ENOMEM;
    line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    strcpy(line->pair, pair);
    line->newest = -1;
    recent->lines[recent->count++] = line;
    return line;
}

int
ft_recent_add(struct ft_recent *recent, const char *pair,
              const struct ft_second *second)
{
    struct line *line;
    int rc;

    if (second->at < 0)
        return 0;
    line = find_or_add(recent, pair, &rc);
    if (!line)
        return rc;
    /* a clock that went back a little: what is there is measured again */
    if (second->at <= line->newest - FT_RECENT_SECONDS)
        return 0;
    advance(line, second->at);
    for (size_t k = 0; k < KEPT; k++)
        if (second->metrics[kept[k]].count)
            line->values[k][second->at % FT_RECENT_SECONDS] =
                (float)ft_bucket_mean(&second->metrics[kept[k]]);
    recent->newest = FT_MAX(recent->newest, second->at);
    return 0;
}

int64_t
ft_recent_newest(const struct ft_recent *recent)
{
    return recent->newest;
}

static size_t
place_of(enum ft_metric metric)
{
    size_t k = 0;

    while (k < KEPT && kept[k] != metric)
        k++;
    return k;
}

bool
ft_recent_keeps(enum ft_metric metric)
{
    return place_of(metric) < KEPT;
}

static float
mean(const struct line *line, size_t k, int64_t from, int64_t to)
{
    int64_t begin = FT_MAX(from, line->newest - FT_RECENT_SECONDS + 1);
    float sum = 0;
    unsigned count = 0;

    for (int64_t s = FT_MAX(begin, INT64_C(0)); s < to && s <= line->newest; s++)
        if (line->values[k][s % FT_RECENT_SECONDS] >= 0) {
            sum += line->values[k][s % FT_RECENT_SECONDS];
            count++;
        }
    return count ? sum / (float)count : -1;
}

size_t
ft_recent_points(const struct ft_recent *recent, const char *pair,
                 enum ft_metric metric, int64_t from, int64_t to, size_t count,
                 float *points)
{
    const struct line *line = find(recent, pair);
    size_t k = place_of(metric), known = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t a = from + (to - from) * (int64_t)i / (int64_t)count;
        int64_t b = from + (to - from) * (int64_t)(i + 1) / (int64_t)count;

        points[i] = line && k < KEPT ? mean(line, k, a, b) : -1;
        known += points[i] >= 0;
    }
    return known;
}
