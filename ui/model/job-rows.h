/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs as rows and words: how far one is, what goes on on the hosts when it is
 * left or has died, and how to go on. Pure; any thread. JSON is new and the
 * caller's, NULL without memory.
 */
#ifndef FT_UI_MODEL_JOB_ROWS_H
#define FT_UI_MODEL_JOB_ROWS_H

#include <jansson.h>

#include "db/jobs.h"

/* What is true of the hosts of a job whose ftadmin is not there (any more). */
struct ft_job_left {
    char goes_on[400]; /* a sentence or two */
    char next[600];    /* what to do: commands with what they do; or empty */
};

/*
 * Of a job that was stopped, detached or interrupted, and of one that runs: if
 * it was left now. Empty for one that has come to its end.
 */
void ft_job_left(const struct ft_store_job *job,
                 const struct ft_store_job_step *steps, size_t count,
                 struct ft_job_left *left);

/* True when the hosts do the rest by themselves. */
bool ft_job_goes_on(const struct ft_store_job *job,
                    const struct ft_store_job_step *steps, size_t count);

/*
 * A line of the list: id, verb, subject, what ("protect vm1"), state, started,
 * age_s, seconds, progress ("step 3 of 8", "memory 41 %", or the result), left
 * ("9 s", "0:20 to 1:30 min"), by ("ops from 10.0.0.5"), pid, and the figures behind
 * them.
 */
json_t *ft_job_row(const struct ft_store_job *job,
                   const struct ft_store_job_step *steps, size_t count,
                   int64_t now_ms);

/* The same with steps, and goes_on and next where they say something. */
json_t *ft_job_record(const struct ft_store_job *job,
                      const struct ft_store_job_step *steps, size_t count,
                      int64_t now_ms);

/* A line of the log: id, at, host, command, status, ms, text. */
json_t *ft_job_line_row(const struct ft_store_job_line *line);

#endif
