/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two pieces of code that every process has in its C library, found by their
 * bytes: a system call that returns, and what its signal handlers return to.
 *
 * Only mappings of files that cannot be written are looked at: what a guest can
 * write, TCG's translations as well, is not run. Threads: thread safe.
 */
#ifndef FT_QEMU_INJECT_CODE_H
#define FT_QEMU_INJECT_CODE_H

#include <stdint.h>
#include <sys/types.h>

struct ft_inject_code {
    uint64_t call;     /* address of: syscall; ret */
    uint64_t restorer; /* address of: mov $15 (rt_sigreturn), %rax; syscall */
};

/* -ESRCH the process is gone, -ENOEXEC it has no such code, -EOPNOTSUPP its
 * returns are guarded (a shadow stack), so that the two cannot be joined. */
int ft_inject_code_find(pid_t pid, struct ft_inject_code *code);

#endif
