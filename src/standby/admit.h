/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the standby takes of its peer's set-up, and of what it made of it, before
 * libvirt has it or this host's disk: see allow/allow.h. Who has the peer's host
 * must not have this one as well.
 *
 * Pure functions: no connection, no file. Threads: thread safe.
 * Errors: -EPERM, and err says which element is refused, why, and what to do.
 */
#ifndef FT_STANDBY_ADMIT_H
#define FT_STANDBY_ADMIT_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "standby/replica.h"
#include "worker/pair-store.h"

/*
 * Of SETUP: its definition is of the pair's VM and has nothing that the
 * allow-list lacks; its disks have targets of their own, and sizes.
 */
int ft_standby_admit_setup(const struct ft_pair_config *config,
                           const json_t *setup, struct ft_error *err);

/*
 * Of a definition for this host's libvirt, made of that: the same, and its
 * writable disks are those replicas.
 */
int ft_standby_admit_ours(const struct ft_pair_config *config,
                          const struct ft_replica *replica, const char *xml,
                          struct ft_error *err);

#endif
