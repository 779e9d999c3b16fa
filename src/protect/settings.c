/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both hosts of a pair are told while it goes on: settings and waivers. */
#include "config.h"

#include "base/json.h"
#include "protect/protect-private.h"

#define ANSWER_MS 15000

/* value, which goes as key, is not taken. */
static int
tell(struct ft_fleet *fleet, const struct ft_pair_ref *pair, size_t host,
     const char *verb, const char *key, const json_t *value, int timeout_ms,
     struct ft_error *err)
{
    struct ft_member *member = ft_fleet_find(fleet, pair->hosts[host]);

    if (member == NULL)
        return ft_fail(err, ENOENT, "Add it with ftadmin host add.",
                       "%s, which has %s, is not known here", pair->hosts[host],
                       pair->vm);
    return ft_member_insist(fleet, member, verb,
                            json_pack("{s:s,s:O}", "pair", pair->pair, key,
                                      value),
                            NULL, timeout_ms > 0 ? timeout_ms : ANSWER_MS, err);
}

int
ft_change_settings(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                   const json_t *changes, int timeout_ms, struct ft_error *left,
                   struct ft_error *err)
{
    int rc = tell(fleet, pair, 0, "pair-settings", "settings", changes,
                  timeout_ms, err);

    *left = (struct ft_error)FT_ERROR_INIT;
    if (rc < 0)
        return rc;
    if (tell(fleet, pair, 1, "pair-settings", "settings", changes, timeout_ms,
             left) < 0)
        ft_error_prefix(left, "%s keeps its old settings", pair->hosts[1]);
    return 0;
}

int
ft_tell_waivers(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                const json_t *waivers, struct ft_error *err)
{
    struct ft_error other = FT_ERROR_INIT;
    int rc = tell(fleet, pair, 0, "pair-waivers", "waivers", waivers, 0, err);
    int rc2 = tell(fleet, pair, 1, "pair-waivers", "waivers", waivers, 0,
                   rc < 0 ? &other : err);

    return rc < 0 ? rc : rc2;
}
