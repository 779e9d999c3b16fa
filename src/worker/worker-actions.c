/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/worker-actions.h"

#include "base/clock.h"
#include "base/log.h"
#include "virt/loop.h"
#include "worker/worker-link.h"
#include "worker/worker-questions.h"
#include "worker/worker-report.h"

static void
persist(struct ft_worker *w, const struct ft_ownership_record *record)
{
    pthread_mutex_lock(&w->record_lock); /* another thread may be writing it */
    w->state.record = *record;
    pthread_mutex_unlock(&w->record_lock);
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

/*
 * While the copy is tried again and again, for a problem that was told, each try
 * goes through the same states: one event of that is enough.
 */
static bool
is_retry(const struct ft_worker *w, const struct ft_ownership_action *report)
{
    return w->link_failed && (report->state == FT_PAIR_ALONE ||
                              report->state == FT_PAIR_SYNCING ||
                              report->state == FT_PAIR_RESYNCING ||
                              report->reason == FT_REASON_NO_PEER);
}

static void
report(struct ft_worker *w, const struct ft_ownership_action *action)
{
    const char *why = ft_ownership_reason_text(action->reason);

    w->reported = action->state;
    if (action->state == FT_PAIR_PROTECTED)
        w->link_failed = false;
    if (action->state == FT_PAIR_PROTECTED ||
        action->reason == FT_REASON_VM_OFF) /* nothing is to be copied */
        ft_worker_set_problem(w, NULL);
    w->reason = action->reason;
    if (is_retry(w, action))
        ft_log(FT_LOG_INFO, "%s is %s%s%s", w->config.vm,
               ft_pair_state_name(action->state), why[0] ? ": " : "", why);
    else
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

/* Nobody on this host was asked: it is the witness that told. */
static void
note_removal(struct ft_worker *w)
{
    const struct ft_ownership_record *r = &w->state.record;

    if (w->removal.client)
        return;
    if (r->owner == (int)w->config.self)
        ft_worker_note(w, "warn", "removed",
                       "the protection of %s was removed, as the witness knows: "
                       "it goes on here unprotected",
                       w->config.vm);
    else
        ft_worker_note(w, "warn", "removed",
                       "the protection of %s was removed while this host was "
                       "away, as the witness knows: it was on %s then, and what "
                       "this host has of it is old and goes",
                       w->config.vm, ft_worker_peer_name(w));
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
        ft_worker_ask_witness(w, action);
        break;
    case FT_ACTION_RAISE_WITNESS:
        ft_worker_raise_witness(w, action);
        break;
    case FT_ACTION_TELL_REMOVED:
        ft_worker_tell_removed(w, action);
        break;
    case FT_ACTION_SEND:
        ft_worker_send(w, action->message, action->generation);
        break;
    case FT_ACTION_CONNECT:
        w->wants_link = !w->give_up;
        ft_worker_connect(w);
        break;
    case FT_ACTION_DISCONNECT:
        disconnect(w);
        break;
    case FT_ACTION_PING:
        ft_worker_ping_peer(w, action);
        break;
    case FT_ACTION_SWITCHOVER_ENDED:
        switchover_ended(w, action->ok);
        break;
    case FT_ACTION_EXIT_FOR_ROLE:
        ft_worker_exit(w, "role");
    case FT_ACTION_REPORT:
        report(w, action);
        break;
    case FT_ACTION_REMOVED:
        note_removal(w);
        w->side->act(w, action);
        break;
    default:
        w->side->act(w, action);
    }
}
