/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "db/samples.h"

#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "db/statement.h"
#include "db/transaction.h"

#define FUTURE_S 3600 /* a host's clock may be ahead by this */
#define SLOTS 1024    /* ids of a series */
#define METRIC_SIZE 28

_Static_assert(FT_MINUTES_KEPT + FT_HOURS_KEPT <= SLOTS, "a ring has room");
_Static_assert(FT_METRIC_COUNT *METRIC_SIZE <= FT_BLOB_MAX, "a row has room");

/* A row of rollups. */
struct row {
    int64_t id;
    int64_t at;
    int64_t seconds;
    struct ft_blob metrics;
};

struct usual_row {
    char pair[FT_STORE_UUID];
    char metric[FT_STORE_WORD];
    double low;
    double high;
};

static const struct ft_field row_items[] = {
    FT_FIELD(FT_FIELD_INTEGER, struct row, id),
    FT_FIELD(FT_FIELD_INTEGER, struct row, at),
    FT_FIELD(FT_FIELD_INTEGER, struct row, seconds),
    FT_FIELD(FT_FIELD_BLOB, struct row, metrics),
};
static const struct ft_fields row_fields = FT_FIELDS(row_items, struct row);

static const struct ft_field usual_items[] = {
    FT_FIELD(FT_FIELD_TEXT, struct usual_row, pair),
    FT_FIELD(FT_FIELD_TEXT, struct usual_row, metric),
    FT_FIELD(FT_FIELD_REAL, struct usual_row, low),
    FT_FIELD(FT_FIELD_REAL, struct usual_row, high),
};
static const struct ft_fields usual_fields =
    FT_FIELDS(usual_items, struct usual_row);

/* ---- the form of a row (db/migrations/0004-rollups.sql) ---- */

/* FNV-1a, 32 bits (draft-eastlake-fnv). */
static uint32_t
hash_of(const char *name)
{
    uint32_t hash = UINT32_C(0x811c9dc5);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT32_C(0x01000193);
    return hash;
}

static void
put_float(unsigned char *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    ft_put_le32(to, bits);
}

