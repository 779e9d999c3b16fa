/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the console shows, at one moment: rows as --json has them, made by
 * ui/model from the live state, and the clocks they are judged by. Views read
 * it and change nothing.
 *
 * Ownership: the holder's; arrays are never NULL. Threads: the console's.
 */
#ifndef FT_UI_MODEL_PICTURE_H
#define FT_UI_MODEL_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "ui/model/plug.h"
#include "ui/model/then.h"
#include "ui/model/totals.h"
#include "ui/model/verdict.h"

#define FT_HISTORY_POINTS 240

/* Values of one metric, the oldest first; negative: nothing was measured. */
struct ft_history {
    unsigned count;
    double step_s; /* between two of them */
    unsigned of_s; /* the coarsest is of so many seconds: 1, 60, 3600 */
    float values[FT_HISTORY_POINTS];
    double usual_low, usual_high; /* negative: not known */
};

struct ft_picture {
    json_t *pairs;  /* ft_pair_row, with who is live */
    json_t *hosts;  /* ft_live_host_rows */
    json_t *vms;    /* ft_vm_rows: those in no pair too */
    json_t *events; /* ft_event_row, the oldest first */
    json_t *jobs;   /* the newest first */
    struct ft_verdict verdict;
    struct ft_totals totals;
    struct ft_plugs plugs; /* of the hosts; what a loss would mean */
    size_t none;           /* VMs in no pair */
    double age_s;          /* of the oldest word that is shown as live */
    bool from_store;       /* nothing was heard yet: all is from the database */
    int64_t wall_ms;       /* CLOCK_REALTIME */
    /*
     * The past of a pair's metric (pair/metrics.h, by name), over seconds until
     * a moment (ms since 1970). False when there is none. May be NULL, as what
     * follows.
     */
    bool (*history)(void *data, const char *pair, const char *metric,
                    int64_t until_ms, double seconds,
                    struct ft_history *history);
    /* What was measured of a pair about a moment; false: nothing. */
    bool (*measured)(void *data, const char *pair, int64_t at_ms,
                     struct ft_measured *out);
    /*
     * More events than the newest ones above, as far back as there are, bounded:
     * until a moment, or all that tell how pairs stood. A new array, or NULL.
     */
    json_t *(*events_until)(void *data, int64_t until_ms);
    json_t *(*turns)(void *data);
    void *data;
};

/*
 * What is said of all rows together: verdict, totals, plugs, none, age_s and
 * from_store. At once; or in parts, once hosts are there: every pair, then every
 * VM. plugs are to be freed (ft_plugs_free).
 */
struct ft_picture_sum {
    struct ft_verdict_sum verdict;
    double oldest, stored; /* ages in s; oldest below 0: nobody is heard */
};

void ft_picture_sum(struct ft_picture *picture);

void ft_picture_sum_begin(struct ft_picture_sum *sum,
                          struct ft_picture *picture);
void ft_picture_sum_pair(struct ft_picture_sum *sum, struct ft_picture *picture,
                         const json_t *row);
void ft_picture_sum_vm(struct ft_picture *picture, const json_t *row);
void ft_picture_sum_end(struct ft_picture_sum *sum, struct ft_picture *picture);

#endif
