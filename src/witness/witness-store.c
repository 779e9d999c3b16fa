/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness-store.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/io.h"

/* How long to wait for the other process that writes, in ms. */
#define BUSY_MS 2000

struct ft_witness_store {
    sqlite3 *db;
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

static int
sync_folder(const char *folder)
{
    FT_AUTOCLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 || fsync(fd) < 0 ? -errno : 0;
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
    " offered INTEGER NOT NULL DEFAULT 0"
    ") STRICT, WITHOUT ROWID;";

/* Of a database that was made before there were offers. */
static int
add_offers(struct ft_witness_store *store, struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;

    if (sqlite3_prepare_v2(store->db, "SELECT offered FROM pair LIMIT 1", -1,
                           &row, NULL) == SQLITE_OK)
        return 0;
    return run(store,
               "ALTER TABLE pair ADD COLUMN offered INTEGER NOT NULL DEFAULT 0",
               err);
}

int
ft_witness_store_open(const char *folder, struct ft_witness_store **store,
                      struct ft_error *err)
{
    struct ft_witness_store *fresh = calloc(1, sizeof(*fresh));
    char path[PATH_MAX];
    int rc = ft_make_folder(folder, 0700);

    if (!fresh || rc) {
        free(fresh);
        return ft_fail(err, rc ? -rc : ENOMEM, NULL, "cannot make %s: %s",
                       folder, strerror(rc ? -rc : ENOMEM));
    }
    snprintf(path, sizeof(path), "%s/witness.db", folder);
    if (sqlite3_open_v2(path, &fresh->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                            SQLITE_OPEN_FULLMUTEX,
                        NULL) != SQLITE_OK) {
        rc = fresh->db ? store_failed(fresh->db, err)
                       : ft_fail(err, ENOMEM, NULL, "no memory for SQLite");
    } else {
        sqlite3_busy_timeout(fresh->db, BUSY_MS);
        rc = run(fresh, schema, err);
        if (!rc)
            rc = add_offers(fresh, err);
        if (!rc && (chmod(path, 0600) < 0 || sync_folder(folder)))
            rc = ft_fail(err, errno, NULL, "cannot protect %s", path);
    }
    if (rc) {
        ft_witness_store_close(fresh);
        return rc;
    }
    *store = fresh;
    return 0;
}

void
ft_witness_store_close(struct ft_witness_store *store)
{
    if (!store)
        return;
    sqlite3_close_v2(store->db);
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
}

int
ft_witness_store_get(struct ft_witness_store *store, const char *pair,
                     struct ft_witness_record *record, struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    int rc = prepare(store,
                     "SELECT generation, owner, offered FROM pair"
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
                     "INSERT INTO pair (pair, generation, owner, offered)"
                     " VALUES (?, ?, ?, ?) ON CONFLICT (pair) DO UPDATE SET"
                     " generation = excluded.generation,"
                     " owner = excluded.owner, offered = excluded.offered",
                     &row, err);

    if (rc)
        return rc;
    sqlite3_bind_text(row, 1, pair, -1, SQLITE_STATIC);
    sqlite3_bind_int64(row, 2, (sqlite3_int64)record->generation);
    sqlite3_bind_text(row, 3, record->owner, -1, SQLITE_STATIC);
    sqlite3_bind_int(row, 4, record->offered != 0);
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
    return rc;
}

static int
swap(struct ft_witness_store *store, const char *pair, uint64_t expected,
     const struct ft_witness_record *wish, int *won,
     struct ft_witness_record *record, struct ft_error *err)
{
    int rc = ft_witness_store_get(store, pair, record, err);

    if (rc)
        return rc;
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
set(struct ft_witness_store *store, const char *pair,
    const struct ft_witness_record *record, struct ft_error *err)
{
    struct ft_witness_record old;
    int rc = ft_witness_store_get(store, pair, &old, NULL);

    if (!rc && old.generation >= record->generation)
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
ft_witness_store_list(struct ft_witness_store *store, json_t **pairs,
                      struct ft_error *err)
{
    FT_AUTOSTATEMENT sqlite3_stmt *row = NULL;
    FT_AUTOJSON json_t *list = json_array();
    struct ft_witness_record record;
    int rc = prepare(store,
                     "SELECT pair, generation, owner, offered FROM pair"
                     " ORDER BY pair",
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

int
ft_witness_pair_valid(const char *pair)
{
    if (strlen(pair) != 36)
        return 0;
    for (int i = 0; i < 36; i++) {
        int dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? pair[i] != '-' : !isxdigit((unsigned char)pair[i]))
            return 0;
    }
    return 1;
}

int
ft_witness_owner_valid(const char *owner)
{
    size_t length = strlen(owner);

    if (length < 1 || length > FT_WITNESS_OWNER_MAX)
        return 0;
    for (; *owner; owner++)
        if (*owner < 0x21 || *owner > 0x7e)
            return 0;
    return 1;
}

static void
key_path(const char *folder, const char *pair, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/keys%s%s", folder, *pair ? "/" : "", pair);
}

int
ft_witness_key_load(const char *folder, const char *pair,
                    unsigned char key[FT_WITNESS_KEY_SIZE])
{
    char path[PATH_MAX];
    int rc;

    if (!ft_witness_pair_valid(pair))
        return -ENOENT;
    key_path(folder, pair, path);
    {
        FT_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

        if (fd < 0)
            return -errno;
        rc = ft_read_full(fd, key, FT_WITNESS_KEY_SIZE);
    }
    return rc == -EPIPE ? -EUCLEAN : rc;
}

int
ft_witness_key_save(const char *folder, const char *pair,
                    const unsigned char key[FT_WITNESS_KEY_SIZE])
{
    char path[PATH_MAX];
    int rc;

    key_path(folder, "", path);
    rc = ft_make_folder(path, 0700);
    if (rc)
        return rc;
    key_path(folder, pair, path);
    return ft_file_replace(path, key, FT_WITNESS_KEY_SIZE, 0600);
}

int
ft_witness_key_remove(const char *folder, const char *pair)
{
    char path[PATH_MAX];

    key_path(folder, pair, path);
    return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}
