/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-link.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "link/payload.h"
#include "virt/loop.h"
#include "worker/worker-drift.h"

#define CONNECT_RETRY_MS 300
#define END_NS FT_NS_PER_S /* for the peer to end a link that failed */
#define REFUSALS_QUIET_NS (60 * FT_NS_PER_S)

static void
say_hello(void *opaque, struct ft_ownership_hello *out)
{
    struct ft_worker *w = opaque;

    pthread_mutex_lock(&w->own_lock);
    ft_ownership_hello(&w->own, out);
    pthread_mutex_unlock(&w->own_lock);
}

void
ft_worker_init_link(struct ft_worker *w)
{
    const struct ft_pair_config *c = &w->config;

    w->terms = (struct ft_session_terms){
        .pair = c->pair,
        .self = c->hosts[c->self].name,
        .peer = &c->hosts[!c->self],
        .key = w->key,
        .silence_ns = c->silence_ms * FT_NS_PER_MS,
        .hello = say_hello,
        .opaque = w,
    };
    ft_door_init(&w->door);
    w->connect_timer = ft_loop_timer(ft_worker_connect, w);
}

struct ft_session *
ft_worker_session(struct ft_worker *w)
{
    struct ft_session *s;

    pthread_mutex_lock(&w->session_lock);
    s = w->session ? ft_session_ref(w->session) : NULL;
    pthread_mutex_unlock(&w->session_lock);
    return s;
}

static void
set_session(struct ft_worker *w, struct ft_session *s)
{
    pthread_mutex_lock(&w->session_lock);
    w->session = s;
    pthread_mutex_unlock(&w->session_lock);
}

void
ft_worker_drop_link(struct ft_worker *w)
{
    struct ft_session *s = w->session;

    if (!s)
        return;
    set_session(w, NULL);
    ft_session_end(s);
    w->side->link_down(w);
    ft_worker_drift_link_down(w);
    ft_session_unref(s);
}

/* A link that a problem ended was an event when that came up. */
static void
note_link_end(struct ft_worker *w, const char *how, const struct ft_error *err)
{
    bool told = w->told_peer;

    pthread_mutex_lock(&w->problem_lock);
    told |= w->problem.code && !strcmp(w->problem.text, err->text);
    pthread_mutex_unlock(&w->problem_lock);
    w->told_peer = false;
    w->link_failed = told;
    if (told)
        ft_log(FT_LOG_INFO, "the link to %s %s: %s", ft_worker_peer_name(w),
               how, err->text);
    else
        ft_worker_note(w, "warn", "link-lost", "the link to %s %s: %s",
                       ft_worker_peer_name(w), how, err->text);
}

static void
on_session_ended(void *opaque, struct ft_session *s, int code,
                 const struct ft_error *err)
{
    struct ft_worker *w = opaque;

    if (w->session != s)
        return;
    note_link_end(w, "ended", err);
    ft_worker_drop_link(w);
    (void)code;
    ft_worker_event_kind(w, FT_EVENT_LINK_CLOSED);
}

struct telling {
    struct ft_worker *worker;
    struct ft_session *session;
    struct ft_error why;
};

static void
tell_peer(void *opaque)
{
    struct telling *t = opaque;
    FT_AUTOJSON json_t *json = ft_json_from_error(&t->why);

    if (json)
        ft_link_send_json(ft_session_link(t->session), FT_FRAME_ERROR, 0, json);
    if (t->worker->session == t->session)
        t->worker->told_peer = true;
    ft_session_unref(t->session);
    free(t);
}

void
ft_worker_tell_peer(struct ft_worker *w, const struct ft_error *why)
{
    struct ft_session *s = ft_worker_session(w);
    struct telling *t = s ? malloc(sizeof(*t)) : NULL;

    if (t)
        *t = (struct telling){ w, s, *why };
    if (t && !ft_loop_post(tell_peer, t))
        return;
    ft_session_unref(s); /* it learns only that the link ends */
    free(t);
}

