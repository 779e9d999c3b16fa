/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The standby side of a pair, inside: standby.c (what the worker calls),
 * epoch.c (frames), standby-setup.c (making the waiting copy), copy-watch.c
 * (whether it still is what was made), takeover.c (running it).
 *
 * The replica belongs to the receiver thread while a link is up, and to the
 * control thread otherwise.
 */
#ifndef FT_STANDBY_STANDBY_PRIVATE_H
#define FT_STANDBY_STANDBY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "standby/copy-look.h"
#include "standby/replica.h"
#include "standby/verify-standby.h"
#include "virt/standby.h"
#include "virt/vm.h"
#include "worker/worker.h"

/* A takeover under way; control thread. Times of the monotonic clock. */
struct ft_takeover {
    int64_t acted_ns, began_ns; /* asked for; the doors are open */
    int64_t clock_given_ns;     /* what the guest's clocks get back */
    int64_t ask_ns;    /* in it: for the second question to the witness */
    int64_t loaded_ns; /* when that was asked, or the VM was loaded */
    int planned;
    bool stands;   /* it will, as it stood on the other host ... */
    bool restarts; /* ... or is reset, for its definition says so of a panic */
    struct ft_standby_times times;
};

/* What is known of the waiting VM, for the next copy; who has the replica. */
struct ft_waiting {
    char *definition; /* as it was started; NULL: none was */
    char *machine;    /* as ft_standby_machine found it then, or NULL */
    json_t *disks;    /* of its SETUP */
    struct ft_file_seen files[FT_DISKS_MAX]; /* open here: its replicas */
    pid_t pid;
    struct ft_keeping_seen seen; /* as the next copy begins; and by that: */
    const char *why_not;         /* it is not kept; NULL: it is. Never freed */
};

struct ft_standby_backup;
struct ft_copy_watch;
struct ft_rehearsal;

struct ft_standby {
    struct ft_worker *worker;
    struct ft_standby_backup *backup;
    struct ft_copy_watch *watch;
    struct ft_rehearsal *rehearsal;
    struct ft_takeover takeover;
    struct ft_replica replica;
    struct ft_waiting waiting;
    char machine[64];
    struct ft_verify_check verify;
    pthread_mutex_t doors_lock; /* of the next three */
    struct {
        char tap[32], mac[18];
    } nics[FT_VM_NICS_MAX];
    size_t n_nics;
    int doors_open; /* the taps are up */
    int useless;    /* applying failed: never take over with it */
    struct {
        atomic_uint_fast64_t epoch, pages, disk_bytes, staged;
        atomic_llong stopped_ns; /* the VM, in that epoch; 0: not known */
    } shown;                     /* of the replica, for status */
    atomic_uint_fast64_t held;   /* last epoch acknowledged */
    pthread_mutex_t definition_lock;
    char *definition; /* the primary's persistent one, XML; NULL: not to be had */
    atomic_bool autostart; /* as the epoch that came last says of the VM */
};

/*
 * Ends the waiting domain, and whatever else of this VM runs here. A failure is
 * logged; err may be NULL.
 */
int ft_standby_stop_domain(struct ft_worker *w, struct ft_error *err);

/*
 * epoch.c. Receiver thread: takes one frame of the primary. Non-zero ends the
 * link.
 */
int ft_standby_take_frame(struct ft_standby *s, struct ft_session *session,
                          const struct ft_frame *frame, struct ft_error *err);

/*
 * Receiver thread: makes replicas and the waiting domain as SETUP says, and
 * answers. A failed set-up is an answer, not the end of the link.
 */
int ft_standby_take_setup(struct ft_standby *s, struct ft_session *session,
                          const struct ft_frame *frame, struct ft_error *err);

/*
 * definition.c. Takes "definition" of json, the primary's persistent one; none
 * is fine. Receiver thread. Then, once the VM runs here: keeps a definition of it.
 * Control thread.
 */
void ft_standby_take_definition(struct ft_standby *s, const json_t *json);
void ft_standby_define(struct ft_standby *s);

