/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A deterministic world around the real src/pair/ownership*.c: two hosts, a
 * witness, a network, guests that answer requests, and faults. One virtual
 * clock, one queue, one random number generator per seed; the same seed is the
 * same run. Single thread.
 *
 * The judge is a history tree: every request a guest works on makes a child of
 * the state before it. An answer that reaches a client releases that state.
 * Whatever is released must descend from everything released before, or be a
 * late copy of what all later states contain: this is "no two speakers" and
 * "no answered request lost" in one rule.
 */
#ifndef FT_SIM_H
#define FT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/ownership.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

enum what {
    W_GUEST,
    W_TICK,
    W_HEARTBEAT,
    W_CHECKPOINT,
    W_CONNECT,
    W_FRAME,
    W_PING_RESULT,
    W_WITNESS_REQUEST,
    W_WITNESS_ANSWER,
    W_WITNESS_TIMEOUT,
    W_LOADED,
    W_LOAD_DIES,
    W_RESUMED,
    W_SYNCED,
    W_START,
    W_REBOOT,
    W_UNPAUSE,
    W_FAULT,
    W_HEAL,
    W_WITNESS_UP,
    W_BOOT_GUEST,
    W_STARTED,
    W_LOOK,
    W_MOVE,
    W_SNAPSHOT,
    W_DISK_ROOM,
    W_EVENT, /* that came while the disk was full */
};

enum frame { F_HELLO, F_MESSAGE, F_EPOCH, F_ACK, F_SYNC, F_HEARD, F_EOF };

enum fault {
    HOST_CRASH,
    WORKER_CRASH,
    QEMU_CRASH,
    CUT,
    CUT_ONE_WAY,
    WITNESS_DOWN,
    PAUSE,
    CRASH_AT_ACTION,
    HOST_CRASH_AT_ACTION,
    RESYNC,
    SWITCHOVER,
    GUEST_OFF,
    LOSS,
    FAULTS,
    UNPROTECT, /* ends the pair, so it comes last if at all */
    WITNESS_BACK = UNPROTECT + 1, /* sim-trouble.c */
    HOST_LOST,
    DISK_FULL,
    HOST_FROZEN,
    QEMU_FROZEN,
    START_BY_HAND,
    ALL_FAULTS,
    AWAY =
        ALL_FAULTS, /* the primary, from peer and witness, until all is healed */
    UNPROTECT_WITHOUT, /* whoever took over from it since */
};

/* Which witnesses a host asks (sim-move.c). */
enum stage { OLD, BOTH, NEW };

struct record {
    uint64_t generation;
    int owner;
    bool offered, removed;
};

/* A state of the guest; 0 is none. */
typedef uint32_t state_id;

struct item {
    int64_t at;
    uint64_t order;
    enum what what;
    int side;      /* whose worker gets it; for frames the receiver */
    uint64_t life; /* worker's life it is for; 0 any */
    uint64_t session;
    enum frame frame;
    struct ft_ownership_event event;
    state_id state;
    uint64_t expected; /* witness request; HELLO, ping: the boot */
    int voter;         /* witness request: 0 the old one, 1 the new one */
    bool both;         /* the new one is to be asked as well */
    bool raises, sole; /* from whatever it has, where that is older */
    bool moving;       /* one of two */
    int fault;
};

struct output {
    state_id state;
    uint64_t epoch; /* 0: not in a checkpoint yet */
};

#define OUTPUTS 4096

struct vm {
    enum ft_vm_state mode;
    state_id state;
    bool gate_open;
    int64_t frozen_until;
    struct output held[OUTPUTS];
    unsigned held_count;
};

struct worker {
    bool alive;
    bool daemon_only; /* the daemon itself, giving up */
    uint64_t life;
    int64_t paused_until;
    uint64_t session; /* 0 none */
    bool connecting;
    int64_t tick_at;
    bool committing, final, unacked;
    uint64_t epoch;
    uint64_t sync;
    uint64_t peer_boot;   /* as its last HELLO said; 0 not known */
    uint64_t pending[16]; /* questions without an answer */
    bool stalled;         /* no room for its record: the rest waits */
    struct ft_ownership_actions waiting;
    unsigned waiting_at;
    struct ft_ownership own;
};

struct host {
    bool up, removed;
    uint64_t boot;     /* which one it is, from 1 */
    int64_t daemon_at; /* since when a daemon answers there, before workers run */
    bool lost;         /* never comes back */
    int64_t full_until, frozen_until;
    bool off; /* recorded that somebody shut the VM down; nobody asked since */
    struct ft_ownership_record stable;
    struct vm vm;
    state_id held, acked; /* standby's copy; 0 nothing usable */
    bool waiting;         /* a QEMU waits for incoming state */
    struct worker worker;
};

struct session {
    uint64_t id;
    int64_t last[2];  /* FIFO: delivery of the last frame to side */
    int64_t stall[2]; /* a cut delays all that is behind it */
    bool drop[2];     /* frames under way to side are lost */
};

