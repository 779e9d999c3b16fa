/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a VM stands by somebody's will, or by a fault, and not by ours: what its
 * copy is after a takeover, in words as well. What a takeover does is what the
 * guest would have been without us: it stands where somebody or the definition
 * wanted it to; it goes on where only a disk of the host failed.
 *
 * Threads: thread safe. Numbers are those of EPOCH_BEGIN's flags
 * (link/frame.h) and of a pair's record: never change one.
 */
#ifndef FT_VIRT_RUN_STATE_H
#define FT_VIRT_RUN_STATE_H

#include <stdbool.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

/* Name, word of STATUS, whether it stands after a takeover, for people. */
#define FT_RUN_STATES(X)                                                   \
    X(RUNS, "", false, "")                                                 \
    X(PAUSED, "paused", true, "suspended by the administrator")            \
    X(WATCHDOG, "watchdog", true, "stopped by its watchdog")               \
    X(PANICKED, "guest-panicked", true, "kept as it was when it panicked") \
    X(IO_ERROR, "io-error", false, "stopped by an error of a disk")        \
    X(ASLEEP, "pmsuspended", true, "asleep (suspended to RAM by the guest)")

#define FT_RUN_ENUM_(name, ...) FT_RUN_##name,
enum ft_run_state { FT_RUN_STATES(FT_RUN_ENUM_) FT_RUN_COUNT };
#undef FT_RUN_ENUM_

/*
 * From libvirt's state and reason (virDomainState, virDomainPausedReason). Our
 * own stops by QEMU's device state have the reason UNKNOWN, and are RUNS; those
 * by virDomainSuspend look like the administrator's: who made one knows. So is
 * what libvirt does for a moment by itself (a dump, a snapshot, a migration).
 */
enum ft_run_state ft_run_state_of(int state, int reason);

/* Asks libvirt, which needs no QEMU for that. 0, or -EIO. */
int ft_run_state_ask(virDomainPtr dom, enum ft_run_state *out,
                     struct ft_error *err);

/* Whether the VM is to stand after a takeover. */
bool ft_run_state_stands(enum ft_run_state state);

/*
 * Whether it is to be reset instead, and to run: by its definition, which the
 * host that was lost had not followed yet. xml is that of the copy, or NULL.
 */
bool ft_run_state_restarts(enum ft_run_state state, const char *xml);

/* The word of STATUS, and what people read; static, "" for RUNS. */
const char *ft_run_state_word(enum ft_run_state state);
const char *ft_run_state_text(enum ft_run_state state);

#endif
