/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership: who may speak for the VM. A pure state machine, no I/O, no clock,
 * no memory of its own: events in, actions out.
 *
 * Who uses it: the worker of a pair (one role for its whole life), the daemon
 * when a worker cannot come back (GIVE_UP), unit tests and tests/sim. One
 * struct per side of a pair; calls on it must be serialised by the caller
 * (one mutex, or only the control thread).
 *
 * Contract of the caller
 *  - Actions are carried out in their order. A PERSIST stands before what it
 *    authorises: nothing behind it may happen until the record is on stable
 *    storage. If writing fails, report it and try again; do not go on.
 *  - After a crash the new process starts from the last record written.
 *  - Messages arrive in order within one link session. After LINK_CLOSED, or
 *    after a DISCONNECT action, no event of the old session is delivered.
 *  - HELLO carries ft_ownership_hello() at the time it is sent.
 *  - Every ASK_WITNESS is answered by exactly one WON, LOST or UNREACHABLE
 *    with the same serial (a deadline of about 2 * silence); answers to older
 *    serials are ignored here.
 *  - On the primary, guest output leaves only by OPEN_GATE or RELEASE_EPOCH.
 *    On the standby, an epoch is acknowledged only by SEND_ACK, and the VM runs
 *    only by RESUME_VM, after LOAD_VM has applied every acknowledged epoch.
 *  - A fresh process starts with the gate held (a gate fails closed), or
 *    without any gate where the pair was never synced.
 *
 * Rules behind it (ft-states(7) has them with the reasons)
 *  R1 peer_may_take_over in the record says that the standby may hold a
 *     committed copy that contains all output released so far. It is persisted
 *     before the first commit, and cleared only by winning a new generation, by
 *     the standby's DISCARDED, or by this side's own last word at the witness,
 *     after which nobody wins any. While it is clear, this side is the only
 *     one that can ever speak, whatever the witness has recorded.
 *  R2 While it is set, output leaves by acknowledgement only.
 *  R3 A standby's copy is valid in one generation and one process life. It asks
 *     the witness only for a copy that is valid, and never acknowledges
 *     anything after it won. When it lost, it keeps the copy, because a primary
 *     that never spoke alone may still grant it, but asks no more.
 *  R4 Every sync is committed under a generation newer than any that somebody
 *     may have asked for before it, so forgotten questions mean nothing. Nor
 *     under one that the standby's record has reached: where a witness was set
 *     back since, a question beyond that may be under way.
 *  R5 A primary destroys its copy only when the peer says that it runs the VM
 *     under a higher generation; at the witness too, as its last word when the
 *     pair is removed. LOST alone only holds the output, and that the witness
 *     does not know the pair says nothing.
 *  R6 Won is not ran. unrun is in the record of a takeover from the beginning,
 *     and cleared on stable storage before the guest may run. A side that
 *     starts with it, and without a VM that could run, claims nothing: the
 *     peer's copy is the newest there is. Without it, only a look at the VM
 *     tells, never an error of what should have let it run.
 *     A planned switchover wins in two steps: offered, then, with all loaded, for
 *     good; only then it runs. What is offered the peer may take back at the
 *     witness, so that a target that dies in between stops nobody; one that a
 *     witness has forgotten, or does not make good in time, is given back.
 *  R7 A VM that nobody stopped runs. When no copy of it does, whoever is sole
 *     (R1) starts it from its own disks, which hold all that was ever answered.
 *     Who is not becomes it first: by DISCARDED of a standby without a valid
 *     copy, or from the witness when the peer stays away. Older data is never
 *     started without the administrator's word, which is worth more than any
 *     generation that the peer may have reached (FT_FORCED_STEP).
 *  R8 That word is also the only thing that lets a standby run its copy unasked: a
 *     valid one, while nobody is linked, in a generation lifted likewise. Without
 *     a witness, where the primary may not go on alone, nobody can speak beside
 *     it even when the primary lives: that one holds its output (R1, R2) until it
 *     hears of the higher generation, and ends its copy (R5). Anywhere else the
 *     primary may have spoken since, or speak now: then two do until they meet,
 *     and what it said alone is lost. A copy that then did not run leaves a
 *     record above the primary's, which goes above that for its next sync (R4).
 *
 * Units: nanoseconds of one monotonic clock, generations from 1, epochs from 1.
 */
#ifndef FT_PAIR_OWNERSHIP_H
#define FT_PAIR_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>

