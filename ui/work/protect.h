/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making a VM fault tolerant: which hosts count, the plan, carrying it out
 * (src/protect/protect.h) under the locks of the VM and its hosts, in the
 * database's journal.
 *
 * Ownership: the fleet outlives the job; ft_work_protect_free releases the
 * rest. One thread, that of fleet and store.
 */
#ifndef FT_UI_WORK_PROTECT_H
#define FT_UI_WORK_PROTECT_H

#include "protect/protect.h"
#include "ui/work/fleet.h"
#include "ui/work/job.h"

struct ft_work_protect {
    struct ft_work_fleet *fleet;
    struct ft_fleet usable; /* members of the fleet that count here */
    struct ft_journal_ops journal;
    struct ft_plan plan; /* after ft_work_protect_plan, also one that failed */
    bool resumed;        /* it continues an interrupted protect */
    bool dry_run;
    char doing[FT_STORE_NAME];     /* what others are told */
    int64_t started_ns;            /* CLOCK_MONOTONIC */
    int64_t began_ms;              /* the same, since 1970 */
    struct ft_job_outcome outcome; /* after ft_work_protect_apply */
};

/*
 * Locks the VM, unless nothing will be changed (dry_run), and asks all hosts for
 * their facts. job is to be freed always. -EBUSY; -ENOENT no hosts
 * are known; -ENOTCONN none of them answers (fleet->errors says why).
 */
int ft_work_protect_look(struct ft_work_protect *job,
                         struct ft_work_fleet *fleet, const char *vm,
                         bool dry_run, struct ft_error *err);

/* The same by what the fleet's hosts told a moment ago. -EBUSY. */
int ft_work_protect_begin(struct ft_work_protect *job,
                          struct ft_work_fleet *fleet, const char *vm,
                          bool dry_run, struct ft_error *err);

/*
 * Checks, places and plans for the hosts that answered or were asked for by
 * name, as ft_protect_prepare, which has the errors; choices->pair NULL: a new one. Then
 * locks the VM by its uuid, and shares its hosts: -EBUSY.
 */
int ft_work_protect_plan(struct ft_work_protect *job,
                         const struct ft_plan_choices *choices,
                         struct ft_error *err);

/*
 * Only the checks, after a look with dry_run, as ft_protect_check, which has the
 * errors; job->plan.findings has what was found.
 */
int ft_work_protect_check(struct ft_work_protect *job,
                          const struct ft_plan_choices *choices,
                          struct ft_error *err);

/*
 * Carries the plan out, as ft_protect_apply, as a job (ui/work/job.h), whose
 * outcome is filled also after an error. The locks are given back when only
 * the long wait is left, so that others may work meanwhile.
 */
int ft_work_protect_apply(struct ft_work_protect *job,
                          const struct ft_progress *progress,
                          struct ft_error *err);

/* Seconds since ft_work_protect_look began. */
double ft_work_protect_seconds(const struct ft_work_protect *job);

/* Also of all zero. */
void ft_work_protect_free(struct ft_work_protect *job);

#endif
