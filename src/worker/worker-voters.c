/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-voters.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "virt/loop.h"
#include "worker/worker-report.h"

#define LOOK_SOON_MS 1

/* ---- which they are ---- */

static void
add_voter(struct ft_worker *w, struct ft_voters *voters,
          const struct ft_endpoint *at, unsigned slot)
{
    struct ft_voter *voter = &voters->list[voters->count++];

    voter->at = *at;
    memcpy(voter->key, w->witness_keys[slot], sizeof(voter->key));
    voter->standing = &w->witness_standing[slot];
}

void
ft_voters_begin(struct ft_worker *w, struct ft_voters *voters)
{
    memset(voters, 0, sizeof(*voters));
    memcpy(voters->pair, w->config.pair, sizeof(voters->pair));
    voters->serial = w->voters_serial;
    add_voter(w, voters, &w->config.witness, w->config.witness_slot);
    if (w->config.next_witness.name[0])
        add_voter(w, voters, &w->config.next_witness, !w->config.witness_slot);
    w->voters_asked++;
}

/* Nobody asks any more whom it led to. */
static void
close_unused(struct ft_worker *w)
{
    if (!w->config.next_witness.name[0])
        ft_witness_standing_close(&w->witness_standing[!w->config.witness_slot]);
}

static void
answer_change(struct ft_worker *w)
{
    close_unused(w);
    ft_worker_send_status(w); /* who asks next sees them */
    ft_worker_reply(w, &w->voters_asker,
                    json_pack("{s:s,s:s?}", "witness", w->config.witness.name,
                              "next_witness",
                              w->config.next_witness.name[0]
                                  ? w->config.next_witness.name
                                  : NULL),
                    NULL);
    memset(&w->voters_asker, 0, sizeof(w->voters_asker));
}

void
ft_voters_end(struct ft_worker *w, struct ft_voters *voters)
{
    explicit_bzero(voters->list, sizeof(voters->list));
    if (voters->serial == w->voters_serial)
        w->voters_asked--;
    else if (--w->voters_before == 0 && w->voters_asker.client)
        answer_change(w);
}

static int
load_keys(struct ft_worker *w, const struct ft_pair_config *stored,
          struct ft_error *err)
{
    unsigned slot = stored->witness_slot;
    int rc = ft_pair_load_key(w->config.pair, ft_pair_witness_key(slot),
                              w->witness_keys[slot], err);

    if (!rc && stored->next_witness.name[0])
        rc = ft_pair_load_key(w->config.pair, ft_pair_witness_key(!slot),
                              w->witness_keys[!slot], err);
    return rc;
}

void
ft_voters_change(struct ft_worker *w, struct ft_asker asker)
{
    struct ft_pair_config stored;
    struct ft_error err = FT_ERROR_INIT;
    int rc = 0;

    if (w->voters_asker.client)
        rc = ft_fail(&err, EBUSY, "Try again in a moment.",
                     "the witness of %s is just being changed", w->config.vm);
    if (!rc)
        rc = ft_pair_load(w->config.pair, &stored, &err);
    if (!rc)
        rc = load_keys(w, &stored, &err);
    if (rc) {
        ft_worker_reply(w, &asker, NULL, &err);
        return;
    }
    w->config.witness = stored.witness;
    w->config.next_witness = stored.next_witness;
    w->config.witness_slot = stored.witness_slot;
    w->next_witness_reachable = -1;
    w->voters_serial++;
    w->voters_before += w->voters_asked;
    w->voters_asked = 0;
    w->voters_asker = asker;
    ft_worker_note(w, "info", "witness-changed", "the witness is %s%s%s",
                   w->config.witness.name,
                   w->config.next_witness.name[0] ? ", and as well " : "",
                   w->config.next_witness.name);
    ft_loop_timer_set(w->witness_timer, LOOK_SOON_MS);
    if (w->voters_before == 0)
        answer_change(w);
}

/* ---- asking ---- */

struct asking {
    struct ft_voters *voters;
    int64_t deadline_ns;
};

static struct ft_witness_target
target_of(const struct ft_voters *voters, size_t i, const char **addresses)
{
    const struct ft_voter *voter = &voters->list[i];

    for (unsigned k = 0; k < voter->at.address_count; k++)
        addresses[k] = voter->at.addresses[k];
    return (struct ft_witness_target){ addresses,      voter->at.address_count,
                                       voter->at.port, voters->pair,
                                       voter->key,     voter->standing };
}

static int
ask(void *data, size_t voter, const struct ft_vote *vote,
    struct ft_witness_answer *answer, struct ft_error *err)
{
    const struct asking *asking = data;
    const char *addresses[FT_PAIR_ADDRESSES_MAX];
    struct ft_witness_target target =
        target_of(asking->voters, voter, addresses);

    memset(answer, 0, sizeof(*answer));
    return (vote->offer ? ft_witness_offer
                        : ft_witness_cas)(&target, vote->expected,
                                          vote->generation, vote->owner,
                                          asking->deadline_ns, answer, err);
}

int
ft_voters_swap(struct ft_voters *voters, const struct ft_vote *vote,
               int64_t deadline_ns, struct ft_witness_answer *answer,
               struct ft_error *err)
{
    struct asking asking = { voters, deadline_ns };

    return ft_votes_swap(ask, &asking, voters->count, vote, answer, err);
}

int
ft_voters_look(struct ft_voters *voters, int64_t each_ns,
               struct ft_voters_seen *seen, struct ft_witness_answer *answer,
               struct ft_error *err)
{
    int failed = 0;

    memset(seen, 0, sizeof(*seen));
    for (size_t i = 0; i < voters->count; i++) {
        const char *addresses[FT_PAIR_ADDRESSES_MAX];
        struct ft_witness_target target = target_of(voters, i, addresses);

        seen->rcs[i] = ft_witness_get(&target, ft_clock_ns() + each_ns,
                                      &seen->answers[i], failed ? NULL : err);
        failed = failed ? failed : seen->rcs[i];
    }
    if (!failed)
        *answer = *ft_votes_look(seen->answers, voters->count);
    return failed;
}

bool
ft_voters_raise(struct ft_voters *voters, const struct ft_vote *vote,
                int64_t each_ns, struct ft_error *err)
{
    bool all = true;

    for (size_t i = 0; i < voters->count; i++) {
        const char *addresses[FT_PAIR_ADDRESSES_MAX];
        struct ft_witness_target target = target_of(voters, i, addresses);
        struct ft_witness_answer answer = { 0 };
        struct asking asking = { voters, ft_clock_ns() + each_ns };
        struct ft_vote own = *vote;

        if (voters->count > 1) {
            if (ft_witness_get(&target, asking.deadline_ns, &answer, err)) {
                all = false;
                continue;
            }
            if (answer.generation >= vote->generation)
                continue;
            own.expected = answer.generation;
        }
        all &= ask(&asking, i, &own, &answer, err) == 0 && answer.won;
    }
    return all;
}

int
ft_voters_bury(struct ft_voters *voters, uint64_t generation, const char *owner,
               int64_t deadline_ns, struct ft_witness_answer *answer,
               struct ft_error *err)
{
    bool all = true;

    for (size_t i = 0; i < voters->count; i++) {
        const char *addresses[FT_PAIR_ADDRESSES_MAX];
        struct ft_witness_target target = target_of(voters, i, addresses);
        int rc = ft_witness_bury(&target, generation, owner, deadline_ns,
                                 answer, err);

        if (rc)
            return rc;
        all &= answer->won != 0;
    }
    answer->won = all;
    return 0;
}
