/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every way that two of the real src/pair/ownership*.c can go, within bounds: a
 * world of two hosts, one link and one witness is one flat struct; a move makes
 * one world of another; model-search.c goes through all that can be reached.
 *
 * Time is an order only. Each host has a clock of its own, which stands at NOW
 * whenever a world is at rest, and advances to the machine's next deadline when
 * a move says so; a time is its age. Nothing bounds how long anything takes but
 * what the two hosts hear of each other: on a whole link silence does not grow.
 *
 * Data are answers: a guest answers all the time. Of each answer the world has
 * one column, which says what copies contain it, whether it is still held, and
 * whether it was let out. Answers in the same copies are one. No copy may speak
 * that lacks one that was let out, and no two may speak at once.
 *
 * Single thread; no memory but where model-search.c says so.
 */
#ifndef FT_MODEL_H
#define FT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/ownership.h"

#define NOW INT64_C(0x123456789a00) /* like no other number */
#define NEVER INT64_MAX
#define UNIT INT64_C(1000000000) /* in which every limit is a whole number */
#define AGE_MAX (12 * UNIT)      /* as old as any limit of CONFIG below */

/* Not the engine's defaults, but in the same order. */
#define FT_MODEL_CONFIG                                     \
    {                                                       \
        .silence_ns = 4 * UNIT, .patience_ns = 8 * UNIT,    \
        .handover_ns = 12 * UNIT, .retry_min_ns = 4 * UNIT, \
        .retry_max_ns = 4 * UNIT                            \
    }

#define QUEUE 8
#define REQUESTS 4
#define COLUMNS 24

/* What an answer is in, or has become; bits of a column. */
enum {
    IN_VM = 1 << 0,     /* the guest of side 0; << 1 of side 1, as below */
    IN_HELD = 1 << 2,   /* the standby's epochs that are complete */
    IN_ACKED = 1 << 4,  /* and acknowledged */
    IN_LOAD = 1 << 6,   /* what is being loaded */
    IN_FRAME = 1 << 8,  /* an epoch on its way to that side */
    PENDING = 1 << 10,  /* held by that side's gate */
    IN_EPOCH = 1 << 12, /* held, and in the epoch that was sent last */
    IN_DISK = 1 << 14,  /* the disks, as the guest that ran there left them */
    RELEASED = 1 << 16,
};
#define OF(bit, side) ((uint32_t)(bit) << (side))

enum frame_kind { F_HELLO, F_MESSAGE, F_SYNC, F_EPOCH, F_ACK, F_EOF };

struct frame {
    uint8_t kind, message, role, valid;
    uint8_t old_boot; /* HELLO: its host has lost power since */
    uint32_t epoch;
    uint64_t generation;
};

/* A question under way; at: 0 free, 1 to the witness, 2 its answer. */
struct request {
    uint8_t at, won, owner, now_owner, offered, now_offered;
    uint8_t removes, removed; /* TELL_REMOVED; what the answer says */
    uint32_t ask;             /* 0: nobody waits for the answer any more */
    uint64_t expected, generation, now;
};

struct side {
    int64_t now;
    struct ft_ownership own;
    struct ft_ownership_record stable;
    struct request request[REQUESTS];
    uint64_t epoch; /* last that was sent */
    uint8_t up, engine, alive, removed, attached, connecting;
    uint8_t vm, gate_open, waiting, held, acked;
    uint8_t committing, final, unacked;
    uint8_t syncing;  /* SYNC_DONE is to come */
    uint8_t loading;  /* LOADED is to come */
    uint8_t starting; /* VM_STARTED is to come; 2: whose worker is no more */
    uint8_t resuming; /* 1 RESUMED is to come, 2 RESUME_FAILED */
    uint8_t pinging;
    uint8_t gone;     /* VM_GONE is to come */
    uint8_t eof_owed; /* it lost power: its kernel resets when it is back */
    uint8_t rebooted; /* the peer's host lost power since its last HELLO */
    uint8_t gives_up; /* its worker only lets the VM go on alone */
    uint8_t off; /* its record said so, and nobody asked for the VM since */
};

