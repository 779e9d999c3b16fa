/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/fixes.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "db/actor.h"
#include "db/fixes.h"
#include "ui/model/copy.h"
#include "ui/work/locks.h"

struct fixing {
    struct ft_work_fleet *fleet;
    const char *vm, *vm_uuid;
    bool undo;
    size_t done, left;        /* left: on hosts that are not known any more */
    char away[FT_STORE_NAME]; /* the first of them */
};

static void
text_of(const struct ft_fix *fix, bool undo, char out[FT_FIX_TEXT + 140])
{
    char text[FT_FIX_TEXT];

    ft_fix_text(fix, undo, text);
    snprintf(out, FT_FIX_TEXT + 140, "%s: %s", fix->host, text);
}

static void
say(const struct ft_progress *shown, size_t index, size_t count,
    const char *text, enum ft_step_state state)
{
    if (shown->step)
        shown->step(shown->data, index, count, text, state);
}

/* Written down first: what died in between is taken back, too. What was not done is
 * not, for others may do it later. */
static int
do_one(const struct fixing *f, const struct ft_fix *fix, bool *changed,
       struct ft_error *err)
{
    struct ft_store *store = f->fleet->work->store;
    struct ft_store_fix row = { .begun_at = ft_work_now_ms() };
    struct ft_actor actor;
    int rc;

    ft_actor_self(&actor);
    FT_COPY(row.vm, f->vm);
    FT_COPY(row.vm_uuid, f->vm_uuid);
    FT_COPY(row.host, fix->host);
    FT_COPY(row.kind, ft_fix_word(fix->kind));
    FT_COPY(row.object, fix->object);
    FT_COPY(row.who, actor.who);
    rc = ft_store_fix_begin(store, &row, err);
    if (rc)
        return rc;
    rc = ft_protect_fix(&f->fleet->fleet, fix, false, changed, err);
    if (rc && !*changed)
        ft_store_fix_drop(store, row.id, NULL);
    if (rc)
        return rc;
    return *changed ? ft_store_fix_done(store, row.id, ft_work_now_ms(), err)
                    : ft_store_fix_drop(store, row.id, err);
}

static int
step(const struct fixing *f, const struct ft_progress *shown,
     const struct ft_fix *fix, int64_t id, size_t index, size_t count,
     struct ft_error *err)
{
    char text[FT_FIX_TEXT + 140];
    bool changed = false;
    int rc;

    text_of(fix, f->undo, text);
    say(shown, index, count, text, FT_STEP_STARTED);
    rc = f->undo ? ft_protect_fix(&f->fleet->fleet, fix, true, &changed, err)
                 : do_one(f, fix, &changed, err);
    if (!rc && f->undo)
        rc = ft_store_fix_undone(f->fleet->work->store, id, ft_work_now_ms(),
                                 err);
    say(shown, index, count, text,
        rc        ? FT_STEP_FAILED
        : changed ? FT_STEP_DONE
                  : FT_STEP_SKIPPED);
    return rc;
}

static int
lock(const struct fixing *f, const struct ft_fix *fixes, size_t count,
     struct ft_error *err)
{
    const struct ft_work *work = f->fleet->work;
    const char *hosts[FT_FIXES_MAX];
    char doing[FT_STORE_NAME];
    int rc;

    snprintf(doing, sizeof(doing), "fix %.200s", f->vm);
    for (size_t i = 0; i < count; i++)
        hosts[i] = fixes[i].host;
    rc = ft_work_lock_vm(work, f->vm_uuid, doing, err);
    return rc ? rc : ft_work_share_hosts(work, hosts, count, doing, err);
}

/* A host that was removed since: what was done there is not for ftadmin to touch. */
static void
leave(struct fixing *f, struct ft_job *job, const struct ft_progress *shown,
      const struct ft_fix *fix, size_t index, size_t count)
{
    char text[FT_FIX_TEXT + 140], why[FT_NAME_SIZE + 80];

    text_of(fix, true, text);
    snprintf(why, sizeof(why),
             "%.200s is not a known host any more: it stays there", fix->host);
    say(shown, index, count, text, FT_STEP_FAILED);
    ft_job_note(job, fix->host, why);
    if (!f->left++)
        FT_COPY(f->away, fix->host);
}

static int
run_steps(struct fixing *f, struct ft_job *job, const struct ft_fix *fixes,
          const int64_t *ids, size_t count, const struct ft_progress *shown,
          struct ft_error *err)
{
    struct ft_progress recorded = ft_job_progress(job, shown);
    struct ft_trace trace = ft_job_trace(job);
    char text[FT_FIX_TEXT + 140];
    int rc = 0;

    for (size_t i = 0; i < count; i++) {
        text_of(&fixes[i], f->undo, text);
        ft_job_plan(job, i, "", text);
    }
    ft_fleet_set_trace(&f->fleet->fleet, &trace);
    for (size_t i = 0; i < count && !rc; i++) {
        if (ft_job_stopped(job)) {
            rc = ft_fail(err, EINTR, NULL, "stopped");
        } else if (f->undo && !ft_fleet_find(&f->fleet->fleet, fixes[i].host)) {
            leave(f, job, &recorded, &fixes[i], i, count);
        } else {
            rc = step(f, &recorded, &fixes[i], ids ? ids[i] : 0, i, count, err);
            f->done += !rc;
        }
    }
    ft_fleet_set_trace(&f->fleet->fleet, NULL);
    return rc;
}