enum ft_role { FT_ROLE_PRIMARY, FT_ROLE_STANDBY };

/* What is written down (worker/pair-store.h); the whole memory of a side. */
struct ft_ownership_record {
    uint64_t generation;     /* grows; a demotion may lower a mere grant */
    int owner;               /* side 0 or 1 that owned it when written */
    enum ft_role role;       /* role in which the next process starts */
    bool peer_may_take_over; /* R1; always false on a standby */
    bool was_protected;      /* so that the next sync is a "resync" */
    bool unrun;              /* R6: won here, and it has not run yet */
    bool off;                /* R7: somebody shut the VM down */
    bool offered; /* R6: won as an offer; the peer may take it back */
};

/*
 * By how much an administrator's word lifts a generation: more than all syncs
 * and takeovers of a pair's life, so that the peer's is never above it.
 */
#define FT_FORCED_STEP (UINT64_C(1) << 20)

struct ft_ownership_config {
    int self;                   /* our side: 0 or 1; the peer is 1 - self */
    bool witness;               /* a witness is configured */
    bool alone_without_witness; /* administrator's choice, no witness only */
    int64_t silence_ns;         /* standby's suspicion; the primary's is 3/4,
                                 * the standby's of a host that answers 3/2 */
    int64_t patience_ns;        /* for a peer whose kernel closed the link; at
                                 * least twice the silence */
    int64_t handover_ns;        /* how long a switchover may take */
    int64_t retry_min_ns;       /* back-off between questions to the witness */
    int64_t retry_max_ns;
};

/* Defaults: 200 ms, 2 s, 5 s, 50 ms, 1 s; witness and alone false. */
#define FT_OWNERSHIP_CONFIG_INIT                                               \
    {                                                                          \
        .silence_ns = INT64_C(200000000), .patience_ns = INT64_C(2000000000),  \
        .handover_ns = INT64_C(5000000000), .retry_min_ns = INT64_C(50000000), \
        .retry_max_ns = INT64_C(1000000000)                                    \
    }

/* The VM as the process finds it on this host. */
#define FT_VM_STATES(X)                                                     \
    X(GONE, "gone", "no QEMU, or it ended without a guest shutdown")        \
    X(WAITING, "waiting", "QEMU waits for an incoming state; it never ran") \
    X(STOPPED, "stopped", "stopped by us; may be continued")                \
    X(RUNNING, "running", "the guest runs")                                 \
    X(OFF, "off", "shut down by the guest or the administrator")

/* Events: name, fields used besides the time, meaning. */
#define FT_OWNERSHIP_EVENTS(X)                                                \
    X(START, "vm wanted", "the process starts; first event, exactly once")    \
    X(TICK, "", "the deadline has come")                                      \
    X(HEARD, "heard_ns", "when a byte last came from the peer; 0: now")       \
    X(STARVED, "gap_ns", "this process itself did not run for a while")       \
    X(LINK_UP, "peer", "link authenticated, HELLO received")                  \
    X(LINK_CLOSED, "", "EOF or reset: the peer's kernel lives")               \
    X(PING_ALIVE, "", "the peer's daemon answered the ping: its worker runs") \
    X(PING_NO_WORKER, "", "it answered, and its worker does not run")         \
    X(PING_REBOOTED, "",                                                      \
      "it answered from another boot of its host than the last link's: "      \
      "nothing runs there any more that did")                                 \
    X(PING_REFUSED, "", "the peer's kernel refused: no engine there")         \
    X(PING_SILENT, "", "no answer to the ping within silence")                \
    X(MESSAGE, "message generation", "a control message from the peer")       \
    X(WON, "ask", "the witness gave us the generation asked for")             \
    X(LOST, "ask generation owner offered", "the witness has another record") \
    X(UNREACHABLE, "ask", "no answer from the witness; outcome unknown")      \
    X(WITNESS_SEEN, "generation owner",                                       \
      "what the witness holds, by a look at it")                              \
    X(WITNESS_UNSEEN, "", "it did not answer to that look")                   \
    X(WITNESS_REMOVED, "generation owner",                                    \
      "it says that this owner removed the pair")                             \
    X(SYNC_DONE, "", "primary: all copied, ready for the first commit")       \
    X(ACKED, "epoch final", "primary: the standby holds this epoch")          \
    X(EPOCH_HELD, "epoch", "standby: epoch complete and its checksum right")  \
    X(SYNC_FAILED, "",                                                        \
      "what we send (primary) or hold (standby) is wrong: "                   \
      "begin anew. Never for a broken link, which voids nothing")             \
    X(LOADED, "", "standby: LOAD_VM succeeded; the VM stands")                \
    X(RESUMED, "", "RESUME_VM succeeded")                                     \
    X(RESUME_FAILED, "", "LOAD_VM failed, or RESUME_VM: that may have run")   \
    X(VM_GONE, "", "QEMU died")                                               \
    X(VM_OFF, "", "the guest or the administrator shut the VM down")          \
    X(VM_STARTED, "", "the VM was started again here, by whomever")           \
    X(START_FAILED, "", "START_VM failed; the VM does not run")               \
    X(START_ASKED, "force",                                                   \
      "administrator: the VM shall run, here; force: "                        \
      "whatever newer data the peer may have; of a standby only that")        \
    X(SWITCHOVER, "", "primary: planned switchover asked for")                \
    X(FINAL_FAILED, "", "primary: no final epoch; VM runs on")                \
    X(UNPROTECT, "", "the pair is to be removed on this side")                \
    X(GIVE_UP, "", "no worker can replicate; run open for good")

