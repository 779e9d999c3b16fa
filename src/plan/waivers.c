/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "plan/waivers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alike.h"

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
