/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queue, randomness and the history tree of the simulated world. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t
ft_sim_random(struct world *w, uint64_t below)
{
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

bool
ft_sim_chance(struct world *w, unsigned per_mille)
{
    return ft_sim_random(w, 1000) < per_mille;
}

int64_t
ft_sim_delay(struct world *w, int64_t least, int64_t most)
{
    return least + (int64_t)ft_sim_random(w, (uint64_t)(most - least + 1));
}

static bool
sooner(const struct item *a, const struct item *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void
swap(struct item *a, struct item *b)
{
    struct item c = *a;

    *a = *b;
    *b = c;
}

static void *
grow(void *memory, size_t size)
{
    void *more = realloc(memory, size);

    if (!more)
        abort();
    return more;
}

static struct item *
push(struct world *w, const struct item *item)
{
    unsigned i = w->queue_count;

    if (w->queue_count == w->queue_size) {
        w->queue_size = w->queue_size ? w->queue_size * 2 : 256;
        w->queue = grow(w->queue, w->queue_size * sizeof(*w->queue));
    }
    w->queue[i] = *item;
    w->queue_count++;
    for (; i && sooner(&w->queue[i], &w->queue[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&w->queue[i], &w->queue[(i - 1) / 2]);
    return &w->queue[i];
}

/*
 * Queues an item; fill in the rest through the pointer before the next call.
 * The heap orders by time and order only, which are set here.
 */
struct item *
ft_sim_push(struct world *w, int64_t at, enum what what, int side)
{
    struct item item = {
        .at = at < w->now ? w->now : at,
        .order = ++w->order,
        .what = what,
        .side = side,
    };

    return push(w, &item);
}

/*
 * What cannot happen yet happens at that time, and before all that was queued
 * after it: who waits is not overtaken, whatever it waits for one after the
 * other.
 */
void
ft_sim_postpone(struct world *w, const struct item *item, int64_t at)
{
    struct item again = *item;

    again.at = at < w->now ? w->now : at;
    push(w, &again);
}

bool
ft_sim_pop(struct world *w, struct item *out)
{
    unsigned i = 0;

    if (!w->queue_count)
        return false;
    *out = w->queue[0];
    w->queue[0] = w->queue[--w->queue_count];
    for (;;) {
        unsigned child = 2 * i + 1;

        if (child >= w->queue_count)
            return true;
        if (child + 1 < w->queue_count &&
            sooner(&w->queue[child + 1], &w->queue[child]))
            child++;
        if (!sooner(&w->queue[child], &w->queue[i]))
            return true;
        swap(&w->queue[child], &w->queue[i]);
        i = child;
    }
}

state_id
ft_sim_state(struct world *w, state_id parent)
{
    if (w->states == w->states_size) {
        w->states_size = w->states_size ? w->states_size * 2 : 4096;
        w->parent = grow(w->parent, w->states_size * sizeof(*w->parent));
        w->depth = grow(w->depth, w->states_size * sizeof(*w->depth));
    }
    w->parent[w->states] = parent;
    w->depth[w->states] = w->states ? w->depth[parent] + 1 : 0;
    return w->states++;
}

bool
ft_sim_descends(const struct world *w, state_id state, state_id from)
{
    while (w->depth[state] > w->depth[from])
        state = w->parent[state];
    return state == from;
}

void
ft_sim_fail(struct world *w, const char *format, ...)
{
    va_list args;

    if (w->failed)
        return;
    w->failed = true;
    va_start(args, format);
    vsnprintf(w->why, sizeof(w->why), format, args);
    va_end(args);
    ft_sim_trace(w, "FAILED: %s", w->why);
}

void
ft_sim_trace(const struct world *w, const char *format, ...)
{
    va_list args;

    if (!w->trace)
        return;
    printf("%10.3f ms  ", (double)w->now / (double)MS);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}
