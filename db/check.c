/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/check.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "db/statement.h"

struct ft_check {
    sqlite3 *db; /* the thread's, but for sqlite3_interrupt() */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended; /* this and what follows is under lock */
    int rc;         /* SQLITE_OK: found is the answer */
    char found[64]; /* "ok", or the first thing that is wrong */
};

static int
damaged(const struct ft_store *store, struct ft_error *err)
{
    return ft_fail(err, EBADMSG,
                   "move the file away and run ftadmin host add again: the "
                   "hosts keep every pair, and ftadmin finds them there",
                   "%s: damaged (PRAGMA quick_check found errors)", store->path);
}

/* ---- the thread ---- */

static int
quick_check(sqlite3 *db, char *found, size_t size)
{
    sqlite3_stmt *statement = NULL;
    int rc =
        sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);

    if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        snprintf(found, size, "%s", sqlite3_column_text(statement, 0));
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return rc;
}

static void *
run(void *data)
{
    struct ft_check *check = data;
    char found[sizeof(check->found)] = "";
    int rc = quick_check(check->db, found, sizeof(found));

    pthread_mutex_lock(&check->lock);
    check->rc = rc;
    memcpy(check->found, found, sizeof(found));
    check->has_ended = true;
    pthread_cond_signal(&check->ended);
    pthread_mutex_unlock(&check->lock);
    return NULL;
}

static int
open_connection(const char *path, sqlite3 **db)
{
    int rc = sqlite3_open_v2(path, db,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        return 0;
    sqlite3_close(*db);
    return -EIO;
}

static struct ft_check *
start(const char *path)
{
    struct ft_check *check = calloc(1, sizeof(*check));
    pthread_condattr_t attributes;

    if (!check)
        return NULL;
    if (open_connection(path, &check->db)) {
        free(check);
        return NULL;
    }
    pthread_mutex_init(&check->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&check->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&check->thread, NULL, run, check)) {
        sqlite3_close(check->db);
        free(check);
        return NULL;
    }
    return check;
}

/* ---- the store's side ---- */

static bool
is_due(struct ft_store *store)
{
    int64_t at = 0, now = ft_clock_realtime_ns() / FT_NS_PER_MS;
    int64_t is_damaged = 0;

    if (ft_sql_number(store, NULL, &at, "SELECT checked_at FROM health", "") ||
        ft_sql_number(store, NULL, &is_damaged,
                      "SELECT result = 'damaged' FROM health", ""))
        return true; /* it cannot even be read */
    store->damaged = is_damaged != 0;
    return store->damaged || at > now || now - at >= FT_CHECK_EVERY_MS;
}

static void
note(struct ft_store *store, const char *result)
{
    ft_sql_run(store, NULL,
               "INSERT INTO health VALUES (1, ?1, ?2) ON CONFLICT (id) "
               "DO UPDATE SET checked_at = ?1, result = ?2",
               "is", ft_clock_realtime_ns() / FT_NS_PER_MS, result);
}

int
ft_check_begin(struct ft_store *store, struct ft_error *err)
{
    if (store->why.code || store->check || !is_due(store))
        return 0;
    store->check = start(store->path);
    return store->damaged ? damaged(store, err) : 0;
}

static bool
wait_for_end(struct ft_check *check, int wait_ms)
{
    int64_t deadline = ft_clock_ns() + wait_ms * FT_NS_PER_MS;
    struct timespec until = { deadline / FT_NS_PER_S, deadline % FT_NS_PER_S };
    int rc = 0;
    bool ended;

    pthread_mutex_lock(&check->lock);
    while (!check->has_ended && !rc)
        rc = pthread_cond_timedwait(&check->ended, &check->lock, &until);
    ended = check->has_ended;
    pthread_mutex_unlock(&check->lock);
    return ended;
}

static void
release(struct ft_store *store)
{
    struct ft_check *check = store->check;

    store->check = NULL;
    pthread_join(check->thread, NULL);
    sqlite3_close(check->db);
    pthread_cond_destroy(&check->ended);
    pthread_mutex_destroy(&check->lock);
    free(check);
}

int
ft_check_result(struct ft_store *store, int wait_ms, struct ft_error *err)
{
    bool sound, broken;

    if (!store->check || !wait_for_end(store->check, wait_ms))
        return 0;
    sound = store->check->rc == SQLITE_OK && !strcmp(store->check->found, "ok");
    broken = (store->check->rc == SQLITE_OK && !sound) ||
             (store->check->rc & 0xff) == SQLITE_CORRUPT ||
             (store->check->rc & 0xff) == SQLITE_NOTADB;
    release(store);
    note(store, sound ? "sound" : broken ? "damaged" : "unfinished");
    store->damaged = broken;
    return broken ? damaged(store, err) : 0;
}

void
ft_check_end(struct ft_store *store)
{
    if (!store->check)
        return;
    if (wait_for_end(store->check, 0)) {
        ft_check_result(store, 0, NULL);
        return;
    }
    /* Once is not enough: it may be about to begin. */
    do
        sqlite3_interrupt(store->check->db);
    while (!wait_for_end(store->check, 10));
    release(store); /* what an interrupted one says means nothing */
    if (!store->damaged)
        note(store, "unfinished");
}
