/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in a VM's memory: a sample of its pages, how many are zero, and how fast
 * they can be read. Pages that QEMU has not got, or that are swapped out, are not
 * touched: it has no more of them afterwards than before.
 *
 * Threads: one at a time. Source: Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef FT_MEASURE_SURVEY_H
#define FT_MEASURE_SURVEY_H

#include <sys/types.h>

#include "base/error.h"
#include "qemu/guest-memory.h"

#define FT_SURVEY_RATES 128

struct ft_survey {  /* zero bytes: nothing yet */
    uint64_t pages; /* looked at */
    uint64_t data;  /* of these, not zero */
    uint64_t sample,
        packed; /* bytes of some of those, and what LZ4 made of them */
    /* of large reads of pages that are not zero, bytes a second of a processor */
    double rates[FT_SURVEY_RATES];
    unsigned n_rates; /* all of them; the last ones are kept */
};

/*
 * How fast pages are read, bytes a second: as a quarter of the reads was or faster,
 * for others only make it slower. 0: no large read. Sorts the rates.
 */
double ft_survey_rate(struct ft_survey *survey);

/* What LZ4 leaves of pages that are not zero, 0 to 1; 1: it is not known. */
double ft_survey_packed(const struct ft_survey *survey);

/*
 * Room for the pages, in memory that is there before anything is timed: of the caller,
 * who frees it (free(3)); NULL without memory.
 */
void *ft_survey_room(void);

/* A look at all memory, at most 64 MiB of it. Fills *out. */
int ft_survey_memory(const struct ft_guest_memory *memory, pid_t pid,
                     void *room, struct ft_survey *out, struct ft_error *err);

/* The first pages of what was written, at most 4 MiB. Adds to *out. */
int ft_survey_set(const struct ft_guest_memory *memory,
                  const struct ft_page_set *set, void *room,
                  struct ft_survey *out, struct ft_error *err);

#endif
