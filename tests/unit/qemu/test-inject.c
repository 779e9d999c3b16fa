/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever injects a system call may be killed at any time: the target goes on
 * with every register as it was. It is a child of this test with threads that
 * fill all their registers, spin and compare; needs root and ptrace.
 */
#include "config.h"

#include "tests/unit/virt-test.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "qemu/inject.h"

#define PATIENCE_MS 20000 /* of a machine where others work too */
#define PATIENCE_NS (PATIENCE_MS * FT_NS_PER_MS)
#define THREADS 3  /* the first is the one that is injected into */
#define GENERAL 14 /* registers: all but rsp, and rdi, which leads to them */
#define VECTORS 16 /* of 32 bytes, or 16 on a CPU without AVX */
#define STEPS_MAX 4000 /* stops of the injecting process, to its end */
#define SPINS 200000
#define MXCSR_DOWN 0x3f80 /* rounds down: not what a new thread has */

/* What a round fills the registers with, and what it found in them. */
struct round {
    uint64_t general[GENERAL], general_out[GENERAL];
    uint64_t vectors[VECTORS * 4], vectors_out[VECTORS * 4];
    uint64_t red_zone[2], red_zone_out[2];
    uint64_t spins;
} __attribute__((aligned(64)));

struct shared {
    _Atomic uint64_t rounds[THREADS];
    atomic_uint wrong;  /* enum found of all threads */
    atomic_bool killed; /* those that inject are */
    atomic_int end;
};

/* What a thread found changed. */
enum found {
    REGISTER = 1 << 0,
    ROUNDING = 1 << 1,
    MASK = 1 << 2,
    SIGNAL_STACK = 1 << 3,
    PROTECTION_KEY = 1 << 4,
    COUNT = 1 << 5,       /* of rounds: in memory, and its own */
    SLEEP = 1 << 6,       /* it was too short */
    INTERRUPTED = 1 << 7, /* or failed */
};

static struct shared *shared;
static pid_t target; /* 0: none */

#define OFFSET(member) [member] "i"(offsetof(struct round, member))

/* clang-format off */
#define EACH_GENERAL(op) \
    op("rax", "0") op("rbx", "1") op("rcx", "2") op("rdx", "3") \
    op("rsi", "4") op("rbp", "5") op("r8", "6") op("r9", "7") \
    op("r10", "8") op("r11", "9") op("r12", "10") op("r13", "11") \
    op("r14", "12") op("r15", "13")
#define EACH_VECTOR(op) \
    op("0") op("1") op("2") op("3") op("4") op("5") op("6") op("7") \
    op("8") op("9") op("10") op("11") op("12") op("13") op("14") op("15")
#define FILL(reg, n) "mov %c[general]+8*" n "(%%rdi), %%" reg "\n"
#define KEEP(reg, n) "mov %%" reg ", %c[general_out]+8*" n "(%%rdi)\n"
#define FILL_XMM(n) "movdqu %c[vectors]+32*" n "(%%rdi), %%xmm" n "\n"
#define KEEP_XMM(n) "movdqu %%xmm" n ", %c[vectors_out]+32*" n "(%%rdi)\n"
#define FILL_YMM(n) "vmovdqu %c[vectors]+32*" n "(%%rdi), %%ymm" n "\n"
#define KEEP_YMM(n) "vmovdqu %%ymm" n ", %c[vectors_out]+32*" n "(%%rdi)\n"
#define XMM(n) "xmm" n,

/* rsp goes down beyond the red zone of this function itself, then its own red
 * zone is used as a leaf function would. */
#define ROUND(fill_vectors, keep_vectors) \
    __asm__ volatile( \
        "sub $512, %%rsp\n push %%rbp\n push %%rbx\n" \
        EACH_GENERAL(FILL) fill_vectors \
        "push %%rax\n" \
        "mov %c[red_zone](%%rdi), %%rax\n mov %%rax, -8(%%rsp)\n" \
        "mov %c[red_zone]+8(%%rdi), %%rax\n mov %%rax, -128(%%rsp)\n" \
        "mov (%%rsp), %%rax\n" \
        "1: decq %c[spins](%%rdi)\n jnz 1b\n" \
        EACH_GENERAL(KEEP) keep_vectors \
        "mov -8(%%rsp), %%rax\n mov %%rax, %c[red_zone_out](%%rdi)\n" \
        "mov -128(%%rsp), %%rax\n mov %%rax, %c[red_zone_out]+8(%%rdi)\n" \
        "add $8, %%rsp\n pop %%rbx\n pop %%rbp\n add $512, %%rsp\n" \
        : \
        : "D"(round), OFFSET(general), OFFSET(general_out), OFFSET(vectors), \
          OFFSET(vectors_out), OFFSET(red_zone), OFFSET(red_zone_out), \
          OFFSET(spins) \
        : "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", \
          "r14", "r15", EACH_VECTOR(XMM) "memory", "cc")
