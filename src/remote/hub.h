/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engines of any number of hosts, each over one SSH connection on which
 * calls and streams run side by side.
 *
 * Every host has a thread that owns its connection: it connects, sends what was
 * queued, hands out what comes, and notices silence: FT_HUB_SILENT_MS without a
 * line is stale, and from then on another connection is tried beside the silent
 * one and takes its place, unless that one has spoken again by then. Nothing is
 * sent to a connection that may be dead before it has given a sign of life, and
 * nothing is ever sent twice.
 *
 * Who calls with ft_hub_call or ft_hub_do waits for the end. What was asked for
 * with ft_hub_ask and ft_hub_follow, and what becomes of connections, comes as
 * messages in one queue of the hub, for one reader (ft_hub_next). The queue is
 * bounded: a stream that is not read in time ends, and its end says so.
 *
 * Ownership: ft_hub_open and ft_hub_close; hosts are the hub's until
 * ft_hub_remove or ft_hub_close, which both wait for the host's threads (and so
 * for a question that a prompt has open); who waits for an answer then gets
 * -ECANCELED. Threads: all functions may be called from any thread, ft_hub_next
 * from one at a time, none from within a prompt or a job; ft_hub_remove and
 * ft_hub_close by the reader, or when there is none, and when nobody begins
 * anything with what they end. Times are CLOCK_MONOTONIC in ns.
 *
 * Errors carry their class (reach.h). -ETIMEDOUT no answer within the deadline,
 * -EPIPE the connection was lost after the request had been sent (whether it
 * was done is not known), -ECANCELED cancelled, -EAGAIN too many are open, and
 * all of ssh.h and control.h.
 */
#ifndef FT_REMOTE_HUB_H
#define FT_REMOTE_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "remote/ssh.h"

#define FT_HUB_SILENT_MS 3000
#define FT_HUB_OPEN_MAX 64            /* requests of one host at a time */
#define FT_HUB_EVENTS_MAX 1024        /* events of one host that nobody took */
#define FT_HUB_EVENTS_BYTES (8 << 20) /* and their size as sent */

/* How long an answer may take where nothing else is said, in ms. */
#define FT_HUB_CALL_MS 30000

struct ft_hub;
struct ft_hub_host;

enum ft_hub_phase {
    FT_HUB_IDLE,       /* no connection, and nobody has asked for one */
    FT_HUB_CONNECTING, /* on its way: SSH, then the engine */
    FT_HUB_LIVE,       /* the engine has answered, and is not silent */
    FT_HUB_STALE,      /* connected, but nothing was heard since heard_ns */
    FT_HUB_GONE,       /* no connection to the engine: error says why */
    FT_HUB_PHASES
};

/* "idle", "connecting", "live", "stale", "gone". */
const char *ft_hub_phase_word(enum ft_hub_phase phase);

struct ft_hub_state {
    enum ft_hub_phase phase;
    int64_t since_ns;   /* when this phase began */
    int64_t heard_ns;   /* the last line of the engine; 0: never */
    int64_t next_ns;    /* when it is tried again; 0: not by itself */
    bool ssh;           /* logged in, whatever the engine does */
    char host_key[200]; /* of SSH, see ft_ssh_host_key; empty: not known */
    char version[64];   /* the engine's, from hello; empty: not known */
    /* GONE: why. CONNECTING, STALE: why the last try failed, or code 0. */
    struct ft_error error;
};

/* Where a host is. Strings and what prompts point to outlive the host. */
struct ft_hub_where {
    const char *name;        /* ftadmin's name of it */
    const char *destination; /* as for ft_ssh_open */
    struct ft_ssh_options ssh;
    const char *command; /* NULL: the installed engine's control channel */
    void *data;          /* the caller's own, see ft_hub_host_data */
};

int ft_hub_open(struct ft_hub **hub, struct ft_error *err);

/* NULL is a no-op. Whoever still waits gets -ECANCELED. */
void ft_hub_close(struct ft_hub *hub);

