/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/protect.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "ui/model/suggest.h"
#include "ui/model/utc.h"
#include "ui/work/journal.h"
#include "ui/work/locks.h"
#include "ui/work/remember.h"
#include "ui/work/suggest.h"
#include "ui/work/waivers.h"

int
ft_work_protect_begin(struct ft_work_protect *job, struct ft_work_fleet *fleet,
                      const char *vm, bool dry_run, struct ft_error *err)
{
    memset(job, 0, sizeof(*job));
    job->started_ns = ft_clock_ns();
    job->began_ms = ft_work_now_ms();
    job->fleet = fleet;
    job->journal = ft_work_journal(fleet->work->store);
    job->dry_run = dry_run;
    snprintf(job->doing, sizeof(job->doing), "protect %.200s", vm);
    return dry_run ? 0 : ft_work_lock_vm(fleet->work, vm, job->doing, err);
}

int
ft_work_protect_look(struct ft_work_protect *job, struct ft_work_fleet *fleet,
                     const char *vm, bool dry_run, struct ft_error *err)
{
    int rc = ft_work_protect_begin(job, fleet, vm, dry_run, err);

    if (rc)
        return rc;
    if (!fleet->count)
        return ft_fail(err, ENOENT, "ftadmin host add HOST... adds some",
                       "no hosts are known yet");
    if (!ft_work_fleet_probe(fleet))
        return ft_fail(err, ENOTCONN, NULL, "no host answers");
    return 0;
}

static int
make_uuid(char out[FT_UUID_SIZE], struct ft_error *err)
{
    int rc = ft_make_uuid(out);

    return rc ? ft_fail(err, -rc, NULL, "no random numbers: %s", strerror(-rc))
              : 0;
}

static bool
is_one_of(const char *host, const char *a, const char *b)
{
    return (a && !strcmp(host, a)) || (b && !strcmp(host, b));
}

/*
 * Hosts that just did not answer and are not asked for by name stay out, so
 * that nobody waits for each of them once more. The members stay the fleet's.
 */
static int
select_usable(struct ft_work_protect *job,
              const struct ft_plan_choices *choices, struct ft_error *err)
{
    struct ft_work_fleet *all = job->fleet;
    struct ft_journal_entry begun; /* which is gone on with on its hosts */

    if (job->journal.pending(job->journal.data, choices->vm, &begun, NULL, NULL))
        memset(&begun, 0, sizeof(begun));
    free(job->usable.members);
    job->usable = all->fleet;
    job->usable.count = 0;
    job->usable.members = calloc(all->count + 1, sizeof(struct ft_member *));
    if (!job->usable.members)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i < all->count; i++) {
        const char *host = all->hosts[i].name;

        if (!all->errors[i].code ||
            is_one_of(host, choices->standby, choices->witness) ||
            is_one_of(host, begun.primary, begun.standby) ||
            is_one_of(host, begun.witness, NULL))
            job->usable.members[job->usable.count++] = all->fleet.members[i];
    }
    return 0;
}

static bool
is_host(const struct ft_work_protect *job, const char *name)
{
    for (size_t i = 0; i < job->fleet->count; i++)
        if (!strcmp(job->fleet->hosts[i].name, name))
            return true;
    return false;
}

/* False when no host that counts has it; then best is what may be meant. */
static bool
is_vm(const struct ft_work_protect *job, const char *vm,
      struct ft_suggestion *best)
{
    for (size_t i = 0; i < job->usable.count; i++) {
        const struct ft_host *facts = job->usable.members[i]->facts;

        if (facts && ft_host_domain(facts, vm))
            return true;
        for (size_t d = 0; facts && d < facts->domain_count; d++)
            ft_suggest(best, vm, facts->domains[d].name);
    }
    return false;
}

