/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's record and its hashes: shared by the ledger (in the guest), the client and the
 * checker. All little endian.
 *
 * Record G (G = 1, 2, 3, ...) stands at byte (G - 1) * 64 of every disk of the guest. A record
 * whose fields do not fit its place, its check value or its predecessor is not a record: the log
 * ends before it. */
#ifndef FT_GUEST_RECORD_H
#define FT_GUEST_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LEDGER_PORT 7000
#define LEDGER_MAGIC 0x3152444c5446ULL /* "FTLDR1" */
#define LEDGER_SECTOR 512
#define LEDGER_PER_SECTOR (LEDGER_SECTOR / sizeof(struct ledger_record))
#define LEDGER_LINE_MAX \
    9000 /* longest line of the protocol, in bytes, with its newline */
#define LEDGER_PAYLOAD_MAX 8192 /* longest payload of a request, in bytes */
#define LEDGER_READ_MAX 4096    /* most records of one read request */

struct ledger_record {
    uint64_t magic;
    uint64_t global;  /* place in the log, from 1 */
    uint64_t client;  /* who asked */
    uint64_t number;  /* the client's own number of the request, from 1 */
    uint64_t payload; /* ledger_hash() of the request's payload */
    uint64_t uptime;  /* of the guest, ns */
    uint64_t boot; /* first 16 hex digits of the guest's boot id, without dashes */
    uint64_t checksum; /* over the fields above and the predecessor's checksum: proves everything
                          before it too */
};

_Static_assert(sizeof(struct ledger_record) == 64,
               "the record is a disk format");

#define LEDGER_HASH_START 0xcbf29ce484222325ULL

/* FNV-1a, 64 bits, continued from `hash`. */
static inline uint64_t
ledger_hash(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *byte = data;

    while (length--)
        hash = (hash ^ *byte++) * 0x100000001b3ULL;
    return hash;
}

/* The checksum that this record has to carry after a record with checksum `before` (0 for the
 * first). */
static inline uint64_t
ledger_checksum(const struct ledger_record *record, uint64_t before)
{
    uint64_t hash = ledger_hash(LEDGER_HASH_START, &before, sizeof(before));

    return ledger_hash(hash, record, offsetof(struct ledger_record, checksum));
}

static inline int
ledger_record_fits(const struct ledger_record *record, uint64_t global,
                   uint64_t before)
{
    return record->magic == LEDGER_MAGIC && record->global == global &&
           record->checksum == ledger_checksum(record, before);
}

/* A well mixed 64 bit value of two others (splitmix64). */
static inline uint64_t
ledger_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a * 0x9e3779b97f4a7c15ULL + b + 0x632be59bd9b4e019ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

#endif
