/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness-pairs.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "witness/witness-store.h"

#define FT_AUTOSTORE FT_CLEANUP(close_store)

static void
close_store(struct ft_witness_store **store)
{
    ft_witness_store_close(*store);
}

/* The key first: a record without a key answers nobody, which is harmless. */
int
ft_witness_pair_set(const char *folder, const char *pair,
                    const unsigned char key[FT_WITNESS_KEY_SIZE],
                    uint64_t generation, const char *owner, struct ft_error *err)
{
    FT_AUTOSTORE struct ft_witness_store *store = NULL;
    struct ft_witness_record record = { .generation = generation };
    int rc;

    if (!ft_witness_pair_valid(pair) || !ft_witness_owner_valid(owner) ||
        generation < 1 || generation > FT_WITNESS_GENERATION_MAX)
        return ft_fail(err, EINVAL, NULL,
                       "pair, generation or owner out of range");
    snprintf(record.owner, sizeof(record.owner), "%s", owner);
    rc = ft_witness_store_open(folder, &store, err);
    if (rc)
        return rc;
    rc = ft_witness_key_save(folder, pair, key);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot store the key of pair %s: %s",
                       pair, strerror(-rc));
    return ft_witness_store_set(store, pair, &record, err);
}

int
ft_witness_pair_remove(const char *folder, const char *pair, int keep_tombstone,
                       struct ft_error *err)
{
    FT_AUTOSTORE struct ft_witness_store *store = NULL;
    struct ft_witness_record record = { 0 };
    int rc;

    if (!ft_witness_pair_valid(pair))
        return ft_fail(err, EINVAL, NULL, "\"%.64s\" is no pair", pair);
    rc = ft_witness_store_open(folder, &store, err);
    if (rc)
        return rc;
    if (keep_tombstone && !ft_witness_store_get(store, pair, &record, NULL) &&
        record.removed)
        return 0;
    rc = ft_witness_key_remove(folder, pair);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot remove the key of pair %s: %s",
                       pair, strerror(-rc));
    return ft_witness_store_remove(store, pair, err);
}

static bool
is_empty(const char *folder)
{
    FT_AUTOSTORE struct ft_witness_store *store = NULL;
    int64_t count = 0;

    return !ft_witness_store_open(folder, &store, NULL) &&
           !ft_witness_store_count(store, &count, NULL) && count == 0;
}

void
ft_witness_clear(const char *folder)
{
    static const char *const names[] = { "witness.db-wal", "witness.db-shm",
                                         "witness.db", "keys", "" };
    char path[PATH_MAX];

    if (access(folder, F_OK) < 0 || !is_empty(folder))
        return;
    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        if (unlink(path) < 0 && (errno == EISDIR || errno == EPERM))
            rmdir(path); /* one with a key in it stays */
    }
}

int
ft_witness_list(const char *folder, json_t **pairs, struct ft_error *err)
{
    FT_AUTOSTORE struct ft_witness_store *store = NULL;
    char path[PATH_MAX];
    int rc;

    snprintf(path, sizeof(path), "%s/witness.db", folder);
    if (access(path, F_OK) < 0) {
        *pairs = json_array();
        return *pairs ? 0 : ft_fail(err, ENOMEM, NULL, "no memory");
    }
    rc = ft_witness_store_open(folder, &store, err);
    return rc ? rc : ft_witness_store_list(store, pairs, err);
}
