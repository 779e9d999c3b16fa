/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "plan/undo.h"

/* The later a step comes, the earlier it is undone. */
void
ft_undo_sort(struct ft_found *found, size_t count)
{
    struct ft_found sorted[FT_FOUND_MAX] = { 0 };
    size_t n = 0;

    for (int kind = FT_STEP_KINDS; kind-- > 0;)
        for (size_t i = count; i-- > 0;)
            if ((int)found[i].kind == kind && n < FT_FOUND_MAX)
                sorted[n++] = found[i];
    memcpy(found, sorted, n * sizeof(*found));
}

static void
describe_engine(const struct ft_found *found, char out[FT_STEP_TEXT])
{
    if (!found->there)
        snprintf(out, FT_STEP_TEXT, "%.200s: remove the engine", found->host);
    else
        snprintf(out, FT_STEP_TEXT, "%.200s: %s the engine: %s was there",
                 found->host, *found->sha256 != '\0' ? "bring back" : "leave",
                 *found->version != '\0' ? found->version : "one");
}

void
ft_undo_describe(const struct ft_found *found, const char *vm,
                 char out[FT_STEP_TEXT])
{
    switch (found->kind) {
    case FT_STEP_ENGINE:
        describe_engine(found, out);
        break;
    case FT_STEP_WITNESS:
        snprintf(out, FT_STEP_TEXT, "%.200s: %s", found->host,
                 found->there ? "leave the witness: it ran before"
                              : "stop the witness");
        break;
    case FT_STEP_WITNESS_PAIR:
        snprintf(out, FT_STEP_TEXT, "%.200s: the witness forgets the pair",
                 found->host);
        break;
    case FT_STEP_RELEASE:
        snprintf(out, FT_STEP_TEXT,
                 "%.80s: see whether %.160s has left its pair before",
                 found->host, vm);
        break;
    case FT_STEP_PRIMARY:
        snprintf(out, FT_STEP_TEXT, "%.100s: detach from %.180s, which runs on",
                 found->host, vm);
        break;
    default:
        snprintf(out, FT_STEP_TEXT,
                 "%.200s: remove the waiting copy and the replica", found->host);
    }
}

/* An engine of before "committed" tells by its state, which has "syncing" only
 * until then. */
bool
ft_undo_is_late(const json_t *status)
{
    const json_t *committed = json_object_get(status, "committed");
    const char *state = ft_json_string(status, "state", "");

    if (json_is_boolean(committed))
        return json_is_true(committed);
    return ft_json_int(status, "generation", 0, INT64_MAX, 0) > 1 ||
           strcmp(state, "protected") == 0 || strcmp(state, "resyncing") == 0 ||
           strcmp(state, "alone") == 0;
}
