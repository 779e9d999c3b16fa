/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftengine worker: one process for one pair on one host, in one role for its
 * whole life. This is what its parts share, and what the two roles, each a
 * struct ft_side (src/primary, src/standby), may ask of it.
 *
 * Threads: everything belongs to the control thread (loop.h) unless its
 * comment says "any thread".
 */
#ifndef FT_WORKER_WORKER_H
#define FT_WORKER_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdint.h>

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/boot.h"
#include "base/error.h"
#include "pair/ownership.h"
#include "witness/witness-client.h"
#include "worker/door.h"
#include "worker/figures.h"
#include "worker/pair-store.h"
#include "worker/session.h"

struct ft_worker;

struct ft_side {
    /* Opens what the role needs before START; says how it found the VM. */
    int (*open)(struct ft_worker *worker, enum ft_vm_state *vm,
                struct ft_error *err);
    /* Carries out one of the actions that are the side's own (not shared). */
    void (*act)(struct ft_worker *worker,
                const struct ft_ownership_action *action);
    /* A frame of the peer, on the receiver thread; not CONTROL or ERROR. */
    int (*frame)(struct ft_worker *worker, struct ft_session *session,
                 const struct ft_frame *frame, struct ft_error *err);
    /* After the ownership machine took this message, on the receiver thread. */
    void (*message)(struct ft_worker *worker, enum ft_ownership_message message);
    /* The link is up, or ended; its session is worker->session, or was. */
    void (*link_up)(struct ft_worker *worker);
    void (*link_down)(struct ft_worker *worker);
    /* Every tick: the peer was last heard so many ns ago. */
    void (*quiet)(struct ft_worker *worker, int64_t ns);
    /* The peer told that it could not go on; on the receiver thread. NULL: none. */
    void (*peer_failed)(struct ft_worker *worker);
    /*
     * Once a second, over the last so many seconds: adds to worker->figures
     * what is not measured where it happens. NULL: nothing.
     */
    void (*look)(struct ft_worker *worker, double seconds);
    /* Settings in worker->config have changed. NULL: none matter to it. */
    void (*settings)(struct ft_worker *worker);
    /* Adds its members to STATUS. */
    void (*status)(struct ft_worker *worker, json_t *status);
    /* Answers a verb with ft_worker_reply, now or later. */
    int (*request)(struct ft_worker *worker, const char *verb,
                   const json_t *args, int64_t client, int64_t id,
                   struct ft_error *err);
};

struct ft_asker { /* who waits for an answer; client 0: nobody */
    int64_t client, id;
};

struct ft_worker {
    struct ft_pair_config config;
    struct ft_pair_record state;
    uint8_t key[FT_KEY_SIZE], witness_keys[2][FT_KEY_SIZE]; /* by slot */
    char run_folder[128]; /* /run/ftadmin/UUID */
    const struct ft_side *side;
    void *side_data;
    struct ft_session_terms terms; /* worker-link.c */
    /* Carries out an action (worker-actions.c); called by worker-machine.c. */
    void (*act)(struct ft_worker *worker,
                const struct ft_ownership_action *action);
    /* Members of STATUS of both roles (worker-main.c); by worker-report.c. */
    void (*add_status)(struct ft_worker *worker, json_t *status);

    /* conn and dom are others after libvirt was restarted under a copy; who has
     * read the old ones gets errors of them, they are not freed */
    _Atomic(virConnectPtr) conn;
    virConnectPtr events; /* brings events, and nothing else: see worker-libvirt.c */
    _Atomic(virDomainPtr) dom; /* of conn; NULL while there is none */
    int64_t libvirt_lost_ns;   /* when a connection ended; 0: none */
    unsigned libvirt_renewed;  /* how often it was another libvirtd */
    int libvirt_timer;
    bool libvirt_trying;
    virConnectPtr libvirt_new[2]; /* of that try */
    int give_up;                  /* started only to let the VM go on alone */
    bool begun; /* START was given: all is open that a request may need */

    pthread_mutex_t own_lock; /* protects own and batches */
    struct ft_ownership own;
    unsigned batches; /* actions handed to the loop, not done yet */

    pthread_mutex_t record_lock; /* of what is in the record, and its writing */
    atomic_int persisting;       /* threads that write it, or wait for that */

    pthread_mutex_t session_lock;
    struct ft_session *session;      /* under session_lock; NULL: no link */
    char peer_boot[FT_BOOT_ID_SIZE]; /* of the last session's peer, or empty */
    int wants_link, making_link;
    int connect_timer;

    pthread_mutex_t channel_lock;
    int channel, channel_watch, channel_timer;

    struct ft_figures figures;     /* any thread */
    int64_t figures_at;            /* the second that runs */
    int64_t figures_ns, cpu_ns;    /* when it began; CPU time so far then */
    struct ft_paths *paths;        /* worker-paths.c */
    struct ft_worker_drift *drift; /* worker-drift.c */

