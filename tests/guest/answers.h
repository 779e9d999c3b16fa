/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger client writes to its log and the checker reads: shared by both. Formats stand in
 * tests/guest/README. */
#ifndef FT_GUEST_ANSWERS_H
#define FT_GUEST_ANSWERS_H

#include <stdint.h>
#include <stdio.h>

#include "record.h"

struct answer {
    uint64_t client, number, global, checksum, uptime;
    char boot[40];
    int repeated;
};

/* Reads an answer line ("done ..."). Returns 0, or -1: it is none. */
int answer_parse(const char *line, struct answer *answer);

/* The payload that the client sends with a request: `length` characters (0 to LEDGER_PAYLOAD_MAX)
 * that follow from who asks and the number. Writes a final NUL. */
void payload_make(uint64_t client, uint64_t number, unsigned length,
                  char *payload);

/* Nanoseconds of a clock (clock_gettime(2)). */
uint64_t clock_ns(int clock);

/* Connects to "ADDRESS:PORT" (IPv4 or a name) and waits up to `seconds` for it. Returns a blocking
 * socket with TCP_NODELAY, or -1 and says why on stderr. Keepalive and user timeout are set so long
 * that a takeover never ends the connection from this side. */
int ledger_connect(const char *target, int seconds);

#endif
