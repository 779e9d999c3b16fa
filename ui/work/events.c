/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/events.h"

#include <pthread.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/model/event-rows.h"

#define RECONNECT_MS 2000
#define INTERRUPT_MS 100

/* What the threads share; lock is for the store and the listener. */
struct log {
    const struct ft_work *work;
    const struct ft_work_listener *listener; /* NULL: only collecting */
    pthread_mutex_t lock;
};

static int
last_known(struct log *log, const char *host, int64_t *last,
           struct ft_error *err)
{
    int rc;

    pthread_mutex_lock(&log->lock);
    rc = ft_store_event_last(log->work->store, host, last, err);
    pthread_mutex_unlock(&log->lock);
    return rc;
}

/* ---- collecting ---- */

static int
store_events(struct log *log, const char *host, const json_t *events,
             struct ft_error *err)
{
    struct ft_store_event event;
    const json_t *from;
    size_t index;
    int rc = 0;

    pthread_mutex_lock(&log->lock);
    json_array_foreach(events, index, from) {
        ft_event_from_json(host, from, &event);
        if (!rc && *event.at)
            rc = ft_store_event_put(log->work->store, &event, err);
    }
    pthread_mutex_unlock(&log->lock);
    return rc;
}

static int
call_events(struct log *log, struct ft_fleet *fleet, struct ft_member *member,
            int64_t since, json_t **result, struct ft_error *err)
{
    return ft_member_call(fleet, member, "events",
                          json_pack("{s:I,s:b}", "since", (json_int_t)since,
                                    "follow", 0),
                          result,
                          ft_work_timeout_ms(log->work, FT_WORK_ANSWER_MS), err);
}

/*
 * Asks from the last known event on, that one included: an answer without it
 * means that the host's log was begun anew, and then all of it is new.
 */
static int
collect(struct ft_fleet *fleet, struct ft_member *member, size_t index,
        void *data, struct ft_error *err)
{
    struct log *log = data;
    FT_AUTOJSON json_t *result = NULL;
    int64_t last = 0;
    int rc = last_known(log, member->name, &last, err);

    (void)index;
    if (!rc)
        rc = call_events(log, fleet, member, last ? last - 1 : 0, &result, err);
    if (!rc && last && !json_array_size(json_object_get(result, "events"))) {
        json_decref(result);
        result = NULL;
        rc = call_events(log, fleet, member, 0, &result, err);
    }
    return rc ? rc
              : store_events(log, member->name,
                             json_object_get(result, "events"), err);
}

size_t
ft_work_events_collect(struct ft_work_fleet *fleet)
{
    struct log log = { .work = fleet->work, .lock = PTHREAD_MUTEX_INITIALIZER };

    return ft_work_fleet_each(fleet, collect, &log);
}

int
ft_work_events_list(const struct ft_work *work,
                    const struct ft_store_event_query *query, size_t limit,
                    json_t **rows, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_event *events = NULL;
    size_t count = 0;
    int rc =
        ft_store_event_find(work->store, query, limit, &events, &count, err);

    if (rc)
        return rc;
    *rows = ft_event_rows(events, count);
    return *rows ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}

/* ---- following ---- */

struct stream {
    struct log *log;
    const char *host;
};

static void
take(struct log *log, const char *host, const json_t *from)
{
    struct ft_store_event known;
    FT_AUTOJSON json_t *row = NULL;

    ft_event_from_json(host, from, &known);
    row = ft_event_row(&known);
    log->listener->event(log->listener->data, row);
    ft_store_event_put(log->work->store, &known, NULL);
}

/* The first call brings the reply, {"events":[...]}; later ones an event each. */
static int
on_event(void *data, const json_t *event)
{
    struct stream *stream = data;
    struct log *log = stream->log;
    FT_AUTOJSON json_t *one = NULL;
    const json_t *list = json_object_get(event, "events");
    const json_t *each;
    size_t index;

    if (event && !list)
        list = one = json_pack("[O]", event);
    pthread_mutex_lock(&log->lock);
    json_array_foreach(list, index, each)
        take(log, stream->host, each);
    pthread_mutex_unlock(&log->lock);
    return ft_work_interrupted(log->work);
}

static int
follow_once(struct ft_fleet *fleet, struct ft_member *member, struct log *log,
            struct ft_error *err)
{
    struct stream stream = { log, member->name };
    int64_t last = 0;
    int rc = last_known(log, member->name, &last, err);

    if (!rc)
        rc = ft_member_follow(fleet, member, "events",
                              json_pack("{s:I,s:b}", "since", (json_int_t)last,
                                        "follow", 1),
                              on_event, &stream, err);
    return rc;
}

static void
wait_before_again(const struct log *log)
{
    for (int i = 0; i < RECONNECT_MS / INTERRUPT_MS; i++)
        if (!ft_work_interrupted(log->work))
            ft_clock_sleep(INTERRUPT_MS * FT_NS_PER_MS);
}

/* A host that is gone is said once, and asked again until it is back. */
static int
follow(struct ft_fleet *fleet, struct ft_member *member, size_t index,
       void *data, struct ft_error *err)
{
    struct log *log = data;
    bool said = false;

    (void)index;
    while (!ft_work_interrupted(log->work)) {
        int rc = follow_once(fleet, member, log, err);

        if (rc && !ft_work_interrupted(log->work)) {
            pthread_mutex_lock(&log->lock);
            if (!said)
                log->listener->trouble(log->listener->data, err);
            pthread_mutex_unlock(&log->lock);
            wait_before_again(log);
        }
        said = rc != 0;
    }
    return 0;
}

void
ft_work_events_follow(struct ft_work_fleet *fleet,
                      const struct ft_work_listener *listener)
{
    struct log log = { .work = fleet->work,
                       .listener = listener,
                       .lock = PTHREAD_MUTEX_INITIALIZER };

    ft_work_fleet_each(fleet, follow, &log);
}
