/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which base a replica is, and the seals of its files (replica-base.h) while it is
 * written: looked at before a write, set after it. The replica's thread. Fault
 * point: replica-seal.
 */
#ifndef FT_STANDBY_REPLICA_SEAL_H
#define FT_STANDBY_REPLICA_SEAL_H

#include <jansson.h>

#include "worker/replica-base.h"

struct ft_replica_seals {
    struct ft_replica_base base; /* what the replica is, or becomes */
    bool based;  /* it is that already: what comes is what it lacks */
    bool sealed; /* the files have its seal, but for what is being written */
    const char *disk, *why; /* if not based: of which, or empty; never freed */
};

struct ft_seal_disk {
    const char *target;
    const char *differs; /* from had, as ft_replica_base_differs says */
    int fd;
};

/*
 * Which base n disks are by had, the record that was found, or what they are to
 * become. wanted is SETUP's "base", with "is" and "next", or NULL from a primary
 * that knows of none.
 */
void ft_replica_choose_base(struct ft_replica_seals *seals,
                            const struct ft_replica_base *had,
                            const json_t *wanted,
                            const struct ft_seal_disk *disks, size_t n);

/*
 * Before we write to n files: once they were sealed, one that is not makes the
 * replica no base for good. The result of both: it is one, or may become one.
 */
bool ft_replica_check_seals(struct ft_replica_seals *seals, const int *fds,
                            size_t n);

/* After it. all: of all files, and from now on they are looked at. */
bool ft_replica_seal(struct ft_replica_seals *seals, const int *fds, size_t n,
                     bool all);

#endif
