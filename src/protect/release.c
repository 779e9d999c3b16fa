/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VM leaves the pair that it is alone in, because its other host is lost: what
 * unprotect does, as one step of a plan that has another host for its copy.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "protect/protect-private.h"

struct release {
    const struct ft_plan *plan;
    struct ft_pair_ref pair;
    struct ft_journal_entry entry;
};

static void
fill(struct release *r, const struct ft_plan *plan)
{
    *r = (struct release){
        .plan = plan,
        .pair = { .pair = plan->leaves.pair,
                  .vm = plan->vm,
                  .hosts = { plan->primary, plan->leaves.standby },
                  .witness = plan->leaves.witness },
        .entry = { .verb = "unprotect" },
    };
    strcpy(r->entry.pair, plan->leaves.pair);
    strcpy(r->entry.vm, plan->vm);
    strcpy(r->entry.primary, plan->primary);
    strcpy(r->entry.standby, plan->leaves.standby);
    strcpy(r->entry.witness, plan->leaves.witness);
}

/* It was not left: everything is as before, also in the journal. Where the host of
 * the VM does not say so it stays to be finished. */
static void
take_back(const struct release *r, struct ft_fleet *fleet,
          const struct ft_journal_ops *journal)
{
    struct ft_member *primary = ft_fleet_find(fleet, r->plan->primary);
    struct ft_error ignored = FT_ERROR_INIT;

    if (primary != NULL && ft_member_status(fleet, primary, &ignored) == 0 &&
        ft_member_pair(primary, r->plan->leaves.pair) != NULL)
        journal->end(journal->data, &r->entry, FT_JOURNAL_ROLLED_BACK, NULL);
}

/* Who has yet to hear of it, and what is done about that. */
static void
tell_left(const struct release *r, const struct ft_unprotect_result *result,
          const struct ft_progress *progress)
{
    char text[4 * FT_NAME_SIZE];

    for (size_t i = 0; i < result->left_count; i++) {
        snprintf(text, sizeof(text),
                 "%s: what is there of %s is put away when it answers: ftadmin "
                 "resume %s",
                 result->left[i], r->plan->vm, r->plan->vm);
        ft_progress_note(progress, text);
    }
}

int
ft_protect_release(struct ft_fleet *fleet, const struct ft_plan *plan,
                   const struct ft_progress *progress,
                   const struct ft_journal_ops *journal, struct ft_error *err)
{
    struct ft_unprotect_result result;
    struct release r;
    int rc;

    fill(&r, plan);
    rc = ft_unprotect(fleet, &r.pair, false, NULL, journal, &result, err);
    if (rc < 0)
        take_back(&r, fleet, journal);
    else
        tell_left(&r, &result, progress);
    ft_unprotect_result_free(&result);
    return rc;
}