/* What comes until the peer ends the link, which it was asked for, is void. */
static void
await_end(struct ft_session *s)
{
    int64_t deadline = ft_clock_ns() + END_NS;
    struct ft_error ignored = FT_ERROR_INIT;
    struct ft_frame frame;

    while (!ft_link_receive(ft_session_link(s), deadline, &frame, &ignored))
        ;
}

/*
 * What this side could not do with a frame ends the link, and the peer is told
 * why. A link that is gone itself is no problem of ours.
 */
static int
on_side_frame(struct ft_worker *w, struct ft_session *s,
              const struct ft_frame *frame, struct ft_error *err)
{
    int rc = w->side->frame(w, s, frame, err);

    if (!rc || !err->code || ft_link_error(ft_session_link(s), NULL))
        return rc;
    if (ft_worker_set_problem(w, err))
        ft_worker_note(w, "crit", "copy-failed", "%s: %s%s%s", w->config.vm,
                       err->text, err->hint[0] ? "; " : "", err->hint);
    ft_worker_tell_peer(w, err);
    await_end(s);
    return rc;
}

/* It is as much ours: there is no copy until it is mended. */
static void
take_peers_failure(struct ft_worker *w, const struct ft_error *err)
{
    if (ft_worker_set_problem(w, err))
        ft_worker_note(w, "warn", "copy-failed", "%s: %s", w->config.vm,
                       err->text);
    if (w->side->peer_failed)
        w->side->peer_failed(w);
}

static int
on_frame(void *opaque, struct ft_session *s, const struct ft_frame *frame,
         struct ft_error *err)
{
    struct ft_worker *w = opaque;
    FT_AUTOJSON json_t *json = NULL;
    struct ft_ownership_event event = { .kind = FT_EVENT_MESSAGE };
    struct ft_control_word control;

    if (frame->type == FT_FRAME_ERROR) {
        if (ft_json_parse((const char *)frame->payload, frame->length, &json,
                          err))
            return -EPROTO;
        ft_json_to_error(json, err);
        ft_error_prefix(err, "%s", ft_worker_peer_name(w));
        take_peers_failure(w, err);
        return -ECANCELED;
    }
    if (frame->type == FT_FRAME_FACTS) {
        ft_worker_take_facts(w, frame);
        return 0;
    }
    if (frame->type != FT_FRAME_CONTROL)
        return on_side_frame(w, s, frame, err);
    if (ft_control_word_decode(frame->payload, frame->length, &control, err))
        return -EPROTO;
    if (control.message >= FT_MESSAGE_COUNT)
        return ft_fail(err, EPROTO, NULL, "unknown control message %u",
                       control.message);
    event.message = control.message;
    event.generation = control.number;
    ft_log(FT_LOG_INFO, "%s says %s, generation %llu", ft_worker_peer_name(w),
           ft_ownership_message_name(event.message),
           (unsigned long long)event.generation);
    if (event.message == FT_MESSAGE_TOOK_OVER)
        w->took_over_seen_ns = ft_clock_ns();
    ft_worker_event(w, &event);
    w->side->message(w, event.message);
    return 0;
}

/* The peer has made a new link: the old one may have ended by an error of ours. */
static void
give_up_old_session(struct ft_worker *w)
{
    struct ft_session *old = ft_session_ref(w->session);

    ft_worker_drop_link(w);
    note_link_end(w, "is made anew; the old one ended", ft_session_end(old));
    ft_session_unref(old);
    ft_worker_event_kind(w, FT_EVENT_LINK_CLOSED);
}

