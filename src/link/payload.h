/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small fixed payloads of the link protocol: disk writes, the end of an
 * epoch, heartbeats (ft-protocol(7)). Pure. RAM pages are in page-codec.h,
 * device state in state-delta.h; JSON payloads need no code here.
 *
 * All numbers are little endian:
 *
 * DISK_WRITE   u16 disk, u16 0, u32 length of the data, u64 offset, data
 * DISK_ZERO    u16 disk, u16 flags (1: trim), u32 0, u64 offset, u64 length
 * DISK_READ, DISK_HASH   as the header of a DISK_WRITE
 * CONTROL      u32 message (pair/ownership.h), u32 0, u64 its number
 * ACK          nothing, or u64 last epoch on the replicas' storage
 * HEARTBEAT    u64 the asker's clock in ns, echoed by the answer
 * EPOCH_BEGIN  u64 age of the stop in ns, u64 lag in ns, u64 TSC in Hz
 * EPOCH_END    u64 frames, u64 RAM pages with data, u64 zero pages,
 *              u64 disk frames, u64 payload bytes, u64 digest
 *
 * Offsets and lengths are in bytes.
 */
#ifndef FT_LINK_PAYLOAD_H
#define FT_LINK_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/error.h"
#include "base/limits.h"
#include "link/frame.h"

#define FT_DISK_WRITE_HEADER_SIZE 16
#define FT_DISK_ZERO_SIZE 24
#define FT_EPOCH_BEGIN_SIZE 24
#define FT_EPOCH_END_SIZE 48
#define FT_HEARTBEAT_SIZE 8
#define FT_CONTROL_WORD_SIZE 16

struct ft_disk_change {
    unsigned disk; /* index into the SETUP's disks */
    int trim;      /* DISK_ZERO: the space may be given back */
    uint64_t offset;
    uint64_t length;
    const void *data; /* NULL: DISK_ZERO. Points into the payload. */
};

/*
 * Encodes the header of a DISK_WRITE, whose data (1 byte to
 * FT_FRAME_DATA_MAX) follows as a second piece, or a whole DISK_ZERO.
 */
void ft_disk_write_encode(const struct ft_disk_change *change,
                          unsigned char out[FT_DISK_WRITE_HEADER_SIZE]);
void ft_disk_zero_encode(const struct ft_disk_change *change,
                         unsigned char out[FT_DISK_ZERO_SIZE]);

/*
 * Decodes a DISK_WRITE or DISK_ZERO payload against the sizes in bytes of the
 * n disks. 0, or -EPROTO with a text that names the field.
 */
int ft_disk_decode(unsigned type, const void *payload, size_t size,
                   const uint64_t *disk_sizes, size_t n,
                   struct ft_disk_change *change, struct ft_error *err);

/*
 * The same of a DISK_READ or DISK_HASH, which ask for 1 byte to FT_FRAME_DATA_MAX;
 * data is NULL.
 */
int ft_disk_asked_decode(const void *payload, size_t size,
                         const uint64_t *disk_sizes, size_t n,
                         struct ft_disk_change *change, struct ft_error *err);

/*
 * What answers a DISK_HASH: the XXH3-128 (high half first: XXH128_canonical_t,
 * xxhash.h) of each 64 KiB of what was asked for, counted from its begin; the
 * last one may be shorter.
 */
#define FT_DISK_HASH_UNIT 65536u
#define FT_DISK_HASH_SIZE 16
#define FT_DISK_HASHES_MAX \
    (FT_FRAME_DATA_MAX / FT_DISK_HASH_UNIT * FT_DISK_HASH_SIZE) /* bytes */

/*
 * The name of a copy of the disks in SETUP's "base": a random UUID, with its NUL.
 */
#define FT_COPY_ID_SIZE 37

/*
 * The name of what the primary's own disks are once it has handed the VM over at the
 * end of that copy: both sides know it, and nobody else ever has. A UUID in form.
 */
void ft_copy_id_after(const char *id, char out[FT_COPY_ID_SIZE]);

