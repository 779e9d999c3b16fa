/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Upgrading the engines of hosts, one after the other (src/protect/upgrade.h), in
 * two parts, so that the user can be asked in between. The second part is a job
 * with a step a host. The store's thread. JSON is new and the caller's.
 */
#ifndef FT_UI_WORK_UPGRADE_H
#define FT_UI_WORK_UPGRADE_H

#include "protect/upgrade.h"
#include "ui/work/fleet.h"
#include "ui/work/job.h"

struct ft_work_upgrade {
    struct ft_work_fleet fleet; /* these hosts, and behind them all others */
    size_t count;               /* these */
    struct ft_upgrade_look *looks;
    struct ft_upgrade_result *results;
    size_t done;          /* hosts that went well, the first ones */
    size_t wanted;        /* hosts where something is to be done */
    size_t protected_vms; /* that are without a copy for a while */
};

/*
 * Finds and locks the hosts, and looks at all of them. -ENOENT unknown host, or no
 * local engine; -EBUSY; -EREMOTEIO: one could not be looked at (fleet.errors), and
 * so nothing is to be done. To be closed always. The other hosts are asked for
 * nothing but how their copying goes on.
 */
int ft_work_upgrade_prepare(const struct ft_work *work, char *const *names,
                            size_t count, struct ft_work_upgrade *upgrade,
                            struct ft_error *err);

/*
 * Does it, until the first host that does not go well; those behind it stay as
 * they are. err and the host's error say why.
 */
int ft_work_upgrade(struct ft_work_upgrade *upgrade,
                    const struct ft_progress *progress,
                    struct ft_job_outcome *outcome, struct ft_error *err);

/* A row a host: "host", "result", "before", "engine", "workers", ... */
json_t *ft_work_upgrade_rows(const struct ft_work_upgrade *upgrade);

void ft_work_upgrade_close(struct ft_work_upgrade *upgrade);

#endif
