/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs watch and series of ft-protocol(7): a snapshot of everything on this
 * host and then whatever changes, with a heartbeat every second; and the past of
 * one pair. Daemon only, loop thread only.
 */
#ifndef FT_ENGINE_WATCH_H
#define FT_ENGINE_WATCH_H

#include "engine/verb.h"

int ft_verb_watch(struct ft_request request, const json_t *args,
                  json_t **result, struct ft_error *err);
int ft_verb_series(struct ft_request request, const json_t *args,
                   json_t **result, struct ft_error *err);

/* What status says of the witness: {"running": BOOL} or null. */
json_t *ft_witness_json(void);

/* Says to all who watch that this daemon ends, and why. */
void ft_watch_end(const char *why);

#endif
