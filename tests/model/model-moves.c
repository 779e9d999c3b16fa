/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may happen in a world, and how it goes on when nothing goes wrong. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "model.h"

/* The ways that one fault of the network takes. */
static const uint8_t cuts[] = {
    CUT_01 | CUT_10,
    CUT_01,
    CUT_10,
    CUT_0W | CUT_W0,
    CUT_1W | CUT_W1,
    CUT_W0,
    CUT_W1,
    CUT_0W | CUT_W0 | CUT_1W | CUT_W1, /* the witness is down */
    CUT_01 | CUT_10 | CUT_0W | CUT_W0, /* a host is cut off */
    CUT_01 | CUT_10 | CUT_1W | CUT_W1,
};

struct list {
    struct move *move;
    unsigned count;
};

static void
may(struct list *list, enum move_kind kind, int side, unsigned argument)
{
    if (list->count < MOVES_MAX)
        list->move[list->count++] =
            (struct move){ .kind = (uint8_t)kind,
                           .side = (uint8_t)side,
                           .argument = (uint8_t)argument };
}

bool
ft_model_hears(const struct world *w, int side)
{
    const struct side *s = &w->side[side], *peer = &w->side[1 - side];

    return s->alive && s->attached && s->own.linked && peer->alive &&
           peer->attached && !(w->cut & CUT_LINK(1 - side));
}

/*
 * Something is on its way that nothing stops: that it comes later than the next
 * deadline of this side is a fault of its own. What libvirt does may take as long
 * as it likes, and so may a worker or a host until it is back.
 */
bool
ft_model_is_late(const struct world *w, int side)
{
    const struct side *s = &w->side[side];

    for (int i = 0; i < 2; i++)
        if (w->fifo_count[i] && !(w->cut & CUT_LINK(1 - i)))
            return true;
    for (unsigned i = 0; i < REQUESTS; i++)
        if (s->request[i].ask && !(w->cut & (CUT_ASK(side) | CUT_ANSWER(side))))
            return true;
    return s->pinging;
}

static bool
can_checkpoint(const struct world *w, int side)
{
    const struct side *s = &w->side[side];

    for (int n = 0; n < w->fifo_count[1 - side]; n++)
        if (w->fifo[1 - side][n].kind == F_EPOCH)
            return false; /* of the sync before; IN_FRAME is one copy */
    return s->alive && s->committing && !s->unacked && s->vm == FT_VM_RUNNING;
}

static bool
can_connect(const struct world *w, int side)
{
    const struct side *s = &w->side[side], *peer = &w->side[1 - side];

    return s->alive && s->connecting && !s->attached && peer->alive &&
           !peer->gives_up && !(w->cut & (CUT_01 | CUT_10));
}

/* Once in a while: what it told the witness by the last look is there. */
static bool
may_look(const struct world *w, int side)
{
    const struct side *s = &w->side[side];

    for (unsigned i = 0; i < REQUESTS; i++)
        if (s->request[i].at && !s->request[i].ask)
            return false;
    return ft_model_profile.witness &&
           (s->own.role == FT_ROLE_PRIMARY || w->witness_removed);
}

static void
questions(const struct world *w, int side, struct list *list)
{
    const struct side *s = &w->side[side];

    for (unsigned i = 0; i < REQUESTS; i++) {
        const struct request *request = &s->request[i];

        if (request->at == 1 && !(w->cut & CUT_ASK(side)))
            may(list, M_WITNESS, side, i);
        if (request->at == 2 && !(w->cut & CUT_ANSWER(side)))
            may(list, M_ANSWER, side, i);
        if (request->ask && (w->cut & (CUT_ASK(side) | CUT_ANSWER(side)))) {
            may(list, M_TIMEOUT, side, 0);
            may(list, M_TIMEOUT, side, 1);
        }
    }
}

