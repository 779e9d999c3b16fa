/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/json.h"
#include "protect/protect-private.h"

#define WAIVERS_MS 15000

static int
tell(struct ft_fleet *fleet, const struct ft_pair_ref *pair, const char *host,
     const json_t *waivers, struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(fleet, host);
    json_t *result = NULL;
    int rc;

    if (member == NULL)
        return ft_fail(err, ENOENT, "Add it with ftadmin host add.",
                       "%s, which has %s, is not known here", host, pair->vm);
    rc = ft_member_insist(fleet, member, "pair-waivers",
                          json_pack("{s:s,s:O}", "pair", pair->pair, "waivers",
                                    waivers),
                          &result, WAIVERS_MS, err);
    json_decref(result);
    return rc;
}

int
ft_tell_waivers(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                const json_t *waivers, struct ft_error *err)
{
    struct ft_error other = FT_ERROR_INIT;
    int rc = tell(fleet, pair, pair->hosts[0], waivers, err);
    int rc2 = tell(fleet, pair, pair->hosts[1], waivers, rc < 0 ? &other : err);

    return rc < 0 ? rc : rc2;
}
