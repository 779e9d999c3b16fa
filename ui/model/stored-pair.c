/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/stored-pair.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/copy.h"
#include "ui/model/pair-rows.h"
#include "ui/model/standing.h"

#define UNFINISHED_PROTECT "protect is not finished: resume it, or roll it back"
#define UNFINISHED_UNPROTECT "unprotect is not finished: resume it"

void
ft_stored_pair_fill(struct ft_store_pair *pair, const json_t *status)
{
    FT_COPY(pair->pair, ft_json_string(status, "pair", ""));
    FT_COPY(pair->vm, ft_json_string(status, "vm", ""));
    FT_COPY(pair->vm_uuid, ft_json_string(status, "uuid", ""));
    FT_COPY(pair->primary, ft_json_string(status, "primary", ""));
    FT_COPY(pair->standby, ft_json_string(status, "standby", ""));
    FT_COPY(pair->witness, ft_json_string(status, "witness", ""));
}

json_t *
ft_stored_pair_brief(const struct ft_store_pair *pair)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "pair", pair->pair, "vm",
                     pair->vm, "uuid", pair->vm_uuid, "state",
                     *pair->state ? pair->state : "unknown", "primary",
                     pair->primary);
}

json_t *
ft_stored_pair_unheard(const struct ft_store_pair *pair)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s?,s:I,s:s}", "pair", pair->pair,
                     "vm", pair->vm, "uuid", pair->vm_uuid, "primary",
                     pair->primary, "standby", pair->standby, "witness",
                     *pair->witness ? pair->witness : NULL, "generation",
                     (json_int_t)pair->generation, "state", "unprotected");
}

json_t *
ft_stored_pair_pending(const struct ft_store_pair *pair, bool at_work)
{
    bool protect = !strcmp(pair->phase, "applying");
    char resume[FT_STORE_NAME + 20], back[FT_STORE_NAME + 20];

    if (at_work || !strcmp(pair->phase, "applied"))
        return json_null();
    snprintf(resume, sizeof(resume), "ftadmin resume %s", pair->vm);
    snprintf(back, sizeof(back), "ftadmin rollback %s", pair->vm);
    return json_pack("{s:s,s:o,s:o}", "verb", protect ? "protect" : "unprotect",
                     "resume", ft_json_text(resume), "rollback",
                     protect ? ft_json_text(back) : json_null());
}

const char *
ft_stored_pair_silence(const struct ft_store_pair *pair, bool both_answered)
{
    if (!both_answered)
        return NULL;
    if (!strcmp(pair->phase, "applying"))
        return UNFINISHED_PROTECT;
    if (!strcmp(pair->phase, "removing"))
        return UNFINISHED_UNPROTECT;
    return "no host knows this pair any more: protect again, or unprotect";
}

json_t *
ft_status_unprotected(const json_t *status, const char *reason)
{
    FT_AUTOJSON json_t *copy = json_deep_copy(status);

    if (json_object_set_new(copy, "state", json_string("unprotected")) ||
        json_object_set_new(copy, "reason", json_string(reason)))
        return NULL;
    return FT_STEAL(copy);
}

/* A daemon may hand on what a worker that hangs said long ago. */
static json_t *
row_of(const json_t *status)
{
    double age_s = json_number_value(json_object_get(status, "age_s"));

    return ft_pair_row(status, age_s, ft_is_fresh(age_s));
}

/* The standby has it, and the primary, which answers, has not. */
static bool
is_half_made(const struct ft_store_pair *pair, const json_t *status)
{
    return !strcmp(pair->phase, "applying") &&
           !ft_json_bool(status, "committed", 0) &&
           !ft_side_of(status, "primary");
}

json_t *
ft_stored_pair_live_row(const struct ft_store_pair *pair, bool unattended,
                        const json_t *status)
{
    FT_AUTOJSON json_t *gone = NULL;
    const char *why = NULL;

    if (pair && !strcmp(pair->phase, "removing"))
        why = UNFINISHED_UNPROTECT;
    else if (pair && unattended && is_half_made(pair, status))
        why = UNFINISHED_PROTECT;
    if (!why)
        return row_of(status);
    gone = ft_status_unprotected(status, why);
    return gone ? row_of(gone) : NULL;
}

json_t *
ft_stored_pair_row(const struct ft_store_pair *pair, const json_t *status,
                   int64_t at, int64_t now, bool both_answered)
{
    const char *reason = ft_stored_pair_silence(pair, both_answered);
    double age_s = FT_MAX((double)(now - at) / 1000, 0.001);
    FT_AUTOJSON json_t *unheard = status ? NULL : ft_stored_pair_unheard(pair);
    const json_t *known = status ? status : unheard;
    FT_AUTOJSON json_t *silent =
        reason && known ? ft_status_unprotected(known, reason) : NULL;

    if (!known || (reason && !silent))
        return NULL;
    return ft_pair_row(reason ? silent : known, age_s, reason != NULL);
}
