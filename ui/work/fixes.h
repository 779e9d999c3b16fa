/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ftadmin mends by itself of what checks find (plan/fixes.h), under the locks of
 * the VM and its hosts, written down before it is done, as a job; and taking that back.
 * One thread, that of fleet and store.
 */
#ifndef FT_UI_WORK_FIXES_H
#define FT_UI_WORK_FIXES_H

#include "plan/findings.h"
#include "ui/work/fleet.h"
#include "ui/work/job.h"

/*
 * Does these, each a step that progress is told of, until one fails; those before it
 * stay, and are taken back by the next function. vm and its UUID are of the plan. *done:
 * how many are so now. -EBUSY, -EINTR, -EREMOTEIO.
 */
int ft_work_fix(struct ft_work_fleet *fleet, const char *vm,
                const char *vm_uuid, const struct ft_fix *fixes, size_t count,
                const struct ft_progress *progress, size_t *done,
                struct ft_job_outcome *outcome, struct ft_error *err);

/*
 * What was done for a VM, by its name or UUID, and not taken back, newest first, into
 * fixes; their number. -ENOENT: nothing. -EPERM: the VM is protected, or another one with
 * one of these hosts, and may need it.
 */
int ft_work_fixes_made(const struct ft_work *work, const char *vm,
                       struct ft_fix fixes[FT_FIXES_MAX], size_t *count,
                       struct ft_error *err);

/*
 * Takes all that back, in that order. A host that is not known any more keeps what was
 * done there, to be taken back once it is added again: *left counts that, also with 0,
 * and the others are gone on with; another failure ends it. As ft_work_fix.
 */
int ft_work_fixes_undo(struct ft_work_fleet *fleet, const char *vm,
                       const struct ft_progress *progress, size_t *undone,
                       size_t *left, struct ft_job_outcome *outcome,
                       struct ft_error *err);

#endif
