/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back of an unfinished protect: by what its steps found on the hosts, as
 * the journal has it, whoever made them and however that ended; and the end of that way.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/json.h"
#include "protect/protect-private.h"

struct undo {
    struct ft_fleet *fleet;
    const struct ft_journal_entry *entry;
    const struct ft_journal_ops *journal;
    const struct ft_undo_watch *watch;
    struct ft_found found[FT_FOUND_MAX];
    size_t count;
    bool released; /* the VM has left another pair for this one */
};

static void
note(const struct undo *u, const char *host, const char *what)
{
    char text[400];

    snprintf(text, sizeof(text), "%.200s: %s", host, what);
    if (u->watch->note != NULL)
        u->watch->note(u->watch->data, text);
}

static json_t *
pair_args(const struct undo *u)
{
    return json_pack("{s:s}", "pair", u->entry->pair);
}

/* ---- the pair ---- */

static int
undo_pair(struct undo *u, const struct ft_found *found,
          struct ft_member *member, struct ft_error *err)
{
    int rc = ft_protect_ask(u->fleet, member, err);

    (void)found;
    return rc < 0 ? rc
                  : ft_remove_pair(u->fleet, member, u->entry->pair, NULL, NULL,
                                   err);
}

/* ---- the pair before ---- */

/* That of the VM which its host has still; NULL: none. */
static const json_t *
pair_before(const struct undo *u, const struct ft_member *member)
{
    const json_t *pair;
    size_t i;

    json_array_foreach(json_object_get(member->status, "pairs"), i, pair)
        if (strcmp(ft_json_string(pair, "uuid", ""), u->entry->vm_uuid) == 0 &&
            strcmp(ft_json_string(pair, "pair", ""), u->entry->pair) != 0)
            return pair;
    return NULL;
}

static void
fill_before(const struct undo *u, const json_t *pair,
            struct ft_journal_entry *entry)
{
    memset(entry, 0, sizeof(*entry));
    strcpy(entry->verb, "unprotect");
    strcpy(entry->vm, u->entry->vm);
    strcpy(entry->vm_uuid, u->entry->vm_uuid);
    snprintf(entry->pair, sizeof(entry->pair), "%s",
             ft_json_string(pair, "pair", ""));
    snprintf(entry->primary, sizeof(entry->primary), "%s",
             ft_json_string(pair, "primary", ""));
    snprintf(entry->standby, sizeof(entry->standby), "%s",
             ft_json_string(pair, "standby", ""));
    snprintf(entry->witness, sizeof(entry->witness), "%s",
             ft_json_string(pair, "witness", ""));
}

/* What is left does not come back; but who died before the VM's host let go has only
 * written down that it was to: nobody is to go on with that. */
static int
undo_release(struct undo *u, const struct ft_found *found,
             struct ft_member *member, struct ft_error *err)
{
    struct ft_journal_entry entry;
    const json_t *pair;
    int rc = ft_protect_ask(u->fleet, member, err);

    (void)found;
    if (rc < 0 && rc != -ENOENT)
        return rc;
    pair = pair_before(u, member);
    u->released = pair == NULL;
    if (pair == NULL)
        return 0;
    fill_before(u, pair, &entry);
    return u->journal->end(u->journal->data, &entry, FT_JOURNAL_ROLLED_BACK,
                           err);
}

/* ---- the witness ---- */

static int
undo_witness_pair(struct undo *u, const struct ft_found *found,
                  struct ft_member *member, struct ft_error *err)
{
    int rc = ft_protect_ask(u->fleet, member, err);

    (void)found;
    return rc < 0 ? rc
                  : ft_member_insist(u->fleet, member, "witness-pair-remove",
                                     pair_args(u), NULL, 0, err);
}

/* Whether it has a pair that is not ours. */
static int
has_others(struct undo *u, struct ft_member *member, bool *others,
           struct ft_error *err)
{
    FT_AUTOJSON json_t *result = NULL;
    int rc = ft_member_insist(u->fleet, member, "witness-list", NULL, &result,
                              0, err);
    const json_t *pair;
    size_t i;

    *others = false;
    json_array_foreach(json_object_get(result, "pairs"), i, pair)
        *others |= strcmp(ft_json_string(pair, "pair", ""), u->entry->pair) != 0;
    return rc;
}

static int
undo_witness(struct undo *u, const struct ft_found *found,
             struct ft_member *member, struct ft_error *err)
{
    bool others = false;
    int rc;

