/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/daemon-verbs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/versions.h"
#include "engine/board.h"
#include "engine/drift-watch.h"
#include "engine/events.h"
#include "engine/followers.h"
#include "engine/machine.h"
#include "engine/maintenance.h"
#include "engine/sink.h"
#include "engine/supervisor.h"
#include "engine/this-host.h"
#include "engine/watch.h"
#include "engine/witness-process.h"
#include "inventory/probe.h"
#include "link/link.h"
#include "virt/loop.h"
#include "witness/witness-pairs.h"
#include "worker/pair-store.h"
#include "worker/pair-waivers.h"

#define LATER FT_VERB_LATER

static int
need_pair(const json_t *args, char pair[37], struct ft_error *err)
{
    int rc = ft_json_need_string(args, "pair", pair, 37, err);

    if (!rc && !ft_uuid_valid(pair))
        rc = ft_fail(err, EINVAL, NULL, "member \"pair\" is no UUID");
    return rc;
}

static int
verb_hello(struct ft_request request, const json_t *args, json_t **result,
           struct ft_error *err)
{
    static const struct ft_versions control = { FT_CONTROL_PROTOCOL_OLDEST,
                                                FT_CONTROL_PROTOCOL },
                                    link = { FT_LINK_PROTOCOL_OLDEST,
                                             FT_LINK_PROTOCOL };
    char host[64];

    (void)request;
    (void)args;
    ft_this_host_name(host);
    *result = json_pack("{s:s,s:s,s:i}", "version", PACKAGE_VERSION, "host",
                        host, "pid", (int)getpid());
    return !*result || ft_versions_offer(control, "control", *result) ||
                   ft_versions_offer(link, "link", *result)
               ? ft_fail(err, ENOMEM, NULL, "out of memory")
               : 0;
}

struct probe_job {
    struct ft_request request;
    json_t *facts;
    struct ft_error err;
};

static void
probe_work(void *opaque)
{
    struct probe_job *job = opaque;

    ft_probe(&job->facts, &job->err);
}

static void
probe_done(void *opaque)
{
    struct probe_job *job = opaque;

    if (job->facts)
        ft_control_reply(job->request, job->facts);
    else
        ft_control_reply_error(job->request, &job->err);
    free(job);
}

static int
verb_probe(struct ft_request request, const json_t *args, json_t **result,
           struct ft_error *err)
{
    struct probe_job *job = calloc(1, sizeof(*job));

    (void)args;
    (void)result;
    if (job)
        job->request = request;
    if (!job || ft_loop_async(probe_work, probe_done, job)) {
        free(job);
        return ft_fail(err, ENOMEM, NULL, "no memory to look at this host");
    }
    return LATER;
}

/* A VM belongs to one pair only. */
static int
check_not_taken(const json_t *config, struct ft_error *err)
{
    FT_AUTOJSON json_t *pairs = ft_pair_list();
    const char *pair = ft_json_string(config, "pair", "");
    const char *vm_uuid = ft_json_string(config, "vm_uuid", "");
    struct ft_pair_config other;
    json_t *name;
    size_t i;

    json_array_foreach(pairs, i, name) {
        const char *text = json_string_value(name);

        if (!strcasecmp(text, pair) || ft_pair_load(text, &other, NULL))
            continue;
        if (!strcasecmp(other.vm_uuid, vm_uuid))
            return ft_fail(err, EEXIST,
                           "Remove the old protection with ftadmin unprotect.",
                           "VM %s is protected already, by pair %s", other.vm,
                           other.pair);
    }
    return 0;
}

static int
verb_pair_set(struct ft_request request, const json_t *args, json_t **result,
              struct ft_error *err)
{
    const json_t *config = json_object_get(args, "config");
    const char *pair = ft_json_string(config, "pair", "");
    int rc = check_not_taken(config, err);

    (void)request;
    (void)result;
    if (!rc && ft_maintenance_is_on())
        rc = ft_fail(err, EBUSY,
                     "Protect it once that is over: ftadmin maintenance HOST "
                     "off.",
                     "this host is under maintenance: no copy is to wait on it");
    if (!rc && ft_supervisor_draining())
        rc = ft_fail(err, EBUSY,
                     "Protect it once the host is back; or say on it: "
                     "ftengine drain --end.",
                     "this host is about to go down: no copy is to wait on it");
    if (!rc && ft_supervisor_takes_over(pair))
        rc = ft_fail(err, EBUSY, "Try again in a moment.",
                     "pair %s is being taken over by this host", pair);
    if (!rc)
        rc = ft_pair_save(config, ft_json_string(args, "key", NULL),
                          ft_json_string(args, "witness_key", NULL), err);
    if (rc)
        return rc;
    if (ft_supervisor_running(pair)) {
        ft_supervisor_restart(pair);
        return 0;
    }
    return ft_supervisor_start(pair, err);
}

/* Removing a pair that is not there is done already. */
static int
verb_pair_remove(struct ft_request request, const json_t *args, json_t **result,
                 struct ft_error *err)
{
    struct ft_pair_config config;
    char pair[37];
    int rc = need_pair(args, pair, err);

