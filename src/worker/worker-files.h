/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker's own files, in its pair's folder (pair-store.h). Control thread. */
#ifndef FT_WORKER_WORKER_FILES_H
#define FT_WORKER_WORKER_FILES_H

#include "worker/worker.h"

/* Only one worker for a pair; the lock goes with the process. 0 or -errno. */
int ft_worker_lock(const char *pair);

/* Reads configuration, keys and record of the pair. 0 or -errno. */
int ft_worker_load(struct ft_worker *worker, const char *pair,
                   struct ft_error *err);

#endif