/* Control messages between the two machines; one small frame each. */
#define FT_OWNERSHIP_MESSAGES(X)                                           \
    X(DISCARD, "to standby: your copy is void, a new sync begins "         \
               "(generation holds the serial of the sync)")                \
    X(DISCARDED, "to primary: I shall not take over with what I had "      \
                 "(generation holds the serial of the last DISCARD)")      \
    X(GENERATION, "to standby: what you hold is valid in this generation") \
    X(HANDOVER, "to standby: final epoch committed, win and resume")       \
    X(GRANT, "to standby: I gave this generation to you for good; resume") \
    X(TOOK_OVER, "to primary: the VM runs here in this generation")        \
    X(OFF, "to standby: guest was shut down; as DISCARD, without a sync")  \
    X(GOODBYE, "to standby: protection ends; as DISCARD, without a sync")

/* Actions: name, fields used, meaning. */
#define FT_OWNERSHIP_ACTIONS(X)                                                 \
    X(PERSIST, "record", "write the record; durable before going on")           \
    X(ASK_WITNESS, "ask expected generation owner offered ok",                  \
      "compare and swap; ok: nobody else can speak (R1)")                       \
    X(RAISE_WITNESS, "expected generation owner ok",                            \
      "compare and swap, to what is so; not ok: it has forgotten that")         \
    X(TELL_REMOVED, "generation owner",                                         \
      "tell the witness that its owner removes the pair")                       \
    X(HOLD_GATE, "", "hold guest output from now on")                           \
    X(OPEN_GATE, "", "release what is held and stop holding")                   \
    X(RELEASE_EPOCH, "epoch", "release output up to this epoch")                \
    X(SEND_ACK, "epoch", "standby: acknowledge this epoch")                     \
    X(SEND, "message generation", "send a control message to the peer")         \
    X(CONNECT, "", "primary: keep trying to reach the peer until LINK_UP")      \
    X(DISCONNECT, "", "close the link; drop what it still delivers")            \
    X(PING, "", "ask the peer's daemon whether it lives")                       \
    X(START_SYNC, "", "primary: send everything; the standby is empty")         \
    X(ALLOW_COMMIT, "", "primary: epoch 1 may be committed")                    \
    X(FINAL_EPOCH, "",                                                          \
      "primary: stop the VM and commit a last epoch; "                          \
      "RESUME_VM, START_SYNC and VM_OFF cancel it")                             \
    X(LOAD_VM, "", "standby: apply all acknowledged epochs; do not run")        \
    X(RESUME_VM, "", "let the VM run that was loaded, or stopped by us")        \
    X(START_VM, "",                                                             \
      "primary: boot the VM from this host's disks; "                           \
      "VM_STARTED or START_FAILED follows")                                     \
    X(DESTROY_COPY, "ok",                                                       \
      "kill this side's QEMU of the pair; never undone; ok: it lived when the " \
      "peer took over")                                                         \
    X(SWITCHOVER_ENDED, "ok", "answer whoever asked for the switchover")        \
    X(REMOVED, "", "unprotect is safe now: detach and forget the pair")         \
    X(EXIT_FOR_ROLE, "", "end this process; the record has the new role")       \
    X(REPORT, "state reason", "the public state has changed")

