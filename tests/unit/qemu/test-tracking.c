/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Injected system calls, memory of another process, and write tracking, on a
 * child of this test instead of QEMU. Needs root, ptrace and Linux 6.7.
 */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "qemu/inject.h"
#include "qemu/kernel-abi.h"
#include "qemu/page-scanners.h"
#include "qemu/process-memory.h"
#include "qemu/qemu-fd.h"
#include "qemu/uffd.h"

#define PAGES 1024
#define SIZE (PAGES * FT_PAGE_SIZE)

#define PATIENCE_MS 20000 /* of a machine where others work too */

static char *memory; /* at the same address in the child */
static int orders[2];

/* The child: writes the byte it is told to the page it is told. */
static void
serve(void)
{
    uint32_t order;

    while (read(orders[0], &order, sizeof(order)) == sizeof(order))
        memory[(order >> 8) * FT_PAGE_SIZE] = (char)order;
    _exit(0);
}

static void
tell(uint32_t page, uint8_t byte)
{
    uint32_t order = page << 8 | byte;

    assert_int_equal(write(orders[1], &order, sizeof(order)), sizeof(order));
}

static pid_t
start_child(void (*body)(void))
{
    pid_t pid;

    assert_int_equal(pipe(orders), 0);
    pid = fork();
    if (pid == 0) {
        close(orders[1]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        body();
        _exit(0);
    }
    close(orders[0]);
    return pid;
}

static int
end_child(pid_t pid)
{
    int status;

    close(orders[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void
wait_page(pid_t pid, uint32_t page, uint8_t byte)
{
    int64_t deadline = ft_clock_ns() + 60 * FT_NS_PER_S;
    uint8_t got = 0;
    struct iovec local = { &got, 1 };
    struct iovec remote = { memory + page * FT_PAGE_SIZE, 1 };

    while (got != byte && ft_clock_ns() < deadline)
        assert_int_equal(ft_process_memory_read(pid, &local, &remote, 1, NULL),
                         0);
    assert_int_equal(got, byte);
}

static void
test_inject(void **state)
{
    pid_t pid = start_child(serve);
    struct ft_inject_call call = { .number = SYS_getpid };
    struct ft_error err = FT_ERROR_INIT;
    int i;

    (void)state;
    for (i = 0; i < 200; i++) {
        /* In between it goes on with the read that was interrupted. */
        if (ft_inject(pid, &call, PATIENCE_MS, &err))
            fail_msg("%s", err.text);
        assert_int_equal(call.result, pid);
        tell((uint32_t)i, (uint8_t)(i + 1));
        wait_page(pid, (uint32_t)i, (uint8_t)(i + 1));
    }
    call = (struct ft_inject_call){ .number = SYS_close, .arguments = { 9999 } };
    assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, &err), 0);
    assert_int_equal(call.result, -EBADF);
    assert_int_equal(end_child(pid), 0);
}

/* Whether somebody has set the byte from outside. */
static int
is_told(const volatile char *byte)
{
    return *byte != 0;
}

/* Keeps all its state in registers, for so many rounds or until it is told. */
static uint64_t
long_sum(uint64_t most, uint64_t *rounds)
{
    uint64_t x = 1, y = 2, n;

    for (n = 0; n < most && !is_told(memory); n++) {
        x = x * 6364136223846793005u + y;
        y ^= x >> 7;
    }
    *rounds = n;
    return x ^ y;
}

static void
compute(void)
{
    uint64_t found[2];
    char byte;

    found[0] = long_sum(UINT64_MAX, &found[1]);
    memcpy(memory + FT_PAGE_SIZE, found, sizeof(found));
    memory[2 * FT_PAGE_SIZE] = 1;
    _exit(read(orders[0], &byte, 1) == 0 ? 0 : 1);
}

/* Sets a byte of the child's memory. */
static void
tell_child(pid_t pid, uint32_t page)
{
    uint8_t one = 1;
    struct iovec local = { &one, 1 };
    struct iovec remote = { memory + page * FT_PAGE_SIZE, 1 };

    assert_int_equal(ft_process_memory_write(pid, &local, &remote, 1, NULL), 0);
}

/* Not one register of a thread that was in the middle of something changes. */
static void
test_inject_while_computing(void **state)
{
    uint64_t found[2] = { 0 }, expected, rounds;
    struct iovec local = { found, sizeof(found) };
    struct iovec remote = { memory + FT_PAGE_SIZE, sizeof(found) };
    struct ft_inject_call call = { .number = SYS_getpid };
    pid_t pid;

    (void)state;
    memory[0] = memory[2 * FT_PAGE_SIZE] = 0;
    pid = start_child(compute);
    for (int n = 0; n < 200; n++) {
        assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, NULL), 0);
        assert_int_equal(call.result, pid);
    }
    tell_child(pid, 0);
    wait_page(pid, 2, 1);
    assert_int_equal(ft_process_memory_read(pid, &local, &remote, 1, NULL), 0);
    expected = long_sum(found[1], &rounds);
    assert_true(rounds == found[1] && rounds > 0);
    assert_true(found[0] == expected);
    assert_int_equal(end_child(pid), 0);
}

