/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about a host, as a host sends them; what passes is planned with, which
 * must neither crash nor contradict itself.
 */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "inventory/host.h"
#include "plan/differences.h"
#include "plan/plan.h"

static void
plan_with(struct ft_host *a, struct ft_host *b)
{
    const struct ft_host *hosts[] = { a, b };
    struct ft_inventory inventory = { .hosts = hosts, .host_count = 2 };
    struct ft_plan_choices choices = {
        .vm = a->domain_count > 0 ? a->domains[0].name : "vm1",
        .standby = "b",
        .witness = "none",
        .pair = "11111111-2222-3333-4444-555555555555",
        .settings = FT_PAIR_SETTINGS_INIT,
    };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_plan plan;
    int rc;

    strcpy(a->name, "a");
    strcpy(b->name, "b");
    /* else every plan ends at the copy's own name */
    b->domain_count = 0;
    rc = ft_plan_make(&inventory, &choices, &plan, &err);
    FUZZ_CHECK((rc == 0) == (plan.config != NULL && plan.step_count > 0));
    FUZZ_CHECK(rc == 0 || err.text[0] != '\0');
    FUZZ_CHECK(rc != 0 || ft_findings_worst(&plan.findings) != FT_FAIL);
    ft_plan_free(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FT_AUTOJSON json_t *facts = NULL;
    FT_AUTOJSON json_t *differences = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_host *a = NULL, *b = NULL;
    size_t domains;

    if (ft_json_parse((const char *)data, size, &facts, &err))
        return 0;
    if (ft_host_from_json(facts, &a, &err)) {
        FUZZ_CHECK(err.code && err.text[0] && !a);
        return 0;
    }
    FUZZ_CHECK(ft_host_from_json(facts, &b, &err) == 0);
    differences = ft_host_differences(a, b);
    FUZZ_CHECK(json_is_array(differences) && json_array_size(differences) == 0);
    domains = b->domain_count;
    plan_with(a, b);
    b->domain_count = domains;
    ft_host_free(a);
    ft_host_free(b);
    return 0;
}
