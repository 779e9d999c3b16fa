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

#include "worker/worker.h"

/* A file of the VM's, for libvirt's hook; true: it is news. Not durable yet. */
bool ft_worker_add_image(struct ft_worker *worker, const char *path);

/* A set-up begins: what a definition here says is not settled. */
void ft_worker_disks_begin(struct ft_worker *worker);

/*
 * Makes the replica of a disk at the place of this host's own image, or takes the
 * one that is there; *path is freed by the caller. -ENOENT: there is no such place,
 * or a volume of ours serves already, by an earlier set-up.
 */
int ft_worker_place_disk(struct ft_worker *worker, const char *target,
                         uint64_t capacity, char **path, struct ft_error *err);

/* Remembers that the replica of a disk is a volume there. */
void ft_worker_pool_disk(struct ft_worker *worker, const char *target,
                         const char *path);

/* Of the last set-up, objects with "target": what was known of others is not true. */
void ft_worker_disks_only(struct ft_worker *worker, const json_t *disks);

/*
 * The VM runs here, and its definition names these disks. Where that is not known,
 * because who took over died before that: makes it so, before a start at the
 * latest. Any thread, while nothing else changes it: 0, or what libvirt says.
 */
void ft_worker_disks_settled(struct ft_worker *worker);
int ft_worker_settle_disks(struct ft_worker *worker, virDomainPtr dom,
                           struct ft_error *err);

/* Before this host's first definition of the VM: it is ours. 0 or -ENOMEM. */
int ft_worker_make_definition(struct ft_worker *worker, struct ft_error *err);

/* Tells, in the answer to the removal and by events, which old images are left. */
void ft_worker_tell_stale(struct ft_worker *worker);

#endif
