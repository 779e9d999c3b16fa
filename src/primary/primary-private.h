/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The primary side of a pair, inside: what the control thread (primary.c), the
 * replication thread (replicator.c) and the receiver thread share.
 *
 * The replication thread owns everything that touches QEMU: memory, device
 * state, disks. It is told what to do through the flags below, under lock; it
 * tells the ownership machine what happened. The gate is used by all three.
 */
#ifndef FT_PRIMARY_PRIMARY_PRIVATE_H
#define FT_PRIMARY_PRIMARY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "gate/gate.h"
#include "link/state-delta.h"
#include "pair/copy-behind.h"
#include "pair/copy-rate.h"
#include "pair/retry.h"
#include "pair/slow-link.h"
#include "pair/stall.h"
#include "pair/trigger.h"
#include "primary/disk-feed.h"
#include "primary/epoch-stats.h"
#include "primary/gate-watch.h"
#include "primary/outgoing.h"
#include "primary/page-sender.h"
#include "qemu/device-state.h"
#include "qemu/guest-clock.h"
#include "qemu/guest-memory.h"
#include "virt/disk-errors.h"
#include "virt/disk-times.h"
#include "virt/vm-end.h"
#include "worker/worker.h"

/* Output held at most, in bytes; more is dropped as a NIC would. */
#define FT_GATE_LIMIT (UINT64_C(16) << 20)

/* Not more unsent, in bytes: heartbeats on their way. */
#define FT_LINK_IDLE_BYTES (16u << 10)

/* A switchover under way: it ends with the session at the latest. */
struct ft_handover {
    int wanted;     /* the next epoch is the last, the VM stays stopped */
    int release;    /* a VM held after it is to go on */
    uint64_t epoch; /* the last one; 0: not made yet. The link's thread reads it,
                     * after it was sent */
};

/* The control thread's own: the epoch that is not committed (stall.c). */
struct ft_stall_watch {
    struct ft_stall_answer now;
    int64_t looked_ns, awake_ns; /* last look; since when we ran all the time */
    int64_t ended_ns; /* the epoch (uncommitted_ns) whose QEMU was ended */
    int64_t left_ns;  /* that which holds nothing: the VM went on alone */
    bool asking;      /* libvirtd */
    struct ft_session *session; /* whose link was measured: only its address */
    int64_t measured_ns;
    uint64_t bytes, rate; /* that came there; and in a second before that */
    bool blocked;         /* there was more to bring */
};

/* How this session's first copy of memory goes, or went: memory-copy.c. */
struct ft_memory_copy {
    bool compares; /* with what the waiting QEMU held */
    char why[96];  /* not so; empty: there was none, or an older engine */
    uint64_t sent, zero, same; /* bytes: as data, as zeros, not at all */
    int64_t took_ns;
};

struct ft_primary_freeze;

struct ft_primary {
    struct ft_worker *worker;
    struct ft_primary_freeze *freeze;
    struct ft_epoch_stats stats;

    pthread_mutex_t lock; /* all of the following up to gate_lock */
    pthread_cond_t changed;
    struct ft_session *start; /* a sync is wanted over this session */
    int link_lost;            /* the session in use has ended */
    int restart;              /* the sync in use is to be given up */
    int allow_commit;         /* epoch 1 may be committed */
    struct ft_slow_link slow_link;
    struct ft_retry retry; /* of copies that came to nothing */
    struct ft_handover handover;
    int verify;           /* a full comparison is wanted */
    int detach;           /* leave QEMU as it was found, for good */
    json_t *setup_answer; /* SETUP_OK, when it has come */
    json_t *verify_answer;
    uint64_t acked;       /* last epoch the standby holds */
    int busy;             /* the replication thread serves a session */
    int disk_broken;      /* a mirror job ended by itself */
    int mirror_ended;     /* ... or was ended, maybe by us, of before */
    int hardware_changed; /* a device was plugged or unplugged */
    int gate_broken;      /* a NIC's output is not held any more, or lost */
    enum ft_giving_up {
        FT_GIVING_UP_NOT,
        FT_GIVING_UP_ASKED,
        FT_GIVING_UP_REFUSED,
        FT_GIVING_UP
    } giving_up;
    char disk_trouble[256]; /* why, and who is asked reads it */
    struct {
        int now;          /* it stands, by libvirt's events; ours, too */
        int64_t since_ns; /* those that last are another's */
        unsigned count;   /* so many times so far */
        bool asking;      /* the control thread's own: libvirt, about it */
    } paused;
    struct {
        char *live, *definition; /* XML, as told to the standby; or NULL */
        unsigned serial;         /* of that */
        char names[256];         /* what was changed since, and is not told */
        int64_t at_ns;           /* the control thread's own: the last look, */
        bool busy;               /* and that one is under way */
    } changes;
    json_t *copied; /* how the last copy went, for status; NULL: none was made */
    int vm_ended;   /* libvirt said so, and the machine knows */
    struct ft_asker verifier;
    struct ft_trigger_settings settings;
    int64_t patience_ns; /* for an epoch that is not committed: a setting */
    uint64_t max_rate;   /* of a copy, bytes a second, or 0: any; the same */

