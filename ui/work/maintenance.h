/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking a host out of service and back into it, in two parts, so that the user can be
 * asked in between. Each is a job (ui/work/job.h); said again it goes on where it was
 * left, for all that is done is seen on the hosts. The store's thread. JSON is new
 * and the caller's.
 */
#ifndef FT_UI_WORK_MAINTENANCE_H
#define FT_UI_WORK_MAINTENANCE_H

#include "ui/work/fleet.h"
#include "ui/work/job.h"

struct ft_maintenance_options {
    bool move; /* copies on it are made on other hosts; else they are let go */
    bool wait; /* until nothing is left that comes by itself */
};

/* A VM of the host, and what became of it. */
struct ft_maintained_vm {
    char vm[FT_STORE_NAME];
    char uuid[FT_STORE_UUID];
    char pair[FT_STORE_UUID]; /* empty: it is in none */
    bool handed;              /* it ran here, and was handed over for this */
    enum ft_maintained {
        FT_MAINTAINED_WAITS,       /* not done yet */
        FT_MAINTAINED_HANDED_OVER, /* it runs on the other host */
        FT_MAINTAINED_LET_GO,      /* its copy is ended */
        FT_MAINTAINED_MOVED,       /* its copy is made on another host */
        FT_MAINTAINED_STAYS,       /* it runs here still; why says why */
        FT_MAINTAINED_NOT_MOVED,   /* it has no copy, and why */
        FT_MAINTAINED_BACK,        /* protected, and it runs where it ran */
        FT_MAINTAINED_PROTECTED,   /* protected */
        FT_MAINTAINED_BEHIND,      /* not protected yet */
    } did;
    char on[FT_STORE_NAME];   /* where it runs */
    char copy[FT_STORE_NAME]; /* where its copy is; empty: none */
    char why[FT_STORE_TEXT];
};

struct ft_work_maintenance {
    struct ft_work_fleet *fleet;
    size_t index; /* of the host among the fleet's */
    struct ft_maintained_vm *vms;
    size_t count;
    size_t run, copies,
        alone;        /* that run here with a copy, copies here, others */
    int64_t since_ms; /* in maintenance; 0: not */
};

/*
 * Finds and locks the host and its VMs, and asks all hosts how they are. -ENOENT;
 * -EBUSY; or why the host does not answer: it has to know. To be closed always.
 */
int ft_work_maintenance_prepare(struct ft_work_fleet *fleet, const char *host,
                                struct ft_work_maintenance *m,
                                struct ft_error *err);

/*
 * The host takes no copies from now on, also when it is rebooted; VMs that run there
 * are handed over, and the copies there ended or made on other hosts. 0 also when
 * some stay (ft_work_maintenance_left). -EINTR: the user wanted out; what is
 * done is done.
 */
int ft_work_maintenance_on(struct ft_work_maintenance *m,
                           const struct ft_maintenance_options *how,
                           const struct ft_progress *progress,
                           struct ft_job_outcome *outcome, struct ft_error *err);

/*
 * It takes them again, and the hosts fill them by themselves. With wait VMs that were
 * handed over for it are handed back as soon as they are protected. -ETIMEDOUT:
 * nothing came on any more for a minute, or work's timeout.
 */
int ft_work_maintenance_off(struct ft_work_maintenance *m,
                            const struct ft_maintenance_options *how,
                            const struct ft_progress *progress,
                            struct ft_job_outcome *outcome,
                            struct ft_error *err);

/* VMs with which somebody has to do something before it is stopped. */
size_t ft_work_maintenance_left(const struct ft_work_maintenance *m);

/* What `maintenance --json` prints, with "vms", its rows. */
json_t *ft_work_maintenance_document(const struct ft_work_maintenance *m);

void ft_work_maintenance_close(struct ft_work_maintenance *m);

#endif
