/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pair gets another witness while it is protected (witness/votes.h says why nobody
 * is without one meanwhile, and nobody has two). One thread, that of the fleet.
 */
#ifndef FT_PROTECT_WITNESS_H
#define FT_PROTECT_WITNESS_H

#include "protect/protect.h"

struct ft_witness_move {
    char from[FT_NAME_SIZE];
    char to[FT_NAME_SIZE];
    bool back;           /* a move that was not finished was taken back */
    bool left;           /* the old one could not be told to forget the pair */
    struct ft_error why; /* of that */
};

/*
 * to: a host's name, or FT_PLAN_BEST. Both hosts of the pair have to answer. An
 * unfinished move to the same host goes on; the witness that it has still takes such
 * a move back. -EEXIST: it is the witness already. -ENOENT: no such pair or host.
 * -EPERM: a check of the new one failed, the pair has none, or a move to another one
 * is unfinished. -EHOSTUNREACH: a host does not answer, or does not reach the new
 * witness; then all is as it was. -EINTR likewise. Any other error may leave the pair
 * with both: said again it goes on.
 */
int ft_move_witness(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                    const char *to, const struct ft_progress *progress,
                    struct ft_witness_move *move, struct ft_error *err);

#endif