/* clang-format on */

static bool
is_round_right(struct round *round, uint64_t seed, bool avx)
{
    const size_t pattern = offsetof(struct round, spins);

    for (size_t i = 0; i < pattern / 8; i++)
        ((uint64_t *)round)[i] = (seed + i) * 6364136223846793005u;
    memset(round->general_out, 0, sizeof(round->general_out));
    memcpy(round->vectors_out, round->vectors, sizeof(round->vectors));
    for (size_t i = 0; i < VECTORS * 4; i++)
        if (avx || i % 4 < 2)
            round->vectors_out[i] = 0;
    round->spins = SPINS;
    if (avx)
        ROUND(EACH_VECTOR(FILL_YMM), EACH_VECTOR(KEEP_YMM));
    else
        ROUND(EACH_VECTOR(FILL_XMM), EACH_VECTOR(KEEP_XMM));
    return !memcmp(round->general, round->general_out, sizeof(round->general)) &&
           !memcmp(round->vectors, round->vectors_out, sizeof(round->vectors)) &&
           !memcmp(round->red_zone, round->red_zone_out,
                   sizeof(round->red_zone));
}

/*
 * Sleeps in system calls that are interrupted in different ways. One that was begun
 * again before may end by EINTR (inject-frame.h).
 */
static unsigned
sleep_wrong(void)
{
    struct timespec nap = { 0, 1000000 };
    int64_t at = ft_clock_ns();
    sigset_t none;

    sigemptyset(&none);
    if (nanosleep(&nap, NULL) || poll(NULL, 0, 1) || ppoll(NULL, 0, &nap, &none))
        return errno == EINTR && atomic_load(&shared->killed) ? 0 : INTERRUPTED;
    return ft_clock_ns() - at < 3 * FT_NS_PER_MS ? SLEEP : 0;
}