/* Something was not found: the VM, or a host that was asked for by name. */
static void
suggest(const struct ft_work_protect *job,
        const struct ft_plan_choices *choices, struct ft_error *err)
{
    const char *named[] = { choices->standby, choices->witness };
    struct ft_suggestion best = { .distance = 0 };

    if (!is_vm(job, choices->vm, &best)) {
        ft_suggest_tell(&best, err);
        return;
    }
    for (size_t i = 0; i < FT_ARRAY_SIZE(named); i++) {
        if (!named[i] || is_host(job, named[i]) || !strcmp(named[i], "none") ||
            !strcmp(named[i], FT_PLAN_BEST))
            continue;
        ft_work_suggest_host(job->fleet->work, named[i], err);
        return;
    }
}

/*
 * Now that the VM's uuid is known, and its hosts. Where the name that was given
 * did not tell the uuid, another one may have been at work on it until now, and
 * the plan be of before.
 */
static int
lock_plan(struct ft_work_protect *job, struct ft_error *err)
{
    const struct ft_work *work = job->fleet->work;
    const struct ft_plan *plan = &job->plan;
    const char *hosts[] = { plan->primary, plan->standby, plan->witness };
    struct ft_store_pair pair;
    int rc = ft_work_lock_vm(work, plan->vm_uuid, job->doing, err);

    if (!rc)
        rc = ft_work_share_hosts(work, hosts, FT_ARRAY_SIZE(hosts), job->doing,
                                 err);
    if (rc || ft_store_pair_get(work->store, plan->vm_uuid, &pair, NULL) ||
        !strcmp(pair.pair, plan->pair) || pair.created_at < job->began_ms)
        return rc;
    return ft_fail(err, EBUSY, "ftadmin status shows it",
                   "another ftadmin has just worked on %s", plan->vm);
}

/* Of when the findings are; 0: of a pair that was only asked about. */
static int64_t
found_at(const struct ft_work_protect *job,
         const struct ft_plan_choices *choices)
{
    const char *recorded = job->fleet->fleet.recorded;

    if (job->dry_run && (choices->standby || choices->witness))
        return 0;
    return *recorded ? ft_parse_utc(recorded) : ft_work_now_ms();
}

int
ft_work_protect_plan(struct ft_work_protect *job,
                     const struct ft_plan_choices *choices, struct ft_error *err)
{
    struct ft_plan_choices own = *choices;
    char pair[FT_UUID_SIZE];
    int rc = select_usable(job, choices, err);

    if (!rc)
        rc = make_uuid(pair, err);
    if (rc)
        return rc;
    if (!own.pair)
        own.pair = pair;
    rc = ft_protect_prepare(&job->usable, &own, &job->journal, &job->plan,
                            &job->resumed, err);
    ft_work_remember_plan(job->fleet, &job->plan);
    if (rc == -ENOENT)
        suggest(job, choices, err);
    if (!rc)
        rc = ft_work_waivers_apply(job->fleet->work, job->plan.vm_uuid,
                                   &job->plan.findings, found_at(job, choices),
                                   err);
    return rc || job->dry_run ? rc : lock_plan(job, err);
}

int
ft_work_protect_check(struct ft_work_protect *job,
                      const struct ft_plan_choices *choices,
                      struct ft_error *err)
{
    int rc = select_usable(job, choices, err);

    if (!rc)
        rc = ft_protect_check(&job->usable, choices, &job->plan, err);
    ft_work_remember_plan(job->fleet, &job->plan);
    if (!rc)
        rc = ft_work_waivers_apply(job->fleet->work, job->plan.vm_uuid,
                                   &job->plan.findings, found_at(job, choices),
                                   err);
    if (rc == -ENOENT)
        suggest(job, choices, err);
    return rc;
}

/* The caller's progress, with the locks between. */
struct watched {
    struct ft_work_protect *job;
    const struct ft_progress *shown;
};

/* When only the long wait is left others may work, on this VM too. */
static void
keep_locks(const struct ft_work_protect *job, const struct ft_plan_step *step,
           enum ft_step_state state)
{
    if (step->kind == FT_STEP_SYNC && state == FT_STEP_STARTED)
        ft_work_unlock(job->fleet->work);
}

static void
on_step(void *data, size_t index, size_t count, const char *description,
        enum ft_step_state state)
{
    struct watched *watched = data;
    const struct ft_plan *plan = &watched->job->plan;

