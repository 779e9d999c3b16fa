/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "protect/fleet.h"

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
    ft_control_close(member->control);
    ft_ssh_close(member->ssh);
    member->control = NULL;
    member->ssh = NULL;
}

static void
free_member(struct ft_member *member)
{
    ft_member_disconnect(member);
    ft_host_free(member->facts);
    json_decref(member->facts_json);
    json_decref(member->status);
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

int
ft_member_connect(struct ft_fleet *fleet, struct ft_member *member,
                  struct ft_error *err)
{
    struct ft_ssh_options options = fleet->ssh;
    struct ft_error local = FT_ERROR_INIT;
    int rc;

    if (member->ssh != NULL)
        return 0;
    if (member->identity[0] != '\0')
        options.identity = member->identity;
    rc = ft_ssh_open(member->destination, &options, &member->ssh, &local);
    if (rc == 0)
        ft_ssh_set_trace(member->ssh, &fleet->trace, member->name);
    return keep(member, rc, &local, err);
}

int
ft_member_control(struct ft_fleet *fleet, struct ft_member *member,
                  struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    int rc;

    if (member->control != NULL)
        return 0;
    rc = ft_member_connect(fleet, member, err);
    if (rc < 0)
        return rc;
    rc = ft_control_open(member->ssh, &member->control, &local);
    if (rc == -EPIPE) {
        /* A session that stood idle may have died unnoticed. */
        ft_member_disconnect(member);
        rc = ft_member_connect(fleet, member, err);
        if (rc < 0)
            return rc;
        rc = ft_control_open(member->ssh, &member->control, &local);
    }
    return keep(member, rc, &local, err);
}

void
ft_fleet_set_trace(struct ft_fleet *fleet, const struct ft_trace *trace)
{
    static const struct ft_trace nobody;

    fleet->trace = trace != NULL ? *trace : nobody;
    for (size_t i = 0; i < fleet->count; i++)
        if (fleet->members[i]->ssh != NULL)
            ft_ssh_set_trace(fleet->members[i]->ssh, &fleet->trace,
                             fleet->members[i]->name);
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

int
ft_member_call(struct ft_fleet *fleet, struct ft_member *member,
               const char *verb, json_t *args, json_t **result, int timeout_ms,
               struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    int64_t begin = ft_clock_ns();
    bool was_open = member->control != NULL;
    bool again = was_open && strcmp(verb, "switchover") != 0;
    json_t *copy = again ? json_deep_copy(args) : NULL;
    int rc = ft_member_control(fleet, member, &local);

    if (rc == 0)
        rc = ft_control_call(member->control, verb, args, result, timeout_ms,
                             &local);
    else
        ft_json_wipe(args);
    if (rc == -EPIPE || rc == -ETIMEDOUT)
        ft_member_disconnect(member);
    if (rc == -EPIPE && again) {
        rc = ft_member_control(fleet, member, &local);
        if (rc == 0) {
            rc = ft_control_call(member->control, verb, copy, result,
                                 timeout_ms, &local);
            copy = NULL;
        }
    }
    ft_json_wipe(copy);
    trace_call(fleet, member, verb, rc, begin, &local);
    return keep(member, rc, &local, err);
}

int
ft_member_status(struct ft_fleet *fleet, struct ft_member *member,
                 struct ft_error *err)
{
    json_t *status = NULL;
    int rc = ft_member_call(fleet, member, "status", NULL, &status, 0, err);

    if (rc < 0)
        return rc;
    json_decref(member->status);
    member->status = status;
    if (member->facts != NULL)
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

int
ft_member_probe(struct ft_fleet *fleet, struct ft_member *member, bool refresh,
                struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    json_t *json = NULL;
    int rc;

    if (member->facts != NULL && !refresh)
        return 0;
    rc = ft_member_connect(fleet, member, err);
    if (rc < 0)
        return rc;
    if (ft_member_control(fleet, member, NULL) == 0)
        rc = ft_member_call(fleet, member, "probe", NULL, &json, 60000, &local);
    else if (member->ssh != NULL)
        rc = ft_install_probe(member->ssh, fleet->engine, &json, &local);
    else
        rc = keep(member, -member->error.code, &member->error, &local);
    if (rc == 0)
        rc = take_facts(member, json, &local);
    json_decref(json);
    if (rc == 0 && member->control != NULL)
        rc = ft_member_status(fleet, member, &local);
    return keep(member, rc, &local, err);
}

int
ft_member_engine(struct ft_fleet *fleet, struct ft_member *member,
                 ft_ssh_progress progress, void *data, bool *changed,
                 struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    bool did_change = false;
    int rc = ft_member_connect(fleet, member, err);

    if (rc < 0)
        return rc;
    rc = ft_install_ensure(member->ssh, fleet->engine, progress, data,
                           &did_change, &local);
    if (changed != NULL)
        *changed = did_change;
    if (rc < 0)
        return keep(member, rc, &local, err);
    if (did_change) {
        /* The old channel ended with the old daemon. */
        ft_control_close(member->control);
        member->control = NULL;
    }
    return ft_member_control(fleet, member, err);
}

/* ---- the planner's view ---- */

static void
take_pair(const json_t *status, struct ft_inventory *inventory,
          struct ft_known_pair *pairs)
{
    struct ft_known_pair p = { .pair = "" };

    if (ft_json_need_string(status, "pair", p.pair, sizeof(p.pair), NULL) < 0 ||
        ft_json_need_string(status, "vm", p.vm, sizeof(p.vm), NULL) < 0 ||
        ft_json_need_string(status, "uuid", p.vm_uuid, sizeof(p.vm_uuid),
                            NULL) < 0)
        return;
    ft_json_need_string(status, "primary", p.primary, sizeof(p.primary), NULL);
    ft_json_need_string(status, "standby", p.standby, sizeof(p.standby), NULL);
    ft_json_need_string(status, "state", p.state, sizeof(p.state), NULL);
    for (size_t i = 0; i < inventory->pair_count; i++)
        if (strcmp(pairs[i].pair, p.pair) == 0)
            return; /* both hosts of a pair report it */
    pairs[inventory->pair_count++] = p;
}

static size_t
count_pairs(const struct ft_fleet *fleet)
{
    size_t count = 0;

    for (size_t i = 0; i < fleet->count; i++)
        count +=
            json_array_size(json_object_get(fleet->members[i]->status, "pairs"));
    return count;
}

int
ft_fleet_inventory(const struct ft_fleet *fleet, struct ft_inventory *inventory)
{
    const struct ft_host **hosts = calloc(fleet->count + 1, sizeof(*hosts));
    struct ft_known_pair *pairs = calloc(count_pairs(fleet) + 1, sizeof(*pairs));

    memset(inventory, 0, sizeof(*inventory));
    if (hosts == NULL || pairs == NULL) {
        free(hosts);
        free(pairs);
        return -ENOMEM;
    }
    for (size_t i = 0; i < fleet->count; i++) {
        const json_t *list = json_object_get(fleet->members[i]->status, "pairs");

        if (fleet->members[i]->facts != NULL)
            hosts[inventory->host_count++] = fleet->members[i]->facts;
        for (size_t k = 0; k < json_array_size(list); k++)
            take_pair(json_array_get(list, k), inventory, pairs);
    }
    inventory->hosts = hosts;
    inventory->pairs = pairs;
    return 0;
}

void
ft_fleet_inventory_free(struct ft_inventory *inventory)
{
    free((void *)(uintptr_t)inventory->hosts);
    free((void *)(uintptr_t)inventory->pairs);
    memset(inventory, 0, sizeof(*inventory));
}

/* The status object of this pair (VM's name, its UUID or the pair's) or NULL. */
static const json_t *
pair_in(const json_t *status, const char *name)
{
    static const char *const keys[] = { "pair", "uuid", "vm" };
    const json_t *list = json_object_get(status, "pairs");

    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < json_array_size(list); i++)
            if (strcmp(ft_json_string(json_array_get(list, i), keys[k], ""),
                       name) == 0)
                return json_array_get(list, i);
    return NULL;
}

const json_t *
ft_member_pair(const struct ft_member *member, const char *pair)
{
    return pair_in(member->status, pair);
}

int
ft_fleet_pair(const struct ft_fleet *fleet, const char *vm, const json_t **pair,
              struct ft_member **where)
{
    int64_t best = -1;

    *pair = NULL;
    *where = NULL;
    for (size_t i = 0; i < fleet->count; i++) {
        const json_t *p = pair_in(fleet->members[i]->status, vm);
        int64_t rank;

        if (p == NULL)
            continue;
        /* Two may call themselves primary for a moment: the later one is. */
        rank = ft_json_int(p, "generation", 0, INT64_MAX / 2 - 1, 0) * 2 +
               (strcmp(ft_json_string(p, "role", ""), "primary") == 0);
        if (rank > best) {
            best = rank;
            *pair = p;
            *where = fleet->members[i];
        }
    }
    return *pair != NULL ? 0 : -ENOENT;
}
