/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/json.h"
#include "protect/protect-private.h"

#define SETTINGS_MS 15000

static int
ask(struct ft_fleet *fleet, const struct ft_pair_ref *pair, const char *host,
    const json_t *changes, int timeout_ms, struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(fleet, host);
    json_t *result = NULL;
    int rc;

    if (member == NULL)
        return ft_fail(err, ENOENT, "Add it with ftadmin host add.",
                       "%s, which has %s, is not known here", host, pair->vm);
    rc = ft_member_call(fleet, member, "pair-settings",
                        json_pack("{s:s,s:O}", "pair", pair->pair, "settings",
                                  changes),
                        &result, timeout_ms > 0 ? timeout_ms : SETTINGS_MS, err);
    json_decref(result);
    return rc;
}

int
ft_change_settings(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                   const json_t *changes, int timeout_ms, struct ft_error *left,
                   struct ft_error *err)
{
    int rc = ask(fleet, pair, pair->hosts[0], changes, timeout_ms, err);

    *left = (struct ft_error)FT_ERROR_INIT;
    if (rc < 0)
        return rc;
    if (ask(fleet, pair, pair->hosts[1], changes, timeout_ms, left) < 0)
        ft_error_prefix(left, "%s keeps its old settings", pair->hosts[1]);
    return 0;
}
