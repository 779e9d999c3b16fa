/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/inject-frame.h"

#include <cpuid.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define RED_ZONE 128 /* bytes below the stack pointer that a function may use */
#define CODE_SEGMENT_64 0x33
#define SYSCALL_SIZE 2 /* bytes of the instruction 0f 05 */

/* What an interrupted system call returned inside of the kernel. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

#define UC_FP_XSTATE 1
#define UC_SIGCONTEXT_SS 2
#define UC_STRICT_RESTORE_SS 4
/* Neither on, off nor disabled: sigaltstack(2) refuses it, and rt_sigreturn(2)
 * leaves the thread the one it has, which ptrace(2) does not tell. */
#define ALTSTACK_KEEP 3

#define FXSAVE_SIZE 512
#define XSAVE_MIN 576      /* bytes with the header */
#define SOFTWARE_BYTES 464 /* offset of what the kernel writes for itself */
#define MAGIC1 0x46505853
#define MAGIC2 0x46505845
#define MAGIC2_SIZE 4
#define XCR0_OFFSET SOFTWARE_BYTES  /* in NT_X86_XSTATE: features of the CPU */
#define FEATURES_LEGACY UINT64_C(3) /* x87, SSE */
#define FEATURE_PKRU (UINT64_C(1) << 9)
#define CPUID_XSAVE 0xd

/* struct rt_sigframe without the siginfo, which is for the handler only. */
struct sigframe {
    uint64_t restorer;
    uint64_t flags, link;
    uint64_t altstack, altstack_flags, altstack_size;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
    uint64_t mask;
};

_Static_assert(sizeof(struct sigframe) == 312, "as the kernel has it");

struct software_bytes {
    uint32_t magic1, extended_size;
    uint64_t features;
    uint32_t size, padding[7];
};

static uint64_t
word_at(const uint8_t *bytes, size_t offset)
{
    uint64_t word;

    memcpy(&word, bytes + offset, sizeof(word));
    return word;
}

/* Bytes of an xstate with these features in it. */
static size_t
size_of(uint64_t features)
{
    size_t size = XSAVE_MIN;
    unsigned bytes, offset, c, d;

    for (unsigned i = 2; i < 63; i++) {
        if (!(features >> i & 1))
            continue;
        if (!__get_cpuid_count(CPUID_XSAVE, i, &bytes, &offset, &c, &d))
            return 0;
        if ((size_t)offset + bytes > size)
            size = (size_t)offset + bytes;
    }
    return size;
}

/*
 * Makes the xstate as the kernel writes it in a frame; its size, or 0. What is
 * not in use is left out, because it tells the size: ptrace(2) gives room for
 * features that this thread was never given, and that is refused in a frame.
 */
static size_t
finish_xstate(struct ft_inject_thread *thread)
{
    struct software_bytes software = { .magic1 = MAGIC1 };
    uint64_t used, all;
    size_t size;

    if (thread->size == FXSAVE_SIZE)
        return FXSAVE_SIZE; /* a CPU without XSAVE: nothing is looked at */
    if (thread->size < XSAVE_MIN || thread->size > sizeof(thread->xstate))
        return 0;
    all = word_at(thread->xstate, XCR0_OFFSET);
    /* Always right in what ptrace gives, whatever the header says of it. */
    used = word_at(thread->xstate, FXSAVE_SIZE) | (all & FEATURE_PKRU);
    memcpy(thread->xstate + FXSAVE_SIZE, &used, sizeof(used));
    size = size_of(used);
    if (!size || size > thread->size)
        return 0;
    software.features = used | FEATURES_LEGACY;
    software.size = (uint32_t)size;
    software.extended_size = (uint32_t)size + MAGIC2_SIZE;
    memcpy(thread->xstate + SOFTWARE_BYTES, &software, sizeof(software));
    return size;
}

/* As the kernel does it when no handler is called for. */
static void
begin_anew(const struct user_regs_struct *regs, struct sigframe *frame)
{
    if ((int64_t)regs->orig_rax < 0)
        return; /* not in a system call */
    switch (-(int64_t)regs->rax) {
    case ERESTARTSYS:
    case ERESTARTNOINTR:
    case ERESTARTNOHAND:
    case ERESTART_RESTARTBLOCK:
        frame->rax = regs->orig_rax;
        frame->rip -= SYSCALL_SIZE;
        break;
    default:
        break;
    }
}

static void
set_registers(const struct user_regs_struct *regs, struct sigframe *frame)
{
    frame->r8 = regs->r8;
    frame->r9 = regs->r9;
    frame->r10 = regs->r10;
    frame->r11 = regs->r11;
    frame->r12 = regs->r12;
    frame->r13 = regs->r13;
    frame->r14 = regs->r14;
    frame->r15 = regs->r15;
    frame->rdi = regs->rdi;
    frame->rsi = regs->rsi;
    frame->rbp = regs->rbp;
    frame->rbx = regs->rbx;
    frame->rdx = regs->rdx;
    frame->rax = regs->rax;
    frame->rcx = regs->rcx;
    frame->rsp = regs->rsp;
    frame->rip = regs->rip;
    frame->eflags = regs->eflags;
    frame->cs = (uint16_t)regs->cs;
    frame->ss = (uint16_t)regs->ss;
    begin_anew(regs, frame);
}

int
ft_inject_frame_build(struct ft_inject_thread *thread, uint64_t restorer,
                      struct ft_inject_frame *frame)
{
    const uint32_t magic2 = MAGIC2;
    struct sigframe sig = {
        .restorer = restorer,
        .flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS,
        .altstack_flags = ALTSTACK_KEEP,
        .mask = thread->mask,
    };
    size_t size = finish_xstate(thread);

    if (!size || thread->regs.cs != CODE_SEGMENT_64 ||
        thread->regs.rsp < RED_ZONE + FT_INJECT_FRAME_MAX)
        return -EINVAL;
    set_registers(&thread->regs, &sig);
    sig.fpstate =
        (thread->regs.rsp - RED_ZONE - size - MAGIC2_SIZE) & ~UINT64_C(63);
    frame->address = sig.fpstate - sizeof(sig);
    frame->size = sizeof(sig) + size + MAGIC2_SIZE;
    memcpy(frame->bytes, &sig, sizeof(sig));
    memcpy(frame->bytes + sizeof(sig), thread->xstate, size);
    memcpy(frame->bytes + sizeof(sig) + size, &magic2, MAGIC2_SIZE);
    return 0;
}
