/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How things stood at a moment of the past: rows like those of now, made of
 * what is known of it. A pair's state is the last one that its primary of then
 * has told (events); where it ran follows from the takeovers since; figures are
 * what was measured there and then. A pair of which nothing was measured then
 * is "unknown", whatever was told before: its host may have been gone; one that
 * was protected is "at risk" by what was told of its paths and its witness and
 * by the age of its copy.
 *
 * Pure. Rows are new and the caller's, NULL without memory. Any thread.
 */
#ifndef FT_UI_MODEL_THEN_H
#define FT_UI_MODEL_THEN_H

#include "ui/model/chronicle.h"
#include "ui/model/verdict.h"

/* What was measured of a pair about a moment; negative figures: not that. */
struct ft_measured {
    unsigned of_s; /* a mean of 1, the median of 60 or 3600 s; 0: nothing */
    double lag_ms, pause_ms;
};

struct ft_then {
    int64_t at_ms;                   /* since 1970, by our clock */
    const json_t *pairs;             /* rows of now, of ft_pair_row */
    const json_t *hosts;             /* the same, of ft_live_host_rows */
    const struct ft_chronicle *told; /* all that is known from then on */
    bool (*measured)(void *data, const char *pair, int64_t at_ms,
                     struct ft_measured *out);
    void *data;
};

/*
 * Rows of the pairs of now, as they stood then. Pairs that have ended since
 * are not among them: of those nothing but events is kept.
 */
json_t *ft_then_pairs(const struct ft_then *then);

/*
 * Rows of the hosts: "state" is "ok" where a pair shows that the host lived,
 * "silent" where one shows that its peer did not hear it, else "unknown".
 * pairs: rows of ft_then_pairs.
 */
json_t *ft_then_hosts(const struct ft_then *then, const json_t *pairs);

/* The events until then, in the order of the chronicle. */
json_t *ft_then_events(const struct ft_then *then);

/* One sentence for one pair's row of then, and for all of them. */
void ft_then_say(const struct ft_then *then, const json_t *row,
                 struct ft_verdict *verdict);
void ft_then_say_all(const struct ft_then *then, const json_t *pairs,
                     struct ft_verdict *verdict);

#endif
