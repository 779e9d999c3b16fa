/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ledger-check: the judge of every failure test.
 *
 * Reads what the clients were answered, asks the ledger what its disks and memory hold now, and
 * proves that no answered request is missing, none appears twice, order holds, the guest was not
 * rebooted and no connection was lost. Exit code: 0 all of it holds, 1 something does not, 2 usage,
 * 3 the check could not be made. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "fetch.h"
#include "history.h"

#define DETAILS 5 /* of each kind of problem are told one by one */

struct verdict {
    struct ledger_state state;
    uint64_t lost, duplicated, broken, wrong_pages;
    int ok;
};

static void
tell_lost(const struct event *event, const char *where, uint64_t already)
{
    if (already < DETAILS)
        fprintf(stderr,
                "lost: client %" PRIx64 " request %" PRIu64
                ", answered as record %" PRIu64 ", is not %s\n",
                event->answer.client, event->answer.number,
                event->answer.global, where);
}

static int
holds(const struct stretch *stretch, const struct event *event)
{
    const struct answer *answer = &event->answer;
    char payload[LEDGER_PAYLOAD_MAX + 1], boot[17], *digit = boot;
    const struct ledger_record *record =
        &stretch->records[answer->global - stretch->from];

    payload_make(answer->client, answer->number, event->payload, payload);
    for (const char *c = answer->boot; *c && digit < boot + 16; c++)
        if (*c != '-')
            *digit++ = *c;
    *digit = 0;
    return record->client == answer->client &&
           record->number == answer->number &&
           record->checksum == answer->checksum &&
           record->uptime == answer->uptime &&
           record->boot == strtoull(boot, NULL, 16) &&
           record->payload ==
               ledger_hash(LEDGER_HASH_START, payload, event->payload);
}

/* `forgotten`: places up to this one need not be there (memory keeps the last records only). */
static uint64_t
count_lost(const struct history *history, const struct stretch *stretch,
           const char *where, uint64_t forgotten)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < history->count; i++) {
        const struct event *event = &history->events[i];
        uint64_t global = event->answer.global;

        if (global <= forgotten)
            continue;
        if (global < stretch->from ||
            global >= stretch->from + stretch->count || !holds(stretch, event))
            tell_lost(event, where, lost++);
    }
    return lost;
}

/* Places, and the chain of checksums from the first record on (whose predecessor is known only at
 * the log's beginning). */
static uint64_t
count_broken(const struct stretch *stretch, const char *where)
{
    uint64_t broken = 0;

    for (uint64_t i = 0; i < stretch->count; i++) {
        const struct ledger_record *record = &stretch->records[i];
        int fits = record->global == stretch->from + i;

        if (i || stretch->from == 1)
            fits = fits && ledger_record_fits(record, stretch->from + i,
                                              i ? record[-1].checksum : 0);
        if (!fits && broken++ < DETAILS)
            fprintf(stderr,
                    "broken: record %" PRIu64
                    " %s does not follow from the one before it\n",
                    stretch->from + i, where);
    }
    return broken;
}

