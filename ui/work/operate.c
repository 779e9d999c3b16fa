/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/operate.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ui/model/parted.h"
#include "ui/model/rehearsal.h"
#include "ui/work/journal.h"
#include "ui/work/locks.h"
#include "ui/work/remember.h"

/* The VM alone, and its hosts with others. */
static int
lock_pair(const struct ft_work *work, const char *verb,
          const struct ft_store_pair *pair, struct ft_error *err)
{
    const char *hosts[] = { pair->primary, pair->standby, pair->witness };
    char doing[FT_STORE_NAME];
    int rc;

    snprintf(doing, sizeof(doing), "%s %.200s", verb, pair->vm);
    rc = ft_work_lock_vm(work, pair->vm_uuid, doing, err);
    return rc ? rc
              : ft_work_share_hosts(work, hosts, FT_ARRAY_SIZE(hosts), doing,
                                    err);
}

/* ---- the job around it ---- */

static int
begin_job(struct ft_work_fleet *fleet, const char *verb,
          const struct ft_work_pair *found, struct ft_job **job,
          struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct ft_trace trace;
    int rc;

    if (outcome)
        memset(outcome, 0, sizeof(*outcome));
    rc = ft_job_begin(fleet->work, verb, found->pair.vm, found->pair.pair, job,
                      err);
    if (rc)
        return rc;
    trace = ft_job_trace(*job);
    ft_fleet_set_trace(&fleet->fleet, &trace);
    return 0;
}

static void
end_job(struct ft_work_fleet *fleet, struct ft_job *job, int rc, bool partly,
        const char *result, const struct ft_error *err,
        struct ft_job_outcome *outcome)
{
    ft_fleet_set_trace(&fleet->fleet, NULL);
    ft_job_end(job, rc, partly, result, rc ? err : NULL, outcome);
}

/* Of a pair that some host carries now. */
static int
find_live(struct ft_work_fleet *fleet, const char *vm,
          struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    if (rc || found->live)
        return rc;
    return ft_fail(err, EHOSTUNREACH, "ftadmin status shows what is known",
                   "no host that carries %s answers", vm);
}

int
ft_work_switchover_prepare(struct ft_work_fleet *fleet, const char *vm,
                           struct ft_work_pair *found, struct ft_error *err)
{
    int rc = find_live(fleet, vm, found, err);

    return rc ? rc : lock_pair(fleet->work, "switchover", &found->pair, err);
}

/* ---- switchover ---- */

#define AFTERWARDS_MS \
    3000 /* patience with the answer, once the user wants out */
#define ASK_MS 20

/* The question, which blocks until its answer is there, and its thread. */
struct handover {
    struct ft_work_fleet *fleet;
    const struct ft_work_pair *found;
    struct ft_switchover_result *result;
    struct ft_error err;
    int rc;
    atomic_bool ended;
    pthread_t thread;
};

static void *
hand_over(void *data)
{
    struct handover *h = data;

    h->rc = ft_switchover(&h->fleet->fleet, &h->found->ref,
                          ft_work_timeout_ms(h->fleet->work, 0), h->result,
                          &h->err);
    atomic_store(&h->ended, true);
    return NULL;
}

/* True when the answer came, false when the user wanted out before. */
static bool
wait_for_answer(struct handover *h, struct ft_job *job)
{
    int64_t deadline = 0;

    while (!atomic_load(&h->ended)) {
        if (!deadline && ft_job_stopped(job))
            deadline = ft_clock_ns() + AFTERWARDS_MS * FT_NS_PER_MS;
        if (deadline && ft_clock_ns() > deadline)
            return false;
        ft_clock_sleep(ASK_MS * FT_NS_PER_MS);
    }
    return true;
}

/* Nobody waits any longer: the connections end, and with them the question. */
static void
give_up(struct handover *h)
{
    for (size_t i = 0; i < h->fleet->count; i++)
        ft_member_disconnect(h->fleet->fleet.members[i]);
    pthread_join(h->thread, NULL);
}

/* What became of it, from the hosts' own mouths. -EINTR always. */
static int
ask_again(struct ft_work_fleet *fleet, const struct ft_work_pair *before,
          struct ft_error *err)
{
    const char *vm = before->pair.vm;
    struct ft_work_pair now;

