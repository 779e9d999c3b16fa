/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/jobs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/actor.h"
#include "db/held.h"
#include "db/statement.h"
#include "db/transaction.h"

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

#define J struct ft_store_job
#define S struct ft_store_job_step
#define L struct ft_store_job_line

#define JOB_COLUMNS                                             \
    "id, verb, subject, pair, state, who, origin, pid, "        \
    "started_at, changed_at, ended_at, phase, done, total, "    \
    "bytes_per_s, left_from_s, left_to_s, stop, result, hint, " \
    "continues"
#define LINE_COLUMNS "job, at, host, command, status, ms, text"

static const struct ft_field job_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, J, id),
    FT_FIELD(FT_FIELD_TEXT, J, verb),
    FT_FIELD(FT_FIELD_TEXT, J, subject),
    FT_FIELD(FT_FIELD_TEXT, J, pair),
    FT_FIELD(FT_FIELD_TEXT, J, state),
    FT_FIELD(FT_FIELD_TEXT, J, who),
    FT_FIELD(FT_FIELD_TEXT, J, origin),
    FT_FIELD(FT_FIELD_INTEGER, J, pid),
    FT_FIELD(FT_FIELD_INTEGER, J, started_at),
    FT_FIELD(FT_FIELD_INTEGER, J, changed_at),
    FT_FIELD(FT_FIELD_INTEGER, J, ended_at),
    FT_FIELD(FT_FIELD_TEXT, J, phase),
    FT_FIELD(FT_FIELD_INTEGER, J, done),
    FT_FIELD(FT_FIELD_INTEGER, J, total),
    FT_FIELD(FT_FIELD_INTEGER, J, bytes_per_s),
    FT_FIELD(FT_FIELD_INTEGER, J, left_from_s),
    FT_FIELD(FT_FIELD_INTEGER, J, left_to_s),
    FT_FIELD(FT_FIELD_BOOLEAN, J, stop),
    FT_FIELD(FT_FIELD_TEXT, J, result),
    FT_FIELD(FT_FIELD_TEXT, J, hint),
    FT_FIELD(FT_FIELD_INTEGER, J, continues),
};
static const struct ft_fields job_row = FT_FIELDS(job_items, J);
static const struct ft_fields job_changes = { job_items, /* all but continues */
                                              FT_ARRAY_SIZE(job_items) - 1,
                                              sizeof(J) };

static const struct ft_field step_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, S, job),
    FT_FIELD(FT_FIELD_INTEGER, S, ordinal),
    FT_FIELD(FT_FIELD_TEXT, S, kind),
    FT_FIELD(FT_FIELD_TEXT, S, text),
    FT_FIELD(FT_FIELD_TEXT, S, state),
    FT_FIELD(FT_FIELD_INTEGER, S, started_at),
    FT_FIELD(FT_FIELD_INTEGER, S, ended_at),
};
static const struct ft_fields step_row = FT_FIELDS(step_items, S);

static const struct ft_field line_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, L, job),
    FT_FIELD(FT_FIELD_INTEGER, L, at),
    FT_FIELD(FT_FIELD_TEXT, L, host),
    FT_FIELD(FT_FIELD_TEXT, L, command),
    FT_FIELD(FT_FIELD_INTEGER, L, status),
    FT_FIELD(FT_FIELD_INTEGER, L, ms),
    FT_FIELD(FT_FIELD_TEXT, L, text),
    FT_FIELD(FT_FIELD_INTEGER, L, id), /* last: not a parameter of INSERT */
};
static const struct ft_fields line_row = FT_FIELDS(line_items, L);
static const struct ft_fields line_values = { line_items,
                                              FT_ARRAY_SIZE(line_items) - 1,
                                              sizeof(L) };

static int64_t
now_ms(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS;
}

/* ---- living and dead ---- */

/* What a dead one was last seen at is when it ended, as far as anybody knows. */
static void
judge(int fd, struct ft_store_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(jobs[i].state, "running") != 0 ||
            ft_held_by_other(fd, FT_HELD_JOBS + jobs[i].id))
            continue;
        strcpy(jobs[i].state, "interrupted");
        jobs[i].ended_at = jobs[i].changed_at;
    }
}

