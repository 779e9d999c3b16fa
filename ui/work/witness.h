/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another witness for a VM that is protected, in two parts, so that the user can be
 * asked in between. The second part is a job. The store's thread.
 */
#ifndef FT_UI_WORK_WITNESS_H
#define FT_UI_WORK_WITNESS_H

#include "protect/witness.h"
#include "ui/work/job.h"
#include "ui/work/pair.h"

/* Finds the pair among what hosts say now, and locks it and all hosts that could be
 * its witness. -ENOENT; -EHOSTUNREACH; -EBUSY. */
int ft_work_witness_prepare(struct ft_work_fleet *fleet, const char *vm,
                            struct ft_work_pair *found, struct ft_error *err);

/* ft_move_witness, which has the errors; the database knows the new one then. */
int ft_work_witness(struct ft_work_fleet *fleet,
                    const struct ft_work_pair *found, const char *to,
                    const struct ft_progress *progress,
                    struct ft_witness_move *move,
                    struct ft_job_outcome *outcome, struct ft_error *err);

#endif
