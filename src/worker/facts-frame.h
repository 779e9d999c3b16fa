/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The payload of a FACTS frame (ft-protocol(7)): what a host tells its peer of itself;
 * where that is more than a link is to carry, how much it would be, so that nobody takes
 * it for silence. Pure.
 */
#ifndef FT_WORKER_FACTS_FRAME_H
#define FT_WORKER_FACTS_FRAME_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

#define FT_FACTS_MAX (512u << 10) /* bytes of facts in a frame */
#define FT_FACTS_AROUND 96        /* and of what is around them, at most */

/* What comes before the facts, of sent_ns, CLOCK_REALTIME; a "}" comes behind them. */
void ft_facts_begin(int64_t sent_ns, char out[FT_FACTS_AROUND]);

/* The whole payload where there are no facts: size is what they had, in bytes. */
void ft_facts_left_out(int64_t sent_ns, uint64_t size,
                       char out[FT_FACTS_AROUND]);

/* What was told: -EFBIG where the facts were left out, and how much they had. */
int ft_facts_check(const json_t *told, struct ft_error *err);

#endif
