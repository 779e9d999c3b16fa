/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/placement.h"

static bool
warns(const struct ft_findings *findings, enum ft_check_id check)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].check == check &&
            findings->list[i].verdict != FT_PASS)
            return true;
    return false;
}

static void
count_findings(const struct ft_findings *findings, struct ft_candidate *c)
{
    const struct ft_finding *failed = ft_findings_first(findings, FT_FAIL);

    c->verdict = ft_findings_worst(findings);
    c->together = warns(findings, FT_CHECK_STANDBY_APART);
    c->crowded = warns(findings, FT_CHECK_STANDBY_CAPACITY);
    for (size_t i = 0; i < findings->count; i++)
        c->warnings += findings->list[i].verdict == FT_WARN ||
                       findings->list[i].verdict == FT_UNKNOWN;
    if (failed == NULL)
        return;
    snprintf(c->reason, sizeof(c->reason), "%s", failed->evidence);
    snprintf(c->remedy, sizeof(c->remedy), "%s", failed->remedy);
    c->fix = failed->fix;
}

static int
judge(const struct ft_inventory *inventory, const struct ft_host *primary,
      const struct ft_domain *domain, struct ft_candidate *c)
{
    struct ft_findings findings = FT_FINDINGS_INIT;
    const struct ft_pool *pool = ft_replica_pool(domain, c->host);
    uint64_t disk = ft_replica_size(domain);
    uint64_t memory = domain->memory + FT_ENGINE_MEMORY;
    int rc =
        ft_check_standby(inventory, primary, domain, c->host, NULL, &findings);

    if (c->host->memory_available > memory)
        c->memory_left = c->host->memory_available - memory;
    if (pool != NULL && pool->available > disk)
        c->storage_left = pool->available - disk;
    count_findings(&findings, c);
    ft_findings_free(&findings);
    return rc;
}

/* A total order, so that the answer does not depend on the input's order. */
static int
compare(const void *left, const void *right)
{
    const struct ft_candidate *a = left, *b = right;

    if ((a->verdict == FT_FAIL) != (b->verdict == FT_FAIL))
        return a->verdict == FT_FAIL ? 1 : -1;
    if (a->together != b->together)
        return a->together ? 1 : -1;
    if (a->crowded != b->crowded)
        return a->crowded ? 1 : -1;
    if (a->warnings != b->warnings)
        return a->warnings < b->warnings ? -1 : 1;
    if (a->memory_left != b->memory_left)
        return a->memory_left > b->memory_left ? -1 : 1;
    if (a->storage_left != b->storage_left)
        return a->storage_left > b->storage_left ? -1 : 1;
    return strcmp(a->host->name, b->host->name);
}

/* Why the best one is better than this one, which would do as well. */
static void
explain(const struct ft_candidate *best, struct ft_candidate *c)
{
    if (c->verdict == FT_FAIL)
        return; /* the failed check says it */
    if (c->together != best->together)
        snprintf(c->reason, sizeof(c->reason),
                 "a rule keeps the VM apart from another one there");
    else if (c->crowded != best->crowded)
        snprintf(c->reason, sizeof(c->reason),
                 "its processors would not do when one host is lost");
    else if (c->warnings != best->warnings)
        snprintf(c->reason, sizeof(c->reason), "it has %u warnings, %s has %u",
                 c->warnings, best->host->name, best->warnings);
    else if (c->memory_left != best->memory_left)
        snprintf(c->reason, sizeof(c->reason),
                 "less memory would be left than on %s (%.1f and %.1f GiB)",
                 best->host->name, (double)c->memory_left / (1 << 30),
                 (double)best->memory_left / (1 << 30));
    else if (c->storage_left != best->storage_left)
        snprintf(c->reason, sizeof(c->reason),
                 "less storage would be left than on %s", best->host->name);
    else
        snprintf(c->reason, sizeof(c->reason),
                 "as good as %s; the name decides", best->host->name);
}

static void
take_best(struct ft_placement *placement)
{
    struct ft_candidate *best = placement->candidates;

    qsort(best, placement->count, sizeof(*best), compare);
    if (placement->count == 0 || best->verdict == FT_FAIL)
        return;
    best->taken = true;
    placement->standby = best->host;
    snprintf(best->reason, sizeof(best->reason),
             "passes the checks; %.1f GiB of memory would be left",
             (double)best->memory_left / (1 << 30));
    for (size_t i = 1; i < placement->count; i++)
        explain(best, &placement->candidates[i]);
}

int
ft_place(const struct ft_inventory *inventory, const struct ft_host *primary,
         const struct ft_domain *domain, struct ft_placement *placement)
{
    int rc = 0;

    memset(placement, 0, sizeof(*placement));
    placement->candidates =
        calloc(inventory->host_count + 1, sizeof(*placement->candidates));
    if (placement->candidates == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < inventory->host_count && rc == 0; i++) {
        struct ft_candidate *c = &placement->candidates[placement->count];

        if (inventory->hosts[i] == primary)
            continue;
        c->host = inventory->hosts[i];
        placement->count++;
        rc = judge(inventory, primary, domain, c);
    }
    if (rc < 0) {
        ft_placement_free(placement);
        return rc;
    }
    take_best(placement);
    return 0;
}

void
ft_placement_free(struct ft_placement *placement)
{
    free(placement->candidates);
    memset(placement, 0, sizeof(*placement));
}
