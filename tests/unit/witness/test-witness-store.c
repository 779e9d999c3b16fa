/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The witness's store in the hands of several processes. */
#include "config.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"
#include "witness/witness-store.h"

#define OPENERS 4
#define ROUNDS 40

static pthread_barrier_t *start;

/* The exit code is the errno of what failed. */
static void
open_and_leave(const char *folder)
{
    struct ft_witness_store *store = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    pthread_barrier_wait(start);
    rc = ft_witness_store_open(folder, &store, &err);
    if (rc)
        print_message("%s\n", err.text);
    ft_witness_store_close(store);
    _exit(-rc);
}

/*
 * A witness starts while its first pair is set: both make the database, of
 * which SQLite lets one only change the journal, and tells the other at once
 * that it is locked, whatever the busy timeout.
 */
static void
test_first_opened_by_several(void **state)
{
    char folder[32];
    pid_t pids[OPENERS];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(folder, sizeof(folder), "round-%d", round);
        for (int i = 0; i < OPENERS; i++) {
            pids[i] = fork();
            assert_true(pids[i] >= 0);
            if (!pids[i])
                open_and_leave(folder);
        }
        for (int i = 0; i < OPENERS; i++) {
            int status = -1;

            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 0);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_opened_by_several),
    };
    pthread_barrierattr_t shared;

    start = mmap(NULL, sizeof(*start), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || pthread_barrierattr_init(&shared) ||
        pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED) ||
        pthread_barrier_init(start, &shared, OPENERS))
        return 1;
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
