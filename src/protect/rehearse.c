/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rehearsal, asked for where the copy waits. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "protect/protect-private.h"

/* A guest's memory is copied, and its state loaded, before it runs. */
#define REHEARSE_MS (15 * 60 * 1000)

static int
add_proofs(json_t *args, const struct ft_rehearse_options *how,
           struct ft_error *err)
{
    if (how->agent)
        json_object_set_new(args, "agent", json_true());
    return how->console && json_object_set_new(args, "console",
                                               json_string(how->console)) < 0
               ? ft_fail(err, EINVAL, NULL,
                         "the pattern for the console is no UTF-8")
               : 0;
}

/* One of before these would tell of a success that nobody looked for. */
static int
check_proofs(const struct ft_rehearse_options *how, const json_t *result,
             const char *host, struct ft_error *err)
{
    if ((!how->agent && !how->console) || json_object_get(result, "console"))
        return 0;
    return ft_fail(err, EOPNOTSUPP,
                   "ftadmin host upgrade installs this one's on a host.",
                   "the engine of %s is too old to ask a guest agent or look at "
                   "a console",
                   host);
}

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
    rc = add_proofs(args, how, err);
    if (rc) {
        json_decref(args);
        return rc;
    }
    rc = ft_member_call(fleet, standby, "rehearse", args, result,
                        timeout_ms > 0 ? timeout_ms
                                       : REHEARSE_MS + how->seconds * 1000,
                        err);
    return rc < 0 ? rc : check_proofs(how, *result, pair->hosts[1], err);
}
