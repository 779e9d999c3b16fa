/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness-store.h"

#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"

/* How long to wait for the other process that writes, in ms. */
#define BUSY_MS 2000

struct ft_witness_store {
    sqlite3 *db;
    char *folder; /* for the keys of tombstones that go */
    bool failed;  /* the last time that it was written */
};

#define FT_AUTOSTATEMENT FT_CLEANUP(finalize)

static void
finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

static int
store_errno(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return EUCLEAN;
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return EACCES;
    case SQLITE_BUSY:
        return EBUSY;
    default:
        return EIO;
    }
}

static int
store_failed(sqlite3 *db, struct ft_error *err)
{
    int code = store_errno(sqlite3_extended_errcode(db));
    const char *hint = code == ENOSPC ? "free space on the witness's disk"
                       : code == EUCLEAN
                           ? "the witness's database is damaged: remove it and "
                             "set the pairs again"
                           : NULL;

    return ft_fail(err, code, hint, "the witness's database: %s",
                   sqlite3_errmsg(db));
}

static int
run(struct ft_witness_store *store, const char *sql, struct ft_error *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : store_failed(store->db, err);
}

static int
prepare(struct ft_witness_store *store, const char *sql,
        sqlite3_stmt **statement, struct ft_error *err)
{
    return sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) == SQLITE_OK
               ? 0
               : store_failed(store->db, err);
}

/*
 * WAL with synchronous=FULL: the log is synced before each commit returns
 * (sqlite.org/pragma.html#pragma_synchronous), and readers never wait.
 */
