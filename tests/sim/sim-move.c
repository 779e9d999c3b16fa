/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every seventh seed moves the pair from one witness to another and on, whatever else
 * happens: what src/witness/votes.c makes of two answers, and what
 * src/protect/witness.c tells the hosts when. The judges are told of what is won from
 * all that count.
 */
#include "config.h"

#include "base/cleanup.h"
#include "sim.h"

#define MOVE_NS (120 * MS)
#define LOOK_NS \
    SECOND /* as src/worker/worker-questions.c, while a pair moves */

void
ft_sim_plan_moves(struct world *w)
{
    w->moves = true;
    ft_sim_push(w, ft_sim_delay(w, 0, SECOND), W_MOVE, 0);
    for (int i = 0; i < 2; i++)
        ft_sim_push(w, ft_sim_delay(w, 0, LOOK_NS), W_LOOK, i);
}

unsigned
ft_sim_voters(const struct world *w, int side)
{
    return w->stage[side] == BOTH ? 2 : 1;
}

/* The first one that a host asks, of the two. */
int
ft_sim_first_voter(const struct world *w, int side)
{
    return w->stage[side] == NEW;
}

void
ft_sim_take_record(const struct world *w, int voter, struct record *r)
{
    if (voter)
        *r = w->second;
    else
        *r = (struct record){ w->witness_generation, w->witness_owner,
                              w->witness_offered, w->witness_removed };
}

void
ft_sim_put_record(struct world *w, int voter, const struct record *r)
{
    if (voter) {
        w->second = *r;
        return;
    }
    w->witness_generation = r->generation;
    w->witness_owner = r->owner;
    w->witness_offered = r->offered;
    w->witness_removed = r->removed;
}

/* What a look makes of both: the older one has to be told. */
void
ft_sim_look_record(const struct world *w, int side, struct record *r)
{
    ft_sim_take_record(w, ft_sim_first_voter(w, side), r);
    if (w->stage[side] == BOTH && w->second.generation < r->generation)
        *r = w->second;
}

/* ---- what ftadmin tells ---- */

/* No question is under way: the answer to what it is told comes then. */
static bool
is_idle(const struct world *w, int side)
{
    const struct worker *worker = &w->host[side].worker;

    if (!w->host[side].up || worker->paused_until > w->now)
        return false;
    for (unsigned i = 0; i < FT_ARRAY_SIZE(worker->pending) && worker->alive;
         i++)
        if (worker->pending[i])
            return false;
    return true;
}

/* By the word of both hosts, which look at it. */
static bool
is_seen(const struct world *w)
{
    for (int i = 0; i < 2; i++)
        if (!w->host[i].worker.alive || w->host[i].worker.daemon_only ||
            w->host[i].worker.own.record.generation > w->second.generation)
            return false;
    return w->witness_up;
}

static void
step_to(struct world *w, int side, enum stage stage)
{
    static const char *const names[] = { "the old one", "both", "the new one" };

    w->stage[side] = stage;
    ft_sim_trace(w, "h%d: asks %s", side, names[stage]);
}

static void
register_pair(struct world *w)
{
    int p = ft_sim_primary(w);

    w->second = (struct record){ w->host[p].stable.generation,
                                 w->host[p].stable.owner, false, false };
}

/*
 * The new one is the only one, and an old one from now on. What the last one gave to a
 * life that died of it, and that nobody has written down, is no word any more.
 */
static void
end_move(struct world *w)
{
    w->highest_generation = w->second.generation;
    w->highest_owner = w->second.owner;
    ft_sim_put_record(w, 0, &w->second);
    w->stage[0] = w->stage[1] = OLD;
    w->moved++;
    ft_sim_trace(w, "moved");
}

/* It is begun where both hosts say how they are. */
static bool
both_say(const struct world *w)
{
    for (int i = 0; i < 2; i++)
        if (!w->host[i].up || !w->host[i].worker.alive ||
            w->host[i].worker.daemon_only)
            return false;
    return true;
}

static void
tell(struct world *w, int side, bool on)
{
    enum stage mine = w->stage[side], other = w->stage[1 - side];

    if (!is_idle(w, side) || (mine == OLD && !both_say(w)))
        return;
    if (mine == OLD && other == OLD && on)
        register_pair(w);
    if (mine == OLD && on)
        step_to(w, side, BOTH);
    else if (mine == BOTH && other != NEW && !on)
        step_to(w, side, OLD);
    else if (mine == BOTH && other != OLD && on && (other == NEW || is_seen(w)))
        step_to(w, side, NEW);
}

void
ft_sim_move(struct world *w)
{
    bool begun = w->stage[0] != OLD || w->stage[1] != OLD;

    if (begun || !w->healed)
        tell(w, (int)ft_sim_random(w, 2), !ft_sim_chance(w, 150));
    if (w->stage[0] == NEW && w->stage[1] == NEW)
        end_move(w);
    ft_sim_push(w, w->now + ft_sim_delay(w, MS, MOVE_NS), W_MOVE, 0);
}
