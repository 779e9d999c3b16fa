/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was asked of a host: the list of it, which the host's thread owns, from
 * the moment it is taken over until who asked is told the end.
 */
#include "config.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "remote/hub-private.h"

void
ft_hub_request_free(struct ft_hub_request *request)
{
    if (request == NULL)
        return;
    ft_control_request_free(request->text, request->size);
    json_decref(request->result);
    free(request);
}

/* Who waits in ft_hub_call or ft_hub_do goes on, and releases it. */
static void
wake(struct ft_hub_host *host, struct ft_hub_request *request, int rc,
     const struct ft_error *error, json_t *result)
{
    pthread_mutex_lock(&host->lock);
    request->rc = rc;
    if (error != NULL)
        request->error = *error;
    request->result = result;
    request->done = true;
    pthread_cond_broadcast(&host->done);
    pthread_mutex_unlock(&host->lock);
}

void
ft_hub_finish(struct ft_hub_host *host, struct ft_hub_request **at, int rc,
              const struct ft_error *error, json_t *result)
{
    struct ft_hub_request *request = *at;
    bool stream_ends = request->kind == HUB_FOLLOW && request->replied;

    *at = request->next;
    if (*at == NULL)
        host->requests_end = at;
    if (request->kind == HUB_CALL || request->kind == HUB_JOB) {
        wake(host, request, rc, error, result);
        return;
    }
    ft_hub_post(host, stream_ends ? FT_HUB_END : FT_HUB_REPLY, request->ticket,
                result, rc < 0 ? error : NULL, true);
    ft_hub_request_free(request);
}

void
ft_hub_fail_all(struct ft_hub_host *host, unsigned serial, bool jobs,
                const struct ft_error *error)
{
    struct ft_hub_request **at = &host->requests;

    while (*at != NULL)
        if ((*at)->line == serial && (jobs || (*at)->kind != HUB_JOB))
            ft_hub_finish(host, at, -error->code, error, NULL);
        else
            at = &(*at)->next;
}

void
ft_hub_end_streams(struct ft_hub_host *host, unsigned serial,
                   const struct ft_error *error)
{
    struct ft_hub_request **at = &host->requests;

    while (*at != NULL)
        if ((*at)->line == serial && (*at)->kind == HUB_FOLLOW)
            ft_hub_finish(host, at, -error->code, error, NULL);
        else
            at = &(*at)->next;
}

bool
ft_hub_has(const struct ft_hub_host *host, unsigned serial)
{
    for (const struct ft_hub_request *r = host->requests; r != NULL; r = r->next)
        if (r->line == serial)
            return true;
    return false;
}

static struct ft_hub_request **
find(struct ft_hub_host *host, uint64_t ticket)
{
    struct ft_hub_request **at = &host->requests;

    while (*at != NULL && (*at)->ticket != ticket)
        at = &(*at)->next;
    return at;
}

/* Ends it whatever the engine does; a stream would go on there. */
static void
abandon(struct ft_hub_host *host, struct ft_hub_request **at,
        const struct ft_error *error)
{
    const struct ft_hub_request *request = *at;

    if (request->kind == HUB_FOLLOW && request->line != 0 &&
        request->line == host->now.serial)
        ft_hub_line_unwant(&host->now, request->ticket);
    ft_hub_finish(host, at, -error->code, error, NULL);
}

void
ft_hub_cancel_one(struct ft_hub_host *host, uint64_t ticket)
{
    struct ft_hub_request **at = find(host, ticket);
    struct ft_error error;

    if (*at == NULL)
        return; /* it has ended already */
    ft_fail(&error, ECANCELED, NULL, "%s: cancelled", host->where.name);
    abandon(host, at, &error);
}

/* A connection that could not be made says more than that nobody answers. */
static void
timed_out(const struct ft_hub_host *host, const struct ft_hub_request *request,
          struct ft_error *error)
{
    const struct ft_error *why = &host->failed;
    enum ft_reach reach = ft_reach_of(why);

    if (reach == FT_REACH_NONE)
        reach = request->line != 0 ? FT_REACH_ENGINE_SILENT : FT_REACH_TIMEOUT;
    ft_reach_fail(error, reach,
                  why->code != 0 ? why->hint
                                 : "Look at the load of that host; --timeout "
                                   "waits longer.",
                  "%s: the engine did not answer \"%s\" within %d s%s%s",
                  host->where.name, request->verb,
                  (request->timeout_ms + 999) / 1000,
                  why->code != 0 ? ": " : "", why->text);
    error->code = ETIMEDOUT;
}

void
ft_hub_expire(struct ft_hub_host *host, int64_t now)
{
    struct ft_hub_request **at = &host->requests;
    struct ft_error error;

    while (*at != NULL) {
        if ((*at)->deadline_ns == 0 || now < (*at)->deadline_ns) {
            at = &(*at)->next;
            continue;
        }
        timed_out(host, *at, &error);
        abandon(host, at, &error);
    }
}

static void
dispatch_reply(struct ft_hub_host *host, struct ft_hub_request **at,
               const struct ft_control *control, json_t *message)
{
    struct ft_hub_request *request = *at;
    struct ft_error error = FT_ERROR_INIT;
    json_t *result = NULL;
    int rc = ft_control_open_reply(control, message, &result, &error);

    json_object_del(message, "result"); /* another thread's alone from here on */
    if (rc < 0 || request->kind != HUB_FOLLOW) {
        ft_hub_finish(host, at, rc, &error, result);
        return;
    }
    request->replied = true;
    request->deadline_ns = 0;
    ft_hub_post(host, FT_HUB_REPLY, request->ticket, result, NULL, false);
}

static void
dispatch_event(struct ft_hub_host *host, struct ft_hub_request **at,
               json_t *message, size_t size)
{
    json_t *event = json_incref(json_object_get(message, "event"));
    struct ft_error error;

    json_object_del(message, "event");
    if (ft_hub_post_event(host, (*at)->ticket, event, size) == 0)
        return;
    ft_fail(&error, ENOBUFS, NULL,
            "%s: what it sends was not read in time, so \"%s\" has ended",
            host->where.name, (*at)->verb);
    abandon(host, at, &error);
}

void
ft_hub_dispatch(struct ft_hub_host *host, const struct ft_control *control,
                json_t *message, size_t size)
{
    uint64_t id = (uint64_t)ft_json_int(message, "id", 0, INT64_MAX, 0);
    struct ft_hub_request **at = find(host, id);

    if (id == 0 || *at == NULL || (*at)->line == 0)
        return; /* an answer to hello, or to what has ended meanwhile */
    if (json_object_get(message, "ok") != NULL && !(*at)->replied)
        dispatch_reply(host, at, control, message);
    else if (json_is_object(json_object_get(message, "event")) && (*at)->replied)
        dispatch_event(host, at, message, size);
}
