/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore [--nightly] [--only NAME] [--states N]: every way that the ownership of
 * a pair can go within the bounds below; see model.h. First it looks whether it
 * finds a rule that is broken on purpose. Exit 1 when a rule is broken, with a
 * shortest way there.
 */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model.h"

struct profile ft_model_profile;
bool ft_model_two_winners;

/* `make check`: a minute on a busy machine, and less than half a gigabyte. */
static const struct profile quick[] = {
    { "crash-cut", true, false, { .crash = 1, .cut = 1 } },
    { "crash-crash", true, false, { .crash = 2 } },
    { "crash-switchover", true, false, { .crash = 1, .switchover = 1 } },
    { "crash-late", true, false, { .crash = 1, .late = 1 } },
    { "crash-resync-error", true, false, { .crash = 1, .resync = 1, .error = 1 } },
    { "cut-switchover", true, false, { .cut = 1, .switchover = 1 } },
    { "cut-unprotect", true, false, { .cut = 1, .unprotect = 1 } },
    { "crash-unprotect", true, false, { .crash = 1, .unprotect = 1 } },
    { "crash-off", true, false, { .crash = 1, .off = 1 } },
    { "crash-give-up", true, false, { .crash = 1, .give_up = 1 } },
    { "no-witness",
      false,
      false,
      { .crash = 1, .cut = 1, .error = 1, .resync = 1 } },
    { "no-witness-switchover",
      false,
      false,
      { .crash = 1, .cut = 1, .switchover = 1 } },
    { "no-witness-force",
      false,
      false,
      { .crash = 1, .cut = 1, .error = 1, .force = 1 } },
    { "alone-word", false, true, { .crash = 1, .cut = 1, .word = 1 } },
    { "cut-word", true, false, { .cut = 1, .word = 1 } },
    { "alone", false, true, { .crash = 1, .cut = 1, .error = 1, .resync = 1 } },
    { "alone-switchover", false, true, { .crash = 1, .cut = 1, .switchover = 1 } },
};

/* `make explore-nightly`: some minutes, and some gigabytes. */
static const struct profile nightly[] = {
    { "cut-cut", true, false, { .cut = 2, .error = 1 } },
    { "crash-cut-late", true, false, { .crash = 1, .cut = 1, .late = 1 } },
    { "crash-cut-error", true, false, { .crash = 1, .cut = 1, .error = 1 } },
    { "crash-cut-resync", true, false, { .crash = 1, .cut = 1, .resync = 1 } },
    { "crash-cut-off", true, false, { .crash = 1, .cut = 1, .off = 1 } },
    { "crash-cut-give-up", true, false, { .crash = 1, .cut = 1, .give_up = 1 } },
    { "no-witness-off-unprotect",
      false,
      false,
      { .crash = 1, .cut = 1, .off = 1, .unprotect = 1 } },
    { "alone-off-unprotect",
      false,
      true,
      { .crash = 1, .cut = 1, .off = 1, .unprotect = 1 } },
    { "crash-cut-switchover",
      true,
      false,
      { .crash = 1, .cut = 1, .switchover = 1 } },
    { "crash-cut-unprotect",
      true,
      false,
      { .crash = 1, .cut = 1, .unprotect = 1 } },
    { "crash-crash-cut", true, false, { .crash = 2, .cut = 1 } },
    { "no-witness-all",
      false,
      false,
      { .crash = 2, .cut = 1, .error = 1, .late = 1, .switchover = 1 } },
    { "alone-all",
      false,
      true,
      { .crash = 2, .cut = 1, .error = 1, .late = 1, .switchover = 1 } },
};

static bool
explore(const struct profile *profile, uint64_t states_max)
{
    struct search search = { .states_max = states_max };
    bool holds;

    ft_model_profile = *profile;
    holds = ft_model_search(&search);
    printf("%s: %s: %" PRIu64 " worlds, %" PRIu64 " moves, %" PRIu64 " deep%s",
           profile->name, holds ? "holds" : "BROKEN", search.states,
           search.moves, search.depth,
           holds && !search.complete ? ", stopped there" : "");
    if (search.overflows)
        printf(", %" PRIu64 " left out where a queue was full",
               search.overflows);
    putchar('\n');
    fflush(stdout);
    return holds;
}

/* A witness that gives one generation to both must be noticed. */
static bool
notices(void)
{
    struct search search = { .silent = true };
    bool holds;

    ft_model_profile = quick[0];
    ft_model_two_winners = true;
    holds = ft_model_search(&search);
    ft_model_two_winners = false;
    if (holds)
        printf("a witness with two winners was not noticed\n");
    return !holds;
}

static unsigned
explore_all(const struct profile *list, size_t count, const char *only,
            uint64_t states_max)
{
    unsigned broken = 0;

    for (size_t i = 0; i < count; i++)
        if (!only || !strcmp(only, list[i].name))
            broken += !explore(&list[i], states_max);
    return broken;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "nightly", no_argument, NULL, 'n' },
        { "only", required_argument, NULL, 'o' },
        { "states", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 },
    };
    const char *only = NULL;
    uint64_t states_max = 0;
    bool wide = false;
    unsigned broken;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (c == 'n')
            wide = true;
        else if (c == 'o')
            only = optarg;
        else if (c != 's' || sscanf(optarg, "%" SCNu64, &states_max) != 1)
            return 2;
    }
    if (!only && !notices())
        return 1;
    broken = wide || only
                 ? explore_all(nightly, FT_ARRAY_SIZE(nightly), only, states_max)
                 : 0;
    if (!wide)
        broken += explore_all(quick, FT_ARRAY_SIZE(quick), only, states_max);
    return broken ? 1 : 0;
}