static void
from_world(const struct world *w, int side, struct list *list)
{
    const struct side *s = &w->side[side];

    if (!s->up)
        may(list, M_BOOT, side, 0);
    if (s->up && (!s->alive || s->gives_up) && !s->removed)
        may(list, M_START, side, 0);
    if (w->fifo_count[side] && !(w->cut & CUT_LINK(1 - side)))
        may(list, M_DELIVER, side, 0);
    if (w->lossy[side])
        may(list, M_DROP, side, 0);
    questions(w, side, list);
    if (!s->alive)
        return;
    if (may_look(w, side))
        may(list, M_LOOK, side, 0);
    if (can_connect(w, side))
        may(list, M_CONNECT, side, 0);
    if (ft_model_hears(w, side) && s->own.heard_ns < s->now)
        may(list, M_HEARD, side, 0);
    if (ft_ownership_deadline(&s->own) != NEVER &&
        (w->budget.late || !ft_model_is_late(w, side)))
        may(list, M_TICK, side, 0);
}

static void
from_host(const struct world *w, int side, struct list *list)
{
    const struct side *s = &w->side[side];

    if (s->starting)
        may(list, M_STARTED, side, 0);
    if (!s->alive)
        return;
    if (s->pinging)
        may(list, M_PONG, side, 0);
    if (s->pinging && w->side[1 - side].up && !w->side[1 - side].engine)
        may(list, M_PONG_EARLY, side, 0);
    if (s->gone)
        may(list, M_GONE, side, 0);
    if (s->loading)
        may(list, M_LOADED, side, 0);
    if (s->resuming)
        may(list, M_RESUMED, side, 0);
    if (s->syncing)
        may(list, M_SYNCED, side, 0);
}

/* A primary's word may always be wrong: its disks may be older. */
static bool
may_force(const struct world *w, const struct side *s)
{
    return ((w->budget.force || w->budget.word) &&
            ft_ownership_may_force(&s->own)) ||
           (w->budget.word && s->own.role == FT_ROLE_PRIMARY && !s->own.linked &&
            s->own.vm == FT_VM_GONE && s->own.record.peer_may_take_over);
}

static void
from_fate(const struct world *w, int side, struct list *list)
{
    const struct side *s = &w->side[side];

    if (w->budget.crash && s->alive)
        may(list, M_WORKER_DIES, side, 0);
    if (w->budget.crash && s->up &&
        (s->vm == FT_VM_RUNNING || s->vm == FT_VM_STOPPED || s->waiting))
        may(list, M_QEMU_DIES, side, 0);
    if (w->budget.crash && s->up)
        may(list, M_HOST_DIES, side, 0);
    if (w->budget.error && s->loading == 1)
        may(list, M_LOAD_FAILS, side, 0);
    if (w->budget.error && s->starting)
        may(list, M_START_FAILS, side, 0);
    if (w->budget.switchover && s->alive && s->own.role == FT_ROLE_PRIMARY)
        may(list, M_SWITCHOVER, side, 0);
    if (w->budget.resync && s->alive)
        may(list, M_RESYNC, side, 0);
    if (w->budget.unprotect && s->alive && s->own.role == FT_ROLE_PRIMARY)
        may(list, M_UNPROTECT, side, 0);
    if (s->alive && may_force(w, s))
        may(list, M_FORCE, side, 0);
    if (w->budget.off && s->up && s->vm == FT_VM_RUNNING)
        may(list, M_GUEST_OFF, side, 0);
    if (w->budget.give_up && s->up && !s->alive && !s->removed &&
        s->stable.role == FT_ROLE_PRIMARY)
        may(list, M_START, side, 1);
}

unsigned
ft_model_moves(const struct world *w, struct move *out)
{
    struct list list = { .move = out };

    for (int i = 0; i < 2; i++) /* first: a calm world takes the first one */
        from_host(w, i, &list);
    for (int i = 0; i < 2; i++)
        from_world(w, i, &list);
    for (int i = 0; i < 2; i++)
        if (w->side[i].alive && w->side[i].own.role == FT_ROLE_PRIMARY &&
            w->side[i].own.vm == FT_VM_OFF)
            may(&list, M_START_ASKED, i, 0);
    for (int i = 0; i < 2; i++)
        if (can_checkpoint(w, i))
            may(&list, M_CHECKPOINT, i, 0);
    for (int i = 0; i < 2; i++)
        from_fate(w, i, &list);
    if (w->cut)
        may(&list, M_HEAL, 0, 0);
    for (unsigned i = 0; w->budget.cut && !w->cut && i < sizeof(cuts); i++)
        may(&list, M_CUT, 0, cuts[i]);
    return list.count;
}

