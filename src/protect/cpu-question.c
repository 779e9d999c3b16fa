/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks libvirt on the host of the copy that is planned about the VM's CPU.
 */
#include "config.h"

#include "plan/cpu-question.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "protect/protect-private.h"

#define ASK                                                         \
    "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED "; " \
    "exec timeout 20 $e compare-cpu 2>/dev/null"

struct asked {
    const char *question;
    struct ft_host *host;
};

static int
ask(struct ft_ssh *session, void *data, struct ft_error *err)
{
    struct asked *asked = data;
    struct ft_ssh_result result = { 0 };
    FT_AUTOJSON json_t *answer = NULL;
    int rc = ft_ssh_run(session, ASK, asked->question, strlen(asked->question),
                        0, &result, err);

    if (rc == 0 && result.status == 0)
        rc = ft_json_parse(result.out, result.out_size, &answer, err);
    if (rc == 0)
        ft_cpu_answer(answer, asked->host);
    ft_ssh_result_free(&result);
    return rc;
}

/* What the hosts said of another VM's is no answer. */
static void
forget(struct ft_fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (fleet->members[i]->facts != NULL)
            ft_cpu_answer(NULL, fleet->members[i]->facts);
}

void
ft_protect_ask_cpu(struct ft_fleet *fleet, const struct ft_inventory *inventory,
                   const char *vm)
{
    FT_AUTOJSON json_t *question = NULL;
    FT_AUTOFREE char *text = NULL;
    const struct ft_domain *domain;
    const struct ft_host *where;
    struct ft_member *member;

    if (*fleet->recorded != '\0')
        return;
    forget(fleet);
    if (inventory->connection_count == 0 ||
        ft_inventory_locate(inventory, vm, &where, &domain, NULL) < 0)
        return;
    member = ft_fleet_find(fleet, inventory->connections[0].to->name);
    question = ft_cpu_question(domain);
    text = question != NULL ? json_dumps(question, JSON_COMPACT) : NULL;
    if (member != NULL && text != NULL) {
        struct asked asked = { text, member->facts };

        ft_member_do(fleet, member, ask, &asked, NULL);
    }
}
