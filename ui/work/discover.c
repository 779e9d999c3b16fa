/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/discover.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "remote/control.h"
#include "remote/ssh.h"
#include "remote/sweep.h"
#include "ui/model/found.h"

#define LOOKERS_MAX 32
#define WAITING_MAX 64 /* connections that wait for somebody to look */
#define LOOK_MS 10000
#define ENGINE_MS 4000

/*
 * Reads only. libvirt is not asked but looked at: a request could start it. What
 * runs has a file in /run/libvirt/qemu.
 */
static const char script[] =
    "PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; LC_ALL=C; export PATH LC_ALL\n"
    "first() { \"$@\" 2>/dev/null </dev/null | head -n 1; }\n"
    "echo \"system $(. /etc/os-release 2>/dev/null && echo \"$PRETTY_NAME\")\"\n"
    "echo \"kernel $(uname -r)\"\n"
    "echo \"arch $(uname -m)\"\n"
    "echo \"cpu $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)\"\n"
    "echo \"cpus $(grep -c ^processor /proc/cpuinfo)\"\n"
    "sed -n 's/^MemTotal: *\\([0-9]*\\) kB/memory \\1/p\n"
    "s/^MemAvailable: *\\([0-9]*\\) kB/available \\1/p' /proc/meminfo\n"
    "[ -c /dev/kvm ] && echo kvm yes || echo kvm no\n"
    "for d in libvirtd virtqemud; do\n"
    "  command -v $d >/dev/null && echo \"libvirt $(first $d --version)\" && "
    "break\n"
    "done\n"
    "for q in qemu-system-$(uname -m) /usr/libexec/qemu-kvm qemu-kvm; do\n"
    "  command -v $q >/dev/null && echo \"qemu $(first $q --version)\" && break\n"
    "done\n"
    "for f in /run/libvirt/qemu/*.xml; do\n"
    "  [ -f \"$f\" ] && f=${f##*/} && echo \"vm ${f%.xml}\"\n"
    "done\n"
    "[ -x " FT_ENGINE_PATH " ] || [ -x " FT_ENGINE_PACKAGED " ] && "
    "echo engine yes || echo engine no\n"
    "echo end\n";

struct task {
    struct task *next;
    char name[FT_ADDRESS_NAME];
    int fd; /* a connection, or 0 */
};

struct run {
    const struct ft_work_discovery *wanted;
    struct ft_work_discovered *found;
    uint32_t *addresses;
    size_t address_count;
    pthread_mutex_t lock; /* the list below, found */
    pthread_cond_t more;
    struct task *first, **last;
    size_t waiting;
    bool no_more;
    pthread_mutex_t telling; /* rows, one at a time */
    size_t lookers;
    pthread_t threads[LOOKERS_MAX];
};

static void
tell(struct run *run, const json_t *row)
{
    pthread_mutex_lock(&run->telling);
    run->wanted->row(run->wanted->data, row);
    pthread_mutex_unlock(&run->telling);
}

static void
count(struct run *run, size_t *counter)
{
    pthread_mutex_lock(&run->lock);
    ++*counter;
    pthread_mutex_unlock(&run->lock);
}

/* ---- looking at one machine ---- */

struct asking {
    const struct ft_work_prompts *prompts;
    unsigned asked;
};

static int
on_secret(void *data, const char *prompt, char *out, size_t size)
{
    struct asking *asking = data;

    return asking->prompts->secret(asking->prompts->data, asking->asked++,
                                   prompt, out, size);
}

/* What the engine there says by itself, where one answers. */
static void
ask_engine(struct ft_ssh *session, json_t *row)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_control *control = NULL;
    json_t *machine = NULL;

    if (!ft_control_open(session, &control, &err)) {
        json_object_set_new(row, "engine",
                            ft_json_text(ft_control_engine_version(control)));
        if (!ft_control_call(control, "machine", NULL, &machine, ENGINE_MS,
                             &err))
            ft_found_of_machine(machine, row);
    }
    if (err.code)
        json_object_set_new(row, "engine_error", ft_json_text(err.text));
    json_decref(machine);
    ft_control_close(control);
}