static float
get_float(const unsigned char *from)
{
    uint32_t bits = ft_get_le32(from);
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void
encode_one(unsigned char *to, const char *name, const struct ft_summary *summary)
{
    ft_put_le32(to, hash_of(name));
    ft_put_le32(to + 4, summary->count);
    put_float(to + 8, summary->min);
    put_float(to + 12, summary->p5);
    put_float(to + 16, summary->p50);
    put_float(to + 20, summary->p95);
    put_float(to + 24, summary->max);
}

static void
encode(const struct ft_rollup *rollup, struct ft_blob *blob)
{
    blob->size = 0;
    for (unsigned i = 0; i < FT_METRIC_COUNT; i++) {
        if (!ft_metric_info(i)->kept_long || !rollup->metrics[i].count)
            continue;
        encode_one(blob->bytes + blob->size, ft_metric_info(i)->name,
                   &rollup->metrics[i]);
        blob->size += METRIC_SIZE;
    }
}

static enum ft_metric
metric_of(uint32_t hash)
{
    unsigned i = 0;

    while (i < FT_METRIC_COUNT && hash_of(ft_metric_info(i)->name) != hash)
        i++;
    return i;
}

/* A metric that this ftadmin does not know is passed over. */
static void
decode(const struct row *row, struct ft_rollup *rollup)
{
    const unsigned char *from = row->metrics.bytes;

    rollup->at = row->at;
    for (int64_t used = 0; used + METRIC_SIZE <= row->metrics.size;
         used += METRIC_SIZE, from += METRIC_SIZE) {
        enum ft_metric metric = metric_of(ft_get_le32(from));

        if (metric < FT_METRIC_COUNT)
            rollup->metrics[metric] = (struct ft_summary){
                ft_get_le32(from + 4), get_float(from + 8),
                get_float(from + 12),  get_float(from + 16),
                get_float(from + 20),  get_float(from + 24)
            };
    }
}

static int64_t
id_of(int64_t series, enum ft_rollup_scale scale, int64_t at)
{
    int64_t kept = (int64_t)ft_rollups_kept(scale);
    int64_t first = scale == FT_ROLLUP_MINUTE ? 0 : FT_MINUTES_KEPT;

    return series * SLOTS + first + at / (int64_t)scale % kept;
}

/* ---- writing ---- */

static bool
is_usable(const struct ft_rollup *rollup, enum ft_rollup_scale scale)
{
    int64_t now = ft_clock_realtime_ns() / FT_NS_PER_S;

    return rollup->at >= 0 && rollup->at % (int64_t)scale == 0 &&
           rollup->at <= now + FUTURE_S && ft_rollup_count(rollup) > 0;
}

/* Makes one for a pair that has none. */
static int
find_series(struct ft_store *store, const char *pair, bool make,
            int64_t *series, struct ft_error *err)
{
    int rc;

    *series = 0;
    rc = ft_sql_number(store, err, series,
                       "SELECT id FROM series WHERE pair = ?", "s", pair);
    if (rc || *series || !make)
        return rc;
    rc = ft_sql_run(store, err, "INSERT INTO series (pair) VALUES (?)", "s",
                    pair);
    *series = sqlite3_last_insert_rowid(store->db);
    return rc == -ENOENT ? ft_fail(err, ENOENT, NULL, "no pair %s", pair) : rc;
}

/* What has this place by now: 1, and *found is of the same time or later. */
static int
find_row(struct ft_store *store, int64_t id, const struct ft_rollup *rollup,
         struct ft_rollup *found, struct ft_error *err)
{
    struct row row;
    int rc = ft_sql_get(store, err, &row_fields, &row,
                        "SELECT * FROM rollups WHERE id = ?", "i", id);

    if (rc == -ENOENT || (!rc && row.at < rollup->at))
        return 0;
    if (!rc)
        decode(&row, found);
    return rc ? rc : 1;
}

/* What is there of the same time may be the other side's, or of less seconds. */
static int
put_one(struct ft_store *store, int64_t series, enum ft_rollup_scale scale,
        const struct ft_rollup *rollup, struct ft_error *err)
{
    struct row row = { .id = id_of(series, scale, rollup->at),
                       .at = rollup->at };
    struct ft_rollup whole = { .at = 0 };
    int rc = find_row(store, row.id, rollup, &whole, err);

    if (rc < 0 || (rc && whole.at > rollup->at) ||
        !ft_rollup_merge(&whole, rollup))
        return rc < 0 ? rc : 0;
    row.seconds = ft_rollup_count(&whole);
    encode(&whole, &row.metrics);
    return ft_sql_put(store, err,
                      "INSERT OR REPLACE INTO rollups VALUES (?1, ?2, ?3, ?4)",
                      &row_fields, &row);
}

static int
put_usual(struct ft_store *store, const char *pair,
          const struct ft_usual usual[FT_METRIC_COUNT], struct ft_error *err)
{
    int rc =
        ft_sql_run(store, err, "DELETE FROM usual WHERE pair = ?", "s", pair);

    for (unsigned i = 0; !rc && i < FT_METRIC_COUNT; i++) {
        struct usual_row row = { .low = usual[i].low, .high = usual[i].high };

        if (!usual[i].known)
            continue;
        snprintf(row.pair, sizeof(row.pair), "%s", pair);
        snprintf(row.metric, sizeof(row.metric), "%s", ft_metric_info(i)->name);
        rc = ft_sql_put(store, err, "INSERT INTO usual VALUES (?1, ?2, ?3, ?4)",
                        &usual_fields, &row);
    }
    return rc;
}

static int
refresh_usual(struct ft_store *store, const char *pair, struct ft_error *err)
{
    struct ft_usual usual[FT_METRIC_COUNT];
    FT_AUTOFREE struct ft_rollup *hours = NULL;
    size_t count, skipped = 0;
    int rc = ft_store_rollup_list(store, pair, FT_ROLLUP_HOUR, 0, &hours,
                                  &count, err);

    if (rc)
        return rc;
    while (skipped < count &&
           hours[skipped].at <=
               hours[count - 1].at - FT_USUAL_HOURS * (int64_t)FT_ROLLUP_HOUR)
        skipped++;
    ft_usual_of(hours + skipped, count - skipped, usual);
    return put_usual(store, pair, usual, err);
}

static int
put_all(struct ft_store *store, const char *pair, enum ft_rollup_scale scale,
        const struct ft_rollup *rollups, size_t count, struct ft_error *err)
{
    int64_t series;
    int rc = find_series(store, pair, true, &series, err);
    int before = sqlite3_total_changes(store->db);

    for (size_t i = 0; !rc && i < count; i++)
        if (is_usable(&rollups[i], scale))
            rc = put_one(store, series, scale, &rollups[i], err);
    if (rc || scale != FT_ROLLUP_HOUR ||
        sqlite3_total_changes(store->db) == before)
        return rc;
    return refresh_usual(store, pair, err);
}

int
ft_store_rollups_put(struct ft_store *store, const char *pair,
                     enum ft_rollup_scale scale, const struct ft_rollup *rollups,
                     size_t count, struct ft_error *err)
{
    bool own;
    int rc;

    if (strlen(pair) >= FT_STORE_UUID)
        return ft_fail(err, ENAMETOOLONG, NULL, "not a pair's uuid");
    rc = ft_sql_enter(store, &own, err);
    if (rc)
        return rc;
    rc = put_all(store, pair, scale, rollups, count, err);
    return ft_sql_finish(store, own, rc, err);
}

/* ---- reading ---- */

static int
compare(const void *a, const void *b)
{
    const struct ft_rollup *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

/* Sorts them, and drops what the ring still has from before a silence. */
static size_t
drop_old(struct ft_rollup *rollups, size_t count, enum ft_rollup_scale scale,
         int64_t since)
{
    size_t old = 0;

    qsort(rollups, count, sizeof(*rollups), compare);
    since = FT_MAX(since,
                   rollups[count - 1].at -
                       (int64_t)(ft_rollups_kept(scale) - 1) * (int64_t)scale);
    while (old < count && rollups[old].at < since)
        old++;
    memmove(rollups, rollups + old, (count - old) * sizeof(*rollups));
    return count - old;
}

int
ft_store_rollup_list(struct ft_store *store, const char *pair,
                     enum ft_rollup_scale scale, int64_t since,
                     struct ft_rollup **rollups, size_t *count,
                     struct ft_error *err)
{
    FT_AUTOFREE struct row *rows = NULL;
    FT_AUTOFREE struct ft_rollup *found = NULL;
    size_t row_count = 0;
    int64_t series, first;
    int rc = find_series(store, pair, false, &series, err);

    *rollups = NULL;
    *count = 0;
    first = id_of(series, scale, 0);
    if (!rc && series)
        rc = ft_sql_list(store, err, &row_fields, &rows, &row_count,
                         "SELECT * FROM rollups WHERE id BETWEEN ?1 AND ?2 "
                         "AND at >= ?3",
                         "iii", first,
                         first + (int64_t)ft_rollups_kept(scale) - 1, since);
    if (rc || !row_count)
        return rc;
    found = calloc(row_count, sizeof(*found));
    if (!found)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    for (size_t i = 0; i < row_count; i++)
        decode(&rows[i], &found[i]);
    *count = drop_old(found, row_count, scale, since);
    if (*count)
        *rollups = FT_STEAL(found);
    return 0;
}

int
ft_store_rollup_at(struct ft_store *store, const char *pair,
                   enum ft_rollup_scale scale, int64_t at,
                   struct ft_rollup *rollup, struct ft_error *err)
{
    struct row row;
    int64_t series;
    int rc = find_series(store, pair, false, &series, err);

    memset(rollup, 0, sizeof(*rollup));
    if (!rc && series && at >= 0)
        rc = ft_sql_get(store, err, &row_fields, &row,
                        "SELECT * FROM rollups WHERE id = ?1 AND at = ?2", "ii",
                        id_of(series, scale, at), at - at % (int64_t)scale);
    else if (!rc)
        rc = -ENOENT;
    if (rc == -ENOENT)
        return ft_fail(err, ENODATA, NULL, "nothing is kept of then");
    if (!rc)
        decode(&row, rollup);
    return rc;
}

int
ft_store_usual_get(struct ft_store *store, const char *pair,
                   struct ft_usual usual[FT_METRIC_COUNT], struct ft_error *err)
{
    FT_AUTOFREE struct usual_row *rows = NULL;
    size_t count = 0;
    int rc = ft_sql_list(store, err, &usual_fields, &rows, &count,
                         "SELECT * FROM usual WHERE pair = ?", "s", pair);

    for (unsigned i = 0; i < FT_METRIC_COUNT; i++)
        usual[i] = (struct ft_usual){ .known = false };
    for (size_t i = 0; i < count; i++) {
        enum ft_metric metric = ft_metric_by_name(rows[i].metric);

        if (metric < FT_METRIC_COUNT)
            usual[metric] = (struct ft_usual){ true, (float)rows[i].low,
                                               (float)rows[i].high };
    }
    return rc;
}
