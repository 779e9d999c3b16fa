/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a pair on the host where its VM does not run. Control thread. */
#ifndef FT_WORKER_WORKER_RETIRE_H
#define FT_WORKER_WORKER_RETIRE_H

#include <stdbool.h>

#include "worker/worker.h"

/*
 * Whether what this host has of the VM is old: who removes the pair says that
 * it runs on the other one, and this one's record does not say otherwise.
 */
bool ft_worker_is_stale(const struct ft_worker *w);

/*
 * Takes the VM's definition and its old disks here out of the way (retire.h),
 * and remembers what was done for the answer to the removal. The VM must not run
 * here. A failure is told in the answer and by an event.
 */
void ft_worker_retire(struct ft_worker *w);

#endif
