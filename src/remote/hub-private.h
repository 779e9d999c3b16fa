/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files that make up hub.h; not for others.
 *
 *     hub.c          hosts, and what is asked of them
 *     hub-queue.c    messages for the reader
 *     hub-host.c     a host's thread: what is done when
 *     hub-show.c     what others see of a host
 *     hub-request.c  what was asked for, until its end
 *     hub-line.c     one connection to an engine: lines out and in
 *     hub-dial.c     another thread for what blocks: connecting
 *     hub-pulse.c    pure: silence, and when to try again
 *
 * Locks: the hub's is never taken with a host's held.
 */
#ifndef FT_REMOTE_HUB_PRIVATE_H
#define FT_REMOTE_HUB_PRIVATE_H

#include <poll.h>
#include <pthread.h>

#include "remote/control.h"
#include "remote/hub.h"
#include "remote/reach.h"

/* ---- pulse ---- */

/* Why a connection could not be made, so often; times as in hub.h. */
struct ft_pulse {
    unsigned failures; /* one after the other */
    int64_t next_ns;   /* not sooner; 0 now */
    bool barred;       /* only a person can help */
};

/* Somebody wants it now, whatever failed before. */
void ft_pulse_now(struct ft_pulse *pulse);

/* It did not come about. */
void ft_pulse_failed(struct ft_pulse *pulse, enum ft_reach reach, int64_t now);

/* It did, and broke after lived_ns: again at once, if it had lasted. */
void ft_pulse_lost(struct ft_pulse *pulse, enum ft_reach reach,
                   int64_t lived_ns, int64_t now);

/*
 * Whether a line heard last at heard_ns, and asked for a sign of life last at
 * asked_ns, must answer before it is used.
 */
bool ft_pulse_quiet(int64_t heard_ns, int64_t asked_ns, int64_t now);

/* Whether it is time to ask it. */
bool ft_pulse_ask(int64_t heard_ns, int64_t asked_ns, int64_t now);

/* Whether it was asked and is silent for so long that it counts. */
bool ft_pulse_silent(int64_t heard_ns, int64_t asked_ns, int64_t now);

/* When one of the last two becomes true; INT64_MAX when both are. */
int64_t ft_pulse_next(int64_t heard_ns, int64_t asked_ns, int64_t now);

/* ---- requests ---- */

enum ft_hub_kind {
    HUB_CALL,
    HUB_ASK,
    HUB_FOLLOW,
    HUB_JOB,
    /* Orders about those before it; they end when they are taken. */
    HUB_CANCEL,
    HUB_DISCONNECT,
    HUB_REOPEN,
};

struct ft_hub_request {
    struct ft_hub_request *next;
    enum ft_hub_kind kind;
    uint64_t ticket; /* its id on the line; for CANCEL whom it means */
    char verb[32];
    char *text; /* as sent; NULL once it is, wiped */
    size_t size;
    int timeout_ms;
    int64_t deadline_ns; /* 0: none (any more) */
    unsigned line;       /* serial of the one it went over; 0: not sent yet */
    bool replied;        /* FOLLOW: events may come */
    ft_hub_job job;
    void *data;
    /* HUB_CALL and HUB_JOB, under the host's lock: its end */
    bool done;
    int rc;
    struct ft_error error;
    json_t *result;
};

void ft_hub_request_free(struct ft_hub_request *request);

/* Takes the one at *at off the host's list and tells who asked; result stolen. */
void ft_hub_finish(struct ft_hub_host *host, struct ft_hub_request **at, int rc,
                   const struct ft_error *error, json_t *result);

/* Of the line of this serial (0: not sent yet); jobs too, or not. */
void ft_hub_fail_all(struct ft_hub_host *host, unsigned serial, bool jobs,
                     const struct ft_error *error);
void ft_hub_end_streams(struct ft_hub_host *host, unsigned serial,
                        const struct ft_error *error);
bool ft_hub_has(const struct ft_hub_host *host, unsigned serial);

void ft_hub_cancel_one(struct ft_hub_host *host, uint64_t ticket);
void ft_hub_expire(struct ft_hub_host *host, int64_t now);

/*
 * A line of the engine: to whom it is for. size in bytes as sent. What is handed
 * on is taken out of message.
 */
void ft_hub_dispatch(struct ft_hub_host *host, const struct ft_control *control,
                     json_t *message, size_t size);

/* ---- line ---- */

