/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the guest's clocks are, seen from this host: asks the ledger many times and takes the
 * median.
 *
 *   ledger-clock --connect ADDRESS:PORT [--count N] [--json]
 *
 * Exit code: 0 asked, 2 usage, 3 no answer. tests/guest/README says what is printed. */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "answers.h"
#include "fetch.h"

#define COUNT 50
#define COUNT_MAX 10000
#define SPACE_US 6000 /* between two questions, on average */

/* The guest's uptime less our CLOCK_MONOTONIC, and its CLOCK_REALTIME less ours; ns. */
enum { UPTIME, REAL, DIFFERENCES };

struct estimate {
    int64_t least, median;
    int64_t spread; /* from the tenth to the ninetieth in a hundred */
};

struct options {
    const char *target;
    unsigned count;
    int json;
};

/* The way there is quick; the way back waits for the epoch's end. So what the guest read is compared
 * with the moment of sending. */
static int
ask_once(struct fetcher *fetcher, int64_t *differences,
         struct ledger_clocks *clocks)
{
    uint64_t sent = clock_ns(CLOCK_MONOTONIC), real = clock_ns(CLOCK_REALTIME);

    if (fetch_clocks(fetcher, clocks))
        return -1;
    differences[UPTIME] = (int64_t)(clocks->uptime - sent);
    differences[REAL] = (int64_t)(clocks->realtime - real);
    return 0;
}

/* Not in step with the epochs. */
static void
pause_a_little(unsigned n)
{
    usleep((useconds_t)(ledger_mix(n, (uint64_t)getpid()) % (2 * SPACE_US)));
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* A question that came late makes a difference too large; a clock that got back what a stop took
 * some ms too early lags until the next stop, which makes it too small: neither end is the truth. */
static struct estimate
judge(int64_t *values, unsigned n)
{
    qsort(values, n, sizeof(*values), compare);
    return (struct estimate){ values[0], values[n / 2],
                              values[n * 9 / 10] - values[n / 10] };
}

static void
print_json(const struct ledger_clocks *c, const struct estimate *e,
           unsigned count)
{
    static const char *const names[] = { "monotonic", "raw", "boot", "real" };

    printf("{\"schema\":1,\"answers\":%u,\"boot\":\"%s\",\"clocksource\":\"%s\"",
           count, c->boot, c->source);
    for (int i = 0; i < DIFFERENCES; i++)
        printf(",\"%s\":{\"offset_ns\":%" PRId64 ",\"least_ns\":%" PRId64
               ",\"spread_ns\":%" PRId64 "}",
               i == UPTIME ? "uptime" : "real", e[i].median, e[i].least,
               e[i].spread);
    printf(",\"watched_ns\":%" PRIu64 ",\"back\":{", c->watched);
    for (int i = 0; i < 4; i++)
        printf("%s\"%s\":%" PRIu64, i ? "," : "", names[i], c->back[i]);
    printf("},\"jump_ns\":{");
    for (int i = 0; i < 4; i++)
        printf("%s\"%s\":%" PRIu64, i ? "," : "", names[i], c->jump[i]);
    printf("}}\n");
}

static void
print_text(const struct ledger_clocks *c, const struct estimate *e,
           unsigned count)
{
    static const char *const names[] = { "uptime less CLOCK_MONOTONIC here",
                                         "CLOCK_REALTIME less the one here" };

    for (int i = 0; i < DIFFERENCES; i++)
        printf("%s  %.3f ms (least %.3f ms less, spread %.3f ms)\n", names[i],
               (double)e[i].median / 1e6,
               (double)(e[i].median - e[i].least) / 1e6,
               (double)e[i].spread / 1e6);
    printf("%u answers, clock source %s, watched for %.1f s, steps back %" PRIu64
           "\n",
           count, c->source, (double)c->watched / 1e9,
           c->back[0] + c->back[1] + c->back[2] + c->back[3]);
}

static int
ask_often(struct fetcher *fetcher, const struct options *options)
{
    int64_t *values[DIFFERENCES] = {
        calloc(options->count, sizeof(**values)),
        calloc(options->count, sizeof(**values)),
    };
    struct estimate estimates[DIFFERENCES];
    struct ledger_clocks clocks;
    int64_t one[DIFFERENCES];
    unsigned n = 0;

    while (values[UPTIME] && values[REAL] && n < options->count &&
           !ask_once(fetcher, one, &clocks)) {
        values[UPTIME][n] = one[UPTIME];
        values[REAL][n++] = one[REAL];
        pause_a_little(n);
    }
    if (n && n == options->count) {
        for (int i = 0; i < DIFFERENCES; i++)
            estimates[i] = judge(values[i], n);
        (options->json ? print_json : print_text)(&clocks, estimates, n);
    }
    free(values[UPTIME]);
    free(values[REAL]);
    return n && n == options->count ? 0 : 3;
}

static int
usage(void)
{
    fprintf(stderr,
            "usage: ledger-clock --connect ADDRESS:PORT [--count N] [--json]\n");
    return 2;
}

static int
read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        { "connect", required_argument, NULL, 'c' },
        { "count", required_argument, NULL, 'n' },
        { "json", no_argument, NULL, 'j' },
        { NULL, 0, NULL, 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'c')
            options->target = optarg;
        else if (option == 'n')
            options->count = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'j')
            options->json = 1;
        else
            return -1;
    }
    return optind == argc && options->target && options->count &&
                   options->count <= COUNT_MAX
               ? 0
               : -1;
}

int
main(int argc, char **argv)
{
    struct options options = { .count = COUNT };
    struct fetcher *fetcher;
    int code;

    if (read_options(argc, argv, &options))
        return usage();
    fetcher = fetch_open(options.target);
    if (!fetcher)
        return 3;
    code = ask_often(fetcher, &options);
    fetch_close(fetcher);
    return code;
}
