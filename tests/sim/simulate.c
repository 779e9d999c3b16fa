/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * simulate [--seeds A-B] [--go-on] [--trace SEED]: runs the ownership of a pair
 * in a simulated world, one run per seed; see sim.h. Without --seeds: 1 to 5000
 * and the named ones. Exit 1 with the seed on failure; after ten failures it
 * ends, unless told to go on.
 */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

#define FAILURES_MAX 10

/* Each failed once, with what is mended since (a change of what the world draws
 * makes another run of a seed). */
static const uint64_t named[] = {
    186599,   /* alone with what was given away, as the link closed */
    229898,   /* the judge: a DISCARD of an earlier life of the process */
    50019017, /* a question that the witness forgot stayed open */
    60124937, /* an offer that the witness forgot was waited for */
    60227101, /* the same, and its giver's QEMU gone */
    60392617, /* the judge: what was handed back is nobody's */
    60463456, /* the simulator: epochs of a QEMU that is no more */
    75016033, /* the judge: asked for before its end was written down */
    60045121, /* a witness that was set back, and a last word that seemed old */
    61243651, /* the judge: a VM that is off is no copy */
    80137093, /* a standby's late question, on what a witness has forgotten */
    81221041, /* the same */
    80157613, /* the simulator: who waited in two ways was overtaken */
    111733825, /* won, never heard, and forgotten by the witness */
    111567016, /* the last word of a former life, late */
    122858381, /* the judge: won, and no room to write it down */
    80238857,  /* the judge: a host that stood past the end of all trouble */
};

struct sums {
    uint64_t runs, failed, answers, takeovers, cold_starts, switchovers,
        removals, betrayed, moved;
};

static void
run_one(uint64_t seed, bool trace, struct sums *sums)
{
    static struct world world;

    sums->runs++;
    if (!ft_sim_run(&world, seed, trace)) {
        sums->failed++;
        printf("seed %" PRIu64 " failed at %.3f ms: %s\n"
               "  to see it: tests/sim/simulate --trace %" PRIu64 "\n",
               seed, (double)world.now / (double)MS, world.why, seed);
    }
    sums->answers += world.released_count;
    sums->takeovers += world.takeovers;
    sums->cold_starts += world.cold_starts;
    sums->switchovers += world.switchovers;
    sums->removals += world.removals;
    sums->moved += world.moved;
    sums->betrayed += world.betrayed;
    ft_sim_free(&world);
}

static int
usage(const char *name)
{
    fprintf(stderr, "usage: %s [--seeds A-B] [--go-on] [--trace SEED]\n", name);
    return 2;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "seeds", required_argument, NULL, 's' },
        { "go-on", no_argument, NULL, 'g' },
        { "trace", required_argument, NULL, 't' },
        { NULL, 0, NULL, 0 },
    };
    uint64_t from = 1, to = 5000, failures_max = FAILURES_MAX;
    struct sums sums = { 0 };
    bool trace = false;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (c == 's' && sscanf(optarg, "%" SCNu64 "-%" SCNu64, &from, &to) == 2)
            continue;
        if (c == 'g') {
            failures_max = UINT64_MAX;
            continue;
        }
        if (c != 't' || sscanf(optarg, "%" SCNu64, &from) != 1)
            return usage(argv[0]);
        to = from;
        trace = true;
    }
    for (size_t i = 0; !trace && i < sizeof(named) / sizeof(named[0]); i++)
        run_one(named[i], false, &sums);
    for (uint64_t seed = from; seed <= to && sums.failed < failures_max; seed++)
        run_one(seed, trace, &sums);
    printf("%" PRIu64 " runs: %" PRIu64 " failed, %" PRIu64 " answers, %" PRIu64
           " takeovers, %" PRIu64 " switchovers, %" PRIu64
           " cold starts, %" PRIu64 " removals, %" PRIu64
           " times another witness; %" PRIu64
           " ended early, by a witness that gave away what it had forgotten\n",
           sums.runs, sums.failed, sums.answers, sums.takeovers,
           sums.switchovers, sums.cold_starts, sums.removals, sums.moved,
           sums.betrayed);
    return sums.failed ? 1 : 0;
}
