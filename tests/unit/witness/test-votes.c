/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One answer from two witnesses; and whole moves from one to the other, with two hosts
 * that ask meanwhile, in every order that a seed gives: at no time do both win.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "witness/votes.h"

#define SEEDS 60000
#define STACK 65536

/* What witness-store.c does. */
struct witness {
    uint64_t generation;
    char owner[8];
    bool removed;
};

static bool
swap(struct witness *w, const struct ft_vote *vote,
     struct ft_witness_answer *answer)
{
    bool again =
        w->generation == vote->generation && strcmp(w->owner, vote->owner) == 0;

    memset(answer, 0, sizeof(*answer));
    if (!w->removed && w->generation == vote->expected &&
        vote->generation > w->generation) {
        w->generation = vote->generation;
        snprintf(w->owner, sizeof(w->owner), "%s", vote->owner);
        again = true;
    }
    answer->won = again && !w->removed;
    answer->removed = w->removed;
    answer->generation = w->generation;
    snprintf(answer->owner, sizeof(answer->owner), "%s", w->owner);
    return answer->won;
}

/* ---- one question ---- */

static struct witness two[2];
static int failing; /* this one does not answer; -1: none */
static unsigned asked[2];

static int
ask_two(void *data, size_t voter, const struct ft_vote *vote,
        struct ft_witness_answer *answer, struct ft_error *err)
{
    (void)data;
    asked[voter]++;
    if ((int)voter == failing)
        return ft_fail(err, ETIMEDOUT, NULL, "no answer");
    swap(&two[voter], vote, answer);
    return 0;
}

static void
test_one_question(void **state)
{
    static const struct {
        struct witness two[2];
        int failing;
        bool sole;
        int rc, won;
        uint64_t generation; /* of the answer */
        const char *owner;
        unsigned asked[2];
    } cases[] = {
        /* both give it */
        { { { 1, "a", 0 }, { 1, "a", 0 } }, -1, 0, 0, 1, 2, "b", { 1, 1 } },
        /* the first one does not: the second is not asked */
        { { { 2, "a", 0 }, { 1, "a", 0 } }, -1, 0, 0, 0, 2, "a", { 1, 0 } },
        { { { 1, "a", 0 }, { 2, "a", 0 } }, -1, 0, 0, 0, 2, "a", { 1, 1 } },
        /* no answer: not known */
        { { { 1, "a", 0 }, { 1, "a", 0 } }, 0, 0, -ETIMEDOUT, 0, 0, "", { 1, 0 } },
        { { { 1, "a", 0 }, { 1, "a", 0 } }, 1, 0, -ETIMEDOUT, 0, 0, "", { 1, 1 } },
        /* won before, and the answer was lost */
        { { { 2, "b", 0 }, { 1, "a", 0 } }, -1, 0, 0, 1, 2, "b", { 1, 1 } },
        { { { 2, "b", 0 }, { 2, "b", 0 } }, -1, 0, 0, 1, 2, "b", { 1, 1 } },
        /* a later one of a former life: both are to have that */
        { { { 4, "b", 0 }, { 1, "a", 0 } }, -1, 0, 0, 0, 4, "b", { 1, 1 } },
        { { { 1, "a", 0 }, { 4, "b", 0 } }, -1, 0, 0, 0, 4, "b", { 2, 1 } },
        { { { 4, "b", 0 }, { 5, "a", 0 } }, -1, 0, 0, 0, 5, "a", { 1, 1 } },
        /* an older one of his own is behind, whichever of the two it is */
        { { { 1, "a", 0 }, { 0, "b", 0 } }, -1, 0, 0, 1, 2, "b", { 1, 2 } },
        { { { 0, "b", 0 }, { 1, "a", 0 } }, -1, 0, 0, 1, 2, "b", { 2, 1 } },
        { { { 4, "b", 0 }, { 2, "a", 0 } }, -1, 0, 0, 0, 2, "a", { 1, 1 } },
        /* removed */
        { { { 1, "a", 1 }, { 1, "a", 0 } }, -1, 0, 0, 0, 1, "a", { 1, 0 } },
        { { { 1, "a", 0 }, { 1, "a", 1 } }, -1, 0, 0, 0, 1, "a", { 1, 1 } },
        /* who is sole overrules what is older than what he asks for, and no more */
        { { { 1, "a", 0 }, { 0, "", 0 } }, -1, 0, 0, 0, 0, "", { 1, 1 } },
        { { { 1, "a", 0 }, { 0, "", 0 } }, -1, 1, 0, 1, 2, "b", { 1, 2 } },
        { { { 0, "", 0 }, { 1, "a", 0 } }, -1, 1, 0, 1, 2, "b", { 2, 1 } },
        { { { 1, "a", 0 }, { 2, "a", 0 } }, -1, 1, 0, 0, 2, "a", { 1, 1 } },
    };
    static const struct ft_vote vote = { .expected = 1,
                                         .generation = 2,
                                         .owner = "b" };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_witness_answer answer = { 0 };
        struct ft_vote own = vote;
        int rc;

        memcpy(two, cases[i].two, sizeof(two));
        failing = cases[i].failing;
        memset(asked, 0, sizeof(asked));
        own.sole = cases[i].sole;
        rc = ft_votes_swap(ask_two, NULL, 2, &own, &answer, NULL);
        if (rc != cases[i].rc || asked[0] != cases[i].asked[0] ||
            asked[1] != cases[i].asked[1] ||
            (rc == 0 && (answer.won != cases[i].won ||
                         answer.generation != cases[i].generation ||
                         strcmp(answer.owner, cases[i].owner) != 0)))
            fail_msg("case %zu: rc %d, won %d, %lu of %s, asked %u and %u", i,
                     rc, answer.won, (unsigned long)answer.generation,
                     answer.owner, asked[0], asked[1]);
    }
}

