/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "db/jobs.h"
#include "db/statement.h"
#include "db/transaction.h"
#include "db/unfinished.h"

#define P struct ft_store_pair
#define L struct ft_store_link
#define PAIR_COLUMNS                                       \
    "pair, vm, vm_uuid, primary_host, standby_host, "      \
    "witness_host, phase, state, generation, created_at, " \
    "status_at"

static const struct ft_field pair_items[] = {
    FT_FIELD(FT_FIELD_TEXT, P, pair),
    FT_FIELD(FT_FIELD_TEXT, P, vm),
    FT_FIELD(FT_FIELD_TEXT, P, vm_uuid),
    FT_FIELD(FT_FIELD_TEXT, P, primary),
    FT_FIELD(FT_FIELD_TEXT, P, standby),
    FT_FIELD(FT_FIELD_OPTIONAL, P, witness),
    FT_FIELD(FT_FIELD_TEXT, P, phase),
    FT_FIELD(FT_FIELD_TEXT, P, state),
    FT_FIELD(FT_FIELD_INTEGER, P, generation),
    FT_FIELD(FT_FIELD_INTEGER, P, created_at),
    FT_FIELD(FT_FIELD_INTEGER, P, status_at),
};
static const struct ft_fields pair_row = FT_FIELDS(pair_items, P);

static const struct ft_field link_items[] = {
    FT_FIELD(FT_FIELD_TEXT, L, pair),
    FT_FIELD(FT_FIELD_INTEGER, L, ordinal),
    FT_FIELD(FT_FIELD_TEXT, L, address0),
    FT_FIELD(FT_FIELD_TEXT, L, address1),
    FT_FIELD(FT_FIELD_INTEGER, L, port),
};
static const struct ft_fields link_row = FT_FIELDS(link_items, L);

int
ft_store_pair_put(struct ft_store *store, const struct ft_store_pair *pair,
                  struct ft_error *err)
{
    int rc = ft_sql_put(
        store, err,
        "INSERT INTO pairs (" PAIR_COLUMNS ") VALUES "
        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
        "ON CONFLICT (pair) DO UPDATE SET vm = ?2, vm_uuid = ?3, "
        "primary_host = ?4, standby_host = ?5, witness_host = ?6, phase = ?7, "
        "state = ?8, generation = ?9, status_at = ?11",
        &pair_row, pair);

    if (rc == -EEXIST)
        return ft_fail(err, EEXIST, "ftadmin status shows it",
                       "%s is in another pair already", pair->vm);
    if (rc == -ENOENT)
        return ft_fail(err, ENOENT, "add it with ftadmin host add",
                       "a host of the pair is unknown (%s, %s or %s)",
                       pair->primary, pair->standby,
                       *pair->witness ? pair->witness : "no witness");
    return rc;
}

int
ft_store_pair_get(struct ft_store *store, const char *name,
                  struct ft_store_pair *pair, struct ft_error *err)
{
    int rc = ft_sql_get(store, err, &pair_row, pair,
                        "SELECT " PAIR_COLUMNS " FROM pairs "
                        "WHERE ?1 IN (pair, vm, vm_uuid) ORDER BY pair = ?1 "
                        "DESC, phase = 'removing', phase = 'applying', "
                        "created_at",
                        "s", name);

    if (rc == -ENOENT)
        return ft_fail(err, ENOENT, "ftadmin status shows the protected VMs",
                       "%s is not protected", name);
    return rc;
}

int
ft_store_pair_list(struct ft_store *store, struct ft_store_pair **pairs,
                   size_t *count, struct ft_error *err)
{
    return ft_sql_list(store, err, &pair_row, pairs, count,
                       "SELECT " PAIR_COLUMNS " FROM pairs ORDER BY vm, pair",
                       "");
}

int
ft_store_pair_remove(struct ft_store *store, const char *pair,
                     struct ft_error *err)
{
    int rc =
        ft_sql_run(store, err, "DELETE FROM pairs WHERE pair = ?", "s", pair);

    if (!rc && sqlite3_changes(store->db) == 0)
        return ft_fail(err, ENOENT, NULL, "no pair %s", pair);
    return rc;
}

/*
 * Host names that the database does not know (an engine set up by another
 * administrator) leave the stored ones in place: the foreign key would refuse.
 */
