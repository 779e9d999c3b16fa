/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of what ftadmin is doing to a pair, so that a crash of ftadmin
 * leaves a trace to continue from or to clean up after. db/store.h keeps it.
 */
#ifndef FT_PROTECT_JOURNAL_H
#define FT_PROTECT_JOURNAL_H

#include <stddef.h>

#include "base/error.h"
#include "inventory/host.h"
#include "plan/undo.h"

enum ft_step_state {
    FT_STEP_STARTED,
    FT_STEP_DONE,
    FT_STEP_FAILED,
    FT_STEP_UNDONE,
    FT_STEP_SKIPPED, /* was done already */
};

enum ft_journal_end {
    FT_JOURNAL_DONE, /* the pair exists (protect) or is gone (unprotect) */
    FT_JOURNAL_ROLLED_BACK, /* protect failed, everything is as before */
    FT_JOURNAL_PARTLY,      /* something is left on a host; still pending */
};

/* An operation on a pair. Holds no secret. */
struct ft_journal_entry {
    char verb[16]; /* "protect" or "unprotect" */
    char pair[FT_UUID_SIZE];
    char vm[FT_NAME_SIZE];
    char vm_uuid[FT_UUID_SIZE];
    char primary[FT_NAME_SIZE];
    char standby[FT_NAME_SIZE];
    char witness[FT_NAME_SIZE]; /* empty: none */
    char leaves[FT_UUID_SIZE]; /* pair that the VM is in until a step; or empty */
};

/*
 * Each call is durable before it returns 0 (-errno otherwise, with err). All
 * are required. Entries are the caller's.
 */
struct ft_journal_ops {
    /*
     * A new operation, replacing one of this pair that was pending; but what
     * steps of a pending protect found stays when it is taken up. Others of the same
     * VM that are being removed stay beside it. chosen:
     * ft_plan_chosen, borrowed; NULL: as before.
     */
    int (*begin)(void *data, const struct ft_journal_entry *entry,
                 const json_t *chosen, struct ft_error *err);
    int (*step)(void *data, const struct ft_journal_entry *entry, size_t index,
                const char *step, const char *host, enum ft_step_state state,
                struct ft_error *err);
    /* Before the step changes anything. What one of this operation found there
     * the first time stays. */
    int (*found)(void *data, const struct ft_journal_entry *entry,
                 const struct ft_found *found, struct ft_error *err);
    /* All that, in the order in which it was found. */
    int (*list)(void *data, const struct ft_journal_entry *entry,
                struct ft_found found[FT_FOUND_MAX], size_t *count,
                struct ft_error *err);
    /* It is undone. */
    int (*undone)(void *data, const struct ft_journal_entry *entry,
                  const struct ft_found *found, struct ft_error *err);
    /* Whether another pair, protected or unfinished, has this host. */
    int (*shared)(void *data, const struct ft_journal_entry *entry,
                  const char *host, bool *shared, struct ft_error *err);
    int (*end)(void *data, const struct ft_journal_entry *entry,
               enum ft_journal_end how, struct ft_error *err);
    /*
     * Fills entry with the last operation for this VM (name or UUID) that has
     * not ended or ended partly; an unprotect only until a host of the pair has let
     * go. *chosen is a new reference, NULL: not known; it
     * may be NULL. -ENOENT when there is none.
     */
    int (*pending)(void *data, const char *vm, struct ft_journal_entry *entry,
                   json_t **chosen, struct ft_error *err);
    void *data;
};

/* "started", "done", "failed", "undone", "skipped". */
const char *ft_step_state_name(enum ft_step_state state);

#endif
