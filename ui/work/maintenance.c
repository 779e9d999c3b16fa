/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "db/maintenance.h"
#include "ui/model/copy.h"
#include "ui/work/locks.h"
#include "ui/work/maintenance-private.h"

#define LOOK_AGAIN_NS (300 * FT_NS_PER_MS)
#define COPIES_NS (30 * FT_NS_PER_S) /* that a worker takes to end its copy */
#define STILL_MS 60000 /* in which copying comes on, if it does at all */

static struct ft_store *
store_of(const struct ft_work_maintenance *m)
{
    return m->fleet->work->store;
}

/* ---- telling the host ---- */

/* *copies: those that have not ended yet. */
static int
tell(struct ft_work_maintenance *m, bool on, int64_t *copies,
     struct ft_error *err)
{
    FT_AUTOJSON json_t *result = NULL;
    int rc =
        ft_member_insist(&m->fleet->fleet, ft_work_maintenance_member(m),
                         "maintenance", json_pack("{s:b}", "on", on), &result,
                         ft_work_timeout_ms(m->fleet->work, FT_WORK_ANSWER_MS),
                         err);

    if (rc == -EOPNOTSUPP)
        snprintf(err->hint, sizeof(err->hint),
                 "Its engine is of before: ftadmin host upgrade %.100s.",
                 ft_work_maintenance_host(m));
    if (rc)
        return rc;
    m->since_ms = ft_json_int(json_object_get(result, "maintenance"), "since",
                              0, INT64_MAX, 0);
    *copies = ft_json_int(result, "copies", 0, INT64_MAX, 0);
    return ft_store_maintenance_put(store_of(m), ft_work_maintenance_host(m),
                                    m->since_ms, err);
}

static int
wants_out(const struct ft_progress *shown, struct ft_error *err)
{
    return shown->interrupted(shown->data)
               ? ft_fail(err, EINTR, NULL, "interrupted")
               : 0;
}

/* Until none is left. What was handed over just now has become one, too. */
static int
end_copies(struct ft_work_maintenance *m, const struct ft_progress *shown,
           struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + COPIES_NS, copies = 1;
    int rc = 0;

    while (!rc) {
        rc = tell(m, true, &copies, err);
        if (rc || !copies)
            return rc;
        if (ft_clock_ns() > deadline)
            return ft_fail(err, ETIMEDOUT,
                           "Give the command again; ftadmin events shows what "
                           "holds them up.",
                           "%s: %lld copies have not ended",
                           ft_work_maintenance_host(m), (long long)copies);
        rc = wants_out(shown, err);
        ft_clock_sleep(LOOK_AGAIN_NS);
    }
    return rc;
}

/* ---- one VM ---- */

static void
stays(struct ft_maintained_vm *vm, const json_t *status, const char *why)
{
    vm->did = FT_MAINTAINED_STAYS;
    FT_COPY(vm->on, ft_json_string(status, "primary", "?"));
    snprintf(vm->why, sizeof(vm->why), "%.900s", why);
}

/* To its other host, whichever that is. */
static int
switch_over(struct ft_work_maintenance *m, struct ft_maintained_vm *vm,
            const json_t *status, struct ft_error *err)
{
    struct ft_pair_ref ref = {
        .pair = vm->pair,
        .vm = vm->vm,
        .hosts = { ft_json_string(status, "primary", ""),
                   ft_json_string(status, "standby", "") },
        .witness = ft_json_string(status, "witness", NULL),
    };
    FT_AUTOJSON json_t *held = json_incref((json_t *)status);
    struct ft_switchover_result result = { .outage_ms = 0 };
    int rc = ft_switchover(&m->fleet->fleet, &ref,
                           ft_work_timeout_ms(m->fleet->work, 0), &result, err);

    if (rc)
        return rc;
    FT_COPY(vm->on, result.primary);
    snprintf(vm->why, sizeof(vm->why), "it stood still for %.1f ms",
             result.outage_ms);
    return 0;
}

/* Written down first: what is not in the list is not brought back. */
static int
hand_over(struct ft_work_maintenance *m, struct ft_maintained_vm *vm,
          const json_t *status, struct ft_error *err)
{
    struct ft_store_handed_over handed = {
        .host = m->fleet->hosts[m->index].id,
        .at = ft_work_now_ms(),
    };
    struct ft_error why = FT_ERROR_INIT;
    int rc;

    FT_COPY(handed.vm, vm->vm);
    FT_COPY(handed.vm_uuid, vm->uuid);
    rc = ft_store_handed_over_put(store_of(m), &handed, err);
    if (rc)
        return rc;
    if (switch_over(m, vm, status, &why)) {
        stays(vm, status, why.text);
        return ft_store_handed_over_remove(store_of(m), handed.host, vm->uuid,
                                           err);
    }
    vm->handed = true;
    vm->did = FT_MAINTAINED_HANDED_OVER;
    return 0;
}

