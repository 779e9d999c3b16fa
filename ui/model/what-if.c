/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/what-if.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ui/model/pair-world.h"
#include "ui/model/standing.h"

#define NS_PER_MS 1000000
#define LONG_ENOUGH_NS (INT64_C(20000) * NS_PER_MS)

const char *
ft_outcome_word(enum ft_outcome outcome)
{
#define WORD_(name, word, meaning) word,
    static const char *const words[] = { FT_OUTCOMES(WORD_) };

    return (unsigned)outcome < FT_OUTCOME_COUNT ? words[outcome] : "";
}

/* ---- what is lost ---- */

static const json_t *
host_row(const json_t *hosts, const char *name)
{
    const json_t *row;
    size_t index;

    json_array_foreach(hosts, index, row)
        if (!strcmp(ft_json_string(row, "name", ""), name))
            return row;
    return NULL;
}

static int
check_host(const json_t *hosts, const char *name, struct ft_error *err)
{
    if (host_row(hosts, name))
        return 0;
    return ft_fail(err, ENOENT,
                   "ftadmin host list shows the known hosts; a link is "
                   "HOST,HOST",
                   "no host named %.200s", name);
}

int
ft_loss_parse(const char *text, const json_t *hosts, struct ft_loss *loss,
              struct ft_error *err)
{
    size_t size = strcspn(text, ",");
    int rc;

    memset(loss, 0, sizeof(*loss));
    snprintf(loss->host, sizeof(loss->host), "%.*s",
             (int)(size < sizeof(loss->host) ? size : sizeof(loss->host) - 1),
             text);
    rc = check_host(hosts, loss->host, err);
    if (rc)
        return rc;
    if (text[size]) {
        loss->kind = FT_LOSS_LINK;
        snprintf(loss->other, sizeof(loss->other), "%.*s",
                 (int)sizeof(loss->other) - 1, text + size + 1);
        return check_host(hosts, loss->other, err);
    }
    if (!strcmp(ft_json_string(host_row(hosts, text), "kind", ""), "witness"))
        loss->kind = FT_LOSS_WITNESS;
    return 0;
}

static bool
is(const json_t *row, const char *key, const char *host)
{
    return !strcmp(ft_json_string(row, key, ""), host);
}

/* Is it the link between these two of the pair, in either order? */
static bool
links(const json_t *row, const struct ft_loss *loss, const char *a,
      const char *b)
{
    return loss->kind == FT_LOSS_LINK &&
           ((is(row, a, loss->host) && is(row, b, loss->other)) ||
            (is(row, b, loss->host) && is(row, a, loss->other)));
}

/* What the loss takes from this pair. */
struct hit {
    bool primary, standby; /* the host itself */
    bool link;             /* between them */
    bool witness;          /* for both */
    bool witness_primary;  /* for one of them only */
    bool witness_standby;
};

static struct hit
hit_of(const json_t *row, const struct ft_loss *loss)
{
    bool host = loss->kind != FT_LOSS_LINK;
    struct hit hit = {
        .primary = host && is(row, "primary", loss->host),
        .standby = host && is(row, "standby", loss->host),
        .witness = host && is(row, "witness", loss->host),
        .link = links(row, loss, "primary", "standby"),
        .witness_primary = links(row, loss, "primary", "witness"),
        .witness_standby = links(row, loss, "standby", "witness"),
    };

    return hit;
}

static bool
touches(const struct hit *hit)
{
    return hit->primary || hit->standby || hit->link || hit->witness ||
           hit->witness_primary || hit->witness_standby;
}

/* ---- what is known ---- */

/* Does this side say that the witness answers it? */
static bool
has_witness(const json_t *side)
{
    return ft_json_bool(side, "witness_reachable", 0);
}

/* Why it cannot be told; NULL when it can. */
static const char *
doubt(const json_t *row, const struct hit *hit)
{
    const json_t *primary = ft_side_of(row, "primary");
    const json_t *standby = ft_side_of(row, "standby");
    bool witness = *ft_json_string(row, "witness", "");

    if (!ft_json_bool(row, "heard", 0) || !ft_side_is_fresh(primary))
        return "the host that runs it is silent";
    if (!hit->standby && !ft_side_is_fresh(standby))
        return "the other host is silent";
    if (witness && json_is_null(json_object_get(primary, "witness_reachable")))
        return "whether the witness answers is not known yet";
    if (!witness && (hit->standby || hit->link) &&
        !json_is_boolean(json_object_get(primary, "alone_without_witness")))
        return "whether it may go on alone is not known";
    return NULL;
}