/* With one witness it is what the witness says, whatever that is. */
static void
test_only_one(void **state)
{
    static const struct witness had[] = {
        { 0, "", 0 },  { 1, "a", 0 }, { 2, "a", 0 },
        { 2, "b", 0 }, { 4, "b", 0 }, { 1, "a", 1 },
    };

    (void)state;
    failing = -1;
    for (size_t i = 0; i < 2 * FT_ARRAY_SIZE(had); i++) {
        struct ft_vote vote = {
            .expected = 1, .generation = 2, .owner = "b", .sole = i % 2
        };
        struct ft_witness_answer said, answer;
        struct witness same = had[i / 2];

        two[0] = had[i / 2];
        memset(asked, 0, sizeof(asked));
        swap(&same, &vote, &said);
        assert_int_equal(ft_votes_swap(ask_two, NULL, 1, &vote, &answer, NULL),
                         0);
        assert_memory_equal(&said, &answer, sizeof(said));
        assert_int_equal(asked[0], 1);
    }
}

static void
test_look(void **state)
{
    struct ft_witness_answer answers[2] = { { .generation = 3 },
                                            { .generation = 2 } };

    (void)state;
    assert_ptr_equal(ft_votes_look(answers, 1), &answers[0]);
    assert_ptr_equal(ft_votes_look(answers, 2), &answers[1]);
    answers[1].generation = 3;
    assert_ptr_equal(ft_votes_look(answers, 2), &answers[0]);
    answers[1].removed = 1;
    assert_ptr_equal(ft_votes_look(answers, 2), &answers[1]);
}

/* ---- whole moves ---- */

enum stage { OLD, BOTH, NEW };

/* A host that asks, as a coroutine: each request and each answer takes its time. */
struct asker {
    int id;
    enum stage stage;
    bool asking; /* a question is under way */
    bool won, lost;
    ucontext_t context;
    char stack[STACK];
};

static struct asker askers[2];
static struct witness places[2]; /* the old one, the new one */
static ucontext_t scheduler;
static uint64_t randomness;
static bool calm; /* nothing is lost any more */

static unsigned
chance(unsigned of)
{
    randomness ^= randomness << 13;
    randomness ^= randomness >> 7;
    randomness ^= randomness << 17;
    return (unsigned)(randomness % of);
}

static void
let_others(struct asker *asker)
{
    swapcontext(&asker->context, &scheduler);
}

/* voter: of those that count for whoever asks. */
static int
ask_place(void *data, size_t voter, const struct ft_vote *vote,
          struct ft_witness_answer *answer, struct ft_error *err)
{
    struct asker *asker = data;
    struct witness *place = &places[asker->stage == NEW ? 1 : voter];

