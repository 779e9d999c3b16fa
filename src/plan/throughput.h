/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the networks that two hosts share carry, as it was measured before anything
 * was changed (link/throughput.h), and whether that does for a pair. Pure.
 */
#ifndef FT_PLAN_THROUGHPUT_H
#define FT_PLAN_THROUGHPUT_H

#include "plan/findings.h"
#include "plan/links.h"

/*
 * Bytes a second that the link is to carry: what TCP gets out of a network of 1
 * Gbit/s (118 MB/s with frames of 1500 bytes) less 15 percent for what else is on
 * it. And the time in which it is to carry all of the guest's memory: for so long at
 * least a VM is unprotected after each resynchronisation.
 */
#define FT_LINK_WANTED 100e6
#define FT_LINK_COPY_S 1800

/* The one by this address of the standby; NULL: it was not measured. */
const struct ft_link_rate *ft_link_rate_at(const struct ft_link_rate *rates,
                                           size_t count, const char *address);

/*
 * The figure as it is told, "900 Mbit/s": rounded down to one digit, so that two
 * measurements of one network say the same.
 */
#define FT_RATE_TEXT 24
void ft_link_rate_text(double bytes_per_s, char out[FT_RATE_TEXT]);

/*
 * Adds the finding link.throughput of the path by that address of the standby, which
 * names the others, for a VM of so many bytes; and one of the way back. None of what was
 * not measured. 0 or -ENOMEM.
 */
int ft_throughput_check(const struct ft_link_rate *rates, size_t count,
                        const char *address, uint64_t memory,
                        const char *primary, const char *standby,
                        struct ft_findings *findings);

/* [{"address","nic","bytes_per_s","back_bytes_per_s" (null: not measured)}], new or
 * NULL. */
json_t *ft_link_rates_to_json(const struct ft_link_rate *rates, size_t count);

#endif