    atomic_int pressure; /* of the host's CPUs, in hundredths of a percent */
    atomic_llong epoch_cpu_ns;   /* CPU time that an epoch takes of late */
    atomic_llong clock_lag_ns;   /* what the guest's clocks lack; for status */
    atomic_int clock_state;      /* enum ft_guest_clock_state */
    atomic_llong uncommitted_ns; /* begin of the epoch that is; 0: none */
    atomic_llong durable;    /* epoch on the replicas' storage; 0: not known */
    atomic_llong kept_bytes; /* for a standby that is away; -1: none are */
    atomic_llong copy_limit; /* bytes a second of the copy now; 0: any number, */
    atomic_bool copy_yields;   /* and whether that is for the guest's sake */
    atomic_llong with_qemu_ns; /* when that asked QEMU; 0: it has its answer */
    atomic_llong libvirt_ns;   /* when libvirtd last answered something else, */
    atomic_llong owes_ns;      /* how long, by that, QEMU owes it an answer; */
    atomic_bool job;           /* it does not, and something else has the VM */
    atomic_int qemu_pid;       /* of domain, for the control thread; 0: none */
    atomic_int autostart;      /* as in the record, for the other threads */
    atomic_int run_state;      /* enum ft_run_state, of the last epoch ... */
    atomic_int run_state_seen; /* ... and as libvirt says, for status */
    atomic_int stood; /* the same, when it was taken over; libvirt forgets */
    struct {
        int64_t at_ns; /* the last look for what virsh autostart did */
        bool busy;     /* one is under way; with its thread: */
        int found;
    } autostart_look; /* the control thread's own */
    struct {
        int64_t began_ns;
        bool looks; /* one is under way; with its thread: */
        struct ft_error found;
        struct ft_error told;
    } record; /* the control thread's own */
    struct ft_stall_watch stall;
    struct ft_gate_watch gate_watch; /* the control thread's own */
    struct ft_vm_end_signs end;      /* the control thread's own: how it ends */
    bool ended_intruder; /* ... and one that ran without right, by us */
    bool booting;        /* ... libvirt is at work on a start of ours */
    bool watches;        /* ... libvirt tells when such a VM comes */
    bool watched; /* ... and of all that happens to the one that is there */
    struct ft_error left; /* of the replication thread's end: what is in QEMU */
    enum ft_vm_state left_vm; /* ... and how the VM was found then */
    pid_t spared_pid;         /* and whom the kernel is to kill later */
    uint64_t looked_bytes;    /* the control thread's own: of the link, ... */
    int64_t looked_blocked_ns;
    struct ft_session *looked_session; /* ... of this one, when it looked */
    int64_t watched_ns;  /* the control thread's own: that, when it looked */
    int64_t looked_ns;   /* when it looked last */
    int64_t progress_ns; /* when things moved on last */
    uint64_t progress_bytes;

    /*
     * Taken with lock held or without, never the other way round. Detaching the
     * gate waits for its thread, whose callback takes lock: the replication
     * thread does it while it holds neither, the control thread while that one
     * is idle.
     */
    pthread_mutex_t gate_lock;
    struct ft_gate *gate; /* NULL: none, output flows as ever */
    pid_t gate_pid;       /* the QEMU that it stands before */
    size_t gate_nics;     /* and how many NICs */
    int gate_open;        /* what the ownership machine wants */
    struct {
        uint64_t epoch, mark;
    } marks[4]; /* by epoch & 3 */

