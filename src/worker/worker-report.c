/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker tells its daemon: events, answers, the status, its end. */
#include "config.h"

#include "worker/worker-report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fit.h"
#include "base/json.h"
#include "base/log.h"
#include "worker/channel.h"

#define EVENT_TEXT 768 /* with its NUL */

static int
channel_send(struct ft_worker *w, json_t *message)
{
    int rc = -ENOTCONN;

    pthread_mutex_lock(&w->channel_lock);
    if (w->channel >= 0)
        rc = ft_channel_send(w->channel, message, -1);
    else
        json_decref(message);
    pthread_mutex_unlock(&w->channel_lock);
    return rc;
}

void
ft_worker_note(struct ft_worker *w, const char *severity, const char *kind,
               const char *format, ...)
{
    char whole[4096], text[EVENT_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(whole, sizeof(whole), format, args);
    va_end(args);
    ft_text_fit(text, sizeof(text), whole);
    ft_log(strcmp(severity, "info") ? FT_LOG_WARN : FT_LOG_INFO, "%s: %s", kind,
           text);
    channel_send(w, json_pack("{s:{s:s,s:s,s:o,s:s,s:s}}", "event", "severity",
                              severity, "kind", kind, "text", ft_json_text(text),
                              "pair", w->config.pair, "vm", w->config.vm));
}

bool
ft_worker_set_problem(struct ft_worker *w, const struct ft_error *err)
{
    static const struct ft_error none = FT_ERROR_INIT;
    bool news;

    pthread_mutex_lock(&w->problem_lock);
    news = err && strcmp(w->problem.text, err->text) != 0;
    w->problem = err ? *err : none;
    if (!err)
        w->link_problem = none;
    pthread_mutex_unlock(&w->problem_lock);
    return news;
}

void
ft_worker_set_link_problem(struct ft_worker *w, const struct ft_error *err)
{
    pthread_mutex_lock(&w->problem_lock);
    w->link_problem = err ? *err : (struct ft_error)FT_ERROR_INIT;
    pthread_mutex_unlock(&w->problem_lock);
}

bool
ft_worker_problem(struct ft_worker *w, struct ft_error *out)
{
    pthread_mutex_lock(&w->problem_lock);
    *out = w->link_problem.code ? w->link_problem : w->problem;
    pthread_mutex_unlock(&w->problem_lock);
    return out->code != 0;
}

static json_t *
problem_json(struct ft_worker *w)
{
    struct ft_error problem;

    return ft_worker_problem(w, &problem) ? ft_json_from_error(&problem)
                                          : json_null();
}

void
ft_worker_reply(struct ft_worker *w, struct ft_asker *asker, json_t *result,
                const struct ft_error *err)
{
    json_t *message;

    if (!asker->client) {
        json_decref(result);
        return;
    }
    message = json_pack("{s:I,s:I}", "reply", (json_int_t)asker->client, "id",
                        (json_int_t)asker->id);
    if (err)
        json_object_set_new(message, "error", ft_json_from_error(err));
    json_object_set_new(message, "result", result ? result : json_object());
    channel_send(w, message);
    asker->client = 0;
}

void
ft_worker_reply_started(struct ft_worker *w, const char *host, const char *by)
{
    ft_worker_reply(w, &w->start,
                    json_pack("{s:s,s:I,s:s}", "primary", host, "generation",
                              (json_int_t)w->state.record.generation,
                              "started_by", by),
                    NULL);
}

/* Who asked for a start hears what came of it, for nobody else would say. */
static void
end_start(struct ft_worker *w, const char *why)
{
    struct ft_error err = FT_ERROR_INIT;

    if (w->state.record.role == FT_ROLE_STANDBY &&
        w->state.record.owner != (int)w->config.self) {
        ft_worker_reply_started(w, ft_worker_peer_name(w), "peer");
        return;
    }
    ft_fail(&err, EAGAIN, "ftadmin status shows where it runs.",
            "%s was not started by this engine: its worker ended (%s)",
            w->config.vm, why);
    ft_worker_reply(w, &w->start, NULL, &err);
}

void
ft_worker_exit(struct ft_worker *w, const char *why)
{
    ft_log(FT_LOG_INFO, "this worker ends: %s", why);
    if (w->start.client)
        end_start(w, why);
    channel_send(w, json_pack("{s:s}", "bye", why));
    ft_worker_reply(w, &w->removal, w->parting, NULL);
    /* no clean-up: a worker must be able to die at any moment anyway */
    _exit(0);
}

void
ft_worker_send_sample(struct ft_worker *w, json_t *second)
{
    if (second)
        channel_send(w, json_pack("{s:o}", "sample", second));
}

static json_t *
busy_json(struct ft_worker *w)
{
    bool takes_over;

    pthread_mutex_lock(&w->own_lock);
    takes_over = w->own.phase == FT_PHASE_RESUMING;
    pthread_mutex_unlock(&w->own_lock);
    return json_pack("{s:b,s:b}", "persists", atomic_load(&w->persisting) > 0,
                     "takes_over", takes_over);
}

void
ft_worker_say_busy(struct ft_worker *w, const struct ft_error *problem)
{
    channel_send(w, json_pack("{s:o,s:o*}", "busy", busy_json(w), "problem",
                              problem ? ft_json_from_error(problem) : NULL));
}

/* While the pair moves to it; null: it does not. */
static json_t *
next_witness_json(const struct ft_worker *w)
{
    int seen = w->next_witness_reachable;

    if (!w->config.next_witness.name[0])
        return json_null();
    return json_pack("{s:s,s:o,s:b}", "name", w->config.next_witness.name,
                     "reachable", seen < 0 ? json_null() : json_boolean(seen),
                     "older", w->next_witness_older);
}

void
ft_worker_send_status(void *opaque)
{
    struct ft_worker *w = opaque;
    const struct ft_ownership_record *r = &w->state.record;
    int self = w->config.self;
    int primary = r->role == FT_ROLE_PRIMARY ? self : !self;
    int witness = atomic_load(&w->witness_reachable);
    json_t *status =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:I,s:b,s:b,s:o,s:O?}",
                  "pair", w->config.pair, "vm", w->config.vm, "uuid",
                  w->config.vm_uuid, "role", ft_role_name(r->role), "state",
                  ft_pair_state_name(w->reported), "reason",
                  ft_ownership_reason_text(w->reason), "primary",
                  w->config.hosts[primary].name, "standby",
                  w->config.hosts[!primary].name, "witness",
                  w->config.witness.name[0] ? w->config.witness.name : NULL,
                  "generation", (json_int_t)r->generation, "peer_connected",
                  w->session != NULL, "alone_without_witness",
                  w->config.alone_without_witness, "witness_reachable",
                  witness < 0 ? json_null() : json_boolean(witness),
                  "last_takeover", w->state.last_takeover);

    if (!status)
        return;
    json_object_set_new(status, "starting",
                        json_boolean(w->reason == FT_REASON_STARTING));
    json_object_set_new(status, "committed", json_boolean(r->was_protected));
    json_object_set_new(status, "witness_older", json_boolean(w->witness_older));
    json_object_set_new(status, "witness_full", json_boolean(w->witness_full));
    json_object_set_new(status, "next_witness", next_witness_json(w));
    json_object_set_new(status, "problem", problem_json(w));
    w->add_status(w, status);
    w->side->status(w, status);
    channel_send(w, json_pack("{s:o,s:o}", "status", status, "busy",
                              busy_json(w)));
}
