/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the clients' logs say: read into memory, and what follows from them alone (latency, gaps,
 * order, reboots). */
#ifndef FT_GUEST_HISTORY_H
#define FT_GUEST_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "answers.h"

struct event {
    struct answer answer;
    uint64_t sent, received, received_real; /* ns */
    unsigned payload;                       /* bytes sent with the request */
};

struct history {
    struct event *events; /* answers, in the order of the logs */
    size_t count, size;
    uint64_t requests, unanswered, resets, bad;
    uint64_t last_end; /* monotonic ns of the last log's end */
    int open_logs; /* logs without an end: the client still runs or was killed */
    char boots[8][40]; /* boot ids seen, the first eight */
    int boot_count;
    uint64_t out_of_order; /* answers out of order in their connection or in the ledger */
    uint64_t backwards; /* answers whose uptime is smaller than an earlier record's */
};

struct timing {
    double p50_ms, p99_ms, max_ms; /* from request to answer */
    double gap_ms;                 /* longest time without any answer */
    double gap_start;              /* when it began, CLOCK_REALTIME seconds */
    size_t before, after; /* answers received before and after the fault */
    /* time without any answer around the fault; -1: no answer on one side */
    double outage_ms;
};

/* Adds a log. Returns 0, or -1 and a message on stderr. */
int history_read(struct history *history, const char *path);

/* To be called once, after the last log: counts what is out of order and backwards, and sorts the
 * events by time of answer. */
void history_judge(struct history *history);

/* After history_judge(). fault: CLOCK_REALTIME seconds, 0 for none. */
void history_timing(const struct history *history, double fault,
                    struct timing *timing);

#endif
