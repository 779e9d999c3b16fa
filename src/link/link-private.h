/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the link: its members, shared by link.c (frames, begin and end)
 * and link-heart.c (heartbeats, liveness). What link.h says about threads
 * holds.
 */
#ifndef FT_LINK_LINK_PRIVATE_H
#define FT_LINK_LINK_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/versions.h"
#include "link/link.h"
#include "link/tcp.h"

struct ft_link {
    struct ft_tls *tls;
    char peer[96];
    int protocol; /* that is spoken; written by ft_link_hello */
    char local_address[FT_TCP_ADDRESS_SIZE], peer_address[FT_TCP_ADDRESS_SIZE];

    pthread_mutex_t send_lock; /* order on the wire, and what follows */
    uint64_t send_sequence;
    size_t staged; /* bytes in record */
    unsigned char record[FT_TLS_RECORD_MAX];

    /* The receiving thread's. */
    uint64_t receive_sequence;
    int header_done;
    size_t received; /* bytes of the header or the payload */
    unsigned char raw_header[FT_FRAME_HEADER_SIZE];
    struct ft_frame_header header;
    unsigned char *payload; /* FT_FRAME_PAYLOAD_MAX bytes */

    _Atomic int64_t heard_ns;
    _Atomic int64_t round_trip_ns;
    _Atomic int64_t least_trip_ns; /* of the last ones; see ft_link_transit */
    _Atomic uint64_t frames_sent, frames_received;
    _Atomic uint64_t bytes_sent, bytes_received;

    pthread_mutex_t state_lock; /* what follows */
    struct ft_error error;      /* the first one; code 0: none */
    pthread_cond_t beat;        /* stop or answer_due changed */
    pthread_t heart;
    int beating, stop, answer_due;
    uint64_t answer;
    int64_t interval_ns;
};

/* The header of a frame (without its sequence), or -EMSGSIZE or -EINVAL. */
int ft_link_make_header(enum ft_frame_type type, unsigned flags, uint64_t epoch,
                        const struct iovec *payload, size_t n,
                        struct ft_frame_header *header);

/* Sends a frame, with send_lock held. 0 or the link's error. */
int ft_link_send_locked(struct ft_link *link, struct ft_frame_header *header,
                        const struct iovec *payload, size_t n);

/* ft_link_hello of an engine that speaks these versions. */
int ft_link_hello_as(struct ft_link *link, struct ft_versions spoken,
                     const json_t *extra, int64_t deadline_ns, json_t **peer,
                     struct ft_error *err);

/* Deals with the HEARTBEAT that was just received. */
void ft_link_take_heartbeat(struct ft_link *link);

/* Makes what the heartbeat thread needs; none runs yet. */
void ft_link_init_heart(struct ft_link *link);

/* Tells the heartbeat thread to end; join_heart waits for it. */
void ft_link_stop_heart(struct ft_link *link);
void ft_link_join_heart(struct ft_link *link);

#endif
