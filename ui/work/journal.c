/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/journal.h"

#include <string.h>

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

/*
 * A pair of the same VM that is still in the database although no engine knows
 * it any more (the planner would have refused otherwise) gives way.
 */
static int
drop_stale_pair(struct ft_store *store, const struct ft_journal_entry *entry,
                struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc;

    if (!*entry->vm_uuid)
        return 0;
    rc = ft_store_pair_get(store, entry->vm_uuid, &pair, err);
    if (rc || !strcmp(pair.pair, entry->pair))
        return rc == -ENOENT ? 0 : rc;
    return ft_store_pair_remove(store, pair.pair, err);
}

static int
begin_steps(struct ft_store *store, const struct ft_journal_entry *entry,
            struct ft_error *err)
{
    int rc = drop_stale_pair(store, entry, err);

    if (!rc)
        rc = put_pair(store, entry, is_protect(entry) ? "applying" : "removing",
                      err);
    return rc ? rc : ft_store_journal_clear(store, entry->pair, err);
}

static int
journal_begin(void *data, const struct ft_journal_entry *entry,
              struct ft_error *err)
{
    struct ft_store *store = data;
    int rc = ft_store_begin(store, err);

    if (rc)
        return rc;
    rc = begin_steps(store, entry, err);
    if (!rc)
        return ft_store_commit(store, err);
    ft_store_rollback(store);
    return rc;
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

static int
journal_end(void *data, const struct ft_journal_entry *entry,
            enum ft_journal_end how, struct ft_error *err)
{
    bool exists = is_protect(entry) && how == FT_JOURNAL_DONE;
    int rc;

    if (how == FT_JOURNAL_PARTLY)
        return 0; /* the phase stays, so it is found as pending */
    if (exists)
        return put_pair(data, entry, "applied", err);
    if (!is_protect(entry) && how == FT_JOURNAL_ROLLED_BACK)
        return put_pair(data, entry, "applied", err);
    rc = ft_store_pair_remove(data, entry->pair, err);
    return rc == -ENOENT ? 0 : rc;
}

static int
journal_pending(void *data, const char *vm, struct ft_journal_entry *entry,
                struct ft_error *err)
{
    struct ft_store_pair pair;
    int rc = ft_store_pair_get(data, vm, &pair, err);

    if (rc)
        return rc;
    if (!strcmp(pair.phase, "applied"))
        return ft_fail(err, ENOENT, NULL, "nothing is pending for %s", vm);
    memset(entry, 0, sizeof(*entry));
    FT_COPY(entry->verb,
            strcmp(pair.phase, "applying") ? "unprotect" : "protect");
    FT_COPY(entry->pair, pair.pair);
    FT_COPY(entry->vm, pair.vm);
    FT_COPY(entry->vm_uuid, pair.vm_uuid);
    FT_COPY(entry->primary, pair.primary);
    FT_COPY(entry->standby, pair.standby);
    FT_COPY(entry->witness, pair.witness);
    return 0;
}

struct ft_journal_ops
ft_work_journal(struct ft_store *store)
{
    struct ft_journal_ops ops = {
        .begin = journal_begin,
        .step = journal_step,
        .end = journal_end,
        .pending = journal_pending,
        .data = store,
    };

    return ops;
}