static bool
is_in_state(const json_t *status, const char *state)
{
    return !strcmp(ft_json_string(status, "state", ""), state);
}

/* Something that the hosts do by themselves leads to "protected". */
static bool
comes_by_itself(const json_t *status)
{
    return is_in_state(status, "syncing") || is_in_state(status, "resyncing") ||
           is_in_state(status, "alone");
}

static void
say_why_not(struct ft_maintained_vm *vm, const json_t *status)
{
    const char *reason = ft_json_string(status, "reason", "");
    char why[FT_STORE_TEXT];

    snprintf(why, sizeof(why), "it has no copy that could go on: %.60s%s%.600s",
             ft_json_string(status, "state", "?"), *reason ? ", " : "", reason);
    stays(vm, status, why);
}

/* On the way out. *more: it can be done later. */
static int
leave(struct ft_work_maintenance *m, struct ft_maintained_vm *vm, bool *more,
      struct ft_error *err)
{
    const json_t *status = ft_work_maintenance_status(m, vm);

    if (!*vm->pair)
        return 0;
    if (!status) {
        stays(vm, NULL, "no host says how it is");
    } else if (!ft_work_maintenance_has_role(m, status, "primary")) {
        if (vm->did != FT_MAINTAINED_HANDED_OVER)
            vm->did = FT_MAINTAINED_LET_GO;
        FT_COPY(vm->on, ft_json_string(status, "primary", "?"));
    } else if (is_in_state(status, "protected")) {
        return hand_over(m, vm, status, err);
    } else {
        say_why_not(vm, status);
        *more |= comes_by_itself(status);
    }
    return 0;
}

/* On the way back: protected first, then where it ran before. */
static int
come_back(struct ft_work_maintenance *m, struct ft_maintained_vm *vm,
          bool *more, struct ft_error *err)
{
    const json_t *status = ft_work_maintenance_status(m, vm);
    struct ft_error why = FT_ERROR_INIT;

    if (!*vm->pair || vm->did == FT_MAINTAINED_BACK)
        return 0;
    FT_COPY(vm->on, ft_json_string(status, "primary", "?"));
    FT_COPY(vm->copy, ft_json_string(status, "standby", ""));
    if (!is_in_state(status, "protected")) {
        vm->did = FT_MAINTAINED_BEHIND;
        FT_COPY(vm->why, ft_json_string(status, "reason", ""));
        *more |= !status || comes_by_itself(status);
        return 0;
    }
    vm->did = FT_MAINTAINED_PROTECTED;
    vm->why[0] = '\0';
    if (!vm->handed)
        return 0;
    if (!ft_work_maintenance_has_role(m, status, "primary") &&
        switch_over(m, vm, status, &why)) {
        snprintf(vm->why, sizeof(vm->why), "%.900s", why.text);
        *more = true;
        return 0;
    }
    vm->did = FT_MAINTAINED_BACK;
    return ft_store_handed_over_remove(store_of(m), m->fleet->hosts[m->index].id,
                                       vm->uuid, err);
}

/* ---- all of them ---- */

/* What shows that something comes on. */
static uint64_t
how_far(const struct ft_work_maintenance *m)
{
    uint64_t far = 0;

    for (size_t i = 0; i < m->count; i++) {
        const json_t *status = ft_work_maintenance_status(m, &m->vms[i]);

        far = far * 31 + m->vms[i].did;
        far = far * 31 +
              (uint64_t)ft_json_int(json_object_get(status, "progress"), "done",
                                    0, INT64_MAX, 0);
    }
    return far;
}

typedef int (*each_vm)(struct ft_work_maintenance *m,
                       struct ft_maintained_vm *vm, bool *more,
                       struct ft_error *err);

/* Once, or until nothing more comes by itself. */
static int
do_all(struct ft_work_maintenance *m, each_vm each, bool wait,
       const struct ft_progress *shown, struct ft_error *err)
{
    int64_t patience_ms = ft_work_timeout_ms(m->fleet->work, STILL_MS);
    int64_t moved_ns = ft_clock_ns();
    uint64_t far = 0;
    bool more = true;
    int rc = 0;

    while (more && !rc) {
        more = false;
        ft_work_maintenance_ask(m);
        for (size_t i = 0; !rc && i < m->count; i++) {
            rc = wants_out(shown, err);
            if (!rc)
                rc = each(m, &m->vms[i], &more, err);
        }
        if (how_far(m) != far)
            moved_ns = ft_clock_ns();
        far = how_far(m);
        more = more && wait;
        if (more && ft_clock_ns() - moved_ns > patience_ms * FT_NS_PER_MS)
            return ft_fail(err, ETIMEDOUT,
                           "ftadmin status says what is in the way; give the "
                           "command again.",
                           "%s: nothing has come on for %lld s",
                           ft_work_maintenance_host(m),
                           (long long)patience_ms / 1000);
        if (more)
            ft_clock_sleep(LOOK_AGAIN_NS);
    }
    return rc;
}

