/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/statement.h"

#include <stdarg.h>
#include <string.h>
#include <sys/statvfs.h>

#include "db/writer.h"

static int
errno_of(int code, int system_errno)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EBUSY;
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return EBADMSG;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return EACCES;
    case SQLITE_CANTOPEN:
        return system_errno ? system_errno : EACCES;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_TOOBIG:
        return EFBIG;
    case SQLITE_IOERR:
        return system_errno == ENOSPC ? ENOSPC : EIO;
    case SQLITE_CONSTRAINT:
        break;
    default:
        return EINVAL;
    }
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
        return ENOENT;
    return code == SQLITE_CONSTRAINT_UNIQUE ||
                   code == SQLITE_CONSTRAINT_PRIMARYKEY
               ? EEXIST
               : EINVAL;
}

static const char *
hint_of(int code)
{
    switch (code) {
    case ENOSPC:
        return "make room on that file system; nothing was changed";
    case EBADMSG:
        return "move the file away and run ftadmin host add again: the hosts "
               "keep every pair, and ftadmin finds them there";
    case EACCES:
        return "use --db FILE or correct the file's owner and mode";
    default:
        return NULL;
    }
}

static int
busy(const struct ft_store *store, struct ft_error *err)
{
    static const char hint[] = "wait until it is done and try again";
    int pid = ft_writer_pid(store->path);

    if (pid)
        return ft_fail(err, EBUSY, hint, "%s: process %d is writing to it",
                       store->path, pid);
    return ft_fail(err, EBUSY, hint, "%s: another process is writing to it",
                   store->path);
}

/* SQLite keeps to itself that there was no room for its -shm. */
static bool
is_full(const char *path)
{
    struct statvfs found;

    return statvfs(path, &found) == 0 && found.f_bavail == 0;
}

int
ft_sql_error(struct ft_store *store, struct ft_error *err)
{
    int code = errno_of(sqlite3_extended_errcode(store->db),
                        sqlite3_system_errno(store->db));

    if (code == EIO && is_full(store->path))
        return ft_fail(err, ENOSPC, hint_of(ENOSPC),
                       "%s: no room left on its file system", store->path);
    if (code == EBUSY)
        return busy(store, err);
    if (code == EBADMSG)
        return ft_fail(err, code, hint_of(code),
                       "%s: damaged, or not a database of ftadmin (%s)",
                       store->path, sqlite3_errmsg(store->db));
    return ft_fail(err, code, hint_of(code), "%s: %s", store->path,
                   sqlite3_errmsg(store->db));
}

static int
bind_arguments(sqlite3_stmt *statement, const char *types, va_list arguments)
{
    int rc = SQLITE_OK;

    for (int i = 0; rc == SQLITE_OK && types[i]; i++) {
        if (types[i] == 's')
            rc = sqlite3_bind_text(statement, i + 1,
                                   va_arg(arguments, const char *), -1,
                                   SQLITE_TRANSIENT);
        else
            rc = sqlite3_bind_int64(statement, i + 1,
                                    va_arg(arguments, int64_t));
    }
    return rc;
}

static int
bind_field(sqlite3_stmt *statement, int index, const struct ft_field *field,
           const char *item)
{
    const char *at = item + field->offset;

    switch (field->kind) {
    case FT_FIELD_OPTIONAL:
        if (!*at)
            return sqlite3_bind_null(statement, index);
        /* fall through */
    case FT_FIELD_TEXT:
        return sqlite3_bind_text(statement, index, at, -1, SQLITE_STATIC);
    case FT_FIELD_INTEGER:
        return sqlite3_bind_int64(statement, index,
                                  *(const int64_t *)(const void *)at);
    case FT_FIELD_BOOLEAN:
        return sqlite3_bind_int64(statement, index,
                                  *(const bool *)(const void *)at);
    case FT_FIELD_REAL:
        return sqlite3_bind_double(statement, index,
                                   *(const double *)(const void *)at);
    case FT_FIELD_BLOB: {
        const struct ft_blob *blob = (const void *)at;

        return sqlite3_bind_blob(statement, index, blob->bytes, (int)blob->size,
                                 SQLITE_STATIC);
    }
    }
    return SQLITE_MISUSE;
}

static int
read_text(sqlite3_stmt *statement, int column, const struct ft_field *field,
          char *at)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    size_t size = sqlite3_column_bytes(statement, column);

    if (size >= field->size)
        return -ENAMETOOLONG;
    if (size)
        memcpy(at, text, size);
    at[size] = '\0';
    return 0;
}

static int
read_blob(sqlite3_stmt *statement, int column, struct ft_blob *blob)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    int size = sqlite3_column_bytes(statement, column);

    if ((size_t)size > sizeof(blob->bytes))
        return -ENAMETOOLONG;
    if (size)
        memcpy(blob->bytes, bytes, (size_t)size);
    blob->size = size;
    return 0;
}

static int
read_field(sqlite3_stmt *statement, int column, const struct ft_field *field,
           char *item)
{
    char *at = item + field->offset;

    switch (field->kind) {
    case FT_FIELD_TEXT:
    case FT_FIELD_OPTIONAL:
        return read_text(statement, column, field, at);
    case FT_FIELD_INTEGER:
        *(int64_t *)(void *)at = sqlite3_column_int64(statement, column);
        break;
    case FT_FIELD_BOOLEAN:
        *(bool *)(void *)at = sqlite3_column_int64(statement, column) != 0;
        break;
    case FT_FIELD_REAL:
        *(double *)(void *)at = sqlite3_column_double(statement, column);
        break;
    case FT_FIELD_BLOB:
        return read_blob(statement, column, (void *)at);
    }
    return 0;
}

