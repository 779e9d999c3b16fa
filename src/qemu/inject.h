/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One system call inside another running process, by ptrace(2). x86-64.
 *
 * The work is done by a short-lived child of ours, so that it is finished even
 * when this process is killed in its middle: a half restored QEMU would crash.
 * One thread of the target (its main thread) is seized, interrupted and
 * stopped for some 50 us; its registers and signal mask are put back exactly,
 * an interrupted system call is restarted by the kernel as after any ptrace
 * stop.
 *
 * Threads: thread safe; one injection into one target at a time.
 * Source: ptrace(2); the vdso holds the syscall instruction that is run.
 */
#ifndef FT_QEMU_INJECT_H
#define FT_QEMU_INJECT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct ft_inject_call {
    long number; /* SYS_... */
    uint64_t arguments[6];
    long result; /* what the kernel returned: value or -errno */
};

/*
 * Runs call in process pid; call->result is valid when 0 is returned.
 * -ETIMEDOUT when the target did not stop within timeout_ms (nothing was
 * changed), -EPERM when ptrace is not allowed or another tracer is attached,
 * -ESRCH when it is gone.
 */
int ft_inject(pid_t pid, struct ft_inject_call *call, int timeout_ms,
              struct ft_error *err);

#endif