    /* the replication thread's own */
    struct ft_vm domain;
    struct ft_outgoing out;
    struct ft_saver *saver;
    struct ft_guest_memory *memory;
    struct ft_guest_clock *clock;
    struct ft_page_sender *sender;
    struct ft_disk_feed *feed;
    uint64_t disk_same; /* bytes that the last copy found there */
    struct {
        char id[FT_COPY_ID_SIZE]; /* of the copy that feed makes, or goes with */
        char next[FT_COPY_ID_SIZE];   /* of one that is made anew */
        struct ft_disk_errors errors; /* known when that began */
        bool by_changes;              /* this session's */
        bool by_record; /* ... of what QEMU has recorded since a takeover */
        bool no_record; /* that is not to be used any more */
        struct ft_recorded_disk recorded[FT_DISKS_MAX]; /* files: domain's */
        bool sample;     /* some of it is still to be compared */
        bool distrusted; /* that differed: nothing is kept for it */
        bool compared;   /* ... if not, with replicas that were there */
        char why[160];   /* not so, if it could have been */
        uint64_t changed, sent_before; /* bytes */
        int64_t began_ns;
    } copy;
    struct {
        struct ft_copy_rate rate;
        struct ft_copy_tokens tokens;
        struct ft_disk_times times; /* at the last look */
        int64_t looked_ns, usual_ns;
        uint64_t looked_bytes, sent; /* without what the mirrors bring */
        uint64_t pages;              /* that are in that */
    } pace;                          /* of this copy */
    struct ft_memory_copy memory_copy;
    int64_t kept_since_ns; /* feed goes on without a link; 0: it has one */
    struct ft_page_set set;
    struct ft_device_state device;
    struct ft_state last_state; /* as the standby has it */
    struct ft_trigger_input trigger;
    enum ft_trigger_reason reason; /* of the epoch under way */
    int64_t cpu_asked_ns; /* of the process when it was asked for; 0: noted */
    int64_t shipped_ns;   /* the last one was handed to the link; 0: none was */
    int held;             /* the VM stands, held by us */
    bool large_told;      /* that it stood for long, in this session */
    struct ft_disk_errors disk_errors; /* that are known */
    bool disks_suspect;                /* others may have come since */
    struct ft_verify *comparison;      /* NULL: none is under way */
};

/*
 * orders.c: what the replication thread is told. Sets one of the flags above to
 * value, and wakes it.
 */
void ft_primary_set_flag(struct ft_primary *p, int *flag, int value);
void ft_primary_wake(struct ft_primary *p);

/* With the lock held: whether the work on the current session must end. */
int ft_primary_must_stop(const struct ft_primary *p);

/* The same without the lock: -ECANCELED or 0. */
int ft_primary_stopped(struct ft_primary *p);

/* With the lock held: waits for a change, at most until deadline (ns). */
void ft_primary_wait(struct ft_primary *p, int64_t deadline);

/*
 * cold-start.c, control thread. Boots the VM from this host's disks, off that
 * thread; VM_STARTED or START_FAILED follows. And what an administrator asks of
 * it: the answer comes when the VM runs; -EALREADY when it does, -EPERM when
 * the other host has the say.
 */
void ft_primary_start_vm(struct ft_primary *p);
void ft_primary_check_start(struct ft_primary *p); /* at each tick */
int ft_primary_start_asked(struct ft_worker *worker, bool force,
                           struct ft_asker asker, struct ft_error *err);

/* sync.c: opens what touches QEMU; fills the standby; closes all that is not kept. */
int ft_sync_open(struct ft_primary *p, struct ft_error *err);
int ft_sync_copy(struct ft_primary *p, struct ft_error *err);
void ft_sync_close(struct ft_primary *p, bool failed);

/*
 * copy-way.c; replication thread. At the end of a session, which failed or not:
 * whether its feed goes on until the next one, which is told to it. Then, once a
 * second: gives it up where that is no use any more; returns when to look again.
 */
bool ft_primary_keep_feed(struct ft_primary *p, bool failed);
int64_t ft_primary_watch_kept(struct ft_primary *p);

/*
 * The same, with the next link. SETUP's "base", a new reference or NULL; its answer,
 * by which p->copy.by_changes is set, and a feed that is no use is ended; sends what
 * was kept. -ECANCELED, or an error to tell.
 */
json_t *ft_primary_offer_base(struct ft_primary *p);
void ft_primary_take_base(struct ft_primary *p, const json_t *answer);
int ft_primary_send_changes(struct ft_primary *p, struct ft_error *err);

/*
 * memory-copy.c; replication thread. What SETUP_OK says of memory that the standby
 * has still; copies all of it that lacks; "memory" of "copied", a new reference.
 */
void ft_primary_take_kept_memory(struct ft_primary *p, const json_t *answer);
int ft_primary_copy_memory(struct ft_primary *p, struct ft_error *err);
json_t *ft_primary_memory_copied(const struct ft_primary *p);

