/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: a pair is protected, trouble comes, everything is healed, and after
 * a while the pair must be protected again. Every third seed has exactly one
 * fault; then nothing may be lost and the gap is bounded. Every fourth of the
 * others has some of sim-trouble.c besides, and in every twentieth the pair is
 * removed while its old primary is away.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sim.h"

#define TROUBLE_FROM (2 * SECOND)
#define TROUBLE_UNTIL (9 * SECOND)
#define END (20 * SECOND)
#define REMOVAL (11 * SECOND)
#define TOLD (6 * SECOND)
#define STEPS_MAX 400000

static bool
for_worker(enum what what)
{
    switch (what) {
    case W_TICK:
    case W_HEARTBEAT:
    case W_CHECKPOINT:
    case W_FRAME:
    case W_PING_RESULT:
    case W_WITNESS_ANSWER:
    case W_WITNESS_TIMEOUT:
    case W_LOADED:
    case W_LOAD_DIES:
    case W_RESUMED:
    case W_STARTED:
    case W_SYNCED:
    case W_EVENT:
        return true;
    default:
        return false;
    }
}

static void
dispatch(struct world *w, const struct item *item)
{
    const struct worker *worker;

    if (item->what == W_HEAL) { /* its side may be the witness */
        w->cut[item->side][item->fault] = false;
        w->cut[item->fault][item->side] = false;
        return;
    }
    worker = &w->host[item->side].worker;
    if (item->life && item->life != worker->life &&
        item->what != W_WITNESS_REQUEST)
        return;
    if (for_worker(item->what) && worker->alive &&
        worker->paused_until > w->now &&
        !(item->what == W_HEARTBEAT &&
          worker->stalled)) { /* a thread of its own */
        ft_sim_postpone(w, item, worker->paused_until);
        return;
    }
    switch (item->what) {
    case W_FAULT:
        ft_sim_inject(w, (enum fault)item->fault,
                      item->side == 1 ? 1 - ft_sim_primary(w)
                                      : ft_sim_primary(w));
        return;
    case W_MOVE:
        ft_sim_move(w);
        return;
    case W_BOOT_GUEST:
        ft_sim_boot_guest(w, item->side);
        return;
    case W_WITNESS_UP:
        w->witness_up = true;
        return;
    case W_CONNECT:
    case W_FRAME:
    case W_PING_RESULT:
    case W_WITNESS_REQUEST:
    case W_WITNESS_ANSWER:
    case W_WITNESS_TIMEOUT:
        ft_sim_net_item(w, item);
        return;
    default:
        ft_sim_host_item(w, item);
        return;
    }
}

static void
run_until(struct world *w, int64_t end)
{
    struct item item;

    while (!w->failed && !w->betrayed && w->queue_count &&
           w->queue[0].at <= end) {
        ft_sim_pop(w, &item);
        w->now = item.at;
        if (++w->steps > STEPS_MAX)
            ft_sim_fail(w, "no end: a loop without progress");
        dispatch(w, &item);
        ft_sim_check(w);
    }
    if (!w->failed)
        w->now = end;
}

bool
ft_sim_is_protected(const struct world *w)
{
    int p = ft_sim_primary(w);
    const struct host *a = &w->host[p], *b = &w->host[1 - p];

    return a->up && b->up && a->vm.mode == FT_VM_RUNNING && a->worker.alive &&
           a->worker.own.phase == FT_PHASE_PROTECTED && b->worker.alive &&
           b->worker.own.phase == FT_PHASE_VALID &&
           (!w->more || !w->config.witness ||
            w->witness_generation == a->stable.generation) &&
           w->now - w->released_at < SECOND;
}

