/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-actions.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "virt/loop.h"
#include "witness/witness-client.h"
#include "worker/worker-daemon.h"

#define CONNECT_RETRY_MS 300
#define ACCEPTING_MAX 16 /* connections of nobody knows whom */
#define REFUSALS_QUIET_NS (60 * FT_NS_PER_S)
#define WITNESS_CHECK_NS (2 * FT_NS_PER_S)

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
    ft_session_unref(s);
}

static void
on_session_ended(struct ft_worker *w, struct ft_session *s, int code,
                 const struct ft_error *err)
{
    if (w->session != s)
        return;
    ft_worker_note(w, "warn", "link-lost", "the link to %s ended: %s",
                   ft_worker_peer_name(w), err->text);
    ft_worker_drop_link(w);
    (void)code;
    ft_worker_event_kind(w, FT_EVENT_LINK_CLOSED);
}

static int
on_frame(struct ft_worker *w, struct ft_session *s,
         const struct ft_frame *frame, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    struct ft_ownership_event event = { .kind = FT_EVENT_MESSAGE };

    if (frame->type == FT_FRAME_ERROR) {
        if (ft_json_parse((const char *)frame->payload, frame->length, &json,
                          err))
            return -EPROTO;
        ft_json_to_error(json, err);
        ft_error_prefix(err, "%s", ft_worker_peer_name(w));
        return -ECANCELED;
    }
    if (frame->type != FT_FRAME_CONTROL)
        return w->side->frame(w, s, frame, err);
    event.message = ft_get_le32(frame->payload);
    event.generation = ft_get_le64(frame->payload + 8);
    if (event.message >= FT_MESSAGE_COUNT)
        return ft_fail(err, EPROTO, NULL, "unknown control message %u",
                       event.message);
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
    ft_worker_note(w, "warn", "link-lost",
                   "the link to %s is made anew; the old one ended: %s",
                   ft_worker_peer_name(w), ft_session_end(old)->text);
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
    if (up.peer.role == FT_ROLE_PRIMARY)
        w->took_over_seen_ns = ft_clock_ns();
    w->last_heard = ft_clock_ns();
    w->asked_ns = w->handover = 0;
    set_session(w, s);
    w->side->link_up(w);
    ft_worker_set_problem(w, NULL);
    ft_worker_event(w, &up);
    if (ft_session_run(s, on_frame, on_session_ended)) {
        ft_worker_drop_link(w);
        ft_worker_event_kind(w, FT_EVENT_LINK_CLOSED);
        return;
    }
    ft_worker_note(w, "info", "link-up", "linked with %s",
                   ft_link_peer(ft_session_link(s)));
}