/* copy-way.c: a copy begins; it is made. */
void ft_primary_begin_copy(struct ft_primary *p);
void ft_primary_note_copied(struct ft_primary *p);

/* For STATUS, new references, any thread: "copied", and "kept_bytes". */
json_t *ft_primary_copied(struct ft_primary *p);
json_t *ft_primary_kept(const struct ft_primary *p);

/*
 * copy-pace.c; replication thread. A copy begins, and nothing was asked of libvirt for
 * it yet. Then, with its mirrors, several times a second; and after bytes of it, or
 * some of p->sender's pages, were sent: waits until more may be, 0 or -ECANCELED.
 */
void ft_primary_begin_pace(struct ft_primary *p);
int ft_primary_pace_disks(struct ft_primary *p, struct ft_error *err);
int ft_primary_pace(struct ft_primary *p, uint64_t bytes);
int ft_primary_pace_pages(struct ft_primary *p);

/* The same: bytes a second that it may go at now; 0: any. */
uint64_t ft_primary_copy_limit(struct ft_primary *p);

/* Any thread: adds that to STATUS's "progress", or to nothing where that is null. */
void ft_primary_add_pace(const struct ft_primary *p, json_t *progress);

/*
 * copy-retry.c. That the copy came to nothing, and that it is good; any thread.
 * Then, on the replication thread: waits as long as that asks for, before it is
 * made anew. 0 or -ECANCELED.
 */
void ft_primary_copy_failed(struct ft_primary *p);
void ft_primary_copy_good(struct ft_primary *p);
int ft_primary_await_retry(struct ft_primary *p);

/*
 * link-proof.c. The link was too slow for the guest: how many seconds the copy
 * is not made anew. Any thread. Then, on the replication thread: waits for that
 * long, before the copy; and, once it is made, until the link has shown that it
 * carries what the guest writes. 0, -ECANCELED, or the error to tell.
 */
int ft_primary_link_fell(struct ft_primary *p);
int ft_primary_rest_link(struct ft_primary *p);
int ft_primary_prove_link(struct ft_primary *p, struct ft_error *err);

/*
 * paused.c: a VM that stands by another's will. Told by libvirt, any thread: it
 * stands, or runs. Then the replication thread: whether, by that, the standby has
 * to hear of it with an epoch of its own (lock held); and libvirt's word, once a
 * second, in case an event got lost (lock held, let go meanwhile).
 */
void ft_primary_note_paused(struct ft_primary *p);
void ft_primary_note_running(struct ft_primary *p);
bool ft_primary_paused_news(const struct ft_primary *p, int64_t now_ns);
void ft_primary_look_whether_paused(struct ft_primary *p, int64_t *looked_ns);

/*
 * Control thread: at the start, and once a second, for status: "stands", an
 * object or null; and whether the copy is as the VM stands, and so not old.
 */
void ft_primary_begin_paused(struct ft_primary *p);
void ft_primary_watch_paused(struct ft_primary *p);
json_t *ft_primary_stands(struct ft_primary *p, bool *as_copied);

/* Control thread: it goes on; how it stood when it was taken over is history. */
void ft_primary_forget_why(struct ft_primary *p);

/* While the VM stands at an epoch's boundary: how it would without us. */
int ft_primary_find_run_state(struct ft_primary *p, bool sure,
                              enum ft_run_state *out, struct ft_error *err);

/* The epoch that was sent has it so: remembered, and said when it is news. */
void ft_primary_sent_run_state(struct ft_primary *p, enum ft_run_state state);

/*
 * freeze.c, control thread. NULL: no memory. Freezes the guest's file systems, for a
 * few seconds at most, and thaws them: asker is answered when they are. -EOPNOTSUPP:
 * the standby's engine is older; -EBUSY; -ENOENT: it is not frozen. And what a worker
 * or a host that is gone has left frozen is thawed.
 */
struct ft_primary_freeze *ft_primary_freeze_new(struct ft_primary *p);
int ft_primary_freeze_asked(struct ft_primary *p, struct ft_asker asker,
                            struct ft_error *err);
int ft_primary_thaw_asked(struct ft_primary *p, struct ft_asker asker,
                          struct ft_error *err);
void ft_primary_thaw_left(struct ft_primary *p);

/*
 * The same, any thread: FT_FRAME_FROZEN and FT_FRAME_THAW as they hold now; whether
 * an epoch has to say so; and that one did.
 */
