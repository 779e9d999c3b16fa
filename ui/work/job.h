/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job at work: what a verb does to VMs and hosts is written down as it goes
 * (db/jobs.h), so that every ftadmin sees it, and a later one finds it when this
 * one has died. It stands between src/protect, which tells it of steps, bytes
 * and commands, and whoever shows them.
 *
 * Ownership: ft_job_begin makes it, with a connection of its own to the
 * database, ft_job_end releases it; work outlives it. What cannot be written
 * down on the way (a full disk) is left out: the work goes on.
 *
 * Threads: all functions but ft_job_begin and ft_job_end from any thread;
 * whoever is shown things is called by the thread that does the work.
 */
#ifndef FT_UI_WORK_JOB_H
#define FT_UI_WORK_JOB_H

#include "db/jobs.h"
#include "protect/protect.h"
#include "ui/model/job-rows.h"
#include "ui/work/work.h"

struct ft_job;

/* What came of it, for whoever asked for it. */
struct ft_job_outcome {
    int64_t id;
    bool goes_on;            /* the hosts do the rest */
    struct ft_job_left left; /* empty after an end */
};

/* verb as in db/jobs.h; subject: a VM's name, or hosts; pair may be empty. */
int ft_job_begin(const struct ft_work *work, const char *verb,
                 const char *subject, const char *pair, struct ft_job **job,
                 struct ft_error *err);

/* A step that is to come; kind as ft_step_kind_name, or "". */
void ft_job_plan(struct ft_job *job, size_t index, const char *kind,
                 const char *text);

/* A step changes its state; one that was not planned comes in. */
void ft_job_step(struct ft_job *job, size_t index, const char *text,
                 enum ft_step_state state);

/* A line of the log that is no command; host may be "". */
void ft_job_note(struct ft_job *job, const char *host, const char *text);

/*
 * Callbacks for src/protect that write down, and then tell shown (NULL:
 * nobody). It is interrupted when shown is, when the user of work wants out,
 * and when somebody asked the job to stop (ft_store_job_stop).
 */
struct ft_progress ft_job_progress(struct ft_job *job,
                                   const struct ft_progress *shown);

/* Commands, requests and what is tried again on the hosts of this fleet are
 * written down. */
struct ft_trace ft_job_trace(struct ft_job *job);

/* Whether it is to stop, for those without progress. */
bool ft_job_stopped(struct ft_job *job);

/*
 * Ends and releases it. rc 0: done, or partly when something is left; result is
 * a sentence, and err NULL. -EINTR and -ECANCELED: stopped, or detached when
 * the hosts do the rest. Otherwise failed, by err. outcome may be NULL.
 */
void ft_job_end(struct ft_job *job, int rc, bool partly, const char *result,
                const struct ft_error *err, struct ft_job_outcome *outcome);

/* ---- all jobs, of any process; the store's thread; JSON is new ---- */

/* The newest limit as rows of ft_job_row. */
int ft_work_jobs_list(const struct ft_work *work, size_t limit, json_t **rows,
                      struct ft_error *err);

/* One as ft_job_record; -ENOENT. */
int ft_work_job_show(const struct ft_work *work, int64_t id, json_t **record,
                     struct ft_error *err);

/* As ft_store_job_stop. */
int ft_work_job_stop(const struct ft_work *work, int64_t id,
                     struct ft_error *err);

/* The lines of its log after line *last, which is moved: an array. */
int ft_work_job_log(const struct ft_work *work, int64_t id, int64_t *last,
                    json_t **lines, struct ft_error *err);

#endif
