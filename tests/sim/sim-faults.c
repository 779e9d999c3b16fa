/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: a pair is protected, trouble comes, everything is healed, and after
 * a while the pair must be protected again if any VM is left. Every third seed
 * has exactly one fault; then nothing may be lost and the gap is bounded.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sim.h"

#define TROUBLE_FROM (2 * SECOND)
#define TROUBLE_UNTIL (9 * SECOND)
#define END (20 * SECOND)
#define STEPS_MAX 400000

enum fault {
    HOST_CRASH,
    WORKER_CRASH,
    QEMU_CRASH,
    CUT,
    CUT_ONE_WAY,
    WITNESS_DOWN,
    PAUSE,
    CRASH_AT_ACTION,
    HOST_CRASH_AT_ACTION,
    RESYNC,
    SWITCHOVER,
    GUEST_OFF,
    LOSS,
    FAULTS,
    UNPROTECT, /* ends the pair, so it comes last if at all */
};

static const char *const fault_names[] = {
    "host crash",
    "worker crash",
    "QEMU crash",
    "cut",
    "one-way cut",
    "witness down",
    "pause",
    "worker crash at an action",
    "host crash at an action",
    "resync",
    "switchover",
    "guest off",
    "loss",
    "",
    "unprotect",
};

static int
primary(const struct world *w)
{
    for (int i = 0; i < 2; i++)
        if (w->host[i].vm.mode == FT_VM_RUNNING)
            return i;
    return w->host[0].stable.role == FT_ROLE_PRIMARY ? 0 : 1;
}

static void
tell(struct world *w, int side, enum ft_ownership_event_kind kind)
{
    struct ft_ownership_event event = { .kind = kind };

    ft_sim_event(w, side, &event);
}

static void
cut(struct world *w, bool both)
{
    int from = (int)ft_sim_random(w, 3);
    int to = (from + 1 + (int)ft_sim_random(w, 2)) % 3;
    struct item *item;

    w->cut[from][to] = true;
    if (both)
        w->cut[to][from] = true;
    ft_sim_trace(w, "cut %d -> %d%s", from, to, both ? " and back" : "");
    item = ft_sim_push(w, w->now + ft_sim_delay(w, 30 * MS, 4 * SECOND), W_HEAL,
                       from);
    item->fault = to;
}

static void
pause_worker(struct world *w, int side)
{
    struct worker *worker = &w->host[side].worker;

    if (!worker->alive || worker->paused_until > w->now)
        return;
    worker->paused_until = w->now + ft_sim_delay(w, 30 * MS, 1500 * MS);
    ft_sim_push(w, worker->paused_until, W_UNPAUSE, side)->life = worker->life;
}

static void
guest_off(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (host->vm.mode != FT_VM_RUNNING || !host->worker.alive)
        return;
    host->vm.mode = FT_VM_OFF;
    host->vm.held_count = 0;
    host->worker.committing = host->worker.final = false;
    tell(w, side, FT_EVENT_VM_OFF);
}

static void
qemu_crash(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (!host->up || host->vm.mode == FT_VM_GONE || host->vm.mode == FT_VM_OFF)
        return;
    host->vm.mode = FT_VM_GONE;
    host->vm.held_count = 0;
    host->vm.gate_open = false;
    ft_sim_excuse_owner(w, side);
    tell(w, side, FT_EVENT_VM_GONE);
}

/* A side finds that what it holds or sends is not usable. */
static void
resync(struct world *w, int side)
{
    struct host *host = &w->host[side];

    tell(w, side, FT_EVENT_SYNC_FAILED);
    if (host->worker.alive && host->worker.own.phase == FT_PHASE_IDLE)
        host->held = host->acked = 0;
    ft_sim_excuse(w);
}

static void
crash_soon(struct world *w, bool host)
{
    w->crash_in = 1 + (unsigned)ft_sim_random(w, 30);
    w->crash_host = host;
}

static void
inject(struct world *w, enum fault fault, int side)
{
    ft_sim_trace(w, "--- fault: %s, h%d", fault_names[fault], side);
    switch (fault) {
    case HOST_CRASH:
        ft_sim_host_crash(w, side);
        ft_sim_push(w, w->now + ft_sim_delay(w, 500 * MS, 5 * SECOND), W_REBOOT,
                    side);
        return;
    case WORKER_CRASH:
        ft_sim_worker_crash(w, side);
        return;
    case QEMU_CRASH:
        qemu_crash(w, side);
        return;
    case CUT:
    case CUT_ONE_WAY:
        cut(w, fault == CUT);
        return;
    case WITNESS_DOWN:
        w->witness_up = false;
        ft_sim_push(w, w->now + ft_sim_delay(w, 50 * MS, 4 * SECOND),
                    W_WITNESS_UP, 0);
        return;
    case PAUSE:
        pause_worker(w, side);
        return;
    case CRASH_AT_ACTION:
    case HOST_CRASH_AT_ACTION:
        crash_soon(w, fault == HOST_CRASH_AT_ACTION);
        return;
    case RESYNC:
        resync(w, side);
        return;
    case SWITCHOVER:
        tell(w, side, FT_EVENT_SWITCHOVER);
        return;
    case GUEST_OFF:
        guest_off(w, side);
        return;
    case LOSS:
        w->loss = true;
        return;
    case UNPROTECT:
        tell(w, side, FT_EVENT_UNPROTECT);
        return;
    default:
        return;
    }
}