static int
begin(struct ft_work_maintenance *m, const char *word, struct ft_job **job,
      struct ft_trace *trace, struct ft_error *err)
{
    char subject[FT_STORE_NAME];
    int rc;

    snprintf(subject, sizeof(subject), "%.200s %s", ft_work_maintenance_host(m),
             word);
    rc = ft_job_begin(m->fleet->work, "maintenance", subject, "", job, err);
    if (rc)
        return rc;
    *trace = ft_job_trace(*job);
    ft_fleet_set_trace(&m->fleet->fleet, trace);
    return 0;
}

/* rc above 0: it begins. */
static int
step(const struct ft_progress *shown, size_t index, size_t count,
     const char *text, int rc)
{
    shown->step(shown->data, index, count, text,
                rc > 0 ? FT_STEP_STARTED
                : rc   ? FT_STEP_FAILED
                       : FT_STEP_DONE);
    return rc;
}

static int
take_out(struct ft_work_maintenance *m, const struct ft_maintenance_options *how,
         const struct ft_progress *shown, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    int64_t copies;
    int rc;

    snprintf(text, sizeof(text), "%.200s: takes no copies from now on",
             ft_work_maintenance_host(m));
    step(shown, 0, 3, text, 1);
    if (step(shown, 0, 3, text, rc = tell(m, true, &copies, err)))
        return rc;
    snprintf(text, sizeof(text), "%.200s: hand over the VMs that run there",
             ft_work_maintenance_host(m));
    step(shown, 1, 3, text, 1);
    if (step(shown, 1, 3, text, rc = do_all(m, leave, how->wait, shown, err)))
        return rc;
    snprintf(text, sizeof(text), "%.200s: end the copies that wait there",
             ft_work_maintenance_host(m));
    step(shown, 2, 3, text, 1);
    return step(shown, 2, 3, text, end_copies(m, shown, err));
}

static int
take_back(struct ft_work_maintenance *m,
          const struct ft_maintenance_options *how,
          const struct ft_progress *shown, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    int64_t copies;
    int rc;

    snprintf(text, sizeof(text), "%.200s: takes copies again",
             ft_work_maintenance_host(m));
    step(shown, 0, 1 + how->wait, text, 1);
    if (step(shown, 0, 1 + how->wait, text, rc = tell(m, false, &copies, err)) ||
        !how->wait)
        return rc;
    snprintf(text, sizeof(text),
             "%.200s: wait for its copies, hand back what ran there",
             ft_work_maintenance_host(m));
    step(shown, 1, 1 + how->wait, text, 1);
    return step(shown, 1, 1 + how->wait, text,
                do_all(m, come_back, true, shown, err));
}

int
ft_work_maintenance_on(struct ft_work_maintenance *m,
                       const struct ft_maintenance_options *how,
                       const struct ft_progress *progress,
                       struct ft_job_outcome *outcome, struct ft_error *err)
{
    char text[FT_STORE_TEXT];
    struct ft_progress shown;
    struct ft_trace trace;
    struct ft_job *job;
    size_t left;
    int rc = begin(m, "on", &job, &trace, err);

    if (rc)
        return rc;
    shown = ft_job_progress(job, progress);
    rc = take_out(m, how, &shown, err);
    ft_fleet_set_trace(&m->fleet->fleet, NULL);
    left = ft_work_maintenance_left(m);
    snprintf(text, sizeof(text), "%zu VM%s there still", left,
             left == 1 ? " is" : "s are");
    ft_job_end(job, rc, left > 0, left ? text : "out of service",
               rc ? err : NULL, outcome);
    ft_work_unlock(m->fleet->work);
    return !rc && how->move ? ft_work_maintenance_move(m, how, progress, err)
                            : rc;
}

int
ft_work_maintenance_off(struct ft_work_maintenance *m,
                        const struct ft_maintenance_options *how,
                        const struct ft_progress *progress,
                        struct ft_job_outcome *outcome, struct ft_error *err)
{
    struct ft_progress shown;
    struct ft_trace trace;
    struct ft_job *job;
    int rc = begin(m, "off", &job, &trace, err);

    if (rc)
        return rc;
    shown = ft_job_progress(job, progress);
    rc = take_back(m, how, &shown, err);
    ft_fleet_set_trace(&m->fleet->fleet, NULL);
    ft_job_end(job, rc, ft_work_maintenance_left(m) > 0,
               how->wait ? "all of it is back" : "copies are filled again",
               rc ? err : NULL, outcome);
    return rc;
}
