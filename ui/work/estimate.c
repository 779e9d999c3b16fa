/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/estimate.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "db/measurements.h"
#include "plan/checks.h"
#include "plan/links.h"
#include "ui/model/estimate-rows.h"
#include "ui/work/known.h"

/* Its own engine measures it better all the time. */
static int
check_unprotected(struct ft_work_fleet *fleet, const char *vm,
                  struct ft_error *err)
{
    struct ft_member *where;
    const json_t *pair;

    if (ft_fleet_pair(&fleet->fleet, vm, &pair, &where))
        return 0;
    return ft_fail(err, EBUSY,
                   "ftadmin status has what its epochs take; ftadmin set shows "
                   "its limits.",
                   "%s is protected already: nothing to estimate", vm);
}

static const struct ft_host *
facts_of(const struct ft_work_fleet *fleet, const char *host)
{
    const struct ft_member *member =
        *host ? ft_fleet_find(&fleet->fleet, host) : NULL;

    return member ? member->facts : NULL;
}

/* What the link carried when it was measured for this plan; 0: it was not. */
static double
measured_rate(const struct ft_plan *plan, const char *address)
{
    const struct ft_link_rate *rate =
        ft_link_rate_at(plan->rates, plan->rate_count, address);

    return rate ? rate->bytes_per_s : 0;
}

/* The link as it was measured, or as the NICs tell. */
static void
look_at_link(struct ft_work_estimate *out, const struct ft_work_fleet *fleet,
             const struct ft_plan *plan)
{
    const struct ft_host *here = facts_of(fleet, plan->primary);
    const struct ft_host *there = facts_of(fleet, plan->standby);
    struct ft_link_path paths[FT_LINKS_MAX];

    if (plan->measured)
        out->round_trip_ms = plan->jitter.least_us / 1000.0;
    if (!here || !there || !ft_link_paths(here, there, paths))
        return;
    out->link_bytes_per_s = measured_rate(plan, paths[0].standby);
    if (!out->link_bytes_per_s)
        out->link_bytes_per_s = ft_link_speed(here, there, &paths[0]);
}

static struct ft_trigger_settings
trigger_of(const struct ft_pair_settings *settings)
{
    struct ft_trigger_settings trigger = FT_TRIGGER_SETTINGS_INIT;

    trigger.interval_ns = settings->interval_ms * FT_NS_PER_MS;
    trigger.idle_interval_ns = settings->idle_interval_ms * FT_NS_PER_MS;
    trigger.min_spacing_ns = settings->min_spacing_ms * FT_NS_PER_MS;
    trigger.pause_share_percent = (unsigned)settings->pause_share_percent;
    trigger.cpu_budget_percent = (unsigned)settings->cpu_budget_percent;
    return trigger;
}

/* out->measured is there. */
static void
estimate(const struct ft_work_fleet *fleet, const struct ft_plan *plan,
         const struct ft_pair_settings *settings, struct ft_work_estimate *out)
{
    struct ft_estimate_input input = { .measured = &out->measured,
                                       .trigger = trigger_of(settings),
                                       .engine_memory = FT_ENGINE_MEMORY };

    look_at_link(out, fleet, plan);
    input.link_bytes_per_s = out->link_bytes_per_s;
    input.copy_bytes_per_s = (double)settings->max_rate_mib * (1 << 20);
    input.round_trip_ms = out->round_trip_ms;
    ft_estimate(&input, &out->estimate);
}

/* A database that cannot be written is no reason to tell nothing. */
static int
measure(struct ft_work_fleet *fleet, const struct ft_plan *plan, int seconds,
        struct ft_work_estimate *out, struct ft_error *err)
{
    FT_AUTOJSON json_t *measured = NULL;
    int rc = ft_protect_measure_vm(&fleet->fleet, plan, seconds, &measured, err);

