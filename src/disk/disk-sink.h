/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NBD server of a VM's mirrors (nbd-server.h) in a process of its own,
 * "ftengine disks", which asks the worker about every request.
 *
 * When the worker dies, the process goes on and answers QEMU with success until
 * QEMU hangs up: the replica is stale then and nobody counts on it, but a
 * mirror that fails while the guest writes may take QEMU with it (disk-feed.c).
 *
 * Between the two: a socket pair, one request at a time, numbers in the
 * machine's order, since both are the same program. The worker's side checks
 * every one of them all the same.
 */
#ifndef FT_DISK_DISK_SINK_H
#define FT_DISK_DISK_SINK_H

#include "disk/nbd-server.h"

struct ft_disk_sink;

/*
 * As ft_nbd_start, but handlers are called by one thread, one at a time; all
 * four must be there. opaque must live until ft_disk_sink_stop.
 */
int ft_disk_sink_start(const char *path, uid_t uid, gid_t gid,
                       const struct ft_nbd_export *exports, size_t n,
                       const struct ft_nbd_handlers *handlers, void *opaque,
                       struct ft_disk_sink **sink, struct ft_error *err);

/*
 * Waits for a handler that runs; none is called after. The process lives on
 * until QEMU has hung up. NULL is a no-op.
 */
void ft_disk_sink_stop(struct ft_disk_sink *sink);

/* The process: serves what is asked for on descriptor 3. An exit code. */
int ft_disk_sink_main(void);

#endif