/* What may still go wrong, or be asked for. */
struct budget {
    uint8_t crash, cut, error, late, switchover, resync, unprotect;
    uint8_t off, give_up, force;
    uint8_t word; /* as force, and wrong perhaps */
};

struct world {
    struct side side[2];
    struct frame fifo[2][QUEUE]; /* to side */
    uint8_t fifo_count[2], lossy[2];
    uint32_t column[COLUMNS];
    uint64_t witness_generation;
    uint8_t witness_owner, witness_offered, witness_removed, cut;
    uint8_t forced; /* by such a word: data and speakers are judged no more */
    struct budget budget;
};

/* Of the whole run: not part of a world. */
struct profile {
    const char *name;
    bool witness, alone;
    struct budget budget;
};

enum cut {
    CUT_01 = 1,
    CUT_10 = 2,
    CUT_0W = 4,
    CUT_W0 = 8,
    CUT_1W = 16,
    CUT_W1 = 32,
};
#define CUT_LINK(from) ((from) == 0 ? CUT_01 : CUT_10)
#define CUT_ASK(side) ((side) == 0 ? CUT_0W : CUT_1W)
#define CUT_ANSWER(side) ((side) == 0 ? CUT_W0 : CUT_W1)

/* Name, what it is of a move with an argument. */
#define FT_MODEL_MOVES(X)                           \
    X(BOOT, "boots")                                \
    X(START, "worker starts")                       \
    X(DELIVER, "gets the next frame")               \
    X(DROP, "loses what its peer sent last")        \
    X(PONG, "gets the answer to its ping")          \
    X(PONG_EARLY, "is answered before workers run") \
    X(GONE, "learns that its VM has gone")          \
    X(LOADED, "has loaded the copy")                \
    X(RESUMED, "gets libvirt's answer")             \
    X(STARTED, "boots the VM")                      \
    X(START_FAILS, "cannot boot the VM")            \
    X(SYNCED, "has copied all")                     \
    X(WITNESS, "its question reaches the witness")  \
    X(ANSWER, "gets the witness's answer")          \
    X(TIMEOUT, "gets no answer from the witness")   \
    X(LOOK, "looks at the witness")                 \
    X(CONNECT, "connects")                          \
    X(CHECKPOINT, "sends an epoch")                 \
    X(HEARD, "hears its peer")                      \
    X(TICK, "waits for its deadline")               \
    X(HEAL, "all ways are whole again")             \
    X(CUT, "ways are cut")                          \
    X(WORKER_DIES, "worker dies")                   \
    X(QEMU_DIES, "QEMU dies")                       \
    X(HOST_DIES, "power fails")                     \
    X(LOAD_FAILS, "cannot load the copy")           \
    X(SWITCHOVER, "switchover is asked for")        \
    X(RESYNC, "finds its copy wrong")               \
    X(UNPROTECT, "shall let the VM go")             \
    X(GUEST_OFF, "guest shuts down")                \
    X(START_ASKED, "is asked to start the guest")   \
    X(FORCE, "is told to run what it has")

#define FT_MODEL_MOVE(name, text) M_##name,
enum move_kind { FT_MODEL_MOVES(FT_MODEL_MOVE) MOVE_KINDS };

/* What goes wrong between two actions of a move. */
enum trip { TRIP_NONE, TRIP_WORKER, TRIP_HOST, TRIP_ERROR, TRIPS };

struct move {
    uint8_t kind, side, argument; /* a slot, or the ways that are cut */
    uint8_t trip, trip_at;        /* before that action */
};

/* What a move did, besides making the next world. */
struct outcome {
    unsigned actions;  /* that can be tripped at */
    bool error_at[32]; /* TRIP_ERROR is possible there */
    bool overflow;     /* a queue was too short: not a world */
    char why[160];     /* empty, or the rule that was broken */
    bool trace;        /* print events and actions */
};

