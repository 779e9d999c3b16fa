/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was begun with a VM and has not ended: found again, and taken back. To go on
 * with it is to do the same again (protect.h, operate.h). The store's thread.
 */
#ifndef FT_UI_WORK_UNFINISHED_H
#define FT_UI_WORK_UNFINISHED_H

#include "protect/protect.h"
#include "ui/work/fleet.h"
#include "ui/work/job.h"

/*
 * The pairs with an unfinished protect (phase "applying") or unprotect ("removing"):
 * of this VM (name or uuid), or all of them, when vm is NULL. pairs is to be
 * freed; it is empty when nothing is unfinished. -ENOENT there is no such VM.
 */
int ft_work_unfinished(const struct ft_work *work, const char *vm,
                       struct ft_store_pair **pairs, size_t *count,
                       struct ft_error *err);

/* Whether a job that runs, of any ftadmin, does something to this pair. */
bool ft_work_is_at_work(const struct ft_work *work, const char *pair);

/*
 * Finds what is to be taken back, and locks it (ui/work/locks.h). -ENOENT nothing
 * was begun; -EPERM it is done, and is for unprotect to end; -EBUSY.
 */
int ft_work_rollback_prepare(struct ft_work_fleet *fleet, const char *vm,
                             struct ft_journal_entry *entry,
                             struct ft_error *err);

/*
 * ft_protect_rollback, in the database's journal, as a job, whose outcome is filled
 * also after an error. *document is a new reference, what `rollback --json` prints;
 * NULL after an error.
 */
int ft_work_rollback(struct ft_work_fleet *fleet,
                     const struct ft_journal_entry *entry,
                     const struct ft_progress *progress,
                     struct ft_rollback_result *result, json_t **document,
                     struct ft_job_outcome *outcome, struct ft_error *err);

#endif
