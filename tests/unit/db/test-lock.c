/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks of several stores and processes on one database.
 */
#include "config.h"

#include "store-fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/actor.h"
#include "db/lock.h"

#define ROWS "SELECT count(*) FROM locks"

static int
take(struct ft_store *store, const char *subject, enum ft_lock_kind kind)
{
    return ft_store_lock(store, subject, kind, "protect vm1", NULL);
}

static void
test_alone(void **state)
{
    struct ft_store *one = open_store(), *two = open_store();
    struct ft_error why = FT_ERROR_INIT;
    char wanted[64];

    (void)state;
    MUST(ft_store_lock(one, "vm 1", FT_LOCK_ALONE, "protect vm1", &err));
    assert_int_equal(ft_store_lock(two, "vm 1", FT_LOCK_ALONE, "x", &why),
                     -EBUSY);
    snprintf(wanted, sizeof(wanted), "process %d, protect vm1, by ",
             (int)getpid());
    if (!strstr(why.text, wanted))
        fail_msg("\"%s\" does not say \"%s\"", why.text, wanted);
    assert_true(*why.hint);
    MUST(ft_store_lock(two, "vm 2", FT_LOCK_ALONE, "protect vm2", &err));
    assert_int_equal(number_of(ROWS), 2);
    ft_store_unlock(one, "vm 1");
    assert_int_equal(take(two, "vm 1", FT_LOCK_ALONE), 0);
    ft_store_close(two);
    assert_int_equal(take(one, "vm 2", FT_LOCK_ALONE), 0);
    assert_int_equal(number_of(ROWS), 1);
    ft_store_close(one);
    assert_int_equal(number_of(ROWS), 0);
}

/* Taken twice, it takes two to give it back. */
static void
test_nested(void **state)
{
    struct ft_store *one = open_store(), *two = open_store();

    (void)state;
    ft_store_unlock(one, "vm 1"); /* not held: no harm */
    assert_int_equal(take(one, "vm 1", FT_LOCK_ALONE), 0);
    assert_int_equal(take(one, "vm 1", FT_LOCK_SHARED), 0);
    assert_int_equal(number_of(ROWS), 1);
    ft_store_unlock(one, "vm 1");
    assert_int_equal(take(two, "vm 1", FT_LOCK_SHARED), -EBUSY);
    ft_store_unlock(one, "vm 1");
    assert_int_equal(take(two, "vm 1", FT_LOCK_SHARED), 0);
    assert_int_equal(take(two, "vm 1", FT_LOCK_SHARED), 0);
    ft_store_unlock_all(two);
    assert_int_equal(take(one, "vm 1", FT_LOCK_ALONE), 0);
    ft_store_close(one);
    ft_store_close(two);
}

static void
test_shared(void **state)
{
    struct ft_store *one = open_store(), *two = open_store();

    (void)state;
    assert_int_equal(take(one, "host h1", FT_LOCK_SHARED), 0);
    assert_int_equal(take(two, "host h1", FT_LOCK_SHARED), 0);
    assert_int_equal(number_of(ROWS), 2);
    assert_int_equal(take(one, "host h1", FT_LOCK_ALONE), -EBUSY);
    ft_store_unlock(two, "host h1");
    assert_int_equal(take(one, "host h1", FT_LOCK_ALONE), 0);
    assert_int_equal(number_of("SELECT alone FROM locks"), 1);
    assert_int_equal(take(two, "host h1", FT_LOCK_SHARED), -EBUSY);
    ft_store_close(one);
    assert_int_equal(take(two, "host h1", FT_LOCK_SHARED), 0);
    ft_store_close(two);
}

/* A child that has the lock when this returns, and is killed by its end. */
static pid_t
start_holder(enum ft_lock_kind kind)
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ft_store *store;

        if (ft_store_open(path, FT_STORE_CREATE, &store, NULL) ||
            take(store, "vm 1", kind) || write(ready[1], "r", 1) != 1)
            _exit(1);
        pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void
kill_holder(pid_t pid)
{
    int status;

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void
test_dead_holder(void **state)
{
    struct ft_store *store = open_store();
    struct ft_error why = FT_ERROR_INIT;
    char wanted[32];
    pid_t pid = start_holder(FT_LOCK_SHARED), other;

    (void)state;
    kill_holder(pid);
    other = start_holder(FT_LOCK_SHARED); /* tidies up behind the first */
    assert_int_equal(number_of(ROWS), 1);
    assert_int_equal(ft_store_lock(store, "vm 1", FT_LOCK_ALONE, "x", &why),
                     -EBUSY);
    snprintf(wanted, sizeof(wanted), "process %d,", (int)other);
    assert_non_null(strstr(why.text, wanted));
    kill_holder(other);
    assert_int_equal(number_of(ROWS), 1); /* its row means nothing */
    assert_int_equal(take(store, "vm 1", FT_LOCK_ALONE), 0);
    assert_int_equal(number_of(ROWS), 1);
    ft_store_close(store);
}

static void
test_too_long(void **state)
{
    struct ft_store *store = open_store();
    char name[FT_STORE_NAME + 1], doing[2000];

    (void)state;
    memset(name, 'x', FT_STORE_NAME);
    name[FT_STORE_NAME] = '\0';
    memset(doing, 'y', sizeof(doing) - 1);
    doing[sizeof(doing) - 1] = '\0';
    FAILS(ENAMETOOLONG, ft_store_lock(store, name, FT_LOCK_ALONE, "x", &err));
    MUST(ft_store_lock(store, name + 1, FT_LOCK_ALONE, doing, &err));
    ft_store_close(store);
}

static void
test_actor(void **state)
{
    struct ft_actor actor;

    (void)state;
    setenv("SSH_CLIENT", "10.0.0.5 40000 22", 1);
    ft_actor_self(&actor);
    assert_string_equal(actor.origin, "10.0.0.5");
    assert_true(*actor.who);
    if (geteuid() != 0)
        return;
    setenv("SUDO_USER", "ops", 1);
    ft_actor_self(&actor);
    assert_string_equal(actor.who, "ops");
    unsetenv("SUDO_USER");
    ft_actor_self(&actor);
    assert_string_equal(actor.who, "root");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_alone, setup),
        cmocka_unit_test_setup(test_nested, setup),
        cmocka_unit_test_setup(test_shared, setup),
        cmocka_unit_test_setup(test_dead_holder, setup),
        cmocka_unit_test_setup(test_too_long, setup),
        cmocka_unit_test_setup(test_actor, setup),
    };

    RUN_IN_FOLDER(tests);
}
