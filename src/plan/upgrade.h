/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers outlive an upgrade of the engine on their host. In which order they are
 * replaced afterwards: one pair after the other, so that each VM is without a copy
 * for as short as its own memory takes, and none while anything else of it is
 * amiss. Pure.
 *
 * pairs is a list of STATUS (ft-protocol(7)), of one host; a pair is
 *     settled    protected, with nothing under way, or without a copy for good:
 *                alone, shut down, given up
 *     owed       one that was protected when this began, and is to be again
 */
#ifndef FT_PLAN_UPGRADE_H
#define FT_PLAN_UPGRADE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum ft_upgrade_kind {
    FT_UPGRADE_DONE,    /* nothing is left that could be done */
    FT_UPGRADE_WAIT,    /* for this pair */
    FT_UPGRADE_REPLACE, /* its worker */
};

struct ft_upgrade_turn {
    enum ft_upgrade_kind kind;
    const json_t *pair; /* of pairs; NULL: none */
    char why[200];      /* what is waited for, in words */
};

/* The protected ones of them, an array of UUIDs; NULL without memory. */
json_t *ft_upgrade_owed(const json_t *pairs);

/* Whether the host may be begun with: waits for what is not settled. */
struct ft_upgrade_turn ft_upgrade_before(const json_t *pairs);

/* What comes next once the new engine runs. owed: of ft_upgrade_owed before. */
struct ft_upgrade_turn ft_upgrade_next(const json_t *pairs, const json_t *owed);

/* Some pair has no copy, and may just be on its way to one. */
bool ft_upgrade_some_without(const json_t *pairs);

/* Workers of another version that are there. */
size_t ft_upgrade_older(const json_t *pairs);

/* What changes whenever something goes on, a new array: silence is its absence. */
json_t *ft_upgrade_pulse(const json_t *pairs);

#endif
