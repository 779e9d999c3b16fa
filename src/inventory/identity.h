/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether two names are one machine. Pure.
 *
 * A machine says which one it is by /etc/machine-id; a copy of a machine says
 * the same until somebody changes it, but proves another SSH key.
 */
#ifndef FT_INVENTORY_IDENTITY_H
#define FT_INVENTORY_IDENTITY_H

#include "inventory/host.h"

enum ft_identity {
    FT_IDENTITY_OTHER,
    FT_IDENTITY_CLONE, /* another one, with the machine-id of the first */
    FT_IDENTITY_SAME
};

/*
 * By machine-id and SSH key; where the keys cannot be compared (not known, or
 * of two types), by the MAC of a NIC that both have, or the host's own name.
 */
enum ft_identity ft_host_identity(const struct ft_host *a,
                                  const struct ft_host *b);

/* By what it is known: "the same machine-id and SSH host key". */
const char *ft_host_identity_why(const struct ft_host *a,
                                 const struct ft_host *b);

#endif
