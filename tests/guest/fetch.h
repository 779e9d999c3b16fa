/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a ledger for its records, its state and its clocks: the checker's view of the truth. */
#ifndef FT_GUEST_FETCH_H
#define FT_GUEST_FETCH_H

#include <stdint.h>

#include "record.h"

struct ledger_state {
    uint64_t records, remembered, uptime, corrupt_pages, disk_errors;
    int disks, failed;
    char boot[40];
};

/* What the ledger says of the guest's clocks (clocks.h has more words on them). */
struct ledger_clocks {
    uint64_t uptime, realtime; /* ns; when the question was read */
    uint64_t watched;          /* ns; how long the clocks were watched */
    uint64_t back[4],
        jump[4]; /* of monotonic, raw, boot, real: steps back; largest step, ns */
    char source[32]; /* of the guest's kernel */
    char boot[40];
};

/* A copy of a stretch of the log: records[i] has the place from + i. magic is set; free with
 * fetch_free(). */
struct stretch {
    uint64_t from, count;
    struct ledger_record *records;
};

struct fetcher;

/* Connects; NULL and a message on stderr if that fails. Every answer is waited for up to a minute.
 */
struct fetcher *fetch_open(const char *target);
void fetch_close(struct fetcher *fetcher);

/* All return 0, or -1 and a message on stderr. */
int fetch_state(struct fetcher *fetcher, struct ledger_state *state);
int fetch_clocks(struct fetcher *fetcher, struct ledger_clocks *clocks);

/* Lets the guest look at all the memory it watches; *wrong is the number of wrong pages. */
int fetch_memory_check(struct fetcher *fetcher, uint64_t *wrong);

/* Reads all records from `from` on: of disk 0, 1, ..., or of memory where disk is -1. */
int fetch_stretch(struct fetcher *fetcher, int disk, uint64_t from,
                  struct stretch *stretch);
void fetch_free(struct stretch *stretch);

#endif
