/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up checks.h; not for others.
 */
#ifndef FT_PLAN_CHECKS_PRIVATE_H
#define FT_PLAN_CHECKS_PRIVATE_H

#include "plan/checks.h"

/* A disk the guest may write: the standby gets a copy of it. */
bool ft_needs_replica(const struct ft_disk *disk);

/* Active, and of a kind that replicas can be in. */
bool ft_pool_usable(const struct ft_pool *pool);

/* Of ft_check_standby: where the copy's disks go; wanted NULL: ft_replica_pool. */
int ft_check_pool(const struct ft_domain *domain, const struct ft_host *standby,
                  const char *wanted, struct ft_findings *findings);

/*
 * Says that a host has no pool for files, or not the wanted one (NULL: any), what
 * it has instead, and how to get one of that.
 */
int ft_check_no_pool(const struct ft_host *host, const char *wanted,
                     enum ft_verdict verdict, const char *id, const char *why,
                     struct ft_findings *findings);

/* Of ft_check_vm: the room on the VM's own host for the copy after a takeover. */
int ft_check_way_back(const struct ft_host *primary,
                      const struct ft_domain *domain,
                      struct ft_findings *findings);

/* Of ft_check_standby: TCP ports that the definition fixes. */
int ft_check_ports(const struct ft_domain *domain,
                   const struct ft_host *standby, struct ft_findings *findings);

/* Of ft_check_standby: the host's own files that the VM uses, as far as the host
 * was asked about them. */
int ft_check_files(const struct ft_host *standby, struct ft_findings *findings);

int ft_check_kernel(const struct ft_host *host, const char *id,
                    struct ft_findings *findings);
int ft_check_libvirt(const struct ft_host *host, const char *id,
                     struct ft_findings *findings);

/* Whether libvirt there has a worker for each VM that may come to run there. */
int ft_check_workers(const struct ft_inventory *inventory,
                     const struct ft_host *host, const struct ft_domain *domain,
                     const char *id, struct ft_findings *findings);

/* The part about CPUs and the part about networks of ft_check_standby. */
int ft_check_cpu(const struct ft_host *primary, const struct ft_domain *domain,
                 const struct ft_host *standby, struct ft_findings *findings);
int ft_check_networks(const struct ft_inventory *inventory,
                      const struct ft_host *primary,
                      const struct ft_domain *domain,
                      const struct ft_host *standby,
                      struct ft_findings *findings);

#endif
