/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "db/check.h"
#include "db/copy.h"
#include "db/lock.h"
#include "db/schema-sql.h"
#include "db/statement.h"
#include "db/transaction.h"

#define APPLICATION_ID 0x46544144 /* "FTAD" in the file's header */
#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

_Static_assert(FT_ARRAY_SIZE(migration_sql) == SCHEMA_VERSION,
               "one migration for each version");

int
ft_store_schema_version(void)
{
    return SCHEMA_VERSION;
}

const char *
ft_store_path(const struct ft_store *store)
{
    return store->path;
}

/* XDG_DATA_HOME counts only when it is absolute, says its specification. */
static int
data_home(char *out, size_t size)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    int used;

    if (data && *data == '/')
        used = snprintf(out, size, "%s/ftadmin", data);
    else if (home && *home == '/')
        used = snprintf(out, size, "%s/.local/share/ftadmin", home);
    else
        return -ENOENT;
    return (size_t)used < size ? 0 : -ENAMETOOLONG;
}

int
ft_store_default_path(char *out, size_t size, struct ft_error *err)
{
    char folder[PATH_MAX];
    int rc = data_home(folder, sizeof(folder));

    if (rc)
        return ft_fail(err, -rc, "name the database with --db FILE",
                       "no place for the database: HOME is not usable");
    rc = ft_make_folder(folder, 0700);
    if (rc)
        return ft_fail(err, -rc, "name another place with --db FILE", "%s: %s",
                       folder, strerror(-rc));
    if ((size_t)snprintf(out, size, "%s/topology.db", folder) >= size)
        return ft_fail(err, ENAMETOOLONG, "use --db FILE", "path too long");
    return 0;
}

/*
 * Makes the file with its final mode before SQLite sees it; its -wal and -shm
 * inherit that mode. Never opens an existing file: closing it would drop the
 * POSIX locks of another connection of this process.
 */
static int
prepare_file(const char *path, enum ft_store_mode mode, struct ft_error *err)
{
    struct stat found;
    int fd;

    if (stat(path, &found) == 0) {
        if (!S_ISREG(found.st_mode))
            return ft_fail(err, EINVAL, "name a file with --db FILE",
                           "%s: not a regular file", path);
        if (found.st_mode & 077 && found.st_uid == geteuid() &&
            chmod(path, 0600) < 0)
            return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
        return 0;
    }
    if (errno != ENOENT || mode == FT_STORE_EXISTING)
        return ft_fail(err, errno, NULL, "%s: %s", path, strerror(errno));
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST)
        return ft_fail(err, errno, "name another place with --db FILE",
                       "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return 0;
}

static int
execute(struct ft_store *store, const char *sql, struct ft_error *err)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return ft_sql_error(store, err);
    return 0;
}

/* Is this ours, and does this build understand it? */
static int
check_identity(struct ft_store *store, struct ft_error *err)
{
    int64_t application = 0, version = 0, tables = 0;
    int rc = ft_sql_number(store, err, &tables,
                           "SELECT count(*) FROM sqlite_schema", "");

    if (!rc)
        rc = ft_sql_number(store, err, &application, "PRAGMA application_id",
                           "");
    if (!rc)
        rc = ft_sql_number(store, err, &version, "PRAGMA user_version", "");
    if (rc)
        return rc;
    if (application != APPLICATION_ID && (tables || version || application))
        return ft_fail(err, EBADMSG, "name the right file with --db FILE",
                       "%s: a database of another program", store->path);
    if (version > SCHEMA_VERSION)
        return ft_fail(err, EPROTONOSUPPORT,
                       "use the newer ftadmin, or another file with --db FILE",
                       "%s: written by a newer ftadmin (schema %d, this one "
                       "knows %d)",
                       store->path, (int)version, SCHEMA_VERSION);
    return 0;
}

/* A new file is sound. */
static int
create(struct ft_store *store, struct ft_error *err)
{
    int rc = execute(store, schema_sql, err);

    return rc ? rc
              : ft_sql_run(store, err,
                           "INSERT INTO health VALUES (1, ?, 'sound')", "i",
                           ft_clock_realtime_ns() / FT_NS_PER_MS);
}

/* Applies what is missing; called inside a transaction. */
static int
apply_migrations(struct ft_store *store, struct ft_error *err)
{
    int64_t version = 0;
    int rc = ft_sql_number(store, err, &version, "PRAGMA user_version", "");

    if (!rc && version == 0)
        rc = create(store, err);
    for (; !rc && version > 0 && version < SCHEMA_VERSION; version++)
        rc = execute(store, migration_sql[version], err);
    if (!rc)
        rc = execute(
            store,
            "PRAGMA application_id = " STRINGIFY(
                APPLICATION_ID) "; PRAGMA user_version = " STRINGIFY(SCHEMA_VERSION),
            err);
    return rc ? ft_error_prefix(err, "bringing the schema up to date") : 0;
}

