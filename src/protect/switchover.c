/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "protect/protect-private.h"

#define SWITCHOVER_MS 120000

/* The member that is the primary now; err says why there is none. */
static int
find_primary(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
             struct ft_member **primary, struct ft_error *err)
{
    struct ft_error last = FT_ERROR_INIT;
    const json_t *status;

    for (int i = 0; i < 2; i++) {
        struct ft_member *member = ft_fleet_find(fleet, pair->hosts[i]);

        if (member != NULL)
            ft_member_status(fleet, member, &last);
    }
    if (ft_fleet_pair(fleet, pair->pair, &status, primary) < 0)
        return last.code != 0 ? ft_fail(err, last.code, last.hint, "%s: %s",
                                        pair->vm, last.text)
                              : ft_fail(err, ENOENT, NULL,
                                        "%s is not protected: no engine knows "
                                        "it",
                                        pair->vm);
    if (strcmp(ft_json_string(status, "role", ""), "primary") == 0)
        return 0;
    return ft_fail(err, last.code != 0 ? last.code : EPERM,
                   "ftadmin status shows the state of the pair.",
                   "%s: its primary %s cannot be asked%s%s", pair->vm,
                   ft_json_string(status, "primary", "?"),
                   last.code != 0 ? ": " : "", last.text);
}

int
ft_switchover(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
              int timeout_ms, struct ft_switchover_result *result,
              struct ft_error *err)
{
    struct ft_member *primary;
    json_t *reply = NULL;
    int rc = find_primary(fleet, pair, &primary, err);

    memset(result, 0, sizeof(*result));
    if (rc == 0)
        rc = ft_member_call(fleet, primary, "switchover",
                            json_pack("{s:s}", "pair", pair->pair), &reply,
                            timeout_ms > 0 ? timeout_ms : SWITCHOVER_MS, err);
    if (rc < 0)
        return rc;
    result->outage_ms = json_number_value(json_object_get(reply, "outage_ms"));
    result->generation = ft_json_int(reply, "generation", 0, INT64_MAX, 0);
    snprintf(result->primary, sizeof(result->primary), "%s",
             ft_json_string(reply, "primary", ""));
    json_decref(reply);
    return 0;
}
