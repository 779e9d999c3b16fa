/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/lock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/actor.h"
#include "db/held.h"
#include "db/statement.h"
#include "db/transaction.h"

#define NAME_SIZE 256

/* A row of locks. */
struct row {
    char subject[NAME_SIZE];
    bool alone;
    char doing[NAME_SIZE];
    char who[sizeof(((struct ft_actor *)NULL)->who)];
    char origin[sizeof(((struct ft_actor *)NULL)->origin)];
    int64_t pid;
    int64_t since;
    int64_t id;
};

/* One that this store holds. */
struct ft_lock {
    struct ft_lock *next;
    char subject[NAME_SIZE];
    enum ft_lock_kind kind;
    unsigned levels;
    int fd;
    int64_t id; /* of its row */
};

#define COLUMNS "subject, alone, doing, who, origin, pid, since"

static const struct ft_field items[] = {
    FT_FIELD(FT_FIELD_TEXT, struct row, subject),
    FT_FIELD(FT_FIELD_BOOLEAN, struct row, alone),
    FT_FIELD(FT_FIELD_TEXT, struct row, doing),
    FT_FIELD(FT_FIELD_TEXT, struct row, who),
    FT_FIELD(FT_FIELD_TEXT, struct row, origin),
    FT_FIELD(FT_FIELD_INTEGER, struct row, pid),
    FT_FIELD(FT_FIELD_INTEGER, struct row, since),
    FT_FIELD(FT_FIELD_INTEGER, struct row, id), /* last: not a parameter */
};
static const struct ft_fields fields = FT_FIELDS(items, struct row);
static const struct ft_fields values = { items, FT_ARRAY_SIZE(items) - 1,
                                         sizeof(struct row) };

static int64_t
now_ms(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS;
}

static struct ft_lock *
find(const struct ft_store *store, const char *subject)
{
    struct ft_lock *lock = store->locks;

    while (lock && strcmp(lock->subject, subject) != 0)
        lock = lock->next;
    return lock;
}

/* ---- who has it ---- */

static int
list_rows(struct ft_store *store, const char *subject, struct row **rows,
          size_t *count, struct ft_error *err)
{
    return ft_sql_list(store, err, &fields, rows, count,
                       "SELECT " COLUMNS ", id FROM locks WHERE subject = ? "
                       "ORDER BY id",
                       "s", subject);
}

static int
say(const struct row *row, struct ft_error *err)
{
    int64_t seconds = FT_MAX((now_ms() - row->since) / 1000, INT64_C(0));

    return ft_fail(err, EBUSY,
                   "ftadmin jobs shows it; wait until it is done and try again",
                   "another ftadmin is at work: process %" PRId64
                   ", %.150s, by %s%s%s for %" PRId64 " s",
                   row->pid, row->doing, row->who, *row->origin ? " from " : "",
                   row->origin, seconds);
}

