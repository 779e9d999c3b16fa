/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up checks.h; not for others.
 */
#ifndef FT_PLAN_CHECKS_PRIVATE_H
#define FT_PLAN_CHECKS_PRIVATE_H

#include "plan/checks.h"

/* What a host is in a pair. */
enum ft_part { FT_PART_PRIMARY, FT_PART_STANDBY, FT_PART_WITNESS };

/* A disk the guest may write: the standby gets a copy of it. */
bool ft_needs_replica(const struct ft_disk *disk);

/* Active, and of a kind that replicas can be in. */
bool ft_pool_usable(const struct ft_pool *pool);

/* Of ft_check_standby: where the copy's disks go; wanted NULL: ft_replica_pool. */
int ft_check_pool(const struct ft_domain *domain, const struct ft_host *standby,
                  const char *wanted, struct ft_findings *findings);

/* Of both: what else there is to say of the pool that is taken, or was. */
int ft_check_pool_kind(const struct ft_pool *pool, const struct ft_host *standby,
                       struct ft_findings *findings);

/*
 * Says that a host has no pool for files, or not the wanted one (NULL: any), what
 * it has instead, and how to get one of that.
 */
int ft_check_no_pool(const struct ft_host *host, const char *wanted,
                     enum ft_verdict verdict, enum ft_check_id check,
                     const char *why, struct ft_findings *findings);

/* Of ft_check_standby: the copy that waits there already; pool: where its disks are
 * (NULL: not known). */
int ft_check_copy(const struct ft_domain *domain, const struct ft_host *standby,
                  const char *pool, struct ft_findings *findings);

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

/* Its clock, room, pressure, engine: what is about one host alone. */
int ft_check_condition(const struct ft_host *host, enum ft_part part,
                       struct ft_findings *findings);

/* Of ft_check_vm: what the VM's host is made of. */
int ft_check_own_machine(const struct ft_host *primary,
                         struct ft_findings *findings);

/* Of ft_check_standby: what the two machines are made of, and what will run there. */
int ft_check_machines(const struct ft_inventory *inventory,
                      const struct ft_host *primary,
                      const struct ft_domain *domain,
                      const struct ft_host *standby,
                      struct ft_findings *findings);

/* And with whom the VM would run there: capacity, and rules. */
int ft_check_crowd(const struct ft_inventory *inventory,
                   const struct ft_host *primary, const struct ft_domain *domain,
                   const struct ft_host *standby, struct ft_findings *findings);

/* Of ft_check_witness: whether it stands on its own; one: primary or standby. */
int ft_check_independent(const struct ft_host *one,
                         const struct ft_host *witness,
                         struct ft_findings *findings);

/* A NIC that may be on a bridge of Open vSwitch. */
#define FT_OVS_VLANS_MAX 64
struct ft_ovs_nic {
    const char *mac;
    const char *bridge; /* on the VM's host */
    const char *there;  /* that of the copy's */
    bool asked;         /* its definition says so */
    int vlans[FT_OVS_VLANS_MAX];
    size_t vlan_count;
};

/* Of ft_check_networks: its port; *is_ovs: that is all there is to say of the bridge. */
int ft_check_ovs(const struct ft_ovs_nic *nic, const struct ft_host *primary,
                 const struct ft_host *standby, bool *is_ovs,
                 struct ft_findings *findings);

/* Of ft_check_networks: the network of the link. */
int ft_check_link(const struct ft_host *primary, const struct ft_host *standby,
                  struct ft_findings *findings);

int ft_check_kernel(const struct ft_host *host, enum ft_check_id check,
                    struct ft_findings *findings);
int ft_check_libvirt(const struct ft_host *host, enum ft_check_id check,
                     struct ft_findings *findings);

/* Whether libvirt there has a worker for each VM that may come to run there. */
int ft_check_workers(const struct ft_inventory *inventory,
                     const struct ft_host *host, const struct ft_domain *domain,
                     enum ft_check_id check, struct ft_findings *findings);

/* The part about CPUs and the part about networks of ft_check_standby. */
int ft_check_cpu(const struct ft_host *primary, const struct ft_domain *domain,
                 const struct ft_host *standby, struct ft_findings *findings);
int ft_check_networks(const struct ft_inventory *inventory,
                      const struct ft_host *primary,
                      const struct ft_domain *domain,
                      const struct ft_host *standby,
                      struct ft_findings *findings);

#endif
