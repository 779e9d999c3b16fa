/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VM that no host runs is started from disks, on the host that has the say. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "protect/protect-private.h"

#define START_MS 120000 /* libvirt's patience with QEMU, and room */

/* What a side of the pair said of itself just now. */
struct side {
    struct ft_member *member; /* NULL: not known here */
    const json_t *status; /* NULL: it does not answer, or knows no such pair */
    struct ft_error err;  /* why */
};

static void
ask_side(struct ft_fleet *fleet, const struct ft_pair_ref *pair, int which,
         struct side *side)
{
    side->member = ft_fleet_find(fleet, pair->hosts[which]);
    if (side->member == NULL) {
        ft_fail(&side->err, ENOENT, "add it with ftadmin host add",
                "%s, a host of %s, is not known here", pair->hosts[which],
                pair->vm);
        return;
    }
    if (ft_member_status(fleet, side->member, &side->err) < 0)
        return;
    side->status = ft_member_pair(side->member, pair->pair);
    if (side->status == NULL)
        ft_fail(&side->err, ENOENT, NULL, "the engine on %s does not know %s",
                pair->hosts[which], pair->vm);
}

static bool
is_primary(const struct side *side)
{
    return side->status != NULL &&
           strcmp(ft_json_string(side->status, "role", ""), "primary") == 0;
}

static int64_t
generation(const struct side *side)
{
    return ft_json_int(side->status, "generation", 0, INT64_MAX, 0);
}

/*
 * A standby's copy runs from the memory that it has, by the administrator's word
 * alone: that the other host is lost. One whose engine answers is not.
 */
static int
check_lost(const struct ft_pair_ref *pair, int other, const struct side *side,
           struct ft_error *err)
{
    if (side->status == NULL)
        return 0;
    return ft_fail(err, EBUSY,
                   "ftadmin switchover hands it over where they hear each "
                   "other; else power that host off first.",
                   "%s, which has %s, answers: it is not lost",
                   pair->hosts[other], pair->vm);
}

static int
refuse_copy(const struct ft_pair_ref *pair, int on, const struct side *side,
            struct ft_error *err)
{
    const json_t *lag = json_object_get(side->status, "replica_lag_ms");
    char age[64] = "it is not whole";

    if (json_is_number(lag))
        snprintf(age, sizeof(age), "whole as of %.1f s ago",
                 json_number_value(lag) / 1000);
    return ft_fail(err, EPERM,
                   "Start it on the other host; where that one is lost, a whole "
                   "copy takes over by itself, with the witness's word, or by "
                   "yours: --on HOST --discard-newer.",
                   "%s has no disks of %s to start from, only the copy that %s "
                   "fills (%s)",
                   pair->hosts[on], pair->vm, pair->hosts[!on], age);
}

static int
choose(const struct ft_pair_ref *pair, const char *on, bool discard_newer,
       const struct side sides[2], struct ft_member **chosen,
       struct ft_error *err)
{
    int best = -1;

    for (int i = 0; i < 2; i++) {
        if (on != NULL ? strcmp(on, pair->hosts[i]) != 0
                       : !is_primary(&sides[i]))
            continue;
        if (best < 0 || generation(&sides[i]) > generation(&sides[best]))
            best = i;
    }
    if (best < 0 && on != NULL)
        return ft_fail(err, EINVAL, "ftadmin status shows its hosts.",
                       "%s is not a host of %s: they are %s and %s", on,
                       pair->vm, pair->hosts[0], pair->hosts[1]);
    if (best < 0) {
        const struct ft_error *why = &sides[sides[0].status != NULL].err;

        return ft_fail(err, why->code ? why->code : EHOSTUNREACH,
                       "Bring that host back: it has the newest data.",
                       "%s cannot be started where it belongs%s%s", pair->vm,
                       why->code ? ": " : "", why->text);
    }
    if (sides[best].status == NULL) {
        *err = sides[best].err;
        return -err->code;
    }
    *chosen = sides[best].member;
    if (is_primary(&sides[best]))
        return 0;
    return discard_newer ? check_lost(pair, !best, &sides[!best], err)
                         : refuse_copy(pair, best, &sides[best], err);
}

int
ft_start(struct ft_fleet *fleet, const struct ft_pair_ref *pair, const char *on,
         bool discard_newer, int timeout_ms, struct ft_start_result *result,
         struct ft_error *err)
{
    struct side sides[2] = { { .member = NULL } };
    struct ft_member *chosen = NULL;
    json_t *reply = NULL;
    int rc;

    memset(result, 0, sizeof(*result));
    for (int i = 0; i < 2; i++)
        ask_side(fleet, pair, i, &sides[i]);
    rc = choose(pair, on, discard_newer, sides, &chosen, err);
    if (rc == 0)
        rc = ft_member_call(fleet, chosen, "start",
                            json_pack("{s:s,s:b}", "pair", pair->pair,
                                      "discard_newer", discard_newer),
                            &reply, timeout_ms > 0 ? timeout_ms : START_MS, err);
    if (rc < 0)
        return rc;
    result->generation = ft_json_int(reply, "generation", 0, INT64_MAX, 0);
    snprintf(result->primary, sizeof(result->primary), "%s",
             ft_json_string(reply, "primary", ""));
    snprintf(result->started_by, sizeof(result->started_by), "%s",
             ft_json_string(reply, "started_by", ""));
    json_decref(reply);
    return 0;
}
