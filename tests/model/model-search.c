/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goes through all worlds that can be reached, nearest first, so that what it
 * prints of a broken rule is a shortest way there. Memory: some 35 bytes for each
 * world (its sum, the way to it, the table, and again for model-calm.c), and some
 * hundred for each of the last two depths.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* How a world was reached first. */
struct step {
    uint32_t from;
    uint32_t move;
};

struct level {
    uint8_t *packed;
    size_t size, room;
    uint64_t count;
};

struct run {
    struct search *search;
    struct table seen;
    struct step *step;
    uint64_t steps_size;
    struct level now, next;
};

static uint32_t
move_number(const struct move *move)
{
    _Static_assert(MOVE_KINDS <= 64, "six bits");
    return (uint32_t)move->kind | (uint32_t)move->side << 6 |
           (uint32_t)move->argument << 7 | (uint32_t)move->trip << 15 |
           (uint32_t)move->trip_at << 17;
}

static struct move
number_move(uint32_t number)
{
    return (struct move){ .kind = number & 63,
                          .side = number >> 6 & 1,
                          .argument = number >> 7 & 255,
                          .trip = number >> 15 & 3,
                          .trip_at = number >> 17 & 255 };
}

static void
keep(struct level *level, uint32_t number, const uint8_t *packed, size_t size)
{
    uint16_t length = (uint16_t)size;

    if (level->size + size + 6 > level->room) {
        level->room = level->room ? level->room * 3 / 2 : 1 << 20;
        level->packed = ft_model_grow(level->packed, level->room);
    }
    memcpy(level->packed + level->size, &number, 4);
    memcpy(level->packed + level->size + 4, &length, 2);
    memcpy(level->packed + level->size + 6, packed, size);
    level->size += size + 6;
    level->count++;
}

/* --- the way to a world ------------------------------------------------------ */

static void
print_way(struct run *run, uint32_t number, const struct move *last,
          const char *why)
{
    struct world w;
    struct outcome out = { .trace = true };
    uint32_t way[1024], n = 0;
    struct move move;

    if (run->search->silent)
        return;
    for (; number && n < 1024; number = run->step[number].from)
        way[n++] = run->step[number].move;
    printf("%s: BROKEN: %s\n", ft_model_profile.name, why);
    ft_model_begin(&w);
    ft_model_canonical(&w);
    while (n) {
        move = number_move(way[--n]);
        printf("   %s\n", ft_model_move_name(&move));
        ft_model_apply(&w, &move, &out);
    }
    if (last) {
        printf("   %s\n", ft_model_move_name(last));
        ft_model_apply(&w, last, &out);
        return;
    }
    printf("   and then all works\n");
    for (n = 0; n < 60 && ft_model_calm_step(&w, &out) && !out.why[0]; n++)
        ;
}

/* --- one world after the other ------------------------------------------------ */

static bool
judge(struct run *run, const struct world *w, uint32_t number)
{
    struct outcome out = { 0 };

    switch (ft_model_calm(w, &out)) {
    case CALM_RUNS:
        return true;
    case CALM_STUCK:
        print_way(run, number, NULL,
                  "all works, and yet it is not protected again");
        return false;
    default:
        print_way(run, number, NULL, out.why);
        return false;
    }
}

static bool
reach(struct run *run, const struct world *w, uint32_t from,
      const struct move *move)
{
    uint8_t packed[PACKED_MAX];
    size_t size = ft_model_pack(w, packed);
    uint32_t number = (uint32_t)run->seen.count;

    if (ft_model_table_add(&run->seen, ft_model_hash(packed, size)) !=
        UINT32_MAX)
        return true;
    if (number >= run->steps_size) {
        run->steps_size = run->steps_size ? run->steps_size * 3 / 2 : 1024;
        run->step =
            ft_model_grow(run->step, run->steps_size * sizeof(*run->step));
    }
    run->step[number] = (struct step){ from, move ? move_number(move) : 0 };
    keep(&run->next, number, packed, size);
    return judge(run, w, number);
}

static bool
try_move(struct run *run, const struct world *from, uint32_t number,
         const struct move *move, struct outcome *out)
{
    struct world w = *from;

    run->search->moves++;
    ft_model_apply(&w, move, out);
    if (out->why[0]) {
        print_way(run, number, move, out->why);
        return false;
    }
    if (out->overflow) {
        run->search->overflows++;
        return true;
    }
    return reach(run, &w, number, move);
}

/* What may go wrong between two actions of that move. */
static bool
try_trips(struct run *run, const struct world *w, uint32_t number,
          const struct move *move, const struct outcome *whole)
{
    unsigned first = move->kind == M_LOADED || move->kind == M_RESUMED ? 0 : 1;

    for (unsigned at = 0; at < whole->actions; at++) {
        for (unsigned trip = TRIP_WORKER; trip < TRIPS; trip++) {
            struct move tripped = *move;
            struct outcome out = { 0 };
            bool may = trip == TRIP_ERROR
                           ? w->budget.error && whole->error_at[at]
                           : w->budget.crash && at >= first;

            tripped.trip = (uint8_t)trip;
            tripped.trip_at = (uint8_t)at;
            if (may && !try_move(run, w, number, &tripped, &out))
                return false;
        }
    }
    return true;
}

static bool
expand(struct run *run, const struct world *w, uint32_t number)
{
    struct move list[MOVES_MAX];
    unsigned count = ft_model_moves(w, list);

    for (unsigned i = 0; i < count; i++) {
        struct outcome out = { 0 };

        if (!try_move(run, w, number, &list[i], &out) ||
            !try_trips(run, w, number, &list[i], &out))
            return false;
    }
    return true;
}

static bool
expand_level(struct run *run)
{
    const struct level *level = &run->now;

    for (size_t at = 0; at < level->size;) {
        uint32_t number;
        uint16_t length;
        struct world w;

        memcpy(&number, level->packed + at, 4);
        memcpy(&length, level->packed + at + 4, 2);
        ft_model_unpack(&w, level->packed + at + 6, length);
        at += length + 6u;
        if (!expand(run, &w, number))
            return false;
        if (run->search->states_max &&
            run->seen.count >= run->search->states_max)
            return true;
    }
    return true;
}

static bool
levels(struct run *run)
{
    struct search *search = run->search;

    while (run->next.count) {
        struct level empty = run->now;

        run->now = run->next;
        empty.size = empty.count = 0;
        run->next = empty;
        if (run->now.count > search->widest)
            search->widest = run->now.count;
        if (!expand_level(run))
            return false;
        if (search->states_max && run->seen.count >= search->states_max)
            return true;
        search->depth++;
    }
    search->complete = true;
    return true;
}

bool
ft_model_search(struct search *search)
{
    struct run run = { .search = search };
    struct world w;
    bool holds;

    ft_model_begin(&w);
    ft_model_canonical(&w);
    holds = reach(&run, &w, 0, NULL) && levels(&run);
    search->states = run.seen.count;
    ft_model_table_free(&run.seen);
    ft_model_calm_forget();
    free(run.step);
    free(run.now.packed);
    free(run.next.packed);
    return holds;
}
