/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/json.h"
#include "protect/protect-private.h"

/* 1 TiB of disk takes an hour or more; an engine that is gone is heard of. */
#define VERIFY_MS (24 * 3600 * 1000)

static bool
is_counted(const json_t *result, const char *what)
{
    const json_t *value = json_object_get(result, what);

    return json_number_value(value) > 0 || json_is_true(value);
}

/* One that is not known is no difference. */
static bool
has_other_vcpus(const json_t *result)
{
    int64_t here = ft_json_int(result, "vcpus", 0, INT32_MAX, 0);
    int64_t there = ft_json_int(result, "copy_vcpus", 0, INT32_MAX, 0);

    return here && there && here != there;
}

int
ft_verify(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
          int timeout_ms, json_t **result, bool *differs, struct ft_error *err)
{
    struct ft_member *primary = ft_fleet_find(fleet, pair->hosts[0]);
    int rc;

    *result = NULL;
    if (primary == NULL)
        return ft_fail(err, ENOENT, "add it with ftadmin host add",
                       "%s, which runs %s, is not known here", pair->hosts[0],
                       pair->vm);
    rc = ft_member_call(fleet, primary, "verify",
                        json_pack("{s:s}", "pair", pair->pair), result,
                        timeout_ms > 0 ? timeout_ms : VERIFY_MS, err);
    if (rc < 0)
        return rc;
    *differs = is_counted(*result, "ram_different") ||
               is_counted(*result, "disk_different") ||
               is_counted(*result, "state_different") ||
               has_other_vcpus(*result) ||
               *ft_json_string(*result, "copy_spoilt", "");
    return 0;
}
