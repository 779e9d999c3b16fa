/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to db/: one-call SQL statements and rows read straight into structs.
 *
 * A struct's columns are described once by a table of fields; the same order
 * serves INSERT parameters (?1, ?2, ...) and SELECT columns.
 */
#ifndef FT_DB_STATEMENT_H
#define FT_DB_STATEMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <sqlite3.h>

#include "base/cleanup.h"
#include "base/error.h"

struct ft_check;
struct ft_lock;

struct ft_store {
    sqlite3 *db;
    struct ft_lock *locks;   /* held ones (lock.c) */
    struct ft_check *check;  /* the one at work, or NULL (check.c) */
    bool damaged;            /* an earlier check said so */
    struct ft_error why;     /* a copy in memory: why; else its code is 0 */
    char path[PATH_MAX - 8]; /* leaves room for "-shm" and ".lock" */
};

enum ft_field_kind {
    FT_FIELD_TEXT,     /* char array, NUL terminated */
    FT_FIELD_OPTIONAL, /* the same; empty is NULL in the database */
    FT_FIELD_INTEGER,  /* int64_t */
    FT_FIELD_BOOLEAN,  /* bool */
    FT_FIELD_REAL,     /* double */
    FT_FIELD_BLOB,     /* struct ft_blob */
};

#define FT_BLOB_MAX 1024

struct ft_blob {
    int64_t size;
    unsigned char bytes[FT_BLOB_MAX];
};

struct ft_field {
    enum ft_field_kind kind;
    size_t offset;
    size_t size;
};

#define FT_FIELD(kind_, type, member)                                 \
    {                                                                 \
        kind_, offsetof(type, member), sizeof(((type *)NULL)->member) \
    }

struct ft_fields {
    const struct ft_field *items;
    size_t count;
    size_t item_size;
};

#define FT_FIELDS(array, type)                    \
    {                                             \
        array, FT_ARRAY_SIZE(array), sizeof(type) \
    }

/*
 * Fills err from the connection's last error, naming the file, and for a busy
 * database the pid that writes. Returns -errno.
 */
int ft_sql_error(struct ft_store *store, struct ft_error *err);

/*
 * Runs one statement without rows. types has a letter for each argument:
 * s const char * (NULL is NULL), i int64_t.
 */
int ft_sql_run(struct ft_store *store, struct ft_error *err, const char *sql,
               const char *types, ...);

/* Runs a statement with the fields of item as ?1, ?2, ... */
int ft_sql_put(struct ft_store *store, struct ft_error *err, const char *sql,
               const struct ft_fields *fields, const void *item);

/* Reads all rows into one array (free(3)); see the list functions of store.h. */
int ft_sql_list(struct ft_store *store, struct ft_error *err,
                const struct ft_fields *fields, void *items, size_t *count,
                const char *sql, const char *types, ...);

/* Reads one row into item; -ENOENT without touching err when there is none. */
int ft_sql_get(struct ft_store *store, struct ft_error *err,
               const struct ft_fields *fields, void *item, const char *sql,
               const char *types, ...);

/* First column of the first row as a number; *out keeps its value without rows. */
int ft_sql_number(struct ft_store *store, struct ft_error *err, int64_t *out,
                  const char *sql, const char *types, ...);

/*
 * First two columns as JSON text and a time; -ENOENT without touching err when
 * there is no row or the text is NULL.
 */
int ft_sql_json(struct ft_store *store, struct ft_error *err, json_t **value,
                int64_t *at, const char *sql, const char *types, ...);

#endif
