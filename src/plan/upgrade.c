/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/upgrade.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static bool
is(const json_t *pair, const char *state)
{
    return !strcmp(ft_json_string(pair, "state", ""), state);
}

/* The copy could take over, and nobody is just about to. */
static bool
is_protected(const json_t *pair)
{
    return is(pair, "protected") && !*ft_json_string(pair, "reason", "");
}

static bool
is_settled(const json_t *pair)
{
    if (ft_json_bool(pair, "starting", 0))
        return false;
    return is_protected(pair) || is(pair, "alone") || is(pair, "unprotected") ||
           is(pair, "failed");
}

static bool
is_older(const json_t *pair)
{
    return ft_json_bool(pair, "worker_older", 0);
}

/*
 * Without the witness's word no copy is committed: where it is away one that is
 * there stays. And what waits for a person is not made worse.
 */
static bool
may_replace(const json_t *pair)
{
    const json_t *reachable = json_object_get(pair, "witness_reachable");

    return is_older(pair) && !is(pair, "failed") && !json_is_false(reachable);
}

static bool
is_owed(const json_t *pair, const json_t *owed)
{
    const json_t *one;
    size_t i;

    json_array_foreach(owed, i, one)
        if (!strcmp(json_string_value(one), ft_json_string(pair, "pair", "")))
            return true;
    return false;
}

static struct ft_upgrade_turn
wait_for(const json_t *pair, const char *what)
{
    struct ft_upgrade_turn turn = { .kind = FT_UPGRADE_WAIT, .pair = pair };
    const char *reason = ft_json_string(pair, "reason", "");

    snprintf(turn.why, sizeof(turn.why), "%.60s is %.20s%s%.80s%s%s",
             ft_json_string(pair, "vm", "?"),
             ft_json_bool(pair, "starting", 0)
                 ? "starting"
                 : ft_json_string(pair, "state", "of unknown state"),
             *reason ? ": " : "", reason, *what ? "; " : "", what);
    return turn;
}

json_t *
ft_upgrade_owed(const json_t *pairs)
{
    FT_AUTOJSON json_t *owed = json_array();
    const json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair)
        if (is(pair, "protected") &&
            json_array_append_new(owed,
                                  json_string(ft_json_string(pair, "pair", ""))))
            return NULL;
    return FT_STEAL(owed);
}

struct ft_upgrade_turn
ft_upgrade_before(const json_t *pairs)
{
    struct ft_upgrade_turn done = { .kind = FT_UPGRADE_DONE };
    const json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair)
        if (!is_settled(pair))
            return wait_for(pair, "");
    return done;
}

struct ft_upgrade_turn
ft_upgrade_next(const json_t *pairs, const json_t *owed)
{
    struct ft_upgrade_turn turn = ft_upgrade_before(pairs);
    const json_t *pair;
    size_t i;

    if (turn.kind != FT_UPGRADE_DONE)
        return turn;
    json_array_foreach(pairs, i, pair)
        if (is_owed(pair, owed) && !is_protected(pair))
            return wait_for(pair, "");
    json_array_foreach(pairs, i, pair)
        if (may_replace(pair)) {
            turn.kind = FT_UPGRADE_REPLACE;
            turn.pair = pair;
            return turn;
        }
    json_array_foreach(pairs, i, pair)
        if (is_older(pair) && !is(pair, "failed"))
            return wait_for(pair, "its witness does not answer");
    return turn;
}

bool
ft_upgrade_some_without(const json_t *pairs)
{
    const json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair)
        if (is(pair, "alone") || is(pair, "unprotected"))
            return true;
    return false;
}

size_t
ft_upgrade_older(const json_t *pairs)
{
    const json_t *pair;
    size_t i, count = 0;

    json_array_foreach(pairs, i, pair)
        count += is_older(pair);
    return count;
}

json_t *
ft_upgrade_pulse(const json_t *pairs)
{
    json_t *pulse = json_array();
    const json_t *pair;
    size_t i;

    json_array_foreach(pairs, i, pair)
        json_array_append_new(
            pulse,
            json_pack("[s,s,s,I,I]", ft_json_string(pair, "pair", ""),
                      ft_json_string(pair, "state", ""),
                      ft_json_string(pair, "reason", ""),
                      (json_int_t)ft_json_int(pair, "worker_pid", 0, INT64_MAX,
                                              0),
                      (json_int_t)ft_json_int(json_object_get(pair, "progress"),
                                              "done", 0, INT64_MAX, 0)));
    return pulse;
}