struct world {
    uint64_t seed, random;
    int64_t now;
    uint64_t order, steps;
    bool trace, failed, calm;
    bool excused; /* a fault took the last copy of the VM */
    bool waits;   /* who won died before it ran: the other side's copy is whole,
                   * and stands until the winner's host returns and says so */
    char why[256];
    struct ft_ownership_config config;
    struct item *queue;
    unsigned queue_count, queue_size;
    struct host host[2];
    struct session session; /* newest; older ones are dead */
    uint64_t sessions;
    bool cut[3][3];  /* cut[from][to]; 2 is the witness */
    bool more;       /* has sim-trouble.c's */
    bool slow_boots; /* workers start as long after the daemon as they do */
    bool betrayed;   /* the witness gave away what it has forgotten */
    bool spoke;      /* the side that is left, after the other host was lost */
    uint64_t snapshot_generation, highest_generation;
    int snapshot_owner, highest_owner;
    bool snapshot_offered, snapshot_removed;
    bool witness_removed; /* its owner told it that the pair was removed */
    int away;             /* side of AWAY */
    bool witness_up, loss;
    bool moves, healed;   /* sim-move.c's; no move begins any more */
    enum stage stage[2];  /* of each host */
    struct record second; /* the witness that the pair moves to */
    unsigned moved;
    uint64_t witness_generation;
    int witness_owner;
    bool witness_offered;
    state_id *parent;
    uint32_t *depth;
    unsigned states, states_size;
    state_id released;
    int64_t released_at;
    int released_by;
    unsigned released_count, takeovers, cold_starts, switchovers, removals;
    unsigned crash_in; /* crash at the n-th action from now; 0 never */
    int crash_host;    /* 1: the whole host */
};

/* sim-core.c */
uint64_t ft_sim_random(struct world *w, uint64_t below);
bool ft_sim_chance(struct world *w, unsigned per_mille);
int64_t ft_sim_delay(struct world *w, int64_t least, int64_t most);
struct item *ft_sim_push(struct world *w, int64_t at, enum what what, int side);
bool ft_sim_pop(struct world *w, struct item *out);
void ft_sim_postpone(struct world *w, const struct item *item, int64_t at);
state_id ft_sim_state(struct world *w, state_id parent);
bool ft_sim_descends(const struct world *w, state_id state, state_id from);
void ft_sim_fail(struct world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ft_sim_trace(const struct world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* sim-judge.c */
void ft_sim_release(struct world *w, int side, state_id state);
void ft_sim_excuse(struct world *w);
void ft_sim_excuse_owner(struct world *w, int side);
void ft_sim_check(struct world *w);
void ft_sim_judge_removal(struct world *w);

/* sim-vm.c */
void ft_sim_act(struct world *w, int side,
                const struct ft_ownership_action *action);
void ft_sim_guest(struct world *w, int side);
void ft_sim_kill_vm(struct host *host);
void ft_sim_checkpoint(struct world *w, const struct item *item);
void ft_sim_loaded(struct world *w, const struct item *item);
void ft_sim_started(struct world *w, const struct item *item);
void ft_sim_end_worker(struct world *w, int side, bool abrupt,
                       int64_t restart_in);

/* sim-host.c */
void ft_sim_event(struct world *w, int side,
                  const struct ft_ownership_event *event);
void ft_sim_worker_start(struct world *w, int side, bool give_up);
void ft_sim_worker_crash(struct world *w, int side);
void ft_sim_host_crash(struct world *w, int side);
void ft_sim_host_item(struct world *w, const struct item *item);

/* sim-net.c */
void ft_sim_send(struct world *w, int from, enum frame frame,
                 const struct ft_ownership_event *event, state_id state);
void ft_sim_close(struct world *w, int side, bool abrupt);
void ft_sim_net_item(struct world *w, const struct item *item);
void ft_sim_ask(struct world *w, int side,
                const struct ft_ownership_action *action);
void ft_sim_ping(struct world *w, int side);

/* sim-faults.c */
extern const char *const ft_sim_fault_names[];
int ft_sim_primary(const struct world *w);
void ft_sim_pause_until(struct worker *worker, int64_t until);
void ft_sim_inject(struct world *w, enum fault fault, int side);
void ft_sim_heal(struct world *w);
void ft_sim_boot_guest(struct world *w, int side);

/* sim-trouble.c: what only every fourth seed has */
void ft_sim_plan_more(struct world *w, int64_t from, int64_t until);
void ft_sim_more_trouble(struct world *w, enum fault fault, int side);
void ft_sim_libvirt_boots(struct world *w, int side);
void ft_sim_look(struct world *w, int side);
void ft_sim_snapshot(struct world *w);
void ft_sim_witness_won(struct world *w, const struct record *now,
                        uint64_t before);
void ft_sim_witness_buried(struct world *w);

/* sim-move.c: what only every seventh seed has */
void ft_sim_plan_moves(struct world *w);
void ft_sim_move(struct world *w);
unsigned ft_sim_voters(const struct world *w, int side);
int ft_sim_first_voter(const struct world *w, int side);
void ft_sim_take_record(const struct world *w, int voter, struct record *r);
void ft_sim_put_record(struct world *w, int voter, const struct record *r);
void ft_sim_look_record(const struct world *w, int side, struct record *r);

/* sim-run.c: a whole run of one seed; false when it failed. */
bool ft_sim_run(struct world *w, uint64_t seed, bool trace);
bool ft_sim_is_protected(const struct world *w);
void ft_sim_free(struct world *w);

#endif