static void
begin(struct world *w)
{
    static const int64_t silences[] = { 200 * MS, SECOND, 3 * SECOND };
    state_id first;

    w->random = w->seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    w->config = (struct ft_ownership_config)FT_OWNERSHIP_CONFIG_INIT;
    w->config.witness = w->seed % 5 != 4;
    w->config.alone_without_witness = w->seed % 2;
    w->config.silence_ns = silences[ft_sim_random(w, FT_ARRAY_SIZE(silences))];
    w->witness_up = w->calm = true;
    w->slow_boots = w->seed % 3 == 0 || w->seed % 5 == 0;
    w->witness_generation = 1;
    ft_sim_state(w, 0);
    first = ft_sim_state(w, 0);
    for (int i = 0; i < 2; i++) {
        struct host *host = &w->host[i];

        host->up = true;
        host->boot = 1;
        host->stable =
            (struct ft_ownership_record){ .generation = 1,
                                          .owner = 0,
                                          .role = i ? FT_ROLE_STANDBY
                                                    : FT_ROLE_PRIMARY };
        host->vm.mode = i ? FT_VM_GONE : FT_VM_RUNNING;
        host->vm.state = i ? 0 : first;
        ft_sim_push(w, ft_sim_delay(w, 0, 100 * MS), W_START, i);
        ft_sim_push(w, ft_sim_delay(w, 0, 20 * MS), W_GUEST, i);
    }
}

static void
plan_chaos(struct world *w)
{
    unsigned n = 1 + (unsigned)ft_sim_random(w, 10);

    for (unsigned i = 0; i < n; i++) {
        struct item *item =
            ft_sim_push(w, ft_sim_delay(w, TROUBLE_FROM, TROUBLE_UNTIL),
                        W_FAULT, (int)ft_sim_random(w, 2));

        item->fault = (int)ft_sim_random(w, FAULTS);
    }
    if (ft_sim_chance(w, 50) && !w->moves)
        ft_sim_push(w, ft_sim_delay(w, TROUBLE_FROM, TROUBLE_UNTIL), W_FAULT,
                    (int)ft_sim_random(w, 2))
            ->fault = UNPROTECT;
    if (w->seed % 20 == 11)
        ft_sim_push(w, ft_sim_delay(w, TROUBLE_FROM, TROUBLE_UNTIL - SECOND),
                    W_FAULT, 0)
            ->fault = AWAY;
}

/*
 * With one host for good: who has spoken since then is sole, and must speak to
 * the end. Who has not may lack what the other one answered last; only that it
 * says nothing is judged then.
 */
static void
judge_survivor(struct world *w)
{
    if (w->spoke && w->now - w->released_at >= SECOND)
        ft_sim_fail(w, "alone for good, and it does not answer: h0 %s, h1 %s",
                    ft_ownership_phase_name(w->host[0].worker.own.phase),
                    ft_ownership_phase_name(w->host[1].worker.own.phase));
}

/*
 * A witness that was set back is told again while nobody waits for its answer, and
 * after a question only when all that may be under way has come: 5/2 silences from
 * the suspicion; a standby that waits for an answer since may win then, and is
 * filled anew. A host that froze as all was healed may stand for 4 s more, and
 * suspects its peer then: with a silence of 3 s that is past the end.
 */
static void
await_witness(struct world *w)
{
    if (w->more && w->config.witness && !ft_sim_is_protected(w))
        run_until(w, END + TOLD);
}

static void
end_chaos(struct world *w)
{
    run_until(w, TROUBLE_UNTIL);
    ft_sim_heal(w);
    run_until(w, END);
    if (w->failed || w->betrayed)
        return;
    if (w->host[0].removed || w->host[1].removed || w->witness_removed) {
        run_until(w, END + REMOVAL); /* two looks at the witness */
        if (!w->failed && !w->betrayed)
            ft_sim_judge_removal(w);
        return;
    }
    if (w->host[0].lost || w->host[1].lost) {
        judge_survivor(w);
        return;
    }
    await_witness(w);
    if (!ft_sim_is_protected(w))
        ft_sim_fail(w, "healed, and yet not protected: h0 %s, h1 %s",
                    ft_ownership_phase_name(w->host[0].worker.own.phase),
                    ft_ownership_phase_name(w->host[1].worker.own.phase));
}