    if (ft_work_pair_find(fleet, before->pair.pair, &now, NULL) || !now.live)
        return ft_fail(err, EINTR, "ftadmin status shows where it runs",
                       "%s: interrupted; no host says whether it has moved", vm);
    if (now.pair.generation > before->pair.generation)
        return ft_fail(err, EINTR, NULL,
                       "%s: interrupted, but it had happened: it runs on %s now",
                       vm, now.pair.primary);
    return ft_fail(err, EINTR,
                   "the hosts do it or leave it by themselves; ftadmin status "
                   "shows where it runs",
                   "%s: interrupted; it runs on %s still", vm, now.pair.primary);
}

static int
switch_over(struct handover *h, struct ft_job *job, struct ft_error *err)
{
    if (pthread_create(&h->thread, NULL, hand_over, h))
        return ft_fail(err, EAGAIN, NULL, "no thread to be had");
    if (!wait_for_answer(h, job)) {
        give_up(h);
        return ask_again(h->fleet, h->found, err);
    }
    pthread_join(h->thread, NULL);
    *err = h->err;
    return h->rc;
}

int
ft_work_switchover(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                   struct ft_switchover_result *result,
                   struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct handover h = { .fleet = fleet, .found = found, .result = result };
    char text[FT_STORE_TEXT];
    struct ft_job *job;
    int rc = begin_job(fleet, "switchover", found, &job, outcome, err);

    if (rc)
        return rc;
    snprintf(text, sizeof(text), "%.200s: hand over to %.200s",
             found->pair.primary, found->pair.standby);
    ft_job_step(job, 0, text, FT_STEP_STARTED);
    rc = switch_over(&h, job, err);
    ft_job_step(job, 0, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    snprintf(text, sizeof(text), "runs on %.200s, stood still for %.1f ms",
             result->primary, result->outage_ms);
    end_job(fleet, job, rc, false, text, err, outcome);
    return rc;
}

/* ---- start ---- */

int
ft_work_start_prepare(struct ft_work_fleet *fleet, const char *vm,
                      struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    return rc ? rc : lock_pair(fleet->work, "start", &found->pair, err);
}

int
ft_work_start(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
              const struct ft_start_options *how,
              struct ft_start_result *result, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    struct ft_job *job;
    int rc = begin_job(fleet, "start", found, &job, NULL, err);

    if (rc)
        return rc;
    snprintf(text, sizeof(text), "start %.200s from its disks%s%.200s",
             found->pair.vm, how->on ? " on " : "", how->on ? how->on : "");
    ft_job_step(job, 0, text, FT_STEP_STARTED);
    rc = ft_start(&fleet->fleet, &found->ref, how->on, how->discard_newer,
                  ft_work_timeout_ms(fleet->work, 0), result, err);
    ft_job_step(job, 0, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    snprintf(text, sizeof(text), "runs on %.200s", result->primary);
    end_job(fleet, job, rc, false, text, err, NULL);
    return rc;
}

/* ---- unprotect ---- */

/* So that it ends within 5 s though one of the hosts is lost: a host that is slower
 * than that is left over, and asked again by the next one. */
#define UNPROTECT_CONNECT_MS 3500

int
ft_work_unprotect_prepare(struct ft_work_fleet *fleet, const char *vm,
                          struct ft_work_pair *found, struct ft_error *err)
{
    char doing[FT_STORE_NAME];
    int rc;

    fleet->fleet.ssh.connect_timeout_ms =
        ft_work_timeout_ms(fleet->work, UNPROTECT_CONNECT_MS);
    snprintf(doing, sizeof(doing), "unprotect %.200s", vm);
    rc = ft_work_lock_vm(fleet->work, vm, doing, err);
    if (!rc)
        rc = ft_work_pair_find(fleet, vm, found, err);
    if (!rc)
        rc = lock_pair(fleet->work, "unprotect", &found->pair, err);
    return rc ? rc : ft_work_adopt(fleet->work->store, &found->pair, err);
}

static json_t *
parted(const struct ft_work_pair *found,
       const struct ft_unprotect_result *result)
{
    FT_AUTOJSON json_t *left = json_array();

    for (size_t i = 0; i < result->left_count; i++)
        json_array_append_new(left, json_string(result->left[i]));
    return ft_parted_json(&(struct ft_parted){
        .vm = found->pair.vm,
        .pair = found->pair.pair,
        .hosts = { found->pair.primary, found->pair.standby },
        .runs_on = result->runs_on,
        .since = result->since,
        .said = result->said,
        .left = left,
    });
}

/* For the list of jobs, and with it the console. */
static void
say_parted(const struct ft_unprotect_result *result, const json_t *document,
           char text[FT_STORE_TEXT])
{
    FT_AUTOJSON json_t *lines = ft_parted_lines(document);
    const json_t *line;
    size_t i, n = 0;

    text[0] = '\0';
    if (result->left_count)
        n += (size_t)snprintf(text, FT_STORE_TEXT,
                              "something is left on %zu host%s; ",
                              result->left_count,
                              result->left_count == 1 ? "" : "s");
    json_array_foreach(lines, i, line)
        if (n < FT_STORE_TEXT)
            n += (size_t)snprintf(text + n, FT_STORE_TEXT - n, "%s%s",
                                  i ? "; " : "", json_string_value(line));
}

int
ft_work_unprotect(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                  bool force, const struct ft_progress *progress,
                  struct ft_unprotect_result *result, json_t **document,
                  struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct ft_journal_ops journal = ft_work_journal(fleet->work->store);
    char text[FT_STORE_TEXT], doing[FT_STORE_NAME];
    struct ft_work_engines engines = { fleet->work, doing };
    struct ft_engine_guard guard = ft_work_engine_guard(&engines);
    struct ft_progress own;
    struct ft_job *job;
    int rc = begin_job(fleet, "unprotect", found, &job, outcome, err);

    if (rc)
        return rc;
    snprintf(doing, sizeof(doing), "unprotect %.200s", found->pair.vm);
    own = ft_job_progress(job, progress);
    ft_fleet_set_guard(&fleet->fleet, &guard);
    rc = ft_unprotect(&fleet->fleet, &found->ref, force, &own, &journal, result,
                      err);
    ft_fleet_set_guard(&fleet->fleet, NULL);
    *document = rc ? NULL : parted(found, result);
    say_parted(result, *document, text);
    end_job(fleet, job, rc, result->left_count > 0, text, err, outcome);
    return rc;
}

/* ---- verify ---- */

int
ft_work_verify_prepare(struct ft_work_fleet *fleet, const char *vm,
                       struct ft_work_pair *found, struct ft_error *err)
{
    int rc = ft_work_pair_find(fleet, vm, found, err);

    return rc ? rc : lock_pair(fleet->work, "verify", &found->pair, err);
}

int
ft_work_verify(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
               json_t **result, bool *differs, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    struct ft_job *job;
    int rc = begin_job(fleet, "verify", found, &job, NULL, err);

    if (rc)
        return rc;
    snprintf(text, sizeof(text), "%.200s: compare the copy with the VM",
             found->pair.primary);
    ft_job_step(job, 0, text, FT_STEP_STARTED);
    rc = ft_verify(&fleet->fleet, &found->ref,
                   ft_work_timeout_ms(fleet->work, 0), result, differs, err);
    ft_job_step(job, 0, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    end_job(fleet, job, rc, false,
            rc || !*differs ? "no difference" : "the copy differs from the VM",
            err, NULL);
    return rc;
}

/* ---- rehearse ---- */

int
ft_work_rehearse_prepare(struct ft_work_fleet *fleet, const char *vm,
                         struct ft_work_pair *found, struct ft_error *err)
{
    return find_live(fleet, vm, found, err);
}

int
ft_work_rehearse(struct ft_work_fleet *fleet, const struct ft_work_pair *found,
                 const struct ft_rehearse_options *how, json_t **result,
                 struct ft_job_outcome *outcome, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    struct ft_job *job;
    int rc = begin_job(fleet, "rehearse", found, &job, outcome, err);

    if (rc)
        return rc;
    snprintf(text, sizeof(text), "%.200s: let the copy run apart",
             found->pair.standby);
    ft_job_step(job, 0, text, FT_STEP_STARTED);
    rc = ft_rehearse(&fleet->fleet, &found->ref, how,
                     ft_work_timeout_ms(fleet->work, 0), result, err);
    ft_job_step(job, 0, text, rc ? FT_STEP_FAILED : FT_STEP_DONE);
    ft_rehearsal_text(*result, text, sizeof(text));
    end_job(fleet, job, rc, false, text, err, outcome);
    return rc;
}
