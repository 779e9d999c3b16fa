/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The past of the pairs' figures: what a host's engine keeps of minutes and
 * hours (ROLLUP of ft-protocol(7)) is fetched, one pair at a time, and put into
 * the database. For who keeps a live state; its thread.
 */
#ifndef FT_UI_WORK_PAST_H
#define FT_UI_WORK_PAST_H

#include "db/later.h"
#include "remote/hub.h"
#include "ui/model/live.h"

/* Of one host; all zero in the beginning. */
struct ft_work_past {
    uint64_t ticket; /* of the question under way; 0: none */
    char pair[FT_STORE_UUID];
    size_t next;      /* place of the next pair among the host's words */
    int64_t begun_ms; /* when this round of all pairs began; 0: never */
    int64_t hours_ms; /* when the last one with hours did */
    bool hours;       /* this round is one */
};

/*
 * Asks for the next pair of the host, when it is time and nothing is under
 * way: minutes every ten minutes, hours every hour, both at first.
 */
void ft_work_past_ask(struct ft_work_past *past, struct ft_hub_host *hub,
                      const struct ft_live_host *host, int64_t now_ms);

/*
 * Takes the answer, or that there is none (result NULL). True when the ticket
 * is its own.
 */
bool ft_work_past_take(struct ft_work_past *past, uint64_t ticket,
                       const json_t *result, struct ft_later *later);

#endif
