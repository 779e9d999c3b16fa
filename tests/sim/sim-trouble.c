/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trouble that only every fourth seed has, so that the others stay the runs that
 * they were: a witness that is set back, a host that never returns, a full disk,
 * what is frozen and thaws, a start by hand; and the looks at the witness.
 */
#include "config.h"

#include "sim.h"

#define LOOK_NS (5 * SECOND) /* as src/worker/worker-questions.c */

void
ft_sim_plan_more(struct world *w, int64_t from, int64_t until)
{
    unsigned n = 1 + (unsigned)ft_sim_random(w, 3);

    w->more = true;
    for (unsigned i = 0; i < n; i++) {
        struct item *item = ft_sim_push(w, ft_sim_delay(w, from, until),
                                        W_FAULT, (int)ft_sim_random(w, 2));

        item->fault =
            WITNESS_BACK + (int)ft_sim_random(w, ALL_FAULTS - WITNESS_BACK);
    }
    ft_sim_push(w, ft_sim_delay(w, from - SECOND, until), W_SNAPSHOT, 0);
    for (int i = 0; i < 2; i++)
        ft_sim_push(w, ft_sim_delay(w, 0, LOOK_NS), W_LOOK, i);
}

/* --- witness -------------------------------------------------------------- */

void
ft_sim_snapshot(struct world *w)
{
    w->snapshot_generation = w->witness_generation;
    w->snapshot_owner = w->witness_owner;
    w->snapshot_offered = w->witness_offered;
    w->snapshot_removed = w->witness_removed;
}

static void
set_back(struct world *w)
{
    if (!w->snapshot_generation ||
        (w->snapshot_generation == w->witness_generation &&
         w->snapshot_removed == w->witness_removed))
        return;
    w->witness_removed = w->snapshot_removed;
    w->witness_generation = w->snapshot_generation;
    w->witness_owner = w->snapshot_owner;
    w->witness_offered = w->snapshot_offered;
    ft_sim_trace(w, "witness: set back to generation %lu of h%d",
                 (unsigned long)w->witness_generation, w->witness_owner);
}

/*
 * The judge: who wins from a witness that has forgotten that the other side won
 * since, wins what is not free; no pair with one witness can notice before the
 * owner has looked and told it again. That run ends there. Not where the winner
 * of before has handed it back since: nobody else has it. What is left to judge
 * is all that comes before it, that nobody wins so after the witness was told,
 * and that at the end of all other runs it knows the owner's generation.
 */
void
ft_sim_witness_won(struct world *w, const struct record *now, uint64_t before)
{
    int owner = now->owner;
    const struct worker *worker = &w->host[1 - owner].worker;
    const struct ft_ownership_record *other =
        worker->alive && worker->stalled /* has it, and no room to say so */
            ? &worker->own.record
            : &w->host[1 - owner].stable;
    bool again = now->generation <= w->highest_generation;
    bool forgot = before < w->highest_generation && owner != w->highest_owner;

    if (other->role == FT_ROLE_PRIMARY &&
        (forgot || (again && other->generation >= now->generation))) {
        ft_sim_trace(w, "witness: gave away what it has forgotten");
        w->betrayed = true;
        if (w->moves) /* none was set back */
            ft_sim_fail(w, "h%d won what the other one has by another witness",
                        owner);
    }
    if (forgot || now->generation >= w->highest_generation) {
        w->highest_generation = now->generation;
        w->highest_owner = owner;
    }
}

/* No later record is anybody's; and whoever still has the pair will look. */
void
ft_sim_witness_buried(struct world *w)
{
    w->highest_generation = UINT64_MAX;
    w->highest_owner = 2;
    for (int i = 0; i < 2 && !w->more; i++)
        ft_sim_push(w, w->now + ft_sim_delay(w, 0, LOOK_NS), W_LOOK, i);
}

