/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "inventory/identity.h"
#include "plan/plan.h"
#include "plan/connections.h"
#include "plan/move.h"
#include "plan/witness.h"

/* Lengths the engine stores: src/worker/pair-store.h. */
#define ENGINE_HOST_MAX 63
#define ENGINE_VM_MAX 127
#define ENGINE_POOL_MAX 63

/* What ft_plan_make works with; hosts are the inventory's. */
struct making {
    const struct ft_inventory *inventory;
    struct ft_inventory own; /* with what the VM leaves */
    const struct ft_plan_choices *choices;
    struct ft_plan *plan;
    const struct ft_host *primary;
    const struct ft_domain *domain;
    const struct ft_host *standby;
    const struct ft_host *witness;
    const char *pool;
};

static int
out_of_memory(struct ft_error *err)
{
    return ft_fail(err, ENOMEM, NULL, "out of memory");
}

/* ---- choosing ---- */

static int
find_host(const struct making *m, const char *name, const char *role,
          const struct ft_host **host, struct ft_error *err)
{
    *host = ft_inventory_host(m->inventory, name);
    if (*host != NULL)
        return 0;
    return ft_fail(err, ENOENT, "ftadmin host add adds it.",
                   "the %s %s is not a known host that answers", role, name);
}

/* From here on the inventory is one that knows it. */
static void
choose_leaving(struct making *m)
{
    m->own = *m->inventory;
    m->own.leaving = ft_move_from(m->inventory, m->primary, m->domain,
                                  m->choices->standby, NULL);
    m->inventory = &m->own;
}

static int
choose_standby(struct making *m, struct ft_error *err)
{
    int rc;

    if (m->choices->standby != NULL &&
        strcmp(m->choices->standby, FT_PLAN_BEST) != 0)
        return find_host(m, m->choices->standby, "standby", &m->standby, err);
    if (m->own.leaving != NULL &&
        m->own.leaving->other != FT_OTHER_HAS_IT) { /* installed anew: it had the
                                                     * copy before */
        m->standby = ft_inventory_host(m->inventory, m->own.leaving->standby);
        if (m->standby != NULL)
            return 0;
    }
    rc = ft_place(m->inventory, m->primary, m->domain, &m->plan->placement);
    m->standby = m->plan->placement.standby;
    return rc < 0 ? out_of_memory(err) : 0;
}

static int
choose_witness(struct making *m, struct ft_error *err)
{
    const char *wanted = m->choices->witness;

    if (wanted != NULL && strcmp(wanted, "none") == 0)
        return 0;
    if (wanted != NULL)
        return find_host(m, wanted, "witness", &m->witness, err);
    m->witness = ft_witness_best(m->inventory, m->primary, m->standby, NULL);
    return 0;
}

/* ---- checks ---- */

static int
check_name(struct making *m, const char *what, const char *name, size_t limit)
{
    if (strlen(name) <= limit)
        return 0;
    return ft_findings_add(&m->plan->findings, FT_FAIL, FT_CHECK_PLAN_NAME,
                           name, "The engine stores names of limited length.",
                           "Use a shorter name.",
                           "the name of the %s is longer than %zu characters",
                           what, limit);
}

static int
check_names(struct making *m)
{
    int rc = check_name(m, "VM", m->domain->name, ENGINE_VM_MAX);

    if (rc == 0)
        rc = check_name(m, "primary", m->primary->name, ENGINE_HOST_MAX);
    if (rc == 0 && m->standby != NULL)
        rc = check_name(m, "standby", m->standby->name, ENGINE_HOST_MAX);
    if (rc == 0 && m->witness != NULL)
        rc = check_name(m, "witness", m->witness->name, ENGINE_HOST_MAX);
    if (rc == 0 && m->pool != NULL)
        rc = check_name(m, "pool", m->pool, ENGINE_POOL_MAX);
    return rc;
}

static int
check_no_standby(struct making *m)
{
    const struct ft_placement *p = &m->plan->placement;
    bool mended = false; /* one host will do */

    for (size_t i = 0; i < p->count; i++) {
        const struct ft_fix *fix = &p->candidates[i].fix;

        if (ft_findings_add(&m->plan->findings, FT_FAIL,
                            FT_CHECK_PLACEMENT_CANDIDATE,
                            p->candidates[i].host->name,
                            "The VM needs a second host.",
                            *p->candidates[i].remedy != '\0'
                                ? p->candidates[i].remedy
                                : "Remove the cause, or add another host.",
                            "%s will not do: %s", p->candidates[i].host->name,
                            p->candidates[i].reason) < 0)
            return -ENOMEM;
        if (!mended && fix->kind != FT_FIX_NONE)
            ft_findings_fix(&m->plan->findings, fix->kind, fix->host,
                            fix->object);
        mended = mended || fix->kind != FT_FIX_NONE;
    }
    if (p->count > 0)
        return 0;
    return ft_findings_add(&m->plan->findings, FT_FAIL, FT_CHECK_PLACEMENT_NONE,
                           "standby", "The VM needs a second host.",
                           "Add one: ftadmin host add HOST.",
                           "there is no host but %s", m->primary->name);
}