/* Sleeps in system calls that restart in different ways, and counts what came
 * back too early or failed. */
static void
sleep_in_ways(void)
{
    struct timespec nap = { 0, 20000000 };
    sigset_t none;
    int bad = 0;

    sigemptyset(&none);
    while (!is_told(memory)) {
        int64_t at = ft_clock_ns();

        bad += nanosleep(&nap, NULL) != 0;       /* restart block */
        bad += ppoll(NULL, 0, &nap, &none) != 0; /* ERESTARTNOHAND, mask */
        bad += poll(NULL, 0, 20) != 0;           /* restart block */
        bad += ft_clock_ns() - at < 60 * FT_NS_PER_MS;
    }
    _exit(bad > 0 ? 1 : 0);
}

static void
test_inject_restarts(void **state)
{
    struct ft_inject_call call = { .number = SYS_getpid };
    int status;
    pid_t pid;

    (void)state;
    memory[0] = 0;
    pid = start_child(sleep_in_ways);
    for (int n = 0; n < 200; n++) {
        assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, NULL), 0);
        usleep(2000);
    }
    tell_child(pid, 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(orders[1]);
}

static volatile sig_atomic_t signals;

static void
count_signal(int unused)
{
    (void)unused;
    signals = signals + 1;
}

/* Counts its signals until its pipe ends. */
static void
count_signals(void)
{
    struct sigaction action = { .sa_handler = count_signal };
    char byte;
    ssize_t n;

    sigaction(SIGUSR1, &action, NULL);
    memory[FT_PAGE_SIZE] = 1;
    do {
        n = read(orders[0], &byte, 1);
        memory[0] = (char)signals;
    } while (n > 0 || (n < 0 && errno == EINTR));
    _exit(signals);
}

/* Signals that come meanwhile are delivered, once each. */
static void
test_inject_signals(void **state)
{
    struct ft_inject_call call = { .number = SYS_getpid };
    int i, status;
    pid_t pid;

    (void)state;
    memory[0] = memory[FT_PAGE_SIZE] = 0;
    pid = start_child(count_signals);
    wait_page(pid, 1, 1);
    for (i = 1; i <= 50; i++) {
        kill(pid, SIGUSR1);
        assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, NULL), 0);
        assert_int_equal(call.result, pid);
        wait_page(pid, 0, (uint8_t)i);
    }
    status = end_child(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 50);
}

static void
test_inject_refusals(void **state)
{
    struct ft_inject_call call = { .number = SYS_getpid };
    struct ft_error err = FT_ERROR_INIT;
    pid_t pid = start_child(serve);

    (void)state;
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    assert_int_equal(ft_inject(pid, &call, 200, &err), -EBUSY);
    kill(pid, SIGCONT);
    assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, &err), 0);
    end_child(pid);
    assert_int_equal(ft_inject(pid, &call, 200, &err), -ESRCH);
}

