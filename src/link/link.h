/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The link between the two workers of a pair: frames over TLS over TCP
 * (ft-protocol(7)).
 *
 * A connection opens with a preamble of 64 bytes in the clear, by which the
 * listening daemon finds the worker it is for:
 *
 *    0  8 bytes   "FTLINK1\n"
 *    8  u8        kind: 1 link, 2 ping
 *    9  19 bytes  0
 *   28  36 bytes  UUID of the pair, lower case text
 *
 * After a ping the daemon answers "FTALIVE", a byte (1: the pair's worker
 * runs there) and the 36 bytes of its host's boot id, and closes; who expects
 * the first 8 only, or gets no more, is of an older version. After a link preamble comes TLS 1.3 with the pair's
 * key and UUID as identity, then frames.
 *
 * Threads: any number may send, one receives, any may ask or shut down. A
 * heartbeat thread of the link's own keeps bytes flowing when nobody sends and
 * answers the peer's heartbeats, so that the receiving thread never has to
 * write (two receivers that both had to would wait for each other).
 *
 * Errors: the first failure ends the link for good. Every later call returns
 * the same code and text.
 *   -EPIPE       the peer closed, or its process ended
 *   -ECONNRESET  the peer's kernel reset the connection
 *   -ETIMEDOUT   TCP got no answer for FT_TCP_DEAD_MS
 *   -EPROTO      a frame was wrong; the text names the field
 *   -ESHUTDOWN   ft_link_shutdown was called on this side
 *
 * Times are CLOCK_MONOTONIC in ns.
 */
#ifndef FT_LINK_LINK_H
#define FT_LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <jansson.h>

#include "base/boot.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "link/frame.h"
#include "link/tls.h"

/*
 * Rises when a frame changes (link/frame.h), and the one before stays spoken, by
 * what ft_link_protocol says of a link: base/versions.h. Version 1 was before the
 * first release and is gone. With version 3 came FACTS, with 4 ROMs among the RAM
 * blocks of a setup, and what EPOCH_BEGIN says of the guest's file systems, with 5
 * the hashes of memory.
 */
#define FT_LINK_PROTOCOL 5
#define FT_LINK_PROTOCOL_OLDEST 2
#define FT_FREEZE_PROTOCOL 4 /* from which FT_FRAME_FROZEN and THAW are sent */
#define FT_RAM_HASH_PROTOCOL 5 /* from which RAM_HASH is asked */
#define FT_PREAMBLE_SIZE 64
#define FT_PAIR_ID_SIZE 37 /* UUID text and NUL */
#define FT_ALIVE_SIZE 8

enum ft_preamble_kind {
    FT_PREAMBLE_LINK = 1,
    FT_PREAMBLE_PING = 2,
    FT_PREAMBLE_SINK = 3, /* pair is a token (engine/sink.h) */
};

struct ft_preamble {
    enum ft_preamble_kind kind;
    char pair[FT_PAIR_ID_SIZE];
};

/* Whether the text is a UUID as preambles have them, in lower case. */
bool ft_preamble_is_id(const char *text);

/* Pure halves of the preamble. Decode: 0, or -EPROTO naming the field. */
void ft_preamble_encode(const struct ft_preamble *preamble,
                        unsigned char out[FT_PREAMBLE_SIZE]);
int ft_preamble_decode(const unsigned char in[FT_PREAMBLE_SIZE],
                       struct ft_preamble *preamble, struct ft_error *err);

/* Writes a preamble to, or reads one from, a fresh socket. */
int ft_link_preamble_write(int fd, const struct ft_preamble *preamble,
                           int64_t deadline_ns, struct ft_error *err);
int ft_link_preamble_read(int fd, struct ft_preamble *preamble,
                          int64_t deadline_ns, struct ft_error *err);

/* What a daemon that lives says of the pair and of its host. */
struct ft_link_pong {
    int worker_runs;
    char boot[FT_BOOT_ID_SIZE]; /* base/boot.h; empty: it does not say */
};

/*
 * Asks the daemon at one of the addresses whether it lives. Fails as
 * ft_tcp_connect: -ECONNREFUSED means that the host lives and the engine does
 * not.
 */
int ft_link_ping(const char *const *addresses, size_t n, uint16_t port,
                 const char *pair, int64_t deadline_ns,
                 struct ft_link_pong *pong, struct ft_error *err);

/* What a try of one address of a host found out. */
struct ft_link_try {
    char local[FT_TCP_ADDRESS_SIZE]; /* where it went out; empty: nowhere */
    int64_t trip_ns;                 /* round trip; 0: not known */
};

/*
 * The same with one address, and how the way there is. A refusal answers too.
 */
int ft_link_try(const char *address, uint16_t port, const char *pair,
                int64_t deadline_ns, struct ft_link_try *found,
                struct ft_error *err);

/* Answers a ping whose preamble was read; the caller closes fd. */
int ft_link_ping_answer(int fd, const struct ft_link_pong *pong);

struct ft_link;

