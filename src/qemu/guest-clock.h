/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives a running guest's clocks back what our stops took.
 *
 * At each resume QEMU sets kvmclock and its virtual clock back to where they
 * were at the stop, so every pause is lost for the guest. The device state of
 * each epoch tells those very values; variable-search.h finds where QEMU keeps
 * them, and once they are known the guest gets, just before each resume, what
 * clock-line.h says it lacks: 8 bytes each, forward only.
 *
 * Nothing is written before the variables agreed with FT_CANDIDATE_SURE states
 * in a row. Before a write the variable must lie between its last value and that
 * plus what has passed; after it this epoch's state must tell what was seen. One
 * disagreement ends the writing and begins the search anew. While they are not
 * found the guest's clocks lag, and the report says how much.
 *
 * Ownership: freed by ft_guest_clock_free, which leaves nothing in QEMU.
 * Threads: one, that stops the VM. Calls around each stop, in this order:
 *
 *   ft_guest_clock_stopping   before the stop is asked for
 *   ft_guest_clock_give       the VM stands, its state is saved up to
 *                             ft_guest_clock_needs bytes, and it runs next
 *   ft_guest_clock_ran        it runs; or the stop failed, or was given up
 *
 * A VM that is held gets its ft_guest_clock_give when it is released.
 * Source: hw/i386/kvm/clock.c (kvmclock_vm_state_change), cpu-timers.c
 * (cpu_enable_ticks, cpu_disable_ticks) of QEMU 7.2 to 10.0.
 */
#ifndef FT_QEMU_GUEST_CLOCK_H
#define FT_QEMU_GUEST_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "qemu/ram-blocks.h"

struct ft_guest_clock;

/*
 * A guest's clock is never set forward by more than this beyond the stop that
 * is just ending, in ns: what piled up while the variables were not found may
 * have been made up for by the guest itself (NTP) meanwhile.
 */
#define FT_GUEST_CLOCK_JUMP_NS INT64_C(1000000000)

enum ft_guest_clock_state {
    FT_GUEST_CLOCK_SEARCHING, /* lags meanwhile */
    FT_GUEST_CLOCK_KEPT,      /* every stop is given back */
    FT_GUEST_CLOCK_NOT_FOUND, /* all memory was searched; tried again later */
};

struct ft_guest_clock_report {
    enum ft_guest_clock_state state;
    int64_t lag_ns;   /* what the guest lacks by our stops, at the last one */
    int64_t given_ns; /* given back so far */
    uint64_t tsc_hz;  /* of the host, 0 when not measured yet */
};

/* "searching", "kept", "not-found". */
const char *ft_guest_clock_state_name(enum ft_guest_clock_state state);

/* ram: the guest's memory, which is not searched; copied. 0 or -ENOMEM. */
int ft_guest_clock_new(pid_t pid, const struct ft_ram_block *ram, size_t n,
                       struct ft_guest_clock **out);

/* Whether it is one of this process with this memory, and serves it further. */
bool ft_guest_clock_fits(const struct ft_guest_clock *clock, pid_t pid,
                         const struct ft_ram_block *ram, size_t n);

void ft_guest_clock_free(struct ft_guest_clock *clock);

void ft_guest_clock_stopping(struct ft_guest_clock *clock);

/* Bytes of the device state that must be saved before give; 0: none. */
size_t ft_guest_clock_needs(const struct ft_guest_clock *clock);

/* Takes at most 1 ms, and far less once the clocks are kept. */
void ft_guest_clock_give(struct ft_guest_clock *clock);

/*
 * The state of this stop, NULL when there is none. Returns true when the report's
 * state changed, and says in why, for people, what happened.
 */
bool ft_guest_clock_ran(struct ft_guest_clock *clock, const uint8_t *state,
                        size_t size, struct ft_error *why);

/*
 * What the guest that stands in this state lacks now by our stops, in ns, from 0
 * to most: how long they can have taken. A stop begins some ms before it is seen;
 * the clocks themselves know when. -1: it cannot be told.
 */
int64_t ft_guest_clock_lack(const struct ft_guest_clock *clock,
                            const uint8_t *state, size_t size, int64_t most);

void ft_guest_clock_report(const struct ft_guest_clock *clock,
                           struct ft_guest_clock_report *out);

#endif
