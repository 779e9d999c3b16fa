/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/record.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/host-names.h"
#include "base/json.h"

/* ---- written ---- */

static json_t *
record_member(const struct ft_member *member)
{
    const struct ft_host *facts = member->facts;

    return json_pack("{s:s,s:s,s:s,s:o,s:O,s:O?}", "name", member->name,
                     "address", member->destination, "host_key",
                     facts->host_key, "clock_offset_ms",
                     facts->clock_known ? json_integer(facts->clock_offset_ms)
                                        : json_null(),
                     "facts", member->facts_json, "status", member->status);
}

json_t *
ft_fleet_record(const struct ft_fleet *fleet, const char *taken_at)
{
    json_t *hosts = json_array();

    for (size_t i = 0; i < fleet->count; i++)
        if (fleet->members[i]->facts != NULL &&
            json_array_append_new(hosts, record_member(fleet->members[i])) < 0) {
            json_decref(hosts);
            return NULL;
        }
    return json_pack("{s:i,s:s,s:s,s:o}", "schema", FT_RECORD_SCHEMA, "taken_at",
                     taken_at, "ftadmin", PACKAGE_VERSION, "hosts", hosts);
}

/* ---- read ---- */

_Static_assert(FT_HOST_NAME_MAX < FT_NAME_SIZE,
               "a member has room for its name");

static int
wrong(struct ft_error *err, size_t index, const char *what)
{
    return ft_fail(err, EINVAL, "ftadmin facts export writes such a file.",
                   "the inventory's host %zu %s", index + 1, what);
}

/* Of two clocks that each count nanoseconds since 1970 in 64 bits; or not known. */
static bool
is_offset(const json_t *value)
{
    json_int_t most = INT64_MAX / FT_NS_PER_MS;

    return value == NULL || json_is_null(value) ||
           (json_is_integer(value) && json_integer_value(value) >= -most &&
            json_integer_value(value) <= most);
}

/* Printable ASCII; it is shown, and told on. Missing is fine, too. */
static bool
is_plain(const json_t *value, size_t size)
{
    const char *text = json_string_value(value);

    if (value == NULL || json_is_null(value))
        return true;
    if (text == NULL || json_string_length(value) >= size ||
        strlen(text) != json_string_length(value))
        return false;
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static int
check_host(const json_t *host, size_t index, struct ft_error *err)
{
    const char *name = ft_json_string(host, "name", "");
    const char *address = ft_json_string(host, "address", name);
    const json_t *status = json_object_get(host, "status");

    if (!ft_host_name_valid(name))
        return wrong(err, index, "has no name, or one that no host may have");
    if (!ft_host_address_valid(address))
        return wrong(err, index, "has an address that is none");
    if (!is_plain(json_object_get(host, "host_key"),
                  sizeof(((struct ft_host *)0)->host_key)))
        return wrong(err, index, "has a key that is none");
    if (!is_offset(json_object_get(host, "clock_offset_ms")))
        return wrong(err, index, "has a clock offset that is none");
    if (!json_is_object(json_object_get(host, "facts")))
        return wrong(err, index, "has no facts");
    if (status != NULL && !json_is_null(status) && !json_is_object(status))
        return wrong(err, index, "has a status that is no object");
    return 0;
}

int
ft_record_check(const json_t *record, struct ft_error *err)
{
    const json_t *hosts = json_object_get(record, "hosts");
    json_int_t schema = json_integer_value(json_object_get(record, "schema"));
    const json_t *host;
    size_t index;

    if (!json_is_object(record) || !json_is_array(hosts))
        return ft_fail(err, EINVAL, "ftadmin facts export writes such a file.",
                       "this is no inventory: it has no hosts");
    if (schema != FT_RECORD_SCHEMA)
        return ft_fail(err, EPROTO, "Read it with the ftadmin that wrote it.",
                       "the inventory has schema %lld, this ftadmin knows %d",
                       (long long)schema, FT_RECORD_SCHEMA);
    if (!is_plain(json_object_get(record, "taken_at"),
                  sizeof(((struct ft_fleet *)0)->recorded)))
        return ft_fail(err, EINVAL, "ftadmin facts export writes such a file.",
                       "the inventory does not tell when it was taken");
    if (json_array_size(hosts) > FT_RECORD_HOSTS_MAX)
        return ft_fail(err, EINVAL, NULL, "the inventory has more than %d hosts",
                       FT_RECORD_HOSTS_MAX);
    json_array_foreach(hosts, index, host) {
        int rc = check_host(host, index, err);

        if (rc < 0)
            return rc;
    }
    return 0;
}

const char *
ft_record_host(const json_t *record, size_t index, const char **address)
{
    const json_t *host = json_array_get(json_object_get(record, "hosts"), index);
    const char *name = ft_json_string(host, "name", NULL);

    *address = ft_json_string(host, "address", name);
    return name;
}

static int
replay_member(struct ft_member *member, const json_t *host, struct ft_error *err)
{
    json_t *facts_json = json_object_get(host, "facts");
    json_t *status = json_object_get(host, "status");
    const json_t *offset = json_object_get(host, "clock_offset_ms");
    struct ft_host *facts;
    int rc = ft_host_from_json(facts_json, &facts, err);

    if (rc < 0)
        return ft_error_prefix(err, "%s", member->name);
    strcpy(facts->name, member->name);
    snprintf(facts->host_key, sizeof(facts->host_key), "%s",
             ft_json_string(host, "host_key", ""));
    facts->clock_known = json_is_integer(offset);
    facts->clock_offset_ms = json_integer_value(offset);
    facts->engine_runs = json_is_object(status);
    facts->is_witness =
        ft_json_bool(json_object_get(status, "witness"), "running", 0);
    ft_host_free(member->facts);
    json_decref(member->facts_json);
    json_decref(member->status);
    member->facts = facts;
    member->facts_json = json_incref(facts_json);
    member->status = json_is_object(status) ? json_incref(status) : NULL;
    return 0;
}

int
ft_fleet_replay(struct ft_fleet *fleet, const json_t *record,
                struct ft_error *err)
{
    int rc = ft_record_check(record, err);
    const json_t *host;
    size_t index;

    if (rc < 0)
        return rc;
    snprintf(fleet->recorded, sizeof(fleet->recorded), "%s",
             ft_json_string(record, "taken_at", "an unknown time"));
    json_array_foreach(json_object_get(record, "hosts"), index, host) {
        struct ft_member *member =
            ft_fleet_find(fleet, ft_json_string(host, "name", ""));

        rc = member != NULL ? replay_member(member, host, err) : 0;
        if (rc < 0)
            return rc;
    }
    return 0;
}
