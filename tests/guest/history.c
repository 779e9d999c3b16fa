/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static int
add(struct history *history, const struct event *event)
{
    if (history->count == history->size) {
        size_t size = history->size ? 2 * history->size : 4096;
        void *more = realloc(history->events, size * sizeof(*history->events));

        if (!more)
            return -1;
        history->events = more;
        history->size = size;
    }
    history->events[history->count++] = *event;
    return 0;
}

static uint64_t
in_ns(const char *seconds)
{
    char *rest;
    uint64_t ns = strtoull(seconds, &rest, 10) * 1000000000ULL;

    return *rest == '.' ? ns + strtoull(rest + 1, NULL, 10)
                        : ns; /* always nine digits */
}

static int
read_answer(const char *line, struct event *event)
{
    struct answer *answer = &event->answer;
    char kind[16], sent[32], received[32], received_real[32];

    if (sscanf(line,
               "answer %*d %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNx64
               " %39s %" SCNu64 " %15s %31s %*s %31s %31s",
               &answer->client, &answer->number, &answer->global,
               &answer->checksum, answer->boot, &answer->uptime, kind, sent,
               received, received_real) != 10)
        return -1;
    answer->repeated = !strcmp(kind, "repeated");
    event->sent = in_ns(sent);
    event->received = in_ns(received);
    event->received_real = in_ns(received_real);
    return 0;
}

static void
note_boot(struct history *history, const char *boot)
{
    for (int i = 0; i < history->boot_count; i++)
        if (!strcmp(history->boots[i], boot))
            return;
    if (history->boot_count < 8)
        snprintf(history->boots[history->boot_count++],
                 sizeof(history->boots[0]), "%s", boot);
}

static int
read_line(struct history *history, const char *line, unsigned *payload,
          uint64_t *requests)
{
    struct event event = { .payload = *payload };
    char when[32];

    if (!strncmp(line, "answer ", 7)) {
        if (read_answer(line, &event))
            return -1;
        note_boot(history, event.answer.boot);
        return add(history, &event);
    }
    if (!strncmp(line, "lost-connection ", 16))
        history->resets++;
    else if (!strncmp(line, "bad ", 4))
        history->bad++;
    else if (!strncmp(line, "unanswered ", 11))
        history->unanswered++;
    else if (!strncmp(line, "start ", 6))
        return sscanf(line, "start 1 %*s %*d %*s %u", payload) == 1 ? 0 : -1;
    else if (!strncmp(line, "end ", 4)) {
        if (sscanf(line, "end %" SCNu64 " %*u %31s", requests, when) != 2)
            return -1;
        if (in_ns(when) > history->last_end)
            history->last_end = in_ns(when);
        history->open_logs--;
    } else if (strncmp(line, "open ", 5))
        return -1;
    return 0;
}

int
history_read(struct history *history, const char *path)
{
    FILE *file = fopen(path, "re");
    char line[LEDGER_LINE_MAX + 128];
    uint64_t requests = 0, number = 0, before = history->count;
    unsigned payload = 0;
    int bad = 0;

    if (!file) {
        fprintf(stderr, "ledger-check: %s: %s\n", path, strerror(errno));
        return -1;
    }
    history->open_logs++;
    while (!bad && fgets(line, sizeof(line), file)) {
        number++;
        if (!strchr(line, '\n')) /* the last line of a client that still runs */
            break;
        bad = read_line(history, line, &payload, &requests);
    }
    fclose(file);
    if (bad)
        fprintf(stderr, "ledger-check: %s:%" PRIu64 ": not understood\n", path,
                number);
    history->requests += requests ? requests : history->count - before;
    return bad;
}

static int
by_client_and_arrival(const void *left, const void *right)
{
    const struct event *a = left, *b = right;

    if (a->answer.client != b->answer.client)
        return a->answer.client < b->answer.client ? -1 : 1;
    if (a->received != b->received)
        return a->received < b->received ? -1 : 1;
    return a->answer.number < b->answer.number
               ? -1
               : a->answer.number > b->answer.number;
}

