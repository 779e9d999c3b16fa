/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both hosts of a pair tell of themselves goes over the link, so that drift is
 * seen. The looking is done by a process that may hang (src/drift), started by the
 * daemon every FT_DRIFT_EVERY_MS; it and the worker meet in files, each replaced whole:
 *
 *   FT_DRIFT_HOST_FILE   the facts of this host, without the XML of its VMs, and the
 *                        ways from it (drift/ways.h)
 *   peer-facts           in the pair's run folder, while a peer is linked that speaks
 *                        of itself: CLOCK_REALTIME in ns when this was received, as
 *                        text, a line end, and the payload of its FACTS frame; without
 *                        that payload until the first came
 *   carried.json         there, too, while it is known: what the link carries, as
 *                        {"bytes_per_s", and the addresses of its ends, "local", "peer"}
 *   drift.json           there, too: the report of the last look (drift/drift.h)
 *   qemu.json            there, too, linked or not: which QEMU runs the VM
 *
 * Control thread, but for what is said otherwise.
 */
#ifndef FT_WORKER_WORKER_DRIFT_H
#define FT_WORKER_WORKER_DRIFT_H

#include <limits.h>

#include "base/paths.h"
#include "worker/worker.h"

#define FT_DRIFT_EVERY_MS 10000
#define FT_DRIFT_STALE_S 90 /* older facts or reports say nothing any more */

#define FT_DRIFT_HOST_FILE FT_RUN_FOLDER "/facts.json"
#define FT_DRIFT_PEER_FILE "peer-facts"
#define FT_DRIFT_CARRIED_FILE "carried.json"
#define FT_DRIFT_REPORT_FILE "drift.json"
#define FT_DRIFT_QEMU_FILE "qemu.json"

/* The version of the link from which FACTS are spoken. */
#define FT_DRIFT_PROTOCOL 3

/* A file in the run folder of a pair. Any thread. */
void ft_drift_path(const char *pair, const char *file, char path[PATH_MAX]);

void ft_worker_init_drift(struct ft_worker *worker);

/* The worker's session has begun, or ended; the receiver does not run. */
void ft_worker_drift_link_up(struct ft_worker *worker);
void ft_worker_drift_link_down(struct ft_worker *worker);

/* A FACTS frame. Receiver thread. */
void ft_worker_take_facts(struct ft_worker *worker,
                          const struct ft_frame *frame);

/*
 * "drift" of STATUS: the report, and how old it is; null where nobody looks: no link,
 * an older peer, the standby. A new reference.
 */
json_t *ft_worker_drift_json(struct ft_worker *worker);

/* "qemu" of STATUS, as ft_drift_qemu says it; null of a standby, and until the first
 * look. A new reference. */
json_t *ft_worker_qemu_json(struct ft_worker *worker);

#endif
