/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that stands still but for what it is told: a fork of this test,
 * which has the test's variables at the test's addresses. They are set from
 * here, which costs no switch to it; it unmaps memory itself.
 */
#ifndef FT_TESTS_PUPPET_H
#define FT_TESTS_PUPPET_H

#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qemu/process-memory.h"

#define PUPPET_PAGE 4096

struct puppet_unmap {
    void *at;
    size_t size;
};

static int puppet_orders[2], puppet_answers[2];
static pid_t puppet;

static inline void
puppet_obey(void)
{
    struct puppet_unmap order;

    while (read(puppet_orders[0], &order, sizeof(order)) == sizeof(order)) {
        munmap(order.at, order.size);
        if (write(puppet_answers[1], "", 1) != 1)
            break;
    }
    _exit(0);
}

static inline pid_t
puppet_start(void)
{
    pid_t pid;

    assert_int_equal(pipe(puppet_orders), 0);
    assert_int_equal(pipe(puppet_answers), 0);
    pid = fork();
    if (pid == 0) {
        close(puppet_orders[1]);
        close(puppet_answers[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        puppet_obey();
    }
    close(puppet_orders[0]);
    close(puppet_answers[1]);
    assert_true(pid > 0);
    return puppet = pid;
}

static inline void
puppet_end(pid_t pid)
{
    close(puppet_orders[1]);
    close(puppet_answers[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static inline void
puppet_unmap(void *at, size_t size)
{
    struct puppet_unmap order = { at, size };
    char byte;

    assert_int_equal(write(puppet_orders[1], &order, sizeof(order)),
                     sizeof(order));
    assert_int_equal(read(puppet_answers[0], &byte, 1), 1);
}

static inline void
puppet_set(void *at, uint64_t value)
{
    struct iovec local = { &value, 8 }, remote = { at, 8 };

    assert_int_equal(ft_process_memory_write(puppet, &local, &remote, 1, NULL),
                     0);
}

/* What it has there. */
static inline uint64_t
puppet_get(void *at)
{
    uint64_t value = 0;
    struct iovec local = { &value, 8 }, remote = { at, 8 };

    assert_int_equal(ft_process_memory_read(puppet, &local, &remote, 1, NULL),
                     0);
    return value;
}

/* Memory that the puppet will have too, present. */
static inline void *
puppet_memory(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(at != MAP_FAILED);
    memset(at, 1, size);
    return at;
}

/* In what the kernel calls the heap, whatever malloc does. */
static inline void *
puppet_heap(size_t size)
{
    void *at = sbrk((intptr_t)size);

    assert_true(at != (void *)-1);
    memset(at, 1, size);
    return at;
}

#endif
