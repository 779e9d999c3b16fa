/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judge: who may speak, and whether what is said contains all before it. */
#include "config.h"

#include "sim.h"

void
ft_sim_release(struct world *w, int side, state_id state)
{
    if (ft_sim_descends(w, w->released, state))
        return; /* a late packet that every later speaker knows of */
    if (!ft_sim_descends(w, state, w->released)) {
        ft_sim_fail(w,
                    "h%d speaks from a state that lacks what h%d answered "
                    "at %.3f ms",
                    side, w->released_by, (double)w->released_at / (double)MS);
        return;
    }
    w->released = state;
    w->released_at = w->now;
    w->released_by = side;
    w->released_count++;
}

static bool
speaks(const struct host *host)
{
    return host->up && host->vm.mode == FT_VM_RUNNING && host->vm.gate_open;
}

/* After a fault: is there still a copy that lacks nothing? */
void
ft_sim_excuse(struct world *w)
{
    for (int i = 0; i < 2; i++) {
        const struct host *host = &w->host[i];

        if (host->vm.mode != FT_VM_GONE &&
            ft_sim_descends(w, host->vm.state, w->released))
            return;
        if (host->acked && ft_sim_descends(w, host->acked, w->released))
            return;
    }
    if (!w->excused)
        ft_sim_trace(w, "the last whole copy of the VM is gone");
    w->excused = true;
}

/* Also one that an earlier life of the sender's process has sent. */
static bool
discard_under_way(const struct world *w, int to)
{
    for (unsigned i = 0; i < w->queue_count; i++) {
        const struct item *item = &w->queue[i];

        if (item->what == W_FRAME && item->side == to &&
            item->frame == F_MESSAGE &&
            item->event.message == FT_MESSAGE_DISCARD)
            return true;
    }
    return false;
}

/* The VM of this side died: was it the only one that counted? */
void
ft_sim_excuse_owner(struct world *w, int side)
{
    const struct host *host = &w->host[side];

    if (host->stable.role == FT_ROLE_PRIMARY && host->stable.owner == side &&
        !host->stable.peer_may_take_over) {
        if (host->stable.unrun)
            w->waits |= !host->stable.offered || !w->witness_offered;
        else
            w->excused = true; /* it alone could speak, or may have spoken */
    }
    if (host->worker.own.phase == FT_PHASE_DISCARDING ||
        discard_under_way(w, 1 - side))
        w->excused = true; /* the other copy is void when it comes */
    if (w->witness_owner == side && !w->witness_offered &&
        w->witness_generation > host->stable.generation)
        w->waits = true; /* it won, and died before it wrote that down */
    if (w->moves && w->second.owner == side &&
        w->second.generation > host->stable.generation)
        w->waits = true;
    ft_sim_excuse(w);
}

/*
 * Whoever alone had it removed the pair, and the witness knows: the other side
 * has nothing that could ever speak, and the owner has nothing of ours.
 */
void
ft_sim_judge_removal(struct world *w)
{
    const struct host *owner = &w->host[w->witness_owner];
    const struct host *other = &w->host[1 - w->witness_owner];

    if (!w->witness_removed)
        return;
    w->removals++;
    if (other->up && !other->removed)
        ft_sim_fail(w, "h%d removed the pair, and h%d still has it as %s",
                    w->witness_owner, 1 - w->witness_owner,
                    ft_ownership_phase_name(other->worker.own.phase));
    if (other->up && other->vm.mode != FT_VM_GONE && other->vm.mode != FT_VM_OFF)
        ft_sim_fail(w, "h%d removed the pair, and h%d still has a copy",
                    w->witness_owner, 1 - w->witness_owner);
    if (owner->up && !owner->removed && owner->vm.mode == FT_VM_RUNNING)
        ft_sim_fail(w, "h%d removed the pair, and still has it as %s",
                    w->witness_owner,
                    ft_ownership_phase_name(owner->worker.own.phase));
}

void
ft_sim_check(struct world *w)
{
    const struct ft_ownership_record *a = &w->host[0].stable;
    const struct ft_ownership_record *b = &w->host[1].stable;

    if (speaks(&w->host[0]) && speaks(&w->host[1]))
        ft_sim_fail(w, "two speakers");
    if (a->role == FT_ROLE_PRIMARY && b->role == FT_ROLE_PRIMARY &&
        a->owner == 0 && b->owner == 1 && a->generation == b->generation)
        ft_sim_fail(w, "both hosts hold generation %lu",
                    (unsigned long)a->generation);
}