    (void)result;
    if (rc)
        return rc;
    if (ft_pair_load(pair, &config, NULL) == -ENOENT)
        return ft_pair_forget(pair, err);
    rc = ft_supervisor_forward(pair, "remove", args, request, err);
    return rc ? rc : LATER;
}

static int
forward(const char *verb, struct ft_request request, const json_t *args,
        struct ft_error *err)
{
    char pair[37];
    int rc = need_pair(args, pair, err);

    if (!rc)
        rc = ft_supervisor_forward(pair, verb, args, request, err);
    return rc ? rc : LATER;
}

/* Stored first: a worker that starts meanwhile, or later, reads them. */
static int
verb_pair_settings(struct ft_request request, const json_t *args,
                   json_t **result, struct ft_error *err)
{
    const json_t *settings = json_object_get(args, "settings");
    struct ft_pair_config config;
    char pair[37];
    int rc = need_pair(args, pair, err);

    if (!rc)
        rc = ft_pair_change_settings(pair, settings, err);
    if (rc)
        return rc;
    if (ft_supervisor_running(pair)) {
        rc = ft_supervisor_forward(pair, "settings", NULL, request, err);
        return rc ? rc : LATER;
    }
    rc = ft_pair_load(pair, &config, err);
    if (!rc)
        *result = json_pack("{s:o}", "settings", ft_pair_settings_json(&config));
    return rc;
}

/* The next look, a moment later, goes by them. */
static int
verb_pair_waivers(struct ft_request request, const json_t *args,
                  json_t **result, struct ft_error *err)
{
    char pair[37];
    int rc = need_pair(args, pair, err);

    (void)request;
    (void)result;
    if (!rc)
        rc = ft_pair_save_waivers(pair, json_object_get(args, "waivers"), err);
    if (!rc)
        ft_drift_watch_soon();
    return rc;
}

/* Stored first, as settings: a worker that starts meanwhile reads it. */
static int
verb_pair_witness(struct ft_request request, const json_t *args,
                  json_t **result, struct ft_error *err)
{
    char pair[37];
    int rc = need_pair(args, pair, err);

    if (!rc)
        rc = ft_pair_move_witness(pair, ft_json_string(args, "step", ""),
                                  json_object_get(args, "witness"),
                                  ft_json_string(args, "key", NULL), err);
    if (rc)
        return rc;
    if (ft_supervisor_running(pair)) {
        rc = ft_supervisor_forward(pair, "witness", NULL, request, err);
        return rc ? rc : LATER;
    }
    *result = json_object();
    return 0;
}

static int
verb_drain(struct ft_request request, const json_t *args, json_t **result,
           struct ft_error *err)
{
    bool on = ft_json_bool(args, "on", 1) || ft_maintenance_is_on();

    (void)request;
    (void)err;
    *result =
        json_pack("{s:i}", "copies", on ? (int)ft_supervisor_drain(true) : 0);
    if (!on)
        ft_supervisor_drain(false);
    return 0;
}

/* Said again, it tells how far it is. */
static int
verb_maintenance(struct ft_request request, const json_t *args, json_t **result,
                 struct ft_error *err)
{
    bool on = ft_json_bool(args, "on", 1);
    int rc = ft_maintenance_set(on, err);
    unsigned copies = rc ? 0 : ft_supervisor_drain(on);

    (void)request;
    if (!rc)
        *result = json_pack("{s:o,s:i}", "maintenance", ft_maintenance_json(),
                            "copies", on ? (int)copies : 0);
    return rc;
}

/* Said again, it finds a worker of this program, and does nothing. */
static int
verb_worker_replace(struct ft_request request, const json_t *args,
                    json_t **result, struct ft_error *err)
{
    bool replaced = false;
    char pair[37];
    int rc = need_pair(args, pair, err);

    (void)request;
    if (!rc)
        rc = ft_supervisor_replace(pair, &replaced, err);
    if (!rc)
        *result = json_pack("{s:b}", "replaced", replaced);
    return rc;
}

/* Two words to the worker: its requests carry no arguments. */
static int
verb_start(struct ft_request request, const json_t *args, json_t **result,
           struct ft_error *err)
{
    (void)result;
    return forward(ft_json_bool(args, "discard_newer", 0)
                       ? "start-discarding-newer"
                       : "start",
                   request, args, err);
}

static int
verb_status(struct ft_request request, const json_t *args, json_t **result,
            struct ft_error *err)
{
    char host[64];

    (void)request;
    (void)args;
    (void)err;
    ft_this_host_name(host);
    *result =
        json_pack("{s:s,s:s,s:o,s:o,s:o}", "host", host, "version",
                  PACKAGE_VERSION, "pairs", ft_board_statuses(), "witness",
                  ft_witness_json(), "maintenance", ft_maintenance_json());
    return 0;
}

static int
verb_events(struct ft_request request, const json_t *args, json_t **result,
            struct ft_error *err)
{
    int64_t since = ft_json_int(args, "since", 0, INT64_MAX, 0);
    int rc =
        ft_json_bool(args, "follow", 0) ? ft_followers_add(request, err) : 0;

