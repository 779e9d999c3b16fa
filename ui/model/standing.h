/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a pair stands: the engine's words (ft-states(7)) as numbers, and the
 * state as ftadmin says it, which has two more words: "at risk", protected
 * with one fault to go, and "unknown", nobody answers. Pure; any thread.
 */
#ifndef FT_UI_MODEL_STANDING_H
#define FT_UI_MODEL_STANDING_H

#include <stdbool.h>

#include <jansson.h>

#include "pair/ownership.h"

/* What a host said longer ago than this says nothing about now. */
#define FT_STALE_MS 3000

/* In a "reason", between it and what the last try came to nothing for. */
#define FT_LAST_TIME "; the last time: "

bool ft_is_fresh(double age_s);

/* Members "state" and "reason"; FT_PAIR_STATE_COUNT and FT_REASON_COUNT: other. */
enum ft_pair_state ft_said_state(const json_t *status);
enum ft_ownership_reason ft_said_reason(const json_t *status);

/*
 * What the host in member key, "primary" or "standby", says of itself; NULL when
 * nothing. And whether that is of now.
 */
const json_t *ft_side_of(const json_t *status, const char *key);
bool ft_side_is_fresh(const json_t *side);

/* The standby says that its host is being shut down, so that no copy waits there. */
bool ft_standby_leaves(const json_t *status);

/* Constant, or the status' own "state" where that is not known here. */
const char *ft_standing(const json_t *status, bool heard, bool at_risk);

/*
 * Whether the VM of this row runs alone and the host of its copy does not answer us
 * either: another host may have its copy then.
 */
bool ft_row_has_lost_standby(const json_t *row);

/* The word for it, in place of a host's name (FT_PLAN_BEST). */
extern const char ft_choice_best[];

#endif
