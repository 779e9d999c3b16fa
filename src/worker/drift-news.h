/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the findings of a look for drift are news. What comes and goes at its
 * bound is told once, until it has stayed away for a while. Pure.
 */
#ifndef FT_WORKER_DRIFT_NEWS_H
#define FT_WORKER_DRIFT_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* What was not found for so long is over, in ns: some looks in a row. */
#define FT_DRIFT_OVER_NS INT64_C(60000000000)

struct ft_drift_news { /* zero bytes: nothing was told yet */
    json_t *told;      /* what is not over; of findings and when they were last
                        * seen */
};

/*
 * Takes a report (drift/drift.h) of now_ns, CLOCK_MONOTONIC, and calls tell for each
 * finding that is new, or over. finding is borrowed, until tell returns. What is waived
 * is nobody's news; when its waiver ends it is new.
 */
void ft_drift_news_take(
    struct ft_drift_news *news, const json_t *report, int64_t now_ns,
    void (*tell)(void *opaque, const json_t *finding, bool over), void *opaque);

void ft_drift_news_free(struct ft_drift_news *news);

#endif
