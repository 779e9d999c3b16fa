/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time of virtual CPUs, told by threads that are called as QEMU calls them. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "qemu/vcpu-time.h"

#define SOME_NS 2000000

struct worker {
    const char *name;
    atomic_bool named, stop;
    pid_t thread;
};

static void *
spin(void *opaque)
{
    struct worker *w = opaque;

    prctl(PR_SET_NAME, w->name);
    w->thread = (pid_t)syscall(SYS_gettid);
    atomic_store(&w->named, true);
    while (!atomic_load(&w->stop))
        ;
    return NULL;
}

static void
begin(struct worker *w, const char *name, pthread_t *thread)
{
    w->name = name;
    atomic_init(&w->named, false);
    atomic_init(&w->stop, false);
    assert_int_equal(pthread_create(thread, NULL, spin, w), 0);
    while (!atomic_load(&w->named))
        usleep(1000);
}

static void
test_only_vcpus_count(void **state)
{
    struct worker other, vcpu;
    pthread_t threads[2];

    (void)state;
    assert_int_equal(ft_vcpu_time(getpid()), 0);
    begin(&other, "worker", &threads[0]);
    usleep(SOME_NS / 1000 * 5);
    assert_int_equal(ft_vcpu_time(getpid()), 0);
    assert_int_equal(ft_vcpu_waited(getpid()), 0);
    begin(&vcpu, "CPU 0/TCG", &threads[1]);
    while (ft_vcpu_time(getpid()) < SOME_NS)
        usleep(1000);
    assert_true(ft_vcpu_waited(getpid()) > 0); /* its first turn at least */
    ft_vcpu_give_way(getpid());
    assert_int_equal(getpriority(PRIO_PROCESS, (id_t)vcpu.thread), 19);
    assert_int_equal(getpriority(PRIO_PROCESS, (id_t)other.thread), 19);
    atomic_store(&other.stop, true);
    atomic_store(&vcpu.stop, true);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
}

/* Where one emulator thread runs them all by turns. */
static void
test_shared_thread(void **state)
{
    struct worker all;
    pthread_t thread;

    (void)state;
    begin(&all, "ALL CPUs/TCG", &thread);
    for (int i = 0; i < 5000 && ft_vcpu_time(getpid()) < SOME_NS; i++)
        usleep(1000);
    assert_true(ft_vcpu_time(getpid()) >= SOME_NS);
    atomic_store(&all.stop, true);
    pthread_join(thread, NULL);
}

static void
test_no_process(void **state)
{
    (void)state;
    assert_int_equal(ft_vcpu_time(0x7ffffff0), 0);
    assert_int_equal(ft_vcpu_waited(0x7ffffff0), 0);
    ft_vcpu_give_way(0x7ffffff0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_process),
        cmocka_unit_test(test_only_vcpus_count),
        cmocka_unit_test(test_shared_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