/* Public state of a pair: name, JSON word, meaning. */
#define FT_PAIR_STATES(X)                                                       \
    X(SYNCING, "syncing", "first copy under way; guest output flows freely")    \
    X(PROTECTED, "protected", "the standby can take over at any moment")        \
    X(ALONE, "alone", "the owner runs without a standby, and seeks it")         \
    X(RESYNCING, "resyncing", "the standby is being filled again")              \
    X(UNPROTECTED, "unprotected", "runs, or is off, and nothing is replicated") \
    X(FAILED, "failed", "the guest is cut off or lost; somebody must look")

/* Reasons: name, sentence for people. */
#define FT_OWNERSHIP_REASONS(X)                                               \
    X(NONE, "")                                                               \
    X(STARTING, "the engine has just started and asks who owns the VM")       \
    X(NO_PEER, "the other host is not reachable")                             \
    X(COPYING, "the standby is being filled")                                 \
    X(WAITING_WITNESS, "waiting for the witness to answer")                   \
    X(HELD, "output is held: neither the standby nor the witness answers")    \
    X(HELD_NO_WITNESS, "output is held: the standby is gone, there is no "    \
                       "witness and going on alone is not allowed")           \
    X(SUPERSEDED, "the witness says that the other host owns the VM; "        \
                  "waiting for it to confirm that it runs there")             \
    X(TAKING_OVER, "taking over")                                             \
    X(RESUME_FAILED, "this host won but could not run the VM")                \
    X(HANDING_OVER, "handing the VM over")                                    \
    X(SUSPECTING, "the primary is silent")                                    \
    X(NO_TAKEOVER, "the primary is silent, and without a witness this "       \
                   "host never takes over by itself")                         \
    X(VM_GONE, "QEMU ended here and no standby can take over")                \
    X(COLD_START, "no copy runs: the VM is started from this host's disks")   \
    X(START_FAILED, "no copy runs, and the VM could not be started from "     \
                    "this host's disks; that is tried again")                 \
    X(PEER_NEWER, "no copy runs, and the other host may hold newer data: "    \
                  "waiting for it, or for the witness")                       \
    X(GIVEN_AWAY, "this host gave the VM away; waiting for the other one to " \
                  "say that it runs there")                                   \
    X(VM_OFF, "the guest is shut down")                                       \
    X(GAVE_UP, "the engine could not go on; the guest runs unprotected")      \
    X(LEAVING, "protection is being removed")                                 \
    X(STANDS, "the VM stands: it could not be let go on, and that is tried "  \
              "again")                                                        \
    X(TWO_OWNERS, "both hosts claim the same generation")

#define FT_OWNERSHIP_ENUM_(name, ...) FT_ENUM_PREFIX_(name),
#define FT_ENUM_PREFIX_(name) FT_VM_##name
enum ft_vm_state { FT_VM_STATES(FT_OWNERSHIP_ENUM_) FT_VM_STATE_COUNT };
#undef FT_ENUM_PREFIX_
#define FT_ENUM_PREFIX_(name) FT_EVENT_##name
enum ft_ownership_event_kind {
    FT_OWNERSHIP_EVENTS(FT_OWNERSHIP_ENUM_) FT_EVENT_COUNT
};
#undef FT_ENUM_PREFIX_
#define FT_ENUM_PREFIX_(name) FT_MESSAGE_##name
enum ft_ownership_message {
    FT_OWNERSHIP_MESSAGES(FT_OWNERSHIP_ENUM_) FT_MESSAGE_COUNT
};
#undef FT_ENUM_PREFIX_
#define FT_ENUM_PREFIX_(name) FT_ACTION_##name
enum ft_ownership_action_kind {
    FT_OWNERSHIP_ACTIONS(FT_OWNERSHIP_ENUM_) FT_ACTION_COUNT
};
#undef FT_ENUM_PREFIX_
#define FT_ENUM_PREFIX_(name) FT_PAIR_##name
enum ft_pair_state { FT_PAIR_STATES(FT_OWNERSHIP_ENUM_) FT_PAIR_STATE_COUNT };
#undef FT_ENUM_PREFIX_
#define FT_ENUM_PREFIX_(name) FT_REASON_##name
enum ft_ownership_reason {
    FT_OWNERSHIP_REASONS(FT_OWNERSHIP_ENUM_) FT_REASON_COUNT
};
#undef FT_ENUM_PREFIX_
#undef FT_OWNERSHIP_ENUM_