/* --- when nothing hinders it any more --------------------------------------- */

/* Time passes for both, until the first deadline. */
static bool
wait_both(struct world *w, struct outcome *out)
{
    struct ft_ownership_event heard = { .kind = FT_EVENT_HEARD };
    struct ft_ownership_event due = { .kind = FT_EVENT_TICK };
    int64_t least = NEVER;
    bool any = false;

    for (int i = 0; i < 2; i++) {
        const struct side *s = &w->side[i];
        int64_t at = s->alive ? ft_ownership_deadline(&s->own) : NEVER;

        if (at != NEVER && at - s->now < least)
            least = at > s->now ? at - s->now : 0;
    }
    if (least == NEVER && w->witness_removed)
        least = AGE_MAX; /* a standby looks at the witness then */
    for (int i = 0; i < 2 && least != NEVER; i++) {
        struct move move = { .kind = M_TICK, .side = (uint8_t)i };
        struct side *s = &w->side[i];

        if (!s->alive)
            continue;
        s->now += least;
        if (ft_model_hears(w, i))
            ft_model_event(w, i, &heard, &move, out);
        if (s->alive && ft_ownership_deadline(&s->own) <= s->now)
            ft_model_event(w, i, &due, &move, out);
        any = true;
    }
    ft_model_answer(w, out);
    ft_model_check(w, out);
    ft_model_canonical(w);
    return any;
}

static bool
changes(const struct world *from, const struct world *to)
{
    uint8_t a[PACKED_MAX], b[PACKED_MAX];
    size_t size = ft_model_pack(from, a);

    return ft_model_pack(to, b) != size || memcmp(a, b, size) != 0;
}

/* A new link takes longer than what is under way: the hosts wait before it. */
static bool
is_turn(const struct move *move, int round)
{
    if (move->kind == M_TICK || move->kind == M_HEARD)
        return false;
    return (move->kind == M_CONNECT) == (round == 1);
}

bool
ft_model_calm_step(struct world *w, struct outcome *out)
{
    struct move list[MOVES_MAX];
    struct world before;
    unsigned count;

    memset(&w->budget, 0, sizeof(w->budget));
    w->cut = 0;
    memset(w->lossy, 0, sizeof(w->lossy));
    before = *w;
    count = ft_model_moves(w, list);
    for (unsigned turn = 0; turn < 2 * count; turn++) {
        unsigned i = turn % count;

        if (!is_turn(&list[i], turn >= count))
            continue;
        if (out->trace)
            printf("   %s\n", ft_model_move_name(&list[i]));
        ft_model_apply(w, &list[i], out);
        if (list[i].kind == M_CHECKPOINT || list[i].kind == M_CONNECT)
            wait_both(w, out); /* without end they need time, too */
        if (changes(&before, w))
            return true;
    }
    if (out->trace)
        printf("   time passes\n");
    return wait_both(w, out) && changes(&before, w);
}

#define NAME(name, text) text,

const char *
ft_model_move_name(const struct move *move)
{
    static const char *const texts[] = { FT_MODEL_MOVES(NAME) };
    static const char *const trips[] = { "", ", and dies", ", and power fails",
                                         ", and that fails" };
    static char line[160];
    int n = 0;

    if (move->kind != M_HEAL && move->kind != M_CUT)
        n = snprintf(line, sizeof(line), "h%d ", move->side);
    n += snprintf(line + n, sizeof(line) - (size_t)n, "%s", texts[move->kind]);
    if (move->kind == M_CUT)
        n += snprintf(line + n, sizeof(line) - (size_t)n, "%s%s%s%s%s%s",
                      move->argument & CUT_01 ? " h0-h1" : "",
                      move->argument & CUT_10 ? " h1-h0" : "",
                      move->argument & CUT_0W ? " h0-w" : "",
                      move->argument & CUT_W0 ? " w-h0" : "",
                      move->argument & CUT_1W ? " h1-w" : "",
                      move->argument & CUT_W1 ? " w-h1" : "");
    if (move->trip)
        snprintf(line + n, sizeof(line) - (size_t)n, "%s before action %u",
                 trips[move->trip], move->trip_at + 1u);
    return line;
}