    if (!rc)
        *result = json_pack("{s:o}", "events", ft_events_since(since));
    return rc;
}

/* Of the client's own requests only, and nothing but a stream. */
static int
verb_cancel(struct ft_request request, const json_t *args, json_t **result,
            struct ft_error *err)
{
    struct ft_request stream = { .client = request.client };
    int rc = ft_json_need_int(args, "id", 0, INT64_MAX, &stream.id, err);

    if (!rc)
        *result = json_pack("{s:b}", "ended", ft_followers_remove(stream));
    return rc;
}

static int
verb_witness_start(struct ft_request request, const json_t *args,
                   json_t **result, struct ft_error *err)
{
    (void)request;
    (void)result;
    return ft_witness_process_set(ft_json_int(args, "port", 1, 65535,
                                              FT_WITNESS_PORT),
                                  err);
}

static int
verb_witness_stop(struct ft_request request, const json_t *args,
                  json_t **result, struct ft_error *err)
{
    (void)request;
    (void)args;
    (void)result;
    return ft_witness_process_set(0, err);
}

static int
verb_witness_pair_set(struct ft_request request, const json_t *args,
                      json_t **result, struct ft_error *err)
{
    uint8_t key[FT_KEY_SIZE];
    char pair[37], owner[64];
    int64_t generation;
    int rc = need_pair(args, pair, err);

    (void)request;
    (void)result;
    if (!rc)
        rc = ft_key_from_hex(ft_json_string(args, "key", NULL), key);
    if (rc == -EINVAL)
        ft_fail(err, EINVAL, NULL, "the key is not 64 hex digits");
    if (!rc)
        rc = ft_json_need_string(args, "owner", owner, sizeof(owner), err);
    if (!rc)
        rc = ft_json_need_int(args, "generation", 1, INT64_MAX, &generation,
                              err);
    if (!rc)
        rc = ft_witness_pair_set(FT_WITNESS_FOLDER, pair, key, generation,
                                 owner, err);
    explicit_bzero(key, sizeof(key));
    return rc;
}

static int
verb_witness_pair_remove(struct ft_request request, const json_t *args,
                         json_t **result, struct ft_error *err)
{
    char pair[37];
    int rc = need_pair(args, pair, err);

    (void)request;
    (void)result;
    return rc ? rc
              : ft_witness_pair_remove(FT_WITNESS_FOLDER, pair,
                                       ft_json_bool(args, "host_left", 0), err);
}

static int
verb_witness_list(struct ft_request request, const json_t *args,
                  json_t **result, struct ft_error *err)
{
    json_t *pairs = NULL;
    int rc = ft_witness_list(FT_WITNESS_FOLDER, &pairs, err);

    (void)request;
    (void)args;
    if (!rc)
        *result = json_pack("{s:o}", "pairs", pairs);
    return rc;
}

static const struct {
    const char *name;
    ft_verb_call call; /* NULL: the pair's worker has it */
} verbs[] = {
    { "hello", verb_hello },
    { "probe", verb_probe },
    { "status", verb_status },
    { "events", verb_events },
    { "watch", ft_verb_watch },
    { "series", ft_verb_series },
    { "cancel", verb_cancel },
    { "machine", ft_verb_machine },
    { "sink", ft_verb_sink },
    { "pair-set", verb_pair_set },
    { "pair-remove", verb_pair_remove },
    { "pair-settings", verb_pair_settings },
    { "pair-waivers", verb_pair_waivers },
    { "pair-witness", verb_pair_witness },
    { "switchover", NULL },
    { "drain", verb_drain },
    { "maintenance", verb_maintenance },
    { "worker-replace", verb_worker_replace },
    { "start", verb_start },
    { "verify", NULL },
    { "rehearse", NULL },
    { "freeze", NULL },
    { "thaw", NULL },
    { "backup-check", NULL },
    { "backup-begin", NULL },
    { "backup-end", NULL },
    { "witness-start", verb_witness_start },
    { "witness-stop", verb_witness_stop },
    { "witness-pair-set", verb_witness_pair_set },
    { "witness-pair-remove", verb_witness_pair_remove },
    { "witness-list", verb_witness_list },
};

void
ft_daemon_verb(struct ft_request request, const char *verb, const json_t *args)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;
    size_t i;
    int rc;

    for (i = 0; i < FT_ARRAY_SIZE(verbs); i++)
        if (!strcmp(verbs[i].name, verb))
            break;
    if (i == FT_ARRAY_SIZE(verbs))
        rc = ft_fail(&err, EOPNOTSUPP,
                     "Use ftadmin and ftengine of one version.",
                     "unknown verb \"%.64s\"", verb);
    else if (!verbs[i].call)
        rc = forward(verb, request, args, &err);
    else
        rc = verbs[i].call(request, args, &result, &err);
    if (rc == LATER)
        return;
    if (rc)
        ft_control_reply_error(request, &err);
    else
        ft_control_reply(request, result);
}
