/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between apply.c, which carries a plan out, and steps.c, which has its steps. */
#ifndef FT_PROTECT_APPLY_PRIVATE_H
#define FT_PROTECT_APPLY_PRIVATE_H

#include "protect/protect-private.h"

#define FT_KEY_BYTES 32

struct apply {
    struct ft_fleet *fleet;
    const struct ft_plan *plan;
    const struct ft_progress *progress;
    const struct ft_journal_ops *journal;
    struct ft_journal_entry entry;
    bool released;                  /* the pair that the VM was in is left */
    char key[2 * FT_KEY_BYTES + 1]; /* hex; wiped at the end */
    char witness_key[2 * FT_KEY_BYTES + 1];
};

struct ft_member *ft_apply_member(const struct apply *a, const char *host);

/* The fault point "protect-STEP" followed by when; 0 or its error. */
int ft_apply_fault(enum ft_step_kind kind, const char *when,
                   struct ft_error *err);

/* What a step does on its host, after what it finds there is in the journal. */
int ft_apply_step(struct apply *a, enum ft_step_kind kind,
                  struct ft_member *member, struct ft_error *err);

#endif
