/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of the topology database: a folder of their own, a file of it for
 * each test, hosts and a pair in it.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "db/store.h"

#define PAIR "11111111-2222-3333-4444-555555555555"
#define VM "aaaaaaaa-2222-3333-4444-555555555555"

static char folder[] = "/tmp/ft-test-db.XXXXXX";
static char path[256];

#define MUST(call)                               \
    do {                                         \
        struct ft_error err = FT_ERROR_INIT;     \
        if ((call))                              \
            fail_msg("%s: %s", #call, err.text); \
    } while (0)
#define FAILS(code_, call)                   \
    do {                                     \
        struct ft_error err = FT_ERROR_INIT; \
        int rc_ = (call);                    \
        assert_int_equal(rc_, -(code_));     \
        assert_int_equal(err.code, code_);   \
        assert_true(*err.text);              \
    } while (0)

static inline int
setup(void **state)
{
    static int number;

    (void)state;
    snprintf(path, sizeof(path), "%s/t%d.db", folder, ++number);
    return 0;
}

static inline struct ft_store *
open_store(void)
{
    struct ft_store *store = NULL;

    MUST(ft_store_open(path, FT_STORE_CREATE, &store, &err));
    return store;
}

static inline struct ft_store *
open_with_pair(void)
{
    struct ft_store *store = open_store();
    struct ft_store_pair pair = { .pair = PAIR,
                                  .vm = "vm1",
                                  .vm_uuid = VM,
                                  .primary = "h1",
                                  .standby = "h2",
                                  .phase = "applied",
                                  .generation = 1,
                                  .created_at = 5 };
    struct ft_store_host h1 = { .name = "h1", .address = "h1", .added_at = 1 };
    struct ft_store_host h2 = { .name = "h2", .address = "h2", .added_at = 1 };

    MUST(ft_store_host_put(store, &h1, &err));
    MUST(ft_store_host_put(store, &h2, &err));
    MUST(ft_store_pair_put(store, &pair, &err));
    return store;
}

/* By a connection of its own. */
static inline int64_t
number_in(const char *file, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    int64_t value;

    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static inline int64_t
number_of(const char *sql)
{
    return number_in(path, sql);
}

static inline void
execute_sql(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

#define RUN_IN_FOLDER(tests)                                     \
    do {                                                         \
        char clean_[300];                                        \
        int failed_;                                             \
                                                                 \
        if (!mkdtemp(folder))                                    \
            return 1;                                            \
        failed_ = cmocka_run_group_tests(tests, NULL, NULL);     \
        snprintf(clean_, sizeof(clean_), "rm -rf '%s'", folder); \
        return system(clean_) || failed_;                        \
    } while (0)

#endif
