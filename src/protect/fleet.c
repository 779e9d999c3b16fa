/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "protect/fleet.h"
#include "remote/control.h"

#define SILENT_MS 15000 /* as long as one command takes with its hosts */
#define FOLLOW_IDLE_MS 200
#define FOLLOW_END_MS 5000

int
ft_fleet_init(struct ft_fleet *fleet, const struct ft_ssh_options *ssh,
              const char *engine, struct ft_error *err)
{
    memset(fleet, 0, sizeof(*fleet));
    if (ssh != NULL)
        fleet->ssh = *ssh;
    return ft_install_find(engine, fleet->engine, sizeof(fleet->engine), err);
}

void
ft_member_disconnect(struct ft_member *member)
{
    if (member->host != NULL)
        ft_hub_disconnect(member->host);
}

static void
free_member(struct ft_member *member)
{
    ft_hub_close(member->hub);
    ft_host_free(member->facts);
    json_decref(member->facts_json);
    json_decref(member->status);
    free(member->rates);
    free(member);
}

void
ft_fleet_free(struct ft_fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        free_member(fleet->members[i]);
    free(fleet->members);
    memset(fleet, 0, sizeof(*fleet));
}

struct ft_member *
ft_fleet_find(const struct ft_fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (strcmp(fleet->members[i]->name, name) == 0)
            return fleet->members[i];
    return NULL;
}

int
ft_fleet_add(struct ft_fleet *fleet, const char *name, const char *destination,
             struct ft_member **out, struct ft_error *err)
{
    struct ft_member **grown;
    struct ft_member *member;

    destination = destination != NULL ? destination : name;
    if (*name == '\0' || strlen(name) >= sizeof(member->name) ||
        strlen(destination) >= sizeof(member->destination))
        return ft_fail(err, EINVAL, NULL, "\"%.80s\" is no name of a host",
                       name);
    if (ft_fleet_find(fleet, name) != NULL)
        return ft_fail(err, EEXIST, NULL, "the host %s is there already", name);
    grown = realloc(fleet->members, (fleet->count + 1) * sizeof(*grown));
    if (grown != NULL)
        fleet->members = grown;
    member = calloc(1, sizeof(*member));
    if (grown == NULL || member == NULL) {
        free(member);
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    }
    strcpy(member->name, name);
    strcpy(member->destination, destination);
    fleet->members[fleet->count++] = member;
    if (out != NULL)
        *out = member;
    return 0;
}

/* Keeps the error of a call in the member and gives it to the caller. */
static int
keep(struct ft_member *member, int rc, const struct ft_error *from,
     struct ft_error *err)
{
    static const struct ft_error none = FT_ERROR_INIT;

    member->error = rc < 0 ? *from : none;
    if (err != NULL && rc < 0)
        *err = *from;
    return rc;
}

static void
state_of(const struct ft_member *member, struct ft_hub_state *state)
{
    memset(state, 0, sizeof(*state));
    if (member->host != NULL)
        ft_hub_state(member->host, state);
}

bool
ft_member_reached(const struct ft_member *member)
{
    struct ft_hub_state state;

    state_of(member, &state);
    return state.ssh;
}

bool
ft_member_is_silent(const struct ft_member *member)
{
    return member->silent_ns != 0 && member->error.code != 0 &&
           !ft_member_reached(member) &&
           ft_clock_ns() - member->silent_ns < SILENT_MS * FT_NS_PER_MS;
}

void
ft_member_host_key(const struct ft_member *member, char *out, size_t size)
{
    struct ft_hub_state state;

    state_of(member, &state);
    snprintf(out, size, "%s", state.host_key);
}

void
ft_member_version(const struct ft_member *member, char *out, size_t size)
{
    struct ft_hub_state state;

    state_of(member, &state);
    snprintf(out, size, "%s", state.phase == FT_HUB_LIVE ? state.version : "");
}

/* A hub for each, so that members need nothing of each other. */
static int
need_host(struct ft_fleet *fleet, struct ft_member *member, struct ft_error *err)
{
    struct ft_hub_where where = { .name = member->name,
                                  .destination = member->destination,
                                  .ssh = fleet->ssh };
    int rc = 0;

    if (*fleet->recorded != '\0')
        return ft_fail(err, ENOTCONN, NULL,
                       "%s is only known from a file, and not asked",
                       member->name);
    if (member->host != NULL)
        return 0;
    if (member->identity[0] != '\0')
        where.ssh.identity = member->identity;
    where.ssh.pinned = member->pinned;
    if (member->hub == NULL)
        rc = ft_hub_open(&member->hub, err);
    return rc == 0 ? ft_hub_add(member->hub, &where, &member->host, err) : rc;
}

static int
do_nothing(struct ft_ssh *session, void *data, struct ft_error *err)
{
    (void)session;
    (void)data;
    (void)err;
    return 0;
}

