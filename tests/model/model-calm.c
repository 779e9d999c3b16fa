/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Never none: from every world, once nothing hinders it any more, the pair must
 * be protected again, or be gone where that was asked for. The way there is always the same one, so each world on it
 * is judged once.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "model.h"

#define STEPS_MAX 2000

static struct table good;

void
ft_model_calm_forget(void)
{
    ft_model_table_free(&good);
}

static bool
is_protected(const struct world *w)
{
    for (int i = 0; i < 2; i++) {
        const struct side *a = &w->side[i], *b = &w->side[1 - i];

        if (a->alive && b->alive && a->vm == FT_VM_RUNNING &&
            a->own.phase == FT_PHASE_PROTECTED &&
            b->own.phase == FT_PHASE_VALID &&
            (w->forced || ft_model_contains_all(w, OF(IN_VM, i))) &&
            b->vm != FT_VM_RUNNING &&
            (!ft_model_profile.witness ||
             w->witness_generation == a->stable.generation))
            return true;
    }
    return false;
}

/*
 * Whoever was sole removed the pair. Where the witness knows of that, the other
 * side has nothing left, and the owner nothing of ours; where not, an administrator
 * has to say it there as well.
 */
static bool
is_removed(const struct world *w)
{
    const struct side *other = &w->side[1 - w->witness_owner];

    if (!w->witness_removed)
        return w->side[0].removed || w->side[1].removed;
    return w->side[0].removed && w->side[1].removed &&
           other->vm != FT_VM_RUNNING && other->vm != FT_VM_STOPPED &&
           !other->waiting;
}

static uint64_t
sum_of(const struct world *w)
{
    uint8_t packed[PACKED_MAX];

    return ft_model_hash(packed, ft_model_pack(w, packed));
}

enum calm
ft_model_calm(const struct world *from, struct outcome *out)
{
    static uint64_t way[STEPS_MAX];
    struct world w = *from;
    unsigned steps = 0;

    while (steps < STEPS_MAX) {
        uint64_t sum = sum_of(&w);

        if (is_removed(&w) || is_protected(&w) ||
            ft_model_table_has(&good, sum)) {
            for (unsigned i = 0; i < steps; i++)
                ft_model_table_add(&good, way[i]);
            return CALM_RUNS;
        }
        way[steps++] = sum;
        if (!ft_model_calm_step(&w, out))
            return CALM_STUCK;
        if (out->overflow)
            ft_model_fail(out, "a queue is too short");
        if (out->why[0])
            return CALM_FAILED;
    }
    return CALM_STUCK;
}
