/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rehearsal, asked for where the copy waits. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "protect/protect-private.h"

/* A guest's memory is copied, and its state loaded, before it runs. */
#define REHEARSE_MS (15 * 60 * 1000)

int
ft_rehearse(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
            const struct ft_rehearse_options *how, int timeout_ms,
            json_t **result, struct ft_error *err)
{
    struct ft_member *standby = ft_fleet_find(fleet, pair->hosts[1]);
    json_t *args = json_pack("{s:s}", "pair", pair->pair);
    int rc;

    *result = NULL;
    if (standby == NULL) {
        json_decref(args);
        return ft_fail(err, ENOENT, "add it with ftadmin host add",
                       "%s, where the copy of %s waits, is not known here",
                       pair->hosts[1], pair->vm);
    }
    if (how->seconds)
        json_object_set_new(args, "seconds", json_integer(how->seconds));
    if (how->keep_mib)
        json_object_set_new(args, "keep_bytes",
                            json_integer((json_int_t)how->keep_mib << 20));
    rc = ft_member_call(fleet, standby, "rehearse", args, result,
                        timeout_ms > 0 ? timeout_ms
                                       : REHEARSE_MS + how->seconds * 1000,
                        err);
    return rc < 0 ? rc : 0;
}
