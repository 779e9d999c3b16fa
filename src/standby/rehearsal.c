/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "standby/backup.h"
#include "standby/rehearsal-private.h"
#include "standby/snapshot-slot.h"
#include "virt/loop.h"
#include "worker/worker-report.h"

#define RECORD "rehearsal.json" /* in the pair's folder */
#define TURN FT_RUN_FOLDER "/rehearsal.lock"
#define RECORD_MAX 4096
#define KEEP_BYTES (INT64_C(1) << 30) /* unless said otherwise */
#define KEEP_BYTES_MAX (INT64_C(64) << 30)
#define NS_PER_MS 1000000

struct job {
    struct ft_rehearsal *rehearsal;
    int turn; /* locked: one at a time on a host */
    struct ft_rehearsal_order order;
    struct ft_asker asker;
    struct ft_rehearsal_record record;
};

static int64_t
now_ms(void)
{
    return ft_clock_realtime_ns() / NS_PER_MS;
}

static void
load_record(struct ft_rehearsal *r)
{
    FT_AUTOFREE char *text = NULL;
    FT_AUTOJSON json_t *json = NULL;
    char path[PATH_MAX];
    size_t size;

    ft_pair_path(r->standby->worker->config.pair, RECORD, path);
    if (!ft_file_read(path, RECORD_MAX, &text, &size) &&
        !ft_json_parse(text, size, &json, NULL))
        ft_rehearsal_from_json(json, &r->last);
}

struct ft_rehearsal *
ft_standby_rehearsal_new(struct ft_standby *s)
{
    struct ft_rehearsal *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->standby = s;
    r->pidfd = -1;
    atomic_init(&r->step, FT_REHEARSAL_NOT);
    pthread_mutex_init(&r->lock, NULL);
    load_record(r);
    return r;
}

/* What could not be written is told by the next worker as the one before. */
static void
save_record(struct ft_rehearsal *r, const struct ft_rehearsal_record *record)
{
    FT_AUTOJSON json_t *json = ft_rehearsal_to_json(record, record->at_ms);
    FT_AUTOFREE char *text = json_dumps(json, JSON_INDENT(2));
    char path[PATH_MAX];
    int rc;

    ft_pair_path(r->standby->worker->config.pair, RECORD, path);
    rc = text ? ft_file_replace(path, text, strlen(text), 0600) : -ENOMEM;
    if (rc)
        ft_log(FT_LOG_WARN, "%s: %s", path, strerror(-rc));
}

/* ---- its QEMU's end ---- */

static void
kill_it(const struct ft_rehearsal *r)
{
    if (r->pidfd >= 0)
        syscall(SYS_pidfd_send_signal, r->pidfd, SIGKILL, NULL, 0);
}

void
ft_rehearsal_has(struct ft_rehearsal *r, int pidfd)
{
    pthread_mutex_lock(&r->lock);
    kill_it(r); /* libvirt may not have been there to end it */
    if (r->pidfd >= 0)
        close(r->pidfd);
    r->pidfd = pidfd;
    if (r->stopped.code)
        kill_it(r);
    pthread_mutex_unlock(&r->lock);
}

bool
ft_rehearsal_is_dead(struct ft_rehearsal *r)
{
    struct pollfd p = { .events = POLLIN };
    bool dead;

    pthread_mutex_lock(&r->lock);
    p.fd = r->pidfd;
    dead = p.fd >= 0 && poll(&p, 1, 0) == 1; /* pidfd_open(2) */
    pthread_mutex_unlock(&r->lock);
    return dead;
}

bool
ft_rehearsal_is_stopped(struct ft_rehearsal *r, struct ft_error *out)
{
    bool stopped;

    pthread_mutex_lock(&r->lock);
    stopped = r->stopped.code != 0;
    if (stopped && out)
        *out = r->stopped;
    pthread_mutex_unlock(&r->lock);
    return stopped;
}