static int
refuse(struct ft_store *store, int fd, const char *subject, struct ft_error *err)
{
    FT_AUTOFREE struct row *rows = NULL;
    size_t count = 0;

    list_rows(store, subject, &rows, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (ft_held_by_other(fd, FT_HELD_LOCKS + rows[i].id))
            return say(&rows[i], err);
    return ft_fail(err, EBUSY,
                   "ftadmin jobs shows it; wait until it is done and try again",
                   "another ftadmin is at work on %s", subject);
}

/* ---- taking ---- */

static int
drop_dead(struct ft_store *store, int fd, const char *subject,
          struct ft_error *err)
{
    FT_AUTOFREE struct row *rows = NULL;
    size_t count = 0;
    int rc = list_rows(store, subject, &rows, &count, err);

    for (size_t i = 0; !rc && i < count; i++)
        if (!ft_held_by_other(fd, FT_HELD_LOCKS + rows[i].id))
            rc = ft_sql_run(store, err, "DELETE FROM locks WHERE id = ?", "i",
                            rows[i].id);
    return rc;
}

/* Inside a transaction: others see the row only when its byte is held. */
static int
add_row(struct ft_store *store, struct ft_lock *lock, const char *doing,
        struct ft_error *err)
{
    struct row row = { .alone = lock->kind == FT_LOCK_ALONE,
                       .pid = getpid(),
                       .since = now_ms() };
    struct ft_actor self;
    int rc = drop_dead(store, lock->fd, lock->subject, err);

    ft_actor_self(&self);
    strcpy(row.subject, lock->subject);
    snprintf(row.doing, sizeof(row.doing), "%.*s", (int)sizeof(row.doing) - 1,
             doing);
    strcpy(row.who, self.who);
    strcpy(row.origin, self.origin);
    if (!rc)
        rc = ft_sql_put(store, err,
                        "INSERT INTO locks (" COLUMNS ") VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        &values, &row);
    if (rc)
        return rc;
    lock->id = sqlite3_last_insert_rowid(store->db);
    rc = ft_held_take(lock->fd, FT_HELD_LOCKS + lock->id, true);
    return rc ? ft_fail(err, -rc, NULL, "%s.lock: %s", store->path,
                        strerror(-rc))
              : 0;
}

static int
describe(struct ft_store *store, struct ft_lock *lock, const char *doing,
         struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    return rc ? rc
              : ft_sql_finish(store, own, add_row(store, lock, doing, err), err);
}

static int
take(struct ft_store *store, struct ft_lock *lock, enum ft_lock_kind kind,
     struct ft_error *err)
{
    int rc = ft_held_take(lock->fd, ft_held_subject(lock->subject),
                          kind == FT_LOCK_ALONE);

    if (rc == -EAGAIN)
        return refuse(store, lock->fd, lock->subject, err);
    return rc ? ft_fail(err, -rc, NULL, "%s.lock: %s", store->path,
                        strerror(-rc))
              : 0;
}

static void
free_lock(struct ft_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    free(lock);
}

static int
take_new(struct ft_store *store, const char *subject, enum ft_lock_kind kind,
         const char *doing, struct ft_error *err)
{
    struct ft_lock *lock = calloc(1, sizeof(*lock));
    int rc;

    if (!lock)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    strcpy(lock->subject, subject);
    lock->kind = kind;
    lock->levels = 1;
    rc = ft_held_open(store->path, &lock->fd, err);
    if (!rc)
        rc = take(store, lock, kind, err);
    if (!rc)
        rc = describe(store, lock, doing, err);
    if (rc) {
        free_lock(lock);
        return rc;
    }
    lock->next = store->locks;
    store->locks = lock;
    return 0;
}

static int
take_again(struct ft_store *store, struct ft_lock *lock, enum ft_lock_kind kind,
           struct ft_error *err)
{
    int rc = 0;

    if (kind == FT_LOCK_ALONE && lock->kind == FT_LOCK_SHARED) {
        rc = take(store, lock, kind, err);
        if (!rc)
            rc = ft_sql_run(store, err,
                            "UPDATE locks SET alone = 1 WHERE id = ?", "i",
                            lock->id);
    }
    if (rc)
        return rc;
    lock->kind = FT_MAX(lock->kind, kind);
    lock->levels++;
    return 0;
}

/* Acting needs a database that is sound, and lasts. */
static int
check_usable(const struct ft_store *store, struct ft_error *err)
{
    if (store->damaged)
        return ft_fail(err, EBADMSG,
                       "move the file away and run ftadmin host add again: the "
                       "hosts keep every pair, and ftadmin finds them there",
                       "%s: damaged (PRAGMA quick_check found errors)",
                       store->path);
    return store->why.code ? ft_fail(err, store->why.code, store->why.hint,
                                     "%s", store->why.text)
                           : 0;
}

int
ft_store_lock(struct ft_store *store, const char *subject,
              enum ft_lock_kind kind, const char *doing, struct ft_error *err)
{
    struct ft_lock *held = find(store, subject);
    int rc = check_usable(store, err);

    if (rc)
        return rc;
    if (strlen(subject) >= sizeof(held->subject))
        return ft_fail(err, ENAMETOOLONG, NULL, "%.200s...: too long a name",
                       subject);
    return held ? take_again(store, held, kind, err)
                : take_new(store, subject, kind, doing, err);
}

/* ---- giving back ---- */

/* The row goes first: what another one finds without it is nobody's. */
static void
give_back(struct ft_store *store, struct ft_lock *lock)
{
    struct ft_lock **at = &store->locks;

    while (*at != lock)
        at = &(*at)->next;
    *at = lock->next;
    ft_sql_run(store, NULL, "DELETE FROM locks WHERE id = ?", "i", lock->id);
    free_lock(lock);
}

void
ft_store_unlock(struct ft_store *store, const char *subject)
{
    struct ft_lock *lock = find(store, subject);

    if (lock && --lock->levels == 0)
        give_back(store, lock);
}

void
ft_store_unlock_all(struct ft_store *store)
{
    while (store->locks)
        give_back(store, store->locks);
}