struct ft_hub_line {
    unsigned serial;    /* 0: none */
    struct ft_ssh *ssh; /* may be there without a control channel */
    struct ft_control *control;
    int64_t born_ns;
    int64_t heard_ns;
    int64_t asked_ns; /* when the last hello went out; 0: never */
    int64_t until_ns; /* when the old line is given up */
    char *out;        /* being sent */
    size_t out_size, out_sent;
    /* Streams that nobody wants any more, and the engine is to be told. */
    uint64_t unwanted[FT_HUB_OPEN_MAX];
    size_t unwanted_count;
};

/* Closes what is open and forgets it. */
void ft_hub_line_close(struct ft_hub_line *line);

/* Puts a hello of id 0 on its way, if nothing else is. */
int ft_hub_line_ask(struct ft_hub_line *line, int64_t now);

/*
 * A stream that went over the line has ended here: the engine is told before
 * anything else is asked of it, so that the place it has there is free again.
 */
void ft_hub_line_unwant(struct ft_hub_line *line, uint64_t ticket);

/* Puts a cancel of one of these on its way, if nothing else is; whether it did. */
bool ft_hub_line_cancel(struct ft_hub_line *line);

/* Sends what is left of out. 0, or -EPIPE. */
int ft_hub_line_flush(struct ft_hub_line *line, struct ft_error *err);

/* ---- dial ---- */

/* A try to connect, in a thread of its own; the host's until it runs. */
struct ft_hub_dial {
    struct ft_hub_host *host;
    pthread_t thread;
    bool running;
    bool finished; /* under the host's lock */
    bool quick;    /* there was a connection before: no long wait for TCP */
    /* What it may use at first, and what it leaves. */
    struct ft_ssh *ssh;
    struct ft_control *control;
    struct ft_error error; /* of the first thing that failed */
};

/* 0 or -errno. */
int ft_hub_dial_start(struct ft_hub_dial *dial);

/* ---- host ---- */

struct ft_hub_host {
    struct ft_hub *hub;
    struct ft_hub_host *next; /* the hub's list */
    struct ft_hub_where where;
    pthread_t thread;
    int kick; /* eventfd: look at what is under the lock */

    pthread_mutex_t lock;
    pthread_cond_t done;
    struct ft_hub_request *incoming, **incoming_end;
    size_t open;    /* requests, until their end has been taken */
    size_t waiting; /* threads in ft_hub_call and ft_hub_do */
    uint64_t last_ticket;
    bool keep, closing, retry;
    struct ft_hub_state state;

    /* under the hub's lock */
    bool state_waits;
    size_t events, event_bytes;

    /* the thread's own */
    struct ft_hub_request *requests, **requests_end;
    struct ft_hub_line now, old;
    struct ft_hub_dial dial;
    struct ft_pulse pulse;
    struct ft_error failed; /* the last try's, or the last line's end */
    int64_t dialed_ns;      /* when the last try began */
    struct ft_hub_state shown;
    unsigned last_serial;
    bool kept;
    bool lent;    /* dial has the session */
    bool discard; /* nobody wants what dial brings any more */
    bool busy;    /* there may be more to do at once */
};

/* Somebody wants it connected; and it is silent all the same. */
bool ft_hub_is_watched(const struct ft_hub_host *host);
bool ft_hub_is_stale(const struct ft_hub_host *host, int64_t now);

/* Whether a request or the user wants a connection that is not there. */
bool ft_hub_wants_connection(struct ft_hub_host *host, int64_t now);

/* Until there is something to do for the host, 500 ms at most with a line. */
void ft_hub_wait(struct ft_hub_host *host);

/* Takes over its state for others, who are told when it is another one. */
void ft_hub_show(struct ft_hub_host *host, int64_t now);

void *ft_hub_host_main(void *host);
void ft_hub_host_kick(struct ft_hub_host *host);

/* ---- the hub: its hosts, and the reader's queue ---- */

struct ft_hub_node; /* a message in the queue */

struct ft_hub {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    int event; /* eventfd, above 0 while there are nodes */
    struct ft_hub_node *nodes, **nodes_end;
    struct ft_hub_host *hosts;
};

/* Forgets those of this host; with the hub's lock. */
void ft_hub_drop_messages(struct ft_hub *hub, const struct ft_hub_host *host);

/* Any thread, no lock held. */
void ft_hub_post_state(struct ft_hub_host *host);
/* body is stolen; error may be NULL; last: of its request. */
void ft_hub_post(struct ft_hub_host *host, enum ft_hub_what what,
                 uint64_t ticket, json_t *body, const struct ft_error *error,
                 bool last);
/* An event, body stolen. -ENOBUFS when the reader is too far behind. */
int ft_hub_post_event(struct ft_hub_host *host, uint64_t ticket, json_t *body,
                      size_t size);

#endif