unsigned ft_primary_frozen(const struct ft_primary *p);
bool ft_primary_frozen_news(const struct ft_primary *p);
void ft_primary_sent_frozen(struct ft_primary *p, unsigned flags);

/* The replication thread; argument is the struct ft_primary. */
void *ft_replicator_main(void *argument);

/*
 * epoch.c. Waits until the next checkpoint is due: 0, or -ECANCELED. Says
 * whether it is the last one of a switchover, and whether one to compare.
 */
int ft_epoch_await(struct ft_primary *p, int *final, int *verify);

/* Called while the VM is stopped at the boundary; non-zero: no epoch. */
typedef int (*ft_checkpoint_look)(struct ft_primary *p, void *opaque,
                                  struct ft_error *err);

/*
 * One epoch, from the stop to EPOCH_END. hold: the VM stays stopped. look may
 * be NULL. On failure the VM runs, unless p->held says so.
 */
int ft_checkpoint(struct ft_primary *p, int hold, ft_checkpoint_look look,
                  void *opaque, struct ft_error *err);

/* Receiver thread: the standby holds this epoch; its output may leave. */
void ft_epoch_acked(struct ft_primary *p, uint64_t epoch);

/*
 * stop.c; replication thread. One stop of the VM: begun, then ended or, after a
 * failure between, cancelled, which returns rc. The VM runs again after any
 * failure. Its end takes the device state into p->device, and sends what was
 * copied of p->set meanwhile where that can be.
 */
struct ft_stop {
    int hold;      /* it stands until ft_stop_release */
    uint64_t send; /* set before the end: the epoch to send for; 0: nothing */
    bool sent;     /* it was */
    struct ft_saver_times times; /* of the end */
};

int ft_stop_begin(struct ft_primary *p, const struct ft_stop *stop,
                  struct ft_error *err);
int ft_stop_end(struct ft_primary *p, struct ft_stop *stop,
                struct ft_error *err);
int ft_stop_cancel(struct ft_primary *p, int rc);
int64_t ft_stop_pause_ns(const struct ft_stop *stop);

/* Lets a VM go on that was held after its last epoch. */
int ft_stop_release(struct ft_primary *p, struct ft_error *err);

/* One short stop that only finds out what was written (no epoch). */
int ft_stop_to_scan(struct ft_primary *p, struct ft_error *err);

/*
 * copy-behind.c; replication thread. Stops the VM for an epoch and finds what is
 * to be sent (p->set): first, where that is much, what can be sent while it runs.
 * watched: a QEMU that does not answer is a stall. On failure the VM runs.
 */
int ft_stop_with_pages(struct ft_primary *p, struct ft_stop *stop, bool watched,
                       struct ft_epoch_moments *at, struct ft_error *err);

/*
 * verify-primary.c: the primary's half of a full comparison (verify-wire.h), on
 * the replication thread: makes one checkpoint, which compares some of it, and
 * after the last one answers who asked. p->verify is set until then. An error is
 * one of the epoch or the link; what cannot be read is only told to who asked.
 */
int ft_verify_primary(struct ft_primary *p, struct ft_error *err);

/*
 * The same after a copy that read no disk (p->copy.sample, until it is over): one
 * checkpoint, which compares a chunk; a difference is -ESTALE, and an alarm.
 */
int ft_verify_sample(struct ft_primary *p, struct ft_error *err);

/* Ends one that is under way, for why; NULL: who asked has an answer. */
void ft_verify_end(struct ft_primary *p, const struct ft_error *why);

/* primary-status.c; control thread. The two calls of struct ft_side. */
void ft_primary_look(struct ft_worker *w, double seconds);
void ft_primary_status(struct ft_worker *w, json_t *json);

/*
 * stall.c; control thread. At each tick: says what an epoch waits for that is
 * not committed, and does what may be done about it. For STATUS: "stalled".
 */
void ft_primary_check_stall(struct ft_primary *p);
json_t *ft_primary_stalled(const struct ft_primary *p);

/*
 * The same. Kills QEMU, for why, and tells the machine once it is dead; events
 * have this kind. False: it could not be begun. Only what may be given up
 * (ft_ownership_may_give_up).
 */
bool ft_primary_give_vm_up(struct ft_primary *p, const char *kind,
                           const char *why);

/*
 * disk-trouble.c; replication thread. What a disk of this host could not do must
 * not reach the guest: an epoch of a guest that was told of an error is not
 * committed, and the VM is given up, for the standby goes on from the one before.
 * At the beginning of a session; and before the end of an epoch of a VM that
 * stood so: 0, or -ECANCELED when the VM was given up. Without a standby that may go on it is 0, and
 * the guest sees what it would see without us.
 */