    if (found->there)
        return 0;
    rc = ft_protect_ask(u->fleet, member, err);
    if (rc == 0)
        rc = has_others(u, member, &others, err);
    if (rc == 0 && others) {
        note(u, member->name,
             "the witness stays, for other pairs use it by now");
        return 0;
    }
    return rc == 0 ? ft_member_insist(u->fleet, member, "witness-stop", NULL,
                                      NULL, 0, err)
                   : rc;
}

/* ---- the engine ---- */

/* By the engine's own word; of one that does not run nobody is the user. */
static bool
is_used(const struct undo *u, const struct ft_member *member)
{
    const json_t *pairs = json_object_get(member->status, "pairs");

    return json_array_size(pairs) > 0 ||
           ft_json_bool(json_object_get(member->status, "witness"), "running",
                        0) ||
           ft_member_pair(member, u->entry->pair) != NULL;
}

static int
remove_engine(struct undo *u, struct ft_member *member, struct ft_error *err)
{
    bool shared = false;
    int rc = u->journal->shared(u->journal->data, u->entry, member->name,
                                &shared, err);

    if (rc < 0)
        return rc;
    rc = ft_member_status(u->fleet, member, err);
    if (rc < 0 && rc != -ECONNREFUSED && rc != -ENOENT)
        return rc; /* who uses it, and has all that is kept there, is not known */
    if (rc < 0) {
        json_decref(member->status); /* what it said before is old */
        member->status = NULL;
    }
    if (ft_member_pair(member, u->entry->pair) != NULL)
        return ft_fail(err, EBUSY, NULL,
                       "%s: its part of the pair is there still", member->name);
    if (!shared && !is_used(u, member))
        return ft_member_uninstall(u->fleet, member, true, err);
    note(u, member->name, "the engine stays, for others use it by now");
    return 0;
}

/* Of one that gave way to ours; workers of other pairs may be of ours by now. */
static int
restore_engine(struct undo *u, const struct ft_found *found,
               struct ft_member *member, struct ft_error *err)
{
    struct ft_error ignored = FT_ERROR_INIT;
    bool restored = false;
    int rc;

    if (ft_member_status(u->fleet, member, &ignored) == 0 &&
        json_array_size(json_object_get(member->status, "pairs")) > 0) {
        note(u, member->name, "the engine stays renewed, for VMs use it");
        return 0;
    }
    rc = ft_member_restore(u->fleet, member, found->sha256, &restored, err);
    if (rc == 0 && !restored)
        note(u, member->name,
             "the engine is as it was, or stays renewed: the "
             "one before is not there");
    return rc;
}

static int
undo_engine(struct undo *u, const struct ft_found *found,
            struct ft_member *member, struct ft_error *err)
{
    int rc;

    if (found->there && *found->sha256 == '\0')
        return 0;
    rc = ft_member_take_engine(u->fleet, member, err);
    if (rc < 0)
        return rc;
    rc = found->there ? restore_engine(u, found, member, err)
                      : remove_engine(u, member, err);
    ft_member_give_engine(u->fleet, member);
    return rc;
}

/* ---- all of it ---- */

static int (*const actions[FT_STEP_KINDS])(struct undo *,
                                           const struct ft_found *,
                                           struct ft_member *,
                                           struct ft_error *) = {
    [FT_STEP_ENGINE] = undo_engine,
    [FT_STEP_WITNESS] = undo_witness,
    [FT_STEP_WITNESS_PAIR] = undo_witness_pair,
    [FT_STEP_STANDBY] = undo_pair,
    [FT_STEP_RELEASE] = undo_release,
    [FT_STEP_PRIMARY] = undo_pair,
};

static void
show(const struct undo *u, size_t index, enum ft_step_state state)
{
    char text[FT_STEP_TEXT];

    ft_undo_describe(&u->found[index], u->entry->vm, text);
    if (u->watch->step != NULL)
        u->watch->step(u->watch->data, index, u->count, &u->found[index], text,
                       state);
}

static void
leave(const struct undo *u, const struct ft_found *found,
      const struct ft_error *why)
{
    char text[FT_STEP_TEXT];

    ft_undo_describe(found, u->entry->vm, text);
    if (u->watch->left != NULL)
        u->watch->left(u->watch->data, found, text, why);
}