extern struct profile ft_model_profile;
extern bool ft_model_two_winners; /* a broken witness, for --self-test */

/* model-world.c: hosts, and what the actions of the machine do */
void ft_model_begin(struct world *w);
void ft_model_event(struct world *w, int side,
                    const struct ft_ownership_event *event,
                    const struct move *move, struct outcome *out);
void ft_model_worker_dies(struct world *w, int side);
void ft_model_host_dies(struct world *w, int side);
void ft_model_qemu_dies(struct world *w, int side);
void ft_model_worker_starts(struct world *w, int side, const struct move *move,
                            struct outcome *out);
void ft_model_check(const struct world *w, struct outcome *out);
void ft_model_fail(struct outcome *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* model-data.c: answers, and the copies that contain them */
void ft_model_answer(struct world *w, struct outcome *out);
void ft_model_copy(struct world *w, uint32_t from, uint32_t to);
void ft_model_lose(struct world *w, uint32_t bits);
void ft_model_release(struct world *w, int side, uint32_t which,
                      struct outcome *out);
bool ft_model_contains_all(const struct world *w, uint32_t copy);
void ft_model_tidy(struct world *w);

/* model-net.c: the link and the witness */
void ft_model_send(struct world *w, int from, const struct frame *frame,
                   struct outcome *out);
void ft_model_close(struct world *w, int side, bool abrupt, struct outcome *out);
void ft_model_forget_frames(struct world *w, int side);
void ft_model_ask(struct world *w, int side,
                  const struct ft_ownership_action *action, struct outcome *out);
void ft_model_connect(struct world *w, int side, const struct move *move,
                      struct outcome *out);
void ft_model_deliver(struct world *w, int side, const struct move *move,
                      struct outcome *out);
void ft_model_witness(struct world *w, int side, int slot);
void ft_model_answered(struct world *w, int side, const struct move *move,
                       struct outcome *out);
void ft_model_timeout(struct world *w, int side, const struct move *move,
                      struct outcome *out);

/* model-apply.c: what a move does */
void ft_model_apply(struct world *w, const struct move *move,
                    struct outcome *out);

/* model-moves.c: what may happen in a world, without what trips it */
#define MOVES_MAX 96
unsigned ft_model_moves(const struct world *w, struct move *list);
bool ft_model_hears(const struct world *w, int side);
bool ft_model_is_late(const struct world *w, int side);
/* All works and nobody is hindered any more: the next world; false: no other. */
bool ft_model_calm_step(struct world *w, struct outcome *out);
const char *ft_model_move_name(const struct move *move);

/* model-canon.c: one form for all worlds that go on alike */
#define PACKED_MAX 4096
void ft_model_canonical(struct world *w);
size_t ft_model_pack(const struct world *w, uint8_t *out);
void ft_model_unpack(struct world *w, const uint8_t *packed, size_t size);
uint64_t ft_model_hash(const uint8_t *packed, size_t size);

/* model-calm.c: never none */
enum calm { CALM_RUNS, CALM_STUCK, CALM_FAILED };
/* Where all this leads when nothing hinders it any more. Remembers what it has
 * seen. */
enum calm ft_model_calm(const struct world *w, struct outcome *out);
void ft_model_calm_forget(void);

/* model-table.c: a set of sums, numbered from 0 as they come */
struct table {
    uint64_t *sum;
    uint32_t *slot;
    uint64_t count, sums_size, slots;
};
/* The number of a sum; UINT32_MAX: it was not there, and is the last one now. */
uint32_t ft_model_table_add(struct table *table, uint64_t sum);
bool ft_model_table_has(const struct table *table, uint64_t sum);
void ft_model_table_free(struct table *table);
void *ft_model_grow(void *memory, size_t size);

/* model-search.c: breadth first; see explore.c for what it prints */
struct search {
    uint64_t states, moves, overflows, depth, widest;
    uint64_t states_max; /* stops there; 0 none */
    bool complete, silent;
};
/* False: a rule was broken, and the way there is printed unless silent. */
bool ft_model_search(struct search *search);

#endif