static void
on_connected(struct ft_worker *w, struct ft_session *s,
             const struct ft_error *err)
{
    w->making_link = 0;
    if (!s) {
        ft_worker_set_problem(w, err);
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
    w->making_link = ft_session_make(w, -1, on_connected) == 0;
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
on_accepted(struct ft_worker *w, struct ft_session *s,
            const struct ft_error *err)
{
    w->accepting--;
    if (s)
        adopt_session(w, s);
    else
        note_refusal(w, err);
}

void
ft_worker_accept(struct ft_worker *w, int fd)
{
    if (w->accepting == ACCEPTING_MAX) {
        close(fd); /* each is a thread; the peer tries again */
        return;
    }
    w->accepting++;
    if (ft_session_make(w, fd, on_accepted)) {
        w->accepting--;
        ft_log(FT_LOG_WARN, "no memory for a link");
    }
}

static void
send_message(struct ft_worker *w, enum ft_ownership_message message,
             uint64_t generation)
{
    unsigned char payload[16] = { 0 };
    struct iovec iov = { payload, sizeof(payload) };
    struct ft_session *s = ft_worker_session(w);

    if (!s)
        return;
    ft_log(FT_LOG_INFO, "to %s: %s, generation %llu", ft_worker_peer_name(w),
           ft_ownership_message_name(message), (unsigned long long)generation);
    ft_put_le32(payload, message);
    ft_put_le64(payload + 8, generation);
    ft_link_send(ft_session_link(s), FT_FRAME_CONTROL, 0, 0, &iov, 1);
    ft_session_unref(s);
}

static void
witness_target(struct ft_worker *w, const char **addresses,
               struct ft_witness_target *target)
{
    const struct ft_endpoint *e = &w->config.witness;
    unsigned i;

    for (i = 0; i < e->address_count; i++)
        addresses[i] = e->addresses[i];
    *target = (struct ft_witness_target){ addresses, e->address_count, e->port,
                                          w->config.pair, w->witness_key };
}

/* Notes a change of whether the witness answers; control thread. */
static void
note_witness(struct ft_worker *w, int reachable, const struct ft_error *err)
{
    int before = atomic_exchange(&w->witness_reachable, reachable);

    if (before == reachable || (before < 0 && reachable))
        return;
    ft_worker_note(w, reachable ? "info" : "warn",
                   reachable ? "witness-reachable" : "witness-unreachable",
                   "%s", reachable ? "the witness answers again" : err->text);
}

struct question {
    struct ft_worker *worker;
    struct ft_ownership_action ask;
    struct ft_ownership_event answer;
    struct ft_error err;
};

static void
ask_witness(void *opaque)
{
    struct question *q = opaque;
    struct ft_worker *w = q->worker;
    const char *addresses[FT_PAIR_ADDRESSES_MAX];
    struct ft_witness_target target;
    struct ft_witness_answer a;
    int64_t deadline = ft_clock_ns() + 2 * w->config.silence_ms * FT_NS_PER_MS;

    witness_target(w, addresses, &target);
    q->answer.ask = q->ask.ask;
    q->answer.kind = FT_EVENT_UNREACHABLE;
    if (ft_witness_cas(&target, q->ask.expected, q->ask.generation,
                       w->config.hosts[q->ask.owner].name, deadline, &a,
                       &q->err))
        return;
    q->answer.kind = a.won ? FT_EVENT_WON : FT_EVENT_LOST;
    q->answer.generation = a.generation;
    q->answer.owner = !strcmp(a.owner, w->config.hosts[1].name);
}

static void
witness_answered(void *opaque)
{
    struct question *q = opaque;
    struct ft_worker *w = q->worker;
    int reachable = q->answer.kind != FT_EVENT_UNREACHABLE;

    if (reachable)
        ft_worker_note(w, "info", "witness", "the witness %s generation %llu",
                       q->answer.kind == FT_EVENT_WON ? "gave us"
                                                      : "refused: it is at",
                       (unsigned long long)q->answer.generation);
    note_witness(w, reachable, &q->err);
    ft_worker_event(w, &q->answer);
    free(q);
}

/* Blocking work about an action, off the control thread; always answered. */
static void
run_question(struct ft_worker *w, const struct ft_ownership_action *action,
             ft_loop_call work, ft_loop_call done)
{
    struct question *q;

    while (!(q = calloc(1, sizeof(*q))))
        ft_clock_sleep(10 * FT_NS_PER_MS);
    q->worker = w;
    q->ask = *action;
    while (ft_loop_async(work, done, q))
        ft_clock_sleep(10 * FT_NS_PER_MS);
}

static void
look_for_witness(void *opaque)
{
    struct question *q = opaque;
    const char *addresses[FT_PAIR_ADDRESSES_MAX];
    struct ft_witness_target target;
    struct ft_witness_answer a;

    witness_target(q->worker, addresses, &target);
    q->answer.ask = ft_witness_get(&target, ft_clock_ns() + WITNESS_CHECK_NS,
                                   &a, &q->err) == 0;
}

static void
witness_looked_for(void *opaque)
{
    struct question *q = opaque;

    note_witness(q->worker, q->answer.ask != 0, &q->err);
    free(q);
}

void
ft_worker_check_witness(void *opaque)
{
    struct ft_worker *w = opaque;
    struct ft_ownership_action none = { 0 };

    run_question(w, &none, look_for_witness, witness_looked_for);
}

static void
ping_peer(void *opaque)
{
    struct question *q = opaque;
    struct ft_worker *w = q->worker;
    const struct ft_endpoint *e = &w->config.hosts[!w->config.self];
    const char *addresses[FT_PAIR_ADDRESSES_MAX];
    int64_t deadline = ft_clock_ns() + w->config.silence_ms * FT_NS_PER_MS;
    int runs = 0, rc;
    unsigned i;

    for (i = 0; i < e->address_count; i++)
        addresses[i] = e->addresses[i];
    rc = ft_link_ping(addresses, e->address_count, e->port, w->config.pair,
                      deadline, &runs, &q->err);
    q->answer.kind = rc == 0               ? FT_EVENT_PING_ALIVE
                     : rc == -ECONNREFUSED ? FT_EVENT_PING_REFUSED
                                           : FT_EVENT_PING_SILENT;
}

static void
peer_pinged(void *opaque)
{
    struct question *q = opaque;

    ft_log(FT_LOG_INFO, "ping of %s: %s", ft_worker_peer_name(q->worker),
           ft_ownership_event_name(q->answer.kind));
    ft_worker_event(q->worker, &q->answer);
    free(q);
}

static void
persist(struct ft_worker *w, const struct ft_ownership_record *record)
{
    w->state.record = *record;
    ft_worker_persist(w);
    ft_log(FT_LOG_INFO, "recorded: generation %llu, owner %s, role %s%s",
           (unsigned long long)record->generation,
           w->config.hosts[record->owner].name, ft_role_name(record->role),
           record->peer_may_take_over ? ", the peer may take over" : "");
}

static const char *
severity_of(enum ft_pair_state state)
{
    switch (state) {
    case FT_PAIR_FAILED:
        return "crit";
    case FT_PAIR_ALONE:
    case FT_PAIR_UNPROTECTED:
    case FT_PAIR_RESYNCING:
        return "warn";
    default:
        return "info";
    }
}

static void
report(struct ft_worker *w, const struct ft_ownership_action *action)
{
    const char *why = ft_ownership_reason_text(action->reason);

    w->reported = action->state;
    if (action->state == FT_PAIR_PROTECTED)
        ft_worker_set_problem(w, NULL);
    w->reason = action->reason;
    ft_worker_note(w, severity_of(action->state), "state", "%s is %s%s%s",
                   w->config.vm, ft_pair_state_name(action->state),
                   why[0] ? ": " : "", why);
    ft_loop_post(ft_worker_send_status, w); /* who asks next sees it */
}

static void
switchover_ended(struct ft_worker *w, int ok)
{
    struct ft_error err;
    int64_t outage = w->took_over_seen_ns - w->handover_stopped_ns;

    if (ok) {
        ft_worker_reply(w, &w->switchover,
                        json_pack("{s:I,s:I,s:s}", "outage_ms",
                                  (json_int_t)(outage / FT_NS_PER_MS),
                                  "generation",
                                  (json_int_t)w->state.record.generation,
                                  "primary", ft_worker_peer_name(w)),
                        NULL);
        return;
    }
    ft_fail(&err, EAGAIN, "See ftadmin events for the cause.",
            "the switchover did not happen; %s goes on where it was",
            w->config.vm);
    ft_worker_reply(w, &w->switchover, NULL, &err);
}

static void
disconnect(struct ft_worker *w)
{
    w->wants_link = 0;
    if (w->session)
        ft_worker_note(w, "warn", "link-lost", "the link to %s was given up",
                       ft_worker_peer_name(w));
    ft_worker_drop_link(w);
}

void
ft_worker_act(struct ft_worker *w, const struct ft_ownership_action *action)
{
    ft_log(FT_LOG_DEBUG, "action %s", ft_ownership_action_name(action->kind));
    switch (action->kind) {
    case FT_ACTION_PERSIST:
        persist(w, &action->record);
        break;
    case FT_ACTION_ASK_WITNESS:
        if (!w->asked_ns)
            w->asked_ns = ft_clock_ns();
        run_question(w, action, ask_witness, witness_answered);
        break;
    case FT_ACTION_SEND:
        send_message(w, action->message, action->generation);
        break;
    case FT_ACTION_CONNECT:
        w->wants_link = !w->give_up;
        ft_worker_connect(w);
        break;
    case FT_ACTION_DISCONNECT:
        disconnect(w);
        break;
    case FT_ACTION_PING:
        run_question(w, action, ping_peer, peer_pinged);
        break;
    case FT_ACTION_SWITCHOVER_ENDED:
        switchover_ended(w, action->ok);
        break;
    case FT_ACTION_EXIT_FOR_ROLE:
        ft_worker_exit(w, "role");
    case FT_ACTION_REPORT:
        report(w, action);
        break;
    default:
        w->side->act(w, action);
    }
}
