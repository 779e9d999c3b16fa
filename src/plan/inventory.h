/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What planning looks at: the hosts and the pairs that exist.
 *
 * The hosts stay their owner's; the arrays belong to the caller.
 */
#ifndef FT_PLAN_INVENTORY_H
#define FT_PLAN_INVENTORY_H

#include "inventory/host.h"

/* What the standby of a pair has of it, by its own engine's word. */
enum ft_other_side {
    FT_OTHER_SILENT,  /* nobody there was reached */
    FT_OTHER_HAS_IT,  /* its part of the pair */
    FT_OTHER_EMPTY,   /* it answers, and has nothing of the pair */
    FT_OTHER_UNKNOWN, /* it answers, but its engine does not */
};

/* A pair that some engine knows. */
struct ft_known_pair {
    char pair[FT_UUID_SIZE];
    char vm[FT_NAME_SIZE];
    char vm_uuid[FT_UUID_SIZE];
    char primary[FT_NAME_SIZE];
    char standby[FT_NAME_SIZE];
    char witness[FT_NAME_SIZE]; /* empty: none */
    char state[32];
    bool primary_says; /* that it is so; or only the standby was asked */
    enum ft_other_side other;
};

/* Two VMs that one host must not run together, by names or UUIDs. */
struct ft_apart {
    char vms[2][FT_NAME_SIZE];
};

struct ft_connection;
struct ft_link_rate;

struct ft_inventory {
    const struct ft_host *const *hosts;
    size_t host_count;
    const struct ft_known_pair *pairs;
    size_t pair_count;
    const struct ft_apart *apart; /* the administrator's rules */
    size_t apart_count;
    const char *resuming; /* pair whose traces are not in the way, or NULL */
    /* The pair that the VM leaves by this plan (plan/move.h); set by ft_plan_make. */
    const struct ft_known_pair *leaving;
    bool standing; /* and whose copy has its place there already */
    bool running;  /* and whose VM runs, by its engine's word: libvirt takes the
                   * stops of its epochs for pauses */
    /* The connections of the pair that is planned, and what was seen of them
     * (plan/connections.h); none: not tried. */
    const struct ft_connection *connections;
    size_t connection_count;
    /* And what its networks carry (plan/throughput.h); none: not measured. */
    const struct ft_link_rate *rates;
    size_t rate_count;
};

/* By ftadmin's name; NULL when there is none. */
const struct ft_host *ft_inventory_host(const struct ft_inventory *inventory,
                                        const char *name);

/*
 * The host on which the VM (by name or UUID) runs; *domain is set when not
 * NULL. When it runs nowhere: a host that defines it. -ENOENT when no host
 * knows it, -EEXIST when it runs on several.
 */
int ft_inventory_locate(const struct ft_inventory *inventory, const char *vm,
                        const struct ft_host **host,
                        const struct ft_domain **domain, struct ft_error *err);

#endif
