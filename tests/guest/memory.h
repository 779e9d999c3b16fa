/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's memory under test: a sample area that is written once, and an area that is dirtied at
 * a steady rate.
 *
 * Every page's content follows from its number and how often it was written, and that count is kept
 * elsewhere in memory. A page that is lost, torn or older than the rest of the guest's memory is
 * therefore found when it is next looked at. Thread safe. */
#ifndef FT_GUEST_MEMORY_H
#define FT_GUEST_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct memory_status {
    uint64_t area_pages; /* pages of 4096 bytes in the dirtied area; 0 until it is first used */
    uint64_t dirtied_pages; /* pages written since start */
    uint64_t corrupt_pages; /* pages found with wrong content since start */
    double rate;            /* what was asked for, MiB/s */
};

/* Fills the sample area and prepares an area of `area_mib` MiB for the dirtier (not touched before
 * a rate is set). Returns 0 or -1: no memory. */
int memory_start(size_t area_mib);

/* Sets the rate in MiB/s; 0 stops the dirtier. */
void memory_set_rate(double rate);

void memory_get_status(struct memory_status *status);

/* Reads the sample area and every dirtied page. Returns the number of wrong pages; *checksum is
 * that of the sample area. */
uint64_t memory_verify(uint64_t *checksum);

#endif