/* Where there is no file of locks, nobody holds one. */
static void
judge_all(struct ft_store *store, struct ft_store_job *jobs, size_t count)
{
    FT_AUTOCLOSE int fd = -1;

    if (!ft_held_open(store->path, &fd, NULL))
        judge(fd, jobs, count);
}

/* What their rows say, of dead ones too. */
static int
list_running(struct ft_store *store, struct ft_store_job **jobs, size_t *count,
             struct ft_error *err)
{
    return ft_sql_list(store, err, &job_row, jobs, count,
                       "SELECT " JOB_COLUMNS " FROM jobs "
                       "WHERE state = 'running'",
                       "");
}

static int
write_down_dead(struct ft_store *store, int fd, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_job *jobs = NULL;
    size_t count = 0;
    int rc = list_running(store, &jobs, &count, err);

    judge(fd, jobs, count);
    for (size_t i = 0; !rc && i < count; i++)
        if (strcmp(jobs[i].state, "running") != 0)
            rc = ft_store_job_put(store, &jobs[i], err);
    return rc;
}

/* ---- writing ---- */

static int
find_continued(struct ft_store *store, struct ft_store_job *job,
               struct ft_error *err)
{
    job->continues = 0;
    return ft_sql_number(store, err, &job->continues,
                         "SELECT CASE WHEN state = 'interrupted' AND verb = ?2 "
                         "THEN id ELSE 0 END FROM jobs WHERE subject = ?1 "
                         "ORDER BY id DESC LIMIT 1",
                         "ss", job->subject, job->verb);
}

/* Inside a transaction: others see the row only when its byte is held. */
static int
insert(struct ft_store *store, struct ft_store_job *job, int fd,
       struct ft_error *err)
{
    int rc = write_down_dead(store, fd, err);

    if (!rc)
        rc = find_continued(store, job, err);
    if (!rc)
        rc = ft_sql_put(store, err,
                        "INSERT INTO jobs VALUES (nullif(?1, 0), ?2, ?3, ?4, "
                        "?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, "
                        "?16, ?17, ?18, ?19, ?20, ?21)",
                        &job_row, job);
    if (rc)
        return rc;
    job->id = sqlite3_last_insert_rowid(store->db);
    rc = ft_held_take(fd, FT_HELD_JOBS + job->id, true);
    if (rc)
        return ft_fail(err, -rc, NULL, "%s.lock: %s", store->path,
                       strerror(-rc));
    return ft_sql_run(store, err,
                      "DELETE FROM jobs WHERE state <> 'running' AND id <= ? "
                      "- " STRINGIFY(FT_STORE_JOBS_KEPT),
                      "i", job->id);
}

static void
fill_new(struct ft_store_job *job)
{
    struct ft_actor self;

    ft_actor_self(&self);
    job->id = 0;
    strcpy(job->state, "running");
    strcpy(job->who, self.who);
    strcpy(job->origin, self.origin);
    job->pid = getpid();
    job->started_at = job->changed_at = now_ms();
    job->ended_at = 0;
    job->left_from_s = job->left_to_s = -1;
    job->stop = false;
}

int
ft_store_job_begin(struct ft_store *store, struct ft_store_job *job, int *alive,
                   struct ft_error *err)
{
    FT_AUTOCLOSE int fd = -1;
    bool own;
    int rc = ft_held_open(store->path, &fd, err);

    fill_new(job);
    if (!rc)
        rc = ft_sql_enter(store, &own, err);
    if (rc)
        return rc;
    rc = ft_sql_finish(store, own, insert(store, job, fd, err), err);
    if (!rc)
        *alive = ft_fd_steal(&fd);
    return rc;
}

int
ft_store_job_put(struct ft_store *store, const struct ft_store_job *job,
                 struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "UPDATE jobs SET pair = ?4, state = ?5, changed_at = ?10, "
                      "ended_at = ?11, phase = ?12, done = ?13, total = ?14, "
                      "bytes_per_s = ?15, left_from_s = ?16, left_to_s = ?17, "
                      "result = ?19, hint = ?20 WHERE id = ?1",
                      &job_changes, job);
}

int
ft_store_job_step_put(struct ft_store *store,
                      const struct ft_store_job_step *step, struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "INSERT INTO job_steps VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                      "?7) ON CONFLICT (job, ordinal) DO UPDATE SET kind = ?3, "
                      "text = ?4, state = ?5, started_at = ?6, ended_at = ?7",
                      &step_row, step);
}