static int
look(struct ft_ssh *session, json_t *row, struct ft_error *err)
{
    struct ft_ssh_result result = { 0 };
    int rc = ft_ssh_run(session, "sh -s", script, strlen(script), LOOK_MS,
                        &result, err);

    if (!rc && result.out_size > FT_FOUND_TEXT_MAX)
        rc = ft_reach_fail(err, FT_REACH_SHELL_UNUSABLE, NULL,
                           "%s: it answers more than was asked",
                           ft_ssh_name(session));
    if (!rc && ft_found_read(result.out, row, NULL)) {
        enum ft_reach why =
            ft_reach_of_end(result.status, result.errors, result.out);

        rc = ft_reach_fail(
            err, why == FT_REACH_ENGINE_MISSING ? FT_REACH_SHELL_UNUSABLE : why,
            NULL, "%s: %.200s", ft_ssh_name(session),
            *result.errors ? result.errors : "its shell did not answer");
    }
    ft_ssh_result_free(&result);
    return rc;
}

static void
set_failure(json_t *row, const struct ft_error *err)
{
    const char *reach = ft_reach_word(ft_reach_of(err));

    json_object_set_new(row, "state", json_string("failed"));
    json_object_set_new(row, "reach", *reach ? json_string(reach) : json_null());
    json_object_set_new(row, "error", ft_json_text(err->text));
    json_object_set_new(row, "hint", ft_json_text(err->hint));
    if (ft_reach_of(err) == FT_REACH_KEY_UNKNOWN ||
        ft_reach_of(err) == FT_REACH_KEY_CHANGED)
        ft_found_keys(err->text, row);
}

static void
look_at(struct run *run, const struct task *task)
{
    const struct ft_work_discovery *wanted = run->wanted;
    const struct ft_work *work = wanted->work;
    struct asking asking = { &work->prompts, 0 };
    struct ft_ssh_options options = {
        .user = wanted->user,
        .port = task->fd ? wanted->port : 0,
        .identity = work->identity,
        .pinned = wanted->host_key,
        .socket = task->fd,
        .connect_timeout_ms = ft_work_timeout_ms(work, FT_WORK_CONNECT_MS),
        .dial_timeout_ms = ft_work_timeout_ms(work, FT_SWEEP_PATIENCE_MS),
        .prompts = { .secret = work->prompts.secret ? on_secret : NULL,
                     .data = &asking },
    };
    FT_AUTOJSON json_t *row =
        json_pack("{s:s,s:s}", "name", task->name, "state", "looked");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ssh *session = NULL;
    int rc = ft_ssh_open(task->name, &options, &session, &err);

    if (!rc)
        rc = look(session, row, &err);
    if (!rc) {
        json_object_set_new(row, "host_key",
                            ft_json_text(ft_ssh_host_key(session)));
        if (ft_json_bool(row, "engine_there", 0))
            ask_engine(session, row);
    } else {
        set_failure(row, &err);
    }
    ft_ssh_close(session);
    count(run, rc ? &run->found->failed : &run->found->looked);
    tell(run, row);
}

/* ---- those who look ---- */

static struct task *
take_task(struct run *run)
{
    struct task *task;

    pthread_mutex_lock(&run->lock);
    while (!run->first && !run->no_more)
        pthread_cond_wait(&run->more, &run->lock);
    task = run->first;
    if (task) {
        run->first = task->next;
        if (!run->first)
            run->last = &run->first;
        run->waiting--;
    }
    pthread_mutex_unlock(&run->lock);
    return task;
}

static void *
looker(void *data)
{
    struct run *run = data;
    struct task *task;

    while ((task = take_task(run))) {
        if (!ft_work_interrupted(run->wanted->work))
            look_at(run, task);
        else if (task->fd)
            close(task->fd);
        free(task);
    }
    return NULL;
}

/* One more of them where there may be one: they begin as they are needed. */
static void
add_looker(struct run *run)
{
    if (run->lookers < LOOKERS_MAX &&
        !pthread_create(&run->threads[run->lookers], NULL, looker, run))
        run->lookers++;
}

static int
add_task(struct run *run, const char *name, int fd)
{
    struct task *task = calloc(1, sizeof(*task));

    if (!task)
        return -ENOMEM;
    snprintf(task->name, sizeof(task->name), "%s", name);
    task->fd = fd;
    pthread_mutex_lock(&run->lock);
    *run->last = task;
    run->last = &task->next;
    run->waiting++;
    pthread_cond_signal(&run->more);
    pthread_mutex_unlock(&run->lock);
    add_looker(run);
    return 0;
}

