/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a stored pair moves from one witness to another (pair-store.h). */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "worker/pair-store.h"

#define PAIR_FILE_MAX (1 << 20)

static int
save_key(const char *pair, unsigned slot, const char *hex, struct ft_error *err)
{
    uint8_t key[FT_KEY_SIZE];
    char path[PATH_MAX];
    int rc = hex ? ft_key_from_hex(hex, key) : -EINVAL;

    if (rc)
        return ft_fail(err, EINVAL, NULL, "the key is not 64 hex digits");
    ft_pair_path(pair, ft_pair_witness_key(slot), path);
    rc = ft_file_replace(path, key, sizeof(key), 0600);
    explicit_bzero(key, sizeof(key));
    return rc ? ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                        strerror(-rc))
              : 0;
}

/* The key first: what the pair names has one. */
static int
join(json_t *pair, const struct ft_pair_config *now, const json_t *witness,
     const char *key, struct ft_error *err)
{
    const char *name = ft_json_string(witness, "name", "");
    int rc;

    if (!strcmp(now->witness.name, name))
        return 0;
    if (now->next_witness.name[0] && strcmp(now->next_witness.name, name) != 0)
        return ft_fail(err, EPERM, NULL,
                       "it is moving to the witness %s already",
                       now->next_witness.name);
    rc = save_key(now->pair, !now->witness_slot, key, err);
    if (!rc &&
        json_object_set(pair, "next_witness", (json_t *)(uintptr_t)witness))
        rc = ft_fail(err, ENOMEM, NULL, "out of memory");
    return rc;
}

/* One word in one file: the other key is its own from then on. */
static int
move(json_t *pair, const struct ft_pair_config *now, const char *name,
     struct ft_error *err)
{
    if (!strcmp(now->witness.name, name))
        return 0;
    if (strcmp(now->next_witness.name, name) != 0)
        return ft_fail(err, EPERM, NULL, "%.63s has not joined as its witness",
                       name);
    if (json_object_set(pair, "witness", json_object_get(pair, "next_witness")) ||
        json_object_set_new(pair, "witness_slot",
                            json_integer(!now->witness_slot)) ||
        json_object_del(pair, "next_witness"))
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return 0;
}

static int
change(json_t *pair, const char *step, const json_t *witness, const char *key,
       struct ft_error *err)
{
    struct ft_pair_config now;
    int rc = ft_pair_config_parse(pair, &now, err);

    if (rc)
        return rc;
    if (!now.witness.name[0])
        return ft_fail(err, EPERM,
                       "Protect it anew: ftadmin unprotect, then protect "
                       "--witness HOST.",
                       "the pair has no witness that could be moved");
    if (!strcmp(step, "join"))
        return join(pair, &now, witness, key, err);
    if (!strcmp(step, "move"))
        return move(pair, &now, ft_json_string(witness, "name", ""), err);
    if (strcmp(step, "back") != 0)
        return ft_fail(err, EINVAL, NULL,
                       "\"step\" is none of join, move, back");
    json_object_del(pair, "next_witness");
    return 0;
}

int
ft_pair_move_witness(const char *pair, const char *step, const json_t *witness,
                     const char *key, struct ft_error *err)
{
    FT_AUTOJSON json_t *json = NULL;
    struct ft_pair_config then;
    char path[PATH_MAX];
    int rc;

    ft_pair_path(pair, "pair.json", path);
    rc = ft_json_load(path, PAIR_FILE_MAX, &json, err);
    if (!rc)
        rc = change(json, step, witness, key, err);
    if (!rc)
        rc = ft_pair_config_parse(json, &then, err);
    if (rc)
        return rc;
    rc = ft_json_save(path, json);
    return rc ? ft_fail(err, -rc, NULL, "cannot write %s: %s", path,
                        strerror(-rc))
              : 0;
}
