/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/source-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/model/pace.h"

#define PAST_SECONDS 600            /* that charts have when they open */
#define STORE_NS FT_NS_PER_S        /* between two looks at the database */
#define SLICE_NS (5 * FT_NS_PER_MS) /* of work, and keys are looked at again */
#define ROWS_AT_ONCE 32

/* ---- the hosts ---- */

static int
open_live(struct ft_work_source *source, struct ft_error *err)
{
    const struct ft_work_live_wish wish = { source->rate_ms, PAST_SECONDS };
    int rc = ft_work_fleet_open(source->work, false, &source->fleet, err);

    return rc ? rc
              : ft_work_live_open(&source->fleet, &wish, &source->live, err);
}

/* ---- the picture ---- */

/*
 * Thousands of rows take a while to be freed: some at a time, from the end.
 * What others hold as well is only let go of.
 */
static void
free_old(struct ft_work_source *source, int64_t until_ns)
{
    size_t arrays;

    while ((arrays = json_array_size(source->old)) > 0) {
        json_t *rows = json_array_get(source->old, arrays - 1);
        size_t left = rows->refcount > 1 ? 0 : json_array_size(rows);

        for (size_t i = 0; i < ROWS_AT_ONCE && left; i++)
            json_array_remove(rows, --left);
        if (!left)
            json_array_remove(source->old, arrays - 1);
        if (ft_clock_ns() >= until_ns)
            return;
    }
}

static struct ft_making_from
made_from(struct ft_work_source *source)
{
    struct ft_making_from from = {
        .live = ft_work_live_state(source->live),
        .vms = source->vms,
        .vm_count = source->vm_count,
        .now_ms = ft_clock_ns() / FT_NS_PER_MS,
        .wall_ms = ft_work_now_ms(),
    };

    return from;
}

static void
show_made(struct ft_work_source *source)
{
    struct ft_picture *p = &source->picture;

    json_array_append_new(source->old, p->pairs);
    json_array_append_new(source->old, p->hosts);
    json_array_append_new(source->old, p->vms);
    ft_plugs_free(&p->plugs);
    ft_making_take(source->making, p);
    source->cost = source->spent;
    source->made_ns = ft_clock_ns();
}

static void
stop_making(struct ft_work_source *source)
{
    ft_making_free(source->making);
    source->making = NULL;
}

/* Begins the next picture; what happens from now on is for the one after it. */
static void
begin_making(struct ft_work_source *source)
{
    struct ft_making_from from;

    ft_work_source_read_vms(source);
    from = made_from(source);
    source->making = ft_making_begin(&from);
    source->spent = 0;
    source->changed = source->turned = false;
}

/* Goes on until it is done (true) or time is up. */
static bool
go_on_making(struct ft_work_source *source, int64_t until_ns)
{
    int64_t begin = ft_clock_ns();
    struct ft_making_from from = made_from(source);
    int rc = 0;

    while (!rc && source->making) {
        rc = ft_making_step(source->making, &from, ROWS_AT_ONCE);
        if (ft_clock_ns() >= until_ns)
            break;
    }
    source->spent += ft_clock_ns() - begin;
    if (rc > 0)
        show_made(source);
    if (rc) /* no memory: the last one stays */
        stop_making(source);
    return rc > 0;
}

static void
make_at_once(struct ft_work_source *source)
{
    begin_making(source);
    go_on_making(source, INT64_MAX);
}

int
ft_work_source_open(const struct ft_work *work, int rate_ms,
                    struct ft_work_source **out, struct ft_error *err)
{
    struct ft_work_source *source = calloc(1, sizeof(*source));
    int rc;

    *out = source;
    if (!source)
        return ft_fail(err, ENOMEM, NULL, "no memory for the console");
    source->work = work;
    source->store = work->store;
    source->rate_ms = rate_ms;
    source->picture.pairs = json_array();
    source->picture.hosts = json_array();
    source->picture.vms = json_array();
    source->picture.events = json_array();
    source->picture.jobs = json_array();
    source->old = json_array();
    source->vms_version = -1;
    ft_work_source_set_past(source);
    rc = open_live(source, err);
    if (rc)
        return rc;
    make_at_once(source);
    ft_work_source_read_events(source);
    ft_work_source_read_jobs(source);
    return 0;
}

void
ft_work_source_close(struct ft_work_source *source)
{
    if (!source)
        return;
    stop_making(source);
    ft_work_live_close(source->live);
    ft_work_fleet_close(&source->fleet);
    free(source->vms);
    json_decref(source->old);
    ft_plugs_free(&source->picture.plugs);
    json_decref(source->picture.pairs);
    json_decref(source->picture.hosts);
    json_decref(source->picture.vms);
    json_decref(source->picture.events);
    json_decref(source->picture.jobs);
    free(source);
}

int
ft_work_source_descriptor(const struct ft_work_source *source)
{
    return source->live ? ft_work_live_descriptor(source->live) : -1;
}

/* What others have done to the database. */
static void
look_at_store(struct ft_work_source *source)
{
    int64_t before = source->last_event;

    ft_work_source_read_events(source);
    ft_work_source_read_jobs(source);
    if (source->live)
        ft_work_live_look_for_hosts(source->live, NULL); /* or in a second */
    source->changed = true;                              /* ages have grown */
    source->turned |= before != source->last_event;
}

bool
ft_work_source_take(struct ft_work_source *source)
{
    int64_t now = ft_clock_ns(), until = now + SLICE_NS;

    if (source->live && ft_work_live_take(source->live, 0))
        source->changed = true;
    if (source->live)
        source->turned |= ft_work_live_turned(source->live);
    if (now - source->read_ns >= STORE_NS) {
        source->read_ns = now;
        look_at_store(source);
    }
    free_old(source, until);
    if (!source->live)
        return false;
    if (!source->making && source->changed &&
        now - source->made_ns >=
            ft_pace_picture_ns(source->turned, source->cost))
        begin_making(source);
    return source->making && go_on_making(source, until);
}

bool
ft_work_source_is_busy(const struct ft_work_source *source)
{
    return source->making || json_array_size(source->old);
}

const struct ft_picture *
ft_work_source_picture(const struct ft_work_source *source)
{
    return &source->picture;
}

void
ft_work_source_ask_again(struct ft_work_source *source)
{
    source->read_ns = 0;
    source->vms_version = -1;
    source->turned = true;
}

bool
ft_work_source_waits(const struct ft_work_source *source)
{
    return source->live && source->turned;
}

void
ft_work_source_retry(struct ft_work_source *source)
{
    if (source->live)
        ft_work_live_retry(source->live);
}