static void
end_lookers(struct run *run)
{
    pthread_mutex_lock(&run->lock);
    run->no_more = true;
    pthread_cond_broadcast(&run->more);
    pthread_mutex_unlock(&run->lock);
    for (size_t i = 0; i < run->lookers; i++)
        pthread_join(run->threads[i], NULL);
    while (run->first) { /* only where no thread could be made */
        struct task *task = run->first;

        run->first = task->next;
        if (task->fd)
            close(task->fd);
        free(task);
    }
}

/* ---- addresses ---- */

static bool
sweep_full(void *data)
{
    struct run *run = data;
    bool full;

    pthread_mutex_lock(&run->lock);
    full = run->waiting >= WAITING_MAX;
    pthread_mutex_unlock(&run->lock);
    return full;
}

static bool
sweep_stopped(void *data)
{
    const struct run *run = data;

    return ft_work_interrupted(run->wanted->work);
}

static void
unanswered(struct run *run, const char *name, enum ft_reach reach)
{
    FT_AUTOJSON json_t *row = json_pack("{s:s,s:s,s:s}", "name", name, "state",
                                        "failed", "reach", ft_reach_word(reach));

    if (run->address_count > FT_WORK_DISCOVER_FEW) {
        count(run, reach == FT_REACH_TIMEOUT    ? &run->found->silent
                   : reach == FT_REACH_NO_ROUTE ? &run->found->no_route
                                                : &run->found->refused);
        return;
    }
    json_object_set_new(row, "error", json_string(ft_reach_sentence(reach)));
    json_object_set_new(row, "hint", json_string(ft_reach_hint(reach)));
    count(run, &run->found->failed);
    tell(run, row);
}

static void
sweep_done(void *data, size_t index, int fd, enum ft_reach reach)
{
    struct run *run = data;
    FT_AUTOJSON json_t *row = NULL;
    char name[FT_ADDRESS_TEXT];

    if (!ft_addresses_at(run->wanted->targets, index, name))
        return;
    if (reach) {
        unanswered(run, name, reach);
        return;
    }
    row = json_pack("{s:s,s:s}", "name", name, "state", "answers");
    tell(run, row);
    if (add_task(run, name, fd))
        close(fd);
}

static void
list_addresses(struct run *run)
{
    const struct ft_addresses *targets = run->wanted->targets;
    size_t n = 0;

    for (size_t i = 0; i < targets->range_count; i++)
        for (uint64_t a = targets->ranges[i].first;
             a <= targets->ranges[i].last; a++)
            run->addresses[n++] = (uint32_t)a;
}

static int
sweep(struct run *run)
{
    const struct ft_sweep how = {
        .port = run->wanted->port ? run->wanted->port : 22,
        .patience_ms =
            ft_work_timeout_ms(run->wanted->work, FT_SWEEP_PATIENCE_MS),
        .done = sweep_done,
        .full = sweep_full,
        .stopped = sweep_stopped,
        .data = run,
    };

    return ft_sweep_run(&how, run->addresses, run->address_count);
}

int
ft_work_discover(const struct ft_work_discovery *wanted,
                 struct ft_work_discovered *found, struct ft_error *err)
{
    const struct ft_addresses *targets = wanted->targets;
    FT_AUTOFREE struct run *run = calloc(1, sizeof(*run));
    FT_AUTOFREE uint32_t *addresses =
        calloc(ft_addresses_count(targets) + 1, sizeof(*addresses));
    int rc = 0;

    memset(found, 0, sizeof(*found));
    if (!run || !addresses)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    run->wanted = wanted;
    run->found = found;
    run->addresses = addresses;
    run->address_count = ft_addresses_count(targets);
    run->last = &run->first;
    pthread_mutex_init(&run->lock, NULL);
    pthread_mutex_init(&run->telling, NULL);
    pthread_cond_init(&run->more, NULL);
    found->asked = run->address_count + targets->name_count;
    list_addresses(run);
    for (size_t i = 0; !rc && i < targets->name_count; i++)
        rc = add_task(run, targets->names[i], 0);
    if (!rc)
        rc = sweep(run);
    end_lookers(run);
    pthread_cond_destroy(&run->more);
    pthread_mutex_destroy(&run->telling);
    pthread_mutex_destroy(&run->lock);
    if (ft_work_interrupted(wanted->work))
        rc = -ECANCELED;
    return rc == -ECANCELED ? ft_fail(err, ECANCELED, NULL, "interrupted")
           : rc ? ft_fail(err, -rc, NULL, "looking: %s", strerror(-rc))
                : 0;
}
