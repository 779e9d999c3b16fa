/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/job.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/model/copy.h"
#include "ui/model/left.h"

#define STEPS_MAX 256 /* later ones are left out */
#define OFTEN_MS 1000 /* between two writes of how far it is */

struct ft_job {
    const struct ft_work *work;
    const struct ft_progress *shown;
    int alive;
    atomic_bool stop;
    pthread_mutex_t lock; /* for all below */
    struct ft_store *store;
    struct ft_store_job row;
    struct ft_store_job_step steps[STEPS_MAX];
    size_t step_count;
    struct ft_left left;
    int64_t written_ns;
    int64_t asked_ns;
};

static bool
is_due(int64_t *last_ns)
{
    int64_t now = ft_clock_ns();

    if (*last_ns && now - *last_ns < OFTEN_MS * FT_NS_PER_MS)
        return false;
    *last_ns = now;
    return true;
}

/* Under lock, as everything that touches the store. */
static void
write_row(struct ft_job *job)
{
    job->row.changed_at = ft_work_now_ms();
    ft_store_job_put(job->store, &job->row, NULL);
}

/* ---- begin ---- */

static int
begin(struct ft_job *job, struct ft_error *err)
{
    int rc = ft_store_open(ft_store_path(job->work->store), FT_STORE_EXISTING,
                           &job->store, err);
    struct ft_error why;

    if (!rc && ft_store_is_copy(job->store, &why))
        rc = ft_fail(err, why.code, why.hint, "%s", why.text);
    return rc ? rc : ft_store_job_begin(job->store, &job->row, &job->alive, err);
}

static void
release(struct ft_job *job)
{
    ft_store_close(job->store);
    if (job->alive >= 0)
        close(job->alive);
    pthread_mutex_destroy(&job->lock);
    free(job);
}

int
ft_job_begin(const struct ft_work *work, const char *verb, const char *subject,
             const char *pair, struct ft_job **job, struct ft_error *err)
{
    struct ft_job *fresh = calloc(1, sizeof(*fresh));
    int rc;

    *job = NULL;
    if (!fresh)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    fresh->work = work;
    fresh->alive = -1;
    pthread_mutex_init(&fresh->lock, NULL);
    FT_COPY(fresh->row.verb, verb);
    FT_COPY(fresh->row.subject, subject);
    FT_COPY(fresh->row.pair, pair);
    rc = begin(fresh, err);
    if (rc) {
        release(fresh);
        return rc;
    }
    ft_work_detail(work, "job %lld: %s %s", (long long)fresh->row.id, verb,
                   subject);
    *job = fresh;
    return 0;
}

/* ---- steps ---- */

static struct ft_store_job_step *
step_at(struct ft_job *job, size_t index)
{
    struct ft_store_job_step *step;

    if (index >= STEPS_MAX)
        return NULL;
    for (; job->step_count <= index; job->step_count++) {
        step = &job->steps[job->step_count];
        step->job = job->row.id;
        step->ordinal = (int64_t)job->step_count;
        strcpy(step->state, "waiting");
    }
    return &job->steps[index];
}

void
ft_job_plan(struct ft_job *job, size_t index, const char *kind, const char *text)
{
    struct ft_store_job_step *step;

    pthread_mutex_lock(&job->lock);
    step = step_at(job, index);
    if (step) {
        FT_COPY(step->kind, kind);
        FT_COPY(step->text, text);
        ft_store_job_step_put(job->store, step, NULL);
    }
    pthread_mutex_unlock(&job->lock);
}

/* Bytes belong to the step that is being made. */
static void
forget_bytes(struct ft_job *job)
{
    *job->row.phase = '\0';
    job->row.done = job->row.total = job->row.bytes_per_s = 0;
    job->row.left_from_s = job->row.left_to_s = -1;
    memset(&job->left, 0, sizeof(job->left));
}

void
ft_job_step(struct ft_job *job, size_t index, const char *text,
            enum ft_step_state state)
{
    int64_t now = ft_work_now_ms();
    struct ft_store_job_step *step;

