/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/inject.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "qemu/inject-code.h"
#include "qemu/inject-frame.h"
#include "qemu/process-memory.h"

#define POLL_NS (50 * FT_NS_PER_US)
#define STOPS_MAX 16                  /* stops for other reasons on the way */
#define SYSCALL_SIZE 2                /* bytes of the instruction 0f 05 */
#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define FXSAVE_SIZE 512
#define KERNEL_SIGSET_SIZE 8 /* bytes, PTRACE_SETSIGMASK(ptrace(2)) */

/* of registers: they lie in one page, which was written just before, so that
 * the kernel never finds half of them when it takes them over */
#define TRACEE_ALIGNED 256

struct tracee {
    pid_t pid;
    int64_t deadline; /* of the first stop */
    bool under_way;   /* it makes the call, and goes on by itself */
    bool stop_again;  /* a SIGSTOP came while we held it */
    struct ft_inject_code code;
    struct ft_inject_thread saved;
    struct ft_inject_frame frame;
    struct user_regs_struct regs __attribute__((aligned(TRACEE_ALIGNED)));
};

/* Waits for the next stop; its signal word goes to *status. */
static int
wait_stop(struct tracee *t, int *status)
{
    for (;;) {
        pid_t pid =
            waitpid(t->pid, status, __WALL | (t->under_way ? 0 : WNOHANG));

        if (pid == t->pid)
            return WIFSTOPPED(*status) ? 0 : -ESRCH;
        if (pid < 0 && errno != EINTR)
            return -errno;
        if (ft_clock_ns() > t->deadline)
            return -ETIMEDOUT;
        ft_clock_sleep(POLL_NS);
    }
}

/* Stops the main thread outside of any signal delivery. */
static int
stop(struct tracee *t)
{
    int status, i, rc;

    if (ptrace(PTRACE_SEIZE, t->pid, NULL, PTRACE_O_TRACESYSGOOD) < 0 ||
        ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL) < 0)
        return -errno;
    for (i = 0; i < STOPS_MAX; i++) {
        rc = wait_stop(t, &status);
        if (rc < 0)
            return rc;
        if (status >> 16 == PTRACE_EVENT_STOP)
            return WSTOPSIG(status) == SIGTRAP ? 0 : -EBUSY;
        /* A signal was on its way: let it through, our stop is still due. */
        if (ptrace(PTRACE_CONT, t->pid, NULL,
                   (void *)(uintptr_t)WSTOPSIG(status)) < 0)
            return -errno;
    }
    return -EAGAIN;
}

static int
save(struct tracee *t)
{
    struct ft_inject_thread *saved = &t->saved;
    struct iovec xstate = { saved->xstate, sizeof(saved->xstate) };

    if (ptrace(PTRACE_GETREGS, t->pid, NULL, &saved->regs) < 0 ||
        ptrace(PTRACE_GETSIGMASK, t->pid, (void *)KERNEL_SIGSET_SIZE,
               &saved->mask) < 0)
        return -errno;
    if (ptrace(PTRACE_GETREGSET, t->pid, (void *)NT_X86_XSTATE, &xstate) < 0) {
        xstate.iov_len = FXSAVE_SIZE; /* a CPU without XSAVE */
        if (ptrace(PTRACE_GETREGSET, t->pid, (void *)NT_PRFPREG, &xstate) < 0)
            return -errno;
    }
    saved->size = xstate.iov_len;
    return 0;
}

/* Puts the frame where nobody looks: below the red zone of the stack. */
static int
put_frame(struct tracee *t)
{
    struct iovec local = { t->frame.bytes, 0 }, remote;
    int rc = ft_inject_frame_build(&t->saved, t->code.restorer, &t->frame);

    local.iov_len = t->frame.size;
    remote =
        (struct iovec){ (void *)(uintptr_t)t->frame.address, t->frame.size };
    return rc < 0 ? rc
                  : ft_process_memory_write(t->pid, &local, &remote, 1, NULL);
}

/* The one step by which it makes the call, and after which it comes back alone. */
static int
set_off(struct tracee *t, const struct ft_inject_call *call)
{
    static const uint64_t all = ~UINT64_C(0);

    t->regs = t->saved.regs;
    t->regs.rip = t->code.call;
    t->regs.rsp = t->frame.address;
    t->regs.rax = (unsigned long)call->number;
    t->regs.rdi = call->arguments[0];
    t->regs.rsi = call->arguments[1];
    t->regs.rdx = call->arguments[2];
    t->regs.r10 = call->arguments[3];
    t->regs.r8 = call->arguments[4];
    t->regs.r9 = call->arguments[5];
    /* Not in a system call: or the kernel would restart the interrupted one
     * with these registers (arch/x86/kernel/signal.c). */
    t->regs.orig_rax = (unsigned long)-1;
    if (ptrace(PTRACE_SETREGS, t->pid, NULL, &t->regs) < 0)
        return -errno;
    t->under_way = true;
    /* A signal for which ppoll(2) waits is to end that, not to come between;
     * the frame has the mask. */
    ptrace(PTRACE_SETSIGMASK, t->pid, (void *)KERNEL_SIGSET_SIZE, &all);
    return 0;
}

