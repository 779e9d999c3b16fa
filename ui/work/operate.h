/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done to a pair that exists: switchover, start, unprotect, verify and rehearse,
 * each in two parts, so that the user can be asked in between. The second part is a job
 * (ui/work/job.h), whose outcome is filled also after an error. The store's
 * thread.
 */
#ifndef FT_UI_WORK_OPERATE_H
#define FT_UI_WORK_OPERATE_H

#include "ui/work/job.h"
#include "ui/work/pair.h"

/*
 * Finds the pair among what hosts say now, and locks it (ui/work/locks.h).
 * -ENOENT; -EHOSTUNREACH no host that carries it answers; -EBUSY.
 */
int ft_work_switchover_prepare(struct ft_work_fleet *fleet, const char *vm,
                               struct ft_work_pair *found, struct ft_error *err);

/*
 * ft_switchover, with the user's patience or its own. -EINTR: the user wanted
 * out before the answer came; the hosts were asked once more, and err says
 * whether the VM has moved, or that this cannot be known.
 */
int ft_work_switchover(struct ft_work_fleet *fleet,
                       const struct ft_work_pair *found,
                       struct ft_switchover_result *result,
                       struct ft_job_outcome *outcome, struct ft_error *err);

struct ft_start_options {
    const char *on;     /* NULL: the host that has the say */
    bool discard_newer; /* only with on */
};

/* Finds the pair, living or remembered, and locks it. -ENOENT; -EBUSY. */
int ft_work_start_prepare(struct ft_work_fleet *fleet, const char *vm,
                          struct ft_work_pair *found, struct ft_error *err);

/* ft_start, with the user's patience or its own. */
int ft_work_start(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                  const struct ft_start_options *how,
                  struct ft_start_result *result, struct ft_error *err);

/*
 * Locks the pair, finds it, living or remembered, and adopts it, for the
 * journal hangs on it. -ENOENT; -EBUSY.
 */
int ft_work_unprotect_prepare(struct ft_work_fleet *fleet, const char *vm,
                              struct ft_work_pair *found, struct ft_error *err);

/*
 * ft_unprotect, in the database's journal. *document is a new reference, what
 * `unprotect --json` prints; NULL after an error. result is to be released.
 */
int ft_work_unprotect(struct ft_work_fleet *fleet,
                      const struct ft_work_pair *found, bool force,
                      const struct ft_progress *progress,
                      struct ft_unprotect_result *result, json_t **document,
                      struct ft_job_outcome *outcome, struct ft_error *err);

/* Finds the pair, living or remembered, and locks it. -ENOENT; -EBUSY. */
int ft_work_verify_prepare(struct ft_work_fleet *fleet, const char *vm,
                           struct ft_work_pair *found, struct ft_error *err);

/* ft_verify, with the user's patience or its own; *result is new. */
int ft_work_verify(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                   json_t **result, bool *differs, struct ft_error *err);

/*
 * Finds the pair among what hosts say now. It is not locked: whatever else is to be
 * done with it goes before. -ENOENT; -EHOSTUNREACH.
 */
int ft_work_rehearse_prepare(struct ft_work_fleet *fleet, const char *vm,
                             struct ft_work_pair *found, struct ft_error *err);

/* ft_rehearse, with the user's patience or its own; *result is new. */
int ft_work_rehearse(struct ft_work_fleet *fleet,
                     const struct ft_work_pair *found,
                     const struct ft_rehearse_options *how, json_t **result,
                     struct ft_job_outcome *outcome, struct ft_error *err);

#endif
