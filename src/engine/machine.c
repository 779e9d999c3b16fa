/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/machine.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "engine/board.h"
#include "inventory/look.h"
#include "virt/loop.h"

#define FRESH_NS FT_NS_PER_S
#define PATIENCE_MS 5000 /* then libvirt is waited for no longer */
#define WAITING_MAX 32
/* How busy the processors are is measured from the last look, or over this. */
#define CPU_WINDOW_NS (200 * FT_NS_PER_MS)
#define CPU_FRESH_NS (10 * FT_NS_PER_S)

/* What the thread that looks has found; its own while under_way. */
struct look {
    json_t *waiting;     /* VMs that are to be paused */
    json_t *vms, *pools; /* NULL: libvirt did not answer, see err */
    struct ft_error err;
    struct ft_look_cpu cpu; /* and when that was */
    int64_t cpu_at;
    double busy_percent;
};

static struct {
    struct look look;
    int under_way;
    int64_t began, ended; /* CLOCK_MONOTONIC; ended 0: never */
    struct ft_request waiting[WAITING_MAX];
    unsigned waiting_count;
    int patience;
} machine = { .patience = -1 };

static void
look_at_cpu(struct look *l)
{
    struct ft_look_cpu before = l->cpu;

    if (!l->cpu_at || ft_clock_ns() - l->cpu_at > CPU_FRESH_NS ||
        ft_clock_ns() - l->cpu_at < CPU_WINDOW_NS) {
        if (ft_look_cpu(&before))
            return;
        ft_clock_sleep(CPU_WINDOW_NS);
    }
    if (ft_look_cpu(&l->cpu))
        return;
    l->cpu_at = ft_clock_ns();
    l->busy_percent = ft_look_cpu_percent(&before, &l->cpu);
}

static void
look_work(void *opaque)
{
    struct look *l = opaque;

    json_decref(l->vms);
    json_decref(l->pools);
    l->err = (struct ft_error)FT_ERROR_INIT;
    l->busy_percent = -1;
    look_at_cpu(l);
    ft_look_libvirt(l->waiting, &l->vms, &l->pools, &l->err);
}

/* A copy of the VMs that says of each which pair protects it. */
static json_t *
vms_with_pairs(const json_t *vms)
{
    FT_AUTOJSON json_t *pairs = ft_board_vms();
    json_t *list = json_deep_copy(vms), *vm;
    size_t i;

    json_array_foreach(list, i, vm) {
        json_t *pair = json_object_get(pairs, ft_json_string(vm, "uuid", ""));

        if (pair)
            json_object_set(vm, "pair", pair);
        else
            json_object_set_new(vm, "pair", json_null());
    }
    return list;
}

/* Without what the thread looks for, when it is late. */
static json_t *
late_answer(void)
{
    return json_pack("{s:n,s:n,s:n,s:s}", "vms", "pools", "cpu_busy_percent",
                     "libvirt_error", "libvirt does not answer");
}

static json_t *
whole_answer(const struct look *l)
{
    if (!l->vms)
        return json_pack("{s:n,s:n,s:o,s:o}", "vms", "pools", "cpu_busy_percent",
                         l->busy_percent < 0 ? json_null()
                                             : json_real(l->busy_percent),
                         "libvirt_error", ft_json_text(l->err.text));
    return json_pack("{s:o,s:O,s:o,s:n}", "vms", vms_with_pairs(l->vms),
                     "pools", l->pools, "cpu_busy_percent",
                     l->busy_percent < 0 ? json_null()
                                         : json_real(l->busy_percent),
                     "libvirt_error");
}

static json_t *
answer(int late)
{
    json_t *json = late ? late_answer() : whole_answer(&machine.look);
    FT_AUTOJSON json_t *load = ft_look_load();

    json_object_update(json, load);
    json_object_set_new(json, "at",
                        json_integer(ft_clock_realtime_ns() / FT_NS_PER_MS));
    return json;
}

static void
answer_all(int late)
{
    ft_loop_timer_set(machine.patience, -1);
    while (machine.waiting_count)
        ft_control_reply(machine.waiting[--machine.waiting_count], answer(late));
}

static void
look_done(void *opaque)
{
    (void)opaque;
    machine.under_way = 0;
    machine.ended = ft_clock_ns();
    answer_all(0);
}

static void
on_patience(void *opaque)
{
    (void)opaque;
    answer_all(1);
}

static int
begin_look(struct ft_error *err)
{
    if (machine.patience < 0)
        machine.patience = ft_loop_timer(on_patience, NULL);
    json_decref(machine.look.waiting);
    machine.look.waiting = ft_board_waiting_vms();
    if (ft_loop_async(look_work, look_done, &machine.look))
        return ft_fail(err, ENOMEM, NULL, "no memory to look at this host");
    machine.under_way = 1;
    machine.began = ft_clock_ns();
    ft_loop_timer_set(machine.patience, PATIENCE_MS);
    return 0;
}

int
ft_verb_machine(struct ft_request request, const json_t *args, json_t **result,
                struct ft_error *err)
{
    int64_t now = ft_clock_ns();
    int rc;

    (void)args;
    if (machine.under_way && now - machine.began > PATIENCE_MS * FT_NS_PER_MS) {
        *result = answer(1);
        return 0;
    }
    if (!machine.under_way && machine.ended && now - machine.ended < FRESH_NS) {
        *result = answer(0);
        return 0;
    }
    if (machine.waiting_count == WAITING_MAX)
        return ft_fail(err, EBUSY, "Try again in a moment.",
                       "too many ask for a look at this host");
    rc = machine.under_way ? 0 : begin_look(err);
    if (rc)
        return rc;
    machine.waiting[machine.waiting_count++] = request;
    return FT_VERB_LATER;
}
