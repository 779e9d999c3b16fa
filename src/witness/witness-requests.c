/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness-requests.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/json.h"
#include "base/log.h"

static json_t *
refuse(const struct ft_error *err)
{
    return json_pack("{s:b,s:o}", "ok", 0, "error", ft_json_from_error(err));
}

static json_t *
accept_request(int won, const struct ft_witness_record *record, bool full)
{
    return json_pack("{s:b,s:b,s:I,s:s,s:b,s:b,s:b}", "ok", 1, "won", won,
                     "generation", (json_int_t)record->generation, "owner",
                     record->owner, "offered", record->offered, "removed",
                     record->removed, "full", full);
}

static int
parse_wish(const json_t *request, struct ft_witness_record *wish,
           struct ft_error *err)
{
    int64_t is = 0;
    int rc = ft_json_need_int(request, "generation", 1, INT64_MAX, &is, err);

    if (!rc)
        rc = ft_json_need_string(request, "owner", wish->owner,
                                 sizeof(wish->owner), err);
    wish->generation = (uint64_t)is;
    wish->offered = ft_json_bool(request, "offered", 0);
    return rc;
}

static int
do_swap(struct ft_witness_store *store, const char *pair, const json_t *request,
        int *won, struct ft_witness_record *record, struct ft_error *err)
{
    struct ft_witness_record wish = { 0 };
    int64_t expected = 0;
    int rc =
        ft_json_need_int(request, "expected", 0, INT64_MAX - 1, &expected, err);

    if (!rc)
        rc = parse_wish(request, &wish, err);
    if (!rc)
        rc = ft_witness_store_swap(store, pair, (uint64_t)expected, &wish, won,
                                   record, err);
    if (!rc)
        ft_log(FT_LOG_INFO, "pair %s: %s asked %lld -> %llu: %s (%llu, %s%s)",
               pair, wish.owner, (long long)expected,
               (unsigned long long)wish.generation, *won ? "won" : "lost",
               (unsigned long long)record->generation, record->owner,
               record->removed ? ", removed" : "");
    return rc;
}

static int
do_remove(struct ft_witness_store *store, const char *pair,
          const json_t *request, int *won, struct ft_witness_record *record,
          struct ft_error *err)
{
    struct ft_witness_record last = { 0 };
    int rc = parse_wish(request, &last, err);

    if (!rc)
        rc = ft_witness_store_bury(store, pair, &last, won, record, err);
    if (!rc)
        ft_log(FT_LOG_INFO, "pair %s: %s removes it under %llu: %s (%llu, %s)",
               pair, last.owner, (unsigned long long)last.generation,
               *won ? "done" : "refused",
               (unsigned long long)record->generation, record->owner);
    return rc;
}

static int
do_request(struct ft_witness_store *store, const char *pair,
           const json_t *request, int *won, struct ft_witness_record *record,
           struct ft_error *err)
{
    const char *op = ft_json_string(request, "op", "");

    *won = 0;
    if (!strcmp(op, "get"))
        return ft_witness_store_get(store, pair, record, err);
    if (!strcmp(op, "cas"))
        return do_swap(store, pair, request, won, record, err);
    if (!strcmp(op, "remove"))
        return do_remove(store, pair, request, won, record, err);
    return ft_fail(err, EOPNOTSUPP, "use ftengine of one version on all hosts",
                   "the witness knows no operation \"%.32s\"", op);
}

/* Of what was only read: whether it could be changed as well. */
static bool
is_full(struct ft_witness_store *store, const char *pair, const json_t *request)
{
    return !strcmp(ft_json_string(request, "op", ""), "get") &&
           ft_witness_store_try(store, pair) < 0;
}

json_t *
ft_witness_request(struct ft_witness_store *store, const char *pair,
                   const json_t *request)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_witness_record record = { 0 };
    int won = 0;
    int rc = do_request(store, pair, request, &won, &record, &err);

    if (!rc && FT_FAULT("witness-before-answer"))
        return NULL;
    if (rc)
        ft_log_error(&err, pair);
    return rc ? refuse(&err)
              : accept_request(won, &record, is_full(store, pair, request));
}