/* Longest time without an answer that one fault may cost. */
static int64_t
gap_limit(const struct world *w, enum fault fault, int side)
{
    int64_t silence = w->config.silence_ns;

    switch (fault) {
    case HOST_CRASH:
        return silence + silence / 6 + 300 * MS; /* and a heartbeat */
    case CUT:
        return silence + 500 * MS;
    case CUT_ONE_WAY: /* where the host answers by another path, the standby
                       * gives a primary that hears it half a silence more */
        return silence + silence / 2 + 500 * MS;
    case WORKER_CRASH:
        return silence + (side ? 400 * MS : 2300 * MS);
    case GUEST_OFF:
        return END;
    default:
        return silence + 2300 * MS;
    }
}

static void
expect_protected(struct world *w, const char *after)
{
    run_until(w, END);
    if (!w->failed && !ft_sim_is_protected(w))
        ft_sim_fail(w, "%s: not protected again: h0 %s, h1 %s", after,
                    ft_ownership_phase_name(w->host[0].worker.own.phase),
                    ft_ownership_phase_name(w->host[1].worker.own.phase));
}

/* Only the grant decides: a worker dies at it, and perhaps the link with it. */
static void
switchover_without_witness(struct world *w)
{
    struct item *item;

    ft_sim_inject(w, SWITCHOVER, ft_sim_primary(w));
    w->crash_in = 1 + (unsigned)ft_sim_random(w, 14);
    if (ft_sim_chance(w, 500)) {
        run_until(w, w->now + ft_sim_delay(w, 0, 80 * MS));
        w->cut[0][1] = w->cut[1][0] = true;
        item = ft_sim_push(w, w->now + 3 * SECOND, W_HEAL, 0);
        item->fault = 1;
    }
    expect_protected(w, "switchover without a witness");
}

static void
one_fault(struct world *w)
{
    enum fault fault = (enum fault)ft_sim_random(w, FAULTS);
    int side = (int)ft_sim_random(w, 2);
    int64_t at = TROUBLE_FROM + ft_sim_delay(w, 0, SECOND), last, worst = 0;
    bool armed = fault == CRASH_AT_ACTION || fault == HOST_CRASH_AT_ACTION;

    run_until(w, at);
    if (!w->failed && !ft_sim_is_protected(w))
        ft_sim_fail(w, "the first sync did not end");
    if (armed && ft_sim_chance(w, 500))
        ft_sim_inject(w, SWITCHOVER,
                      ft_sim_primary(w)); /* crash in the middle of one */
    if (!w->config.witness) {
        switchover_without_witness(w);
        return;
    }
    last = w->released_at;
    ft_sim_inject(w, fault, side ? 1 - ft_sim_primary(w) : ft_sim_primary(w));
    for (int64_t t = at; !w->failed && t < at + 7 * SECOND; t += 10 * MS) {
        run_until(w, t);
        if (w->released_at != last) {
            if (w->now - last > worst)
                worst = w->now - last;
            last = w->released_at;
        }
    }
    if (w->now - last > worst)
        worst = w->now - last;
    if (w->excused)
        return;
    if (!w->failed && !w->waits && worst > gap_limit(w, fault, side))
        ft_sim_fail(w, "%s: no answer for %.0f ms", ft_sim_fault_names[fault],
                    (double)worst / (double)MS);
    ft_sim_heal(w);
    for (int i = 0; i < 2; i++) /* what crashed at an action stays down */
        ft_sim_push(w, w->now + 500 * MS, W_REBOOT, i);
    expect_protected(w, ft_sim_fault_names[fault]);
}

bool
ft_sim_run(struct world *w, uint64_t seed, bool trace)
{
    memset(w, 0, sizeof(*w));
    w->seed = seed;
    w->trace = trace;
    begin(w);
    if (seed % 7 == 3 && (seed % 4 != 1 || seed % 3 == 0) && seed % 20 != 11 &&
        w->config.witness)
        ft_sim_plan_moves(w);
    if (seed % 3 == 0) {
        one_fault(w);
    } else {
        plan_chaos(w);
        if (seed % 4 == 1)
            ft_sim_plan_more(w, TROUBLE_FROM, TROUBLE_UNTIL);
        run_until(w, TROUBLE_FROM);
        w->calm = false;
        end_chaos(w);
    }
    return !w->failed;
}

void
ft_sim_free(struct world *w)
{
    free(w->queue);
    free(w->parent);
    free(w->depth);
}
