/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "db/link-rates.h"
#include "db/pool-flushes.h"
#include "plan/differences.h"
#include "remote/reach.h"
#include "ui/model/copy.h"
#include "ui/model/host-rows.h"
#include "ui/model/measured-rows.h"
#include "ui/work/likeness.h"
#include "ui/work/locks.h"
#include "ui/work/remember.h"
#include "ui/work/suggest.h"

/* ---- known ones ---- */

static int
add_row(struct ft_store *store, const struct ft_store_host *host, int64_t now,
        json_t *rows, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    size_t count;
    int rc = ft_store_vm_list(store, host->id, &vms, &count, err);

    if (rc)
        return rc;
    return json_array_append_new(rows, ft_host_list_row(host, count, now))
               ? ft_fail(err, ENOMEM, NULL, "out of memory")
               : 0;
}

int
ft_work_hosts_list(const struct ft_work *work, json_t **rows,
                   struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_host *hosts = NULL;
    FT_AUTOJSON json_t *made = json_array();
    int64_t now = ft_work_now_ms();
    size_t count = 0;
    int rc = ft_store_host_list(work->store, &hosts, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        rc = add_row(work->store, &hosts[i], now, made, err);
    *rows = rc ? NULL : FT_STEAL(made);
    return rc;
}

static int
set_nics(struct ft_store *store, int64_t host, json_t *record,
         struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_nic *nics = NULL;
    size_t count = 0;
    int rc = ft_store_nic_list(store, host, &nics, &count, err);

    json_object_set_new(record, "nics", ft_nic_rows(nics, count));
    return rc;
}

static int
set_networks(struct ft_store *store, int64_t host, json_t *record,
             struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_network *networks = NULL;
    size_t count = 0;
    int rc = ft_store_network_list(store, host, &networks, &count, err);

    json_object_set_new(record, "networks", ft_network_rows(networks, count));
    return rc;
}

static int
set_pools(struct ft_store *store, int64_t host, json_t *record,
          struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pool *pools = NULL;
    FT_AUTOFREE struct ft_store_pool_flush *flushes = NULL;
    size_t count = 0, measured = 0;
    int rc = ft_store_pool_list(store, host, &pools, &count, err);

    json_object_set_new(record, "pools", ft_pool_rows(pools, count));
    if (!rc)
        rc = ft_store_pool_flush_list(store, host, &flushes, &measured, err);
    ft_pool_flush_add(json_object_get(record, "pools"), flushes, measured,
                      ft_work_now_ms());
    return rc;
}

static int
set_vms(struct ft_store *store, int64_t host, json_t *record,
        struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_vm *vms = NULL;
    size_t count = 0;
    int rc = ft_store_vm_list(store, host, &vms, &count, err);

    json_object_set_new(record, "vms", ft_host_vm_rows(vms, count));
    return rc;
}

static int
set_links(struct ft_store *store, int64_t host, json_t *record,
          struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_link_rate *rates = NULL;
    size_t count = 0;
    int rc = ft_store_link_rate_list(store, host, &rates, &count, err);

    json_object_set_new(record, "links",
                        ft_link_rate_rows(rates, count, ft_work_now_ms()));
    return rc;
}

static int
fill_record(struct ft_store *store, int64_t host, json_t *record,
            struct ft_error *err)
{
    FT_AUTOJSON json_t *facts = NULL;
    int64_t at;
    int rc = ft_store_facts_get(store, host, &facts, &at, err);

    if (rc && rc != -ENOENT)
        return rc;
    json_object_set(record, "facts", facts ? facts : json_null());
    rc = set_nics(store, host, record, err);
    if (!rc)
        rc = set_networks(store, host, record, err);
    if (!rc)
        rc = set_pools(store, host, record, err);
    if (!rc)
        rc = set_links(store, host, record, err);
    return rc ? rc : set_vms(store, host, record, err);
}

/* Errors as ft_store_host_get, with the name that may have been meant. */
static int
find_host(const struct ft_work *work, const char *name,
          struct ft_store_host *host, struct ft_error *err)
{
    int rc = ft_store_host_get(work->store, name, host, err);

    if (rc == -ENOENT)
        ft_work_suggest_host(work, name, err);
    return rc;
}

int
ft_work_host_show(const struct ft_work *work, const char *name, json_t **record,
                  struct ft_error *err)
{
    FT_AUTOJSON json_t *made = NULL;
    struct ft_store_host host;
    int rc = find_host(work, name, &host, err);

    if (rc)
        return rc;
    made = ft_host_record(&host, ft_work_now_ms());
    rc = fill_record(work->store, host.id, made, err);
    *record = rc ? NULL : FT_STEAL(made);
    return rc;
}

/* What it told when it was last looked at. */
static int
facts_of(const struct ft_work *work, const char *name, struct ft_host **facts,
         struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    struct ft_store_host host;
    int64_t at;
    int rc = find_host(work, name, &host, err);

    *facts = NULL;
    if (!rc)
        rc = ft_store_facts_get(work->store, host.id, &json, &at, err);
    return rc ? rc : ft_host_from_json(json, facts, err);
}

int
ft_work_hosts_diff(const struct ft_work *work, const char *first,
                   const char *second, json_t **rows, struct ft_error *err)
{
    struct ft_host *a, *b = NULL;
    int rc = facts_of(work, first, &a, err);

    *rows = NULL;
    if (!rc)
        rc = facts_of(work, second, &b, err);
    if (!rc)
        *rows = ft_host_differences(a, b);
    ft_host_free(a);
    ft_host_free(b);
    return rc || *rows ? rc : ft_fail(err, ENOMEM, NULL, "out of memory");
}

/* ---- coming in ---- */

static int
lock_hosts(const struct ft_work *work, const struct ft_store_host *hosts,
           size_t count, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc = 0;

    for (size_t i = 0; !rc && i < count; i++) {
        snprintf(doing, sizeof(doing), "host add %.200s", hosts[i].name);
        rc = ft_work_lock_host(work, hosts[i].name, FT_LOCK_ALONE, doing, err);
    }
    return rc;
}

/* What is known of how to log in, where nothing else was said. */
static void
keep_login(const struct ft_work *work, struct ft_store_host *host)
{
    struct ft_store_host known;
    bool is_known = !ft_store_host_get(work->store, host->name, &known, NULL);

    if (!*host->address)
        FT_COPY(host->address, is_known ? known.address : host->name);
    if (is_known && !*host->identity)
        FT_COPY(host->identity, known.identity);
    if (!strcmp(host->identity, FT_WORK_IDENTITY_NONE))
        host->identity[0] = '\0';
}

int
ft_work_hosts_prepare(const struct ft_work *work, struct ft_store_host *hosts,
                      size_t count, struct ft_work_fleet *fleet,
                      struct ft_error *err)
{
    int rc = lock_hosts(work, hosts, count, err);

    for (size_t i = 0; i < count; i++)
        keep_login(work, &hosts[i]);
    if (!rc)
        return ft_work_fleet_from(work, true, hosts, count, fleet, err);
    memset(fleet, 0, sizeof(*fleet));
    free(hosts);
    return rc;
}

struct adding {
    struct ft_work_fleet *fleet;
    struct ft_job *job;
};

static int
on_upload(void *data, size_t done, size_t total)
{
    (void)done;
    (void)total;
    return ft_job_stopped(data);
}

static void
name_step(const char *host, const char *what, char out[FT_STORE_TEXT])
{
    snprintf(out, FT_STORE_TEXT, "%.200s: %s", host, what);
}

static int
add_one(struct ft_fleet *fleet, struct ft_member *member, size_t index,
        void *data, struct ft_error *err)
{
    const struct adding *adding = data;
    char text[FT_STORE_TEXT];
    bool changed = false;
    int rc;

    name_step(member->name, "install the engine, look around", text);
    ft_job_step(adding->job, index, text, FT_STEP_STARTED);
    rc = ft_member_connect(fleet, member, err);
    if (!rc)
        rc = ft_member_engine(fleet, member, FT_INSTALL_DROP_OLD, on_upload,
                              adding->job, &changed, err);
    if (!rc)
        rc = ft_member_probe(fleet, member, true, err);
    ft_job_step(adding->job, index, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    return rc;
}

static size_t
remember_added(struct ft_work_fleet *fleet)
{
    size_t added = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        struct ft_error *error = &fleet->errors[i];

        if (!error->code)
            ft_work_refuse_second_name(fleet->work, fleet->hosts[i].name,
                                       fleet->fleet.members[i]->facts, error);
        if (!error->code)
            ft_work_remember(fleet->work->store, &fleet->hosts[i],
                             fleet->fleet.members[i], error);
        added += !error->code;
    }
    return added;
}

/* The first error stands for all, when no host went well. */
static const struct ft_error *
first_error(const struct ft_work_fleet *fleet)
{
    size_t i = 0;

    while (i + 1 < fleet->count && !fleet->errors[i].code)
        i++;
    return &fleet->errors[i];
}

static void
end_adding(struct ft_work_fleet *fleet, struct ft_job *job, size_t added)
{
    const struct ft_error *error = added ? NULL : first_error(fleet);
    char text[FT_STORE_TEXT];

    snprintf(text, sizeof(text), "%zu of %zu host%s added", added, fleet->count,
             fleet->count == 1 ? "" : "s");
    ft_job_end(job, error ? -error->code : 0, added < fleet->count, text, error,
               NULL);
}

int
ft_work_hosts_add(struct ft_work_fleet *fleet, size_t *added,
                  struct ft_error *err)
{
    struct adding adding = { .fleet = fleet };
    char names[FT_STORE_TEXT];
    struct ft_trace trace;
    int rc;

    *added = 0;
    ft_work_fleet_names(fleet, fleet->count, names);
    rc = ft_job_begin(fleet->work, "host add", names, "", &adding.job, err);
    if (rc)
        return rc;
    trace = ft_job_trace(adding.job);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    ft_work_fleet_each(fleet, add_one, &adding);
    ft_fleet_set_trace(&fleet->fleet, NULL);
    *added = remember_added(fleet);
    end_adding(fleet, adding.job, *added);
    return 0;
}

json_t *
ft_work_hosts_added(const struct ft_work_fleet *fleet)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < fleet->count; i++) {
        const struct ft_error *error =
            fleet->errors[i].code ? &fleet->errors[i] : NULL;

        const struct ft_host *facts = fleet->fleet.members[i]->facts;
        json_t *row = ft_host_added_row(&fleet->hosts[i], error, facts);

        json_object_set_new(row, "warning",
                            ft_work_clone_warning(fleet->work,
                                                  fleet->hosts[i].name,
                                                  error ? NULL : facts));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* ---- leaving ---- */

int
ft_work_host_claim(const struct ft_work *work, const char *name,
                   struct ft_store_host *host, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc = find_host(work, name, host, err);

    snprintf(doing, sizeof(doing), "host remove %.200s", name);
    if (!rc)
        rc = ft_work_lock_host(work, name, FT_LOCK_ALONE, doing, err);
    return rc ? rc : ft_store_host_check_unused(work->store, name, err);
}

/* Pairs of which the host is the witness, by the witness's own word. */
static int
count_witnessed(struct ft_fleet *fleet, struct ft_member *member,
                int timeout_ms, size_t *count, struct ft_error *err)
{
    FT_AUTOJSON json_t *list = NULL;
    int rc;

    *count = 0;
    rc = ft_member_insist(fleet, member, "witness-list", NULL, &list,
                          timeout_ms, err);
    if (!rc)
        *count = json_array_size(json_object_get(list, "pairs"));
    return rc == -EOPNOTSUPP ? 0 : rc;
}

/* Another administrator's pairs, or a witness of pairs: not ours to cut off. */
static int
refuse_when_in_use(struct ft_fleet *fleet, struct ft_member *member,
                   int timeout_ms, struct ft_error *err)
{
    size_t pairs = json_array_size(json_object_get(member->status, "pairs"));
    size_t witnessed;
    int rc = count_witnessed(fleet, member, timeout_ms, &witnessed, err);

    if (rc || (!pairs && !witnessed))
        return rc;
    return ft_fail(err, EBUSY,
                   "unprotect those VMs first (ftadmin status); --keep-engine "
                   "forgets the host and leaves it as it is",
                   "the engine on %s still carries %zu pair%s and is witness of "
                   "%zu",
                   member->name, pairs, pairs == 1 ? "" : "s", witnessed);
}

struct uninstall {
    const struct ft_work *work;
    bool purge;
};

static int
uninstall(struct ft_fleet *fleet, struct ft_member *member, size_t index,
          void *data, struct ft_error *err)
{
    const struct uninstall *wanted = data;
    int rc =
        ft_work_each_status(fleet, member, index, (void *)wanted->work, err);

    if (!rc)
        rc = refuse_when_in_use(fleet, member,
                                ft_work_timeout_ms(wanted->work,
                                                   FT_WORK_ANSWER_MS),
                                err);
    else if (ft_member_reached(member) && (rc == -ECONNREFUSED || rc == -ENOENT))
        /* no engine runs: nothing to ask; one that hangs may have pairs */
        rc = 0;
    return rc ? rc : ft_member_uninstall(fleet, member, wanted->purge, err);
}

static int
fleet_of(const struct ft_work *work, const struct ft_store_host *host,
         struct ft_work_fleet *fleet, struct ft_error *err)
{
    struct ft_store_host *one = malloc(sizeof(*one));

    if (!one)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    *one = *host;
    return ft_work_fleet_from(work, false, one, 1, fleet, err);
}

/* True when the engine is gone; else fleet->errors says why not. */
static bool
take_engine(struct ft_work_fleet *fleet, bool purge, struct ft_job *job)
{
    struct uninstall wanted = { fleet->work, purge };
    struct ft_trace trace = ft_job_trace(job);
    char text[FT_STORE_TEXT];
    bool gone;

    name_step(fleet->hosts[0].name, "remove the engine", text);
    ft_job_step(job, 0, text, FT_STEP_STARTED);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    gone = ft_work_fleet_each(fleet, uninstall, &wanted) == 1;
    ft_fleet_set_trace(&fleet->fleet, NULL);
    ft_job_step(job, 0, text, gone ? FT_STEP_DONE : FT_STEP_FAILED);
    return gone;
}

static int
forget(const struct ft_work *work, const struct ft_store_host *host,
       size_t index, struct ft_job *job, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    int rc;

    name_step(host->name, "forget the host", text);
    ft_job_step(job, index, text, FT_STEP_STARTED);
    rc = ft_store_host_remove(work->store, host->name, err);
    ft_job_step(job, index, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    return rc;
}

int
ft_work_host_remove(const struct ft_work *work, const struct ft_store_host *host,
                    bool keep_engine, bool purge, struct ft_work_fleet *fleet,
                    bool *gone, struct ft_error *err)
{
    const struct ft_error *why = err;
    struct ft_job *job;
    int rc;

    *gone = false;
    memset(fleet, 0, sizeof(*fleet));
    rc = keep_engine ? 0 : ft_work_refuse_shared_engine(work, host, err);
    if (rc)
        return rc;
    rc = ft_job_begin(work, "host remove", host->name, "", &job, err);
    if (rc)
        return rc;
    rc = fleet_of(work, host, fleet, err);
    *gone = !rc && (keep_engine || take_engine(fleet, purge, job));
    if (*gone)
        rc = forget(work, host, keep_engine ? 0 : 1, job, err);
    else if (!rc)
        why = &fleet->errors[0];
    ft_job_end(job, *gone ? rc : -why->code, false, "removed",
               *gone && !rc ? NULL : why, NULL);
    return rc;
}
