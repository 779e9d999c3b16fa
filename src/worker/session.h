/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection to the peer's worker, from HELLO to its end: made by a helper
 * thread, read by a receiver thread of its own, used by many.
 *
 * Reference counted, so that a thread that still sends on a dead link never
 * touches freed memory. Threads: any, except ft_session_end (control thread).
 */
#ifndef FT_WORKER_SESSION_H
#define FT_WORKER_SESSION_H

#include <stdint.h>

#include "base/error.h"
#include "link/link.h"
#include "pair/ownership.h"
#include "worker/pair-store.h"

struct ft_session;

/* With whom, and as whom. Borrowed: it outlives every session made with it. */
struct ft_session_terms {
    const char *pair;               /* UUID as text */
    const char *self;               /* this host's name, for HELLO */
    const struct ft_endpoint *peer; /* whose name its HELLO must have */
    const uint8_t *key;             /* FT_KEY_SIZE bytes */
    int64_t silence_ns;             /* after which the peer is suspected */
    /* What HELLO must say at that moment. Helper thread. */
    void (*hello)(void *opaque, struct ft_ownership_hello *out);
    void *opaque; /* the first argument of hello and of the calls below */
};

/* Called on the receiver thread for each frame. Non-zero ends the session. */
typedef int (*ft_session_frame)(void *opaque, struct ft_session *session,
                                const struct ft_frame *frame,
                                struct ft_error *err);

/*
 * Called on the control thread when the connection was made (session) or
 * failed (NULL, err). The callee owns the reference.
 */
typedef void (*ft_session_made)(void *opaque, int place,
                                struct ft_session *session,
                                const struct ft_error *err);

/* Called on the control thread once the receiver has ended by itself. */
typedef void (*ft_session_ended)(void *opaque, struct ft_session *session,
                                 int code, const struct ft_error *err);

/*
 * Connects to the peer (fd -1) or accepts the connection fd (taken), without
 * blocking: made is called later, with place, which is the caller's. 0 or -errno
 * (made is not called then).
 */
int ft_session_make(const struct ft_session_terms *terms, int fd, int place,
                    ft_session_made made);

/* Starts the receiver thread. */
int ft_session_run(struct ft_session *session, ft_session_frame frame,
                   ft_session_ended ended);

struct ft_link *ft_session_link(struct ft_session *session);
const struct ft_ownership_hello *ft_session_peer(struct ft_session *session);

/* Which boot of the peer's host it is (base/boot.h); empty: it did not say. */
const char *ft_session_boot(struct ft_session *session);

struct ft_session *ft_session_ref(struct ft_session *session);
void ft_session_unref(struct ft_session *session);

/*
 * Shuts the link down and waits for the receiver thread. Drops no reference.
 * Returns why the receiver ended, which lives as long as the session.
 */
const struct ft_error *ft_session_end(struct ft_session *session);

#endif
