/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers of the guest, and which copies contain them. A guest that runs has
 * always just answered: that is the worst that can be for whoever copies it.
 */
#include "config.h"

#include <string.h>

#include "model.h"

/* A copy of everything, and all that may become one. */
#define BOTH(bit) (OF(bit, 0) | OF(bit, 1))
#define COPIES                                                      \
    (BOTH(IN_VM) | BOTH(IN_HELD) | BOTH(IN_ACKED) | BOTH(IN_LOAD) | \
     BOTH(IN_FRAME) | BOTH(IN_DISK))
#define WAITS BOTH(PENDING)

static void
add(struct world *w, uint32_t column, struct outcome *out)
{
    int room = -1;

    for (int i = 0; i < COLUMNS; i++) {
        if (w->column[i] == column)
            return;
        if (!w->column[i] && room < 0)
            room = i;
    }
    if (room < 0)
        out->overflow = true;
    else
        w->column[room] = column;
}

void
ft_model_answer(struct world *w, struct outcome *out)
{
    for (int i = 0; i < 2; i++) {
        const struct side *s = &w->side[i];

        if (!s->up || s->vm != FT_VM_RUNNING)
            continue;
        add(w,
            OF(IN_VM, i) | OF(IN_DISK, i) |
                (s->gate_open ? RELEASED : OF(PENDING, i)),
            out);
    }
}

/* What is in one copy is in the other, and nothing else is. */
void
ft_model_copy(struct world *w, uint32_t from, uint32_t to)
{
    for (int i = 0; i < COLUMNS; i++) {
        w->column[i] &= ~to;
        if (w->column[i] & from)
            w->column[i] |= to;
    }
}

void
ft_model_lose(struct world *w, uint32_t bits)
{
    for (int i = 0; i < COLUMNS; i++)
        w->column[i] &= ~bits;
}

bool
ft_model_contains_all(const struct world *w, uint32_t copy)
{
    for (int i = 0; i < COLUMNS; i++)
        if ((w->column[i] & RELEASED) && !(w->column[i] & copy))
            return false;
    return true;
}

/* Is there a copy, of whatever kind, that contains all that was let out? */
static bool
somewhere(const struct world *w)
{
    for (uint32_t bit = IN_VM; bit < PENDING; bit <<= 1)
        if (ft_model_contains_all(w, bit))
            return true;
    return false;
}

/*
 * What the gate of a side held leaves: all, or what was in the epoch. It may
 * leave late, when the other side speaks already, if that contains it: so what
 * counts is that a copy of all is left.
 */
void
ft_model_release(struct world *w, int side, uint32_t which, struct outcome *out)
{
    bool was_somewhere = somewhere(w);

    for (int i = 0; i < COLUMNS; i++) {
        if (!(w->column[i] & which))
            continue;
        w->column[i] &= ~(OF(PENDING, side) | OF(IN_EPOCH, side));
        w->column[i] |= RELEASED;
    }
    if (was_somewhere && !somewhere(w) && !w->forced)
        ft_model_fail(out, "h%d answers what nobody who speaks knows of", side);
}

/* The copies that there are; only what one of them lacks can be missed. */
static uint32_t
copies(const struct world *w)
{
    uint32_t all = BOTH(IN_DISK);

    for (int i = 0; i < 2; i++) {
        const struct side *s = &w->side[i];

        if (s->vm == FT_VM_RUNNING || s->vm == FT_VM_STOPPED)
            all |= OF(IN_VM, i);
        if (s->held)
            all |= OF(IN_HELD, i);
        if (s->acked)
            all |= OF(IN_ACKED, i);
        if (s->loading)
            all |= OF(IN_LOAD, i);
        for (int n = 0; n < w->fifo_count[i]; n++)
            if (w->fifo[i][n].kind == F_EPOCH)
                all |= OF(IN_FRAME, i);
    }
    return all;
}

/* Forgets what can never be missed, and what is said twice; in order. */
void
ft_model_tidy(struct world *w)
{
    uint32_t all = copies(w), left[COLUMNS] = { 0 };
    unsigned n = 0;

    for (int i = 0; i < COLUMNS; i++) {
        uint32_t column = w->column[i];
        unsigned at = n;

        column &= ~COPIES | all;
        if (!(column & (RELEASED | WAITS)) ||
            ((column & RELEASED) && (column & COPIES) == all))
            continue;
        while (at && left[at - 1] > column)
            at--;
        if (at && left[at - 1] == column)
            continue;
        memmove(left + at + 1, left + at, (n - at) * sizeof(*left));
        left[at] = column;
        n++;
    }
    memcpy(w->column, left, sizeof(left));
}