/* What HELLO says about a side. */
struct ft_ownership_hello {
    enum ft_role role;
    uint64_t generation; /* primary: 0 when it gave the VM away */
    bool valid;          /* standby: holds a whole copy */
};

struct ft_ownership_event {
    enum ft_ownership_event_kind kind;
    enum ft_vm_state vm;
    int64_t gap_ns;
    int64_t heard_ns; /* of the machine's clock; it may be told late */
    struct ft_ownership_hello peer;
    enum ft_ownership_message message;
    uint64_t generation;
    int owner;
    uint64_t ask;
    uint64_t epoch;
    bool final;  /* ACKED: of the epoch asked by FINAL_EPOCH */
    bool wanted; /* the host has booted since the VM was shut down, and the VM
                  * is one that starts with its host */
    bool force;
    bool offered; /* that record is an offer still */
};

struct ft_ownership_action {
    enum ft_ownership_action_kind kind;
    struct ft_ownership_record record;
    uint64_t ask;
    uint64_t expected;   /* generation the witness must have now */
    uint64_t generation; /* new generation; always > expected */
    int owner;
    bool offered;
    uint64_t epoch;
    enum ft_ownership_message message;
    bool ok;
    enum ft_pair_state state;
    enum ft_ownership_reason reason;
};

#define FT_OWNERSHIP_ACTIONS_MAX 16 /* one event never makes more */

struct ft_ownership_actions {
    unsigned count;
    struct ft_ownership_action list[FT_OWNERSHIP_ACTIONS_MAX];
};

/* Where a side stands: name, meaning. Primary first, then standby. */
#define FT_OWNERSHIP_PHASES(X)                                             \
    X(NEW, "before START")                                                 \
    X(ALONE, "primary: sole speaker, gate open, no usable link")           \
    X(HELD, "primary: output held, no usable link; asks the witness")      \
    X(DISCARDING, "primary: link up, waits for the standby's DISCARDED")   \
    X(SYNCING, "primary: fills the standby, gate open")                    \
    X(COMMITTING, "primary: gate held, first commit not yet acknowledged") \
    X(PROTECTED, "primary: output leaves by acknowledgement")              \
    X(FINAL, "primary: last epoch before a switchover under way")          \
    X(HANDING, "primary: VM stopped, the standby was told to take over")   \
    X(GIVEN, "primary: generation granted away, waits for the peer")       \
    X(SUPERSEDED, "primary: witness says the peer owns; output held")      \
    X(IDLE, "standby: nothing valid")                                      \
    X(FILLING, "standby: being filled, nothing valid yet")                 \
    X(VALID, "standby: could take over")                                   \
    X(RESUMING, "standby: won or was granted, VM being resumed")           \
    X(ENDED, "nothing more to decide in this process")

#define FT_ENUM_PREFIX_(name, ...) FT_PHASE_##name,
enum ft_ownership_phase { FT_OWNERSHIP_PHASES(FT_ENUM_PREFIX_) FT_PHASE_COUNT };
#undef FT_ENUM_PREFIX_