/* Adds a host without touching it. */
int ft_hub_add(struct ft_hub *hub, const struct ft_hub_where *where,
               struct ft_hub_host **host, struct ft_error *err);

/* Ends its connection and drops its messages. NULL is a no-op. */
void ft_hub_remove(struct ft_hub_host *host);

const char *ft_hub_host_name(const struct ft_hub_host *host);
void *ft_hub_host_data(const struct ft_hub_host *host);

/*
 * Kept: connected from now on, asked something every second or two when it says
 * nothing, and connected again when it is gone, with back-off, but not where
 * only a person can help (ft_reach_may_retry). Else it connects for a request
 * and stays so. At first not kept.
 */
void ft_hub_keep(struct ft_hub_host *host, bool keep);

/* Tries now, whatever failed before. */
void ft_hub_retry(struct ft_hub_host *host);

/* Ends the connection; all that was asked for before with -ECANCELED. */
void ft_hub_disconnect(struct ft_hub_host *host);

/*
 * Ends the channel to the engine, as above, and keeps the session: for when the
 * engine there has been replaced.
 */
void ft_hub_reopen(struct ft_hub_host *host);

void ft_hub_state(struct ft_hub_host *host, struct ft_hub_state *state);

/*
 * One request and its reply. args (may be NULL) is stolen in every case and
 * wiped. *result (may be NULL) is a new reference, NULL after an error.
 * timeout_ms from now on, connecting included; 0: 30 s.
 */
int ft_hub_call(struct ft_hub_host *host, const char *verb, json_t *args,
                int timeout_ms, json_t **result, struct ft_error *err);

/*
 * The same without waiting: its end comes as one FT_HUB_REPLY with *ticket
 * (never 0; may be NULL). An error here means that nothing will come.
 */
int ft_hub_ask(struct ft_hub_host *host, const char *verb, json_t *args,
               int timeout_ms, uint64_t *ticket, struct ft_error *err);

/*
 * A verb that goes on after its reply: one FT_HUB_REPLY, within timeout_ms;
 * unless that has an error FT_HUB_EVENTs follow, and at last one FT_HUB_END. A
 * stream ends with its connection; whoever wants it on the next one follows
 * anew, from where it got to.
 */
int ft_hub_follow(struct ft_hub_host *host, const char *verb, json_t *args,
                  int timeout_ms, uint64_t *ticket, struct ft_error *err);

/*
 * Ends a request of ft_hub_ask or ft_hub_follow with -ECANCELED. The engine is
 * told to end a stream, too (ft-protocol(7), cancel), as after every end of one
 * that is not the engine's or the connection's; one that does not know the verb
 * goes on until the connection ends, which nobody sees here.
 */
void ft_hub_cancel(struct ft_hub_host *host, uint64_t ticket);

/*
 * Runs job with the host's session, connecting first: for commands and files.
 * The host's thread does nothing else meanwhile, so calls wait and nothing
 * counts as silence. job must not keep or close the session. Returns what job
 * returned, or an error of connecting; an engine is not needed.
 */
typedef int (*ft_hub_job)(struct ft_ssh *session, void *data,
                          struct ft_error *err);
int ft_hub_do(struct ft_hub_host *host, ft_hub_job job, void *data,
              struct ft_error *err);

enum ft_hub_what {
    FT_HUB_STATE, /* the connection: state; of several in a row the last only */
    FT_HUB_REPLY, /* body or error */
    FT_HUB_EVENT, /* body */
    FT_HUB_END,   /* error: why */
};

struct ft_hub_message {
    enum ft_hub_what what;
    struct ft_hub_host *host;
    uint64_t ticket; /* 0 with FT_HUB_STATE */
    json_t *body;    /* the reader's to release, or NULL */
    struct ft_hub_state state;
    struct ft_error error; /* code 0: none */
};

/* Takes the next message: 1, or 0 when none came in timeout_ms (-1: ever). */
int ft_hub_next(struct ft_hub *hub, int timeout_ms,
                struct ft_hub_message *message);

/* A descriptor that is readable while messages wait; the hub's. */
int ft_hub_descriptor(const struct ft_hub *hub);

#endif
