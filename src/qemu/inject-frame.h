/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signal frame of a stopped thread, x86-64: what rt_sigreturn(2) makes all
 * of its registers and its signal mask of, without anybody's help.
 *
 * Pure; threads: thread safe. A system call that was interrupted begins anew:
 * the kernel forgets how much of a sleep was left (its restart block) when a
 * signal frame goes, so one that counts from its call takes that much longer. One that
 * was interrupted before, and goes on by that block (restart_syscall(2)), ends with
 * EINTR, as by a signal.
 *
 * Source: Linux arch/x86/kernel/signal_64.c, fpu/signal.c; asm/sigcontext.h.
 */
#ifndef FT_QEMU_INJECT_FRAME_H
#define FT_QEMU_INJECT_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

#define FT_INJECT_XSTATE_MAX 12288 /* bytes: more than any x86-64 has today */
#define FT_INJECT_FRAME_MAX (FT_INJECT_XSTATE_MAX + 512)

/* A thread as ptrace(2) tells of it. */
struct ft_inject_thread {
    struct user_regs_struct regs;
    uint64_t mask; /* signals blocked */
    size_t size;   /* bytes of xstate */
    uint8_t xstate[FT_INJECT_XSTATE_MAX]
        __attribute__((aligned(64))); /* NT_X86_XSTATE, or 512 bytes of fxsave */
};

struct ft_inject_frame {
    uint64_t address; /* in the thread's stack, below all that it uses */
    size_t size;      /* bytes */
    uint8_t bytes[FT_INJECT_FRAME_MAX];
};

/*
 * The frame for thread; its first word is where a return from address goes to:
 * restorer, which has to call rt_sigreturn(2). -EINVAL when the thread is not
 * one of 64 bits, or its xstate is none. Changes features in xstate's header.
 */
int ft_inject_frame_build(struct ft_inject_thread *thread, uint64_t restorer,
                          struct ft_inject_frame *frame);

#endif
