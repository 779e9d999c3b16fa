/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One system call inside another running process, by ptrace(2). x86-64.
 *
 * One thread of the target (its main thread) is seized, interrupted and stopped
 * for some 200 us. Its registers and signal mask are first written as a signal
 * frame below its stack; then one step gives it the registers of the call, whose
 * return address is that of the C library's rt_sigreturn(2). So it makes the call
 * and goes on as before whatever becomes of us: a process that is killed in the
 * middle, at any instruction, leaves the target unharmed. Where nobody is killed
 * its registers are put back before it gets there, and the kernel restarts an
 * interrupted system call as after any ptrace stop.
 *
 * Without it there is no userfaultfd: one is always of the memory of the process
 * that makes it, and QEMU's monitor makes none that is of use to us.
 *
 * It may not be stepped, nor stopped by a breakpoint: when a tracer dies the
 * kernel leaves the flag of single steps set, and the next one kills.
 *
 * Threads: thread safe; one injection into one target at a time, and no other
 * thread may wait for any child (waitpid(-1)) meanwhile.
 * Source: ptrace(2); inject-frame.h.
 */
#ifndef FT_QEMU_INJECT_H
#define FT_QEMU_INJECT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct ft_inject_call {
    long number; /* SYS_... */
    uint64_t arguments[6];
    long result;     /* what the kernel returned: value or -errno */
    int64_t held_ns; /* for so long the thread stood, at most */
};

/*
 * Runs call in process pid; call->result is valid when 0 is returned.
 * -ETIMEDOUT when the target did not stop within timeout_ms (nothing was
 * changed), -EFAULT when its stack has no room, -ENOEXEC or -EOPNOTSUPP when it
 * has no such code (inject-code.h), -EPERM when ptrace is not allowed or another
 * tracer is attached, -ESRCH when it is gone.
 */
int ft_inject(pid_t pid, struct ft_inject_call *call, int timeout_ms,
              struct ft_error *err);

#endif