    int tick_timer, status_timer, witness_timer;
    int64_t last_tick, last_heard;
    struct ft_witness_standing witness_standing[2]; /* by slot; any thread */
    atomic_int witness_reachable;                   /* -1 unknown */
    bool witness_older; /* by the last look: it has forgotten what is ours */
    bool witness_full;  /* by the last look: it cannot store another word */
    int next_witness_reachable; /* by the last look; -1 unknown */
    bool next_witness_older;    /* the same */
    unsigned voters_serial;     /* worker-voters.c: another with each change */
    unsigned voters_asked;      /* questions under way to those of now */
    unsigned voters_before;     /* and to those of before */
    struct ft_asker voters_asker; /* of the change that waits for these */
    pthread_mutex_t problem_lock;
    struct ft_error problem;      /* why the last copying came to nothing */
    struct ft_error link_problem; /* why there is no link */
    enum ft_pair_state reported;
    enum ft_ownership_reason reason;
    struct ft_asker switchover, removal, start;
    int removal_timer;     /* while libvirt is asked before it; 0: none yet */
    unsigned removal_look; /* serial of that question */
    int64_t start_asked_ns;
    char runs_on[64];  /* who removes the pair says so; empty: not known */
    json_t *parting;   /* what the answer to the removal says; NULL: nothing */
    bool witness_told; /* of the removal: it tells a host that is away */
    int64_t handover_stopped_ns; /* when the VM stopped for a switchover */
    int64_t took_over_seen_ns;   /* when the peer came as the primary */
    bool told_peer;              /* why this link is to end */
    bool link_failed; /* the last link ended by a problem that was told */
    int handover;     /* the primary handed over (standby) */
    struct ft_door door;
    int64_t refused_ns; /* when a refused one was last noted, or 0 */
    int64_t asked_ns;   /* first question to the witness, this link */
};

/* worker-machine.c. Feeds the ownership machine; its actions follow, in order. Any thread. */
void ft_worker_event(struct ft_worker *worker,
                     const struct ft_ownership_event *event);
void ft_worker_event_kind(struct ft_worker *worker,
                          enum ft_ownership_event_kind kind);

/* worker-link.c. The session with a reference of the caller, or NULL. Any thread. */
struct ft_session *ft_worker_session(struct ft_worker *worker);

/*
 * Tells the peer why we cannot go on, after all messages that are on their way;
 * it ends the link then. Any thread.
 */
void ft_worker_tell_peer(struct ft_worker *worker, const struct ft_error *why);

/* Ends the link, if there is one, and waits for its receiver. */
void ft_worker_drop_link(struct ft_worker *worker);

/* worker-report.c. An event for the administrator, and a log line. Any thread. */
void ft_worker_note(struct ft_worker *worker, const char *severity,
                    const char *kind, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Remembers for STATUS what keeps the pair from protection. Why a copying came
 * to nothing stays until another one came to its end, for each may fail again
 * where the last one did; why there is no link until there is one. NULL: nothing
 * any more, of the link neither. True: it was not that before, and is an event.
 * Any thread.
 */
bool ft_worker_set_problem(struct ft_worker *worker, const struct ft_error *err);
void ft_worker_set_link_problem(struct ft_worker *worker,
                                const struct ft_error *err);

/* That, the link's first, in out, and whether there is any. Any thread. */
bool ft_worker_problem(struct ft_worker *worker, struct ft_error *out);

/* Answers who asked for the start: host runs it, started by whom. */
void ft_worker_reply_started(struct ft_worker *worker, const char *host,
                             const char *by);

/* Answers and forgets an asker; result is stolen. Nobody asking: a no-op. */
void ft_worker_reply(struct ft_worker *worker, struct ft_asker *asker,
                     json_t *result, const struct ft_error *err);

/*
 * What this worker is at now, before it may be silent for long: the daemon does
 * not end one that is; and what is in its way, or NULL. Any thread.
 */
void ft_worker_say_busy(struct ft_worker *worker,
                        const struct ft_error *problem);

/*
 * worker-files.c. Writes the record, and tries again until it is written; the
 * daemon knows of it, and what is in the way is said. Any thread.
 */
void ft_worker_persist(struct ft_worker *worker);

/*
 * worker-files.c. Whether the record could be written now: asked of the disk
 * itself, which may take long, in a file of its own that is written in place as
 * the record is. A full disk is in the way only of the first time, and no error.
 * Any thread.
 */
int ft_worker_probe_record(const struct ft_worker *worker, struct ft_error *err);

/*
 * Says why ("role", "removed", "gave-up"), answers who asked for the removal,
 * and ends this process.
 */
void ft_worker_exit(struct ft_worker *worker, const char *why)
    __attribute__((noreturn));

/* Name of the other host. */
static inline const char *
ft_worker_peer_name(const struct ft_worker *worker)
{
    return worker->config.hosts[!worker->config.self].name;
}

#endif
