/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a witness remembers of a pair that its owner has removed: of which nobody
 * wins anything any more, which is never lowered, and which goes one day.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "link/tcp.h"
#include "witness/witness-client.h"
#include "witness/witness-pairs.h"
#include "witness/witness-store.h"
#include "witness/witness.h"

#define PAIR "01234567-89ab-cdef-0123-456789abcdef"
#define DAY INT64_C(86400)

static const unsigned char key[FT_WITNESS_KEY_SIZE] = { 1, 2, 3 };
static char folder[64];
static struct ft_witness_store *store;
static struct ft_error err;

static int
set_up(void **state)
{
    (void)state;
    err = (struct ft_error)FT_ERROR_INIT;
    snprintf(folder, sizeof(folder), "/tmp/ft-tombstones.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 5, "h1", &err), 0);
    return ft_witness_store_open(folder, &store, &err);
}

static int
tear_down(void **state)
{
    char command[128];

    (void)state;
    ft_witness_store_close(store);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command); /* NOLINT(cert-env33-c): a folder of its own */
}

static int
bury(const char *pair, uint64_t generation, const char *owner)
{
    struct ft_witness_record last = { .generation = generation }, now;
    int won = 0;
    int rc;

    snprintf(last.owner, sizeof(last.owner), "%s", owner);
    rc = ft_witness_store_bury(store, pair, &last, &won, &now, &err);
    return rc ? rc : won;
}

static int
swap(uint64_t expected, uint64_t generation, const char *owner)
{
    struct ft_witness_record wish = { .generation = generation }, now;
    int won = 0;

    snprintf(wish.owner, sizeof(wish.owner), "%s", owner);
    assert_int_equal(ft_witness_store_swap(store, PAIR, expected, &wish, &won,
                                           &now, &err),
                     0);
    return won;
}

static void
expect(uint64_t generation, const char *owner, int removed)
{
    struct ft_witness_record now = { 0 };

    assert_int_equal(ft_witness_store_get(store, PAIR, &now, &err), 0);
    assert_int_equal(now.generation, generation);
    assert_string_equal(now.owner, owner);
    assert_int_equal(now.removed, removed);
}

static size_t
listed(void)
{
    json_t *list = NULL;
    size_t n;

    assert_int_equal(ft_witness_list(folder, &list, &err), 0);
    n = json_array_size(list);
    json_decref(list);
    return n;
}

static int
has_key(const char *pair)
{
    unsigned char found[FT_WITNESS_KEY_SIZE];

    return ft_witness_key_load(folder, pair, found) == 0;
}

/* By its owner, at the generation that it has by now; never lower. */
static void
only_an_owner_removes(void **state)
{
    (void)state;
    assert_int_equal(bury("00000000-0000-0000-0000-000000000000", 5, "h1"),
                     -ENOENT);
    assert_int_equal(bury(PAIR, 0, "h1"), -EINVAL);
    assert_int_equal(bury(PAIR, 5, "a b"), -EINVAL);
    assert_int_equal(bury(PAIR, 5, "h2"), 0); /* it belongs to h1 */
    assert_int_equal(bury(PAIR, 4, "h2"), 0);
    expect(5, "h1", 0);
    assert_int_equal(listed(), 1);
    assert_int_equal(bury(PAIR, 4, "h1"), 1); /* a question of its came late */
    expect(5, "h1", 1);
    assert_int_equal(bury(PAIR, 4, "h1"), 1); /* told again */
    assert_int_equal(bury(PAIR, 9, "h2"), 0);
    expect(5, "h1", 1);
    assert_int_equal(listed(), 0);
}

/* What was granted without the witness. */
static void
a_newer_owner_removes(void **state)
{
    (void)state;
    assert_int_equal(bury(PAIR, 6, "h2"), 1);
    expect(6, "h2", 1);
}

static void
nobody_wins_what_is_removed(void **state)
{
    (void)state;
    assert_int_equal(bury(PAIR, 5, "h1"), 1);
    assert_int_equal(swap(5, 6, "h2"), 0);
    assert_int_equal(swap(5, 6, "h1"), 0);
    assert_int_equal(swap(4, 5, "h1"), 0); /* not even what it has */
    expect(5, "h1", 1);
}

static void
it_is_kept_while_a_host_is_left(void **state)
{
    (void)state;
    assert_int_equal(ft_witness_pair_remove(folder, PAIR, 1, &err), 0);
    assert_false(has_key(PAIR)); /* nobody has removed it: forgotten */
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 5, "h1", &err), 0);
    assert_int_equal(bury(PAIR, 5, "h1"), 1);
    assert_int_equal(ft_witness_pair_remove(folder, PAIR, 1, &err), 0);
    assert_true(has_key(PAIR));
    expect(5, "h1", 1);
    assert_int_equal(ft_witness_pair_remove(folder, PAIR, 0, &err), 0);
    assert_false(has_key(PAIR));
}

static int
is_there(void)
{
    return access(folder, F_OK) == 0;
}

/* Neither a pair nor what was said of one that is gone. */
static void
only_what_is_empty_is_cleared(void **state)
{
    (void)state;
    ft_witness_clear(folder);
    assert_true(has_key(PAIR));
    expect(5, "h1", 0);
    assert_int_equal(bury(PAIR, 5, "h1"), 1);
    ft_witness_clear(folder);
    expect(5, "h1", 1);
    assert_int_equal(ft_witness_pair_remove(folder, PAIR, 0, &err), 0);
    assert_true(is_there());
    ft_witness_store_close(store);
    store = NULL;
    ft_witness_clear(folder);
    assert_false(is_there());
    ft_witness_clear(folder);
}