static void
stop(struct ft_rehearsal *r, const struct ft_error *why)
{
    pthread_mutex_lock(&r->lock);
    if (r->under_way && !r->stopped.code) {
        r->stopped = *why;
        kill_it(r);
    }
    pthread_mutex_unlock(&r->lock);
}

void
ft_standby_end_rehearsal(struct ft_standby *s, const char *why)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, ECANCELED, NULL, "%s", why);
    stop(s->rehearsal, &err);
    ft_snapshot_slot_end_memory(s->replica.slot, &err);
}

void
ft_standby_end_uses(struct ft_standby *s, const char *why)
{
    struct ft_error err = FT_ERROR_INIT;

    ft_fail(&err, ECANCELED, NULL, "%s", why);
    stop(s->rehearsal, &err);
    ft_standby_backup_stop(s, &err);
    ft_snapshot_slot_end(s->replica.slot, &err);
}

/* ---- one of them ---- */

static void
work(void *opaque)
{
    struct job *job = opaque;

    ft_rehearsal_run(job->rehearsal, &job->order, &job->record);
    save_record(job->rehearsal, &job->record);
}

static void
note(struct ft_worker *w, const struct ft_rehearsal_record *record)
{
    char proofs[100];

    ft_rehearsal_proofs(record, proofs, sizeof(proofs));
    switch (record->verdict.outcome) {
    case FT_REHEARSAL_PASSED:
        ft_worker_note(w, "info", "rehearsal-passed",
                       "the copy of %s ran apart for %.1f s, as it was after "
                       "epoch %lld%s: a takeover would have worked",
                       w->config.vm, record->seconds, (long long)record->epoch,
                       proofs);
        break;
    case FT_REHEARSAL_FAILED:
        ft_worker_note(w, "crit", "rehearsal-failed",
                       "the copy of %s does not run: %s", w->config.vm,
                       record->verdict.why);
        break;
    default:
        ft_worker_note(w, "warn", "rehearsal-inconclusive",
                       "the copy of %s was not tried out to the end: %s",
                       w->config.vm, record->verdict.why);
    }
}

static void
done(void *opaque)
{
    struct job *job = opaque;
    struct ft_rehearsal *r = job->rehearsal;
    struct ft_worker *w = r->standby->worker;

    pthread_mutex_lock(&r->lock);
    r->last = job->record;
    r->under_way = false;
    r->stopped.code = 0;
    pthread_mutex_unlock(&r->lock);
    atomic_store(&r->step, FT_REHEARSAL_NOT);
    close(job->turn);
    note(w, &job->record);
    ft_worker_send_status(w);
    ft_worker_reply(w, &job->asker,
                    ft_rehearsal_to_json(&job->record, job->record.at_ms), NULL);
    free(job);
}

/* What stands in the way of one now; 0: nothing. */
static int
may_begin(struct ft_standby *s, struct ft_error *err)
{
    struct ft_worker *w = s->worker;
    bool whole;

    pthread_mutex_lock(&w->own_lock);
    whole = ft_ownership_valid(&w->own) && w->own.linked &&
            w->own.phase != FT_PHASE_RESUMING;
    pthread_mutex_unlock(&w->own_lock);
    if (!whole)
        return ft_fail(err, EAGAIN, "Try when it is protected.",
                       "%s has no whole copy here at this moment", w->config.vm);
    if (atomic_load(&s->rehearsal->step) != FT_REHEARSAL_NOT)
        return ft_fail(err, EBUSY, "Try when that has ended.",
                       "the copy of %s is being rehearsed already",
                       w->config.vm);
    if (ft_standby_backup_busy(s))
        return ft_fail(err, EBUSY, "Try when that has ended.",
                       "the copy of %s is being backed up", w->config.vm);
    return 0;
}