static void
test_memory(void **state)
{
    enum { N = 3000 };
    static char values[N];
    static struct iovec local[N], remote[N];
    pid_t pid = start_child(serve);
    struct ft_error err = FT_ERROR_INIT;
    int i;

    (void)state;
    for (i = 0; i < N; i++) {
        values[i] = (char)(i * 7);
        local[i] = (struct iovec){ &values[i], 1 };
        remote[i] = (struct iovec){ memory + i * 600, 1 };
    }
    assert_int_equal(ft_process_memory_write(pid, local, remote, N, &err), 0);
    memset(values, 0, sizeof(values));
    assert_int_equal(ft_process_memory_read(pid, local, remote, N, &err), 0);
    for (i = 0; i < N; i++)
        assert_int_equal(values[i], (char)(i * 7));
    local[N - 1].iov_len = 2;
    assert_int_equal(ft_process_memory_read(pid, local, remote, N, &err),
                     -EINVAL);
    local[N - 1].iov_len = 1;
    remote[N - 1].iov_base = (void *)8;
    assert_int_equal(ft_process_memory_read(pid, local, remote, N, &err),
                     -EFAULT);
    end_child(pid);
    assert_int_equal(ft_process_memory_read(pid, local, remote, 1, &err),
                     -ESRCH);
}

/* A userfaultfd of the child, made in it as in QEMU (which gets the device by
 * QMP, the child inherits it). */
static void
open_uffd(pid_t pid, int device, struct ft_uffd *uffd)
{
    struct ft_inject_call call = {
        .number = SYS_ioctl,
        .arguments = { (uint64_t)device, USERFAULTFD_IOC_NEW, O_CLOEXEC }
    };
    struct uffdio_api api = { .api = UFFD_API,
                              .features = UFFD_FEATURE_WP_UNPOPULATED |
                                          UFFD_FEATURE_WP_ASYNC };

    assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, NULL), 0);
    assert_true(call.result >= 0);
    *uffd = (struct ft_uffd){ pid, -1, (int)call.result, 0 };
    assert_int_equal(ft_qemu_fd_find_uffd(pid, -1), uffd->number);
    uffd->fd = ft_qemu_fd_copy(pid, uffd->number);
    assert_true(uffd->fd >= 0);
    assert_int_equal(ioctl(uffd->fd, UFFDIO_API, &api), 0);
    assert_int_equal(ft_qemu_fd_find_uffd(pid, -1), uffd->number);
}

static void
scan(struct ft_page_scan *scanner, int arm, struct ft_page_set *set)
{
    ft_page_set_clear(set);
    assert_int_equal(arm ? ft_page_scan_arm(scanner, (uintptr_t)memory, SIZE, 0,
                                            set)
                         : ft_page_scan_run(scanner, (uintptr_t)memory, SIZE,
                                            false, 0, set),
                     0);
}

/* Ranges against a map of granules: all that was added, whole, in order, few. */
static void
test_ranges(void **state)
{
    enum { GRANULES = 300 };
    static struct ft_page_ranges ranges;
    const uint64_t base = FT_PAGE_GRANULE * 7 + 3 * FT_PAGE_SIZE;
    const uint64_t size = FT_PAGE_GRANULE * GRANULES - FT_PAGE_SIZE;

    (void)state;
    srand(1);
    for (int round = 0; round < 2000; round++) {
        uint64_t last = base, covered = 0;
        struct ft_page_range added[200];
        size_t n = 0, inside = 0;
        bool whole;

        ft_page_ranges_begin(&ranges, base, size);
        for (uint64_t at = base; n < (size_t)round % 200;) {
            uint64_t start = at + (uint64_t)(rand() % 1500) * FT_PAGE_SIZE;
            uint64_t end = start + (uint64_t)(1 + rand() % 8) * FT_PAGE_SIZE;

            if (end > base + size)
                break;
            added[n++] = (struct ft_page_range){ start, end };
            ft_page_ranges_add(&ranges, start, end);
            at = end;
        }
        whole = ft_page_ranges_end(&ranges);
        assert_true(ranges.n <= FT_PAGE_RANGES_MAX);
        assert_int_equal(ranges.n == 0, n == 0);
        for (size_t i = 0; i < ranges.n; i++) {
            const struct ft_page_range *r = &ranges.list[i];

            assert_true(r->start >= last && r->start < r->end);
            assert_true(r->start == base || r->start % FT_PAGE_GRANULE == 0);
            assert_true(r->end == base + size || r->end % FT_PAGE_GRANULE == 0);
            for (last = r->end; inside < n && added[inside].end <= last;
                 inside++)
                assert_true(added[inside].start >= r->start);
            covered += r->end - r->start;
        }
        assert_int_equal(inside, n);
        assert_int_equal(whole, covered > size / 2);
        assert_true(!whole || (ranges.n == 1 && covered == size));
    }
}

