/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each step of protect does; how it is undone is in undo.c. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/json.h"
#include "protect/apply-private.h"

struct ft_member *
ft_apply_member(const struct apply *a, const char *name)
{
    return ft_fleet_find(a->fleet, name);
}

static bool
has_pair(const struct apply *a, const char *host)
{
    const struct ft_member *member = ft_apply_member(a, host);

    return member != NULL && ft_member_pair(member, a->plan->pair) != NULL;
}

static json_t *
pair_args(const struct apply *a)
{
    return json_pack("{s:s}", "pair", a->plan->pair);
}

int
ft_apply_fault(enum ft_step_kind kind, const char *when, struct ft_error *err)
{
    char name[64];
    int rc;

    snprintf(name, sizeof(name), "protect-%s%s", ft_step_kind_name(kind), when);
    rc = FT_FAULT(name);
    return rc < 0 ? ft_fail(err, -rc, NULL, "fault point %s", name) : 0;
}

/* Durable before a step changes anything, so that whoever undoes it knows. */
static int
note_found(struct apply *a, const struct ft_member *member,
           struct ft_found *found, struct ft_error *err)
{
    int rc;

    strcpy(found->host, member->name);
    rc = a->journal->found(a->journal->data, &a->entry, found, err);
    return rc < 0 ? rc : ft_apply_fault(found->kind, "-found", err);
}

/* The pair is new: there is nothing of it. */
static int
note_nothing(struct apply *a, enum ft_step_kind kind,
             const struct ft_member *member, struct ft_error *err)
{
    struct ft_found found = { .kind = kind };

    return note_found(a, member, &found, err);
}

/* ---- engine ---- */

static int
show_upload(void *data, size_t done, size_t total)
{
    const struct apply *a = data;

    if (a->progress != NULL && a->progress->bytes != NULL)
        a->progress->bytes(a->progress->data, "upload", done, total, 0);
    return ft_progress_interrupted(a->progress);
}

/* What is there of the engine, before anything is changed. */
static int
find_engine(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    struct ft_found found = { .kind = FT_STEP_ENGINE };
    struct ft_install_state before;
    int rc = ft_member_look(a->fleet, member, &before, err);

    if (rc < 0)
        return rc;
    found.there = ft_install_any(&before);
    snprintf(found.version, sizeof(found.version), "%s",
             before.uploaded ? before.version : before.packaged);
    if (before.uploaded && !before.current)
        snprintf(found.sha256, sizeof(found.sha256), "%s", before.sha256);
    return note_found(a, member, &found, err);
}

static int
do_engine(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    int rc = ft_member_take_engine(a->fleet, member, err);

    if (rc < 0)
        return rc;
    rc = find_engine(a, member, err);
    if (rc == 0)
        rc = ft_member_engine(a->fleet, member, FT_INSTALL_KEEP_OLD,
                              show_upload, a, NULL, err);
    ft_member_give_engine(a->fleet, member);
    return rc == 0 ? ft_member_status(a->fleet, member, err) : rc;
}

/* ---- witness ---- */

static int
do_witness(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    const json_t *witness = json_object_get(member->status, "witness");
    struct ft_found found = { .kind = FT_STEP_WITNESS,
                              .there = ft_json_bool(witness, "running", 0) };
    int rc = note_found(a, member, &found, err);

    return rc < 0
               ? rc
               : ft_member_insist(a->fleet, member, "witness-start",
                                  json_pack("{s:i}", "port", FT_WITNESS_PORT),
                                  NULL, 0, err);
}

static int
do_witness_pair(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    int rc = note_nothing(a, FT_STEP_WITNESS_PAIR, member, err);

    if (rc < 0)
        return rc;
    /* What an unfinished protect left has another key. */
    rc = ft_member_insist(a->fleet, member, "witness-pair-remove", pair_args(a),
                          NULL, 0, err);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    return ft_member_insist(a->fleet, member, "witness-pair-set",
                            json_pack("{s:s,s:s,s:i,s:s}", "pair", a->plan->pair,
                                      "key", a->witness_key, "generation", 1,
                                      "owner", a->plan->primary),
                            NULL, 0, err);
}

/* ---- pair ---- */

static int
set_pair(struct apply *a, struct ft_member *member, int self,
         struct ft_error *err)
{
    json_t *args;

    if (has_pair(a, member->name)) {
        /* A trace of an unfinished protect, with other keys: start over. */
        int rc =
            ft_remove_pair(a->fleet, member, a->plan->pair, NULL, NULL, err);

        if (rc < 0)
            return rc;
    }
    args = json_pack("{s:o,s:s,s:s?}", "config", ft_plan_config(a->plan, self),
                     "key", a->key, "witness_key",
                     *a->plan->witness != '\0' ? a->witness_key : NULL);
    if (args == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return ft_member_insist(a->fleet, member, "pair-set", args, NULL, 60000,
                            err);
}

static int
do_standby(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    int rc = note_nothing(a, FT_STEP_STANDBY, member, err);

    return rc < 0 ? rc : set_pair(a, member, 1, err);
}

static int
do_primary(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    int rc = note_nothing(a, FT_STEP_PRIMARY, member, err);

    return rc < 0 ? rc : set_pair(a, member, 0, err);
}

static int
do_release(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    int rc = note_nothing(a, FT_STEP_RELEASE, member, err);

    if (rc == 0)
        rc = ft_protect_release(a->fleet, a->plan, a->progress, a->journal, err);
    a->released |= rc == 0;
    return rc;
}

/* ---- all steps ---- */

static int
do_sync(struct apply *a, struct ft_member *member, struct ft_error *err)
{
    return ft_follow_sync(a->fleet, a->plan, member, a->progress, err);
}

/* Their undoing is in undo.c. */
static int (*const actions[FT_STEP_KINDS])(struct apply *, struct ft_member *,
                                           struct ft_error *) = {
    [FT_STEP_ENGINE] = do_engine,
    [FT_STEP_WITNESS] = do_witness,
    [FT_STEP_WITNESS_PAIR] = do_witness_pair,
    [FT_STEP_STANDBY] = do_standby,
    [FT_STEP_RELEASE] = do_release,
    [FT_STEP_PRIMARY] = do_primary,
    [FT_STEP_SYNC] = do_sync,
};

int
ft_apply_step(struct apply *a, enum ft_step_kind kind, struct ft_member *member,
              struct ft_error *err)
{
    return actions[kind](a, member, err);
}