    pthread_mutex_lock(&job->lock);
    step = step_at(job, index);
    if (step) {
        FT_COPY(step->text, text);
        FT_COPY(step->state, ft_step_state_name(state));
        step->started_at = step->started_at ? step->started_at : now;
        step->ended_at = state == FT_STEP_STARTED ? 0 : now;
        forget_bytes(job);
        ft_store_job_step_put(job->store, step, NULL);
        write_row(job);
    }
    pthread_mutex_unlock(&job->lock);
}

/* ---- the log ---- */

static void
add_line(struct ft_job *job, struct ft_store_job_line *line)
{
    line->job = job->row.id;
    line->at = ft_work_now_ms();
    pthread_mutex_lock(&job->lock);
    ft_store_job_log_add(job->store, line, NULL);
    pthread_mutex_unlock(&job->lock);
}

void
ft_job_note(struct ft_job *job, const char *host, const char *text)
{
    struct ft_store_job_line line = { .status = 0 };

    FT_COPY(line.host, host);
    FT_COPY(line.text, text);
    add_line(job, &line);
}

static void
on_command(void *data, const char *host, const char *command, int status,
           int64_t took_ns, const char *said)
{
    struct ft_store_job_line line = { .status = status,
                                      .ms = took_ns / FT_NS_PER_MS };

    FT_COPY(line.host, host);
    FT_COPY(line.command, command);
    FT_COPY(line.text, said ? said : "");
    add_line(data, &line);
}

static void
on_trace_note(void *data, const char *host, const char *text)
{
    ft_job_note(data, host, text);
}

struct ft_trace
ft_job_trace(struct ft_job *job)
{
    struct ft_trace trace = { .note = on_trace_note,
                              .command = on_command,
                              .data = job };

    return trace;
}

/* ---- progress ---- */

static void
on_step(void *data, size_t index, size_t count, const char *description,
        enum ft_step_state state)
{
    struct ft_job *job = data;

    ft_job_step(job, index, description, state);
    if (job->shown && job->shown->step)
        job->shown->step(job->shown->data, index, count, description, state);
}

static int64_t
clamp(uint64_t value)
{
    return (int64_t)FT_MIN(value, (uint64_t)INT64_MAX);
}

static void
on_bytes(void *data, const char *phase, uint64_t done, uint64_t total,
         uint64_t bytes_per_s)
{
    struct ft_job *job = data;

    pthread_mutex_lock(&job->lock);
    if (strcmp(job->row.phase, phase) != 0) {
        forget_bytes(job);
        FT_COPY(job->row.phase, phase);
    }
    job->row.done = clamp(done);
    job->row.total = clamp(total);
    ft_left_add(&job->left, ft_clock_ns(), done, total);
    job->row.bytes_per_s =
        clamp(bytes_per_s ? bytes_per_s : ft_left_rate(&job->left));
    ft_left_range(&job->left, &job->row.left_from_s, &job->row.left_to_s);
    if (is_due(&job->written_ns))
        write_row(job);
    pthread_mutex_unlock(&job->lock);
    if (job->shown && job->shown->bytes)
        job->shown->bytes(job->shown->data, phase, done, total, bytes_per_s);
}

static void
on_note(void *data, const char *text)
{
    struct ft_job *job = data;

    ft_job_note(job, "", text);
    if (job->shown && job->shown->note)
        job->shown->note(job->shown->data, text);
}

/* Another ftadmin may have asked; the database is asked once a second. */
static bool
was_asked(struct ft_job *job)
{
    struct ft_store_job now;
    bool asked = false;

    pthread_mutex_lock(&job->lock);
    if (is_due(&job->asked_ns))
        asked =
            !ft_store_job_get(job->store, job->row.id, &now, NULL) && now.stop;
    pthread_mutex_unlock(&job->lock);
    return asked;
}

bool
ft_job_stopped(struct ft_job *job)
{
    if (!atomic_load(&job->stop) &&
        (ft_work_interrupted(job->work) || was_asked(job)))
        atomic_store(&job->stop, true);
    return atomic_load(&job->stop);
}

