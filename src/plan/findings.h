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

enum ft_verdict { FT_PASS, FT_WARN, FT_FAIL };

struct ft_finding {
    enum ft_verdict verdict;
    char id[48];        /* stable: "carry.hostdev", "standby.memory" */
    char subject[128];  /* the device, host or VM it is about */
    char evidence[320]; /* what was seen */
    char why[256];      /* why it matters for a failover */
    char remedy[320];   /* what to do; empty when nothing is to be done */
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
 * Texts that are too long are cut. 0 or -ENOMEM, which is remembered in failed.
 */
int ft_findings_add(struct ft_findings *findings, enum ft_verdict verdict,
                    const char *id, const char *subject, const char *why,
                    const char *remedy, const char *evidence, ...)
    __attribute__((format(printf, 7, 8)));

/* The worst verdict of all; FT_FAIL when one is missing for lack of memory. */
enum ft_verdict ft_findings_worst(const struct ft_findings *findings);

/* The first finding with this verdict, or NULL. */
const struct ft_finding *ft_findings_first(const struct ft_findings *findings,
                                           enum ft_verdict verdict);

/* The finding with this id, or NULL. */
const struct ft_finding *ft_findings_find(const struct ft_findings *findings,
                                          const char *id);

void ft_findings_free(struct ft_findings *findings);

/* "pass", "warn" or "fail". */
const char *ft_verdict_name(enum ft_verdict verdict);

/* [{"verdict","id","subject","evidence","why","remedy"}], new reference or NULL. */
json_t *ft_findings_to_json(const struct ft_findings *findings);

#endif