static int
by_request(const void *left, const void *right)
{
    const struct ledger_record *a = left, *b = right;

    if (a->client != b->client)
        return a->client < b->client ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Sorts the stretch: to be called last. */
static uint64_t
count_duplicated(struct stretch *stretch)
{
    uint64_t duplicated = 0;

    if (stretch->count)
        qsort(stretch->records, stretch->count, sizeof(*stretch->records),
              by_request);
    for (uint64_t i = 1; i < stretch->count; i++) {
        const struct ledger_record *record = &stretch->records[i];

        if (!by_request(record, record - 1) && duplicated++ < DETAILS)
            fprintf(stderr,
                    "duplicated: client %" PRIx64 " request %" PRIu64
                    " stands at %" PRIu64 " and %" PRIu64 "\n",
                    record->client, record->number, record[-1].global,
                    record->global);
    }
    return duplicated;
}

static uint64_t
first_place(const struct history *history)
{
    uint64_t first = UINT64_MAX;

    for (size_t i = 0; i < history->count; i++)
        if (history->events[i].answer.global < first)
            first = history->events[i].answer.global;
    return history->count && first ? first : 1;
}

/* The ledger forgets its oldest records while others go on asking: some room for them. */
static uint64_t
first_remembered(const struct ledger_state *state)
{
    return state->remembered < state->records
               ? state->records - state->remembered + 8193
               : 1;
}

/* disk -1: memory. */
static int
judge_copy(struct fetcher *fetcher, const struct history *history, int disk,
           struct verdict *verdict)
{
    struct stretch stretch;
    char where[32];
    uint64_t forgotten = 0, from = first_place(history), lost;

    snprintf(where, sizeof(where), disk < 0 ? "in memory" : "on disk %d", disk);
    if (disk < 0)
        forgotten = first_remembered(&verdict->state) - 1;
    if (from <= forgotten)
        from = forgotten + 1;
    if (!verdict->state.disks)
        forgotten =
            0; /* what memory no longer has is nowhere, and so cannot be proven */
    if (fetch_stretch(fetcher, disk, from, &stretch)) {
        fetch_free(&stretch);
        return -1;
    }
    lost = count_lost(history, &stretch, where, forgotten);
    if (lost > verdict->lost)
        verdict->lost = lost;
    verdict->broken += count_broken(&stretch, where);
    lost = count_duplicated(&stretch);
    if (lost > verdict->duplicated)
        verdict->duplicated = lost;
    fetch_free(&stretch);
    return 0;
}

static int
judge_ledger(const char *target, const struct history *history,
             struct verdict *verdict)
{
    struct fetcher *fetcher = fetch_open(target);
    int bad = -1;

    if (!fetcher)
        return -1;
    if (fetch_memory_check(fetcher, &verdict->wrong_pages) ||
        fetch_state(fetcher, &verdict->state))
        goto done;
    for (int disk = -1; disk < verdict->state.disks; disk++)
        if (judge_copy(fetcher, history, disk, verdict))
            goto done;
    bad = 0;
done:
    fetch_close(fetcher);
    return bad;
}

static int
all_holds(const struct history *history, const struct verdict *verdict)
{
    return history->count && !history->unanswered && !history->resets &&
           !history->bad && !history->out_of_order && !history->backwards &&
           history->boot_count == 1 &&
           !strcmp(history->boots[0], verdict->state.boot) && !verdict->lost &&
           !verdict->duplicated && !verdict->broken &&
           !verdict->state.corrupt_pages && !verdict->state.failed;
}

static void
print_text(const struct history *history, const struct verdict *verdict,
           const struct timing *timing, double fault)
{
    printf("requests          %" PRIu64 "\n", history->requests);
    printf("answers           %zu\n", history->count);
    printf("unanswered        %" PRIu64 "%s\n", history->unanswered,
           history->open_logs ? " (a client still runs or was killed)" : "");
    printf("lost              %" PRIu64 "\n", verdict->lost);
    printf("duplicated        %" PRIu64 "\n", verdict->duplicated);
    printf("out of order      %" PRIu64 "\n",
           history->out_of_order + verdict->broken);
    printf("resets            %" PRIu64 "\n", history->resets);
    printf("refused requests  %" PRIu64 "\n", history->bad);
    for (int i = 0; i < history->boot_count; i++)
        printf("boot id           %s\n", history->boots[i]);
    if (history->boot_count &&
        strcmp(history->boots[history->boot_count - 1], verdict->state.boot))
        printf("boot id now       %s\n", verdict->state.boot);
    printf("uptime backwards  %" PRIu64 "\n", history->backwards);
    printf("corrupt pages     %" PRIu64 "\n", verdict->state.corrupt_pages);
    printf("disks             %d (write errors: %" PRIu64 ")\n",
           verdict->state.disks, verdict->state.disk_errors);
    printf("latency           p50 %.2f ms, p99 %.2f ms, max %.2f ms\n",
           timing->p50_ms, timing->p99_ms, timing->max_ms);
    printf("longest gap       %.1f ms, from %.6f on\n", timing->gap_ms,
           timing->gap_start);
    if (fault > 0 && timing->outage_ms >= 0)
        printf("fault             %zu answers before, %zu after, outage %.1f ms\n",
               timing->before, timing->after, timing->outage_ms);
    else if (fault > 0)
        printf("fault             %zu answers before, %zu after\n",
               timing->before, timing->after);
    printf("verdict           %s\n", verdict->ok ? "all holds" : "FAILED");
}

static void
print_json(const struct history *history, const struct verdict *verdict,
           const struct timing *timing, double fault)
{
    printf("{\"schema\":1,\"ok\":%s,\"requests\":%" PRIu64
           ",\"answers\":%zu,\"unanswered\":%" PRIu64 ",\"lost\":%" PRIu64
           ",\"duplicated\":%" PRIu64 ",\"out_of_order\":%" PRIu64
           ",\"resets\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"boot_ids\":[",
           verdict->ok ? "true" : "false", history->requests, history->count,
           history->unanswered, verdict->lost, verdict->duplicated,
           history->out_of_order + verdict->broken, history->resets,
           history->bad);
    for (int i = 0; i < history->boot_count; i++)
        printf("%s\"%s\"", i ? "," : "", history->boots[i]);
    printf("],\"boot_id_now\":\"%s\",\"uptime_backwards\":%" PRIu64
           ",\"corrupt_pages\":%" PRIu64
           ",\"disks\":%d,\"disk_errors\":%" PRIu64 ",\"records\":%" PRIu64,
           verdict->state.boot, history->backwards,
           verdict->state.corrupt_pages, verdict->state.disks,
           verdict->state.disk_errors, verdict->state.records);
    printf(",\"latency_ms\":{\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f},\"longest_gap\":{\"ms\":%.3f,"
           "\"start\":%.6f}",
           timing->p50_ms, timing->p99_ms, timing->max_ms, timing->gap_ms,
           timing->gap_start);
    if (fault > 0) {
        printf(
            ",\"fault\":{\"time\":%.6f,\"answers_before\":%zu,\"answers_after\":%zu,\"outage_ms\":",
            fault, timing->before, timing->after);
        printf(timing->outage_ms >= 0 ? "%.3f}" : "null}", timing->outage_ms);
    }
    printf("}\n");
}

static int
usage(void)
{
    fprintf(stderr,
            "usage: ledger-check --connect ADDRESS:PORT [--fault-time SECONDS] [--json] LOG...\n"
            "SECONDS since the epoch, as `date +%%s.%%N` prints them.\n");
    return 2;
}

int
main(int argc, char **argv)
{
    static const struct option known[] = {
        { "connect", required_argument, NULL, 'a' },
        { "fault-time", required_argument, NULL, 'f' },
        { "json", no_argument, NULL, 'j' },
        { NULL, 0, NULL, 0 }
    };
    struct history history = { 0 };
    struct verdict verdict = { 0 };
    struct timing timing;
    const char *target = NULL;
    double fault = 0;
    int option, json = 0;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        switch (option) {
        case 'a':
            target = optarg;
            break;
        case 'f':
            fault = atof(optarg);
            break;
        case 'j':
            json = 1;
            break;
        default:
            return usage();
        }
    if (!target || optind == argc)
        return usage();
    for (int i = optind; i < argc; i++)
        if (history_read(&history, argv[i]))
            return 3;
    history_judge(&history);
    if (judge_ledger(target, &history, &verdict))
        return 3;
    verdict.ok = all_holds(&history, &verdict);
    history_timing(&history, fault, &timing);
    (json ? print_json : print_text)(&history, &verdict, &timing, fault);
    free(history.events);
    return verdict.ok ? 0 : 1;
}