/* Written pages far apart: each is found once, by few walks with arming. */
static void
test_tracking_sparse(void **state)
{
    enum { SPARSE = 512 << 20, STEP = 9 << 20 };
    struct uffdio_api api = { .api = UFFD_API,
                              .features = UFFD_FEATURE_WP_UNPOPULATED |
                                          UFFD_FEATURE_WP_ASYNC };
    static struct ft_page_scan scanner;
    struct ft_page_set set = { 0 };
    int device = open("/dev/userfaultfd", O_RDWR);
    char *area = mmap(NULL, SPARSE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct ft_uffd uffd = { getpid(), ioctl(device, USERFAULTFD_IOC_NEW, 0), -1,
                            0 };
    size_t written = 0;

    (void)state;
    assert_ptr_not_equal(area, MAP_FAILED);
    assert_int_equal(ioctl(uffd.fd, UFFDIO_API, &api), 0);
    assert_int_equal(ft_uffd_register(&uffd, (uintptr_t)area, SPARSE, NULL), 0);
    assert_int_equal(ft_page_scan_open(&scanner, 0), 0);
    assert_int_equal(ft_page_scan_run(&scanner, (uintptr_t)area, SPARSE, true,
                                      0, NULL),
                     0);
    for (size_t at = 0; at < SPARSE; at += STEP, written++)
        area[at] = 1;
    assert_int_equal(ft_page_scan_arm(&scanner, (uintptr_t)area, SPARSE, 0,
                                      &set),
                     0);
    assert_int_equal(set.n, written);
    assert_int_equal(set.bytes, written * FT_PAGE_SIZE);
    assert_int_equal(scanner.ranges.n, written);
    assert_int_equal(scanner.wide, 0);
    ft_page_set_clear(&set);
    assert_int_equal(ft_page_scan_arm(&scanner, (uintptr_t)area, SPARSE, 0,
                                      &set),
                     0);
    assert_int_equal(set.bytes, 0);
    /* Everywhere, and again: found by one walk then; then nowhere. */
    for (int i = 0; i < 3; i++) {
        for (size_t at = 0; i < 2 && at < SPARSE; at += 1 << 20)
            area[at] = 2;
        ft_page_set_clear(&set);
        assert_int_equal(ft_page_scan_arm(&scanner, (uintptr_t)area, SPARSE, 0,
                                          &set),
                         0);
        assert_int_equal(set.n, i < 2 ? SPARSE >> 20 : 0);
        assert_int_equal(scanner.wide, i < 2);
    }
    ft_page_scan_close(&scanner);
    ft_page_set_free(&set);
    close(uffd.fd);
    munmap(area, SPARSE);
    close(device);
}

/* Several side by side find what one finds, in its order, and arm it. */
static void
test_tracking_side_by_side(void **state)
{
    enum { AREA = (64 << 20) + 5 * FT_PAGE_SIZE };
    struct uffdio_api api = { .api = UFFD_API,
                              .features = UFFD_FEATURE_WP_UNPOPULATED |
                                          UFFD_FEATURE_WP_ASYNC };
    struct ft_page_scanners scanners = { .n = 0 };
    struct ft_page_set set = { 0 }, one = { 0 };
    int device = open("/dev/userfaultfd", O_RDWR);
    char *area = mmap(NULL, AREA, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct ft_uffd uffd = { getpid(), ioctl(device, USERFAULTFD_IOC_NEW, 0), -1,
                            0 };

    (void)state;
    assert_ptr_not_equal(area, MAP_FAILED);
    assert_int_equal(ioctl(uffd.fd, UFFDIO_API, &api), 0);
    assert_int_equal(ft_uffd_register(&uffd, (uintptr_t)area, AREA, NULL), 0);
    assert_int_equal(ft_page_scanners_open(&scanners, 0, 4), 0);
    assert_int_equal(ft_page_scanners_arm(&scanners, 4, (uintptr_t)area, AREA,
                                          3, NULL),
                     0);
    srand(7);
    for (unsigned round = 0; round < 60; round++) {
        unsigned pages = round < 50 ? (unsigned)rand() % 300 : AREA / 4096;

        for (unsigned i = 0; i < pages; i++)
            area[(size_t)(round < 50 ? rand() % (AREA / FT_PAGE_SIZE) : i) *
                 FT_PAGE_SIZE]++;
        ft_page_set_clear(&one);
        assert_int_equal(ft_page_scan_run(scanners.scans[0], (uintptr_t)area,
                                          AREA, false, 3, &one),
                         0);
        ft_page_set_clear(&set);
        assert_int_equal(ft_page_scanners_arm(&scanners, 1 + round % 5,
                                              (uintptr_t)area, AREA, 3, &set),
                         0);
        assert_int_equal(set.bytes, one.bytes);
        assert_int_equal(set.n, one.n);
        for (size_t i = 0; i < set.n; i++)
            assert_true(set.runs[i].offset == one.runs[i].offset &&
                        set.runs[i].length == one.runs[i].length &&
                        set.runs[i].block == 3);
    }
    ft_page_scanners_close(&scanners);
    assert_int_equal(scanners.n, 0);
    assert_int_equal(ft_page_scanners_open(&scanners, INT_MAX, 2), -ENOENT);
    ft_page_set_free(&set);
    ft_page_set_free(&one);
    close(uffd.fd);
    munmap(area, AREA);
    close(device);
}

static void
test_how_many(void **state)
{
    const uint64_t gib = UINT64_C(1) << 30;

    (void)state;
    assert_int_equal(ft_page_scanners_for(0, 8), 1);
    assert_int_equal(ft_page_scanners_for(8 * gib - 1, 8), 1);
    assert_int_equal(ft_page_scanners_for(8 * gib, 8), 2);
    assert_int_equal(ft_page_scanners_for(8 * gib, 1), 1);
    assert_int_equal(ft_page_scanners_for(64 * gib, 3), 3);
    assert_int_equal(ft_page_scanners_for(UINT64_MAX, UINT_MAX), 4);
}

static void
test_tracking(void **state)
{
    static struct ft_page_scan scanner;
    struct ft_page_set set = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_uffd uffd;
    int device = open("/dev/userfaultfd", O_RDWR);
    pid_t pid;
    uint32_t i;

    (void)state;
    memset(memory, 0, SIZE);
    pid = start_child(serve);
    open_uffd(pid, device, &uffd);
    assert_int_equal(ft_page_scan_open(&scanner, pid), 0);
    assert_int_equal(ft_page_scan_run(&scanner, (uintptr_t)memory, SIZE, true,
                                      0, &set),
                     -EPERM);
    assert_int_equal(ft_uffd_register(&uffd, (uintptr_t)memory, SIZE, &err), 0);
    scan(&scanner, 1, &set);
    assert_int_equal(set.bytes, SIZE);
    scan(&scanner, 1, &set);
    assert_int_equal(set.bytes, 0);
    for (i = 3; i < PAGES; i += 2) {
        tell(i, 1);
        wait_page(pid, i, 1);
    }
    scan(&scanner, 0, &set); /* a look changes nothing */
    assert_int_equal(set.n, (PAGES - 3) / 2 + 1);
    scan(&scanner, 1, &set);
    assert_int_equal(set.n, (PAGES - 3) / 2 + 1);
    assert_int_equal(set.runs[0].offset, 3 * FT_PAGE_SIZE);
    scan(&scanner, 1, &set);
    assert_int_equal(set.bytes, 0);
    /* What another process writes there is seen too. */
    {
        char byte = 9;
        struct iovec local = { &byte, 1 };
        struct iovec remote = { memory + 5 * FT_PAGE_SIZE, 1 };

        assert_int_equal(ft_process_memory_write(pid, &local, &remote, 1, &err),
                         0);
        scan(&scanner, 1, &set);
        assert_int_equal(set.bytes, FT_PAGE_SIZE);
    }
    assert_int_equal(ft_uffd_unregister(&uffd, (uintptr_t)memory, SIZE, &err),
                     0);
    assert_int_equal(ft_uffd_close(&uffd, &err), 0);
    assert_int_equal(ft_qemu_fd_find_uffd(pid, -1), -ENOENT);
    tell(0, 77);
    wait_page(pid, 0, 77);
    ft_page_scan_close(&scanner);
    ft_page_set_free(&set);
    assert_int_equal(end_child(pid), 0);
    close(device);
}

/* Given back by a balloon: a page without a mapping counts as written. */
static void
test_tracking_discarded(void **state)
{
    static struct ft_page_scan scanner;
    struct ft_page_set set = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_uffd uffd;
    int device = open("/dev/userfaultfd", O_RDWR);
    struct ft_inject_call call = { .number = SYS_madvise };
    pid_t pid;

    (void)state;
    memset(memory, 1, SIZE);
    pid = start_child(serve);
    open_uffd(pid, device, &uffd);
    assert_int_equal(ft_page_scan_open(&scanner, pid), 0);
    assert_int_equal(ft_uffd_register(&uffd, (uintptr_t)memory, SIZE, &err), 0);
    scan(&scanner, 1, &set);
    call.arguments[0] = (uintptr_t)memory + 10 * FT_PAGE_SIZE;
    call.arguments[1] = 3 * FT_PAGE_SIZE;
    call.arguments[2] = MADV_DONTNEED;
    assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, &err), 0);
    assert_int_equal(call.result, 0);
    scan(&scanner, 1, &set);
    assert_int_equal(set.bytes, 3 * FT_PAGE_SIZE);
    assert_int_equal(ft_uffd_close(&uffd, &err), 0);
    ft_page_scan_close(&scanner);
    ft_page_set_free(&set);
    end_child(pid);
    close(device);
}

