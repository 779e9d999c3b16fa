/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has the host of the copy that is planned measure the storage of its pool.
 */
#include "config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/flushes.h"
#include "protect/protect-private.h"

/* The folder comes on stdin: its name is the host's. A file server that hangs is
 * given up. */
#define MEASURE                                                     \
    "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED "; " \
    "IFS= read -r f; exec timeout -s KILL 3 $e flushes \"$f\" 2>/dev/null"

static int
ask(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct ft_pool *pool = data;
    struct ft_ssh_result result = { 0 };
    FT_AUTOJSON json_t *json = NULL;
    char line[FT_PATH_SIZE + 1];
    int rc;

    snprintf(line, sizeof(line), "%s\n", pool->path);
    rc = ft_ssh_run(session, MEASURE, line, strlen(line), 0, &result, err);
    if (rc == 0 && result.status == 0)
        rc = ft_json_parse(result.out, result.out_size, &json, err);
    if (rc == 0)
        ft_flushes_from_json(json, pool);
    ft_ssh_result_free(&result);
    return rc;
}

/* The pool that the plan takes, or NULL. */
static const struct ft_pool *
pool_of(const struct ft_inventory *inventory,
        const struct ft_plan_choices *choices)
{
    const struct ft_host *standby = inventory->connections[0].to, *where;
    const struct ft_domain *domain;

    if (choices->pool != NULL)
        return ft_host_pool(standby, choices->pool);
    return ft_inventory_locate(inventory, choices->vm, &where, &domain, NULL) < 0
               ? NULL
               : ft_replica_pool(domain, standby);
}

void
ft_protect_measure_pool(struct ft_fleet *fleet,
                        const struct ft_inventory *inventory,
                        const struct ft_plan_choices *choices)
{
    const struct ft_pool *pool;
    struct ft_member *member;

    if (inventory->connection_count == 0 || inventory->standing ||
        *fleet->recorded != '\0')
        return;
    member = ft_fleet_find(fleet, inventory->connections[0].to->name);
    pool = pool_of(inventory, choices);
    if (member == NULL || pool == NULL || pool->flush_p90_us > 0)
        return;
    /* the member's own, which the inventory shows to others as it is */
    for (size_t i = 0; i < member->facts->pool_count; i++)
        if (&member->facts->pools[i] == pool)
            ft_member_do(fleet, member, ask, &member->facts->pools[i], NULL);
}
