/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the witness keeps: records in SQLite, keys in files. Used by the
 * server and, through witness-pairs.h, by the daemon. A store is used by one thread
 * at a time; several stores, also of several processes, may be open on a folder.
 */
#ifndef FT_WITNESS_WITNESS_STORE_H
#define FT_WITNESS_WITNESS_STORE_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "witness/witness-protocol.h"

struct ft_witness_store;

struct ft_witness_record {
    uint64_t generation;
    char owner[FT_WITNESS_OWNER_MAX + 1];
    int offered; /* the owner has said that it does not run on it yet */
    int removed; /* the owner has removed the pair: a tombstone, for good */
};

/* Opens or creates FOLDER/witness.db. *store is for ft_witness_store_close. */
int ft_witness_store_open(const char *folder, struct ft_witness_store **store,
                          struct ft_error *err);
void ft_witness_store_close(struct ft_witness_store *store);

/* 0, -ENOENT, or another -errno of SQLite's. */
int ft_witness_store_get(struct ft_witness_store *store, const char *pair,
                         struct ft_witness_record *record, struct ft_error *err);

/* Less than this free, and it is said that there is no room. Bytes. */
#define FT_WITNESS_ROOM (1 << 20)

/*
 * Whether a record of pair could be written now: 0, -ENOSPC, -EROFS, or after a
 * write that failed what another one says.
 */
int ft_witness_store_try(struct ft_witness_store *store, const char *pair);

/*
 * Compare and swap, durable when it returns 0. *won as in witness-client.h;
 * record is what is stored afterwards. An offer that is asked for again, and
 * not as one, is not won, nor is anything of a tombstone. -EINVAL: generation
 * <= expected.
 */
int ft_witness_store_swap(struct ft_witness_store *store, const char *pair,
                          uint64_t expected,
                          const struct ft_witness_record *wish, int *won,
                          struct ft_witness_record *record,
                          struct ft_error *err);

/*
 * The owner's last word, durable when it returns 0: makes the record a tombstone.
 * Not won, when the record's generation is the other side's and not older; it is
 * never lowered. Tombstones of more than FT_WITNESS_TOMBSTONE_DAYS, and all but
 * the newest FT_WITNESS_TOMBSTONES, go with their keys.
 */
int ft_witness_store_bury(struct ft_witness_store *store, const char *pair,
                          const struct ft_witness_record *last, int *won,
                          struct ft_witness_record *record,
                          struct ft_error *err);

/* Adds a pair; keeps a record that is not older, but no tombstone. */
int ft_witness_store_set(struct ft_witness_store *store, const char *pair,
                         const struct ft_witness_record *record,
                         struct ft_error *err);
int ft_witness_store_remove(struct ft_witness_store *store, const char *pair,
                            struct ft_error *err);

/* How many records there are, tombstones too. */
int ft_witness_store_count(struct ft_witness_store *store, int64_t *count,
                           struct ft_error *err);

/* Without tombstones. */
int ft_witness_store_list(struct ft_witness_store *store, json_t **pairs,
                          struct ft_error *err);

/* witness-keys.c, to the end. FOLDER/keys/PAIR; no UUID is -ENOENT. */
int ft_witness_key_load(const char *folder, const char *pair,
                        unsigned char key[FT_WITNESS_KEY_SIZE]);
int ft_witness_key_save(const char *folder, const char *pair,
                        const unsigned char key[FT_WITNESS_KEY_SIZE]);
int ft_witness_key_remove(const char *folder, const char *pair);

/* 1 for the text form of a UUID; it is safe as a file name. */
int ft_witness_pair_valid(const char *pair);

/* 1 for 1 to FT_WITNESS_OWNER_MAX printable ASCII characters. */
int ft_witness_owner_valid(const char *owner);

#endif
