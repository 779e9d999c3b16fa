/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/pair-world.h"

#include <string.h>

#define STEPS_MAX 10000 /* of one ft_world_run */

static void deliver(struct ft_world *world, int side,
                    const struct ft_ownership_event *event);

static void
post(struct ft_world *world, int side, const struct ft_ownership_event *event)
{
    if (world->queued == FT_WORLD_QUEUE) {
        world->lost = true;
        return;
    }
    world->queue[world->queued++] =
        (struct ft_world_event){ .side = side, .event = *event };
}

static void
post_kind(struct ft_world *world, int side, enum ft_ownership_event_kind kind)
{
    struct ft_ownership_event event = { .kind = kind };

    post(world, side, &event);
}

/* Everything that was posted, and what comes of it. */
static void
settle(struct ft_world *world)
{
    struct ft_world_event next;

    while (world->queued && !world->lost) {
        next = world->queue[0];
        world->queued--;
        memmove(world->queue, world->queue + 1,
                world->queued * sizeof(world->queue[0]));
        deliver(world, next.side, &next.event);
    }
}

/* ---- what the machines ask for ---- */

static void
ask_witness(struct ft_world *world, int side,
            const struct ft_ownership_action *action)
{
    struct ft_ownership_event answer = { .kind = FT_EVENT_UNREACHABLE,
                                         .ask = action->ask };

    if (world->sides[side].witness) {
        answer.kind = FT_EVENT_LOST;
        if (world->generation == action->expected) {
            world->generation = action->generation;
            world->owner = action->owner;
            answer.kind = FT_EVENT_WON;
        }
        answer.generation = world->generation;
        answer.owner = world->owner;
    }
    post(world, side, &answer);
}

static void
send_message(struct ft_world *world, int side,
             const struct ft_ownership_action *action)
{
    struct ft_ownership_event event = { .kind = FT_EVENT_MESSAGE,
                                        .message = action->message,
                                        .generation = action->generation };

    if (world->session && world->link)
        post(world, !side, &event);
}

static void
end_session(struct ft_world *world, int side)
{
    if (world->session && world->link && world->sides[!side].up)
        post_kind(world, !side, FT_EVENT_LINK_CLOSED);
    world->session = false;
}

/* The standby takes links at any time, the primary makes them. */
static void
try_to_link(struct ft_world *world)
{
    struct ft_ownership_event up = { .kind = FT_EVENT_LINK_UP };

    if (world->session || !world->link || !world->sides[0].up ||
        !world->sides[1].up ||
        !(world->sides[0].connecting || world->sides[1].connecting))
        return;
    world->session = true;
    for (int side = 0; side < 2; side++) {
        world->sides[side].connecting = false;
        ft_ownership_hello(&world->sides[!side].own, &up.peer);
        post(world, side, &up);
    }
}

static void
commit(struct ft_world *world, int side)
{
    struct ft_ownership_event held = { .kind = FT_EVENT_EPOCH_HELD,
                                       .epoch = ++world->epoch };

    if (world->session && world->link)
        post(world, !side, &held);
}

static void
acknowledge(struct ft_world *world, int side, uint64_t epoch)
{
    struct ft_ownership_event acked = { .kind = FT_EVENT_ACKED, .epoch = epoch };

    if (world->session && world->link)
        post(world, !side, &acked);
}

/* A process of the new role starts from what the old one wrote down. */
static void
start_again(struct ft_world *world, int side)
{
    struct ft_world_side *self = &world->sides[side];
    struct ft_ownership_record record = self->own.record;
    struct ft_ownership_config config = self->own.config;
    struct ft_ownership_event start = { .kind = FT_EVENT_START, .vm = self->vm };

    end_session(world, side);
    ft_ownership_init(&self->own, &config, &record);
    self->connecting = false;
    post(world, side, &start);
}

static void
resume(struct ft_world *world, int side)
{
    world->sides[side].vm = FT_VM_RUNNING;
    post_kind(world, side, FT_EVENT_RESUMED);
}

static void
carry_out(struct ft_world *world, int side,
          const struct ft_ownership_action *action)
{
    struct ft_world_side *self = &world->sides[side];

    switch (action->kind) {
    case FT_ACTION_ASK_WITNESS:
        ask_witness(world, side, action);
        return;
    case FT_ACTION_HOLD_GATE:
        self->gate_open = false;
        return;
    case FT_ACTION_OPEN_GATE:
        self->gate_open = true;
        return;
    case FT_ACTION_SEND:
        send_message(world, side, action);
        return;
    case FT_ACTION_SEND_ACK:
        acknowledge(world, side, action->epoch);
        return;
    case FT_ACTION_CONNECT:
        self->connecting = true;
        return;
    case FT_ACTION_DISCONNECT:
        end_session(world, side);
        return;
    case FT_ACTION_PING:
        post_kind(world, side,
                  world->link && world->sides[!side].up ? FT_EVENT_PING_ALIVE
                                                        : FT_EVENT_PING_SILENT);
        return;
    case FT_ACTION_START_SYNC:
        post_kind(world, side, FT_EVENT_SYNC_DONE);
        return;
    case FT_ACTION_ALLOW_COMMIT:
        commit(world, side);
        return;
    case FT_ACTION_LOAD_VM:
        post_kind(world, side, FT_EVENT_LOADED);
        break;
    case FT_ACTION_RESUME_VM:
        resume(world, side);
        return;
    case FT_ACTION_DESTROY_COPY:
        self->vm = FT_VM_GONE;
        return;
    case FT_ACTION_EXIT_FOR_ROLE:
        start_again(world, side);
        return;
    default: /* records are kept by the machine, the rest is for others */
        return;
    }
}

