/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of one NIC on their way through the gate: taken apart from
 * QEMU's byte stream, held per mark, and given back as the same bytes. No I/O.
 *
 * Frames: u32 length of the packet, u32 length of its vnet header, packet (the
 * header is part of it); big endian. Source: qemu/net/filter-mirror.c
 * (filter_send), qemu/net/net.c (net_fill_rstate); the limit is NET_BUFSIZE.
 *
 * Ownership: a queue is plain memory of the caller, freed by
 * ft_gate_queue_free. Threads: none of its own; under the gate's lock.
 */
#ifndef FT_GATE_GATE_QUEUE_H
#define FT_GATE_GATE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define FT_GATE_PACKET_MAX (4096u + 65536u) /* bytes, NET_BUFSIZE */
#define FT_GATE_HEADER 8u                   /* bytes before the packet */

struct ft_gate_frame {
    struct ft_gate_frame *next;
    uint64_t mark;
    int64_t at_ns; /* when it came */
    uint32_t size; /* bytes with header */
    uint8_t bytes[];
};

struct ft_gate_list {
    struct ft_gate_frame *first, **tail; /* tail NULL: never used */
    uint64_t packets, bytes;
};

struct ft_gate_queue {
    struct ft_gate_list held;      /* waits for its mark */
    struct ft_gate_list leaving;   /* may go; its start may be half written */
    size_t written;                /* bytes of leaving.first that are gone */
    struct ft_gate_frame *partial; /* being received */
    uint8_t header[FT_GATE_HEADER];
    size_t received;  /* bytes of header and partial */
    bool broken;      /* an impossible length was received */
    uint64_t dropped; /* packets */
};

/* What a frame that is complete meets. */
struct ft_gate_policy {
    uint64_t mark; /* it belongs to this one */
    int64_t now_ns;
    bool open;    /* it may leave at once */
    size_t limit; /* bytes over all queues */
    size_t *used; /* bytes in all queues now */
};

/*
 * Takes size bytes of QEMU's stream. Frames beyond the limit, and those that
 * memory does not suffice for, are dropped and counted. Returns the number of
 * packets that became held.
 */
size_t ft_gate_queue_receive(struct ft_gate_queue *queue,
                             const struct ft_gate_policy *policy,
                             const uint8_t *data, size_t size);

/* Lets go what belongs to mark or earlier ones. Returns the packets. */
size_t ft_gate_queue_release(struct ft_gate_queue *queue, uint64_t mark);

/* Fills at most n vectors with what leaves next; returns how many. */
int ft_gate_queue_vectors(const struct ft_gate_queue *queue,
                          struct iovec *vectors, int n);

/* size bytes of that are written; frees what is complete. Returns the packets
 * that are complete, adds their packet bytes to *bytes. */
size_t ft_gate_queue_sent(struct ft_gate_queue *queue, size_t size,
                          size_t *used, uint64_t *bytes);

/* Throws all held packets away, counting them. */
void ft_gate_queue_drop_held(struct ft_gate_queue *queue, size_t *used);

void ft_gate_queue_free(struct ft_gate_queue *queue);

#endif