static int
undo_one(struct undo *u, size_t index)
{
    const struct ft_found *found = &u->found[index];
    struct ft_member *member = ft_fleet_find(u->fleet, found->host);
    struct ft_error err = FT_ERROR_INIT;
    int rc = FT_FAULT("rollback-step");
    bool kept;

    show(u, index, FT_STEP_STARTED);
    if (rc < 0)
        ft_fail(&err, -rc, NULL, "fault point rollback-step");
    else if (member == NULL)
        rc = ft_fail(&err, EHOSTUNREACH, "ftadmin host add adds it again.",
                     "%s is not a known host", found->host);
    else if (actions[found->kind] != NULL)
        rc = actions[found->kind](u, found, member, &err);
    kept = found->kind == FT_STEP_RELEASE && u->released; /* it stays true */
    if (!kept && (rc == 0 || rc == -ENOENT))
        rc = u->journal->undone(u->journal->data, u->entry, found, &err);
    if (rc < 0)
        leave(u, found, &err);
    show(u, index,
         rc < 0 ? FT_STEP_FAILED
         : kept ? FT_STEP_SKIPPED
                : FT_STEP_UNDONE);
    return rc;
}

static const struct ft_found *
find(const struct undo *u, enum ft_step_kind kind)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->found[i].kind == kind)
            return &u->found[i];
    return NULL;
}

/* The engines copy as soon as the primary knows the pair, and nobody waits for
 * ftadmin with the first epoch. The standby may know better than a primary that
 * lost to it. */
static int
check_early(struct undo *u, struct ft_error *err)
{
    const char *hosts[] = { u->entry->primary, u->entry->standby };

    if (find(u, FT_STEP_PRIMARY) == NULL)
        return 0;
    for (size_t i = 0; i < FT_ARRAY_SIZE(hosts); i++) {
        struct ft_member *member = ft_fleet_find(u->fleet, hosts[i]);
        struct ft_error why = FT_ERROR_INIT;
        int rc = member != NULL ? ft_protect_ask(u->fleet, member, &why)
                                : ft_fail(&why, EHOSTUNREACH, NULL,
                                          "%s is not a known host", hosts[i]);

        if (rc < 0 && rc != -ENOENT && i == 0)
            return ft_fail(err, -rc, "Bring it back, and give it again.",
                           "%s: nothing is undone as long as %s, where it runs, "
                           "cannot be asked: %.400s",
                           u->entry->vm, hosts[i], why.text);
        if (rc == 0 && ft_undo_is_late(ft_member_pair(member, u->entry->pair)))
            return ft_fail(err, EPERM, "ftadmin unprotect ends its protection.",
                           "%s: a copy of it is, or was, ready to take over: "
                           "nothing is as it was before",
                           u->entry->vm);
    }
    return 0;
}

int
ft_undo_all(struct ft_fleet *fleet, const struct ft_journal_entry *entry,
            const struct ft_journal_ops *journal,
            const struct ft_undo_watch *watch, size_t *left,
            struct ft_error *err)
{
    struct undo u = {
        .fleet = fleet, .entry = entry, .journal = journal, .watch = watch
    };
    int rc = journal->list(journal->data, entry, u.found, &u.count, err);
    bool stopped = false;

    *left = 0;
    ft_undo_sort(u.found, u.count);
    if (rc == 0)
        rc = check_early(&u, err);
    for (size_t i = 0; rc == 0 && i < u.count; i++) {
        if (watch->interrupted != NULL && watch->interrupted(watch->data) != 0)
            return ft_fail(err, EINTR, "ftadmin rollback goes on with it.",
                           "%s: interrupted after %zu of %zu steps", entry->vm,
                           i, u.count);
        *left += stopped || undo_one(&u, i) < 0;
        /* a primary that replicates keeps its standby and its witness */
        stopped |= *left > 0 && u.found[i].kind == FT_STEP_PRIMARY;
    }
    return rc;
}

/* ---- no way back ---- */

int
ft_protect_end(struct ft_fleet *fleet, const struct ft_journal_entry *entry,
               const struct ft_journal_ops *journal, struct ft_error *err)
{
    struct ft_found found[FT_FOUND_MAX];
    size_t count = 0;
    int rc;

    journal->list(journal->data, entry, found, &count, NULL);
    rc = journal->end(journal->data, entry, FT_JOURNAL_DONE, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct ft_member *member = ft_fleet_find(fleet, found[i].host);

        if (*found[i].sha256 != '\0' && member != NULL &&
            !ft_member_is_silent(member))
            ft_member_settle(fleet, member, NULL);
    }
    return rc;
}