static void
deliver(struct ft_world *world, int side, const struct ft_ownership_event *event)
{
    struct ft_ownership_actions actions;

    if (!world->sides[side].up)
        return;
    ft_ownership_event(&world->sides[side].own, world->now_ns, event, &actions);
    for (unsigned i = 0; i < actions.count; i++)
        carry_out(world, side, &actions.list[i]);
    try_to_link(world);
}

/* ---- the world ---- */

static void
begin_side(struct ft_world *world, int side,
           const struct ft_ownership_config *config)
{
    struct ft_ownership_record record = {
        .generation = 1,
        .owner = 0,
        .role = side ? FT_ROLE_STANDBY : FT_ROLE_PRIMARY,
    };
    struct ft_ownership_config own = *config;

    own.self = side;
    ft_ownership_init(&world->sides[side].own, &own, &record);
    world->sides[side].up = true;
    world->sides[side].witness = config->witness;
    world->sides[side].vm = side ? FT_VM_GONE : FT_VM_RUNNING;
}

void
ft_world_begin(struct ft_world *world, const struct ft_ownership_config *config)
{
    struct ft_ownership_event start = { .kind = FT_EVENT_START };

    memset(world, 0, sizeof(*world));
    world->link = true;
    world->generation = 1;
    world->now_ns = 1;
    for (int side = 0; side < 2; side++)
        begin_side(world, side, config);
    for (int side = 0; side < 2; side++) {
        start.vm = world->sides[side].vm;
        post(world, side, &start);
    }
    settle(world);
}

void
ft_world_kill(struct ft_world *world, int side)
{
    world->sides[side].up = false;
    world->sides[side].vm = FT_VM_GONE;
    world->sides[side].gate_open = false;
}

void
ft_world_cut(struct ft_world *world)
{
    world->link = false;
}

void
ft_world_silence_witness(struct ft_world *world, int side)
{
    world->sides[side].witness = false;
}

static int64_t
next_deadline(const struct ft_world *world)
{
    int64_t next = INT64_MAX, at;

    for (int side = 0; side < 2; side++) {
        at = world->sides[side].up
                 ? ft_ownership_deadline(&world->sides[side].own)
                 : INT64_MAX;
        next = at < next ? at : next;
    }
    return next;
}

static void
tick(struct ft_world *world)
{
    bool hear = world->session && world->link && world->sides[0].up &&
                world->sides[1].up;

    for (int side = 0; side < 2; side++) {
        if (hear)
            post_kind(world, side, FT_EVENT_HEARD);
        if (world->sides[side].up &&
            ft_ownership_deadline(&world->sides[side].own) <= world->now_ns)
            post_kind(world, side, FT_EVENT_TICK);
    }
    settle(world);
}

static void
advance(struct ft_world *world, int64_t to_ns)
{
    if (ft_world_speaker(world) < 0)
        world->silent_ns += to_ns - world->now_ns;
    world->now_ns = to_ns;
}

int
ft_world_run(struct ft_world *world, int64_t time_ns)
{
    int64_t end = world->now_ns + time_ns, next;
    unsigned steps = 0;

    settle(world);
    while (!world->lost && (next = next_deadline(world)) <= end) {
        advance(world, next > world->now_ns ? next : world->now_ns + 1);
        tick(world);
        if (++steps == STEPS_MAX)
            world->lost = true;
    }
    advance(world, end);
    return ft_world_speaker(world);
}

/* An owner whose output leaves by acknowledgement speaks too. */
static bool
speaks(const struct ft_world *world, int side)
{
    const struct ft_world_side *self = &world->sides[side];
    enum ft_ownership_phase phase = self->own.phase;
    bool flows = phase == FT_PHASE_PROTECTED && world->session && world->link &&
                 world->sides[!side].up && !self->own.want;

    return self->up && self->own.role == FT_ROLE_PRIMARY &&
           self->vm == FT_VM_RUNNING && (self->gate_open || flows);
}

int
ft_world_speaker(const struct ft_world *world)
{
    for (int side = 0; side < 2; side++)
        if (!world->lost && speaks(world, side))
            return side;
    return -1;
}

bool
ft_world_protected(const struct ft_world *world)
{
    int side = ft_world_speaker(world);

    return side >= 0 && world->sides[side].own.phase == FT_PHASE_PROTECTED &&
           ft_ownership_valid(&world->sides[!side].own);
}
