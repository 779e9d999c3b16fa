/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs in the topology database: what ftadmin does to VMs and hosts, how far
 * it is, and what came of it, for every ftadmin to see. ui/work/job.h is who
 * writes them.
 *
 * A job lives as long as the descriptor of its ft_store_job_begin is open: a
 * job that is "running" in the database and does not live is listed as
 * "interrupted", and written down as such by the next one that begins.
 *
 * Memory, threads, errors: those of store.h. Times are ms since 1970, 0 never.
 */
#ifndef FT_DB_JOBS_H
#define FT_DB_JOBS_H

#include "db/store.h"

#define FT_STORE_JOBS_KEPT 1000
#define FT_STORE_JOB_LOG_KEPT 2000 /* lines of one job */

struct ft_store_job {
    int64_t id;
    char verb[FT_STORE_WORD];    /* as on the command line: "host add" */
    char subject[FT_STORE_TEXT]; /* a VM, or hosts, as the user named them */
    char pair[FT_STORE_UUID];    /* or empty */
    char state[FT_STORE_WORD];   /* running, done, partly, failed, stopped (by
                                    the user, at a safe point), detached (the
                                    hosts go on), interrupted (it died) */
    char who[64];                /* see db/actor.h */
    char origin[128];
    int64_t pid;
    int64_t started_at;
    int64_t changed_at;
    int64_t ended_at;
    char phase[FT_STORE_WORD]; /* of what is copied: upload, disk, memory */
    int64_t done;              /* bytes */
    int64_t total;
    int64_t bytes_per_s; /* 0: not known */
    int64_t left_from_s; /* seconds, from ... to; -1: not known */
    int64_t left_to_s;
    bool stop;                  /* somebody asked it to stop */
    char result[FT_STORE_TEXT]; /* one sentence */
    char hint[FT_STORE_TEXT];
    int64_t continues; /* the job of before that was interrupted, or 0 */
};

struct ft_store_job_step {
    int64_t job;
    int64_t ordinal;
    char kind[FT_STORE_WORD]; /* of src/plan/plan.h, or empty */
    char text[FT_STORE_TEXT];
    char state[FT_STORE_WORD]; /* waiting, or those of the journal */
    int64_t started_at;
    int64_t ended_at;
};

struct ft_store_job_line {
    int64_t id;
    int64_t job;
    int64_t at;
    char host[FT_STORE_NAME]; /* empty: of ftadmin itself */
    char command[FT_STORE_TEXT];
    int64_t status; /* exit code, or -errno when there was no answer */
    int64_t ms;     /* how long it took */
    char text[FT_STORE_TEXT];
};

/*
 * A new running job of this process's user: verb, subject and pair are read,
 * the rest is set. It continues the newest job of the same subject if that was
 * interrupted, and of the same verb: a rollback goes on with no protect. Drops the
 * oldest jobs over FT_STORE_JOBS_KEPT that do not run. *alive is to be closed when it
 * has ended.
 */
int ft_store_job_begin(struct ft_store *store, struct ft_store_job *job,
                       int *alive, struct ft_error *err);

/* Everything but who began it and when, and whether it is to stop. */
int ft_store_job_put(struct ft_store *store, const struct ft_store_job *job,
                     struct ft_error *err);

/* Those that run now, of any process. */
int ft_store_job_running(struct ft_store *store, struct ft_store_job **jobs,
                         size_t *count, struct ft_error *err);

/* Whether one of those is at work on this pair; false also where that cannot be told. */
bool ft_store_job_is_at_work(struct ft_store *store, const char *pair);

/* The newest first; at most limit. */
int ft_store_job_list(struct ft_store *store, size_t limit,
                      struct ft_store_job **jobs, size_t *count,
                      struct ft_error *err);
int ft_store_job_get(struct ft_store *store, int64_t id,
                     struct ft_store_job *job, struct ft_error *err);

/* Asks a job of any process to stop. -ENOENT; -EALREADY it does not run. */
int ft_store_job_stop(struct ft_store *store, int64_t id, struct ft_error *err);

/* Inserts or replaces a step. */
int ft_store_job_step_put(struct ft_store *store,
                          const struct ft_store_job_step *step,
                          struct ft_error *err);
int ft_store_job_steps(struct ft_store *store, int64_t id,
                       struct ft_store_job_step **steps, size_t *count,
                       struct ft_error *err);

/* Adds a line and drops the job's oldest over FT_STORE_JOB_LOG_KEPT. */
int ft_store_job_log_add(struct ft_store *store,
                         const struct ft_store_job_line *line,
                         struct ft_error *err);
/* Lines with an id above after, oldest first. */
int ft_store_job_log(struct ft_store *store, int64_t id, int64_t after,
                     struct ft_store_job_line **lines, size_t *count,
                     struct ft_error *err);

#endif
