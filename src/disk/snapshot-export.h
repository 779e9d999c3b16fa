/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot of disks, served by NBD on a unix socket (nbd-server.h): read-only,
 * or with what its clients write in a store of its own, which they read back and
 * nobody else sees.
 *
 * Threads: any. Memory: the export has a reference of the snapshot.
 */
#ifndef FT_DISK_SNAPSHOT_EXPORT_H
#define FT_DISK_SNAPSHOT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "disk/changed-chunks.h"
#include "disk/disk-snapshot.h"

struct ft_snapshot_export;

/*
 * At path, for uid and gid (-1: root's own), one export for each disk by the name
 * of it. scratch takes what is written, and is taken, also on failure; NULL:
 * nothing can be written. A write that it has no room for fails with ENOSPC. Of a
 * snapshot of no disks nothing is served, and there is no socket.
 * changed, of one that nobody writes to, is taken in the same way: clients are told
 * that they have the rest already (nbd-export.h); NULL: they have nothing.
 */
int ft_snapshot_export_start(const char *path, uid_t uid, gid_t gid,
                             struct ft_disk_snapshot *snapshot,
                             const char *const *names,
                             struct ft_chunk_store *scratch,
                             struct ft_chunk_set *changed,
                             struct ft_snapshot_export **out,
                             struct ft_error *err);

/* From now on of this one, of the same disks. */
void ft_snapshot_export_switch(struct ft_snapshot_export *export,
                               struct ft_disk_snapshot *snapshot);

/* Whether a client's write found no room. */
bool ft_snapshot_export_overflowed(struct ft_snapshot_export *export);

/* Connections at the moment. */
unsigned ft_snapshot_export_clients(struct ft_snapshot_export *export);

/* Hangs up on every client, removes the socket, frees. NULL is a no-op. */
void ft_snapshot_export_stop(struct ft_snapshot_export *export);

#endif
