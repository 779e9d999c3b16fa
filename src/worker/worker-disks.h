/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the disks of a pair's VM are on this host, since a copy was made here; in
 * the record. What is at the place of an image of this host's own (virt/place.h) is
 * ours, and the image itself is kept aside. Control thread, or the receiver's
 * during a set-up, unless said otherwise.
 */
#ifndef FT_WORKER_WORKER_DISKS_H
#define FT_WORKER_WORKER_DISKS_H

#include <stdbool.h>

#include "virt/place.h"
#include "worker/worker.h"

/* A set-up begins: what a definition here says is not settled. */
void ft_worker_disks_begin(struct ft_worker *worker);

/*
 * Makes the replica of a disk at the place of this host's own image, or takes the
 * one that is there; *path is freed by the caller. -ENOENT: there is no such place.
 * pooled: a volume of ours serves already, by an earlier set-up.
 */
int ft_worker_place_disk(struct ft_worker *worker, const char *target,
                         uint64_t capacity, bool pooled, char **path,
                         struct ft_error *err);

/* Remembers that the replica of a disk is a volume there. */
void ft_worker_pool_disk(struct ft_worker *worker, const char *target,
                         const char *path);

/*
 * The VM runs here, and its definition names these disks. Where that is not known,
 * because who took over died before that: makes it so, before a start at the
 * latest. Any thread, while nothing else changes it: 0, or what libvirt says.
 */
void ft_worker_disks_settled(struct ft_worker *worker);
int ft_worker_settle_disks(struct ft_worker *worker, virDomainPtr dom,
                           struct ft_error *err);

/*
 * The copy here ends for good. Deletes what was made at places; restore: an image
 * that no VM of this pair ran beside gets its name back. What could not be done is
 * told in left.
 */
void ft_worker_leave_places(struct ft_worker *worker, bool restore,
                            json_t *left);

/* Tells, in the answer to the removal and by events, which old images are left. */
void ft_worker_tell_stale(struct ft_worker *worker);

#endif
