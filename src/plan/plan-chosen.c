/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a plan is to be chosen again when it is taken up later. */
#include "config.h"

#include <string.h>

#include "base/json.h"
#include "plan/plan.h"

json_t *
ft_plan_chosen(const struct ft_plan *plan)
{
    return json_pack("{s:s,s:s,s:o}", "pool", plan->pool, "address",
                     plan->standby_address, "settings",
                     ft_settings_to_json(&plan->settings));
}

static const char *
text_of(const json_t *chosen, const char *key, const char *otherwise)
{
    const char *text = ft_json_string(chosen, key, "");

    return otherwise == NULL && *text != '\0' ? text : otherwise;
}

static bool
says_nothing(const struct ft_plan_choices *choices)
{
    const struct ft_pair_settings usual = FT_PAIR_SETTINGS_INIT;
    const struct ft_pair_settings *own = &choices->settings;

    return !choices->silence_named && own->silence_ms == usual.silence_ms &&
           own->commit_timeout_ms == usual.commit_timeout_ms &&
           own->interval_ms == usual.interval_ms &&
           own->idle_interval_ms == usual.idle_interval_ms &&
           own->min_spacing_ms == usual.min_spacing_ms &&
           own->pause_share_percent == usual.pause_share_percent &&
           own->cpu_budget_percent == usual.cpu_budget_percent &&
           own->max_rate_mib == usual.max_rate_mib &&
           own->alone_without_witness == usual.alone_without_witness;
}

void
ft_plan_choose_again(const json_t *chosen, struct ft_plan_choices *choices)
{
    const json_t *settings = json_object_get(chosen, "settings");

    choices->pool = text_of(chosen, "pool", choices->pool);
    choices->address = text_of(chosen, "address", choices->address);
    if (!json_is_object(settings) || !says_nothing(choices))
        return;
    ft_settings_from_json(&choices->settings, settings);
    choices->silence_named = true; /* it may have been lengthened then */
}