struct ft_frame {
    unsigned type; /* enum ft_frame_type, known and checked */
    unsigned flags;
    uint64_t epoch;
    const unsigned char *payload; /* the link's, until the next receive */
    size_t length;
};

struct ft_link_stats {
    uint64_t frames_sent, frames_received;
    uint64_t bytes_sent, bytes_received; /* headers included, TLS not */
    int64_t send_blocked_ns; /* time that senders waited for the socket */
};

/* Bytes that were sent and have not come to the peer's host. Any thread. */
uint64_t ft_link_unsent(struct ft_link *link);

/* Connects, opens with a preamble and does the handshake. */
int ft_link_connect(const char *const *addresses, size_t n, uint16_t port,
                    const char *pair, const unsigned char key[FT_TLS_KEY_SIZE],
                    int64_t deadline_ns, struct ft_link **link,
                    struct ft_error *err);

/*
 * The other side, after the preamble was read from fd, which is taken in every
 * case. A client that does not hold pair's key is -EACCES.
 */
int ft_link_accept(int fd, const char *pair,
                   const unsigned char key[FT_TLS_KEY_SIZE], int64_t deadline_ns,
                   struct ft_link **link, struct ft_error *err);

/*
 * Exchanges HELLO, as the first frame of each direction. What is sent is
 * the versions that are spoken, "version":PACKAGE_VERSION and the members of extra
 * (borrowed, may be NULL). *peer is the peer's object, a new reference. A peer
 * that speaks none of ours is -EPROTO with the versions of both in the text, and
 * in the hint which of the two is to be upgraded. When the peer answers with
 * ERROR instead, its error is returned.
 */
int ft_link_hello(struct ft_link *link, const json_t *extra,
                  int64_t deadline_ns, json_t **peer, struct ft_error *err);

/* The version that is spoken on this link; 0 before ft_link_hello. */
int ft_link_protocol(const struct ft_link *link);

/*
 * Starts the heartbeat thread: a HEARTBEAT every interval_ns (skipped when
 * another thread is sending, since bytes flow then), and answers to the
 * peer's. Once, after ft_link_hello. 0 or -errno.
 */
int ft_link_start_heartbeat(struct ft_link *link, int64_t interval_ns);

/*
 * Sends one frame whose payload is given in n pieces, after those that other
 * threads send at the moment; blocks while the socket is full. 0 or the link's
 * error (see ft_link_error); -EMSGSIZE or -EINVAL, with the link unharmed, for
 * a frame that ft_frame_check refuses.
 */
int ft_link_send(struct ft_link *link, enum ft_frame_type type, unsigned flags,
                 uint64_t epoch, const struct iovec *payload, size_t n);

/* Sends value as the payload. As ft_link_send. */
int ft_link_send_json(struct ft_link *link, enum ft_frame_type type,
                      uint64_t epoch, const json_t *value);

/*
 * Receives the next frame; heartbeats are dealt with here and never returned.
 * -EAGAIN at the deadline: nothing is lost, the call may be repeated.
 * Otherwise the link's error, with text.
 */
int ft_link_receive(struct ft_link *link, int64_t deadline_ns,
                    struct ft_frame *out, struct ft_error *err);

/*
 * When the peer was last heard. Any byte counts, also one that the kernel has
 * and nobody received yet: while such bytes wait it is this side that is slow,
 * and the answer is now.
 */
int64_t ft_link_last_heard(struct ft_link *link);

/*
 * Whether nothing has come for so many ns, whatever of before waits to be received,
 * or nothing can come any more, for the peer has closed its end. Not where so much
 * waits that there may be no room for more: then it is this side that is slow.
 */
bool ft_link_is_quiet(struct ft_link *link, int64_t ns);

/* Last round trip of a heartbeat in ns, -1 before the first. */
int64_t ft_link_round_trip(struct ft_link *link);

/*
 * How long a small frame is on its way at least, in ns: half of the least round
 * trip of late (an answer that waited its turn says nothing). 0: not known.
 */
int64_t ft_link_transit(struct ft_link *link);

void ft_link_stats(struct ft_link *link, struct ft_link_stats *out);

/* The link's error so far: 0 or its code (and err filled). */
int ft_link_error(struct ft_link *link, struct ft_error *err);

/* The peer's address, for messages; lives as long as the link. */
const char *ft_link_peer(const struct ft_link *link);

/* Numeric addresses of both ends; they live as long as the link. */
void ft_link_ends(const struct ft_link *link, const char **local,
                  const char **peer);

/* Ends the link and wakes everybody who sends or receives. Any thread. */
void ft_link_shutdown(struct ft_link *link);

/*
 * Ends the link in good order where nothing is wrong with it, joins the
 * heartbeat thread and frees. What was sent before still arrives. No other
 * thread may use the link any more. NULL is a no-op.
 */
void ft_link_close(struct ft_link *link);

#define FT_AUTOLINK FT_CLEANUP(ft_cleanup_link)

static inline void
ft_cleanup_link(struct ft_link **link)
{
    ft_link_close(*link);
}

#endif