/*
 * Control thread: gives the copy every acknowledged epoch; then, once the
 * record says so, lets it run. Each tells the ownership machine how it went.
 */
void ft_standby_load_vm(struct ft_standby *s);
void ft_standby_run_vm(struct ft_standby *s);

/*
 * copy-watch.c. What the copy is that was made now, and that there is none any
 * more: the thread that has the replica. The rest is the control thread's; the
 * look is ft_side's. NULL: no memory.
 */
struct ft_copy_watch *ft_standby_watch_new(struct ft_standby *s);
void ft_standby_note_copy(struct ft_standby *s);
void ft_standby_forget_copy(struct ft_standby *s);
void ft_standby_look(struct ft_worker *w, double seconds);

/*
 * The same. What of dom's XML is the guest's machine, to be freed: NULL where it is
 * not to be had, and so never compared. Then: how the waiting VM is now, against
 * that; and how many vCPUs it has, when that is to be had.
 */
char *ft_standby_machine(virDomainPtr dom);
void ft_standby_see_waiting(struct ft_worker *w, const char *machine,
                            struct ft_waiting_seen *seen, unsigned *vcpus);

/*
 * waiting.c; who has the replica. A waiting VM that was not ended, and is what this
 * SETUP wants, gets this copy as well: asked before anything is touched (the primary
 * compares: what it can), and again with the definition that would be started and
 * the replicas open. Then: one was started so, and is made; it is ended.
 */
bool ft_standby_may_keep(struct ft_standby *s, const json_t *setup,
                         bool compares);
bool ft_standby_keeps(struct ft_standby *s, const char *definition);
void ft_standby_note_started(struct ft_standby *s, const char *definition);
void ft_standby_note_waiting(struct ft_standby *s, const json_t *setup);
void ft_standby_forget_waiting(struct ft_standby *s);

/* The same, right now and for who compares; the thread that has the replica. */
void ft_standby_look_now(struct ft_standby *s, struct ft_verify_check *check);

/*
 * The administrator says that the primary is lost: the copy runs. asker is
 * answered when it does, or could not. -EBUSY while the primary is linked; -EPERM
 * without a whole copy. Control thread.
 */
int ft_standby_start_asked(struct ft_worker *w, struct ft_asker asker,
                           struct ft_error *err);

/*
 * rehearsal.c. NULL: no memory. Then: begins a rehearsal as args say ("seconds",
 * "keep_bytes", "agent", "console"); asker is answered when it has ended. -EAGAIN:
 * there is no whole copy; -EBUSY: one is under way; -EINVAL: "console" is no pattern.
 * Control thread.
 */
struct ft_rehearsal *ft_standby_rehearsal_new(struct ft_standby *s);
int ft_standby_rehearse(struct ft_standby *s, const json_t *args,
                        struct ft_asker asker, struct ft_error *err);

/* Every second: begins one where the pair's settings want it by now. */
void ft_standby_rehearse_when_due(struct ft_standby *s);

/* "rehearsal" of STATUS, new; null: there was none, and is none. */
json_t *ft_standby_rehearsal_json(struct ft_standby *s);

/*
 * Ends at once whatever else is done with the copy, a rehearsal or a backup: it is
 * needed itself, or is no more. Waits for nobody. Any thread.
 */
void ft_standby_end_uses(struct ft_standby *s, const char *why);

/* The same of a rehearsal only, which has a QEMU: a backup is in nobody's way. */
void ft_standby_end_rehearsal(struct ft_standby *s, const char *why);

/* The replica's figures, for status, after it changed. Its owner's thread. */
void ft_standby_show(struct ft_standby *s);

/* Opens or shuts the copy's taps (tap.h). Any thread. */
void ft_standby_set_doors(struct ft_standby *s, int open);

/* ft_side's quiet: half way to suspicion the doors open. */
void ft_standby_quiet(struct ft_worker *w, int64_t ns);

#endif
