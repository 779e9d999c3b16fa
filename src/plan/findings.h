/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks find: a list of verdicts, each with evidence and remedy.
 *
 * Plain values in a growing array; ft_findings_free releases it. Pure.
 */
#ifndef FT_PLAN_FINDINGS_H
#define FT_PLAN_FINDINGS_H

#include <stddef.h>

#include <jansson.h>

#include "plan/check-list.h"
#include "plan/fixes.h"

/*
 * From good to bad. FT_UNKNOWN: it could not be told, which is no pass, and not
 * known to be wrong either.
 */
enum ft_verdict { FT_PASS, FT_WARN, FT_UNKNOWN, FT_FAIL, FT_VERDICTS };

struct ft_finding {
    enum ft_verdict verdict;
    enum ft_check_id check;
    const char *id;     /* of check: "carry.hostdev", "standby.memory" */
    char subject[128];  /* the device, host or VM it is about */
    char evidence[320]; /* what was seen */
    char why[256];      /* why it matters for a failover */
    char remedy[320];   /* what to do; empty when nothing is to be done */
    char waived[256];   /* why somebody has accepted it; empty: nobody has */
    struct ft_fix fix; /* what mends it; FT_FIX_NONE: nothing that ftadmin does */
};

struct ft_findings {
    struct ft_finding *list;
    size_t count;
    size_t room;
    int failed; /* out of memory: a finding is missing */
};

#define FT_FINDINGS_INIT \
    {                    \
        NULL, 0, 0, 0    \
    }

/*
 * Appends a finding; why and remedy may be NULL. evidence is the format.
 * Of a remedy or evidence that is too long whole items are kept (base/fit.h), other
 * texts are cut. 0 or -ENOMEM, which is remembered in failed.
 */
int ft_findings_add(struct ft_findings *findings, enum ft_verdict verdict,
                    enum ft_check_id check, const char *subject,
                    const char *why, const char *remedy, const char *evidence,
                    ...) __attribute__((format(printf, 7, 8)));

/*
 * Says of the finding that was added last what mends it; nothing of one that passed.
 */
void ft_findings_fix(struct ft_findings *findings, enum ft_fix_kind kind,
                     const char *host, const char *object);

/*
 * Those that mend what nobody has waived, each once, in the order of the findings;
 * their number, at most FT_FIXES_MAX.
 */
#define FT_FIXES_MAX 16
size_t ft_findings_fixes(const struct ft_findings *findings,
                         struct ft_fix fixes[FT_FIXES_MAX]);

/*
 * The worst verdict of all that nobody has waived; FT_FAIL when one is missing for
 * lack of memory.
 */
enum ft_verdict ft_findings_worst(const struct ft_findings *findings);

/* The first finding with this verdict, or NULL. */
const struct ft_finding *ft_findings_first(const struct ft_findings *findings,
                                           enum ft_verdict verdict);

/* The first finding of this check, or NULL. */
const struct ft_finding *ft_findings_find(const struct ft_findings *findings,
                                          enum ft_check_id check);

void ft_findings_free(struct ft_findings *findings);

/* "pass", "warn", "unknown" or "fail". */
const char *ft_verdict_name(enum ft_verdict verdict);

/*
 * [{"verdict","id","subject","evidence","why","remedy","waived" (null: nobody has),
 * "fixable","fix" (in words, or null)}], new reference or NULL.
 */
json_t *ft_findings_to_json(const struct ft_findings *findings);

/* Appends those of such a list; what it has that is no finding is left out. 0 or
 * -ENOMEM. */
int ft_findings_from_json(struct ft_findings *findings, const json_t *list);

#endif