/* Foreign keys are off meanwhile: nobody else sees what refers to nothing. */
static int
check_references(struct ft_store *store, struct ft_error *err)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(store->db, "PRAGMA foreign_key_check", -1,
                                &statement, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        rc = ft_fail(err, EBADMSG,
                     "move the file away and run ftadmin host add again: the "
                     "hosts keep every pair, and ftadmin finds them there",
                     "%s: damaged: a row of %.60s refers to one of %.60s that "
                     "is not there; nothing was changed",
                     store->path, sqlite3_column_text(statement, 0),
                     sqlite3_column_text(statement, 2));
    else
        rc = rc == SQLITE_DONE ? 0 : ft_sql_error(store, err);
    sqlite3_finalize(statement);
    return rc;
}

/* Whole, or not at all. */
static int
bring_up_to_date(struct ft_store *store, struct ft_error *err)
{
    int rc = apply_migrations(store, err);

    return rc ? rc : check_references(store, err);
}

static int
migrate(struct ft_store *store, struct ft_error *err)
{
    int64_t version = 0;
    bool own;
    int rc = ft_sql_number(store, err, &version, "PRAGMA user_version", "");

    if (rc || version == SCHEMA_VERSION)
        return rc;
    /* A table that is made anew takes nothing along that refers to it; SQLite
     * heeds that only outside of a transaction. */
    rc = execute(store, "PRAGMA foreign_keys = OFF", err);
    if (!rc)
        rc = ft_sql_enter(store, &own, err);
    if (rc)
        return rc;
    rc = ft_sql_finish(store, own, bring_up_to_date(store, err), err);
    return rc ? rc : execute(store, "PRAGMA foreign_keys = ON", err);
}

/*
 * Changing to WAL needs the file alone for a moment, and SQLite reports busy
 * at once there instead of waiting: two first starts may meet.
 */
static int
use_wal(struct ft_store *store, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + FT_STORE_BUSY_MS * FT_NS_PER_MS;
    int rc;

    do {
        rc = execute(store, "PRAGMA journal_mode = WAL", err);
        if (rc != -EBUSY)
            return rc;
        ft_clock_sleep(20 * FT_NS_PER_MS);
    } while (ft_clock_ns() < deadline);
    return rc;
}

static int
configure(struct ft_store *store, struct ft_error *err)
{
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, FT_STORE_BUSY_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return execute(store,
                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; "
                   "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON",
                   err);
}

/* SQLite would fall back to reading, and say so only when we write. */
static int
check_writable(const struct ft_store *store, struct ft_error *err)
{
    if (faccessat(AT_FDCWD, store->path, W_OK, AT_EACCESS) == 0)
        return 0;
    return ft_fail(err, errno,
                   "use --db FILE or correct the file's owner and mode",
                   "%s: it may not be written: %s", store->path,
                   strerror(errno));
}

static int
open_file(struct ft_store *store, struct ft_error *err)
{
    int rc = check_writable(store, err);

    if (rc)
        return rc;
    rc = sqlite3_open_v2(store->path, &store->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (!store->db)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if (rc != SQLITE_OK)
        return ft_sql_error(store, err);
    rc = configure(store, err);
    if (!rc)
        rc = check_identity(store, err);
    if (!rc)
        rc = use_wal(store, err);
    return rc ? rc : migrate(store, err);
}

/* What can only be read is read; otherwise the first error is the right one. */
static int
open_copy(struct ft_store *store, const struct ft_error *why)
{
    int rc = ft_copy_to_memory(store, NULL);

    if (!rc)
        rc = configure(store, NULL);
    if (!rc)
        rc = check_identity(store, NULL);
    if (!rc)
        rc = migrate(store, NULL);
    store->why = *why;
    return rc ? -why->code : 0;
}

bool
ft_store_is_copy(const struct ft_store *store, struct ft_error *why)
{
    if (why)
        *why = store->why;
    return store->why.code != 0;
}

int
ft_store_open(const char *path, enum ft_store_mode mode,
              struct ft_store **store, struct ft_error *err)
{
    FT_AUTOSTORE struct ft_store *fresh = calloc(1, sizeof(*fresh));
    struct ft_error why = FT_ERROR_INIT;
    int rc;

    if (!fresh)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    if ((size_t)snprintf(fresh->path, sizeof(fresh->path), "%s", path) >=
        sizeof(fresh->path))
        return ft_fail(err, ENAMETOOLONG, NULL, "path of the database too long");
    rc = prepare_file(path, mode, &why);
    if (!rc)
        rc = open_file(fresh, &why);
    if (ft_copy_helps(rc))
        rc = open_copy(fresh, &why);
    if (rc && err)
        *err = why;
    if (!rc)
        *store = FT_STEAL(fresh);
    return rc;
}

void
ft_store_close(struct ft_store *store)
{
    if (!store)
        return;
    ft_check_end(store);
    ft_store_unlock_all(store);
    sqlite3_close(store->db);
    free(store);
}

int64_t
ft_store_version(struct ft_store *store)
{
    int64_t version = -1;

    return ft_sql_number(store, NULL, &version, "PRAGMA data_version", "")
               ? -1
               : version;
}