/* No witness although none was declined. */
static int
check_no_witness(struct making *m)
{
    return ft_findings_add(
        &m->plan->findings, FT_FAIL, FT_CHECK_WITNESS_MISSING, "witness",
        "Without a witness the standby never takes over by itself.",
        "Add a third host (ftadmin host add HOST), or choose --witness none.",
        "there is no third host that could be the witness");
}

static int
check_choices(struct making *m)
{
    struct ft_findings *findings = &m->plan->findings;
    int rc = ft_check_vm(m->inventory, m->primary, m->domain, findings);

    if (rc == 0)
        rc = m->standby != NULL
                 ? ft_check_standby(m->inventory, m->primary, m->domain,
                                    m->standby, m->choices->pool, findings)
                 : check_no_standby(m);
    if (rc == 0)
        rc = m->witness == NULL && m->choices->witness == NULL
                 ? check_no_witness(m)
                 : ft_check_witness(m->primary, m->standby, m->witness,
                                    findings);
    return rc == 0 ? check_names(m) : rc;
}

/* What the link's network carries, and the others. */
static int
check_throughput(struct making *m)
{
    struct ft_plan *plan = m->plan;

    plan->rate_count = FT_MIN(m->inventory->rate_count, (size_t)FT_LINKS_MAX);
    for (size_t i = 0; i < plan->rate_count; i++)
        plan->rates[i] = m->inventory->rates[i];
    return ft_throughput_check(plan->rates, plan->rate_count,
                               m->inventory->connections[0].address,
                               m->domain->memory, m->primary->name,
                               m->standby->name, &plan->findings);
}

/* The network between them: who lets whom in; and the administrator's silence, or
 * the one that it asks for. */
static int
check_connections(struct making *m)
{
    const struct ft_inventory *inventory = m->inventory;
    struct ft_plan *plan = m->plan;
    int rc;

    if (m->standby == NULL || inventory->connection_count == 0)
        return 0;
    rc = ft_connections_check(inventory->connections,
                              inventory->connection_count, inventory->standing,
                              &plan->findings);
    if (rc == 0)
        rc = check_throughput(m);
    if (rc < 0)
        return rc;
    plan->measured =
        ft_jitter_judge(&inventory->connections[0].trips, &plan->jitter) == 0;
    return ft_jitter_apply(&inventory->connections[0].trips, m->primary->name,
                           m->standby->name, m->choices->silence_named,
                           &plan->settings, &plan->findings);
}

static int
verdict(const struct making *m, struct ft_error *err)
{
    const struct ft_findings *findings = &m->plan->findings;
    const struct ft_finding *protected =
        ft_findings_find(findings, FT_CHECK_VM_PROTECTED);
    const struct ft_finding *failed = ft_findings_first(findings, FT_FAIL);

    if (protected != NULL && protected->verdict == FT_FAIL)
        return ft_fail(err, EEXIST, protected->remedy, "%s: %s",
                       m->domain->name, protected->evidence);
    if (failed == NULL)
        return 0;
    return ft_fail(err, EPERM, failed->remedy, "%s: %s: %s", m->domain->name,
                   failed->subject, failed->evidence);
}

/* A plan that was saved names its pair: carried out again it would take another's. */
static int
check_pair_is_new(const struct making *m, struct ft_error *err)
{
    const struct ft_inventory *inventory = m->inventory;
    const char *pair = m->plan->pair;

    if (inventory->resuming != NULL && strcmp(inventory->resuming, pair) == 0)
        return 0;
    for (size_t i = 0; i < inventory->pair_count; i++)
        if (strcmp(inventory->pairs[i].pair, pair) == 0)
            return ft_fail(err, EEXIST, "Plan anew.",
                           "there is a pair %s already, of %s", pair,
                           inventory->pairs[i].vm);
    return 0;
}

/* ---- configuration ---- */

