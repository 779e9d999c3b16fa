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

#include "link/page-hash.h"
#include "link/payload.h"
#include "worker/session.h"

/* Questions about memory under way at most: 1 MiB each, so the link never idles. */
#define FT_PAGES_ASKED_MAX 16

/* One of them: asked and not answered, answered and not fetched, or free. */
struct ft_pages_asked {
    uint64_t number;
    size_t size; /* of the answer, in bytes; 0: free */
    int answered;
    unsigned char hashes[FT_PAGE_HASHES_MAX];
};

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
    uint64_t pages_number;              /* of the last question about memory */
    struct ft_pages_asked pages[FT_PAGES_ASKED_MAX]; /* by number */
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

/* Whether the epoch that is open has anything of a disk by now. */
bool ft_outgoing_has_disk(struct ft_outgoing *out);

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

/*
 * Asks the standby for the hashes of a range of its memory, with all that was sent
 * before, and does not wait: up to FT_PAGES_ASKED_MAX questions are under way, and
 * are fetched in their order. -EBUSY for one more, -ECANCELED, or as ft_link_send.
 */
int ft_outgoing_ask_pages(struct ft_outgoing *out,
                          const struct ft_page_range *range, uint64_t *number);

/*
 * Fetches the answer to that question. -ETIMEDOUT when there is none at the deadline
 * (ns): it may be waited for again. -ECANCELED when muted, or the link's error.
 */
int ft_outgoing_fetch_pages(struct ft_outgoing *out, uint64_t number,
                            int64_t deadline,
                            unsigned char hashes[FT_PAGE_HASHES_MAX]);

/*
 * Takes the RAM_HASHES that answers question number. Nobody waiting for it any more
 * (a copy that was given up, over the same link) is no error; a question that was
 * never asked, or another length than it needs, is -EPROTO.
 */
int ft_outgoing_take_pages(struct ft_outgoing *out, uint64_t number,
                           const void *data, size_t length);

/* Sends EPOCH_END of a closed epoch. */
int ft_outgoing_end(struct ft_outgoing *out, uint64_t epoch);

/* Whether that was so in this copy: only then an acknowledgement can mean it. */
bool ft_outgoing_has_ended(struct ft_outgoing *out, uint64_t epoch);

#endif
