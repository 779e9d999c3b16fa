/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ownership machine of a worker: events from any thread go in, actions come
 * out and are carried out in their order.
 */
#include "config.h"

#include <stdlib.h>

#include "base/clock.h"
#include "virt/loop.h"
#include "worker/worker.h"

struct batch {
    struct ft_worker *worker;
    struct ft_ownership_actions actions;
};

static void
run_batch(void *opaque)
{
    struct batch *b = opaque;
    struct ft_worker *w = b->worker;
    unsigned i;

    for (i = 0; i < b->actions.count; i++)
        w->act(w, &b->actions.list[i]);
    pthread_mutex_lock(&w->own_lock);
    w->batches--;
    pthread_mutex_unlock(&w->own_lock);
    free(b);
}

/* What every epoch needs: done at once, on the thread that brought the event. */
static int
all_fast(const struct ft_ownership_actions *actions)
{
    unsigned i;

    for (i = 0; i < actions->count; i++)
        if (actions->list[i].kind != FT_ACTION_RELEASE_EPOCH &&
            actions->list[i].kind != FT_ACTION_SEND_ACK)
            return 0;
    return 1;
}

/*
 * Everything else goes to the loop in order; an action is never done before
 * one that an earlier event asked for.
 */
static void
hand_over(struct ft_worker *w, const struct ft_ownership_actions *actions)
{
    struct batch *b;

    while (!(b = malloc(sizeof(*b))))
        ft_clock_sleep(10 * FT_NS_PER_MS);
    b->worker = w;
    b->actions = *actions;
    w->batches++;
    while (ft_loop_post(run_batch, b))
        ft_clock_sleep(10 * FT_NS_PER_MS);
}

void
ft_worker_event(struct ft_worker *w, const struct ft_ownership_event *event)
{
    struct ft_ownership_actions actions;
    unsigned i;

    pthread_mutex_lock(&w->own_lock);
    ft_ownership_event(&w->own, ft_clock_ns(), event, &actions);
    if (!w->batches && all_fast(&actions)) {
        for (i = 0; i < actions.count; i++)
            w->side->act(w, &actions.list[i]);
    } else if (actions.count) {
        hand_over(w, &actions);
    }
    pthread_mutex_unlock(&w->own_lock);
}

void
ft_worker_event_kind(struct ft_worker *w, enum ft_ownership_event_kind kind)
{
    ft_worker_event(w, &(struct ft_ownership_event){ .kind = kind });
}
