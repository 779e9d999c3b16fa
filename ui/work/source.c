/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "ui/model/event-rows.h"
#include "ui/model/job-rows.h"
#include "ui/model/pace.h"
#include "ui/model/utc.h"
#include "ui/model/vm-rows.h"
#include "ui/work/history.h"
#include "ui/work/live.h"
#include "ui/work/parting.h"
#include "ui/work/vms.h"

#define EVENTS_SHOWN 2000
#define EVENTS_PAST 500 /* until a moment */
#define TURNS_MAX 5000  /* what tells how pairs stood */
#define CLOCKS_MS 60000 /* a host's clock may be ahead by this */
#define JOBS_SHOWN 100
#define PAST_SECONDS 600     /* that charts have when they open */
#define STORE_NS FT_NS_PER_S /* between two looks at the database */

struct ft_work_source {
    const struct ft_work *work;
    struct ft_work_fleet fleet;
    struct ft_work_live *live;
    struct ft_work_partings partings;
    struct ft_store *store;
    int rate_ms;
    struct ft_picture picture;
    int64_t made_ns, read_ns;
    int64_t last_event; /* id of the newest one in the picture */
    int64_t cost;       /* of the picture, in ns */
    bool changed;       /* since the picture was made */
    bool turned;        /* more than figures and ages */
};

/* ---- from the database ---- */

static json_t *
event_row(const struct ft_store_event *event)
{
    json_t *row = ft_event_row(event);
    char id[32];

    snprintf(id, sizeof(id), "%lld", (long long)event->id);
    json_object_set_new(row, "id", json_string(id));
    /* of "2026-11-28T03:12:04.389Z" */
    json_object_set_new(row, "time",
                        json_stringn(event->at +
                                         FT_MIN(strlen(event->at), (size_t)11),
                                     FT_MIN(strlen(event->at), (size_t)19) -
                                         FT_MIN(strlen(event->at), (size_t)11)));
    return row;
}

static void
take_event(struct ft_work_source *source, const struct ft_store_event *event)
{
    json_array_append_new(source->picture.events, event_row(event));
    if (json_array_size(source->picture.events) > EVENTS_SHOWN)
        json_array_remove(source->picture.events, 0);
    source->last_event = event->id;
    source->changed = true;
}

static void
read_events(struct ft_work_source *source)
{
    FT_AUTOFREE struct ft_store_event *events = NULL;
    size_t count = 0;

    if (ft_store_event_list(source->store, source->last_event, EVENTS_SHOWN,
                            &events, &count, NULL))
        return;
    for (size_t i = 0; i < count; i++)
        take_event(source, &events[i]);
}

static json_t *
job_row(struct ft_work_source *source, const struct ft_store_job *job)
{
    FT_AUTOFREE struct ft_store_job_step *steps = NULL;
    size_t count = 0;
    json_t *row;
    char id[32];

    ft_store_job_steps(source->store, job->id, &steps, &count, NULL);
    row = strcmp(job->state, "running")
              ? ft_job_row(job, steps, count, source->picture.wall_ms)
              : ft_job_record(job, steps, count, source->picture.wall_ms);
    snprintf(id, sizeof(id), "%lld", (long long)job->id);
    json_object_set_new(row, "identity", json_string(id));
    return row;
}

static void
read_jobs(struct ft_work_source *source)
{
    FT_AUTOFREE struct ft_store_job *jobs = NULL;
    json_t *rows = json_array();
    size_t count = 0;

    if (ft_store_job_list(source->store, JOBS_SHOWN, &jobs, &count, NULL)) {
        json_decref(rows);
        return;
    }
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, job_row(source, &jobs[i]));
    if (!json_equal(rows, source->picture.jobs))
        source->turned = source->changed = true;
    json_decref(source->picture.jobs);
    source->picture.jobs = rows;
}

static void
read_vms(struct ft_work_source *source)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    struct ft_picture *p = &source->picture;
    json_t *rows;
    size_t count = 0;

    if (ft_store_vm_list(source->store, 0, &vms, &count, NULL))
        return;
    rows = ft_vm_rows(vms, count, p->pairs, p->wall_ms);
    json_decref(p->vms);
    p->vms = rows;
}

/* ---- the hosts ---- */

static void
leave_live(struct ft_work_source *source)
{
    struct ft_hub *hub = ft_work_live_leave(source->live);

    source->live = NULL;
    ft_work_part(&source->partings, hub, &source->fleet);
}

static int
open_live(struct ft_work_source *source, struct ft_error *err)
{
    const struct ft_work_live_wish wish = { source->rate_ms, PAST_SECONDS };
    int rc = ft_work_fleet_open(source->work, false, &source->fleet, err);

    return rc ? rc
              : ft_work_live_open(&source->fleet, &wish, &source->live, err);
}

