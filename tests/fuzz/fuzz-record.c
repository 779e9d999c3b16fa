/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole inventory out of a file, as ftadmin facts import and check --inventory take
 * it. Input is the file; or, from 0x01 on, four bytes: which of the recorded ones of
 * tests/cli it is, and how its values are changed; and a fifth: to what, and how many.
 *
 * What is let through is planned with, and written and read once more: that has to be
 * the same inventory.
 */
#include "config.h"

#include "fuzz.h"
#include "spoil.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/host-names.h"
#include "base/json.h"
#include "plan/plan.h"
#include "protect/record.h"

#define HOSTS_MAX 16
#define PLANS_MAX 4

static json_t *recorded[3];

static void
load_recorded(void)
{
    static const char *const names[] = { "lab", "datacenter", "debian13" };
    const char *source = getenv("srcdir");
    char path[512];

    for (size_t i = 0; i < FT_ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/tests/cli/inventory-%s.json",
                 source ? source : ".", names[i]);
        recorded[i] = json_load_file(path, 0, NULL);
        FUZZ_CHECK(recorded[i]);
    }
}

/* Instead of that of protect/fleet.c, which knows how to reach hosts. */
struct ft_member *
ft_fleet_find(const struct ft_fleet *fleet, const char *name)
{
    for (size_t i = 0; i < fleet->count; i++)
        if (!strcmp(fleet->members[i]->name, name))
            return fleet->members[i];
    return NULL;
}

static void
free_fleet(struct ft_fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        ft_host_free(fleet->members[i]->facts);
        json_decref(fleet->members[i]->facts_json);
        json_decref(fleet->members[i]->status);
        free(fleet->members[i]);
    }
    free(fleet->members);
    memset(fleet, 0, sizeof(*fleet));
}

/* False: more than are tried, or one twice, which no fleet takes. */
static bool
make_members(struct ft_fleet *fleet, const json_t *record)
{
    size_t count = json_array_size(json_object_get(record, "hosts"));

    if (count > HOSTS_MAX)
        return false;
    fleet->members = calloc(count + 1, sizeof(struct ft_member *));
    FUZZ_CHECK(fleet->members);
    for (size_t i = 0; i < count; i++) {
        const char *address, *name = ft_record_host(record, i, &address);
        struct ft_member *member;

        FUZZ_CHECK(name && ft_host_name_valid(name) &&
                   ft_host_address_valid(address));
        if (ft_fleet_find(fleet, name))
            return false;
        member = calloc(1, sizeof(*member));
        FUZZ_CHECK(member);
        strcpy(member->name, name);
        strcpy(member->destination, address);
        fleet->members[fleet->count++] = member;
    }
    return true;
}

static void
check_texts(const struct ft_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        FUZZ_CHECK(!strpbrk(findings->list[i].subject, "\033\n\r") &&
                   !strpbrk(findings->list[i].evidence, "\033\n\r"));
}

static const struct ft_host *
host_of(const struct ft_inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->host_count; i++)
        if (!strcmp(inventory->hosts[i]->name, name))
            return inventory->hosts[i];
    return NULL;
}

static void
plan(const struct ft_inventory *inventory, const struct ft_domain *domain)
{
    struct ft_plan_choices choices = {
        .vm = domain->uuid,
        .pair = "11111111-2222-3333-4444-555555555555",
        .settings = FT_PAIR_SETTINGS_INIT,
    };
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOJSON json_t *json = NULL;
    struct ft_plan plan;
    int rc = ft_plan_make(inventory, &choices, &plan, &err);

    FUZZ_CHECK((rc == 0) == (plan.config != NULL && plan.step_count > 0));
    FUZZ_CHECK(rc == 0 || err.text[0]);
    check_texts(&plan.findings);
    json = ft_plan_to_json(&plan);
    FUZZ_CHECK(ft_json_int(json, "memory_bytes", 0, INT64_MAX, -1) >= 0 &&
               ft_json_int(json, "disk_bytes", 0, INT64_MAX, -1) >= 0);
    if (rc == 0) {
        FUZZ_CHECK(ft_findings_worst(&plan.findings) != FT_FAIL);
        FUZZ_CHECK(strcmp(plan.primary, plan.standby) != 0 &&
                   strcmp(plan.witness, plan.standby) != 0 &&
                   host_of(inventory, plan.primary) &&
                   host_of(inventory, plan.standby));
    }
    ft_plan_free(&plan);
}

static void
plan_some(const struct ft_fleet *fleet)
{
    struct ft_inventory inventory;
    unsigned plans = 0;

    FUZZ_CHECK(ft_fleet_inventory(fleet, &inventory) == 0);
    FUZZ_CHECK(inventory.host_count == fleet->count);
    for (size_t i = 0; i < inventory.host_count; i++)
        for (size_t k = 0;
             k < inventory.hosts[i]->domain_count && plans < PLANS_MAX;
             k++, plans++)
            plan(&inventory, &inventory.hosts[i]->domains[k]);
    ft_fleet_inventory_free(&inventory);
}

static void
check_members(const struct ft_fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++) {
        const struct ft_host *facts = fleet->members[i]->facts;

        FUZZ_CHECK(facts && !strcmp(facts->name, fleet->members[i]->name));
        /* what two of them differ by is a number, too */
        FUZZ_CHECK(facts->clock_offset_ms <= INT64_MAX / FT_NS_PER_MS &&
                   facts->clock_offset_ms >= -(INT64_MAX / FT_NS_PER_MS));
    }
}

/* Written and read it is the same, and a record. */
static void
write_again(const struct ft_fleet *fleet)
{
    FT_AUTOJSON json_t *once = ft_fleet_record(fleet, "2026-11-30T00:00:00Z");
    FT_AUTOJSON json_t *again = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_fleet other = { 0 };

    FUZZ_CHECK(once && ft_record_check(once, &err) == 0);
    FUZZ_CHECK(make_members(&other, once));
    FUZZ_CHECK(ft_fleet_replay(&other, once, &err) == 0);
    again = ft_fleet_record(&other, "2026-11-30T00:00:00Z");
    FUZZ_CHECK(again && json_equal(once, again));
    free_fleet(&other);
}

static void
take(const json_t *record)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_fleet fleet = { 0 };

    if (ft_record_check(record, &err)) {
        FUZZ_CHECK(err.code && err.text[0]);
        return;
    }
    if (make_members(&fleet, record)) {
        if (ft_fleet_replay(&fleet, record, &err)) {
            FUZZ_CHECK(err.code && err.text[0]);
        } else {
            check_members(&fleet);
            plan_some(&fleet);
            write_again(&fleet);
        }
    }
    free_fleet(&fleet);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FT_AUTOJSON json_t *record = NULL;
    uint32_t state = 0;

    if (!recorded[0]) {
        load_recorded();
        for (size_t i = 0; i < FT_ARRAY_SIZE(recorded); i++)
            take(recorded[i]);
    }
    if (size && *data == 1) {
        for (size_t i = 1; i < size && i < 5; i++)
            state = state << 8 | data[i];
        record = json_deep_copy(recorded[state % FT_ARRAY_SIZE(recorded)]);
        FUZZ_CHECK(record);
        spoil(record, size > 5 && data[5] & 1 ? SPOIL_ANY : SPOIL_SAME,
              size > 5 ? 16U << data[5] / 32 : 256, &state);
        take(record);
    } else if (!ft_json_parse((const char *)data, size, &record, NULL)) {
        take(record);
    }
    return 0;
}
