/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "protect/witness.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "plan/witness.h"
#include "protect/protect-private.h"

#define SEEN_NS (15 * FT_NS_PER_S) /* until both hosts have seen the new one */
#define LOOK_AGAIN_NS (200 * FT_NS_PER_MS)
#define KEY_BYTES 32

struct moving {
    struct ft_fleet *fleet;
    const struct ft_pair_ref *pair;
    const struct ft_progress *progress;
    struct ft_witness_move *move;
    struct ft_member *hosts[2]; /* of the pair: primary, standby */
    struct ft_member *witness;  /* the new one */
    char key[2 * KEY_BYTES + 1];
};

/* ---- how it is ---- */

static const json_t *
status_of(const struct moving *m, int i)
{
    return ft_member_pair(m->hosts[i], m->pair->pair);
}

static const char *
witness_on(const struct moving *m, int i)
{
    return ft_json_string(status_of(m, i), "witness", "");
}

static const char *
next_on(const struct moving *m, int i)
{
    return ft_json_string(json_object_get(status_of(m, i), "next_witness"),
                          "name", "");
}

/* An engine that does not know the word would go on with the old one alone. */
static int
check_engine(const struct moving *m, int i, struct ft_error *err)
{
    const json_t *status = status_of(m, i);

    if (json_object_get(status, "next_witness") != NULL &&
        !ft_json_bool(status, "worker_older", 0))
        return 0;
    return ft_fail(err, EPERM, "Bring it up to date: ftadmin host upgrade HOST.",
                   "the engine on %s, or its worker for %s, cannot move a "
                   "witness, or rests",
                   m->hosts[i]->name, m->pair->vm);
}

/* Both have to be told: what only one of them knows would be two truths. */
static int
look(struct moving *m, struct ft_error *err)
{
    for (int i = 0; i < 2; i++) {
        int rc;

        m->hosts[i] = ft_fleet_find(m->fleet, m->pair->hosts[i]);
        if (m->hosts[i] == NULL)
            return ft_fail(err, ENOENT, "ftadmin host add adds it",
                           "%s is not a known host", m->pair->hosts[i]);
        rc = ft_member_status(m->fleet, m->hosts[i], err);
        if (rc < 0)
            return rc;
        if (status_of(m, i) == NULL)
            return ft_fail(err, ENOENT, "ftadmin status shows how it is",
                           "%s knows nothing of %s", m->hosts[i]->name,
                           m->pair->vm);
        if (*witness_on(m, i) == '\0')
            return ft_fail(err, EPERM,
                           "Protect it anew: ftadmin unprotect, then protect "
                           "--witness HOST.",
                           "%s has no witness that could be moved", m->pair->vm);
    }
    return 0;
}

/* ---- words to hosts ---- */

/* What it was told already is no error there. */
static int
tell(struct moving *m, int i, const char *step, const json_t *endpoint,
     struct ft_error *err)
{
    return ft_member_insist(m->fleet, m->hosts[i], "pair-witness",
                            json_pack("{s:s,s:s,s:O?,s:s}", "pair",
                                      m->pair->pair, "step", step, "witness",
                                      endpoint, "key", m->key),
                            NULL, 0, err);
}

static int
step(const struct moving *m, size_t index, const char *text, int rc)
{
    if (m->progress != NULL && m->progress->step != NULL)
        m->progress->step(m->progress->data, index, 4, text,
                          rc > 0    ? FT_STEP_STARTED
                          : rc == 0 ? FT_STEP_DONE
                                    : FT_STEP_FAILED);
    return rc;
}

static int
forget_on(struct moving *m, struct ft_member *member, struct ft_error *err)
{
    int rc = ft_member_insist(m->fleet, member, "witness-pair-remove",
                              json_pack("{s:s}", "pair", m->pair->pair), NULL,
                              0, err);

    return rc == -ENOENT ? 0 : rc;
}

/* Nobody has left the old one yet. */
static int
take_back(struct moving *m, struct ft_error *err)
{
    int rc = 0;

    for (int i = 0; i < 2 && rc == 0; i++)
        rc = tell(m, i, "back", NULL, err);
    return rc;
}

/* ---- the new one ---- */

static int
choose(struct moving *m, const char *to, struct ft_inventory *inventory,
       struct ft_error *err)
{
    const struct ft_host *best;

    if (strcmp(to, FT_PLAN_BEST) == 0) {
        best = ft_witness_best(inventory, m->hosts[0]->facts,
                               m->hosts[1]->facts, m->move->from);
        if (best == NULL)
            return ft_fail(err, ENOENT, "ftadmin host add HOST adds one",
                           "no other host could be the witness of %s",
                           m->pair->vm);
        to = best->name;
    }
    m->witness = ft_fleet_find(m->fleet, to);
    if (m->witness == NULL || m->witness->facts == NULL)
        return ft_fail(err, m->witness == NULL ? ENOENT : EHOSTUNREACH,
                       "ftadmin host list shows the known hosts",
                       "%s is not a known host that answers", to);
    snprintf(m->move->to, sizeof(m->move->to), "%s", to);
    return 0;
}

