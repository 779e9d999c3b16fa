/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protected, and yet one more fault away from losing something: what puts a
 * pair at risk, by the words of both its sides. Pure; any thread.
 */
#ifndef FT_UI_MODEL_RISK_H
#define FT_UI_MODEL_RISK_H

#include <stddef.h>

#include <jansson.h>
#include <stdbool.h>

/*
 * A guest whose clocks are further behind than this, and are not found, is at risk.
 * Where they are kept, they lack what the last stop took until the next one, a moment
 * later; while they are searched for, what the stops of these seconds took, which they
 * get back when found.
 */
#define FT_CLOCK_LAG_WARN_MS 50
#define FT_CLOCK_OWED_WARN_MS 1000

/* And one whose copy is older; epochs are never so far apart by intention. */
#define FT_LAG_WARN_MS 3000

/* Name, word of the row's "at_risk", meaning. The worst first. */
#define FT_RISKS(X)                                                 \
    X(NONE, "", "")                                                 \
    X(STALLED, "stalled",                                           \
      "what the guest sends is held: an epoch is not committed")    \
    X(STANDBY, "standby",                                           \
      "something on a host keeps it from taking over, or from "     \
      "going on alone")                                             \
    X(DRIFT, "drift",                                               \
      "by a check that is made all the time the standby could not " \
      "take over any more, or it tells nothing of itself")          \
    X(WITNESS, "witness",                                           \
      "the witness does not answer a host: if the "                 \
      "other one dies now, nobody may go on")                       \
    X(FULL, "witness-full",                                         \
      "the witness cannot store another word, so it would give "    \
      "none")                                                       \
    X(FORGOT, "witness-older",                                      \
      "the witness was set back, and is not told again yet")        \
    X(LAG, "lag", "the copy is old: what a takeover would go back") \
    X(PATH, "path",                                                 \
      "one of the paths between the hosts is down, or a new link "  \
      "could not go by the one that is used")                       \
    X(CHANGED, "changed",                                           \
      "a takeover would undo what was changed of the running VM")   \
    X(CLOCK, "clock", "the guest's clocks are behind")

#define FT_RISK_ENUM_(name, ...) FT_RISK_##name,
enum ft_risk { FT_RISKS(FT_RISK_ENUM_) FT_RISK_COUNT };
#undef FT_RISK_ENUM_

const char *ft_risk_word(enum ft_risk risk);

/* FT_RISK_NONE for what is none of the words. */
enum ft_risk ft_risk_by_word(const char *word);

/*
 * Of a merged STATUS (ft_pairs_merge). Only a protected pair can be at risk:
 * all others are worse off.
 */
enum ft_risk ft_pair_risk(const json_t *status);

/*
 * Of a STATUS or its row. Of a VM that stands no clock runs; they are looked at when
 * it goes on.
 */
bool ft_clocks_lag(const json_t *status);

/* What the row says of it, in size bytes; empty for FT_RISK_NONE. */
void ft_risk_text(enum ft_risk risk, const json_t *status, char *out,
                  size_t size);

#endif
