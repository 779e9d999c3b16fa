/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What maintenance.c and its parts share. */
#ifndef FT_UI_WORK_MAINTENANCE_PRIVATE_H
#define FT_UI_WORK_MAINTENANCE_PRIVATE_H

#include "ui/work/maintenance.h"

const char *ft_work_maintenance_host(const struct ft_work_maintenance *m);

struct ft_member *ft_work_maintenance_member(const struct ft_work_maintenance *m);

/* Has the host this role, "primary", by a STATUS? */
bool ft_work_maintenance_has_role(const struct ft_work_maintenance *m,
                                  const json_t *status, const char *key);

/* STATUS of its pair by what hosts said last, or NULL. */
const json_t *ft_work_maintenance_status(const struct ft_work_maintenance *m,
                                         const struct ft_maintained_vm *vm);

/* Asks all hosts again; who does not answer now has nothing to say. */
void ft_work_maintenance_ask(struct ft_work_maintenance *m);

/*
 * The VMs that were let go, or handed over, get a copy on another host: a protect
 * each, a job of its own. The locks of prepare have been given back. -EINTR.
 */
int ft_work_maintenance_move(struct ft_work_maintenance *m,
                             const struct ft_maintenance_options *how,
                             const struct ft_progress *progress,
                             struct ft_error *err);

#endif
