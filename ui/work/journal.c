/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/journal.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "db/unfinished.h"
#include "ui/model/copy.h"
#include "ui/work/work.h"

static bool
is_protect(const struct ft_journal_entry *entry)
{
    return !strcmp(entry->verb, "protect");
}

static int
put_pair(struct ft_store *store, const struct ft_journal_entry *entry,
         const char *phase, struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc = ft_store_pair_get(store, entry->pair, &pair, err);

    if (rc && rc != -ENOENT)
        return rc;
    if (rc) {
        memset(&pair, 0, sizeof(pair));
        FT_COPY(pair.pair, entry->pair);
        pair.created_at = ft_work_now_ms();
    }
    /* An unprotect knows the pair, but not always everything about it. */
    if (*entry->vm)
        FT_COPY(pair.vm, entry->vm);
    if (*entry->vm_uuid)
        FT_COPY(pair.vm_uuid, entry->vm_uuid);
    FT_COPY(pair.primary, entry->primary);
    FT_COPY(pair.standby, entry->standby);
    FT_COPY(pair.witness, entry->witness);
    FT_COPY(pair.phase, phase);
    return ft_store_pair_put(store, &pair, err);
}

/* Of the same VM, besides the one of the entry. */
static bool
is_beside(const struct ft_store_pair *pair, const struct ft_journal_entry *entry)
{
    return !strcmp(pair->vm_uuid, entry->vm_uuid) &&
           strcmp(pair->pair, entry->pair) != 0;
}

/*
 * A pair of the same VM that is still in the database although no engine knows
 * it any more (the planner would have refused otherwise) gives way; but not the one
 * that the VM is in until a step of this, nor one that is being removed, of which a
 * host has yet to hear.
 */
static int
drop_stale_pairs(struct ft_store *store, const struct ft_journal_entry *entry,
                 struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    size_t count = 0;
    int rc =
        *entry->vm_uuid ? ft_store_pair_list(store, &pairs, &count, err) : 0;

    for (size_t i = 0; !rc && i < count; i++)
        if (is_beside(&pairs[i], entry) &&
            strcmp(pairs[i].pair, entry->leaves) != 0 &&
            strcmp(pairs[i].phase, "removing") != 0)
            rc = ft_store_pair_remove(store, pairs[i].pair, err);
    return rc;
}

static int
begin_steps(struct ft_store *store, const struct ft_journal_entry *entry,
            const json_t *chosen, struct ft_error *err)
{
    int rc = drop_stale_pairs(store, entry, err);

    if (!rc)
        rc = put_pair(store, entry, is_protect(entry) ? "applying" : "removing",
                      err);
    if (!rc)
        rc = ft_store_journal_clear(store, entry->pair, err);
    return rc || !chosen ? rc
                         : ft_store_chosen_put(store, entry->pair, chosen, err);
}

/* All of a transaction, or nothing of it. */
static int
finish(struct ft_store *store, int rc, struct ft_error *err)
{
    if (!rc)
        return ft_store_commit(store, err);
    ft_store_rollback(store);
    return rc;
}

static int
journal_begin(void *data, const struct ft_journal_entry *entry,
              const json_t *chosen, struct ft_error *err)
{
    int rc = ft_store_begin(data, err);

    return rc ? rc : finish(data, begin_steps(data, entry, chosen, err), err);
}

static int
journal_step(void *data, const struct ft_journal_entry *entry, size_t index,
             const char *step, const char *host, enum ft_step_state state,
             struct ft_error *err)
{
    struct ft_store_journal row = { .ordinal = index, .at = ft_work_now_ms() };

    FT_COPY(row.pair, entry->pair);
    FT_COPY(row.operation, entry->verb);
    FT_COPY(row.step, step);
    FT_COPY(row.host, host);
    FT_COPY(row.state, ft_step_state_name(state));
    return ft_store_journal_put(data, &row, err);
}

/* ---- what was found ---- */