static bool
is_silence(const struct ft_error *err)
{
    enum ft_reach reach = ft_reach_of(err);

    return reach == FT_REACH_TIMEOUT || reach == FT_REACH_NO_ROUTE;
}

/* *dialed: it was tried just now, the engine too. */
static int
connect_member(struct ft_fleet *fleet, struct ft_member *member, bool *dialed,
               struct ft_error *err)
{
    int rc = need_host(fleet, member, err);

    *dialed = false;
    if (rc < 0 || ft_member_reached(member))
        return rc;
    *dialed = true;
    rc = ft_hub_do(member->host, do_nothing, NULL, err);
    member->silent_ns = rc < 0 && is_silence(err) ? ft_clock_ns() : 0;
    return rc;
}

int
ft_member_connect(struct ft_fleet *fleet, struct ft_member *member,
                  struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    bool dialed;
    int rc = connect_member(fleet, member, &dialed, &local);

    return keep(member, rc, &local, err);
}

/* Connects without a deadline, for there may be questions to the user. */
static int
connect_engine(struct ft_fleet *fleet, struct ft_member *member,
               struct ft_hub_state *state, struct ft_error *err)
{
    bool dialed;
    int rc = connect_member(fleet, member, &dialed, err);

    state_of(member, state);
    if (rc < 0 || !dialed || state->phase != FT_HUB_GONE)
        return rc;
    *err = state->error;
    return -err->code;
}

int
ft_member_control(struct ft_fleet *fleet, struct ft_member *member,
                  struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    struct ft_hub_state state;
    int rc = connect_engine(fleet, member, &state, &local);

    if (rc == 0 && state.phase != FT_HUB_LIVE)
        rc = ft_hub_call(member->host, "hello", NULL, 0, NULL, &local);
    return keep(member, rc, &local, err);
}

/* A job whose commands are told. */
struct traced {
    const struct ft_trace *trace;
    struct ft_member *member;
    ft_hub_job job;
    void *data;
};

static int
run_traced(struct ft_ssh *session, void *data, struct ft_error *err)
{
    static const struct ft_trace nobody;
    const struct traced *traced = data;
    int rc;

    ft_again_reached(&traced->member->again);
    ft_ssh_set_trace(session, traced->trace, traced->member->name);
    rc = traced->job(session, traced->data, err);
    ft_ssh_set_trace(session, &nobody, NULL);
    return rc;
}

int
ft_member_do(struct ft_fleet *fleet, struct ft_member *member, ft_hub_job job,
             void *data, struct ft_error *err)
{
    struct traced traced = { &fleet->trace, member, job, data };
    struct ft_error local = FT_ERROR_INIT;
    int64_t began;
    int rc = need_host(fleet, member, &local);

    if (rc < 0)
        return keep(member, rc, &local, err);
    do {
        began = ft_clock_ns();
        rc = ft_hub_do(member->host, run_traced, &traced, &local);
    } while (rc < 0 && ft_member_again(fleet, member, began, &local));
    if (rc == 0)
        ft_again_done(&member->again, false);
    return keep(member, rc, &local, err);
}

void
ft_fleet_set_trace(struct ft_fleet *fleet, const struct ft_trace *trace)
{
    static const struct ft_trace nobody;

    fleet->trace = trace != NULL ? *trace : nobody;
}

static void
trace_call(const struct ft_fleet *fleet, const struct ft_member *member,
           const char *verb, int rc, int64_t begin, const struct ft_error *err)
{
    char command[64];

    if (rc == 0 && strcmp(verb, "status") == 0)
        return;
    snprintf(command, sizeof(command), "engine: %.40s", verb);
    ft_trace_command(&fleet->trace, member->name, command, rc,
                     ft_clock_ns() - begin, rc < 0 ? err->text : NULL);
}

/* Who waits longer for connections waits longer for every answer. */
static int
patience(const struct ft_fleet *fleet, int timeout_ms)
{
    int asked = fleet->ssh.connect_timeout_ms;

    if (timeout_ms <= 0)
        timeout_ms = FT_HUB_CALL_MS;
    return asked > timeout_ms ? asked : timeout_ms;
}

int
ft_member_call(struct ft_fleet *fleet, struct ft_member *member,
               const char *verb, json_t *args, json_t **result, int timeout_ms,
               struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    int64_t begin = ft_clock_ns();
    struct ft_hub_state state;
    int rc = connect_engine(fleet, member, &state, &local);

    if (result != NULL)
        *result = NULL;
    if (rc < 0)
        ft_json_wipe(args);
    else
        rc = ft_hub_call(member->host, verb, args, patience(fleet, timeout_ms),
                         result, &local);
    trace_call(fleet, member, verb, rc, begin, &local);
    if (rc == 0)
        ft_again_done(&member->again, true);
    return keep(member, rc, &local, err);
}