/* Both sides' lists have the same order: element i of both is one network. */
static int
link_addresses(struct making *m, json_t *primary, json_t *standby,
               struct ft_error *err)
{
    struct ft_link_path paths[FT_LINKS_MAX];
    size_t count = ft_link_paths(m->primary, m->standby, paths);
    const char *wanted = m->choices->address;
    size_t first = 0;

    while (wanted != NULL && first < count &&
           strcmp(paths[first].standby, wanted) != 0)
        first++;
    if (first == count)
        return ft_fail(err, EINVAL, NULL,
                       "%s is no address of %s in a network "
                       "it shares with %s",
                       wanted != NULL ? wanted : "?", m->standby->name,
                       m->primary->name);
    for (size_t i = 0; i < count; i++) {
        /* the wanted one first, the others in their order */
        size_t from = i == 0 ? first : i <= first ? i - 1 : i;

        json_array_append_new(primary, json_string(paths[from].primary));
        json_array_append_new(standby, json_string(paths[from].standby));
    }
    strcpy(m->plan->primary_address, paths[first].primary);
    strcpy(m->plan->standby_address, paths[first].standby);
    return 0;
}

/* A pool on the primary too: it becomes the standby after a takeover. */
static const char *
primary_pool(const struct making *m)
{
    const struct ft_pool *pool = ft_replica_pool(m->domain, m->primary);

    return pool != NULL ? pool->name : "";
}

static int
make_config(struct making *m, struct ft_error *err)
{
    struct ft_plan *plan = m->plan;
    json_t *here = json_array();
    json_t *there = json_array();
    json_t *witness = json_null();
    int rc = link_addresses(m, here, there, err);

    if (m->witness != NULL)
        witness = ft_witness_endpoint(m->primary, m->standby, m->witness);
    plan->config = json_pack(
        "{s:i,s:s,s:s,s:s,s:[{s:s,s:o,s:i},{s:s,s:o,s:i}],s:o,s:[s,s],s:o}",
        "schema", 1, "pair", plan->pair, "vm", plan->vm, "vm_uuid",
        plan->vm_uuid, "hosts", "name", m->primary->name, "addresses", here,
        "port", m->primary->link_port, "name", m->standby->name, "addresses",
        there, "port", m->standby->link_port, "witness", witness, "pools",
        primary_pool(m), plan->pool, "settings",
        ft_settings_to_json(&plan->settings));
    if (rc == 0 && plan->config == NULL)
        return out_of_memory(err);
    return rc;
}

json_t *
ft_plan_config(const struct ft_plan *plan, int self)
{
    json_t *copy = json_deep_copy(plan->config);

    if (copy != NULL)
        json_object_set_new(copy, "self", json_integer(self));
    return copy;
}

/* ---- steps ---- */

