/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker's connections to libvirt, and what it does without them. Control
 * thread.
 */
#ifndef FT_WORKER_WORKER_LIBVIRT_H
#define FT_WORKER_WORKER_LIBVIRT_H

#include "worker/worker.h"

/* Waits until libvirt answers; then worker->conn, events and dom are set. */
void ft_worker_open_libvirt(struct ft_worker *worker);

/*
 * Before the side is open: where the connection has died already, of which then
 * nobody is told, the process ends, and the next one waits for libvirt.
 */
void ft_worker_leave_dead_libvirt(struct ft_worker *worker);

/* Looks for worker->dom where none is known yet; errors as ft_vm_find. */
int ft_worker_find_dom(struct ft_worker *worker, struct ft_error *err);

/*
 * Ends what a dead worker has left of a rehearsal. Where it cannot be ended that is
 * logged, and nothing else waits for it: it is in nobody's way but that of the next
 * rehearsal, which tries again.
 */
void ft_worker_sweep_rehearsal(struct ft_worker *worker);

/*
 * Before a takeover: 0 once libvirt answers, which it does at once or is waited
 * for, patience_ns at most. -EHOSTUNREACH; -ESRCH: the waiting VM is gone.
 */
int ft_worker_await_libvirt(struct ft_worker *worker, int64_t patience_ns,
                            struct ft_error *err);

/* Says why nothing is done that needs it; -EHOSTUNREACH. Any thread. */
int ft_worker_fail_silent_libvirt(const struct ft_worker *worker,
                                  struct ft_error *err);

#endif