/* What an ACK may carry: the last epoch that is on the replicas' storage, u64. */
#define FT_ACK_DURABLE_SIZE 8

/* Fills out for length bytes, at most FT_FRAME_DATA_MAX; returns bytes of it. */
size_t ft_disk_hashes(const void *data, size_t length,
                      unsigned char out[FT_DISK_HASHES_MAX]);

/*
 * A word of one side's ownership to the other: its number is a generation, or that of
 * a copy. Who hears of a generation counts on from it, in a JSON integer and a signed
 * 64-bit column: more than half of those is no number that a pair got by counting.
 */
#define FT_CONTROL_WORD_MAX (INT64_MAX / 2)

struct ft_control_word {
    uint32_t message;
    uint64_t number;
};

void ft_control_word_encode(const struct ft_control_word *control,
                            unsigned char out[FT_CONTROL_WORD_SIZE]);
/* -EPROTO for another size, a number beyond that, or bits that mean nothing. */
int ft_control_word_decode(const void *payload, size_t size,
                           struct ft_control_word *control,
                           struct ft_error *err);

/*
 * What EPOCH_BEGIN, the first frame of an epoch's state, says of the guest's
 * clocks: with it the standby knows what they lack when the guest goes on there.
 */
struct ft_epoch_begin {
    uint64_t age_ns; /* from the VM's stop to the sending of this frame */
    uint64_t lag_ns; /* what the guest lacked by earlier stops */
    uint64_t tsc_hz; /* rate of the primary's TSC; 0: not known */
};

/* Limits of what is believed: an hour, a year, 100 GHz. */
#define FT_EPOCH_AGE_MAX UINT64_C(3600000000000)
#define FT_EPOCH_LAG_MAX UINT64_C(31536000000000000)
#define FT_EPOCH_TSC_MAX UINT64_C(100000000000)

void ft_epoch_begin_encode(const struct ft_epoch_begin *begin,
                           unsigned char out[FT_EPOCH_BEGIN_SIZE]);
/* -EPROTO for another size, or numbers beyond the limits. */
int ft_epoch_begin_decode(const void *payload, size_t size,
                          struct ft_epoch_begin *begin, struct ft_error *err);

/*
 * What EPOCH_END says about the frames of its epoch that carry state: RAM,
 * RAM_ZERO, DISK_WRITE, DISK_ZERO, DEVICE_STATE, DEVICE_STATE_DELTA, and its
 * EPOCH_BEGIN.
 *
 * The digest is the sum modulo 2^64 of the XXH3-64 of every payload, seeded
 * with the frame's type. A sum, because the threads that send disk writes and
 * pages do not agree on an order; the order on the wire is protected by the
 * sequence numbers and by TLS.
 */
struct ft_epoch_summary {
    uint64_t frames;
    uint64_t ram_pages;
    uint64_t zero_pages;
    uint64_t disk_frames;
    uint64_t bytes;
    uint64_t digest;
};

/*
 * Adds one frame, given its payload in n pieces, to summary: hashes all of
 * it. Page counts come from page-codec.h and are added by the caller. Two
 * threads that fill one summary need a lock, or ft_epoch_summary_merge.
 */
void ft_epoch_summary_add(struct ft_epoch_summary *summary, unsigned type,
                          const struct iovec *payload, size_t n);

/* Adds part to summary. */
void ft_epoch_summary_merge(struct ft_epoch_summary *summary,
                            const struct ft_epoch_summary *part);

void ft_epoch_end_encode(const struct ft_epoch_summary *summary,
                         unsigned char out[FT_EPOCH_END_SIZE]);
/* size must be FT_EPOCH_END_SIZE: -EPROTO. */
int ft_epoch_end_decode(const void *payload, size_t size,
                        struct ft_epoch_summary *summary, struct ft_error *err);

/*
 * Compares what was received with what EPOCH_END claims. 0, or -EBADMSG with
 * a text that names the first member that differs, and both values.
 */
int ft_epoch_summary_compare(const struct ft_epoch_summary *received,
                             const struct ft_epoch_summary *claimed,
                             struct ft_error *err);

#endif