static void
protected_anew_it_is_a_pair_again(void **state)
{
    (void)state;
    assert_int_equal(bury(PAIR, 5, "h1"), 1);
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 1, "h2", &err), 0);
    expect(1, "h2", 0);
    assert_int_equal(swap(1, 2, "h2"), 1);
}

static void
age(const char *pair, int64_t seconds)
{
    char path[PATH_MAX], sql[160];
    sqlite3 *db = NULL;

    snprintf(path, sizeof(path), "%s/witness.db", folder);
    snprintf(sql, sizeof(sql), "UPDATE pair SET removed = %lld WHERE pair='%s'",
             (long long)(time(NULL) - seconds), pair);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void
name_pair(int n, char pair[37])
{
    snprintf(pair, 37, "00000000-0000-0000-0000-%012d", n);
}

/* Of age, and of the most that are kept; what is no tombstone stays. */
static void
old_ones_go(void **state)
{
    char pair[37];

    (void)state;
    for (int i = 0; i < FT_WITNESS_TOMBSTONES + 3; i++) {
        name_pair(i, pair);
        assert_int_equal(ft_witness_pair_set(folder, pair, key, 1, "h1", &err),
                         0);
        if (i >= 2)
            assert_int_equal(bury(pair, 1, "h1"), 1);
        if (i == 2)
            age(pair, FT_WITNESS_TOMBSTONE_DAYS * DAY - 600);
        if (i == 3) {
            age(pair, FT_WITNESS_TOMBSTONE_DAYS * DAY + 600);
        } else if (i == 4) {
            name_pair(3, pair);
            assert_false(has_key(pair));
        }
    }
    name_pair(2, pair); /* the oldest of just as many as there may be */
    assert_true(has_key(pair));
    assert_int_equal(bury(PAIR, 5, "h1"), 1);
    assert_false(has_key(pair));
    assert_true(has_key(PAIR));
    assert_int_equal(listed(), 2);
}

struct service {
    int fd, stop[2];
    uint16_t port;
    pthread_t thread;
};

static void *
serve(void *opaque)
{
    struct service *s = opaque;

    ft_witness_serve_on(folder, s->fd, s->stop[0], NULL);
    return NULL;
}

static void
begin_service(struct service *s)
{
    struct sockaddr_in6 address;
    socklen_t size = sizeof(address);

    assert_int_equal(ft_tcp_listen(0, &s->fd, &err), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&address, &size), 0);
    s->port = ntohs(address.sin6_port);
    assert_int_equal(pipe(s->stop), 0);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void
end_service(struct service *s)
{
    close(s->stop[1]);
    pthread_join(s->thread, NULL);
    close(s->stop[0]);
    close(s->fd);
}

static void
it_is_told_and_asked_for(void **state)
{
    static const char *const addresses[] = { "127.0.0.1" };
    struct service s;
    struct ft_witness_target t;
    struct ft_witness_answer a;
    int64_t soon = ft_clock_ns() + 60 * FT_NS_PER_S;

    (void)state;
    begin_service(&s);
    t = (struct ft_witness_target){ addresses, 1, s.port, PAIR, key, NULL };
    assert_int_equal(ft_witness_get(&t, soon, &a, &err), 0);
    assert_false(a.removed);
    assert_int_equal(ft_witness_bury(&t, 5, "h2", soon, &a, &err), 0);
    assert_false(a.won || a.removed);
    assert_int_equal(ft_witness_bury(&t, UINT64_MAX, "h2", soon, &a, &err),
                     -EINVAL);
    assert_int_equal(ft_witness_bury(&t, 6, "h2", soon, &a, &err), 0);
    assert_true(a.won && a.removed);
    assert_int_equal(ft_witness_cas(&t, 6, 7, "h1", soon, &a, &err), 0);
    assert_true(!a.won && a.removed);
    assert_int_equal(a.generation, 6);
    assert_string_equal(a.owner, "h2");
    assert_int_equal(ft_witness_get(&t, soon, &a, &err), 0);
    assert_true(a.removed);
    end_service(&s);
}

/* A database of before there were tombstones, or offers. */
static void
an_older_database_is_taken(void **state)
{
    char path[PATH_MAX];
    sqlite3 *db = NULL;

    (void)state;
    ft_witness_store_close(store);
    snprintf(path, sizeof(path), "%s/witness.db", folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "DROP TABLE pair; CREATE TABLE pair (pair TEXT PRIMARY KEY,"
                     " generation INTEGER NOT NULL, owner TEXT NOT NULL) STRICT,"
                     " WITHOUT ROWID;"
                     "INSERT INTO pair VALUES ('" PAIR "', 3, 'h1')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(ft_witness_store_open(folder, &store, &err), 0);
    expect(3, "h1", 0);
    assert_int_equal(bury(PAIR, 3, "h1"), 1);
    expect(3, "h1", 1);
}

#define STORED(function) \
    cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORED(only_an_owner_removes),
        STORED(a_newer_owner_removes),
        STORED(nobody_wins_what_is_removed),
        STORED(it_is_kept_while_a_host_is_left),
        STORED(only_what_is_empty_is_cleared),
        STORED(protected_anew_it_is_a_pair_again),
        STORED(old_ones_go),
        STORED(it_is_told_and_asked_for),
        STORED(an_older_database_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