    if (watched->shown->step)
        watched->shown->step(watched->shown->data, index, count, description,
                             state);
    if (index < plan->step_count)
        keep_locks(watched->job, &plan->steps[index], state);
}

static void
on_bytes(void *data, const char *phase, uint64_t done, uint64_t total,
         uint64_t bytes_per_s)
{
    const struct ft_progress *shown = ((struct watched *)data)->shown;

    if (shown->bytes)
        shown->bytes(shown->data, phase, done, total, bytes_per_s);
}

static void
on_note(void *data, const char *text)
{
    const struct ft_progress *shown = ((struct watched *)data)->shown;

    if (shown->note)
        shown->note(shown->data, text);
}

static int
on_interrupted(void *data)
{
    const struct ft_progress *shown = ((struct watched *)data)->shown;

    return shown->interrupted ? shown->interrupted(shown->data) : 0;
}

static int
apply(struct ft_work_protect *job, struct ft_job *record,
      const struct ft_progress *progress, struct ft_error *err)
{
    struct ft_progress recorded = ft_job_progress(record, progress);
    struct watched watched = { job, &recorded };
    struct ft_progress own = {
        .step = on_step,
        .bytes = on_bytes,
        .note = on_note,
        .interrupted = on_interrupted,
        .data = &watched,
        .no_wait = recorded.no_wait,
    };
    struct ft_work_engines engines = { job->fleet->work, job->doing };
    struct ft_engine_guard guard = ft_work_engine_guard(&engines);
    struct ft_trace trace = ft_job_trace(record);
    int rc;

    for (size_t i = 0; i < job->plan.step_count; i++)
        ft_job_plan(record, i, ft_step_kind_name(job->plan.steps[i].kind),
                    job->plan.steps[i].description);
    ft_fleet_set_trace(&job->usable, &trace);
    ft_fleet_set_guard(&job->usable, &guard);
    rc = ft_protect_apply(&job->usable, &job->plan, &own, &job->journal, err);
    ft_fleet_set_guard(&job->usable, NULL);
    ft_fleet_set_trace(&job->usable, NULL);
    return rc;
}

/* What was accepted of a VM puts it at risk no more once its engines know. */
static void
tell_waivers(struct ft_work_protect *job, const struct ft_progress *progress)
{
    const struct ft_plan *plan = &job->plan;
    struct ft_pair_ref pair = { .pair = plan->pair,
                                .vm = plan->vm,
                                .hosts = { plan->primary, plan->standby } };
    struct ft_error err = FT_ERROR_INIT;
    char text[FT_STORE_TEXT];

    if (!ft_work_waivers_tell_new(job->fleet->work, &job->usable, &pair,
                                  plan->vm_uuid, &err) ||
        !progress->note)
        return;
    snprintf(text, sizeof(text),
             "what is waived for %.200s puts it at risk all the same: %.400s",
             plan->vm, err.text);
    progress->note(progress->data, text);
}

int
ft_work_protect_apply(struct ft_work_protect *job,
                      const struct ft_progress *progress, struct ft_error *err)
{
    struct ft_job *record;
    char text[FT_STORE_TEXT];
    int rc = ft_job_begin(job->fleet->work, "protect", job->plan.vm,
                          job->plan.pair, &record, err);

    if (rc)
        return rc;
    rc = apply(job, record, progress, err);
    if (!rc || rc == -EINTR)
        tell_waivers(job, progress);
    snprintf(text, sizeof(text), "runs on %.200s, copy on %.200s",
             job->plan.primary, job->plan.standby);
    ft_job_end(record, rc, false, text, rc ? err : NULL, &job->outcome);
    return rc;
}

double
ft_work_protect_seconds(const struct ft_work_protect *job)
{
    return (double)(ft_clock_ns() - job->started_ns) / FT_NS_PER_S;
}

void
ft_work_protect_free(struct ft_work_protect *job)
{
    ft_plan_free(&job->plan);
    free(job->usable.members);
    job->usable.members = NULL;
}