static void add_step(struct ft_plan *plan, enum ft_step_kind kind,
                     const char *host, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
add_step(struct ft_plan *plan, enum ft_step_kind kind, const char *host,
         const char *format, ...)
{
    struct ft_plan_step *step = &plan->steps[plan->step_count++];
    va_list args;

    step->kind = kind;
    snprintf(step->host, sizeof(step->host), "%s", host);
    va_start(args, format);
    vsnprintf(step->description, sizeof(step->description), format, args);
    va_end(args);
}

static void
add_engine_step(struct ft_plan *plan, const struct ft_host *host)
{
    add_step(plan, FT_STEP_ENGINE, host->name,
             "%.60s: make sure that the engine is installed and runs%s%s",
             host->name, host->engine_runs ? ", there is " : "",
             host->engine_runs ? host->engine_version : "");
}

static void
make_steps(struct making *m)
{
    struct ft_plan *plan = m->plan;

    add_engine_step(plan, m->primary);
    add_engine_step(plan, m->standby);
    if (m->witness != NULL) {
        add_engine_step(plan, m->witness);
        add_step(plan, FT_STEP_WITNESS, m->witness->name,
                 "%.60s: start the witness on port %d", m->witness->name,
                 FT_WITNESS_PORT);
        add_step(plan, FT_STEP_WITNESS_PAIR, m->witness->name,
                 "%.60s: register the pair, owner %.60s", m->witness->name,
                 m->primary->name);
    }
    add_step(plan, FT_STEP_STANDBY, m->standby->name,
             "%.60s: prepare the standby (%s port %d, replica of %.1f GiB in "
             "pool %.60s)",
             m->standby->name, plan->standby_address, m->standby->link_port,
             (double)plan->disk / (1 << 30), plan->pool);
    if (*plan->leaves.pair != '\0')
        add_step(plan, FT_STEP_RELEASE, m->primary->name,
                 plan->leaves.silent
                     ? "%.60s: leave the pair with %.60s, which is silent; its "
                       "copy is given up, and it hears of that when it returns"
                 : m->own.leaving->other == FT_OTHER_HAS_IT
                     ? "%.60s: leave the pair with %.60s, which is under "
                       "maintenance; what it has of it is put away"
                     : "%.60s: leave the pair with %.60s, which has nothing of "
                       "it any more",
                 m->primary->name, plan->leaves.standby);
    add_step(plan, FT_STEP_PRIMARY, m->primary->name,
             "%.60s: attach to the running VM %.60s, turn its autostart off",
             m->primary->name, plan->vm);
    add_step(plan, FT_STEP_SYNC, m->primary->name,
             "copy %.1f GiB of disks and %.1f GiB of memory from %s to %s; the "
             "VM runs on",
             (double)plan->disk / (1 << 30), (double)plan->memory / (1 << 30),
             plan->primary_address, plan->standby_address);
}

static int
make_effects(struct making *m, struct ft_error *err)
{
    const struct ft_effects_wish wish = {
        .pair = m->plan->pair,
        .pool = m->plan->pool,
        .primary = m->primary,
        .standby = m->standby,
        .witness = m->witness,
        .domain = m->domain,
    };

    return ft_effects_make(&wish, &m->plan->effects) < 0 ? out_of_memory(err)
                                                         : 0;
}

/* ---- all together ---- */

static void
fill_names(struct making *m)
{
    struct ft_plan *plan = m->plan;
    const struct ft_pool *pool;

    plan->settings = m->choices->settings;
    snprintf(plan->pair, sizeof(plan->pair), "%s", m->choices->pair);
    strcpy(plan->vm, m->domain->name);
    strcpy(plan->vm_uuid, m->domain->uuid);
    strcpy(plan->primary, m->primary->name);
    if (m->witness != NULL)
        strcpy(plan->witness, m->witness->name);
    if (m->own.leaving != NULL) {
        strcpy(plan->leaves.pair, m->own.leaving->pair);
        strcpy(plan->leaves.standby, m->own.leaving->standby);
        strcpy(plan->leaves.witness, m->own.leaving->witness);
        plan->leaves.silent = m->own.leaving->other == FT_OTHER_SILENT;
    }
    plan->memory = m->domain->memory;
    plan->disk = ft_replica_size(m->domain);
    if (m->standby == NULL)
        return;
    strcpy(plan->standby, m->standby->name);
    pool = m->choices->pool != NULL ? ft_host_pool(m->standby, m->choices->pool)
                                    : ft_replica_pool(m->domain, m->standby);
    snprintf(plan->pool, sizeof(plan->pool), "%s",
             pool != NULL ? pool->name : "");
    m->pool = plan->pool;
}

/* As far as what was found: what is chosen, and all findings. */
static int
look(struct making *m, struct ft_error *err)
{
    int rc = ft_settings_check(&m->choices->settings, err);

    memset(m->plan, 0, sizeof(*m->plan));
    if (rc == 0)
        rc = ft_inventory_locate(m->inventory, m->choices->vm, &m->primary,
                                 &m->domain, err);
    if (rc == 0)
        choose_leaving(m);
    if (rc == 0)
        rc = choose_standby(m, err);
    if (rc == 0)
        rc = choose_witness(m, err);
    if (rc < 0)
        return rc;
    fill_names(m);
    if (check_choices(m) < 0 || check_connections(m) < 0)
        return out_of_memory(err);
    return 0;
}

int
ft_plan_make(const struct ft_inventory *inventory,
             const struct ft_plan_choices *choices, struct ft_plan *plan,
             struct ft_error *err)
{
    struct making m = { .inventory = inventory,
                        .choices = choices,
                        .plan = plan };
    int rc = look(&m, err);

    if (rc == 0)
        rc = verdict(&m, err);
    if (rc == 0)
        rc = check_pair_is_new(&m, err);
    if (rc == 0)
        rc = make_config(&m, err);
    if (rc == 0)
        make_steps(&m);
    return rc == 0 ? make_effects(&m, err) : rc;
}

int
ft_plan_check(const struct ft_inventory *inventory,
              const struct ft_plan_choices *choices, struct ft_plan *plan,
              struct ft_error *err)
{
    struct making m = { .inventory = inventory,
                        .choices = choices,
                        .plan = plan };

    return look(&m, err);
}

void
ft_plan_free(struct ft_plan *plan)
{
    json_decref(plan->config);
    ft_effects_free(&plan->effects);
    ft_findings_free(&plan->findings);
    ft_placement_free(&plan->placement);
    memset(plan, 0, sizeof(*plan));
}