static int
update_status(struct ft_store *store, const char *pair, const json_t *status,
              const char *text, int64_t at, struct ft_error *err)
{
    return ft_sql_run(
        store, err,
        "UPDATE pairs SET status = ?2, status_at = ?3, state = ?4, "
        "generation = ?5, "
        "primary_host = CASE WHEN ?6 <> ?7 AND (SELECT count(*) FROM hosts "
        "WHERE name IN (?6, ?7)) = 2 THEN ?6 ELSE primary_host END, "
        "standby_host = CASE WHEN ?6 <> ?7 AND (SELECT count(*) FROM hosts "
        "WHERE name IN (?6, ?7)) = 2 THEN ?7 ELSE standby_host END "
        "WHERE pair = ?1 AND generation <= ?5",
        "ssisiss", pair, text, at, ft_json_string(status, "state", ""),
        ft_json_int(status, "generation", 0, INT64_MAX, 0),
        ft_json_string(status, "primary", ""),
        ft_json_string(status, "standby", ""));
}

/*
 * A protect whose ftadmin died, or left, is one that has ended once its engines have
 * committed an epoch. Where an engine gave way on a host it has not: the one of before
 * is kept there until ftadmin resume, or unprotect, has ended it.
 */
static int
is_ended_by_engines(struct ft_store *store, const char *pair,
                    const json_t *status, bool *ended, struct ft_error *err)
{
    int64_t waits = 0;
    int rc = 0;

    if (ft_json_bool(status, "committed", 0))
        rc = ft_sql_number(
            store, err, &waits,
            "SELECT count(*) FROM pairs WHERE pair = ?1 AND generation = ?2 "
            "AND phase = 'applying' AND NOT EXISTS "
            "(SELECT 1 FROM found WHERE pair = ?1 AND sha256 <> '')",
            "si", pair, ft_json_int(status, "generation", 0, INT64_MAX, 0));
    *ended = waits > 0 && !ft_store_job_is_at_work(store, pair);
    return rc;
}

static int
put_status(struct ft_store *store, const char *pair, const json_t *status,
           const char *text, int64_t at, struct ft_error *err)
{
    bool ended = false;
    int rc = update_status(store, pair, status, text, at, err);

    if (!rc)
        rc = is_ended_by_engines(store, pair, status, &ended, err);
    if (rc || !ended)
        return rc;
    rc = ft_sql_run(store, err,
                    "UPDATE pairs SET phase = 'applied' WHERE pair = ?", "s",
                    pair);
    return rc ? rc : ft_store_unfinished_clear(store, pair, err);
}

int
ft_store_status_put(struct ft_store *store, const char *pair,
                    const json_t *status, int64_t at, struct ft_error *err)
{
    FT_AUTOFREE char *text = json_dumps(status, JSON_COMPACT);
    bool own;
    int rc;

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = ft_sql_enter(store, &own, err);
    return rc ? rc
              : ft_sql_finish(store, own,
                              put_status(store, pair, status, text, at, err),
                              err);
}

int
ft_store_status_get(struct ft_store *store, const char *pair, json_t **status,
                    int64_t *at, struct ft_error *err)
{
    int rc = ft_sql_json(store, err, status, at,
                         "SELECT status, status_at FROM pairs WHERE pair = ?",
                         "s", pair);

    if (rc == -ENOENT)
        return ft_fail(err, ENOENT, NULL, "nothing was heard of this pair yet");
    return rc;
}

static int
replace_links(struct ft_store *store, const char *pair,
              const struct ft_store_link *links, size_t count,
              struct ft_error *err)
{
    int rc =
        ft_sql_run(store, err, "DELETE FROM links WHERE pair = ?", "s", pair);

    for (size_t i = 0; !rc && i < count; i++)
        rc = ft_sql_put(store, err,
                        "INSERT INTO links VALUES "
                        "(?1, ?2, ?3, ?4, ?5)",
                        &link_row, &links[i]);
    return rc;
}

int
ft_store_links_put(struct ft_store *store, const char *pair,
                   const struct ft_store_link *links, size_t count,
                   struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    if (rc)
        return rc;
    rc = replace_links(store, pair, links, count, err);
    return ft_sql_finish(store, own, rc, err);
}

int
ft_store_link_list(struct ft_store *store, const char *pair,
                   struct ft_store_link **links, size_t *count,
                   struct ft_error *err)
{
    return ft_sql_list(store, err, &link_row, links, count,
                       "SELECT * FROM links WHERE pair = ? ORDER BY ordinal",
                       "s", pair);
}