/* Whether it stands behind the call; what that returned goes to *result. */
static bool
is_done(const struct tracee *t, long *result)
{
    struct user_regs_struct regs;

    if (ptrace(PTRACE_GETREGS, t->pid, NULL, &regs) < 0 ||
        regs.rip != t->code.call + SYSCALL_SIZE)
        return false;
    *result = (long)regs.rax;
    return true;
}

/* Goes on to the next stop; a signal on its way is delivered. */
static int
go_on(struct tracee *t, enum __ptrace_request how, int *status)
{
    int signal = *status >> 16 == 0 ? WSTOPSIG(*status) : 0;
    int rc;

    if (signal == SYSCALL_STOP || signal == SIGSTOP)
        signal = 0;
    rc = ptrace(how, t->pid, NULL, (void *)(uintptr_t)signal) < 0
             ? -errno
             : wait_stop(t, status);
    if (rc == 0 && WSTOPSIG(*status) == SIGSTOP)
        t->stop_again = true;
    return rc;
}

/* Follows it to the end of the call. */
static int
follow(struct tracee *t, long *result)
{
    int status = PTRACE_EVENT_STOP << 16, i, rc = 0, seen = 0;

    for (i = 0; i < STOPS_MAX && rc == 0; i++) {
        rc = go_on(t, PTRACE_SYSCALL, &status);
        /* the first is before, the second behind the call */
        if (rc == 0 && status >> 8 == SYSCALL_STOP && ++seen == 2)
            return is_done(t, result) ? 0 : -EPROTO;
    }
    return rc < 0 ? rc : -EAGAIN;
}

/*
 * Spares it the way back by its frame, by which a sleep begins anew and a signal
 * that came meanwhile does not end the system call it waits in. Has to be done at
 * a stop where the kernel restarts system calls. It comes back without it, too.
 */
static void
put_back(struct tracee *t)
{
    int status = SYSCALL_STOP << 8, i;
    long unused;

    if (ptrace(PTRACE_INTERRUPT, t->pid, NULL, NULL) < 0)
        return;
    for (i = 0; i < STOPS_MAX && go_on(t, PTRACE_CONT, &status) == 0; i++) {
        if (status >> 16 != PTRACE_EVENT_STOP || WSTOPSIG(status) != SIGTRAP)
            continue;
        /* The mask first: until its registers are back the frame has it. */
        t->regs = t->saved.regs;
        if (is_done(t, &unused) &&
            ptrace(PTRACE_SETSIGMASK, t->pid, (void *)KERNEL_SIGSET_SIZE,
                   &t->saved.mask) == 0)
            ptrace(PTRACE_SETREGS, t->pid, NULL, &t->regs);
        return;
    }
}

static int
inject(struct tracee *t, struct ft_inject_call *call)
{
    int64_t begin = ft_clock_ns();
    int rc = stop(t);

    if (rc == 0)
        rc = save(t);
    if (rc == 0)
        rc = put_frame(t);
    if (rc == 0)
        rc = set_off(t, call);
    if (rc == 0)
        rc = follow(t, &call->result);
    if (rc == 0)
        put_back(t);
    ptrace(PTRACE_DETACH, t->pid, NULL, NULL);
    call->held_ns = ft_clock_ns() - begin;
    if (t->stop_again)
        kill(t->pid, SIGSTOP);
    return rc;
}

static int
explain(int rc, pid_t pid, struct ft_error *err)
{
    switch (rc) {
    case 0:
        return 0;
    case -ETIMEDOUT:
        return ft_fail(err, ETIMEDOUT, "is its storage hanging?",
                       "process %d did not stop for us in time", pid);
    case -ESRCH:
        return ft_fail(err, ESRCH, NULL, "process %d is gone", pid);
    case -EPERM:
        return ft_fail(err, EPERM,
                       "is a debugger attached to QEMU, or ptrace "
                       "forbidden here?",
                       "process %d cannot be traced", pid);
    case -EBUSY:
        return ft_fail(err, EBUSY, "send it SIGCONT",
                       "process %d is stopped by a signal", pid);
    case -EOPNOTSUPP:
        return ft_fail(err, EOPNOTSUPP,
                       "start it without GLIBC_TUNABLES=glibc.cpu.x86_shstk",
                       "process %d has a shadow stack", pid);
    case -ENOEXEC:
        return ft_fail(err, ENOEXEC, "is it linked with glibc?",
                       "process %d has no code of a C library", pid);
    default:
        return ft_fail(err, -rc, NULL, "system call in process %d: %s", pid,
                       strerror(-rc));
    }
}

int
ft_inject(pid_t pid, struct ft_inject_call *call, int timeout_ms,
          struct ft_error *err)
{
    FT_AUTOFREE struct tracee *t = aligned_alloc(TRACEE_ALIGNED, sizeof(*t));
    int rc;

    if (!t)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    memset(t, 0, sizeof(*t));
    t->pid = pid;
    t->deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    rc = ft_inject_code_find(pid, &t->code);
    if (rc == 0)
        rc = inject(t, call);
    return explain(rc, pid, err);
}
