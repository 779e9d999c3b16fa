/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a picture has from the database: events, jobs, VMs, and the past. */
#include "config.h"

#include "ui/work/source-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/event-rows.h"
#include "ui/model/job-rows.h"
#include "ui/model/utc.h"
#include "ui/work/history.h"

#define EVENTS_SHOWN 2000
#define EVENTS_PAST 500 /* until a moment */
#define TURNS_MAX 5000  /* what tells how pairs stood */
#define CLOCKS_MS 60000 /* a host's clock may be ahead by this */
#define JOBS_SHOWN 100

/* ---- what is new ---- */

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

void
ft_work_source_read_events(struct ft_work_source *source)
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

void
ft_work_source_read_jobs(struct ft_work_source *source)
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

/* Read again only when others have written. */
void
ft_work_source_read_vms(struct ft_work_source *source)
{
    int64_t version = ft_store_version(source->store);
    struct ft_store_vm *vms = NULL;
    size_t count = 0;

    if (version >= 0 && version == source->vms_version)
        return;
    if (ft_store_vm_list(source->store, 0, &vms, &count, NULL))
        return;
    free(source->vms);
    source->vms = vms;
    source->vm_count = count;
    source->vms_version = version;
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

void
ft_work_source_set_past(struct ft_work_source *source)
{
    source->picture.history = history;
    source->picture.measured = measured;
    source->picture.events_until = events_until;
    source->picture.turns = turns;
    source->picture.data = source;
}
