/*
 * The journal of what ftadmin is doing to a pair, so that a crash of ftadmin
 * leaves a trace to continue from or to clean up after. db/store.h keeps it.
 */
#ifndef FT_PROTECT_JOURNAL_H
#define FT_PROTECT_JOURNAL_H

#include <jansson.h>

#include "base/error.h"

enum ft_step_state {
    FT_STEP_STARTED,
    FT_STEP_DONE,
    FT_STEP_FAILED,
    FT_STEP_UNDONE,
    FT_STEP_SKIPPED,        /* was done already */
};

enum ft_journal_end {
    FT_JOURNAL_DONE,        /* the pair exists (protect) or is gone (unprotect) */
    FT_JOURNAL_ROLLED_BACK, /* protect failed, everything is as before */
    FT_JOURNAL_PARTLY,      /* something is left on a host: see left in plan */
};

/*
 * Each call is durable before it returns 0 (-errno otherwise, with err). All
 * are required. plan is ft_plan_to_json's, without secrets, to be stored as
 * text with the pair's UUID and its VM.
 */
struct ft_journal_ops {
    /* A new operation ("protect" or "unprotect"), replacing one of this pair. */
    int (*begin)(void *data, const char *pair, const char *vm,
                 const char *verb, const json_t *plan, struct ft_error *err);
    int (*step)(void *data, const char *pair, size_t index, const char *step,
                const char *host, enum ft_step_state state,
                struct ft_error *err);
    /* left: array of host names on which something remains, or NULL. */
    int (*end)(void *data, const char *pair, enum ft_journal_end how,
               const json_t *left, struct ft_error *err);
    /*
     * The last operation for this VM (name or UUID) that did not end, or ended
     * partly: *plan (new reference) and verb ("protect"/"unprotect", 16
     * bytes). -ENOENT when there is none.
     */
    int (*pending)(void *data, const char *vm, json_t **plan, char verb[16],
                   struct ft_error *err);
    void *data;
};

/* "started", "done", "failed", "undone", "skipped". */
const char *ft_step_state_name(enum ft_step_state state);

#endif