    if (!rc && ft_measurement_from_json(measured, &out->measured, err))
        rc = ft_error_prefix(err, "%s", plan->primary);
    if (rc)
        return rc;
    out->at_ms = ft_work_now_ms();
    ft_store_measurement_put(fleet->work->store, plan->vm_uuid, plan->vm,
                             out->at_ms, measured, NULL);
    return 0;
}

int
ft_work_estimate(struct ft_work_fleet *fleet, const char *vm,
                 const char *standby, int seconds, struct ft_work_protect *job,
                 struct ft_work_estimate *out, struct ft_error *err)
{
    struct ft_pair_settings settings = FT_PAIR_SETTINGS_INIT;
    const struct ft_plan_choices choices = {
        .vm = vm, .standby = standby, .pair = "", .settings = settings
    };
    int rc = ft_work_protect_look(job, fleet, vm, true, err);

    memset(out, 0, sizeof(*out));
    if (!rc)
        rc = check_unprotected(fleet, vm, err);
    if (!rc)
        rc = ft_work_protect_check(job, &choices, err);
    if (!rc)
        rc = measure(fleet, &job->plan, seconds, out, err);
    if (!rc)
        estimate(fleet, &job->plan, &settings, out);
    return rc;
}

bool
ft_work_estimate_recall(const struct ft_work_protect *job,
                        struct ft_work_estimate *out)
{
    FT_AUTOJSON json_t *measured = NULL;
    const struct ft_plan *plan = &job->plan;

    memset(out, 0, sizeof(*out));
    if (ft_store_measurement_get(job->fleet->work->store, plan->vm_uuid,
                                 &measured, &out->at_ms, NULL) ||
        ft_measurement_from_json(measured, &out->measured, NULL))
        return false;
    estimate(job->fleet, plan, &plan->settings, out);
    return true;
}

static json_t *
figure_or_null(double value)
{
    return value > 0 ? ft_json_figure(value) : json_null();
}

json_t *
ft_work_estimate_to_json(const struct ft_plan *plan,
                         const struct ft_work_estimate *estimate)
{
    return json_pack("{s:i,s:s,s:s,s:s,s:s?,s:{s:o,s:o,s:b},s:o,s:o}", "schema",
                     1, "vm", plan->vm, "uuid", plan->vm_uuid, "primary",
                     plan->primary, "standby",
                     *plan->standby ? plan->standby : NULL, "link",
                     "bytes_per_s", figure_or_null(estimate->link_bytes_per_s),
                     "round_trip_ms", figure_or_null(estimate->round_trip_ms),
                     "full", (int)estimate->estimate.link_is_full, "measured",
                     ft_measurement_to_json(&estimate->measured), "figures",
                     ft_estimate_rows(&estimate->estimate));
}

static json_t *
part(const struct ft_work_estimate *estimate)
{
    char at[32];

    ft_clock_format(estimate->at_ms * FT_NS_PER_MS, at);
    return json_pack("{s:s,s:I,s:o}", "measured_at", at, "age_s",
                     (json_int_t)((ft_work_now_ms() - estimate->at_ms) / 1000),
                     "figures", ft_estimate_rows(&estimate->estimate));
}

void
ft_work_estimate_keep(const struct ft_work_protect *job)
{
    FT_AUTOJSON json_t *measured = NULL;
    const struct ft_plan *plan = &job->plan;
    struct ft_store *store = job->fleet->work->store;
    struct ft_work_estimate found;

    if (!ft_work_estimate_recall(job, &found))
        return;
    measured = ft_measurement_to_json(&found.measured);
    if (measured &&
        !json_object_set_new(measured, FT_WORK_PREDICTED, part(&found)))
        ft_store_measurement_put(store, plan->vm_uuid, plan->vm, found.at_ms,
                                 measured, NULL);
}

json_t *
ft_work_estimate_plan(const struct ft_work_protect *job)
{
    json_t *document = ft_plan_to_json(&job->plan);
    struct ft_work_estimate found;

    if (document && job->plan.config && ft_work_estimate_recall(job, &found))
        json_object_set_new(document, "estimate", part(&found));
    return document;
}