    let_others(asker);
    if (!calm && chance(6) == 0)
        return ft_fail(err, ETIMEDOUT, NULL, "request lost");
    swap(place, vote, answer);
    let_others(asker);
    if (!calm && chance(6) == 0)
        return ft_fail(err, ETIMEDOUT, NULL, "answer lost");
    return 0;
}

/* Until it has won or lost: what came of a question that has no answer it asks again. */
static void
run(int id)
{
    struct asker *asker = &askers[id];
    struct ft_vote vote = { .expected = 1,
                            .generation = 2,
                            .owner = id ? "b" : "a" };

    while (!asker->won && !asker->lost) {
        struct ft_witness_answer answer;
        int rc;

        asker->asking = true;
        rc = ft_votes_swap(ask_place, asker, asker->stage == BOTH ? 2 : 1,
                           &vote, &answer, NULL);
        asker->asking = false;
        asker->won = rc == 0 && answer.won;
        asker->lost = rc == 0 && !answer.won && answer.generation >= 2;
        let_others(asker);
    }
}

static void
begin(uint64_t seed)
{
    static const struct witness first = { 1, "a", false };

    randomness = seed * 2654435761u + 88172645463325252u;
    calm = false;
    places[0] = places[1] = first;
    for (int i = 0; i < 2; i++) {
        struct asker *asker = &askers[i];

        asker->id = i;
        asker->stage = OLD;
        asker->asking = asker->won = asker->lost = false;
        getcontext(&asker->context);
        asker->context.uc_stack.ss_sp = asker->stack;
        asker->context.uc_stack.ss_size = sizeof(asker->stack);
        asker->context.uc_link = &scheduler;
        makecontext(&asker->context, (void (*)(void))run, 1, i);
    }
}

/* Whoever has won tells the new one (ft_voters_raise). */
static void
raise_new(const struct asker *asker)
{
    struct ft_vote vote = { .expected = places[1].generation,
                            .generation = 2,
                            .owner = asker->id ? "b" : "a" };
    struct ft_witness_answer answer;

    if (asker->won && asker->stage == BOTH && places[1].generation < 2)
        swap(&places[1], &vote, &answer);
}

/* By the word of each host: the new one is not older than what it has won. */
static bool
new_is_told(void)
{
    return (!askers[0].won && !askers[1].won) || places[1].generation >= 2;
}

/* What ftadmin tells a host, or does not: never while a question is under way. */
static void
tell(struct asker *asker)
{
    const struct asker *other = &askers[!asker->id];

    if (asker->asking)
        return;
    if (asker->stage == OLD && other->stage != NEW)
        asker->stage = BOTH;
    else if (asker->stage == BOTH && other->stage != NEW && chance(4) == 0)
        asker->stage = OLD; /* taken back */
    else if (asker->stage == BOTH && other->stage != OLD && new_is_told())
        asker->stage = NEW;
    if (asker->stage == NEW && other->stage == NEW)
        places[0].removed = true;
}

static bool
goes_on(const struct asker *asker)
{
    return !asker->won && !asker->lost;
}

static void
test_moves(void **state)
{
    unsigned wins = 0, ends[3] = { 0 };

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        unsigned trouble;

        begin(seed);
        trouble = chance(200);
        for (unsigned turn = 0; turn < 400; turn++) {
            struct asker *asker = &askers[chance(2)];

            calm = turn > trouble;
            if (chance(3) == 0 && !calm)
                tell(asker);
            else if (chance(4) == 0)
                raise_new(asker);
            else if (goes_on(asker))
                swapcontext(&scheduler, &asker->context);
            if (askers[0].won && askers[1].won)
                fail_msg("seed %lu: both have won", (unsigned long)seed);
        }
        if (!askers[0].won && !askers[1].won)
            fail_msg("seed %lu: nobody has won, at stages %d and %d",
                     (unsigned long)seed, askers[0].stage, askers[1].stage);
        wins += askers[1].won;
        ends[askers[0].stage]++;
    }
    assert_in_range(wins, SEEDS / 10, SEEDS - SEEDS / 10); /* it was a race */
    for (int i = 0; i < 3; i++)
        assert_true(ends[i] > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_question),
        cmocka_unit_test(test_only_one),
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_moves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
