/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/votes.h"

#include <string.h>

static bool
is_own(const struct ft_vote *vote, const struct ft_witness_answer *answer)
{
    return !answer->removed && strcmp(answer->owner, vote->owner) == 0;
}

/*
 * One of two that is behind is asked once more, from what it has, where nobody else
 * can have it: who asks is sole, or is whom it has recorded last.
 */
static int
ask_one(ft_vote_ask ask, void *data, size_t voter, size_t count,
        const struct ft_vote *vote, struct ft_witness_answer *answer,
        struct ft_error *err)
{
    struct ft_vote again = *vote;
    int rc = ask(data, voter, vote, answer, err);

    if (rc || answer->won || answer->removed || count == 1 ||
        answer->generation >= vote->generation ||
        !(vote->sole || is_own(vote, answer)))
        return rc;
    again.expected = answer->generation;
    return ask(data, voter, &again, answer, err);
}

/*
 * One of two (which) has recorded something of ours from a life before, which the
 * machine takes for won: only if the other one gives that, too; else its answer counts.
 */
static int
ask_other(ft_vote_ask ask, void *data, size_t which, const struct ft_vote *vote,
          struct ft_witness_answer *answer, struct ft_error *err)
{
    uint64_t before = which ? vote->generation : vote->expected;
    struct ft_vote same = *vote;
    struct ft_witness_answer other = { 0 };
    int rc;

    same.generation = answer->generation;
    same.expected = before < same.generation ? before : same.generation - 1;
    rc = ask_one(ask, data, !which, 2, &same, &other, err);
    if (rc == 0 && !other.won)
        *answer = other;
    return rc;
}

int
ft_votes_swap(ft_vote_ask ask, void *data, size_t count,
              const struct ft_vote *vote, struct ft_witness_answer *answer,
              struct ft_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int rc = ask_one(ask, data, i, count, vote, answer, err);

        if (rc)
            return rc;
        if (!answer->won && count > 1 && answer->generation > 0 &&
            is_own(vote, answer))
            return ask_other(ask, data, i, vote, answer, err);
        if (!answer->won)
            return 0;
    }
    return 0;
}

const struct ft_witness_answer *
ft_votes_look(const struct ft_witness_answer *answers, size_t count)
{
    const struct ft_witness_answer *lowest = &answers[0];

    for (size_t i = 0; i < count; i++) {
        if (answers[i].removed)
            return &answers[i];
        if (answers[i].generation < lowest->generation)
            lowest = &answers[i];
    }
    return lowest;
}
