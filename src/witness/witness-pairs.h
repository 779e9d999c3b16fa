/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pairs of a witness: what the daemon of its host adds to its folder,
 * removes and lists, whether the witness serves at that time or not.
 *
 * Memory: the caller's; a list is a new reference. Threads: any; each call
 * opens the database for itself.
 */
#ifndef FT_WITNESS_WITNESS_PAIRS_H
#define FT_WITNESS_WITNESS_PAIRS_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "witness/witness-protocol.h"

/*
 * Adds a pair or replaces its key. A record that is there and not older than
 * generation is kept (so repeating is harmless); it is never lowered. Creates
 * the folder. -EINVAL for a pair, generation or owner out of range.
 */
int ft_witness_pair_set(const char *folder, const char *pair,
                        const unsigned char key[FT_WITNESS_KEY_SIZE],
                        uint64_t generation, const char *owner,
                        struct ft_error *err);

/*
 * Forgets a pair and its key; with keep_tombstone not one that its owner has
 * removed (witness-client.h), for somebody who was away has yet to hear of that.
 * Removing one that is not there is fine.
 */
int ft_witness_pair_remove(const char *folder, const char *pair,
                           int keep_tombstone, struct ft_error *err);

/*
 * Takes the folder away, when nothing is kept in it any more: no pair, and no word of
 * one that was removed. Not while a witness serves from it. Nothing is an error: what
 * cannot be read stays.
 */
void ft_witness_clear(const char *folder);

/* A new array of {"pair","generation","owner"}; without tombstones;
 * empty without a database. */
int ft_witness_list(const char *folder, json_t **pairs, struct ft_error *err);

#endif
