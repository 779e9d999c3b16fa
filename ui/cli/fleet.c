/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/cli/fleet.h"

#include <pthread.h>
#include <string.h>

#include "base/cleanup.h"

#define THREADS_MAX 32

int
ft_cli_timeout_ms(const struct ft_cli *cli, int fallback)
{
    return cli->options.timeout_s ? (int)cli->options.timeout_s * 1000
                                  : fallback;
}

static struct ft_ssh_options
ssh_options(struct ft_cli_fleet *self)
{
    const struct ft_cli *cli = self->cli;
    struct ft_ssh_options options = {
        .accept_new_host_keys = cli->options.accept_new_host_keys,
        .identity = cli->options.identity,
        .connect_timeout_ms = ft_cli_timeout_ms(cli, FT_CLI_CONNECT_MS),
        .prompts = ft_prompts(&self->prompts[self->count]),
    };

    return options;
}

static int
add_members(struct ft_cli_fleet *self, struct ft_error *err)
{
    struct ft_member *member = NULL;
    int rc = 0;

    for (size_t i = 0; !rc && i < self->count; i++) {
        rc = ft_fleet_add(&self->fleet, self->hosts[i].name,
                          self->hosts[i].address, &member, err);
        if (!rc && !self->cli->options.identity)
            snprintf(member->identity, sizeof(member->identity), "%.*s",
                     (int)sizeof(member->identity) - 1, self->hosts[i].identity);
    }
    return rc;
}

/* Without an engine of ours the fleet can still talk to installed ones. */
static int
init_fleet(struct ft_cli_fleet *self, bool with_engine, struct ft_error *err)
{
    struct ft_ssh_options options = ssh_options(self);
    int rc =
        ft_fleet_init(&self->fleet, &options, self->cli->options.engine, err);

    if (rc != -ENOENT || with_engine)
        return rc;
    memset(&self->fleet, 0, sizeof(self->fleet));
    self->fleet.ssh = options;
    return 0;
}

enum ft_exit
ft_cli_fleet_from(struct ft_cli *cli, bool with_engine,
                  struct ft_store_host *hosts, size_t count,
                  struct ft_cli_fleet *fleet)
{
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    memset(fleet, 0, sizeof(*fleet));
    fleet->cli = cli;
    fleet->hosts = hosts;
    fleet->count = count;
    fleet->prompts = calloc(count + 1, sizeof(*fleet->prompts));
    fleet->errors = calloc(count + 1, sizeof(*fleet->errors));
    if (!fleet->prompts || !fleet->errors)
        return ft_cli_fail_text(cli, FT_EXIT_FAILED, NULL, "out of memory");
    for (size_t i = 0; i <= count; i++)
        fleet->prompts[i].cli = cli;
    rc = init_fleet(fleet, with_engine, &err);
    if (rc == -ENOENT) {
        ft_cli_fail(cli, &err);
        return FT_EXIT_CONFIGURATION;
    }
    if (!rc)
        rc = add_members(fleet, &err);
    return rc ? ft_cli_fail(cli, &err) : FT_EXIT_OK;
}

enum ft_exit
ft_cli_fleet_open(struct ft_cli *cli, bool with_engine,
                  struct ft_cli_fleet *fleet)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_store_host *hosts = NULL;
    struct ft_store *store;
    size_t count = 0;
    enum ft_exit code = ft_cli_store(cli, &store);

    memset(fleet, 0, sizeof(*fleet));
    if (code)
        return code;
    if (ft_store_host_list(store, &hosts, &count, &err))
        return ft_cli_fail(cli, &err);
    return ft_cli_fleet_from(cli, with_engine, hosts, count, fleet);
}

void
ft_cli_fleet_close(struct ft_cli_fleet *fleet)
{
    if (fleet->fleet.members)
        ft_fleet_free(&fleet->fleet);
    free(fleet->hosts);
    free(fleet->prompts);
    free(fleet->errors);
    memset(fleet, 0, sizeof(*fleet));
}

struct job {
    struct ft_cli_fleet *owner;
    size_t index;
    ft_cli_fleet_work work;
    void *data;
    pthread_t thread;
    bool started;
};

static void *
run_job(void *data)
{
    struct job *job = data;
    struct ft_cli_fleet *owner = job->owner;
    struct ft_fleet view = owner->fleet;
    struct ft_error *err = &owner->errors[job->index];
    int rc;

    view.ssh.prompts = ft_prompts(&owner->prompts[job->index]);
    memset(err, 0, sizeof(*err));
    rc = job->work(&view, view.members[job->index], job->index, job->data, err);
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

size_t
ft_cli_fleet_each(struct ft_cli_fleet *fleet, ft_cli_fleet_work work, void *data)
{
    struct job jobs[THREADS_MAX];
    size_t succeeded = 0;

    for (size_t start = 0; start < fleet->count; start += THREADS_MAX) {
        size_t count = FT_MIN(fleet->count - start, (size_t)THREADS_MAX);

        for (size_t i = 0; i < count; i++)
            jobs[i] = (struct job){
                .owner = fleet, .index = start + i, .work = work, .data = data
            };
        run_batch(jobs, count);
    }
    for (size_t i = 0; i < fleet->count; i++)
        succeeded += fleet->errors[i].code == 0;
    return succeeded;
}

int
ft_cli_work_status(struct ft_fleet *fleet, struct ft_member *member,
                   size_t index, void *data, struct ft_error *err)
{
    struct ft_cli *cli = data;
    json_t *status = NULL;
    int rc = ft_member_control(fleet, member, err);

    (void)index;
    if (!rc)
        rc = ft_control_call(member->control, "status", NULL, &status,
                             ft_cli_timeout_ms(cli, FT_CLI_ANSWER_MS), err);
    if (rc)
        return rc;
    json_decref(member->status);
    member->status = status;
    return 0;
}

int
ft_cli_work_probe(struct ft_fleet *fleet, struct ft_member *member,
                  size_t index, void *data, struct ft_error *err)
{
    (void)index;
    (void)data;
    return ft_member_probe(fleet, member, true, err);
}

void
ft_cli_fleet_complain(const struct ft_cli_fleet *fleet)
{
    const char *last_hint = "";

    for (size_t i = 0; i < fleet->count; i++) {
        struct ft_error err = fleet->errors[i];
        const char *name = fleet->hosts[i].name;

        if (!err.code)
            continue;
        if (strncmp(err.text, name, strlen(name)))
            ft_error_prefix(&err, "%s", name);
        if (!strcmp(err.hint, last_hint))
            *err.hint = '\0';
        else
            last_hint = fleet->errors[i].hint;
        ft_cli_fail(fleet->cli, &err);
    }
}

enum ft_exit
ft_cli_fleet_exit(const struct ft_cli_fleet *fleet)
{
    enum ft_exit code = FT_EXIT_OK;
    size_t failed = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        if (!fleet->errors[i].code)
            continue;
        if (!failed++)
            code = ft_exit_from_errno(fleet->errors[i].code);
    }
    return failed && failed < fleet->count ? FT_EXIT_PARTLY : code;
}