/* ---- the answer ---- */

static void
set_up(struct ft_world *world, const json_t *row)
{
    const json_t *primary = ft_side_of(row, "primary");
    struct ft_ownership_config config = FT_OWNERSHIP_CONFIG_INIT;

    config.witness = *ft_json_string(row, "witness", "") != '\0';
    config.alone_without_witness =
        ft_json_bool(primary, "alone_without_witness", 0);
    ft_world_begin(world, &config);
    if (!has_witness(primary))
        ft_world_silence_witness(world, 0);
    if (!has_witness(ft_side_of(row, "standby")))
        ft_world_silence_witness(world, 1);
}

static void
strike(struct ft_world *world, const struct hit *hit)
{
    if (hit->primary)
        ft_world_kill(world, 0);
    if (hit->standby)
        ft_world_kill(world, 1);
    if (hit->link)
        ft_world_cut(world);
    if (hit->witness || hit->witness_primary)
        ft_world_silence_witness(world, 0);
    if (hit->witness || hit->witness_standby)
        ft_world_silence_witness(world, 1);
}

static enum ft_outcome
outcome_of(const struct ft_world *world, int speaker, const struct hit *hit)
{
    bool witness_lost =
        hit->witness || hit->witness_primary || hit->witness_standby;

    if (world->lost)
        return FT_OUTCOME_CANNOT_TELL;
    if (speaker == 1)
        return FT_OUTCOME_ELSEWHERE;
    if (speaker < 0)
        return world->sides[0].up ? FT_OUTCOME_HELD : FT_OUTCOME_STOPS;
    if (!ft_world_protected(world))
        return FT_OUTCOME_LOSES_COPY;
    return witness_lost ? FT_OUTCOME_NO_TAKEOVER : FT_OUTCOME_UNTOUCHED;
}

static void
play(const json_t *row, const struct hit *hit, struct ft_what_if *what)
{
    static const char *const keys[] = { "primary", "standby" };
    struct ft_world world;
    int speaker;

    set_up(&world, row);
    strike(&world, hit);
    speaker = ft_world_run(&world, LONG_ENOUGH_NS);
    what->outcome = outcome_of(&world, speaker, hit);
    if (speaker < 0)
        return;
    what->on = ft_json_string(row, keys[speaker], NULL);
    what->after_ms = (double)world.silent_ns / NS_PER_MS;
}

/* Without a copy, or with one that is not whole, there is little to play. */
static void
without_copy(const json_t *row, const struct hit *hit, struct ft_what_if *what)
{
    what->outcome = hit->primary ? FT_OUTCOME_STOPS : FT_OUTCOME_UNTOUCHED;
    what->on = hit->primary ? NULL : ft_json_string(row, "primary", NULL);
    if (hit->primary)
        what->reason = "it has no copy now";
}

void
ft_what_if(const json_t *row, const struct ft_loss *loss,
           struct ft_what_if *what)
{
    enum ft_pair_state state = ft_said_state(row);
    enum ft_ownership_reason reason = ft_said_reason(row);
    struct hit hit = hit_of(row, loss);
    const char *why = NULL;

    *what =
        (struct ft_what_if){ .outcome = FT_OUTCOME_CANNOT_TELL, .reason = "" };
    if (state == FT_PAIR_PROTECTED && touches(&hit))
        why = doubt(row, &hit);
    else if (!ft_json_bool(row, "heard", 0))
        why = "no host says how it is now";
    if (why)
        what->reason = why;
    else if (state == FT_PAIR_FAILED)
        *what = (struct ft_what_if){ FT_OUTCOME_STOPS, NULL, 0,
                                     "it is cut off or down already" };
    else if (reason == FT_REASON_VM_OFF)
        *what = (struct ft_what_if){ FT_OUTCOME_UNTOUCHED, NULL, 0,
                                     "it is shut down" };
    else if (state != FT_PAIR_PROTECTED)
        without_copy(row, &hit, what);
    else if (!touches(&hit))
        *what =
            (struct ft_what_if){ FT_OUTCOME_UNTOUCHED,
                                 ft_json_string(row, "primary", NULL), 0, "" };
    else
        play(row, &hit, what);
}
