/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/inject.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

#define VDSO_LIMIT (64u << 10)
#define MAPS_LIMIT (16u << 20)
#define POLL_NS (50 * FT_NS_PER_US)
#define STOPS_MAX 16         /* stops for other reasons on the way */
#define SYSCALL_SIZE 2       /* bytes of the instruction 0f 05 */
#define KERNEL_SIGSET_SIZE 8 /* bytes, PTRACE_SETSIGMASK(ptrace(2)) */

/* What parent and child share; the child writes, the parent reads after it. */
struct report {
    volatile int rc;      /* 0 or -errno of the injection */
    volatile long result; /* of the call itself */
};

struct tracee {
    pid_t pid;
    int64_t deadline;
    uint64_t instruction; /* address of a syscall instruction */
    struct user_regs_struct saved;
    uint64_t saved_mask;
    bool stop_again; /* a SIGSTOP came while we held it */
};

static int
find_vdso(pid_t pid, uint64_t *start, uint64_t *end)
{
    FT_AUTOFREE char *maps = NULL;
    char path[64], *line, *mark;
    int rc;

    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    rc = ft_file_read(path, MAPS_LIMIT, &maps, NULL);
    if (rc < 0)
        return rc == -ENOENT ? -ESRCH : rc;
    mark = strstr(maps, "[vdso]");
    if (!mark)
        return -ENOEXEC;
    for (line = mark; line > maps && line[-1] != '\n'; line--)
        ;
    return sscanf(line, "%lx-%lx", start, end) == 2 ? 0 : -ENOEXEC;
}

/* Address of a syscall instruction in the vdso, which every process maps. */
static int
find_instruction(pid_t pid, uint64_t *address)
{
    FT_AUTOFREE unsigned char *code = NULL;
    uint64_t start, end, i;
    struct iovec local, remote;
    int rc = find_vdso(pid, &start, &end);

    if (rc < 0)
        return rc;
    if (end <= start || end - start > VDSO_LIMIT)
        return -ENOEXEC;
    code = malloc(end - start);
    if (!code)
        return -ENOMEM;
    local = (struct iovec){ code, end - start };
    remote = (struct iovec){ (void *)(uintptr_t)start, end - start };
    if (process_vm_readv(pid, &local, 1, &remote, 1, 0) !=
        (ssize_t)(end - start))
        return -errno;
    for (i = 0; i + 1 < end - start; i++) {
        if (code[i] == 0x0f && code[i + 1] == 0x05) {
            *address = start + i;
            return 0;
        }
    }
    return -ENOEXEC;
}

/* ----- from here on in the child: system calls only ----- */

/* Waits for the next stop; its signal word goes to *status. */
static int
wait_stop(struct tracee *t, int *status)
{
    for (;;) {
        pid_t pid = waitpid(t->pid, status, __WALL | WNOHANG);

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

    if (ptrace(PTRACE_SEIZE, t->pid, NULL, NULL) < 0 ||
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
    uint64_t blocked = ~(UINT64_C(1) << (SIGTRAP - 1));

    /* With its signals blocked the only stop to come is that of the step. */
    if (ptrace(PTRACE_GETREGS, t->pid, NULL, &t->saved) < 0 ||
        ptrace(PTRACE_GETSIGMASK, t->pid, (void *)KERNEL_SIGSET_SIZE,
               &t->saved_mask) < 0 ||
        ptrace(PTRACE_SETSIGMASK, t->pid, (void *)KERNEL_SIGSET_SIZE,
               &blocked) < 0)
        return -errno;
    return 0;
}

static int
restore(struct tracee *t)
{
    int rc = 0;

    if (ptrace(PTRACE_SETREGS, t->pid, NULL, &t->saved) < 0)
        rc = -errno;
    if (ptrace(PTRACE_SETSIGMASK, t->pid, (void *)KERNEL_SIGSET_SIZE,
               &t->saved_mask) < 0)
        rc = -errno;
    return rc;
}

/* Runs until the instruction is done; *after are the registers then. */
static int
step(struct tracee *t, struct user_regs_struct *after)
{
    int status, i, rc;

    for (i = 0; i < STOPS_MAX; i++) {
        if (ptrace(PTRACE_SINGLESTEP, t->pid, NULL, NULL) < 0)
            return -errno;
        rc = wait_stop(t, &status);
        if (rc < 0)
            return rc;
        if (ptrace(PTRACE_GETREGS, t->pid, NULL, after) < 0)
            return -errno;
        if (WSTOPSIG(status) == SIGSTOP)
            t->stop_again = true;
        if (after->rip == t->instruction + SYSCALL_SIZE)
            return 0;
    }
    return -EAGAIN;
}

static int
run_call(struct tracee *t, const struct ft_inject_call *call, long *result)
{
    struct user_regs_struct regs = t->saved, after;
    int rc;

    regs.rip = t->instruction;
    regs.rax = (unsigned long)call->number;
    regs.rdi = call->arguments[0];
    regs.rsi = call->arguments[1];
    regs.rdx = call->arguments[2];
    regs.r10 = call->arguments[3];
    regs.r8 = call->arguments[4];
    regs.r9 = call->arguments[5];
    /* Not in a system call: or the kernel would restart the interrupted one
     * with our registers (arch/x86/kernel/signal.c). When the saved registers
     * come back, orig_rax with them, it restarts it as it would have. */
    regs.orig_rax = (unsigned long)-1;
    if (ptrace(PTRACE_SETREGS, t->pid, NULL, &regs) < 0)
        return -errno;
    rc = step(t, &after);
    if (rc == 0)
        *result = (long)after.rax;
    return rc;
}

static int
inject_stopped(struct tracee *t, const struct ft_inject_call *call, long *result)
{
    int rc, restored;

    rc = save(t);
    if (rc < 0)
        return rc;
    /* From here the target must get back what it had, however long it takes:
     * the caller's patience counts for the stop alone. */
    t->deadline = INT64_MAX;
    rc = run_call(t, call, result);
    restored = rc == -ESRCH ? 0 : restore(t);
    return rc < 0 ? rc : restored;
}

static void
child(struct tracee *t, const struct ft_inject_call *call, struct report *report)
{
    long result = 0;
    int rc = stop(t);

    if (rc == 0)
        rc = inject_stopped(t, call, &result);
    ptrace(PTRACE_DETACH, t->pid, NULL, NULL);
    if (t->stop_again)
        kill(t->pid, SIGSTOP);
    report->result = result;
    report->rc = rc;
    _exit(0);
}

/* ----- end of the child's part ----- */

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
    default:
        return ft_fail(err, -rc, NULL, "system call in process %d: %s", pid,
                       strerror(-rc));
    }
}

static int
wait_child(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno == ECHILD)
            return 0; /* SIGCHLD is ignored: it ended all the same */
        if (errno != EINTR)
            return -errno;
    }
    return WIFEXITED(status) ? 0 : -EIO;
}

int
ft_inject(pid_t pid, struct ft_inject_call *call, int timeout_ms,
          struct ft_error *err)
{
    struct tracee t = { .pid = pid,
                        .deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS };
    struct report *report;
    pid_t helper;
    int rc = find_instruction(pid, &t.instruction);

    if (rc < 0)
        return explain(rc, pid, err);
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    report->rc = -EIO;
    helper = fork();
    if (helper == 0)
        child(&t, call, report);
    rc = helper < 0 ? -errno : wait_child(helper);
    if (rc == 0)
        rc = report->rc;
    call->result = report->result;
    munmap(report, sizeof(*report));
    return explain(rc, pid, err);
}