static int
read_row(struct ft_store *store, sqlite3_stmt *statement,
         const struct ft_fields *fields, char *item, struct ft_error *err)
{
    for (size_t i = 0; i < fields->count; i++) {
        int rc = read_field(statement, i, &fields->items[i], item);

        if (rc)
            return ft_fail(err, -rc, hint_of(EBADMSG),
                           "%s: a value of column %s is too long", store->path,
                           sqlite3_column_name(statement, i));
    }
    return 0;
}

static void
finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

static int
prepare(struct ft_store *store, sqlite3_stmt **statement, struct ft_error *err,
        const char *sql, const char *types, va_list arguments)
{
    int rc = sqlite3_prepare_v2(store->db, sql, -1, statement, NULL);

    if (rc == SQLITE_OK)
        rc = bind_arguments(*statement, types, arguments);
    return rc == SQLITE_OK ? 0 : ft_sql_error(store, err);
}

/* Steps to the end; rows (of RETURNING or a pragma) are passed over. */
static int
run_to_end(struct ft_store *store, sqlite3_stmt *statement, struct ft_error *err)
{
    int rc;

    do
        rc = sqlite3_step(statement);
    while (rc == SQLITE_ROW);
    return rc == SQLITE_DONE ? 0 : ft_sql_error(store, err);
}

int
ft_sql_run(struct ft_store *store, struct ft_error *err, const char *sql,
           const char *types, ...)
{
    FT_CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = prepare(store, &statement, err, sql, types, arguments);
    va_end(arguments);
    return rc ? rc : run_to_end(store, statement, err);
}

int
ft_sql_put(struct ft_store *store, struct ft_error *err, const char *sql,
           const struct ft_fields *fields, const void *item)
{
    FT_CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);

    for (size_t i = 0; rc == SQLITE_OK && i < fields->count; i++)
        rc = bind_field(statement, i + 1, &fields->items[i], item);
    if (rc != SQLITE_OK)
        return ft_sql_error(store, err);
    return run_to_end(store, statement, err);
}

/* Makes room for one more item, zeroed. */
static char *
grow(char **items, size_t *room, size_t count, size_t size)
{
    if (count == *room) {
        size_t larger = *room ? *room * 2 : 8;
        char *moved = reallocarray(*items, larger, size);

        if (!moved)
            return NULL;
        *items = moved;
        *room = larger;
    }
    memset(*items + count * size, 0, size);
    return *items + count * size;
}

static int
read_rows(struct ft_store *store, sqlite3_stmt *statement,
          const struct ft_fields *fields, char **items, size_t *count,
          struct ft_error *err)
{
    size_t room = 0;
    int rc;

    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        char *item = grow(items, &room, *count, fields->item_size);

        if (!item)
            return ft_fail(err, ENOMEM, NULL, "out of memory");
        rc = read_row(store, statement, fields, item, err);
        if (rc)
            return rc;
        ++*count;
    }
    return rc == SQLITE_DONE ? 0 : ft_sql_error(store, err);
}

int
ft_sql_list(struct ft_store *store, struct ft_error *err,
            const struct ft_fields *fields, void *items, size_t *count,
            const char *sql, const char *types, ...)
{
    FT_CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    FT_AUTOFREE char *found = NULL;
    size_t found_count = 0;
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = prepare(store, &statement, err, sql, types, arguments);
    va_end(arguments);
    if (!rc)
        rc = read_rows(store, statement, fields, &found, &found_count, err);
    if (rc)
        return rc;
    *count = found_count;
    *(void **)items = FT_STEAL(found);
    return 0;
}

int
ft_sql_get(struct ft_store *store, struct ft_error *err,
           const struct ft_fields *fields, void *item, const char *sql,
           const char *types, ...)
{
    FT_CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = prepare(store, &statement, err, sql, types, arguments);
    va_end(arguments);
    if (rc)
        return rc;
    rc = sqlite3_step(statement);
    if (rc == SQLITE_DONE)
        return -ENOENT;
    if (rc != SQLITE_ROW)
        return ft_sql_error(store, err);
    memset(item, 0, fields->item_size);
    return read_row(store, statement, fields, item, err);
}

int
ft_sql_number(struct ft_store *store, struct ft_error *err, int64_t *out,
              const char *sql, const char *types, ...)
{
    FT_CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = prepare(store, &statement, err, sql, types, arguments);
    va_end(arguments);
    if (rc)
        return rc;
    rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : ft_sql_error(store, err);
}

int
ft_sql_json(struct ft_store *store, struct ft_error *err, json_t **value,
            int64_t *at, const char *sql, const char *types, ...)
{
    FT_CLEANUP(finalize) sqlite3_stmt *statement = NULL;
    const unsigned char *text;
    json_t *parsed;
    va_list arguments;
    int rc;

    va_start(arguments, types);
    rc = prepare(store, &statement, err, sql, types, arguments);
    va_end(arguments);
    if (rc)
        return rc;
    rc = sqlite3_step(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return ft_sql_error(store, err);
    text = rc == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
    if (!text)
        return -ENOENT;
    parsed = json_loads((const char *)text, 0, NULL);
    if (!parsed)
        return ft_fail(err, EBADMSG, hint_of(EBADMSG),
                       "%s: a stored JSON document is damaged", store->path);
    *value = parsed;
    *at = sqlite3_column_int64(statement, 1);
    return 0;
}