static void
fill_row(const struct ft_journal_entry *entry, const struct ft_found *found,
         struct ft_store_found *row)
{
    memset(row, 0, sizeof(*row));
    FT_COPY(row->pair, entry->pair);
    FT_COPY(row->step, ft_step_kind_name(found->kind));
    FT_COPY(row->host, found->host);
    row->there = found->there;
    FT_COPY(row->version, found->version);
    FT_COPY(row->sha256, found->sha256);
    row->at = ft_work_now_ms();
}

static int
journal_found(void *data, const struct ft_journal_entry *entry,
              const struct ft_found *found, struct ft_error *err)
{
    struct ft_store_found row;

    fill_row(entry, found, &row);
    return ft_store_found_put(data, &row, err);
}

static int
journal_undone(void *data, const struct ft_journal_entry *entry,
               const struct ft_found *found, struct ft_error *err)
{
    struct ft_store_found row;

    fill_row(entry, found, &row);
    return ft_store_found_remove(data, &row, err);
}

/*
 * Of one that a version of before has begun nothing of the kind is known: all that a
 * pair has of its own goes, and engines and a witness stay.
 */
static void
presume(const struct ft_journal_entry *entry, struct ft_found *found,
        size_t *count)
{
    const struct {
        enum ft_step_kind kind;
        const char *host;
    } all[] = {
        { FT_STEP_ENGINE, entry->primary },
        { FT_STEP_ENGINE, entry->standby },
        { FT_STEP_ENGINE, entry->witness },
        { FT_STEP_WITNESS, entry->witness },
        { FT_STEP_WITNESS_PAIR, entry->witness },
        { FT_STEP_STANDBY, entry->standby },
        { FT_STEP_PRIMARY, entry->primary },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(all); i++) {
        struct ft_found *one = &found[*count];

        if (!*all[i].host)
            continue;
        memset(one, 0, sizeof(*one));
        one->kind = all[i].kind;
        FT_COPY(one->host, all[i].host);
        one->there = one->kind == FT_STEP_ENGINE || one->kind == FT_STEP_WITNESS;
        ++*count;
    }
}

static bool
is_of_before(struct ft_store *store, const struct ft_journal_entry *entry)
{
    FT_AUTOJSON json_t *chosen = NULL;

    return ft_store_chosen_get(store, entry->pair, &chosen, NULL) == -ENOENT;
}

/* Those that this version knows. */
static int
journal_list(void *data, const struct ft_journal_entry *entry,
             struct ft_found found[FT_FOUND_MAX], size_t *count,
             struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_found *rows = NULL;
    size_t n = 0;
    int rc = ft_store_found_list(data, entry->pair, &rows, &n, err);

    *count = 0;
    for (size_t i = 0; !rc && i < n && *count < FT_FOUND_MAX; i++) {
        struct ft_found *one = &found[*count];

        memset(one, 0, sizeof(*one));
        one->kind = ft_step_kind_called(rows[i].step);
        FT_COPY(one->host, rows[i].host);
        one->there = rows[i].there;
        FT_COPY(one->version, rows[i].version);
        FT_COPY(one->sha256, rows[i].sha256);
        *count += one->kind < FT_STEP_KINDS;
    }
    if (!rc && !n && is_of_before(data, entry))
        presume(entry, found, count);
    return rc;
}

static int
journal_shared(void *data, const struct ft_journal_entry *entry,
               const char *host, bool *shared, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    size_t count = 0;
    int rc = ft_store_pair_list(data, &pairs, &count, err);

    *shared = false;
    for (size_t i = 0; !rc && i < count; i++)
        *shared |= strcmp(pairs[i].pair, entry->pair) != 0 &&
                   (!strcmp(pairs[i].primary, host) ||
                    !strcmp(pairs[i].standby, host) ||
                    !strcmp(pairs[i].witness, host));
    return rc;
}

/* ---- the end ---- */