/* Are the hosts of the database still those that are followed? */
static bool
hosts_changed(struct ft_work_source *source)
{
    FT_AUTOFREE struct ft_store_host *hosts = NULL;
    size_t count = 0;
    bool same;

    if (ft_store_host_list(source->store, &hosts, &count, NULL))
        return false;
    same = count == source->fleet.count;
    for (size_t i = 0; same && i < count; i++)
        same = !strcmp(hosts[i].name, source->fleet.hosts[i].name) &&
               !strcmp(hosts[i].address, source->fleet.hosts[i].address) &&
               !strcmp(hosts[i].identity, source->fleet.hosts[i].identity) &&
               hosts[i].hypervisor == source->fleet.hosts[i].hypervisor;
    return !same;
}

/* ---- the past ---- */

static bool
history(void *data, const char *pair, const char *metric, int64_t until_ms,
        double seconds, struct ft_history *out)
{
    struct ft_work_source *source = data;
    const struct ft_history_wish wish = {
        pair,
        metric,
        source->picture.wall_ms / 1000,
        until_ms / 1000,
        (int64_t)seconds,
    };

    return source->live &&
           ft_history_read(source->store, ft_work_live_recent(source->live),
                           &wish, out);
}

static bool
measured(void *data, const char *pair, int64_t at_ms, struct ft_measured *out)
{
    struct ft_work_source *source = data;

    return source->live &&
           ft_history_moment(source->store, ft_work_live_recent(source->live),
                             pair, at_ms / 1000, out);
}

static json_t *
find_events(struct ft_work_source *source,
            const struct ft_store_event_query *query, size_t limit)
{
    FT_AUTOFREE struct ft_store_event *events = NULL;
    json_t *rows = json_array();
    size_t count = 0;

    if (ft_store_event_find(source->store, query, limit, &events, &count, NULL))
        return rows;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, event_row(&events[i]));
    return rows;
}

static json_t *
events_until(void *data, int64_t until_ms)
{
    struct ft_store_event_query query = { .until = NULL };
    char until[32];

    /* by the hosts' clocks, which may be ahead: who asks looks again */
    ft_format_utc(until_ms + CLOCKS_MS, until);
    query.until = until;
    return find_events(data, &query, EVENTS_PAST);
}

static json_t *
turns(void *data)
{
    const struct ft_store_event_query query = { .turns = true };

    return find_events(data, &query, TURNS_MAX);
}

/* ---- the picture ---- */

/* The oldest word that is shown as live. */
static void
find_age(struct ft_picture *p)
{
    const json_t *row;
    size_t index;
    double oldest = -1, stored = 0;

    json_array_foreach(p->pairs, index, row) {
        double age = json_number_value(json_object_get(row, "age_s"));

        if (ft_json_bool(row, "heard", 0))
            oldest = FT_MAX(oldest, age);
        stored = FT_MAX(stored, age);
    }
    json_array_foreach(p->hosts, index, row)
        if (!strcmp(ft_json_string(row, "state", ""), "ok"))
            oldest = FT_MAX(oldest,
                            json_number_value(json_object_get(row, "age_s")));
    p->from_store = oldest < 0;
    p->age_s = oldest < 0 ? stored : oldest;
}

static void
make_picture(struct ft_work_source *source)
{
    struct ft_picture *p = &source->picture;
    json_t *pairs = ft_work_live_pairs(source->live);
    json_t *hosts = ft_work_live_hosts(source->live);

    if (!pairs || !hosts) { /* no memory: the last one stays */
        json_decref(pairs);
        json_decref(hosts);
        return;
    }
    json_decref(p->pairs);
    json_decref(p->hosts);
    p->pairs = pairs;
    p->hosts = hosts;
    p->wall_ms = ft_work_now_ms();
    read_vms(source);
    ft_verdict_of_all(p->pairs, p->hosts, &p->verdict);
    ft_totals_count(p->pairs, p->hosts, &p->totals);
    find_age(p);
    source->made_ns = ft_clock_ns();
    source->changed = source->turned = false;
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
    source->picture.history = history;
    source->picture.measured = measured;
    source->picture.events_until = events_until;
    source->picture.turns = turns;
    source->picture.data = source;
    rc = open_live(source, err);
    if (rc)
        return rc;
    make_picture(source);
    read_events(source);
    read_jobs(source);
    return 0;
}

void
ft_work_source_close(struct ft_work_source *source)
{
    if (!source)
        return;
    leave_live(source);
    ft_work_partings_close(&source->partings);
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

bool
ft_work_source_take(struct ft_work_source *source)
{
    int64_t now = ft_clock_ns(), before;

    if (source->live && ft_work_live_take(source->live, 0))
        source->changed = true;
    if (source->live)
        source->turned |= ft_work_live_turned(source->live);
    if (now - source->read_ns >= STORE_NS) {
        before = source->last_event;
        source->read_ns = now;
        read_events(source);
        read_jobs(source);
        if (ft_work_partings_have_room(&source->partings) &&
            hosts_changed(source)) {
            leave_live(source);
            source->turned = true;
            if (open_live(source, NULL))
                return false; /* tried again in a second */
        }
        source->changed = true; /* ages have grown */
        source->turned |= before != source->last_event;
    }
    if (!source->live || !source->changed ||
        now - source->made_ns < ft_pace_picture_ns(source->turned, source->cost))
        return false;
    make_picture(source);
    source->cost = ft_clock_ns() - now;
    return true;
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