static int
add_line(struct ft_store *store, const struct ft_store_job_line *line,
         struct ft_error *err)
{
    int rc = ft_sql_put(store, err,
                        "INSERT INTO job_log (" LINE_COLUMNS ") VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        &line_values, line);

    return rc ? rc
              : ft_sql_run(store, err,
                           "DELETE FROM job_log WHERE job = ?1 AND id <= "
                           "(SELECT id FROM job_log WHERE job = ?1 ORDER BY id "
                           "DESC LIMIT 1 OFFSET " STRINGIFY(
                               FT_STORE_JOB_LOG_KEPT) ")",
                           "i", line->job);
}

int
ft_store_job_log_add(struct ft_store *store,
                     const struct ft_store_job_line *line, struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    return rc ? rc : ft_sql_finish(store, own, add_line(store, line, err), err);
}

/* ---- reading ---- */

int
ft_store_job_running(struct ft_store *store, struct ft_store_job **jobs,
                     size_t *count, struct ft_error *err)
{
    size_t all = 0;
    int rc = list_running(store, jobs, &all, err);

    *count = 0;
    if (rc)
        return rc;
    judge_all(store, *jobs, all);
    for (size_t i = 0; i < all; i++)
        if (!strcmp((*jobs)[i].state, "running"))
            (*jobs)[(*count)++] = (*jobs)[i];
    return 0;
}

bool
ft_store_job_is_at_work(struct ft_store *store, const char *pair)
{
    FT_AUTOFREE struct ft_store_job *jobs = NULL;
    bool found = false;
    size_t count = 0;

    if (ft_store_job_running(store, &jobs, &count, NULL))
        return false;
    for (size_t i = 0; i < count; i++)
        found |= !strcmp(jobs[i].pair, pair);
    return found;
}

int
ft_store_job_list(struct ft_store *store, size_t limit,
                  struct ft_store_job **jobs, size_t *count,
                  struct ft_error *err)
{
    int rc = ft_sql_list(store, err, &job_row, jobs, count,
                         "SELECT " JOB_COLUMNS " FROM jobs "
                         "ORDER BY id DESC LIMIT ?",
                         "i", (int64_t)limit);

    if (!rc)
        judge_all(store, *jobs, *count);
    return rc;
}

int
ft_store_job_get(struct ft_store *store, int64_t id, struct ft_store_job *job,
                 struct ft_error *err)
{
    int rc =
        ft_sql_get(store, err, &job_row, job,
                   "SELECT " JOB_COLUMNS " FROM jobs WHERE id = ?", "i", id);

    if (rc == -ENOENT)
        return ft_fail(err, ENOENT, "ftadmin jobs lists them", "no job %lld",
                       (long long)id);
    if (!rc)
        judge_all(store, job, 1);
    return rc;
}

int
ft_store_job_stop(struct ft_store *store, int64_t id, struct ft_error *err)
{
    struct ft_store_job job;
    int rc = ft_store_job_get(store, id, &job, err);

    if (rc)
        return rc;
    if (strcmp(job.state, "running") != 0)
        return ft_fail(err, EALREADY, "ftadmin jobs show says more",
                       "job %lld does not run: it is %s", (long long)id,
                       job.state);
    return ft_sql_run(store, err, "UPDATE jobs SET stop = 1 WHERE id = ?", "i",
                      id);
}

int
ft_store_job_steps(struct ft_store *store, int64_t id,
                   struct ft_store_job_step **steps, size_t *count,
                   struct ft_error *err)
{
    return ft_sql_list(store, err, &step_row, steps, count,
                       "SELECT * FROM job_steps WHERE job = ? ORDER BY ordinal",
                       "i", id);
}

int
ft_store_job_log(struct ft_store *store, int64_t id, int64_t after,
                 struct ft_store_job_line **lines, size_t *count,
                 struct ft_error *err)
{
    return ft_sql_list(store, err, &line_row, lines, count,
                       "SELECT " LINE_COLUMNS ", id FROM job_log "
                       "WHERE job = ?1 AND id > ?2 ORDER BY id",
                       "ii", id, after);
}