static int
settle(struct ft_store *store, const struct ft_journal_entry *entry,
       struct ft_error *err)
{
    int rc = put_pair(store, entry, "applied", err);

    return rc ? rc : ft_store_unfinished_clear(store, entry->pair, err);
}

static int
journal_end(void *data, const struct ft_journal_entry *entry,
            enum ft_journal_end how, struct ft_error *err)
{
    bool stays = is_protect(entry) == (how == FT_JOURNAL_DONE);
    int rc;

    if (how == FT_JOURNAL_PARTLY)
        return 0; /* the phase stays, so it is found as pending */
    if (stays) {
        rc = ft_store_begin(data, err);
        return rc ? rc : finish(data, settle(data, entry, err), err);
    }
    rc = ft_store_pair_remove(data, entry->pair, err);
    return rc == -ENOENT ? 0 : rc;
}

/* Nothing is known of what a version of before had chosen. */
static int
recall_chosen(struct ft_store *store, const char *pair, json_t **chosen,
              struct ft_error *err)
{
    int rc;

    *chosen = NULL;
    rc = ft_store_chosen_get(store, pair, chosen, err);
    return rc == -ENOENT ? 0 : rc;
}

/* The host of the VM, or what is left of it: from then on nothing is in the way. */
static int
has_let_go(struct ft_store *store, const struct ft_store_pair *pair,
           bool *let_go, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_journal *rows = NULL;
    size_t count = 0;
    int rc = ft_store_journal_list(store, pair->pair, &rows, &count, err);

    *let_go = false;
    for (size_t i = 0; !rc && i < count; i++)
        *let_go |= !strcmp(rows[i].step, "pair-remove") &&
                   !strcmp(rows[i].state, "done");
    return rc;
}

/* Of all that there is of the VM; a pair may be named itself. */
static int
find_pending(struct ft_store *store, const char *vm,
             struct ft_store_pair *found, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_pair *pairs = NULL;
    bool let_go, any = false;
    size_t count = 0;
    int rc = ft_store_pair_list(store, &pairs, &count, err);

    for (size_t i = 0; !rc && i < count; i++) {
        bool named = !strcmp(pairs[i].pair, vm);
        bool protect = !strcmp(pairs[i].phase, "applying");

        if ((!named && strcmp(pairs[i].vm, vm) != 0 &&
             strcmp(pairs[i].vm_uuid, vm) != 0) ||
            !strcmp(pairs[i].phase, "applied"))
            continue;
        let_go = false;
        if (!protect && !named)
            rc = has_let_go(store, &pairs[i], &let_go, err);
        if (let_go || (any && !protect))
            continue;
        *found = pairs[i];
        any = true;
    }
    if (rc || any)
        return rc;
    return ft_fail(err, ENOENT, NULL, "nothing is pending for %s", vm);
}

static int
journal_pending(void *data, const char *vm, struct ft_journal_entry *entry,
                json_t **chosen, struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc = find_pending(data, vm, &pair, err);

    if (rc)
        return rc;
    memset(entry, 0, sizeof(*entry));
    FT_COPY(entry->verb,
            strcmp(pair.phase, "applying") ? "unprotect" : "protect");
    FT_COPY(entry->pair, pair.pair);
    FT_COPY(entry->vm, pair.vm);
    FT_COPY(entry->vm_uuid, pair.vm_uuid);
    FT_COPY(entry->primary, pair.primary);
    FT_COPY(entry->standby, pair.standby);
    FT_COPY(entry->witness, pair.witness);
    return chosen ? recall_chosen(data, pair.pair, chosen, err) : 0;
}

struct ft_journal_ops
ft_work_journal(struct ft_store *store)
{
    struct ft_journal_ops ops = {
        .begin = journal_begin,
        .step = journal_step,
        .found = journal_found,
        .list = journal_list,
        .undone = journal_undone,
        .shared = journal_shared,
        .end = journal_end,
        .pending = journal_pending,
        .data = store,
    };

    return ops;
}