int
ft_member_insist(struct ft_fleet *fleet, struct ft_member *member,
                 const char *verb, json_t *args, json_t **result,
                 int timeout_ms, struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    int64_t began;
    int rc;

    do {
        json_t *copy = json_deep_copy(args);

        began = ft_clock_ns();
        rc = copy != NULL || args == NULL
                 ? ft_member_call(fleet, member, verb, copy, result, timeout_ms,
                                  &local)
                 : ft_fail(&local, ENOMEM, NULL, "out of memory");
    } while (rc < 0 && ft_member_again(fleet, member, began, &local));
    ft_json_wipe(args);
    if (rc < 0 && err != NULL)
        *err = local;
    return rc;
}

/* One message of the stream. 1 goes on, 0 it has been ended, -errno. */
static int
follow_step(struct ft_member *member, ft_member_event callback, void *data,
            struct ft_error *err)
{
    struct ft_hub_message message;
    int more = 1;

    if (ft_hub_next(member->hub, FOLLOW_IDLE_MS, &message) == 0)
        return callback(data, NULL) == 0;
    if (message.error.code != 0) {
        *err = message.error;
        more = -message.error.code;
    } else if (message.what == FT_HUB_REPLY || message.what == FT_HUB_EVENT) {
        more = callback(data, message.body) == 0;
    }
    json_decref(message.body);
    return more;
}

/* What is left of a stream that has been cancelled. */
static void
follow_end(struct ft_member *member, uint64_t ticket)
{
    struct ft_hub_message message;
    bool ended = false;

    ft_hub_cancel(member->host, ticket);
    while (!ended && ft_hub_next(member->hub, FOLLOW_END_MS, &message)) {
        ended = message.ticket == ticket &&
                (message.what == FT_HUB_END || message.error.code != 0);
        json_decref(message.body);
    }
}

int
ft_member_follow(struct ft_fleet *fleet, struct ft_member *member,
                 const char *verb, json_t *args, ft_member_event callback,
                 void *data, struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    struct ft_hub_state state;
    uint64_t ticket = 0;
    int rc = connect_engine(fleet, member, &state, &local);

    if (rc < 0)
        ft_json_wipe(args);
    else
        rc = ft_hub_follow(member->host, verb, args, 0, &ticket, &local);
    if (rc < 0)
        return keep(member, rc, &local, err);
    do
        rc = follow_step(member, callback, data, &local);
    while (rc > 0);
    if (rc == 0)
        follow_end(member, ticket);
    return keep(member, rc, &local, err);
}

int
ft_member_status(struct ft_fleet *fleet, struct ft_member *member,
                 struct ft_error *err)
{
    json_t *status = NULL;
    int rc = ft_member_insist(fleet, member, "status", NULL, &status, 0, err);

    if (rc < 0)
        return rc;
    json_decref(member->status);
    member->status = status;
    if (member->facts == NULL)
        return 0;
    member->facts->engine_runs = true;
    member->facts->is_witness =
        ft_json_bool(json_object_get(status, "witness"), "running", 0);
    return 0;
}

/* What a fresh look adds to the facts themselves. */
static int
take_facts(struct ft_member *member, json_t *json, struct ft_error *err)
{
    struct ft_host *host;
    int rc = ft_host_from_json(json, &host, err);

    if (rc < 0)
        return ft_error_prefix(err, "%s", member->name);
    strcpy(host->name, member->name);
    ft_member_host_key(member, host->host_key, sizeof(host->host_key));
    if (host->realtime_ns > 0) {
        host->clock_offset_ms =
            (host->realtime_ns - ft_clock_realtime_ns()) / FT_NS_PER_MS;
        host->clock_known = true;
    }
    ft_host_free(member->facts);
    json_decref(member->facts_json);
    member->facts = host;
    member->facts_json = json_incref(json);
    return 0;
}

struct look {
    const char *engine;
    json_t *facts;
};

static int
probe_job(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct look *look = data;

    return ft_install_probe(session, look->engine, &look->facts, err);
}

int
ft_member_probe(struct ft_fleet *fleet, struct ft_member *member, bool refresh,
                struct ft_error *err)
{
    struct look look = { .engine = fleet->engine };
    struct ft_error local = FT_ERROR_INIT;
    struct ft_hub_state state;
    json_t *json = NULL;
    bool engine;
    int rc;

    if (member->facts != NULL && (!refresh || *fleet->recorded != '\0'))
        return 0;
    rc = connect_engine(fleet, member, &state, &local);
    if (rc < 0 && !ft_member_reached(member))
        return keep(member, rc, &local, err);
    engine = rc == 0 && ft_member_control(fleet, member, &local) == 0;
    if (engine)
        rc = ft_member_insist(fleet, member, "probe", NULL, &json, 60000,
                              &local);
    else
        rc = ft_member_do(fleet, member, probe_job, &look, &local);
    if (!engine)
        json = look.facts;
    if (rc == 0)
        rc = take_facts(member, json, &local);
    json_decref(json);
    if (rc == 0 && engine)
        rc = ft_member_status(fleet, member, &local);
    return keep(member, rc, &local, err);
}