static int
on_interrupted(void *data)
{
    struct ft_job *job = data;

    return ft_job_stopped(job) || (job->shown && job->shown->interrupted &&
                                   job->shown->interrupted(job->shown->data));
}

struct ft_progress
ft_job_progress(struct ft_job *job, const struct ft_progress *shown)
{
    struct ft_progress progress = {
        .step = on_step,
        .bytes = on_bytes,
        .note = on_note,
        .interrupted = on_interrupted,
        .data = job,
        .no_wait = shown && shown->no_wait,
    };

    job->shown = shown;
    return progress;
}

/* ---- end ---- */

static const char *
state_of(const struct ft_job *job, int rc, bool partly)
{
    if (!rc)
        return partly ? "partly" : "done";
    if (rc != -EINTR && rc != -ECANCELED)
        return "failed";
    return ft_job_goes_on(&job->row, job->steps, job->step_count) ? "detached"
                                                                  : "stopped";
}

void
ft_job_end(struct ft_job *job, int rc, bool partly, const char *result,
           const struct ft_error *err, struct ft_job_outcome *outcome)
{
    struct ft_job_outcome own = { .id = 0 };

    if (!job)
        return;
    outcome = outcome ? outcome : &own;
    FT_COPY(job->row.state, state_of(job, rc, partly));
    job->row.ended_at = ft_work_now_ms();
    outcome->id = job->row.id;
    outcome->goes_on = ft_job_goes_on(&job->row, job->steps, job->step_count);
    ft_job_left(&job->row, job->steps, job->step_count, &outcome->left);
    FT_COPY(job->row.result, err ? err->text : result ? result : "");
    FT_COPY(job->row.hint, err ? err->hint : "");
    write_row(job);
    release(job);
}

/* ---- all jobs ---- */

static int
add_row(const struct ft_work *work, const struct ft_store_job *job,
        json_t *rows, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_job_step *steps = NULL;
    size_t count = 0;
    int rc = ft_store_job_steps(work->store, job->id, &steps, &count, err);

    if (!rc && json_array_append_new(rows, ft_job_row(job, steps, count,
                                                      ft_work_now_ms())))
        rc = ft_fail(err, ENOMEM, NULL, "out of memory");
    return rc;
}

int
ft_work_jobs_list(const struct ft_work *work, size_t limit, json_t **rows,
                  struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_job *jobs = NULL;
    FT_AUTOJSON json_t *made = json_array();
    size_t count = 0;
    int rc = ft_store_job_list(work->store, limit, &jobs, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        rc = add_row(work, &jobs[i], made, err);
    *rows = rc ? NULL : FT_STEAL(made);
    return rc;
}

int
ft_work_job_show(const struct ft_work *work, int64_t id, json_t **record,
                 struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_job_step *steps = NULL;
    struct ft_store_job job;
    size_t count = 0;
    int rc = ft_store_job_get(work->store, id, &job, err);

    *record = NULL;
    if (!rc)
        rc = ft_store_job_steps(work->store, id, &steps, &count, err);
    if (rc)
        return rc;
    *record = ft_job_record(&job, steps, count, ft_work_now_ms());
    return *record ? 0 : ft_fail(err, ENOMEM, NULL, "out of memory");
}

int
ft_work_job_stop(const struct ft_work *work, int64_t id, struct ft_error *err)
{
    return ft_store_job_stop(work->store, id, err);
}

int
ft_work_job_log(const struct ft_work *work, int64_t id, int64_t *last,
                json_t **lines, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_job_line *found = NULL;
    FT_AUTOJSON json_t *made = json_array();
    size_t count = 0;
    int rc = ft_store_job_log(work->store, id, *last, &found, &count, err);

    for (size_t i = 0; !rc && i < count; i++) {
        *last = found[i].id;
        if (json_array_append_new(made, ft_job_line_row(&found[i])))
            rc = ft_fail(err, ENOMEM, NULL, "out of memory");
    }
    *lines = rc ? NULL : FT_STEAL(made);
    return rc;
}
