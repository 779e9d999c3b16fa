/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries a plan out, step by step, with a way back for each.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "protect/apply-private.h"

static int
make_key(char hex[2 * FT_KEY_BYTES + 1], struct ft_error *err)
{
    unsigned char key[FT_KEY_BYTES];

    if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return ft_fail(err, EIO, NULL, "no random numbers for the keys");
    for (size_t i = 0; i < sizeof(key); i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    explicit_bzero(key, sizeof(key));
    return 0;
}

static void
show_step(const struct apply *a, size_t index, enum ft_step_state state)
{
    if (a->progress != NULL && a->progress->step != NULL)
        a->progress->step(a->progress->data, index, a->plan->step_count,
                          a->plan->steps[index].description, state);
}

static int
write_journal(struct apply *a, size_t index, enum ft_step_state state,
              struct ft_error *err)
{
    const struct ft_plan_step *step = &a->plan->steps[index];

    return a->journal->step(a->journal->data, &a->entry, index,
                            ft_step_kind_name(step->kind), step->host, state,
                            err);
}

static int
run_step(struct apply *a, size_t index, struct ft_error *err)
{
    const struct ft_plan_step *step = &a->plan->steps[index];
    struct ft_member *member = ft_apply_member(a, step->host);
    int rc;

    if (member == NULL)
        return ft_fail(err, ENOENT, NULL, "%s is not a known host", step->host);
    rc = write_journal(a, index, FT_STEP_STARTED, err);
    if (rc < 0)
        return rc;
    show_step(a, index, FT_STEP_STARTED);
    rc = ft_apply_fault(step->kind, "", err);
    if (rc == 0)
        rc = ft_apply_step(a, step->kind, member, err);
    if (rc == 0)
        rc = ft_apply_fault(step->kind, "-made", err);
    if (rc == 0)
        rc = write_journal(a, index, FT_STEP_DONE, err);
    if (rc == 0)
        show_step(a, index, FT_STEP_DONE);
    return rc;
}

/* ---- when one fails ---- */

/* The plan's step that found this; one of an earlier run may be in no plan. */
static void
on_undo(void *data, size_t at, size_t count, const struct ft_found *found,
        const char *text, enum ft_step_state state)
{
    struct apply *a = data;

    (void)at;
    (void)count;
    (void)text;
    for (size_t i = 0; state == FT_STEP_UNDONE && i < a->plan->step_count; i++)
        if (a->plan->steps[i].kind == found->kind &&
            strcmp(a->plan->steps[i].host, found->host) == 0) {
            write_journal(a, i, state, NULL);
            show_step(a, i, state);
        }
}

static void
on_left(void *data, const struct ft_found *found, const char *text,
        const struct ft_error *why)
{
    const struct apply *a = data;
    char line[1200];

    (void)found;
    snprintf(line, sizeof(line), "could not be undone: %s: %s", text, why->text);
    ft_progress_note(a->progress, line);
}

static void
on_note(void *data, const char *text)
{
    ft_progress_note(((const struct apply *)data)->progress, text);
}

/* Whether the VM has left a pair, in this run or one before. */
static bool
has_released(const struct apply *a)
{
    struct ft_found found[FT_FOUND_MAX];
    bool released = a->released;
    size_t count = 0;

    if (*a->plan->leaves.pair == '\0' && /* it is in none any more */
        a->journal->list(a->journal->data, &a->entry, found, &count, NULL) == 0)
        for (size_t i = 0; i < count; i++)
            released |= found[i].kind == FT_STEP_RELEASE;
    return released;
}

/* How the operation ends by that. */
static enum ft_journal_end
roll_back(struct apply *a)
{
    const struct ft_undo_watch watch = {
        .step = on_undo, .left = on_left, .note = on_note, .data = a
    };
    struct ft_error why = FT_ERROR_INIT;
    bool released = has_released(a);
    size_t left = 0;
    int rc = ft_undo_all(a->fleet, &a->entry, a->journal, &watch, &left, &why);

    if (rc == 0 && left == 0 && !released)
        return FT_JOURNAL_ROLLED_BACK;
    if (rc < 0)
        ft_progress_note(a->progress, why.text);
    if (rc == -EPERM) { /* the pair is there, and is for unprotect to end */
        ft_progress_note(a->progress, why.hint);
        return FT_JOURNAL_DONE;
    }
    if (rc == 0 && left == 0) {
        ft_progress_note(a->progress,
                         "the VM runs on, UNPROTECTED: its pair before is left, "
                         "and the new one not made; ftadmin resume makes it");
        return FT_JOURNAL_PARTLY;
    }
    ft_progress_note(a->progress,
                     "something is left on a host: ftadmin rollback takes it "
                     "back once it answers, ftadmin resume goes on");
    return FT_JOURNAL_PARTLY;
}

static int
detach(struct apply *a, size_t index, struct ft_error *err)
{
    bool copying = a->plan->steps[index].kind == FT_STEP_SYNC;

    return ft_fail(
        err, EINTR,
        copying ? "ftadmin status shows how far they are, ftadmin resume "
                  "attaches again, ftadmin rollback takes it back."
                : "ftadmin resume goes on with it, ftadmin rollback takes back "
                  "what was made.",
        copying ? "%s: left alone; the engines go on by themselves"
                : "%s: interrupted before the engines had begun",
        a->plan->vm);
}

static int
fail(struct apply *a, size_t index, int rc, struct ft_error *err)
{
    enum ft_journal_end how;

    if (rc == -EINTR || rc == -ECANCELED)
        return detach(a, index, err);
    write_journal(a, index, FT_STEP_FAILED, NULL);
    show_step(a, index, FT_STEP_FAILED);
    how = roll_back(a);
    if (how == FT_JOURNAL_DONE)
        ft_protect_end(a->fleet, &a->entry, a->journal, NULL);
    else
        a->journal->end(a->journal->data, &a->entry, how, NULL);
    return rc;
}

static void
fill_entry(const struct ft_plan *plan, struct ft_journal_entry *entry)
{
    strcpy(entry->verb, "protect");
    strcpy(entry->pair, plan->pair);
    strcpy(entry->vm, plan->vm);
    strcpy(entry->vm_uuid, plan->vm_uuid);
    strcpy(entry->primary, plan->primary);
    strcpy(entry->standby, plan->standby);
    strcpy(entry->witness, plan->witness);
    strcpy(entry->leaves, plan->leaves.pair);
}

static int
run_all(struct apply *a, struct ft_error *err)
{
    int rc;

    for (size_t i = 0; i < a->plan->step_count; i++) {
        if (ft_progress_interrupted(a->progress))
            return detach(a, i, err);
        rc = run_step(a, i, err);
        if (rc < 0)
            return fail(a, i, rc, err);
    }
    return ft_protect_end(a->fleet, &a->entry, a->journal, err);
}

/* Without a configuration it is only waited for, with what was chosen before. */
static int
begin(struct apply *a, struct ft_error *err)
{
    FT_AUTOJSON json_t *chosen =
        a->plan->config != NULL ? ft_plan_chosen(a->plan) : NULL;

    return a->journal->begin(a->journal->data, &a->entry, chosen, err);
}

int
ft_protect_apply(struct ft_fleet *fleet, const struct ft_plan *plan,
                 const struct ft_progress *progress,
                 const struct ft_journal_ops *journal, struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    struct apply a = {
        .fleet = fleet, .plan = plan, .progress = progress, .journal = journal
    };
    int rc;

    err = err != NULL ? err : &local;
    fill_entry(plan, &a.entry);
    rc = make_key(a.key, err);
    if (rc == 0)
        rc = make_key(a.witness_key, err);
    if (rc == 0)
        rc = begin(&a, err);
    if (rc == 0)
        rc = run_all(&a, err);
    explicit_bzero(a.key, sizeof(a.key));
    explicit_bzero(a.witness_key, sizeof(a.witness_key));
    return rc;
}