#define HUGE_BYTES ((size_t)2 << 20)

/* Gives the child's bytes from at on back, as a balloon does in QEMU. */
static void
discard(pid_t pid, const char *at, size_t size)
{
    struct ft_inject_call call = { .number = SYS_madvise,
                                   .arguments = { (uintptr_t)at, size,
                                                  MADV_DONTNEED } };

    assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, NULL), 0);
    assert_int_equal(call.result, 0);
}

/*
 * What is given back in one piece takes its table of pages along, huge page or
 * not: a hole counts as written, too, once. Else the copy would keep what was
 * there, and a comparison would find a difference that no guest sees.
 */
static void
test_tracking_holes(void **state)
{
    static struct ft_page_scan scanner;
    static const int advices[] = { MADV_NOHUGEPAGE, MADV_HUGEPAGE };
    struct ft_page_set set = { 0 };
    struct ft_error err = FT_ERROR_INIT;
    int device = open("/dev/userfaultfd", O_RDWR);
    char *room = mmap(NULL, 4 * HUGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *at = (char *)(((uintptr_t)room + HUGE_BYTES - 1) & -HUGE_BYTES);

    (void)state;
    assert_true(room != MAP_FAILED);
    for (size_t i = 0; i < FT_ARRAY_SIZE(advices); i++) {
        struct ft_uffd uffd;
        pid_t pid;

        assert_int_equal(madvise(at, 3 * HUGE_BYTES, MADV_DONTNEED), 0);
        assert_int_equal(madvise(at, 3 * HUGE_BYTES, advices[i]), 0);
        memset(at, 1, 3 * HUGE_BYTES);
        pid = start_child(serve);
        open_uffd(pid, device, &uffd);
        assert_int_equal(ft_page_scan_open(&scanner, pid), 0);
        assert_int_equal(ft_uffd_register(&uffd, (uintptr_t)at, 3 * HUGE_BYTES,
                                          &err),
                         0);
        assert_int_equal(ft_page_scan_run(&scanner, (uintptr_t)at,
                                          3 * HUGE_BYTES, true, 0, NULL),
                         0);
        discard(pid, at + HUGE_BYTES, HUGE_BYTES);
        discard(pid, at + 2 * HUGE_BYTES, 8 * (size_t)FT_PAGE_SIZE);
        ft_page_set_clear(&set);
        assert_int_equal(ft_page_scan_arm(&scanner, (uintptr_t)at,
                                          3 * HUGE_BYTES, 0, &set),
                         0);
        assert_int_equal(set.bytes, HUGE_BYTES + 8 * (size_t)FT_PAGE_SIZE);
        assert_int_equal(set.runs[0].offset, HUGE_BYTES);
        /* and is watched again */
        ft_page_set_clear(&set);
        assert_int_equal(ft_page_scan_arm(&scanner, (uintptr_t)at,
                                          3 * HUGE_BYTES, 0, &set),
                         0);
        assert_int_equal(set.bytes, 0);
        assert_int_equal(ft_uffd_close(&uffd, &err), 0);
        ft_page_scan_close(&scanner);
        end_child(pid);
    }
    ft_page_set_free(&set);
    munmap(room, 4 * HUGE_BYTES);
    close(device);
}

/* A descriptor that only we hold: tracking goes on without the child's, and ends with
 * ours, as it does when we are killed; the child writes on. */
static void
test_tracking_apart(void **state)
{
    int device = open("/dev/userfaultfd", O_RDWR);
    pid_t pid = start_child(serve);
    struct ft_inject_call call = { .number = SYS_close };
    static struct ft_page_scan scanner;
    struct ft_page_set set = { 0 };
    struct ft_uffd uffd;

    (void)state;
    open_uffd(pid, device, &uffd);
    call.arguments[0] = (uint64_t)uffd.number;
    assert_int_equal(ft_inject(pid, &call, PATIENCE_MS, NULL), 0);
    assert_int_equal(call.result, 0);
    assert_int_equal(ft_qemu_fd_find_uffd(pid, -1), -ENOENT);
    assert_int_equal(ft_uffd_register(&uffd, (uintptr_t)memory, SIZE, NULL), 0);
    assert_int_equal(ft_page_scan_open(&scanner, pid), 0);
    scan(&scanner, 1, &set);
    tell(7, 1);
    wait_page(pid, 7, 1);
    scan(&scanner, 1, &set);
    assert_int_equal(set.bytes, FT_PAGE_SIZE);
    close(uffd.fd);
    assert_int_equal(ft_page_scan_run(&scanner, (uintptr_t)memory, SIZE, false,
                                      0, &set),
                     -EPERM);
    tell(7, 2);
    wait_page(pid, 7, 2);
    ft_page_scan_close(&scanner);
    ft_page_set_free(&set);
    end_child(pid);
    close(device);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inject),
        cmocka_unit_test(test_inject_while_computing),
        cmocka_unit_test(test_inject_restarts),
        cmocka_unit_test(test_inject_signals),
        cmocka_unit_test(test_inject_refusals),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_tracking),
        cmocka_unit_test(test_tracking_apart),
        cmocka_unit_test(test_tracking_sparse),
        cmocka_unit_test(test_tracking_side_by_side),
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_tracking_discarded),
        cmocka_unit_test(test_tracking_holes),
    };
    struct ft_error err = FT_ERROR_INIT;

    if (ft_uffd_supported(&err) < 0) {
        fprintf(stderr, "skipped: %s (%s)\n", err.text, err.hint);
        return 77;
    }
    memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
