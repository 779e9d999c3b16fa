/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine of a host gives way to ours, under VMs that it protects. Guests are
 * not touched: the daemon is replaced while its workers go on, and then these, one
 * after the other, by src/plan/upgrade.h. Errors are those of protect.h. Threads:
 * that of the fleet.
 */
#ifndef FT_PROTECT_UPGRADE_H
#define FT_PROTECT_UPGRADE_H

#include "protect/protect.h"

struct ft_upgrade_look {
    char before[64];      /* the engine's version there; empty: none runs */
    bool engine;          /* another one is to be put there or started */
    size_t workers;       /* that are to be replaced */
    size_t protected_vms; /* among them: for a while without a copy */
};

struct ft_upgrade_result {
    char after[64];   /* version */
    bool engine;      /* was put there or started */
    size_t workers;   /* replaced */
    size_t left;      /* still of another version */
    double longest_s; /* that a VM was without a copy */
};

/* What is to be done on a host. -ENOENT: no engine was ever there. */
int ft_upgrade_look(struct ft_fleet *fleet, struct ft_member *member,
                    struct ft_upgrade_look *look, struct ft_error *err);

/*
 * Does it, and returns once every pair of the host that was protected is so again.
 * patience_ms: without any sign that it goes on; 0: 60 s. How far a copying is the
 * primary says, so the hosts of its pairs are of the fleet. result is filled as far
 * as it went also after an error. -ETIMEDOUT: the text says what was waited for.
 * -EINTR: the hosts go on by themselves. Said again, it goes on with what is left.
 */
int ft_upgrade_host(struct ft_fleet *fleet, struct ft_member *member,
                    int patience_ms, const struct ft_progress *progress,
                    struct ft_upgrade_result *result, struct ft_error *err);

#endif
