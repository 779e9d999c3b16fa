/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries a plan out, step by step, with a way back for each.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "protect/protect-private.h"

#define KEY_BYTES 32

struct apply {
    struct ft_fleet *fleet;
    const struct ft_plan *plan;
    const struct ft_progress *progress;
    const struct ft_journal_ops *journal;
    struct ft_journal_entry entry;
    char key[2 * KEY_BYTES + 1]; /* hex; wiped at the end */
    char witness_key[2 * KEY_BYTES + 1];
    bool fresh_engine[FT_PLAN_STEPS_MAX]; /* none was installed before */
    bool fresh_witness;                   /* none ran there before */
    bool done[FT_PLAN_STEPS_MAX];         /* begun by us: to be undone */
};

static int
make_key(char hex[2 * KEY_BYTES + 1], struct ft_error *err)
{
    unsigned char key[KEY_BYTES];

    if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return ft_fail(err, EIO, NULL, "no random numbers for the keys");
    for (size_t i = 0; i < sizeof(key); i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    explicit_bzero(key, sizeof(key));
    return 0;
}

bool
ft_progress_interrupted(const struct ft_progress *progress)
{
    return progress != NULL && progress->interrupted != NULL &&
           progress->interrupted(progress->data) != 0;
}

void
ft_progress_note(const struct ft_progress *progress, const char *text)
{
    if (progress != NULL && progress->note != NULL)
        progress->note(progress->data, text);
}

static void
show_step(const struct apply *a, size_t index, enum ft_step_state state)
{
    if (a->progress != NULL && a->progress->step != NULL)
        a->progress->step(a->progress->data, index, a->plan->step_count,
                          a->plan->steps[index].description, state);
}

static struct ft_member *
member_of(const struct apply *a, const char *name)
{
    return ft_fleet_find(a->fleet, name);
}

static bool
has_pair(const struct apply *a, const char *host)
{
    const struct ft_member *member = member_of(a, host);

    return member != NULL && ft_member_pair(member, a->plan->pair) != NULL;
}

static json_t *
pair_args(const struct apply *a)
{
    return json_pack("{s:s}", "pair", a->plan->pair);
}

/* ---- engine ---- */

static int
show_upload(void *data, size_t done, size_t total)
{
    const struct apply *a = data;

    if (a->progress != NULL && a->progress->bytes != NULL)
        a->progress->bytes(a->progress->data, "upload", done, total, 0);
    return ft_progress_interrupted(a->progress);
}

static int
do_engine(struct apply *a, size_t index, struct ft_member *member,
          struct ft_error *err)
{
    struct ft_install_state before;
    int rc = ft_member_take_engine(a->fleet, member, err);

    if (rc < 0)
        return rc;
    rc = ft_member_look(a->fleet, member, &before, err);
    if (rc == 0) {
        a->fresh_engine[index] = !ft_install_any(&before);
        rc = ft_member_engine(a->fleet, member, show_upload, a, NULL, err);
    }
    ft_member_give_engine(a->fleet, member);
    return rc == 0 ? ft_member_status(a->fleet, member, err) : rc;
}

static int
undo_engine(struct apply *a, size_t index, struct ft_member *member,
            struct ft_error *err)
{
    int rc;

    if (!a->fresh_engine[index])
        return 0;
    rc = ft_member_take_engine(a->fleet, member, err);
    if (rc == 0) {
        rc = ft_member_uninstall(a->fleet, member, true, err);
        ft_member_give_engine(a->fleet, member);
    }
    return rc;
}

/* ---- witness ---- */

static int
do_witness(struct apply *a, size_t index, struct ft_member *member,
           struct ft_error *err)
{
    (void)index;
    a->fresh_witness =
        !ft_json_bool(json_object_get(member->status, "witness"), "running", 0);
    return ft_member_insist(a->fleet, member, "witness-start",
                            json_pack("{s:i}", "port", FT_WITNESS_PORT), NULL,
                            0, err);
}

static int
undo_witness(struct apply *a, size_t index, struct ft_member *member,
             struct ft_error *err)
{
    (void)index;
    return a->fresh_witness ? ft_member_insist(a->fleet, member, "witness-stop",
                                               NULL, NULL, 0, err)
                            : 0;
}

static int
do_witness_pair(struct apply *a, size_t index, struct ft_member *member,
                struct ft_error *err)
{
    int rc;

    (void)index;
    /* What an unfinished protect left has another key. */
    rc = ft_member_insist(a->fleet, member, "witness-pair-remove", pair_args(a),
                          NULL, 0, err);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    return ft_member_insist(a->fleet, member, "witness-pair-set",
                            json_pack("{s:s,s:s,s:i,s:s}", "pair", a->plan->pair,
                                      "key", a->witness_key, "generation", 1,
                                      "owner", a->plan->primary),
                            NULL, 0, err);
}

static int
undo_witness_pair(struct apply *a, size_t index, struct ft_member *member,
                  struct ft_error *err)
{
    (void)index;
    return ft_member_insist(a->fleet, member, "witness-pair-remove",
                            pair_args(a), NULL, 0, err);
}

/* ---- pair ---- */

static int
set_pair(struct apply *a, struct ft_member *member, int self,
         struct ft_error *err)
{
    json_t *args;

    if (has_pair(a, member->name)) {
        /* A trace of an unfinished protect, with other keys: start over. */
        int rc =
            ft_remove_pair(a->fleet, member, a->plan->pair, NULL, NULL, err);

        if (rc < 0)
            return rc;
    }
    args = json_pack("{s:o,s:s,s:s?}", "config", ft_plan_config(a->plan, self),
                     "key", a->key, "witness_key",
                     *a->plan->witness != '\0' ? a->witness_key : NULL);
    if (args == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return ft_member_insist(a->fleet, member, "pair-set", args, NULL, 60000,
                            err);
}

static int
do_standby(struct apply *a, size_t index, struct ft_member *member,
           struct ft_error *err)
{
    (void)index;
    return set_pair(a, member, 1, err);
}

static int
do_primary(struct apply *a, size_t index, struct ft_member *member,
           struct ft_error *err)
{
    (void)index;
    return set_pair(a, member, 0, err);
}

static int
undo_pair(struct apply *a, size_t index, struct ft_member *member,
          struct ft_error *err)
{
    (void)index;
    return ft_remove_pair(a->fleet, member, a->plan->pair, NULL, NULL, err);
}

/* ---- all steps ---- */

static int
do_sync(struct apply *a, size_t index, struct ft_member *member,
        struct ft_error *err)
{
    (void)index;
    return ft_follow_sync(a->fleet, a->plan, member, a->progress, err);
}

static const struct {
    int (*run)(struct apply *, size_t, struct ft_member *, struct ft_error *);
    int (*undo)(struct apply *, size_t, struct ft_member *, struct ft_error *);
} actions[] = {
    [FT_STEP_ENGINE] = { do_engine, undo_engine },
    [FT_STEP_WITNESS] = { do_witness, undo_witness },
    [FT_STEP_WITNESS_PAIR] = { do_witness_pair, undo_witness_pair },
    [FT_STEP_STANDBY] = { do_standby, undo_pair },
    [FT_STEP_PRIMARY] = { do_primary, undo_pair },
    [FT_STEP_SYNC] = { do_sync, NULL },
};

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
fault_of(const struct ft_plan_step *step, struct ft_error *err)
{
    char name[64];
    int rc;

    snprintf(name, sizeof(name), "protect-%s", ft_step_kind_name(step->kind));
    rc = FT_FAULT(name);
    return rc < 0 ? ft_fail(err, -rc, NULL, "fault point %s", name) : 0;
}

static int
run_step(struct apply *a, size_t index, struct ft_error *err)
{
    const struct ft_plan_step *step = &a->plan->steps[index];
    struct ft_member *member = member_of(a, step->host);
    int rc;

    if (member == NULL)
        return ft_fail(err, ENOENT, NULL, "%s is not a known host", step->host);
    rc = write_journal(a, index, FT_STEP_STARTED, err);
    if (rc < 0)
        return rc;
    show_step(a, index, FT_STEP_STARTED);
    a->done[index] = true; /* from here on it may be half done */
    rc = fault_of(step, err);
    if (rc == 0)
        rc = actions[step->kind].run(a, index, member, err);
    if (rc == 0)
        rc = write_journal(a, index, FT_STEP_DONE, err);
    if (rc == 0)
        show_step(a, index, FT_STEP_DONE);
    return rc;
}

/*
 * Undoes what was begun, last first. What cannot be undone stays in the
 * journal for unprotect. Returns how many could not.
 */
static size_t
roll_back(struct apply *a, size_t failed)
{
    size_t left = 0;

    for (size_t i = failed + 1; i-- > 0;) {
        const struct ft_plan_step *step = &a->plan->steps[i];
        struct ft_error err = FT_ERROR_INIT;
        char text[1200];
        int rc = 0;

        if (!a->done[i] || actions[step->kind].undo == NULL)
            continue;
        rc = actions[step->kind].undo(a, i, member_of(a, step->host), &err);
        if (rc == 0 || rc == -ENOENT) {
            write_journal(a, i, FT_STEP_UNDONE, NULL);
            show_step(a, i, FT_STEP_UNDONE);
            continue;
        }
        left++;
        snprintf(text, sizeof(text), "could not be undone: %s: %s",
                 step->description, err.text);
        ft_progress_note(a->progress, text);
    }
    return left;
}

static int
detach(struct apply *a, size_t index, struct ft_error *err)
{
    bool copying = a->plan->steps[index].kind == FT_STEP_SYNC;

    return ft_fail(
        err, EINTR,
        copying ? "ftadmin status shows how far they are; ftadmin unprotect "
                  "ends it."
                : "ftadmin protect continues; ftadmin unprotect cleans up.",
        copying ? "%s: left alone; the engines go on by themselves"
                : "%s: interrupted before the engines had begun",
        a->plan->vm);
}

static int
fail(struct apply *a, size_t index, int rc, struct ft_error *err)
{
    size_t left;

    if (rc == -EINTR || rc == -ECANCELED)
        return detach(a, index, err);
    write_journal(a, index, FT_STEP_FAILED, NULL);
    show_step(a, index, FT_STEP_FAILED);
    left = roll_back(a, index);
    a->journal->end(a->journal->data, &a->entry,
                    left > 0 ? FT_JOURNAL_PARTLY : FT_JOURNAL_ROLLED_BACK, NULL);
    if (left > 0)
        ft_progress_note(a->progress, "something is left on a host: ftadmin "
                                      "unprotect cleans up once it answers");
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
    return a->journal->end(a->journal->data, &a->entry, FT_JOURNAL_DONE, err);
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
        rc = journal->begin(journal->data, &a.entry, err);
    if (rc == 0)
        rc = run_all(&a, err);
    explicit_bzero(a.key, sizeof(a.key));
    explicit_bzero(a.witness_key, sizeof(a.witness_key));
    return rc;
}

const char *
ft_step_state_name(enum ft_step_state state)
{
    static const char *const names[] = {
        [FT_STEP_STARTED] = "started", [FT_STEP_DONE] = "done",
        [FT_STEP_FAILED] = "failed",   [FT_STEP_UNDONE] = "undone",
        [FT_STEP_SKIPPED] = "skipped",
    };

    return (unsigned)state <= FT_STEP_SKIPPED ? names[state] : "unknown";
}