int ft_primary_begin_disks(struct ft_primary *p, struct ft_error *err);
int ft_primary_check_disks(struct ft_primary *p, enum ft_run_state run,
                           struct ft_error *err);

/*
 * primary-vm.c; any thread. How the VM is found now; GONE where libvirt knows no
 * such VM, and w->dom is NULL then. -EHOSTUNREACH: libvirt does not tell.
 */
int ft_primary_find_vm(struct ft_worker *w, enum ft_vm_state *vm,
                       struct ft_error *err);

/*
 * QEMU has died, and the copy is what is left. Nothing when libvirt has said it,
 * or the VM is let go. Any thread.
 */
void ft_primary_tell_untold_end(struct ft_primary *p);

/*
 * Asks libvirt for what happens to the VM from now on; where it knows no such VM, when
 * one comes: one that may not run here is ended.
 */
void ft_primary_watch_vm(struct ft_primary *p);

/* Notes in the record which files the VM's disks are. */
void ft_primary_note_images(struct ft_worker *w);

/*
 * handed-over.c, control thread. Before this host's QEMU is ended because the VM runs
 * on the other one, handed over by us: whether, by all that is known, its disks are
 * what the VM began with there. Then, when it is ended: they become the base that the
 * copy back begins with. NULL is a no-op; frees it.
 */
struct ft_handed_over;
struct ft_handed_over *ft_primary_look_at_handed_over(struct ft_primary *p);
void ft_primary_keep_handed_over(struct ft_primary *p,
                                 struct ft_handed_over *handed, bool ended);

/* disk-sync.c. What was written to the VM's disks gets to their storage. */
void ft_primary_sync_disks(struct ft_worker *w);

/*
 * autostart.c, control thread. Turns libvirt's autostart off, which the record
 * keeps: a rebooted old primary must not start a stale copy by itself. Then,
 * once a second: whether an administrator has turned it on.
 */
void ft_primary_autostart_off(struct ft_primary *p);
void ft_primary_watch_autostart(struct ft_primary *p);

/*
 * changes.c. The standby has this definition of the running VM and this
 * persistent one (or NULL); the replication thread. Then once a second, or now:
 * looks at what was changed since. For STATUS: "changed", a string or null. The
 * persistent definition is freed by the caller; NULL: there is none. Any thread.
 */
void ft_primary_told_standby(struct ft_primary *p, const char *live,
                             const char *definition);
void ft_primary_watch_changes(struct ft_primary *p, bool now);
json_t *ft_primary_changed(struct ft_primary *p);
char *ft_primary_definition(struct ft_primary *p);

/* record-watch.c. Says when the record can no longer be written. Every second. */
void ft_primary_watch_record(struct ft_primary *p);

/* Ends what dead workers left in QEMU, but for the gate. */
void ft_primary_clean_up(struct ft_worker *w);

/* The replication thread has left QEMU as it was found: this process ends. */
void ft_primary_detached(struct ft_primary *p);

/* primary-gate.c. Opens or shuts the gate, as the ownership machine wants. */
void ft_primary_set_gate(struct ft_primary *p, int open);

/*
 * Control thread, once a second. A gate that stays broken (somebody took a part of
 * it out of QEMU, or the tap's ways away again and again) ends the session, and the
 * copy is made anew behind a new one. So does somebody else's program that sees
 * output before it is held; a new gate is refused as long as that is there
 * (ft_gate_attach), and the VM goes on alone. What was repaired, or is there without
 * effect, is told.
 */
void ft_primary_watch_gate(struct ft_primary *p);

/* Lets out what the gate holds up to this epoch. Any thread. */
void ft_primary_release_epoch(struct ft_primary *p, uint64_t epoch);

/* Puts the gate before the NICs, as open or closed as it should be. */
int ft_primary_attach_gate(struct ft_primary *p, struct ft_error *err);

/* Takes the gate away, letting everything out. */
void ft_primary_detach_gate(struct ft_primary *p);

/* The same if the ownership machine wants it open: it only costs time then. */
void ft_primary_drop_open_gate(struct ft_primary *p);

/* When the oldest output that waits for an epoch came; FT_TRIGGER_NEVER. */
int64_t ft_primary_held_since(struct ft_primary *p);

/* Notes the gate's mark of an epoch, while the VM is stopped. */
void ft_primary_mark_epoch(struct ft_primary *p, uint64_t epoch);

#endif
