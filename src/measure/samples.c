/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "measure/samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/order.h"

/* 1.2 s a round; of the short ones, which tell of peaks, more. */
static const double lengths_ms[FT_SAMPLES_LENGTHS] = {
    10, 25, 50, 100, 250, 500
};
static const unsigned char schedule[] = { 0, 3, 0, 1, 0, 5, 0, 2, 1, 0,
                                          3, 0, 1, 0, 4, 0, 2, 1, 0, 0 };

#define LOOK_PART 4    /* of an interval a look may take */
#define LENGTHENED 1.3 /* by which one may be too long */
#define SLACK_MS 2     /* and this */
#define SAMPLES_MAX 8192

void
ft_samples_look_takes(struct ft_samples *samples, double ms)
{
    double longest = lengths_ms[FT_SAMPLES_LENGTHS - 1];

    samples->least_ms = FT_MIN(ms * LOOK_PART, longest);
}

double
ft_samples_next(struct ft_samples *samples)
{
    double length;

    do {
        length = lengths_ms[schedule[samples->turn]];
        samples->turn = (samples->turn + 1) % FT_ARRAY_SIZE(schedule);
    } while (length < samples->least_ms);
    return length;
}

static int
add(struct ft_samples_list *list, double pages)
{
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        double *grown = realloc(list->pages, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        list->pages = grown;
        list->room = room;
    }
    list->pages[list->n++] = pages;
    return 0;
}

int
ft_samples_add(struct ft_samples *samples, double wanted_ms, double took_ms,
               double pages, bool sent)
{
    struct ft_samples_list *list = NULL;
    int rc;

    for (size_t i = 0; i < FT_SAMPLES_LENGTHS; i++)
        if (lengths_ms[i] == wanted_ms)
            list = &samples->lists[i];
    if (!list || list->n == SAMPLES_MAX ||
        took_ms > wanted_ms * LENGTHENED + SLACK_MS)
        return 0;
    rc = add(list, pages);
    if (rc == 0) {
        list->sum_ms += took_ms;
        list->sent += sent;
    }
    return rc;
}

static double
percentile(const struct ft_samples_list *list, unsigned percent)
{
    return list->pages[((list->n - 1) * percent + 99) / 100];
}

static void
sum_up(struct ft_samples_list *list, struct ft_measurement_length *out)
{
    double sum = 0;

    qsort(list->pages, list->n, sizeof(*list->pages), ft_order_doubles);
    for (size_t i = 0; i < list->n; i++)
        sum += list->pages[i];
    out->count = (unsigned)list->n;
    out->interval_ms = list->sum_ms / (double)list->n;
    out->mean = sum / (double)list->n;
    out->p50 = percentile(list, 50);
    out->p99 = percentile(list, 99);
    out->most = list->pages[list->n - 1];
    out->sent = (double)list->sent / (double)list->n;
}

bool
ft_samples_sum_up(struct ft_samples *samples, struct ft_measurement *out)
{
    double last = 0;

    out->n_lengths = 0;
    for (size_t i = 0; i < FT_SAMPLES_LENGTHS; i++) {
        struct ft_measurement_length *to = &out->lengths[out->n_lengths];

        if (!samples->lists[i].n)
            continue;
        sum_up(&samples->lists[i], to);
        if (to->interval_ms <= last)
            continue; /* a machine so crowded that lengths mean little */
        last = to->interval_ms;
        out->n_lengths++;
    }
    return out->n_lengths > 0;
}

void
ft_samples_free(struct ft_samples *samples)
{
    for (size_t i = 0; i < FT_SAMPLES_LENGTHS; i++)
        free(samples->lists[i].pages);
    memset(samples, 0, sizeof(*samples));
}