static uint32_t
mxcsr(void)
{
    uint32_t value;

    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

static void *
work(void *opaque)
{
    static __thread uint64_t own;
    const int number = (int)(intptr_t)opaque;
    const bool avx = __builtin_cpu_supports("avx");
    const uint32_t rounding = MXCSR_DOWN;
    struct round round;
    sigset_t mask, now;
    stack_t stack = { .ss_sp = malloc(64 << 10), .ss_size = 64 << 10 };
    stack_t before, found;
    int key = pkey_alloc(0, PKEY_DISABLE_WRITE);

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaltstack(&stack, &before);
    __asm__ volatile("ldmxcsr %0" : : "m"(rounding));
    for (own = 0; !atomic_load(&shared->end); own++) {
        unsigned wrong = is_round_right(&round, own, avx) ? 0 : REGISTER;

        if ((mxcsr() & ~0x3fu) != rounding)
            wrong |= ROUNDING;
        if (pthread_sigmask(SIG_SETMASK, NULL, &now) || memcmp(&mask, &now, 8))
            wrong |= MASK;
        if (sigaltstack(NULL, &found) || found.ss_sp != stack.ss_sp ||
            found.ss_flags)
            wrong |= SIGNAL_STACK;
        if (key >= 0 && pkey_get(key) != PKEY_DISABLE_WRITE)
            wrong |= PROTECTION_KEY;
        if (own != atomic_load(&shared->rounds[number]))
            wrong |= COUNT;
        if (own % 4 == 0)
            wrong |= sleep_wrong();
        atomic_fetch_or(&shared->wrong, wrong);
        atomic_fetch_add(&shared->rounds[number], 1);
    }
    sigaltstack(&before, NULL);
    free(stack.ss_sp);
    return NULL;
}

static int
start_target(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    memset(shared, 0, sizeof(*shared));
    target = fork();
    if (target)
        return target < 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (intptr_t i = 1; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)i))
            _exit(1);
    work(NULL);
    for (int i = 1; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

/* All threads of the target come on, and found nothing changed. */
static void
check_target(int step)
{
    int64_t deadline = ft_clock_ns() + PATIENCE_NS;
    uint64_t before[THREADS];
    int status;

    for (int i = 0; i < THREADS; i++)
        before[i] = atomic_load(&shared->rounds[i]);
    for (int i = 0; i < THREADS; i++) {
        while (atomic_load(&shared->rounds[i]) < before[i] + 2) {
            if (waitpid(target, &status, WNOHANG) == target)
                fail_msg("step %d: the target ended: %x", step, status);
            if (ft_clock_ns() > deadline)
                fail_msg("step %d: thread %d stands", step, i);
            ft_clock_sleep(FT_NS_PER_MS / 10);
        }
    }
    if (atomic_load(&shared->wrong))
        fail_msg("step %d: found changed: %#x", step,
                 atomic_load(&shared->wrong));
}

static void
end_target(void)
{
    int status;

    atomic_store(&shared->end, 1);
    assert_int_equal(waitpid(target, &status, 0), target);
    target = 0;
    assert_int_equal(status, 0);
    assert_int_equal(atomic_load(&shared->wrong), 0);
}

/* What a test that failed leaves. */
static int
kill_target(void **state)
{
    (void)state;
    if (target && kill(target, SIGKILL) == 0)
        waitpid(target, NULL, 0);
    target = 0;
    return 0;
}

/* The process that injects; traced itself when it is to be stopped. */
static pid_t
start_injector(bool traced)
{
    struct ft_inject_call call = { .number = SYS_getpid };
    pid_t pid = fork();

    if (pid)
        return pid;
    if (traced) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
    }
    if (ft_inject(target, &call, PATIENCE_MS, NULL) || call.result != target)
        _exit(1);
    _exit(0);
}

/* Kills the injecting process before or after one of its system calls, which
 * are all that the target can notice of it; false when it came to its end. */
static bool
kill_at(int step)
{
    pid_t pid = start_injector(true);
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    for (int i = 0; i < step && WIFSTOPPED(status); i++) {
        int signal = WSTOPSIG(status);

        if (signal == SIGTRAP || signal == SIGSTOP)
            signal = 0;
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL,
                                (void *)(intptr_t)signal),
                         0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
    }
    if (!WIFSTOPPED(status)) {
        assert_int_equal(status, 0);
        return false;
    }
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
        ;
    assert_true(WIFSIGNALED(status));
    return true;
}

static void
test_killed_at_every_step(void **state)
{
    int step = 0;

    (void)state;
    atomic_store(&shared->killed, true);
    check_target(-1);
    while (step < STEPS_MAX && kill_at(step))
        check_target(step++);
    assert_in_range(step, 30, STEPS_MAX - 1);
    end_target();
}

/* In the kernel as well, where nothing stops the injecting process. */
static void
test_killed_at_any_time(void **state)
{
    (void)state;
    atomic_store(&shared->killed, true);
    check_target(-1);
    for (int i = 0; i < 300; i++) {
        pid_t injector = start_injector(false);

        ft_clock_sleep((int64_t)(i * 7919 % 3000) * FT_NS_PER_US);
        kill(injector, SIGKILL);
        assert_int_equal(waitpid(injector, NULL, 0), injector);
        if (i % 10 == 0)
            check_target(i);
    }
    check_target(300);
    end_target();
}

static void
test_not_killed(void **state)
{
    struct ft_inject_call call = { .number = SYS_getpid };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (int i = 0; i < 300; i++) {
        if (ft_inject(target, &call, PATIENCE_MS, &err))
            fail_msg("%s", err.text);
        assert_int_equal(call.result, target);
    }
    check_target(300);
    end_target();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_not_killed, start_target,
                                        kill_target),
        cmocka_unit_test_setup_teardown(test_killed_at_every_step, start_target,
                                        kill_target),
        cmocka_unit_test_setup_teardown(test_killed_at_any_time, start_target,
                                        kill_target),
    };

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