/* Its memory and its CPUs are enough for a host at a time, whosever they are. */
static int
take_turn(struct ft_error *err)
{
    FT_AUTOCLOSE int fd = open(TURN, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return ft_fail(err, errno, NULL, TURN ": %s", strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return ft_fail(err, EBUSY, "Try when that has ended.",
                       "another VM's copy is being rehearsed on this host");
    return ft_fd_steal(&fd);
}

static int
begin(struct ft_rehearsal *r, struct job *job, struct ft_error *err)
{
    job->turn = take_turn(err);
    if (job->turn < 0)
        return job->turn;
    pthread_mutex_lock(&r->lock);
    r->under_way = true;
    memset(&r->stopped, 0, sizeof(r->stopped));
    pthread_mutex_unlock(&r->lock);
    atomic_store(&r->step, FT_REHEARSAL_MAKES);
    if (!ft_loop_async(work, done, job))
        return 0;
    pthread_mutex_lock(&r->lock);
    r->under_way = false;
    pthread_mutex_unlock(&r->lock);
    atomic_store(&r->step, FT_REHEARSAL_NOT);
    close(job->turn);
    return ft_fail(err, ENOMEM, NULL, "no memory for a rehearsal");
}

static int
read_order(const json_t *args, struct ft_rehearsal_order *out,
           struct ft_error *err)
{
    const char *console = ft_json_string(args, "console", "");
    int rc = *console ? ft_console_pattern_check(console, err) : 0;

    if (rc)
        return rc;
    out->seconds =
        (int)ft_json_int(args, "seconds", FT_REHEARSAL_SECONDS_MIN,
                         FT_REHEARSAL_SECONDS_MAX, FT_REHEARSAL_SECONDS);
    out->keep = (uint64_t)ft_json_int(args, "keep_bytes", (int64_t)FT_CHUNK_SIZE,
                                      KEEP_BYTES_MAX, KEEP_BYTES);
    out->agent = ft_json_bool(args, "agent", false);
    snprintf(out->console, sizeof(out->console), "%s", console);
    return 0;
}

int
ft_standby_rehearse(struct ft_standby *s, const json_t *args,
                    struct ft_asker asker, struct ft_error *err)
{
    struct job *job;
    int rc = may_begin(s, err);

    if (rc)
        return rc;
    job = calloc(1, sizeof(*job));
    if (!job)
        return ft_fail(err, ENOMEM, NULL, "no memory for a rehearsal");
    job->rehearsal = s->rehearsal;
    job->asker = asker;
    rc = read_order(args, &job->order, err);
    if (!rc)
        rc = begin(s->rehearsal, job, err);
    if (rc)
        free(job);
    return rc;
}

void
ft_standby_rehearse_when_due(struct ft_standby *s)
{
    const struct ft_pair_config *config = &s->worker->config;
    struct ft_rehearsal *r = s->rehearsal;
    FT_AUTOJSON json_t *args = NULL;
    struct ft_rehearsal_record last;

    if (!config->rehearse_days)
        return;
    pthread_mutex_lock(&r->lock);
    last = r->last;
    pthread_mutex_unlock(&r->lock);
    if (!ft_rehearsal_is_due(&last, config->rehearse_days, now_ms()))
        return;
    args = json_pack("{s:b,s:s}", "agent", (int)config->rehearse_agent,
                     "console", config->rehearse_console);
    if (args)
        ft_standby_rehearse(s, args, (struct ft_asker){ 0, 0 }, NULL);
}

/* A member of STATUS. */
json_t *
ft_standby_rehearsal_json(struct ft_standby *s)
{
    struct ft_rehearsal *r = s->rehearsal;
    struct ft_rehearsal_record last;
    enum ft_rehearsal_step step = (enum ft_rehearsal_step)atomic_load(&r->step);
    json_t *json;

    pthread_mutex_lock(&r->lock);
    last = r->last;
    pthread_mutex_unlock(&r->lock);
    json = ft_rehearsal_to_json(&last, now_ms());
    if (json_is_null(json) && step != FT_REHEARSAL_NOT)
        json = json_object();
    if (step != FT_REHEARSAL_NOT)
        json_object_set_new(json, "step",
                            json_string(ft_rehearsal_step_name(step)));
    return json;
}
