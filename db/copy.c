/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/copy.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool
ft_copy_helps(int rc)
{
    return rc == -EACCES || rc == -EPERM || rc == -EROFS || rc == -ENOSPC ||
           rc == -EDQUOT || rc == -EIO;
}

/* A path as the URI that SQLite takes (https://sqlite.org/uri.html). */
static int
uri_of(const char *path, char *out, size_t size)
{
    char *to = out + snprintf(out, size, "file:");

    for (; *path; path++) {
        if ((size_t)(to - out) + sizeof("%xx?mode=ro&immutable=1") > size)
            return -ENAMETOOLONG;
        if (strchr("?#%", *path))
            to += snprintf(to, 4, "%%%02x", (unsigned char)*path);
        else
            *to++ = *path;
    }
    strcpy(to, "?mode=ro");
    return 0;
}

/* Without changes in a log beside it the file is all that there is. */
static bool
has_log(const char *path)
{
    char log[PATH_MAX];
    struct stat found;

    snprintf(log, sizeof(log), "%s-wal", path);
    return stat(log, &found) == 0 && found.st_size > 0;
}

/* Opens and reads something, for only that touches the files beside it. */
static int
open_and_read(const char *uri, sqlite3 **db)
{
    int rc = sqlite3_open_v2(uri, db,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
                                 SQLITE_OPEN_NOMUTEX,
                             NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db, "SELECT count(*) FROM sqlite_schema", NULL, NULL,
                          NULL);
    return rc;
}

/* Where SQLite cannot have its -shm, a file without a log can be read alone. */
static int
open_source(struct ft_store *store, struct ft_error *err)
{
    char uri[PATH_MAX * 3];
    int rc = uri_of(store->path, uri, sizeof(uri));

    if (rc)
        return ft_fail(err, -rc, NULL, "path of the database too long");
    rc = open_and_read(uri, &store->db);
    if (rc != SQLITE_OK && rc != SQLITE_NOTADB && rc != SQLITE_CORRUPT &&
        !has_log(store->path)) {
        sqlite3_close(store->db);
        store->db = NULL;
        strcat(uri, "&immutable=1");
        rc = open_and_read(uri, &store->db);
    }
    return rc == SQLITE_OK ? 0 : ft_sql_error(store, err);
}

/* Copies the whole of from; the copy becomes the store's. */
static int
copy_all(struct ft_store *store, sqlite3 *from, struct ft_error *err)
{
    sqlite3_backup *backup;
    int rc = sqlite3_open_v2(":memory:", &store->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc != SQLITE_OK)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    backup = sqlite3_backup_init(store->db, "main", from, "main");
    if (!backup)
        return ft_sql_error(store, err);
    sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK
               ? 0
               : ft_sql_error(store, err);
}

int
ft_copy_to_memory(struct ft_store *store, struct ft_error *err)
{
    sqlite3 *from;
    int rc;

    sqlite3_close(store->db);
    store->db = NULL;
    rc = open_source(store, err);
    from = store->db;
    store->db = NULL;
    if (!rc)
        rc = copy_all(store, from, err);
    sqlite3_close(from);
    return rc;
}