static void
adopt_session(struct ft_worker *w, struct ft_session *s)
{
    struct ft_ownership_event up = { .kind = FT_EVENT_LINK_UP };

    if (w->session)
        give_up_old_session(w);
    up.peer = *ft_session_peer(s);
    memcpy(w->peer_boot, ft_session_boot(s), sizeof(w->peer_boot));
    if (up.peer.role == FT_ROLE_PRIMARY)
        w->took_over_seen_ns = ft_clock_ns();
    w->last_heard = ft_clock_ns();
    w->asked_ns = w->handover = 0;
    set_session(w, s);
    w->side->link_up(w);
    ft_worker_drift_link_up(w);
    ft_worker_set_link_problem(w, NULL);
    ft_worker_event(w, &up);
    if (ft_session_run(s, on_frame, on_session_ended)) {
        ft_worker_drop_link(w);
        ft_worker_event_kind(w, FT_EVENT_LINK_CLOSED);
        return;
    }
    if (ft_link_protocol(ft_session_link(s)) != FT_LINK_PROTOCOL)
        ft_log(FT_LOG_WARN, "%s has an older engine: version %d of the link",
               ft_worker_peer_name(w), ft_link_protocol(ft_session_link(s)));
    if (w->link_failed)
        ft_log(FT_LOG_INFO, "linked again with %s",
               ft_link_peer(ft_session_link(s)));
    else
        ft_worker_note(w, "info", "link-up", "linked with %s",
                       ft_link_peer(ft_session_link(s)));
}

static void
on_connected(void *opaque, int place, struct ft_session *s,
             const struct ft_error *err)
{
    struct ft_worker *w = opaque;

    (void)place;
    w->making_link = 0;
    if (!s) {
        ft_worker_set_link_problem(w, err);
        if (w->link_failed)
            ft_worker_note(w, "warn", "link-lost", "no new link to %s: %s",
                           ft_worker_peer_name(w), err->text);
        w->link_failed = false;
        ft_log(FT_LOG_DEBUG, "no link to %s: %s", ft_worker_peer_name(w),
               err->text);
        if (w->wants_link)
            ft_loop_timer_set(w->connect_timer, CONNECT_RETRY_MS);
    } else if (w->wants_link && !w->session) {
        w->wants_link = 0;
        adopt_session(w, s);
    } else {
        ft_session_unref(s);
    }
}

void
ft_worker_connect(void *opaque)
{
    struct ft_worker *w = opaque;

    ft_loop_timer_set(w->connect_timer, -1);
    if (w->making_link || !w->wants_link || w->session)
        return;
    w->making_link = ft_session_make(&w->terms, -1, -1, on_connected) == 0;
    if (!w->making_link)
        ft_loop_timer_set(w->connect_timer, CONNECT_RETRY_MS);
}

/* Strangers must not push the real events out of the list, nor fill the log. */
static void
note_refusal(struct ft_worker *w, const struct ft_error *err)
{
    int64_t now = ft_clock_ns();

    if (w->refused_ns && now - w->refused_ns < REFUSALS_QUIET_NS)
        return;
    w->refused_ns = now;
    ft_worker_note(w, "warn", "link-refused",
                   "a link was refused: %s (told at most once a minute)",
                   err->text);
}

static void
on_accepted(void *opaque, int place, struct ft_session *s,
            const struct ft_error *err)
{
    struct ft_worker *w = opaque;

    ft_door_leave(&w->door, place);
    if (s)
        adopt_session(w, s);
    else
        note_refusal(w, err);
}

void
ft_worker_accept(struct ft_worker *w, int fd)
{
    int place = ft_door_enter(&w->door, fd, ft_clock_ns());

    if (place < 0) {
        close(fd); /* the peer tries again */
        return;
    }
    if (ft_session_make(&w->terms, fd, place, on_accepted)) {
        ft_door_leave(&w->door, place);
        ft_log(FT_LOG_WARN, "no memory for a link");
    }
}

void
ft_worker_send(struct ft_worker *w, enum ft_ownership_message message,
               uint64_t generation)
{
    const struct ft_control_word control = { message, generation };
    unsigned char payload[FT_CONTROL_WORD_SIZE];
    struct iovec iov = { payload, sizeof(payload) };
    struct ft_session *s = ft_worker_session(w);

    if (!s)
        return;
    ft_log(FT_LOG_INFO, "to %s: %s, generation %llu", ft_worker_peer_name(w),
           ft_ownership_message_name(message), (unsigned long long)generation);
    ft_control_word_encode(&control, payload);
    ft_link_send(ft_session_link(s), FT_FRAME_CONTROL, 0, 0, &iov, 1);
    ft_session_unref(s);
}