void
ft_sim_look(struct world *w, int side)
{
    const struct host *host = &w->host[side];
    bool answers = w->witness_up && !w->cut[side][2] && !w->cut[2][side];
    struct record record;
    struct ft_ownership_event event;

    ft_sim_look_record(w, side, &record);
    event = (struct ft_ownership_event){
        .kind = !answers             ? FT_EVENT_WITNESS_UNSEEN
                : w->witness_removed ? FT_EVENT_WITNESS_REMOVED
                                     : FT_EVENT_WITNESS_SEEN,
        .generation = record.generation,
        .owner = record.owner,
    };

    ft_sim_push(w, w->now + (w->moves ? SECOND : LOOK_NS), W_LOOK, side);
    if (w->config.witness && host->worker.alive && !host->worker.daemon_only &&
        host->worker.paused_until <= w->now)
        ft_sim_event(w, side, &event);
}

/* --- hosts ------------------------------------------------------------------ */

static void
lose_host(struct world *w, int side)
{
    if (w->host[0].lost || w->host[1].lost)
        return;
    w->host[side].lost = true;
    ft_sim_host_crash(w, side);
}

static void
freeze_host(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (!host->up || host->frozen_until > w->now)
        return;
    host->frozen_until = w->now + ft_sim_delay(w, 30 * MS, 4 * SECOND);
    host->vm.frozen_until = host->frozen_until;
    if (!host->worker.alive || host->worker.stalled)
        return;
    ft_sim_pause_until(&host->worker, host->frozen_until);
    ft_sim_push(w, host->frozen_until, W_UNPAUSE, side)->life =
        host->worker.life;
}

/* What libvirt's hook lets pass: the record says sole owner. */
static void
start_by_hand(struct world *w, int side)
{
    struct host *host = &w->host[side];
    const struct ft_ownership_record *record = &host->stable;
    struct ft_ownership_event event = { .kind = FT_EVENT_VM_STARTED };

    if (!host->up || host->waiting || host->worker.own.starting ||
        (host->vm.mode != FT_VM_GONE && host->vm.mode != FT_VM_OFF))
        return;
    if (record->role != FT_ROLE_PRIMARY || record->owner != side ||
        record->peer_may_take_over || record->unrun)
        return;
    ft_sim_trace(w, "h%d: virsh start", side);
    host->off = false;
    host->vm.mode = FT_VM_RUNNING;
    host->vm.gate_open = true;
    ft_sim_event(w, side, &event);
}

/*
 * What libvirt does when a host boots, by autostart or for libvirt-guests, before
 * an engine runs: it asks the hook as virsh does.
 */
void
ft_sim_libvirt_boots(struct world *w, int side)
{
    if (w->more && w->slow_boots && w->host[side].boot % 2 == 0)
        start_by_hand(w, side);
}

static void
send_away(struct world *w, int side)
{
    w->away = side;
    for (int i = 0; i < 3; i++)
        w->cut[side][i] = w->cut[i][side] = i != side;
    ft_sim_trace(w, "h%d is cut off from all", side);
    ft_sim_push(w, w->now + ft_sim_delay(w, 500 * MS, 5 * SECOND), W_FAULT, 0)
        ->fault = UNPROTECT_WITHOUT;
}

static void
unprotect_without(struct world *w, int side)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_UNPROTECT };

    if (w->host[side].worker.own.role == FT_ROLE_PRIMARY)
        ft_sim_event(w, side, &event);
}

void
ft_sim_more_trouble(struct world *w, enum fault fault, int side)
{
    struct host *host = &w->host[side];

    switch (fault) {
    case WITNESS_BACK:
        set_back(w);
        return;
    case HOST_LOST:
        lose_host(w, side);
        return;
    case DISK_FULL:
        host->full_until = w->now + ft_sim_delay(w, 50 * MS, 3 * SECOND);
        return;
    case HOST_FROZEN:
        freeze_host(w, side);
        return;
    case QEMU_FROZEN:
        host->vm.frozen_until = w->now + ft_sim_delay(w, 30 * MS, 4 * SECOND);
        return;
    case START_BY_HAND:
        start_by_hand(w, 0);
        start_by_hand(w, 1);
        return;
    case AWAY:
        send_away(w, side);
        return;
    case UNPROTECT_WITHOUT:
        unprotect_without(w, 1 - w->away);
        return;
    default:
        return;
    }
}
