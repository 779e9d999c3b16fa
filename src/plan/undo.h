/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back from a plan: what its steps found before they changed anything
 * decides what undoing them takes away, and in which order. Pure.
 */
#ifndef FT_PLAN_UNDO_H
#define FT_PLAN_UNDO_H

#include "plan/plan.h"

/* What a step found on its host. A step without has changed nothing there. */
struct ft_found {
    enum ft_step_kind kind;
    char host[FT_NAME_SIZE];
    bool there; /* engine: one was installed; witness: it ran */
    char version[FT_VERSION_SIZE]; /* of that engine, as it says; or empty */
    char sha256[65]; /* the same, where it gives way to ours; or empty */
};

#define FT_FOUND_MAX FT_PLAN_STEPS_MAX

/*
 * Puts them, which are in the order in which they were found, into that in which
 * they are undone: the primary lets go first, and an engine goes last.
 */
void ft_undo_sort(struct ft_found *found, size_t count);

/* What undoing it does, one line: "h2: remove the engine". */
void ft_undo_describe(const struct ft_found *found, const char *vm,
                      char out[FT_STEP_TEXT]);

/*
 * Whether an epoch of the pair may have been committed, by a STATUS of it
 * (ft-protocol(7)): from then on nothing is as it was before. NULL: no.
 */
bool ft_undo_is_late(const json_t *status);

#endif
