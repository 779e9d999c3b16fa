/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the host that has the VM for round trips to the one that its copy goes to
 * (plan/jitter.h).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "plan/links.h"
#include "protect/protect-private.h"

/* An engine that does not know it yet fails, and nothing is known. */
#define MEASURE                                                     \
    "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED "; " \
    "exec $e trips %s %u 2>/dev/null"

struct question {
    char address[46];
    unsigned port;
    struct ft_trips *trips;
};

static int
ask(struct ft_ssh *session, void *data, struct ft_error *err)
{
    const struct question *question = data;
    struct ft_ssh_result result = { 0 };
    FT_AUTOJSON json_t *json = NULL;
    char command[400];
    int rc;

    snprintf(command, sizeof(command), MEASURE, question->address,
             question->port);
    rc = ft_ssh_run(session, command, NULL, 0, 0, &result, err);
    if (rc == 0 && result.status == 0)
        rc = ft_json_parse(result.out, result.out_size, &json, err);
    if (rc == 0)
        rc = ft_trips_from_json(json, question->trips);
    ft_ssh_result_free(&result);
    return rc;
}

/* From where to where, by a plan that nothing is in the way of; false: none. */
static bool
find_ends(const struct ft_inventory *inventory,
          const struct ft_plan_choices *choices, char primary[FT_NAME_SIZE],
          struct question *question)
{
    struct ft_link_path paths[FT_LINKS_MAX];
    struct ft_plan plan;
    bool good = ft_plan_check(inventory, choices, &plan, NULL) == 0 &&
                ft_findings_worst(&plan.findings) != FT_FAIL;
    const struct ft_host *here = ft_inventory_host(inventory, plan.primary);
    const struct ft_host *there = ft_inventory_host(inventory, plan.standby);

    good = good && here != NULL && there != NULL &&
           ft_link_paths(here, there, paths) > 0;
    if (good) {
        strcpy(primary, plan.primary);
        snprintf(question->address, sizeof(question->address), "%s",
                 choices->address != NULL ? choices->address : paths[0].standby);
        question->port = (unsigned)there->link_port;
    }
    ft_plan_free(&plan);
    return good && strspn(question->address, "0123456789abcdefABCDEF.:") ==
                       strlen(question->address);
}

void
ft_protect_measure(struct ft_fleet *fleet, struct ft_inventory *inventory,
                   const struct ft_plan_choices *choices, struct ft_trips *trips)
{
    struct question question = { .trips = trips };
    char primary[FT_NAME_SIZE];
    struct ft_member *member;

    memset(trips, 0, sizeof(*trips));
    if (!find_ends(inventory, choices, primary, &question))
        return;
    member = ft_fleet_find(fleet, primary);
    if (member != NULL && ft_member_do(fleet, member, ask, &question, NULL) == 0)
        inventory->trips = trips;
}
