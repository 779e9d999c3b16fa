/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/host-past.h"

#include <errno.h>

#include "base/cleanup.h"
#include "db/facts-history.h"
#include "inventory/host.h"
#include "plan/differences.h"
#include "ui/model/host-rows.h"
#include "ui/model/utc.h"
#include "ui/work/suggest.h"

static int
out_of_memory(struct ft_error *err)
{
    return ft_fail(err, ENOMEM, NULL, "out of memory");
}

/* Two documents of facts; *rows new. */
static int
compare(const json_t *before, const json_t *after, json_t **rows,
        struct ft_error *err)
{
    struct ft_host *a = NULL, *b = NULL;
    int rc = ft_host_from_json(before, &a, err);

    if (!rc)
        rc = ft_host_from_json(after, &b, err);
    *rows = rc ? NULL : ft_host_differences(a, b);
    ft_host_free(a);
    ft_host_free(b);
    return rc || *rows ? rc : out_of_memory(err);
}

/* Its VMs come and go, and their definitions are much; ports are taken and left. */
static json_t *
without_vms(const json_t *facts)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)facts);

    if (copy) {
        json_object_del(copy, "domains");
        json_object_del(copy, "listening");
    }
    return copy;
}

int
ft_work_host_past_keep(struct ft_store *store, int64_t host, int64_t at,
                       const json_t *facts, struct ft_error *err)
{
    FT_AUTOJSON json_t *now = without_vms(facts);
    FT_AUTOJSON json_t *before = NULL;
    FT_AUTOJSON json_t *differences = NULL;
    int64_t since;
    int rc = ft_store_past_facts_get(store, host, 0, &before, &since, err);

    if (!now)
        return out_of_memory(err);
    if (rc && rc != -ENOENT)
        return rc;
    /* of one that an engine of before told in another way nothing can be said */
    if (!rc && !compare(before, now, &differences, NULL) &&
        !json_array_size(differences))
        return 0;
    return ft_store_past_facts_put(store, host, at, now, err);
}

/* ---- shown ---- */

static int
find_host(const struct ft_work *work, const char *name,
          struct ft_store_host *host, struct ft_error *err)
{
    int rc = ft_store_host_get(work->store, name, host, err);

    if (rc == -ENOENT)
        ft_work_suggest_host(work, name, err);
    return rc;
}

static json_t *
row_of(const struct ft_store_past_facts *past, json_t *changes)
{
    char at[32];

    ft_format_utc(past->at, at);
    return json_pack("{s:I,s:s,s:o,s:o}", "number", (json_int_t)past->id, "at",
                     at, "age_s", ft_row_age(past->at, ft_work_now_ms()),
                     "changes", changes ? changes : json_null());
}

static int
list_all(const struct ft_work *work, int64_t host,
         const struct ft_store_past_facts *past, size_t count, json_t *rows,
         struct ft_error *err)
{
    json_t *later = NULL;
    int64_t at;
    int rc = 0;

    for (size_t i = 0; i < count && !rc; i++) {
        json_t *facts = NULL, *changes = NULL;

        rc = ft_store_past_facts_get(work->store, host, past[i].id, &facts, &at,
                                     err);
        if (!rc && i > 0) {
            compare(facts, later, &changes, NULL);
            json_array_append_new(rows, row_of(&past[i - 1], changes));
        }
        json_decref(later);
        later = facts;
    }
    json_decref(later);
    if (!rc && count > 0)
        json_array_append_new(rows, row_of(&past[count - 1], NULL));
    return rc;
}

int
ft_work_host_past_list(const struct ft_work *work, const char *name,
                       json_t **rows, struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_past_facts *past = NULL;
    struct ft_store_host host;
    size_t count = 0;
    int rc = find_host(work, name, &host, err);

    *rows = json_array();
    if (!rc)
        rc = ft_store_past_facts_list(work->store, host.id, &past, &count, err);
    return rc ? rc : list_all(work, host.id, past, count, *rows, err);
}

/* The newest that is not younger than that, or that number; 0: there is none. */
static int64_t
choose(const struct ft_store_past_facts *past, size_t count, int64_t at,
       int64_t number)
{
    for (size_t i = 0; i < count; i++)
        if (number ? past[i].id == number : past[i].at <= at)
            return past[i].id;
    return 0;
}

int
ft_work_host_past_diff(const struct ft_work *work, const char *name, int64_t at,
                       int64_t number, int64_t *then, json_t **rows,
                       struct ft_error *err)
{
    FT_AUTOFREE struct ft_store_past_facts *past = NULL;
    FT_AUTOJSON json_t *before = NULL;
    FT_AUTOJSON json_t *now = NULL;
    struct ft_store_host host;
    int64_t told, id = 0;
    size_t count = 0;
    int rc = find_host(work, name, &host, err);

    *rows = NULL;
    if (!rc)
        rc = ft_store_past_facts_list(work->store, host.id, &past, &count, err);
    if (!rc)
        id = choose(past, count, at, number);
    if (!rc && !id)
        return ft_fail(err, ENOENT,
                       "ftadmin host show HOST --history lists what is kept.",
                       "nothing is kept of what %s was then", name);
    if (!rc)
        rc = ft_store_past_facts_get(work->store, host.id, id, &before, then,
                                     err);
    if (!rc)
        rc = ft_store_facts_get(work->store, host.id, &now, &told, err);
    return rc ? rc : compare(before, now, rows, err);
}
