/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The epochs that a primary is making: which epoch a frame belongs to, and
 * what EPOCH_END will say about it.
 *
 * Disk writes stream while the VM runs and belong to the open epoch; pages and
 * device state of the epoch that has just been closed follow. The boundary is
 * taken while the VM is stopped and drained, so no disk write is under way.
 *
 * Threads: any; ft_outgoing_begin and _end by the one that owns the session.
 */
#ifndef FT_PRIMARY_OUTGOING_H
#define FT_PRIMARY_OUTGOING_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "link/payload.h"
#include "worker/session.h"

struct ft_outgoing {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    struct ft_session *session; /* one reference; NULL: no epochs now */
    int muted;
    void *reading; /* where a DISK_DATA is to go, or NULL */
    size_t reading_length;
    uint64_t read_number; /* of that read, in the frames' epoch field */
    uint64_t open;        /* number of the epoch being made */
    uint64_t ended;       /* the last one whose EPOCH_END was sent; 0: none */
    struct ft_epoch_summary summary[2]; /* by number & 1 */
    uint64_t disk_bytes;                /* written to disks in the open epoch */
    uint64_t disk_total;                /* in all epochs */
};

void ft_outgoing_init(struct ft_outgoing *out);

/* Begins with epoch 1 open. Takes a reference to the session. */
void ft_outgoing_begin(struct ft_outgoing *out, struct ft_session *session);
void ft_outgoing_end_session(struct ft_outgoing *out);

/* Sends no more in this session, whoever tries or waits: -ECANCELED. Any thread. */
void ft_outgoing_mute(struct ft_outgoing *out);

/* Closes the open epoch, while the VM is stopped; returns its number. */
uint64_t ft_outgoing_close_epoch(struct ft_outgoing *out);

/* Bytes written to disks in the open epoch; in all. */
uint64_t ft_outgoing_disk_bytes(struct ft_outgoing *out);
uint64_t ft_outgoing_disk_total(struct ft_outgoing *out);

/* Sends a frame of state for this epoch and counts it. As ft_link_send. */
int ft_outgoing_send(struct ft_outgoing *out, uint64_t epoch,
                     enum ft_frame_type type, unsigned flags,
                     const struct iovec *payload, size_t n);

/*
 * Sends what the guest wrote or zeroed, as part of the open epoch: length bytes,
 * of data at most FT_FRAME_DATA_MAX. trim: the space may be given back. As
 * ft_link_send.
 */
int ft_outgoing_write_disk(struct ft_outgoing *out, unsigned disk,
                           uint64_t offset, const void *data, size_t length);
int ft_outgoing_zero_disk(struct ft_outgoing *out, unsigned disk,
                          uint64_t offset, uint64_t length, int trim);

/* Counts pages (page-codec.h) that were sent for epoch. */
void ft_outgoing_count_pages(struct ft_outgoing *out, uint64_t epoch,
                             uint64_t data_pages, uint64_t zero_pages);

/*
 * Reads length bytes (at most FT_FRAME_DATA_MAX) of the replica, with all that
 * was sent before. One read at a time. -ETIMEDOUT after 5 s, -ECANCELED when
 * muted, or as ft_link_send.
 */
int ft_outgoing_read_disk(struct ft_outgoing *out, unsigned disk,
                          uint64_t offset, void *data, size_t length);

/* The hashes of those bytes (payload.h), in the same way. */
int ft_outgoing_hash_disk(struct ft_outgoing *out, unsigned disk,
                          uint64_t offset, size_t length,
                          unsigned char hashes[FT_DISK_HASHES_MAX]);

/*
 * Takes the DISK_DATA that answers read number. Nobody waiting for it any more
 * is no error; another length than was asked for is -EPROTO.
 */
int ft_outgoing_take_data(struct ft_outgoing *out, uint64_t number,
                          const void *data, size_t length);

/* Sends EPOCH_END of a closed epoch. */
int ft_outgoing_end(struct ft_outgoing *out, uint64_t epoch);

/* Whether that was so in this copy: only then an acknowledgement can mean it. */
bool ft_outgoing_has_ended(struct ft_outgoing *out, uint64_t epoch);

#endif
