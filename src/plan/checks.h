/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that could make a failover fail, looked at before it can.
 *
 * Pure functions over the inventory: same input, same answer, no I/O.
 */
#ifndef FT_PLAN_CHECKS_H
#define FT_PLAN_CHECKS_H

#include "plan/findings.h"
#include "plan/inventory.h"
#include "plan/links.h"

/* Memory the engine needs on the standby beside the guest's, in bytes. */
#define FT_ENGINE_MEMORY (UINT64_C(256) << 20)

/* Calls of others that libvirt must have room for beside one a protected VM. */
#define FT_SPARE_WORKERS 2

/* A difference of clocks that is worth a warning, in ms. */
#define FT_CLOCK_SKEW_MS 2000

/*
 * The pool for the replicas of the VM's disks: the one that is named like the
 * pool of its first disk if it has the room, else the one with the most room; one
 * on a thin volume only where there is no other, and then that is a finding.
 * NULL when the standby has no active pool of a kind we can use (dir, fs,
 * netfs: replicas are raw files).
 */
const struct ft_pool *ft_replica_pool(const struct ft_domain *domain,
                                      const struct ft_host *standby);

/* Bytes of all disks that get a replica, INT64_MAX at most: no sum comes round again. */
uint64_t ft_replica_size(const struct ft_domain *domain);

/*
 * ft_check_vm is about the VM and the host it is on; ft_check_standby about
 * this standby for it, with this pool (NULL: ft_replica_pool); ft_check_witness
 * about this witness (NULL: none, by choice). Each appends its findings,
 * passes included. 0 or -ENOMEM.
 */
int ft_check_vm(const struct ft_inventory *inventory,
                const struct ft_host *primary, const struct ft_domain *domain,
                struct ft_findings *findings);
int ft_check_standby(const struct ft_inventory *inventory,
                     const struct ft_host *primary,
                     const struct ft_domain *domain,
                     const struct ft_host *standby, const char *pool,
                     struct ft_findings *findings);
int ft_check_witness(const struct ft_host *primary,
                     const struct ft_host *standby,
                     const struct ft_host *witness,
                     struct ft_findings *findings);

#endif
