/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The orders of gate/plug-marks against a model of the kernel's plug
 * (linux/net/sched/sch_plug.c): whatever happens in whatever order, no packet
 * leaves before its mark is released, none overtakes another, and none stays
 * for good.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "gate/plug-marks.h"
#include "tests/unit/virt-test.h"

#define SEEDS 400
#define STEPS 600
#define PACKETS_MAX 4096

struct packet {
    uint64_t mark; /* the boundary that comes after it */
    uint64_t number;
};

/* The counters are the kernel's, with its names. */
struct plug {
    struct packet queue[PACKETS_MAX];
    unsigned first, end;
    unsigned pkts_current_epoch, pkts_last_epoch, pkts_to_release;
    bool unplug_indefinite, throttled;
};

struct world {
    struct plug plug;
    struct ft_plug_marks marks;
    uint64_t sent, left; /* numbers of packets */
    uint64_t released;   /* mark */
};

static void
plug_init(struct plug *q)
{
    *q = (struct plug){ .throttled = true };
}

static void
plug_enqueue(struct plug *q, struct packet packet)
{
    if (!q->unplug_indefinite)
        q->pkts_current_epoch++;
    assert_true(q->end < PACKETS_MAX);
    q->queue[q->end++] = packet;
}

static const struct packet *
plug_dequeue(struct plug *q)
{
    if (q->throttled)
        return NULL;
    if (!q->unplug_indefinite) {
        if (!q->pkts_to_release) {
            q->throttled = true;
            return NULL;
        }
        q->pkts_to_release--;
    }
    return q->first < q->end ? &q->queue[q->first++] : NULL;
}

static void
plug_change(struct plug *q, enum ft_plug_order order)
{
    switch (order) {
    case FT_PLUG_BUFFER:
        q->pkts_last_epoch = q->pkts_current_epoch;
        q->pkts_current_epoch = 0;
        if (q->unplug_indefinite)
            q->throttled = true;
        q->unplug_indefinite = false;
        break;
    case FT_PLUG_RELEASE_ONE:
        q->pkts_to_release += q->pkts_last_epoch;
        q->pkts_last_epoch = 0;
        q->throttled = false;
        break;
    case FT_PLUG_RELEASE_ALL:
        q->unplug_indefinite = true;
        q->pkts_to_release = q->pkts_last_epoch = q->pkts_current_epoch = 0;
        q->throttled = false;
        break;
    case FT_PLUG_FRESH:
        plug_init(q);
        break;
    case FT_PLUG_NOTHING:
        break;
    }
}

/* As the gate does: a fresh plug is told to the marks. */
static void
give(struct world *w, enum ft_plug_order order)
{
    plug_change(&w->plug, order);
    if (order == FT_PLUG_FRESH)
        plug_change(&w->plug, ft_plug_marks_replaced(&w->marks));
}

static void
guest_sends(struct world *w)
{
    plug_enqueue(&w->plug, (struct packet){ w->marks.last + 1, ++w->sent });
}

/* One packet leaves, if one may. */
static bool
kernel_runs(struct world *w)
{
    const struct packet *packet = plug_dequeue(&w->plug);

    if (!packet)
        return false;
    if (!w->marks.open && packet->mark > w->released)
        fail_msg("packet %llu of mark %llu left, released is %llu",
                 (unsigned long long)packet->number,
                 (unsigned long long)packet->mark,
                 (unsigned long long)w->released);
    assert_true(packet->number > w->left);
    w->left = packet->number;
    return true;
}

static void
commit(struct world *w, uint64_t mark)
{
    w->released = mark > w->released ? mark : w->released;
    give(w, ft_plug_marks_release(&w->marks, mark));
}

static void
step(struct world *w)
{
    switch (rand() % 16) {
    case 0:
    case 1:
        give(w, ft_plug_marks_set(&w->marks));
        break;
    case 2:
    case 3: /* the last one, or one that is long done, or none yet */
        commit(w, w->marks.last - (uint64_t)rand() % 3 % (w->marks.last + 1));
        break;
    case 4:
        if (rand() % 8 == 0)
            give(w, ft_plug_marks_open(&w->marks, rand() % 2));
        break;
    case 5:
        if (rand() % 16 == 0) /* somebody took it away */
            give(w, FT_PLUG_FRESH);
        break;
    case 6:
    case 7:
    case 8:
    case 9:
        while (rand() % 4 && kernel_runs(w))
            ;
        break;
    default:
        guest_sends(w);
    }
}

/* Two epochs later, with nobody sending, the queue is empty. */
static void
expect_drained(struct world *w)
{
    int i;

    for (i = 0; i < 2; i++) {
        give(w, ft_plug_marks_set(&w->marks));
        commit(w, w->marks.last);
        while (kernel_runs(w))
            ;
    }
    assert_int_equal(w->plug.first, w->plug.end);
}

static void
test_any_order(void **state)
{
    static struct world world;
    unsigned seed;
    int i;

    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        srand(seed);
        world = (struct world){ 0 };
        plug_init(&world.plug);
        for (i = 0; i < STEPS; i++)
            step(&world);
        expect_drained(&world);
    }
}

/* The boundary of an epoch whose forerunner is not committed yet. */
static void
test_one_marker(void **state)
{
    struct ft_plug_marks marks = { 0 };

    (void)state;
    assert_int_equal(ft_plug_marks_set(&marks), FT_PLUG_BUFFER);
    assert_int_equal(ft_plug_marks_set(&marks), FT_PLUG_NOTHING);
    assert_int_equal(marks.last, 2);
    assert_int_equal(ft_plug_marks_release(&marks, 1), FT_PLUG_RELEASE_ONE);
    assert_int_equal(ft_plug_marks_release(&marks, 2), FT_PLUG_NOTHING);
    assert_int_equal(ft_plug_marks_set(&marks), FT_PLUG_BUFFER);
    assert_int_equal(ft_plug_marks_release(&marks, 2), FT_PLUG_NOTHING);
    assert_int_equal(ft_plug_marks_release(&marks, 3), FT_PLUG_RELEASE_ONE);
}

static void
test_open_and_closed(void **state)
{
    struct ft_plug_marks marks = { 0 };

    (void)state;
    assert_int_equal(ft_plug_marks_open(&marks, false), FT_PLUG_NOTHING);
    ft_plug_marks_set(&marks);
    assert_int_equal(ft_plug_marks_open(&marks, true), FT_PLUG_RELEASE_ALL);
    assert_int_equal(ft_plug_marks_release(&marks, 1), FT_PLUG_NOTHING);
    assert_int_equal(ft_plug_marks_set(&marks), FT_PLUG_NOTHING);
    assert_int_equal(ft_plug_marks_replaced(&marks), FT_PLUG_RELEASE_ALL);
    assert_int_equal(ft_plug_marks_open(&marks, false), FT_PLUG_FRESH);
    assert_int_equal(ft_plug_marks_replaced(&marks), FT_PLUG_NOTHING);
    assert_int_equal(ft_plug_marks_set(&marks), FT_PLUG_BUFFER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_one_marker),
        cmocka_unit_test(test_open_and_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