static void
describe_end(const struct fixing *f, size_t count, char *text, size_t size)
{
    int n = snprintf(text, size, "%zu of %zu %s", f->done, count,
                     f->undo ? "taken back" : "done");

    if (f->left)
        snprintf(text + n, size - n, "; what was done on %.200s stays%s",
                 f->away,
                 f->left > 1 ? ", and on other hosts that are not known" : "");
}

static int
run(struct fixing *f, const struct ft_fix *fixes, const int64_t *ids,
    size_t count, const struct ft_progress *shown,
    struct ft_job_outcome *outcome, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    struct ft_job *job;
    int rc = lock(f, fixes, count, err);

    if (!rc)
        rc = ft_job_begin(f->fleet->work, f->undo ? "undo-fix" : "fix", f->vm,
                          "", &job, err);
    if (rc)
        return rc;
    rc = run_steps(f, job, fixes, ids, count, shown, err);
    describe_end(f, count, text, sizeof(text));
    ft_job_end(job, rc, f->left > 0, text, rc ? err : NULL, outcome);
    ft_work_unlock(f->fleet->work);
    return rc;
}

int
ft_work_fix(struct ft_work_fleet *fleet, const char *vm, const char *vm_uuid,
            const struct ft_fix *fixes, size_t count,
            const struct ft_progress *progress, size_t *done,
            struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct fixing f = { .fleet = fleet, .vm = vm, .vm_uuid = vm_uuid };
    int rc = run(&f, fixes, NULL, count, progress, outcome, err);

    *done = f.done;
    return rc;
}

/* ---- taking back ---- */

static int
made(const struct ft_work *work, const char *vm,
     struct ft_fix fixes[FT_FIXES_MAX], int64_t ids[FT_FIXES_MAX],
     struct ft_store_fix *first, size_t *count, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_fix *list = NULL;
    size_t n = 0;
    int rc = ft_store_fix_list(work->store, vm, &list, &n, err);

    *count = 0;
    for (size_t i = 0; i < n && !rc && *count < FT_FIXES_MAX; i++) {
        struct ft_fix *fix = &fixes[*count];

        fix->kind = ft_fix_of_word(list[i].kind);
        FT_COPY(fix->host, list[i].host);
        FT_COPY(fix->object, list[i].object);
        ids[(*count)++] = list[i].id;
    }
    if (*count > 0)
        *first = list[0];
    return rc || *count
               ? rc
               : ft_fail(err, ENOENT, "ftadmin check VM --fix does some.",
                         "nothing was changed on hosts for %s", vm);
}

static bool
has_host(const struct ft_store_pair *pair, const struct ft_fix *fixes,
         size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(pair->primary, fixes[i].host) ||
            !strcmp(pair->standby, fixes[i].host) ||
            !strcmp(pair->witness, fixes[i].host))
            return true;
    return false;
}

/* A port or a pool is for all VMs of its host. */
static int
check_unneeded(const struct ft_work *work, const char *vm_uuid,
               const struct ft_fix *fixes, size_t count, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    size_t n = 0;
    int rc = ft_store_pair_list(work->store, &pairs, &n, err);

    for (size_t i = 0; i < n && !rc; i++)
        if (!strcmp(pairs[i].vm_uuid, vm_uuid) ||
            (strcmp(pairs[i].phase, "removing") != 0 &&
             has_host(&pairs[i], fixes, count)))
            rc = ft_fail(err, EPERM,
                         "End its protection first: ftadmin unprotect.",
                         "%s is protected, and may need what was changed",
                         pairs[i].vm);
    return rc;
}

int
ft_work_fixes_made(const struct ft_work *work, const char *vm,
                   struct ft_fix fixes[FT_FIXES_MAX], size_t *count,
                   struct ft_error *err)
{
    struct ft_store_fix first;
    int64_t ids[FT_FIXES_MAX];
    int rc = made(work, vm, fixes, ids, &first, count, err);

    return rc ? rc : check_unneeded(work, first.vm_uuid, fixes, *count, err);
}

int
ft_work_fixes_undo(struct ft_work_fleet *fleet, const char *vm,
                   const struct ft_progress *progress, size_t *undone,
                   size_t *left, struct ft_job_outcome *outcome,
                   struct ft_error *err)
{
    struct ft_fix fixes[FT_FIXES_MAX];
    struct ft_store_fix first = { .id = 0 };
    int64_t ids[FT_FIXES_MAX];
    size_t count;
    struct fixing f = { .fleet = fleet, .undo = true };
    int rc = made(fleet->work, vm, fixes, ids, &first, &count, err);

    *undone = *left = 0;
    if (!rc)
        rc = check_unneeded(fleet->work, first.vm_uuid, fixes, count, err);
    if (rc)
        return rc;
    f.vm = first.vm;
    f.vm_uuid = first.vm_uuid;
    rc = run(&f, fixes, ids, count, progress, outcome, err);
    *undone = f.done;
    *left = f.left;
    return rc;
}