/* What an administrator and time do: everything works again. */
static void
heal(struct world *w)
{
    w->calm = true;
    w->loss = false;
    w->witness_up = true;
    w->crash_in = 0;
    memset(w->cut, 0, sizeof(w->cut));
    ft_sim_trace(w, "--- everything is healed");
    for (int i = 0; i < 2; i++) {
        struct host *host = &w->host[i];

        if (!host->up)
            ft_sim_push(w, w->now + 500 * MS, W_REBOOT, i);
        if (host->worker.alive && host->worker.daemon_only)
            ft_sim_worker_crash(w, i);
        ft_sim_push(w, w->now + 2500 * MS, W_BOOT_GUEST, i);
    }
}

/* The administrator starts a guest that was shut down. */
static void
boot_guest(struct world *w, int side)
{
    struct host *host = &w->host[side];

    if (!host->up || !host->worker.alive ||
        host->worker.own.role != FT_ROLE_PRIMARY ||
        host->worker.own.vm != FT_VM_OFF)
        return;
    host->off = false;
    if (ft_sim_chance(w, 500)) {
        tell(w, side, FT_EVENT_START_ASKED);
        return;
    }
    host->vm.mode = FT_VM_RUNNING;
    /* a new QEMU has no gate; the worker, told at once, adds it if need be */
    host->vm.gate_open = !host->stable.peer_may_take_over;
    tell(w, side, FT_EVENT_VM_STARTED);
}

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
        return true;
    default:
        return false;
    }
}

static void
requeue(struct world *w, const struct item *item, int64_t at)
{
    struct item *again = ft_sim_push(w, at, item->what, item->side);
    uint64_t order = again->order;

    *again = *item;
    again->at = at;
    again->order = order;
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
        worker->paused_until > w->now) {
        requeue(w, item, worker->paused_until);
        return;
    }
    switch (item->what) {
    case W_FAULT:
        inject(w, (enum fault)item->fault,
               item->side == 1 ? 1 - primary(w) : primary(w));
        return;
    case W_BOOT_GUEST:
        boot_guest(w, item->side);
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

    while (!w->failed && w->queue_count && w->queue[0].at <= end) {
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

static bool
is_protected(const struct world *w)
{
    int p = primary(w);
    const struct host *a = &w->host[p], *b = &w->host[1 - p];

    return a->up && b->up && a->vm.mode == FT_VM_RUNNING && a->worker.alive &&
           a->worker.own.phase == FT_PHASE_PROTECTED && b->worker.alive &&
           b->worker.own.phase == FT_PHASE_VALID &&
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
    w->witness_generation = 1;
    ft_sim_state(w, 0);
    first = ft_sim_state(w, 0);
    for (int i = 0; i < 2; i++) {
        struct host *host = &w->host[i];

        host->up = true;
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
    if (ft_sim_chance(w, 50))
        ft_sim_push(w, ft_sim_delay(w, TROUBLE_FROM, TROUBLE_UNTIL), W_FAULT,
                    (int)ft_sim_random(w, 2))
            ->fault = UNPROTECT;
}

static void
end_chaos(struct world *w)
{
    run_until(w, TROUBLE_UNTIL);
    heal(w);
    run_until(w, END);
    if (w->failed || w->host[0].removed || w->host[1].removed)
        return;
    if (!is_protected(w))
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
    if (!w->failed && !is_protected(w))
        ft_sim_fail(w, "%s: not protected again: h0 %s, h1 %s", after,
                    ft_ownership_phase_name(w->host[0].worker.own.phase),
                    ft_ownership_phase_name(w->host[1].worker.own.phase));
}

/* Only the grant decides: a worker dies at it, and perhaps the link with it. */
static void
switchover_without_witness(struct world *w)
{
    struct item *item;

    inject(w, SWITCHOVER, primary(w));
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
    if (!w->failed && !is_protected(w))
        ft_sim_fail(w, "the first sync did not end");
    if (armed && ft_sim_chance(w, 500))
        inject(w, SWITCHOVER, primary(w)); /* crash in the middle of one */
    if (!w->config.witness) {
        switchover_without_witness(w);
        return;
    }
    last = w->released_at;
    inject(w, fault, side ? 1 - primary(w) : primary(w));
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
        ft_sim_fail(w, "%s: no answer for %.0f ms", fault_names[fault],
                    (double)worst / (double)MS);
    heal(w);
    for (int i = 0; i < 2; i++) /* what crashed at an action stays down */
        ft_sim_push(w, w->now + 500 * MS, W_REBOOT, i);
    expect_protected(w, fault_names[fault]);
}

bool
ft_sim_run(struct world *w, uint64_t seed, bool trace)
{
    memset(w, 0, sizeof(*w));
    w->seed = seed;
    w->trace = trace;
    begin(w);
    if (seed % 3 == 0) {
        one_fault(w);
    } else {
        plan_chaos(w);
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
