/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protected VM backed up from its copy: the standby's engine holds the disks as
 * they were after one committed epoch (standby/backup.h) and serves them, and
 * qemu-img(1) on this machine copies them over the host's SSH connection. The VM
 * itself is not touched, and goes on being protected.
 *
 * One thread, that of the fleet. Whatever is begun is to be ended.
 */
#ifndef FT_PROTECT_BACKUP_H
#define FT_PROTECT_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "protect/protect.h"

#define FT_BACKUP_DISKS_MAX 64

struct ft_backup_disk {
    char target[32]; /* "vda"; letters and digits */
    uint64_t size;   /* bytes */
};

struct ft_backup_begun {
    char host[FT_NAME_SIZE]; /* that has the copy */
    char pair[37];
    int64_t id;
    int64_t epoch;
    char at[32];      /* when the VM was so, UTC; empty: not known */
    bool frozen;      /* with the guest's file systems frozen by its agent */
    char why[256];    /* why not; empty: it was not wanted */
    bool incremental; /* only what has changed is served as data */
    char moment[37]; /* a name for later ones to begin from; empty: there is none */
    struct ft_backup_disk disks[FT_BACKUP_DISKS_MAX];
    size_t n_disks;
};

/*
 * hosts[1] of pair is its standby, which is asked. freeze: hosts[0] freezes the
 * guest's file systems by its agent for that moment, and thaws them by itself
 * should this process die; a guest that cannot be frozen is backed up all the same.
 * since: the moment of an earlier one, NULL: none; what changed since that is not
 * known is no error either, and all is served.
 * -EAGAIN: there is no whole copy; -EBUSY: a backup is under way already;
 * -EOPNOTSUPP: an older engine.
 */
int ft_backup_begin(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                    bool freeze, const char *since,
                    struct ft_backup_begun *begun, struct ft_error *err);

/*
 * Copies one of its disks to path, absolute, which is replaced, in a format of
 * qemu-img's, base being what ft_image_start takes; progress is told of its bytes by another thread, while this one
 * waits. A connection that breaks is made again, and the disk copied anew. -EINTR:
 * the user wanted out. What is at path after an error is of no use.
 */
int ft_backup_copy(struct ft_fleet *fleet, const struct ft_backup_begun *begun,
                   size_t disk, const char *format, const char *path,
                   const char *base, const struct ft_progress *progress,
                   struct ft_error *err);

/*
 * Serves its disks to the NBD clients that connect to listener, a unix socket that
 * does not block; exports have the disks' names. Until the user wants out, -EINTR,
 * or it ends by itself, -ESTALE. A connection that breaks is made again, without
 * the clients that there were.
 */
int ft_backup_serve(struct ft_fleet *fleet, const struct ft_backup_begun *begun,
                    int listener, const struct ft_progress *progress,
                    struct ft_error *err);

/*
 * -EIO: it came to nothing, why being what its end says, or, where that knows of
 * nothing, err as it is.
 */
int ft_backup_void(const char *vm, const struct ft_error *why,
                   struct ft_error *err);

/*
 * Ends it. kept (may be NULL): what the guest wrote over meanwhile and the engine
 * kept, in bytes. Its own end before this one fails by its reason.
 */
int ft_backup_end(struct ft_fleet *fleet, const struct ft_backup_begun *begun,
                  int64_t *kept, struct ft_error *err);

#endif
