/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What protecting a VM would cost: it is measured where it runs, unprotected, and
 * the figures follow from that, its standby and the network between (pair/estimate.h).
 * What was measured last is kept in the database, for who plans to protect it.
 *
 * Ownership: plain structs of the caller. One thread, that of fleet and store.
 */
#ifndef FT_UI_WORK_ESTIMATE_H
#define FT_UI_WORK_ESTIMATE_H

#include "pair/estimate.h"
#include "ui/work/protect.h"

struct ft_work_estimate {
    struct ft_measurement measured;
    int64_t at_ms; /* when it was, since 1970 */
    struct ft_estimate estimate;
    double link_bytes_per_s; /* 0: not known */
    double round_trip_ms;    /* 0: not known */
};

/*
 * Looks at all hosts, chooses the standby as protect does (NULL) or takes this one,
 * measures for so many seconds, and keeps that. Changes nothing else. job, which is
 * to be freed always, has a plan with hosts and findings, without steps. Errors of
 * ft_work_protect_look and _check and ft_protect_measure_vm; -EBUSY it is
 * protected; -EPROTO what was measured makes no sense.
 */
int ft_work_estimate(struct ft_work_fleet *fleet, const char *vm,
                     const char *standby, int seconds,
                     struct ft_work_protect *job, struct ft_work_estimate *out,
                     struct ft_error *err);

/*
 * By what was measured before, for the hosts and limits of a job's plan. False: the
 * VM was not, or that is not understood any more.
 */
bool ft_work_estimate_recall(const struct ft_work_protect *job,
                             struct ft_work_estimate *out);

/*
 * Keeps what is predicted for a job's plan, by what was measured before, so that it is
 * seen beside what comes of it (ui/model/outcome.h). Nothing where the VM was not
 * measured.
 */
void ft_work_estimate_keep(const struct ft_work_protect *job);

/* {"schema","vm","uuid","primary","standby","link","measured","figures"}; new. */
json_t *ft_work_estimate_to_json(const struct ft_plan *plan,
                                 const struct ft_work_estimate *estimate);

/*
 * ft_plan_to_json of a job's plan, with "estimate" {"measured_at","age_s","figures"}
 * where the VM was measured before; new.
 */
json_t *ft_work_estimate_plan(const struct ft_work_protect *job);

#endif
