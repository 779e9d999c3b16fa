/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/fleet.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "db/maintenance.h"
#include "db/rules.h"
#include "ui/model/copy.h"

#define THREADS_MAX 32

struct ft_work_asking {
    const struct ft_work_prompts *prompts;
    unsigned asked; /* secrets, on this connection */
};

static int
on_host_key(void *data, const char *host, const char *keys, const char *compare)
{
    const struct ft_work_asking *asking = data;

    return asking->prompts->host_key(asking->prompts->data, host, keys, compare);
}

static int
on_secret(void *data, const char *prompt, char *out, size_t size)
{
    struct ft_work_asking *asking = data;

    return asking->prompts->secret(asking->prompts->data, asking->asked++,
                                   prompt, out, size);
}

static void
on_begin(void *data)
{
    struct ft_work_asking *asking = data;

    asking->asked = 0;
}

static struct ft_ssh_prompts
prompts_of(struct ft_work_asking *asking)
{
    struct ft_ssh_prompts prompts = {
        .begin = on_begin,
        .host_key = asking->prompts->host_key ? on_host_key : NULL,
        .secret = asking->prompts->secret ? on_secret : NULL,
        .data = asking,
    };

    return prompts;
}

static struct ft_ssh_options
ssh_options(struct ft_work_fleet *self)
{
    const struct ft_work *work = self->work;
    struct ft_ssh_options options = {
        .accept_new_host_keys = work->accept_new_host_keys,
        .identity = work->identity,
        .connect_timeout_ms = ft_work_timeout_ms(work, FT_WORK_CONNECT_MS),
        .prompts = prompts_of(&self->asking[self->count]),
    };

    return options;
}

static int
add_members(struct ft_work_fleet *self, struct ft_error *err)
{
    struct ft_member *member = NULL;
    int rc = 0;

    for (size_t i = 0; !rc && i < self->count; i++) {
        rc = ft_fleet_add(&self->fleet, self->hosts[i].name,
                          self->hosts[i].address, &member, err);
        if (!rc) {
            FT_COPY(member->pinned, self->hosts[i].host_key);
            member->maintenance_at = self->hosts[i].maintenance_at;
        }
        if (!rc && !self->work->identity)
            snprintf(member->identity, sizeof(member->identity), "%.*s",
                     (int)sizeof(member->identity) - 1, self->hosts[i].identity);
    }
    return rc;
}

/* Without an engine of ours the fleet can still talk to installed ones. */
static int
init_fleet(struct ft_work_fleet *self, bool with_engine, struct ft_error *err)
{
    struct ft_ssh_options options = ssh_options(self);
    int rc = ft_fleet_init(&self->fleet, &options, self->work->engine, err);

    if (rc != -ENOENT || with_engine)
        return rc;
    memset(&self->fleet, 0, sizeof(self->fleet));
    self->fleet.ssh = options;
    return 0;
}

/* What the administrator wants of placement. */
static int
read_rules(struct ft_work_fleet *self, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_rule *rules = NULL;
    size_t count = 0;
    int rc = ft_store_rule_list(self->work->store, &rules, &count, err);

    self->apart = rc ? NULL : calloc(count + 1, sizeof(*self->apart));
    if (!self->apart)
        return rc ? rc : ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i < count; i++) {
        FT_COPY(self->apart[i].vms[0], rules[i].first);
        FT_COPY(self->apart[i].vms[1], rules[i].second);
    }
    self->fleet.apart = self->apart;
    self->fleet.apart_count = count;
    return 0;
}

int
ft_work_fleet_from(const struct ft_work *work, bool with_engine,
                   struct ft_store_host *hosts, size_t count,
                   struct ft_work_fleet *fleet, struct ft_error *err)
{
    const struct ft_fleet_watch watch = { work->again, work->interrupted,
                                          work->data };
    int rc;

    memset(fleet, 0, sizeof(*fleet));
    fleet->work = work;
    fleet->hosts = hosts;
    fleet->count = count;
    fleet->asking = calloc(count + 1, sizeof(*fleet->asking));
    fleet->errors = calloc(count + 1, sizeof(*fleet->errors));
    if (!fleet->asking || !fleet->errors)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i <= count; i++)
        fleet->asking[i].prompts = &work->prompts;
    rc = init_fleet(fleet, with_engine, err);
    ft_fleet_set_watch(&fleet->fleet, &watch);
    if (!rc)
        rc = read_rules(fleet, err);
    return rc ? rc : add_members(fleet, err);
}

int
ft_work_fleet_open(const struct ft_work *work, bool with_engine,
                   struct ft_work_fleet *fleet, struct ft_error *err)
{
    struct ft_store_host *hosts = NULL;
    size_t count = 0;
    int rc = ft_store_host_list(work->store, &hosts, &count, err);

    memset(fleet, 0, sizeof(*fleet));
    return rc ? rc
              : ft_work_fleet_from(work, with_engine, hosts, count, fleet, err);
}

struct ft_ssh_options
ft_work_fleet_ssh(struct ft_work_fleet *fleet, size_t index)
{
    const struct ft_member *member = fleet->fleet.members[index];
    struct ft_ssh_options options = fleet->fleet.ssh;

    options.prompts = prompts_of(&fleet->asking[index]);
    if (*member->identity)
        options.identity = member->identity;
    options.pinned = member->pinned;
    return options;
}

