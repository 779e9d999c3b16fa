/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/crowd.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static double
number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : -1;
}

/* What is free on the host that was chosen; less than 0: not told. */
static double
available_on(const json_t *plan, const char *host)
{
    const json_t *c;
    size_t index;

    json_array_foreach(json_object_get(plan, "candidates"), index, c)
        if (!strcmp(ft_json_string(c, "host", ""), host))
            return number_of(c, "memory_available_bytes");
    return -1;
}

static double
needed_on(const json_t *plans, const char *host)
{
    const json_t *plan;
    double sum = 0;
    size_t index;

    json_array_foreach(plans, index, plan)
        if (!strcmp(ft_json_string(plan, "standby", ""), host))
            sum += FT_MAX(number_of(plan, "standby_memory_bytes"), 0.0);
    return sum;
}

bool
ft_crowd_find(const json_t *plans, const char **host, double *needed,
              double *available)
{
    const json_t *plan;
    size_t index;

    json_array_foreach(plans, index, plan) {
        *host = ft_json_string(plan, "standby", "");
        *available = available_on(plan, *host);
        *needed = needed_on(plans, *host);
        if (**host && *available >= 0 && *needed > *available)
            return true;
    }
    return false;
}
