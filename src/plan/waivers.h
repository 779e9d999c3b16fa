/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings that the administrator has accepted. A waiver is for one finding of one
 * check, with what was found then: found otherwise, it is none any more, but for
 * figures (base/alike.h) up to twice as large, down to half. What fails cannot be
 * waived. Pure.
 */
#ifndef FT_PLAN_WAIVERS_H
#define FT_PLAN_WAIVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/findings.h"

struct ft_waiver {
    const char *check, *subject, *evidence, *reason;
    const struct ft_finding *instead; /* out: what is found now; NULL: it holds */
    int64_t given_ms;                 /* since 1970 */
};

/* Marks what is waived, and says of each waiver whether it holds. */
void ft_waivers_apply(struct ft_waiver *waivers, size_t count,
                      struct ft_findings *findings);

/*
 * The finding that may be waived: of this check, about subject (NULL: the only one).
 * NULL, and -ENOENT: there is none, or it passes; -EPERM: it fails; -EEXIST: there are
 * several, of which a subject has to be named.
 */
const struct ft_finding *ft_waivable(const struct ft_findings *findings,
                                     enum ft_check_id check,
                                     const char *subject, int *error);

/*
 * [{"check","subject","evidence","reason","given"}], as engines keep it; new or NULL.
 * And the first count of such a list, at most; their texts are borrowed from it, and
 * what is malformed is left out. Returns how many there are.
 */
json_t *ft_waivers_to_json(const struct ft_waiver *waivers, size_t count);
size_t ft_waivers_from_json(const json_t *list, struct ft_waiver *waivers,
                            size_t count);

#endif