void
ft_work_fleet_close(struct ft_work_fleet *fleet)
{
    if (fleet->fleet.members)
        ft_fleet_free(&fleet->fleet);
    free(fleet->hosts);
    free(fleet->asking);
    free(fleet->errors);
    free(fleet->apart);
    memset(fleet, 0, sizeof(*fleet));
}

struct job {
    struct ft_work_fleet *owner;
    size_t index;
    ft_work_each each;
    void *data;
    pthread_t thread;
    bool started;
};

static void *
run_job(void *data)
{
    struct job *job = data;
    struct ft_work_fleet *owner = job->owner;
    struct ft_fleet view = owner->fleet;
    struct ft_error *err = &owner->errors[job->index];
    int rc;

    view.ssh.prompts = prompts_of(&owner->asking[job->index]);
    memset(err, 0, sizeof(*err));
    rc = job->each(&view, view.members[job->index], job->index, job->data, err);
    if (rc && !err->code)
        ft_fail(err, -rc, NULL, "%s: %s", view.members[job->index]->name,
                strerror(-rc));
    if (!rc)
        err->code = 0;
    return NULL;
}

static void
run_batch(struct job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        jobs[i].started =
            !pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].started)
            pthread_join(jobs[i].thread, NULL);
        else
            run_job(&jobs[i]);
    }
}

/* A host that was added by an older ftadmin has its key written down now. */
static void
remember_host(struct ft_store *store, const struct ft_store_host *host,
              const struct ft_member *member)
{
    const json_t *said = json_object_get(member->status, "maintenance");
    char key[FT_STORE_NAME];

    if (said) /* by another ftadmin, too */
        ft_store_maintenance_put(store, host->name,
                                 ft_json_int(said, "since", 0, INT64_MAX, 0),
                                 NULL);
    ft_store_host_seen(store, host->name, ft_work_now_ms(), NULL);
    ft_member_host_key(member, key, sizeof(key));
    if (!*host->host_key && *key)
        ft_store_host_pin(store, host->name, key, NULL);
}

/* Whoever was reached is known to live, whatever became of the question. */
static void
remember_seen(const struct ft_work_fleet *fleet)
{
    struct ft_store *store = fleet->work->store;

    if (!store || ft_store_begin(store, NULL))
        return;
    for (size_t i = 0; i < fleet->count; i++)
        if (ft_member_reached(fleet->fleet.members[i]))
            remember_host(store, &fleet->hosts[i], fleet->fleet.members[i]);
    ft_store_commit(store, NULL);
}

size_t
ft_work_fleet_each(struct ft_work_fleet *fleet, ft_work_each each, void *data)
{
    struct job jobs[THREADS_MAX];
    size_t succeeded = 0;

    for (size_t start = 0; start < fleet->count; start += THREADS_MAX) {
        size_t count = FT_MIN(fleet->count - start, (size_t)THREADS_MAX);

        for (size_t i = 0; i < count; i++)
            jobs[i] = (struct job){
                .owner = fleet, .index = start + i, .each = each, .data = data
            };
        run_batch(jobs, count);
    }
    for (size_t i = 0; i < fleet->count; i++)
        succeeded += fleet->errors[i].code == 0;
    remember_seen(fleet);
    return succeeded;
}

int
ft_work_each_status(struct ft_fleet *fleet, struct ft_member *member,
                    size_t index, void *data, struct ft_error *err)
{
    const struct ft_work *work = data;
    json_t *status = NULL;
    int rc = ft_member_insist(fleet, member, "status", NULL, &status,
                              ft_work_timeout_ms(work, FT_WORK_ANSWER_MS), err);

    (void)index;
    if (rc)
        return rc;
    json_decref(member->status);
    member->status = status;
    return 0;
}

static int
probe(struct ft_fleet *fleet, struct ft_member *member, size_t index,
      void *data, struct ft_error *err)
{
    (void)index;
    (void)data;
    return ft_member_probe(fleet, member, true, err);
}

size_t
ft_work_fleet_status(struct ft_work_fleet *fleet)
{
    return ft_work_fleet_each(fleet, ft_work_each_status, (void *)fleet->work);
}

size_t
ft_work_fleet_probe(struct ft_work_fleet *fleet)
{
    return ft_work_fleet_each(fleet, probe, NULL);
}

bool
ft_work_fleet_error(const struct ft_work_fleet *fleet, size_t index,
                    struct ft_error *err)
{
    const char *name = fleet->hosts[index].name;

    *err = fleet->errors[index];
    if (!err->code)
        return false;
    if (strncmp(err->text, name, strlen(name)) != 0)
        ft_error_prefix(err, "%s", name);
    return true;
}

bool
ft_work_fleet_answered(const struct ft_work_fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (!strcmp(fleet->hosts[i].name, name))
            return !fleet->errors[i].code;
    return true;
}

void
ft_work_fleet_names(const struct ft_work_fleet *fleet, size_t count,
                    char out[FT_STORE_TEXT])
{
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < count && used < FT_STORE_TEXT - 1; i++)
        used += (size_t)snprintf(out + used, FT_STORE_TEXT - used, "%s%s",
                                 i ? " " : "", fleet->hosts[i].name);
}
