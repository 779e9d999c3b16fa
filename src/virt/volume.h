/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replica volumes: raw images of exact size in a libvirt storage pool, named
 * VM-TARGET.ftreplica, so that they are recognised as ours.
 *
 * Ownership: strings are freed by the caller. Threads: thread safe.
 * Errors: -ENOENT pool unknown or inactive, -ENOSPC with both figures,
 * -EEXIST when a volume of that name has another size and is in the way.
 */
#ifndef FT_VIRT_VOLUME_H
#define FT_VIRT_VOLUME_H

#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

#define FT_VOLUME_SUFFIX ".ftreplica"

/*
 * A pool of files (dir, fs, netfs) with room for bytes: wanted when that is
 * not NULL, else the one with the most room. *name is freed by the caller.
 * -ENOSPC when there is no room, -ENOENT when there is no such pool.
 */
int ft_volume_find_pool(virConnectPtr conn, const char *wanted, uint64_t bytes,
                        char **name, struct ft_error *err);

/*
 * Makes the sparse raw replica of disk target of vm in pool, capacity bytes,
 * or takes the one that is there with that capacity. *path is its file.
 */
int ft_volume_create(virConnectPtr conn, const char *pool, const char *vm,
                     const char *target, uint64_t capacity, char **path,
                     struct ft_error *err);

/* Path of the replica; -ENOENT when there is none. */
int ft_volume_path(virConnectPtr conn, const char *pool, const char *vm,
                   const char *target, char **path, struct ft_error *err);

/*
 * Looks anew into the volume's pool: what virsh vol-list shows is true again.
 * Takes the volume; NULL is a no-op.
 */
void ft_volume_refresh(virStorageVolPtr volume);

/* Deletes the replica; success also when there is none. */
int ft_volume_delete(virConnectPtr conn, const char *pool, const char *vm,
                     const char *target, struct ft_error *err);

#endif
