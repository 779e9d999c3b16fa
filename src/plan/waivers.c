/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/waivers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alike.h"
#include "base/json.h"

/* As far as figures may go with nobody having to accept them anew. */
#define FIGURES_WITHIN 2

static bool
may_be_waived(const struct ft_finding *finding)
{
    return finding->verdict == FT_WARN || finding->verdict == FT_UNKNOWN;
}

static void
apply(struct ft_waiver *waiver, struct ft_findings *findings)
{
    bool holds = false;

    waiver->instead = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        struct ft_finding *f = &findings->list[i];

        if (strcmp(f->id, waiver->check) != 0 ||
            strcmp(f->subject, waiver->subject) != 0)
            continue;
        if (may_be_waived(f) &&
            ft_text_alike(f->evidence, waiver->evidence, FIGURES_WITHIN)) {
            snprintf(f->waived, sizeof(f->waived), "%s", waiver->reason);
            holds = true;
        } else {
            waiver->instead = f;
        }
    }
    if (holds) /* the check found more than that of it */
        waiver->instead = NULL;
}

void
ft_waivers_apply(struct ft_waiver *waivers, size_t count,
                 struct ft_findings *findings)
{
    for (size_t i = 0; i < count; i++)
        apply(&waivers[i], findings);
}

const struct ft_finding *
ft_waivable(const struct ft_findings *findings, enum ft_check_id check,
            const char *subject, int *error)
{
    const struct ft_finding *found = NULL;

    *error = -ENOENT;
    for (size_t i = 0; i < findings->count; i++) {
        const struct ft_finding *f = &findings->list[i];

        if (f->check != check ||
            (subject != NULL && strcmp(f->subject, subject) != 0) ||
            f->verdict == FT_PASS)
            continue;
        *error = f->verdict == FT_FAIL ? -EPERM : found != NULL ? -EEXIST : 0;
        if (*error < 0)
            return NULL;
        found = f;
    }
    return found;
}

json_t *
ft_waivers_to_json(const struct ft_waiver *waivers, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:I}", "check",
                                              waivers[i].check, "subject",
                                              waivers[i].subject, "evidence",
                                              waivers[i].evidence, "reason",
                                              waivers[i].reason, "given",
                                              (json_int_t)waivers[i].given_ms));
    return list;
}

size_t
ft_waivers_from_json(const json_t *list, struct ft_waiver *waivers, size_t count)
{
    const json_t *one;
    size_t found = 0, i;

    json_array_foreach(list, i, one) {
        struct ft_waiver waiver = {
            .check = ft_json_string(one, "check", NULL),
            .subject = ft_json_string(one, "subject", NULL),
            .evidence = ft_json_string(one, "evidence", NULL),
            .reason = ft_json_string(one, "reason", NULL),
            .given_ms = ft_json_int(one, "given", 0, INT64_MAX, 0),
        };

        if (found < count && waiver.check != NULL && waiver.subject != NULL &&
            waiver.evidence != NULL && waiver.reason != NULL &&
            *waiver.reason != '\0')
            waivers[found++] = waiver;
    }
    return found;
}