static int
by_place(const void *left, const void *right)
{
    const struct event *a = left, *b = right;

    return a->answer.global < b->answer.global
               ? -1
               : a->answer.global > b->answer.global;
}

static int
by_arrival(const void *left, const void *right)
{
    const struct event *a = left, *b = right;

    return a->received < b->received ? -1 : a->received > b->received;
}

void
history_judge(struct history *history)
{
    struct event *e = history->events;

    if (!history->count)
        return;
    qsort(e, history->count, sizeof(*e), by_client_and_arrival);
    for (size_t i = 1; i < history->count; i++)
        if (e[i].answer.client == e[i - 1].answer.client &&
            !e[i].answer.repeated &&
            (e[i].answer.number != e[i - 1].answer.number + 1 ||
             e[i].answer.global <= e[i - 1].answer.global))
            history->out_of_order++;
    qsort(e, history->count, sizeof(*e), by_place);
    for (size_t i = 1; i < history->count; i++) {
        history->backwards += e[i].answer.uptime < e[i - 1].answer.uptime;
        /* one place, two requests: the ledger's memory or disk went back in time */
        if (e[i].answer.global == e[i - 1].answer.global &&
            (e[i].answer.client != e[i - 1].answer.client ||
             e[i].answer.number != e[i - 1].answer.number))
            history->out_of_order++;
    }
    qsort(e, history->count, sizeof(*e), by_arrival);
}

static int
by_value(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

static void
measure_latency(const struct history *history, struct timing *timing)
{
    uint64_t *latency = calloc(history->count, sizeof(*latency));

    if (!latency)
        return;
    for (size_t i = 0; i < history->count; i++)
        latency[i] = history->events[i].received - history->events[i].sent;
    qsort(latency, history->count, sizeof(*latency), by_value);
    timing->p50_ms = (double)latency[history->count / 2] / 1e6;
    timing->p99_ms =
        (double)latency[history->count - 1 - history->count / 100] / 1e6;
    timing->max_ms = (double)latency[history->count - 1] / 1e6;
    free(latency);
}

static void
measure_gap(const struct history *history, struct timing *timing)
{
    const struct event *e = history->events;

    for (size_t i = 1; i <= history->count; i++) {
        uint64_t end = i < history->count    ? e[i].received
                       : history->unanswered ? history->last_end
                                             : 0;
        double gap = end > e[i - 1].received
                         ? (double)(end - e[i - 1].received) / 1e6
                         : 0;

        if (gap > timing->gap_ms) {
            timing->gap_ms = gap;
            timing->gap_start = (double)e[i - 1].received_real / 1e9;
        }
    }
}

/* A fault is felt a moment after it happened, when answers on their way have arrived: the longest
 * gap that touches the time from the fault on, within ten seconds of it, is its outage. */
static void
measure_fault(const struct history *history, double fault, struct timing *timing)
{
    const struct event *e = history->events;

    timing->outage_ms = -1;
    for (size_t i = 0; i < history->count; i++) {
        double at = (double)e[i].received_real / 1e9;

        if (at < fault)
            timing->before++;
        else
            timing->after++;
        if (i && at >= fault &&
            (double)e[i - 1].received_real / 1e9 < fault + 10) {
            double gap = (double)(e[i].received - e[i - 1].received) / 1e6;

            if (gap > timing->outage_ms)
                timing->outage_ms = gap;
        }
    }
    if (!timing->before || !timing->after)
        timing->outage_ms = -1;
}

void
history_timing(const struct history *history, double fault,
               struct timing *timing)
{
    *timing = (struct timing){ .outage_ms = -1 };
    if (!history->count)
        return;
    measure_latency(history, timing);
    measure_gap(history, timing);
    if (fault > 0)
        measure_fault(history, fault, timing);
}
