/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/statement.h"
#include "db/store.h"
#include "db/transaction.h"

#define E struct ft_store_event
#define J struct ft_store_journal

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)
#define EVENT_COLUMNS "host, seq, at, pair, vm, severity, kind, text"
#define JOURNAL_COLUMNS                      \
    "pair, operation, ordinal, step, host, " \
    "state, detail, at"

static const struct ft_field event_items[] = {
    FT_FIELD(FT_FIELD_TEXT, E, host),  FT_FIELD(FT_FIELD_INTEGER, E, seq),
    FT_FIELD(FT_FIELD_TEXT, E, at),    FT_FIELD(FT_FIELD_TEXT, E, pair),
    FT_FIELD(FT_FIELD_TEXT, E, vm),    FT_FIELD(FT_FIELD_TEXT, E, severity),
    FT_FIELD(FT_FIELD_TEXT, E, kind),  FT_FIELD(FT_FIELD_TEXT, E, text),
    FT_FIELD(FT_FIELD_INTEGER, E, id), /* last: not a parameter of INSERT */
};
static const struct ft_fields event_row = FT_FIELDS(event_items, E);
static const struct ft_fields event_values = { event_items,
                                               FT_ARRAY_SIZE(event_items) - 1,
                                               sizeof(E) };

static const struct ft_field journal_items[] = {
    FT_FIELD(FT_FIELD_TEXT, J, pair),
    FT_FIELD(FT_FIELD_TEXT, J, operation),
    FT_FIELD(FT_FIELD_INTEGER, J, ordinal),
    FT_FIELD(FT_FIELD_TEXT, J, step),
    FT_FIELD(FT_FIELD_TEXT, J, host),
    FT_FIELD(FT_FIELD_TEXT, J, state),
    FT_FIELD(FT_FIELD_TEXT, J, detail),
    FT_FIELD(FT_FIELD_INTEGER, J, at),
    FT_FIELD(FT_FIELD_INTEGER, J, id), /* last: not a parameter of INSERT */
};
static const struct ft_fields journal_row = FT_FIELDS(journal_items, J);
static const struct ft_fields journal_values = {
    journal_items, FT_ARRAY_SIZE(journal_items) - 1, sizeof(J)
};

static int
add_event(struct ft_store *store, const struct ft_store_event *event,
          struct ft_error *err)
{
    int rc = ft_sql_put(store, err,
                        "INSERT INTO events (" EVENT_COLUMNS ") VALUES "
                        "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                        "ON CONFLICT (host, seq, at) DO NOTHING",
                        &event_values, event);

    if (rc || sqlite3_changes(store->db) == 0)
        return rc;
    return ft_sql_run(store, err,
                      "DELETE FROM events WHERE id <= "
                      "last_insert_rowid() - " STRINGIFY(FT_STORE_EVENT_LIMIT),
                      "");
}

int
ft_store_event_put(struct ft_store *store, const struct ft_store_event *event,
                   struct ft_error *err)
{
    bool own;
    int rc = ft_sql_enter(store, &own, err);

    if (rc)
        return rc;
    return ft_sql_finish(store, own, add_event(store, event, err), err);
}

int
ft_store_event_list(struct ft_store *store, int64_t after, size_t limit,
                    struct ft_store_event **events, size_t *count,
                    struct ft_error *err)
{
    return ft_sql_list(store, err, &event_row, events, count,
                       "SELECT * FROM (SELECT " EVENT_COLUMNS ", id "
                       "FROM events WHERE id > ?1 ORDER BY id DESC LIMIT ?2) "
                       "ORDER BY id",
                       "ii", after, (int64_t)limit);
}

int
ft_store_event_find(struct ft_store *store,
                    const struct ft_store_event_query *query, size_t limit,
                    struct ft_store_event **events, size_t *count,
                    struct ft_error *err)
{
    return ft_sql_list(store, err, &event_row, events, count,
                       "SELECT * FROM (SELECT " EVENT_COLUMNS ", id "
                       "FROM events WHERE (?1 IS NULL OR vm = ?1 OR pair = ?1) "
                       "AND (?2 IS NULL OR host = ?2) "
                       "AND (?3 IS NULL OR at >= ?3) "
                       "AND (?4 < 1 OR severity <> 'info') "
                       "AND (?4 < 2 OR severity = 'crit') "
                       "AND (?6 IS NULL OR at <= ?6) "
                       "AND (?7 = 0 OR kind IN ('state', 'takeover', "
                       "'path-lost', 'path-back', "
                       "'witness-reachable', 'witness-unreachable')) "
                       "ORDER BY id DESC LIMIT ?5) ORDER BY id",
                       "sssiisi", query->vm, query->host, query->since,
                       (int64_t)query->severity, (int64_t)limit, query->until,
                       (int64_t)query->turns);
}

int
ft_store_event_last(struct ft_store *store, const char *host, int64_t *seq,
                    struct ft_error *err)
{
    *seq = 0;
    return ft_sql_number(store, err, seq,
                         "SELECT coalesce(max(seq), 0) "
                         "FROM events WHERE host = ?",
                         "s", host);
}

int
ft_store_journal_put(struct ft_store *store,
                     const struct ft_store_journal *entry, struct ft_error *err)
{
    return ft_sql_put(store, err,
                      "INSERT INTO journal (" JOURNAL_COLUMNS ") VALUES "
                      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                      "ON CONFLICT (pair, operation, ordinal) DO UPDATE SET "
                      "step = ?4, host = ?5, state = ?6, detail = ?7, at = ?8",
                      &journal_values, entry);
}

int
ft_store_journal_list(struct ft_store *store, const char *pair,
                      struct ft_store_journal **entries, size_t *count,
                      struct ft_error *err)
{
    return ft_sql_list(store, err, &journal_row, entries, count,
                       "SELECT " JOURNAL_COLUMNS ", id FROM journal "
                       "WHERE pair = ? ORDER BY id",
                       "s", pair);
}

int
ft_store_journal_clear(struct ft_store *store, const char *pair,
                       struct ft_error *err)
{
    return ft_sql_run(store, err, "DELETE FROM journal WHERE pair = ?", "s",
                      pair);
}