/* Private to ownership*.c; laid open only so that callers can hold it. */
struct ft_ownership {
    struct ft_ownership_config config;
    struct ft_ownership_record record;
    enum ft_role role; /* of this process, for its life */
    enum ft_ownership_phase phase;
    enum ft_vm_state vm;
    enum ft_pair_state state; /* last reported, when reported */
    enum ft_ownership_reason reason;
    bool reported;
    bool linked; /* a link session is up */
    bool gate_open;
    bool fresh; /* R4: generation newer than any question */
    bool sync_done;
    bool leaving; /* UNPROTECT was asked for */
    bool giving_up;
    bool two_owners; /* the peer claims our generation */
    bool filling;    /* primary: last asked for a sync */
    bool switching;  /* somebody waits for a switchover */
    bool named;      /* standby: GENERATION came in this sync */
    bool voided;     /* standby: the witness refused this copy */
    bool resume_failed;
    bool peer_off;    /* standby: the guest was shut down */
    bool handing;     /* standby: the primary hands over */
    bool asked_offer; /* the last question asks for an offer */
    bool peer_offer;  /* its answer: the peer has but an offer */
    uint64_t sync;    /* serial of the last DISCARD in this
                                           session, 0 none */
    uint64_t serial;  /* primary: last one in this life */
    uint64_t epoch;   /* last acknowledged */
    int64_t heard_ns; /* last sign of life, or new patience */
    bool silent;      /* by the primary's measure, at the last event */
    int64_t phase_ns; /* when the phase began */
    bool closed;      /* standby: the peer's kernel closed */
    int64_t closed_ns;
    int64_t ping_at_ns; /* next PING; INT64_MAX none */
    int64_t pinged_ns; /* standby: heard_ns of the silence that was pinged in */
    int64_t alive_ns;  /* and of the one in which the host answered */
    int64_t resume_at_ns; /* primary: RESUME_VM again; INT64_MAX none */
    bool cold;            /* primary: asks for the sake of a cold start */
    bool starting;        /* START_VM has no answer yet */
    bool start_failed;    /* its last answer */
    int64_t start_at_ns;  /* not before */
    int64_t start_retry_ns;
    int64_t started_ns; /* when the VM was last started here */
    bool want;          /* a generation, until WON or LOST */
    bool asking;        /* the last question has no answer yet */
    bool unreachable;   /* the last answer was none */
    uint64_t ask;       /* serial of the last question */
    uint64_t asked_generation;
    uint64_t peer_generation; /* primary: the standby's, as its HELLO said, when
                               * not below ours: its questions named it */
    uint64_t peer_forced; /* or so far above that it was told to run (R8), until
                           * it says that it does not */
    uint64_t witness_generation; /* last heard there; 0 nothing */
    int64_t forgot_ns;     /* it has answered with a record older than ours, to
                            * this question, first at; INT64_MAX: no */
    uint64_t proven_epoch; /* whose acknowledgement then proves that the standby
                            * has not won; 0: too early */
    int64_t ask_at_ns;
    int64_t retry_ns;
};

/* Starts from what was written down. record->generation must be >= 1. */
void ft_ownership_init(struct ft_ownership *own,
                       const struct ft_ownership_config *config,
                       const struct ft_ownership_record *record);

/*
 * Takes one event at now_ns and fills out (which is reset first). Any event
 * is safe at any time: what does not fit the phase is ignored. Events from the
 * network are never trusted to be in a sensible order.
 */
void ft_ownership_event(struct ft_ownership *own, int64_t now_ns,
                        const struct ft_ownership_event *event,
                        struct ft_ownership_actions *out);

/* When the next TICK is wanted; INT64_MAX for never. */
int64_t ft_ownership_deadline(const struct ft_ownership *own);

/* What HELLO must say now. */
void ft_ownership_hello(const struct ft_ownership *own,
                        struct ft_ownership_hello *out);

/* True while a standby copy could take over. */
bool ft_ownership_valid(const struct ft_ownership *own);

/* Public state and reason as last reported. */
enum ft_pair_state ft_ownership_state(const struct ft_ownership *own,
                                      enum ft_ownership_reason *reason);

/*
 * Whether somebody else than us may start the VM on this side now: nobody else
 * can run it, and nobody has what is newer. As scripts/libvirt-hook asks.
 */
bool ft_ownership_may_start(const struct ft_ownership_record *record);

/*
 * On a primary, what its worker may do about an epoch that is not committed
 * (stall.h): end a QEMU that hangs, or whose disk fails, for the standby holds a
 * copy that may go on; or end the link, for it may go on alone then, or ask
 * whether it may.
 */
bool ft_ownership_may_give_up(const struct ft_ownership *own);
bool ft_ownership_may_go_alone(const struct ft_ownership *own);

/* On a standby: whether START_ASKED by force would let its copy run (R8). */
bool ft_ownership_may_force(const struct ft_ownership *own);

/*
 * How a start that was asked for (START_ASKED) stands: it is on its way, or may
 * be; the VM runs here, whoever started it; it is not started here.
 */
enum ft_start_progress { FT_START_WAITS, FT_START_RUNS, FT_START_REFUSED };
enum ft_start_progress ft_ownership_start_progress(
    const struct ft_ownership *own);

/* Names of the tables; "?" for anything out of range. Static strings. */
const char *ft_vm_state_name(enum ft_vm_state value);
const char *ft_ownership_event_name(enum ft_ownership_event_kind value);
const char *ft_ownership_message_name(enum ft_ownership_message value);
const char *ft_ownership_action_name(enum ft_ownership_action_kind value);
const char *ft_ownership_phase_name(enum ft_ownership_phase value);
const char *ft_pair_state_name(enum ft_pair_state value);
const char *ft_ownership_reason_text(enum ft_ownership_reason value);
const char *ft_role_name(enum ft_role value);

#endif
