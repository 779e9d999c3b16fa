/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can the engine carry this domain at all? Pure function over its XML.
 *
 * ftadmin asks before anything is touched, the engine again when it attaches,
 * because the domain may have changed in between. Element and attribute names:
 * https://libvirt.org/formatdomain.html
 */
#ifndef FT_PLAN_CARRY_H
#define FT_PLAN_CARRY_H

#include <stdbool.h>

#include "base/error.h"
#include "plan/findings.h"

/* What the XML cannot say. Pass NULL where nothing of it is known. */
struct ft_carry_facts {
    bool vhost_known; /* the next is known (the domain runs) */
    bool vhost;       /* QEMU holds /dev/vhost-net open */
    bool vhost_net;   /* the host has /dev/vhost-net */
    bool no_plug;     /* its kernel has no ifb or no sch_plug */
    bool attached;    /* the engine's own mirrors are on the disks */
    const char *qemu; /* version of its QEMU; NULL or empty: not known */
};

/*
 * Adds a finding for everything the engine cannot carry (FT_FAIL, its subject
 * names the device), for everything that needs the administrator's eye
 * (FT_WARN), an FT_PASS for every NIC whose output is held in the kernel and not
 * in QEMU, and one FT_PASS "carry.devices" when there was no failure.
 * 0, -EINVAL when xml is not a domain of at most FT_HOST_XML_MAX bytes, -ENOMEM.
 */
int ft_carry_check(const char *xml, const struct ft_carry_facts *facts,
                   struct ft_findings *findings, struct ft_error *err);

#endif