static int
check(const struct moving *m, struct ft_error *err)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    const struct ft_finding *failed;
    int rc = ft_check_witness(m->hosts[0]->facts, m->hosts[1]->facts,
                              m->witness->facts, &findings);

    failed = ft_findings_first(&findings, FT_FAIL);
    if (rc < 0)
        ft_fail(err, ENOMEM, NULL, "out of memory");
    else if (failed != NULL)
        rc = ft_fail(err, EPERM, failed->remedy, "%s: %s", m->witness->name,
                     failed->evidence);
    ft_findings_free(&findings);
    return rc;
}

/* Facts of all: of the hosts, and of whom there is to choose from. */
static int
find_witness(struct moving *m, const char *to, struct ft_error *err)
{
    struct ft_inventory inventory;
    struct ft_error local = FT_ERROR_INIT;
    int rc;

    for (size_t i = 0; i < m->fleet->count; i++) {
        struct ft_member *member = m->fleet->members[i];
        bool needed = member == m->hosts[0] || member == m->hosts[1] ||
                      strcmp(member->name, to) == 0;

        if (!needed && ft_member_is_silent(member))
            continue; /* such as the old one */
        rc = ft_member_probe(m->fleet, member, true, &local);
        if (rc < 0 && needed) {
            *err = local;
            return rc;
        }
    }
    if (ft_fleet_inventory(m->fleet, &inventory) < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = choose(m, to, &inventory, err);
    ft_fleet_inventory_free(&inventory);
    return rc == 0 ? check(m, err) : rc;
}

static int
make_key(struct moving *m, struct ft_error *err)
{
    unsigned char key[KEY_BYTES];

    if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return ft_fail(err, EIO, NULL, "no random numbers for a key");
    for (size_t i = 0; i < sizeof(key); i++)
        snprintf(m->key + 2 * i, 3, "%02x", key[i]);
    explicit_bzero(key, sizeof(key));
    return 0;
}

/* It knows who has the pair before anybody asks it. */
static int
set_up(struct moving *m, struct ft_error *err)
{
    const json_t *status = status_of(m, 0);
    int rc = ft_member_take_engine(m->fleet, m->witness, err);

    if (rc < 0)
        return rc;
    rc = ft_member_engine(m->fleet, m->witness, FT_INSTALL_DROP_OLD, NULL, NULL,
                          NULL, err);
    ft_member_give_engine(m->fleet, m->witness);
    if (rc == 0)
        rc = ft_member_insist(m->fleet, m->witness, "witness-start",
                              json_pack("{s:i}", "port", FT_WITNESS_PORT), NULL,
                              0, err);
    if (rc < 0)
        return rc;
    return ft_member_insist(
        m->fleet, m->witness, "witness-pair-set",
        json_pack("{s:s,s:s,s:I,s:s}", "pair", m->pair->pair, "key", m->key,
                  "generation",
                  (json_int_t)ft_json_int(status, "generation", 1, INT64_MAX, 1),
                  "owner", ft_json_string(status, "primary", "")),
        NULL, 0, err);
}

/* ---- both count ---- */

static bool
sees_it(const struct moving *m, int i)
{
    const json_t *next = json_object_get(status_of(m, i), "next_witness");

    return ft_json_bool(next, "reachable", 0) && !ft_json_bool(next, "older", 1);
}

static int
wait_until_seen(struct moving *m, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + SEEN_NS;

    for (;;) {
        int rc = 0;

        for (int i = 0; i < 2 && rc == 0; i++)
            rc = ft_member_status(m->fleet, m->hosts[i], err);
        if (rc < 0 || (sees_it(m, 0) && sees_it(m, 1)))
            return rc;
        if (ft_progress_interrupted(m->progress))
            return ft_fail(err, EINTR, NULL, "interrupted");
        if (ft_clock_ns() > deadline)
            return ft_fail(err, EHOSTUNREACH,
                           "See to TCP port 7332 there and to the routes, or "
                           "choose another host.",
                           "%s does not reach the witness on %s",
                           m->hosts[sees_it(m, 0)]->name, m->witness->name);
        ft_clock_sleep(LOOK_AGAIN_NS);
    }
}

/* What fails before both have it is taken back. */
static int
join(struct moving *m, const json_t *endpoint, struct ft_error *err)
{
    struct ft_error ignored = FT_ERROR_INIT;
    int rc = 0;

    for (int i = 1; i >= 0 && rc == 0; i--)
        rc = tell(m, i, "join", endpoint, err);
    if (rc == 0)
        rc = wait_until_seen(m, err);
    if (rc == 0)
        return FT_FAULT("witness-joined") < 0
                   ? ft_fail(err, EIO, NULL, "fault point witness-joined")
                   : 0;
    if (take_back(m, &ignored) == 0)
        forget_on(m, m->witness, &ignored);
    return rc;
}

static int
leave_old(struct moving *m, const json_t *endpoint, struct ft_error *err)
{
    int rc = 0;

    for (int i = 0; i < 2 && rc == 0; i++)
        rc = tell(m, i, "move", endpoint, err);
    return rc;
}

/* One that is dead keeps what it has, and nobody asks it any more. */
static void
forget_old(struct moving *m)
{
    struct ft_member *old = ft_fleet_find(m->fleet, m->move->from);

    if (old == NULL)
        m->move->left = ft_fail(&m->move->why, ENOENT, NULL,
                                "%s is not a known host", m->move->from) < 0;
    else
        m->move->left = forget_on(m, old, &m->move->why) < 0;
}

/* ---- all of it ---- */

static int
go(struct moving *m, struct ft_error *err)
{
    FT_AUTOJSON json_t *endpoint =
        ft_witness_endpoint(m->hosts[0]->facts, m->hosts[1]->facts,
                            m->witness->facts);
    char text[FT_STEP_TEXT];
    int rc;

    if (endpoint == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    snprintf(text, sizeof(text), "%.60s: is told who has %.60s",
             m->witness->name, m->pair->vm);
    step(m, 0, text, 1);
    if (step(m, 0, text, rc = set_up(m, err)) < 0)
        return rc;
    snprintf(text, sizeof(text), "both hosts: the word of %.60s counts as well",
             m->witness->name);
    step(m, 1, text, 1);
    if (step(m, 1, text, rc = join(m, endpoint, err)) < 0)
        return rc;
    snprintf(text, sizeof(text), "both hosts: only the word of %.60s counts",
             m->witness->name);
    step(m, 2, text, 1);
    return step(m, 2, text, leave_old(m, endpoint, err));
}

/* It was broken off when one host had left the old one already. */
static int
finish(struct moving *m, const char *to, struct ft_error *err)
{
    FT_AUTOJSON json_t *endpoint = json_pack("{s:s}", "name", to);

    return leave_old(m, endpoint, err);
}

/* What is said here of hosts is gone once they are asked again: hence the copies. */
static int
decide(struct moving *m, const char *to, struct ft_error *err)
{
    char a[FT_NAME_SIZE], b[FT_NAME_SIZE], next[FT_NAME_SIZE];
    int rc;

    snprintf(a, sizeof(a), "%s", witness_on(m, 0));
    snprintf(b, sizeof(b), "%s", witness_on(m, 1));
    snprintf(next, sizeof(next), "%s",
             *next_on(m, 0) != '\0' ? next_on(m, 0) : next_on(m, 1));

    if (strcmp(a, b) != 0) { /* one has moved already */
        const char *moved = strcmp(next, a) == 0 ? a : b;

        if (strcmp(to, moved) != 0 && strcmp(to, FT_PLAN_BEST) != 0)
            return ft_fail(err, EPERM, "Give that command first, to its end.",
                           "%s is moving to the witness %s already: ftadmin "
                           "witness %s %s",
                           m->pair->vm, moved, m->pair->vm, moved);
        snprintf(m->move->from, FT_NAME_SIZE, "%s", moved == a ? b : a);
        snprintf(m->move->to, FT_NAME_SIZE, "%s", moved);
        return finish(m, moved, err);
    }
    snprintf(m->move->from, FT_NAME_SIZE, "%s", a);
    if (strcmp(to, a) == 0 && *next == '\0')
        return ft_fail(err, EEXIST, NULL, "%s is the witness of %s already", to,
                       m->pair->vm);
    if (strcmp(to, a) == 0) {
        m->move->back = true;
        snprintf(m->move->to, FT_NAME_SIZE, "%s", a);
        return take_back(m, err);
    }
    if (*next != '\0' && strcmp(to, FT_PLAN_BEST) == 0)
        to = next;
    if (*next != '\0' && strcmp(next, to) != 0)
        return ft_fail(err, EPERM,
                       "That command goes on with it; naming the witness that it "
                       "has still takes it back.",
                       "%s is moving to the witness %s already: ftadmin witness "
                       "%s %s",
                       m->pair->vm, next, m->pair->vm, next);
    rc = check_engine(m, 0, err);
    if (rc == 0)
        rc = check_engine(m, 1, err);
    if (rc == 0)
        rc = find_witness(m, to, err);
    if (rc == 0)
        rc = make_key(m, err);
    return rc == 0 ? go(m, err) : rc;
}

int
ft_move_witness(struct ft_fleet *fleet, const struct ft_pair_ref *pair,
                const char *to, const struct ft_progress *progress,
                struct ft_witness_move *move, struct ft_error *err)
{
    struct moving m = {
        .fleet = fleet, .pair = pair, .progress = progress, .move = move
    };
    int rc;

    memset(move, 0, sizeof(*move));
    rc = look(&m, err);
    if (rc == 0)
        rc = decide(&m, to, err);
    if (rc == 0 && !move->back)
        forget_old(&m);
    explicit_bzero(m.key, sizeof(m.key));
    return rc;
}
