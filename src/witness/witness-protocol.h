/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said with a witness, and how much of it: the sizes that its server,
 * its clients and its store agree on.
 *
 * Protocol: TLS 1.3 PSK (link/tls.h), identity = pair UUID, then requests
 * and answers as JSON lines of at most FT_WITNESS_LINE_MAX bytes; a connection
 * sees only its own pair. ft-protocol(7), "The witness".
 *
 * Constants only: nothing to own, any thread.
 */
#ifndef FT_WITNESS_WITNESS_PROTOCOL_H
#define FT_WITNESS_WITNESS_PROTOCOL_H

#include <stdint.h>

/* Bytes of a request or an answer, with its newline. */
#define FT_WITNESS_LINE_MAX 1024

/* Owners are host names of at most so many printable characters. */
#define FT_WITNESS_OWNER_MAX 63

/* How many removed pairs are remembered, and for how long. */
#define FT_WITNESS_TOMBSTONES 256
#define FT_WITNESS_TOMBSTONE_DAYS 90

/* Bytes of a pair's key for the witness. */
#define FT_WITNESS_KEY_SIZE 32

/* Generations fit into a signed 64-bit column and a JSON integer. */
#define FT_WITNESS_GENERATION_MAX INT64_MAX

#endif
