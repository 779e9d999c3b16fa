/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as JSON. */
#include "config.h"

#include "base/cleanup.h"
#include "plan/checks.h"
#include "plan/plan.h"

static json_t *
leaves_json(const struct ft_plan *plan)
{
    if (*plan->leaves.pair == '\0')
        return json_null();
    return json_pack("{s:s,s:s,s:s?,s:b}", "pair", plan->leaves.pair, "standby",
                     plan->leaves.standby, "witness",
                     *plan->leaves.witness != '\0' ? plan->leaves.witness : NULL,
                     "silent", (int)plan->leaves.silent);
}

static json_t *
candidates_json(const struct ft_placement *placement)
{
    json_t *list = json_array();

    for (size_t i = 0; i < placement->count; i++) {
        const struct ft_candidate *c = &placement->candidates[i];

        json_array_append_new(list,
                              json_pack("{s:s,s:b,s:s,s:s,s:I}", "host",
                                        c->host->name, "taken", (int)c->taken,
                                        "verdict", ft_verdict_name(c->verdict),
                                        "reason", c->reason,
                                        "memory_available_bytes",
                                        (json_int_t)c->host->memory_available));
    }
    return list;
}

/* Of memory of which a host says how much it is. */
static json_int_t
with_engine(uint64_t memory)
{
    const uint64_t most = (uint64_t)INT64_MAX - FT_ENGINE_MEMORY;

    return (json_int_t)(FT_MIN(memory, most) + FT_ENGINE_MEMORY);
}

json_t *
ft_plan_to_json(const struct ft_plan *plan)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < plan->step_count; i++)
        json_array_append_new(steps,
                              json_pack("{s:s,s:s,s:s}", "step",
                                        ft_step_kind_name(plan->steps[i].kind),
                                        "host", plan->steps[i].host,
                                        "description",
                                        plan->steps[i].description));
    return json_pack(
        "{s:i,s:s,s:s,s:s,s:s,s:s,s:s?,s:s,s:s,s:s,s:I,s:I,s:I,s:o,s:o,s:o,"
        "s:o,s:o,s:o,s:o,s:o}",
        "schema", 1, "pair", plan->pair, "vm", plan->vm, "vm_uuid",
        plan->vm_uuid, "primary", plan->primary, "standby", plan->standby,
        "witness", *plan->witness != '\0' ? plan->witness : NULL, "pool",
        plan->pool, "primary_address", plan->primary_address, "standby_address",
        plan->standby_address, "memory_bytes", (json_int_t)plan->memory,
        "standby_memory_bytes", with_engine(plan->memory), "disk_bytes",
        (json_int_t)plan->disk, "settings",
        ft_settings_to_json(&plan->settings), "jitter",
        plan->measured ? ft_jitter_to_json(&plan->jitter) : json_null(),
        "paths", ft_link_rates_to_json(plan->rates, plan->rate_count), "leaves",
        leaves_json(plan), "steps", steps, "effects",
        ft_effects_to_json(&plan->effects), "checks",
        ft_findings_to_json(&plan->findings), "candidates",
        candidates_json(&plan->placement));
}
