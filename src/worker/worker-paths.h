/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways to the peer's host: one for each of its addresses. The link is one
 * of them; the others are tried every 10 s, each on a helper thread of its own,
 * so that it is known before it is needed whether they would do. Which of them
 * have ever answered stands in the pair's folder (paths.json): one that never
 * did is none that was lost. Control thread.
 */
#ifndef FT_WORKER_WORKER_PATHS_H
#define FT_WORKER_WORKER_PATHS_H

#include "worker/worker.h"

/* Begins; once. */
void ft_worker_watch_paths(struct ft_worker *worker);

/* "paths" of STATUS, an array. */
json_t *ft_worker_paths_json(struct ft_worker *worker);

#endif
