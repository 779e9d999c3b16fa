/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An epoch of a protected VM that is not committed holds what the guest sends:
 * what it waits for, from when on that is said, and when a QEMU that hangs is
 * ended so that the standby goes on. Pure; plain data.
 *
 * Units: nanoseconds of one monotonic clock.
 */
#ifndef FT_PAIR_STALL_H
#define FT_PAIR_STALL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Libvirtd is asked something that needs no QEMU, to tell the two apart: after
 * half the patience (below), that it has the other half for its answer.
 */
#define FT_STALL_ASK_NS INT64_C(1000000000)

/*
 * Said from here on, or when the VM goes on alone; epochs take milliseconds, on
 * a crowded host some hundred.
 */
#define FT_STALL_SAY_NS INT64_C(2000000000)

/*
 * A QEMU that a signal has stopped is given up: before the checkpoint's own
 * patience ends (5 s), which would void the copy and go on alone with nothing.
 */
#define FT_STALL_END_NS INT64_C(3000000000)

/*
 * So is one that owes libvirt an answer for that long, whatever it hangs on: its
 * main loop is stuck, so the guest sends nothing that could be let out, and the
 * failure of the checkpoint would void the only copy that can go on. Looked at
 * this often.
 */
#define FT_STALL_HUNG_NS INT64_C(4000000000)
#define FT_STALL_LOOK_NS INT64_C(400000000)

/*
 * A link that brings less than this a second holds the guest for nothing: it
 * goes on alone after its patience (a setting, "commit_timeout_ms"), as it does
 * when libvirtd does not answer. A link that brings more may only have much to
 * bring, and has so many times as long. Where going on alone is not allowed, or
 * cannot be asked for, waiting is all there is.
 */
#define FT_STALL_LITTLE (UINT64_C(1) << 20)
#define FT_STALL_BUSY_TIMES 5

/* What is waited for: name, word of STATUS. */
#define FT_STALLS(X)           \
    X(NONE, "")                \
    X(STOPPED, "qemu-stopped") \
    X(QEMU, "qemu")            \
    X(LIBVIRT, "libvirt")      \
    X(JOB, "job")              \
    X(LINK, "link")            \
    X(STANDBY, "standby")

#define FT_STALL_ENUM_(name, ...) FT_STALL_##name,
enum ft_stall { FT_STALLS(FT_STALL_ENUM_) FT_STALL_COUNT };
#undef FT_STALL_ENUM_

struct ft_stall_facts {
    int64_t now_ns;
    int64_t epoch_ns;    /* begin of the epoch that is not committed; 0: none */
    int64_t qemu_ns;     /* when it asked QEMU, and has no answer; 0: it has */
    int64_t libvirt_ns;  /* when libvirtd last answered something else; or 0 */
    int64_t owes_ns;     /* how long, by that answer, QEMU owes it one; or 0 */
    bool job;            /* by it, QEMU was not asked: another job has the VM */
    bool stopped;        /* QEMU's process, by a signal (proc_pid_stat(5), T) */
    bool gone;           /* QEMU's process has ended, or is about to */
    bool link_blocked;   /* it has more to bring: QEMU may wait for it, too */
    uint64_t link_rate;  /* bytes a second that it brought of late */
    int64_t patience_ns; /* above 0 */
    bool may_give_up;    /* the standby can go on (ft_ownership_may_give_up) */
    bool may_go_alone; /* (ft_ownership_may_go_alone) and the witness answers */
};

struct ft_stall_answer {
    enum ft_stall by;
    int64_t for_ns;   /* how long already; of by NONE: 0 */
    bool ask_libvirt; /* libvirt_ns is not known yet, or old */
    bool end_qemu;
    bool tell_end; /* of a QEMU that has ended: libvirtd should have, and hangs */
    bool go_alone; /* end the link; the rest follows the ownership rules */
};

struct ft_stall_answer ft_stall_judge(const struct ft_stall_facts *facts);

/*
 * From which age of an epoch on more than patience_ns must be known of it, and
 * how often the link is measured: what it brought is then of this epoch.
 */
int64_t ft_stall_look_ns(int64_t patience_ns);

/* The word of STATUS; static. */
const char *ft_stall_word(enum ft_stall stall);

#endif