static const char schema[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS pair ("
    " pair TEXT PRIMARY KEY,"
    " generation INTEGER NOT NULL CHECK (generation >= 1),"
    " owner TEXT NOT NULL CHECK (length(owner) BETWEEN 1 AND 63),"
    " offered INTEGER NOT NULL DEFAULT 0,"
    " removed INTEGER NOT NULL DEFAULT 0"
    ") STRICT, WITHOUT ROWID;";

/* Of a database that was made before there was this column. */
static int
add_column(struct ft_witness_store *store, const char *name,
           struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    char sql[128];

    snprintf(sql, sizeof(sql), "SELECT %s FROM pair LIMIT 1", name);
    if (sqlite3_prepare_v2(store->db, sql, -1, &row, NULL) == SQLITE_OK)
        return 0;
    snprintf(sql, sizeof(sql),
             "ALTER TABLE pair ADD COLUMN %s INTEGER NOT NULL DEFAULT 0", name);
    return run(store, sql, err);
}

static int
open_database(struct ft_witness_store *store, const char *path,
              struct ft_error *err)
{
    int rc;

    if (sqlite3_open_v2(path, &store->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                            SQLITE_OPEN_FULLMUTEX,
                        NULL) != SQLITE_OK)
        return store->db ? store_failed(store->db, err)
                         : ft_fail(err, ENOMEM, NULL, "no memory for SQLite");
    sqlite3_busy_timeout(store->db, BUSY_MS);
    rc = run(store, schema, err);
    if (!rc)
        rc = add_column(store, "offered", err);
    if (!rc) /* 0, or when it was removed: seconds since 1970 */
        rc = add_column(store, "removed", err);
    return rc;
}

/*
 * One at a time: of two that change the journal of a new database SQLite tells
 * one at once that it is locked, and two could add the same column. The
 * folder's lock goes when it is closed.
 */
static int
open_in_turn(struct ft_witness_store *store, struct ft_error *err)
{
    FT_AUTOCLOSE int folder =
        open(store->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char path[PATH_MAX];
    int rc;

    if (folder < 0 || flock(folder, LOCK_EX) < 0)
        return ft_fail(err, errno, NULL, "cannot lock %s: %s", store->folder,
                       strerror(errno));
    snprintf(path, sizeof(path), "%s/witness.db", store->folder);
    rc = open_database(store, path, err);
    if (!rc && (chmod(path, 0600) < 0 || fsync(folder) < 0))
        rc = ft_fail(err, errno, NULL, "cannot protect %s: %s", path,
                     strerror(errno));
    return rc;
}

int
ft_witness_store_open(const char *folder, struct ft_witness_store **store,
                      struct ft_error *err)
{
    struct ft_witness_store *fresh = calloc(1, sizeof(*fresh));
    int rc = ft_make_folder(folder, 0700);

    if (fresh)
        fresh->folder = strdup(folder);
    if (!rc && (!fresh || !fresh->folder))
        rc = -ENOMEM;
    if (rc)
        ft_fail(err, -rc, NULL, "cannot make %s: %s", folder, strerror(-rc));
    else
        rc = open_in_turn(fresh, err);
    if (rc)
        ft_witness_store_close(fresh);
    else
        *store = fresh;
    return rc;
}

void
ft_witness_store_close(struct ft_witness_store *store)
{
    if (!store)
        return;
    sqlite3_close_v2(store->db);
    free(store->folder);
    free(store);
}

static void
read_record(sqlite3_stmt *row, int column, struct ft_witness_record *record)
{
    const unsigned char *owner = sqlite3_column_text(row, column + 1);

    record->generation = (uint64_t)sqlite3_column_int64(row, column);
    snprintf(record->owner, sizeof(record->owner), "%s",
             owner ? (const char *)owner : "");
    record->offered = sqlite3_column_int(row, column + 2) != 0;
    record->removed = sqlite3_column_int64(row, column + 3) != 0;
}

int
ft_witness_store_get(struct ft_witness_store *store, const char *pair,
                     struct ft_witness_record *record, struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    int rc = prepare(store,
                     "SELECT generation, owner, offered, removed FROM pair"
                     " WHERE pair = ?",
                     &row, err);

    if (rc)
        return rc;
    sqlite3_bind_text(row, 1, pair, -1, SQLITE_STATIC);
    switch (sqlite3_step(row)) {
    case SQLITE_ROW:
        read_record(row, 0, record);
        return 0;
    case SQLITE_DONE:
        return ft_fail(err, ENOENT, "protect the VM again, with this witness",
                       "the witness does not know the pair %s", pair);
    default:
        return store_failed(store->db, err);
    }
}

static int
write_record(struct ft_witness_store *store, const char *pair,
             const struct ft_witness_record *record, struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    int rc = prepare(store,
                     "INSERT INTO pair"
                     " (pair, generation, owner, offered, removed)"
                     " VALUES (?, ?, ?, ?, ?) ON CONFLICT (pair) DO UPDATE SET"
                     " generation = excluded.generation,"
                     " owner = excluded.owner, offered = excluded.offered,"
                     " removed = excluded.removed",
                     &row, err);

    if (rc)
        return rc;
    sqlite3_bind_text(row, 1, pair, -1, SQLITE_STATIC);
    sqlite3_bind_int64(row, 2, (sqlite3_int64)record->generation);
    sqlite3_bind_text(row, 3, record->owner, -1, SQLITE_STATIC);
    sqlite3_bind_int(row, 4, record->offered != 0);
    sqlite3_bind_int64(row, 5, record->removed ? (sqlite3_int64)time(NULL) : 0);
    return sqlite3_step(row) == SQLITE_DONE ? 0 : store_failed(store->db, err);
}

static int
faulty(const char *text, int rc, struct ft_error *err)
{
    return rc ? ft_fail(err, -rc, NULL, "fault point %s", text) : 0;
}

static int
commit(struct ft_witness_store *store, int rc, struct ft_error *err)
{
    if (!rc)
        rc = faulty("witness-before-commit", FT_FAULT("witness-before-commit"),
                    err);
    if (!rc)
        rc = run(store, "COMMIT", err);
    if (rc && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->failed = rc != 0 && rc != -ENOENT;
    return rc;
}

/* The same again: it needs the room that another one would. */
static int
write_again(struct ft_witness_store *store, const char *pair)
{
    struct ft_witness_record record;
    int rc = run(store, "BEGIN IMMEDIATE", NULL);

    if (rc)
        return rc;
    rc = ft_witness_store_get(store, pair, &record, NULL);
    if (!rc && !record.removed) /* which would be young again */
        rc = write_record(store, pair, &record, NULL);
    return commit(store, rc, NULL);
}

int
ft_witness_store_try(struct ft_witness_store *store, const char *pair)
{
    struct statvfs fs;

    if (statvfs(store->folder, &fs) < 0)
        return -errno;
    if (fs.f_flag & ST_RDONLY)
        return -EROFS;
    if ((uint64_t)fs.f_bfree * fs.f_frsize < FT_WITNESS_ROOM)
        return -ENOSPC;
    return store->failed ? write_again(store, pair) : 0;
}

static int
swap(struct ft_witness_store *store, const char *pair, uint64_t expected,
     const struct ft_witness_record *wish, int *won,
     struct ft_witness_record *record, struct ft_error *err)
{
    int rc = ft_witness_store_get(store, pair, record, err);

    if (rc)
        return rc;
    if (record->removed)
        return 0;
    *won = record->generation == wish->generation &&
           !strcmp(record->owner, wish->owner) &&
           (wish->offered || !record->offered);
    if (*won || record->generation != expected)
        return 0;
    rc = write_record(store, pair, wish, err);
    if (!rc) {
        *won = 1;
        *record = *wish;
    }
    return rc;
}

int
ft_witness_store_swap(struct ft_witness_store *store, const char *pair,
                      uint64_t expected, const struct ft_witness_record *wish,
                      int *won, struct ft_witness_record *record,
                      struct ft_error *err)
{
    int rc;

    *won = 0;
    if (wish->generation <= expected ||
        wish->generation > FT_WITNESS_GENERATION_MAX ||
        !ft_witness_owner_valid(wish->owner))
        return ft_fail(err, EINVAL, NULL, "generation or owner out of range");
    rc = run(store, "BEGIN IMMEDIATE", err);
    if (rc)
        return rc;
    rc = commit(store, swap(store, pair, expected, wish, won, record, err), err);
    if (rc)
        *won = 0;
    return rc;
}

static int
bury(struct ft_witness_store *store, const char *pair,
     const struct ft_witness_record *last, int *won,
     struct ft_witness_record *record, struct ft_error *err)
{
    int rc = ft_witness_store_get(store, pair, record, err);

    if (rc)
        return rc;
    *won = !strcmp(record->owner, last->owner) ||
           (!record->removed && record->generation < last->generation);
    if (!*won || record->removed)
        return 0;
    if (record->generation < last->generation)
        record->generation = last->generation;
    snprintf(record->owner, sizeof(record->owner), "%s", last->owner);
    record->offered = 0;
    record->removed = 1;
    return write_record(store, pair, record, err);
}

/* One that is too old, or one too many. -ENOENT: there is none. */
static int
find_forgettable(struct ft_witness_store *store, char pair[37],
                 struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    int rc = prepare(store,
                     "SELECT pair FROM pair WHERE removed <> 0 AND (removed < ?"
                     " OR pair NOT IN (SELECT pair FROM pair WHERE removed <> 0"
                     " ORDER BY removed DESC, pair LIMIT ?)) LIMIT 1",
                     &row, err);

    if (rc)
        return rc;
    sqlite3_bind_int64(row, 1,
                       (sqlite3_int64)time(NULL) -
                           FT_WITNESS_TOMBSTONE_DAYS * INT64_C(86400));
    sqlite3_bind_int(row, 2, FT_WITNESS_TOMBSTONES);
    switch (sqlite3_step(row)) {
    case SQLITE_ROW:
        snprintf(pair, 37, "%s", (const char *)sqlite3_column_text(row, 0));
        return 0;
    case SQLITE_DONE:
        return -ENOENT;
    default:
        return store_failed(store->db, err);
    }
}

/* The key first: one that nobody knows of would stay for ever. */
static int
forget_old(struct ft_witness_store *store, struct ft_error *err)
{
    char pair[37];
    int rc;

    while (!(rc = find_forgettable(store, pair, err))) {
        rc = ft_witness_key_remove(store->folder, pair);
        if (rc)
            return ft_fail(err, -rc, NULL, "cannot remove the key of %s: %s",
                           pair, strerror(-rc));
        rc = ft_witness_store_remove(store, pair, err);
        if (rc)
            return rc;
    }
    return rc == -ENOENT ? 0 : rc;
}

int
ft_witness_store_bury(struct ft_witness_store *store, const char *pair,
                      const struct ft_witness_record *last, int *won,
                      struct ft_witness_record *record, struct ft_error *err)
{
    int rc;

    *won = 0;
    if (last->generation < 1 || last->generation > FT_WITNESS_GENERATION_MAX ||
        !ft_witness_owner_valid(last->owner))
        return ft_fail(err, EINVAL, NULL, "generation or owner out of range");
    rc = run(store, "BEGIN IMMEDIATE", err);
    if (rc)
        return rc;
    rc = commit(store, bury(store, pair, last, won, record, err), err);
    if (rc)
        *won = 0;
    else
        forget_old(store, NULL); /* or the next time */
    return rc;
}

static int
set(struct ft_witness_store *store, const char *pair,
    const struct ft_witness_record *record, struct ft_error *err)
{
    struct ft_witness_record old;
    int rc = ft_witness_store_get(store, pair, &old, NULL);

    if (!rc && old.generation >= record->generation && !old.removed)
        return 0;
    if (rc && rc != -ENOENT)
        return ft_fail(err, -rc, NULL, "cannot read the witness's database");
    return write_record(store, pair, record, err);
}

int
ft_witness_store_set(struct ft_witness_store *store, const char *pair,
                     const struct ft_witness_record *record,
                     struct ft_error *err)
{
    int rc = run(store, "BEGIN IMMEDIATE", err);

    return rc ? rc : commit(store, set(store, pair, record, err), err);
}

int
ft_witness_store_remove(struct ft_witness_store *store, const char *pair,
                        struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    int rc = prepare(store, "DELETE FROM pair WHERE pair = ?", &row, err);

    if (rc)
        return rc;
    sqlite3_bind_text(row, 1, pair, -1, SQLITE_STATIC);
    return sqlite3_step(row) == SQLITE_DONE ? 0 : store_failed(store->db, err);
}

int
ft_witness_store_count(struct ft_witness_store *store, int64_t *count,
                       struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    int rc = prepare(store, "SELECT count(*) FROM pair", &row, err);

    if (rc)
        return rc;
    if (sqlite3_step(row) != SQLITE_ROW)
        return store_failed(store->db, err);
    *count = sqlite3_column_int64(row, 0);
    return 0;
}

int
ft_witness_store_list(struct ft_witness_store *store, json_t **pairs,
                      struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    FT_AUTOJSON json_t *list = json_array();
    struct ft_witness_record record;
    int rc = prepare(store,
                     "SELECT pair, generation, owner, offered, removed FROM pair"
                     " WHERE removed = 0 ORDER BY pair",
                     &row, err);

    if (rc)
        return rc;
    while ((rc = sqlite3_step(row)) == SQLITE_ROW) {
        read_record(row, 1, &record);
        if (json_array_append_new(list, json_pack("{s:s,s:I,s:s,s:b}", "pair",
                                                  sqlite3_column_text(row, 0),
                                                  "generation",
                                                  (json_int_t)record.generation,
                                                  "owner", record.owner,
                                                  "offered", record.offered)))
            return ft_fail(err, ENOMEM, NULL, "no memory for the list");
    }
    if (rc != SQLITE_DONE)
        return store_failed(store->db, err);
    *pairs = FT_STEAL(list);
    return 0;
}
