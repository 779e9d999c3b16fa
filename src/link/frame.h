/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame header of the link protocol (ft-protocol(7)). Pure: no I/O, no
 * allocation, no state.
 *
 * A frame is a header of 32 bytes and a payload. All numbers are little
 * endian:
 *
 *    0  u32  magic "FTF1"
 *    4  u32  length of the payload in bytes
 *    8  u16  type
 *   10  u16  flags
 *   12  u32  reserved, 0
 *   16  u64  sequence: 0 for the first frame of each direction, then +1 each
 *   24  u64  epoch that the frame belongs to, 0 where it belongs to none
 *
 * One list, FT_FRAME_TYPES, makes the numbers, the names and the limits. Whoever
 * changes a frame, its flags or its payload, or adds one that a peer must take,
 * raises FT_LINK_PROTOCOL (link/link.h), and goes on speaking the version before:
 * that of ft_link_protocol decides what is sent. New members of JSON payloads are
 * no change, for those that are not known are left out of account.
 */
#ifndef FT_LINK_FRAME_H
#define FT_LINK_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FT_FRAME_MAGIC UINT32_C(0x31465446)
#define FT_FRAME_HEADER_SIZE 32

/* Data in one frame, in bytes, and the payload that carries it. */
#define FT_FRAME_DATA_MAX (UINT32_C(1) << 20)
#define FT_FRAME_PAYLOAD_MAX (FT_FRAME_DATA_MAX + (UINT32_C(64) << 10))

/* The payload goes on in the next frame of this type and epoch. */
#define FT_FRAME_MORE (1u << 0)
/* A heartbeat that answers one. */
#define FT_FRAME_ANSWER (1u << 1)
/* The VM of this epoch starts with its host. */
#define FT_FRAME_AUTOSTART (1u << 2)
/* And how it stood there without us: enum ft_run_state, in these bits. */
#define FT_FRAME_RUN_SHIFT 4
#define FT_FRAME_RUN_MASK (7u << FT_FRAME_RUN_SHIFT)

/* The guest's file systems are frozen in this epoch, ... */
#define FT_FRAME_FROZEN (1u << 7)
/* ... or may be: who lets it go on thaws them. */
#define FT_FRAME_THAW (1u << 8)
#define FT_FRAME_BEGIN_FLAGS \
    (FT_FRAME_AUTOSTART | FT_FRAME_RUN_MASK | FT_FRAME_FROZEN | FT_FRAME_THAW)

/* X(NAME, number, name, least and most bytes of payload, flags allowed) */
#define FT_FRAME_TYPES(X)                                                   \
    X(HELLO, 1, "hello", 2, 65536, 0)                                       \
    X(ERROR, 2, "error", 2, 65536, 0)                                       \
    X(SETUP, 3, "setup", 2, FT_FRAME_DATA_MAX, 0)                           \
    X(SETUP_OK, 4, "setup-ok", 2, 65536, 0)                                 \
    X(RAM, 5, "ram", 20, FT_FRAME_PAYLOAD_MAX, 0)                           \
    X(RAM_ZERO, 6, "ram-zero", 20, FT_FRAME_PAYLOAD_MAX, 0)                 \
    X(DISK_WRITE, 7, "disk-write", 17, FT_FRAME_PAYLOAD_MAX, 0)             \
    X(DISK_ZERO, 8, "disk-zero", 24, 24, 0)                                 \
    X(DEVICE_STATE, 9, "device-state", 1, FT_FRAME_DATA_MAX, FT_FRAME_MORE) \
    X(DEVICE_STATE_DELTA, 10, "device-state-delta", 1, FT_FRAME_DATA_MAX,   \
      FT_FRAME_MORE)                                                        \
    X(EPOCH_BEGIN, 19, "epoch-begin", 24, 24, FT_FRAME_BEGIN_FLAGS)         \
    X(EPOCH_END, 11, "epoch-end", 48, 48, 0)                                \
    X(ACK, 12, "ack", 0, 8, 0)                                              \
    X(HEARTBEAT, 13, "heartbeat", 8, 8, FT_FRAME_ANSWER)                    \
    X(CONTROL, 14, "control", 16, 16, 0)                                    \
    X(DISK_READ, 17, "disk-read", 16, 16, 0)                                \
    X(DISK_DATA, 18, "disk-data", 1, FT_FRAME_DATA_MAX, 0)                  \
    X(DEFINITION, 20, "definition", 2, FT_FRAME_DATA_MAX, 0)                \
    X(DISK_HASH, 21, "disk-hash", 16, 16, 0)                                \
    X(VERIFY, 15, "verify", 24, FT_FRAME_DATA_MAX, 0)                       \
    X(VERIFY_RESULT, 16, "verify-result", 2, 65536, 0)                      \
    X(FACTS, 22, "facts", 2, FT_FRAME_DATA_MAX, 0)                          \
    X(RAM_HASH, 23, "ram-hash", 16, 16, 0)                                  \
    X(RAM_HASHES, 24, "ram-hashes", 16, 4096, 0)

#define FT_FRAME_ENUM_(NAME, number, name, least, most, flags) \
    FT_FRAME_##NAME = (number),
enum ft_frame_type { FT_FRAME_TYPES(FT_FRAME_ENUM_) };
#undef FT_FRAME_ENUM_

struct ft_frame_header {
    uint32_t length; /* of the payload, in bytes */
    uint16_t type;   /* enum ft_frame_type */
    uint16_t flags;
    uint64_t sequence;
    uint64_t epoch;
};

/* The name of a type, "unknown" for a number that is none. */
const char *ft_frame_name(unsigned type);

/*
 * Whether a header may be sent or accepted: type known, flags and length of
 * payload right for it. 0, or -EPROTO with a text that names the field.
 */
int ft_frame_check(const struct ft_frame_header *header, struct ft_error *err);

/* Writes header; it must be one that ft_frame_check accepts. */
void ft_frame_encode(const struct ft_frame_header *header,
                     unsigned char out[FT_FRAME_HEADER_SIZE]);

/*
 * Reads and checks a header that must have this sequence. 0, or -EPROTO with
 * a text that names the field.
 */
int ft_frame_decode(const unsigned char in[FT_FRAME_HEADER_SIZE],
                    uint64_t sequence, struct ft_frame_header *header,
                    struct ft_error *err);

#endif
