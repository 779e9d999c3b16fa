/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order to remove the pair on this side, from when it is given until it is
 * answered: "removed" is said only of what is gone. Control thread.
 */
#ifndef FT_WORKER_WORKER_REMOVAL_H
#define FT_WORKER_WORKER_REMOVAL_H

#include <jansson.h>

#include "worker/worker.h"

/*
 * pair-remove, with its arguments. What is in QEMU goes by libvirt only, so that
 * is asked for a sign of life first; without one the answer is -EHOSTUNREACH, and
 * the pair stays as it is. Else UNPROTECT follows.
 */
void ft_worker_removal_asked(struct ft_worker *worker, struct ft_asker asker,
                             const json_t *args);

/*
 * After UNPROTECT: it could not be taken away. Answers so; the pair stays, and the
 * next worker goes on: at once, or when libvirt is back.
 */
void ft_worker_removal_failed(struct ft_worker *worker,
                              const struct ft_error *err);

#endif
