/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before anything is touched: look, check, place, plan.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "protect/protect-private.h"

static void
add_step(struct ft_plan *plan, enum ft_step_kind kind, const char *host,
         const char *what)
{
    struct ft_plan_step *step = &plan->steps[plan->step_count++];

    step->kind = kind;
    strcpy(step->host, host);
    snprintf(step->description, sizeof(step->description), "%.200s: %s", host,
             what);
}

/* Both engines have the pair: all that is left is to follow them. */
static int
follow_only(const struct ft_journal_entry *entry, struct ft_plan *plan)
{
    memset(plan, 0, sizeof(*plan));
    strcpy(plan->pair, entry->pair);
    strcpy(plan->vm, entry->vm);
    strcpy(plan->vm_uuid, entry->vm_uuid);
    strcpy(plan->primary, entry->primary);
    strcpy(plan->standby, entry->standby);
    strcpy(plan->witness, entry->witness);
    add_step(plan, FT_STEP_SYNC, entry->primary,
             "wait until disks and memory are copied; the VM runs on");
    return 0;
}

static bool
knows(const struct ft_fleet *fleet, const char *host, const char *pair)
{
    const struct ft_member *member = ft_fleet_find(fleet, host);

    return member != NULL && ft_member_pair(member, pair) != NULL;
}

static bool
is_other(const char *wanted, const char *chosen)
{
    return wanted != NULL &&
           strcmp(wanted, *chosen != '\0' ? chosen : "none") != 0;
}

/* Takes over what an unfinished protect had chosen. */
static int
resume_choices(const struct ft_journal_entry *entry, const json_t *chosen,
               struct ft_plan_choices *choices, struct ft_error *err)
{
    if (strcmp(entry->verb, "protect") != 0)
        return ft_fail(err, EPERM,
                       "Run ftadmin resume for this VM, with all its hosts up.",
                       "%s: an earlier unprotect is not finished: something is "
                       "left on %s or %s",
                       entry->vm, entry->primary, entry->standby);
    if (is_other(choices->standby, entry->standby) &&
        strcmp(choices->standby, FT_PLAN_BEST) != 0)
        return ft_fail(err, EPERM,
                       "Run ftadmin rollback for this VM first, or ftadmin "
                       "resume to go on with it.",
                       "%s: an earlier protect with standby %s is not finished",
                       entry->vm, entry->standby);
    if (is_other(choices->witness, entry->witness))
        return ft_fail(err, EPERM,
                       "Run ftadmin rollback for this VM first, or ftadmin "
                       "resume to go on with it.",
                       "%s: an earlier protect with witness %s is not finished",
                       entry->vm,
                       *entry->witness != '\0' ? entry->witness : "none");
    choices->pair = entry->pair;
    choices->standby = entry->standby;
    choices->witness = *entry->witness != '\0' ? entry->witness : "none";
    ft_plan_choose_again(chosen, choices);
    return 0;
}

/* A host that was asked for by name must answer; others may be away. */
static int
look_at_all(struct ft_fleet *fleet, const struct ft_plan_choices *choices,
            struct ft_error *err)
{
    for (size_t i = 0; i < fleet->count; i++) {
        struct ft_member *member = fleet->members[i];
        struct ft_error local = FT_ERROR_INIT;
        int rc = ft_member_probe(fleet, member, false, &local);
        bool named = (choices->standby != NULL &&
                      strcmp(choices->standby, member->name) == 0) ||
                     (choices->witness != NULL &&
                      strcmp(choices->witness, member->name) == 0);

        if (rc < 0 && named) {
            if (err != NULL)
                *err = local;
            return rc;
        }
    }
    return 0;
}

/* Where the VM's pair has its copy nobody may be installed any more. */
static void
look_at_other(struct ft_fleet *fleet, const char *vm)
{
    struct ft_member *where = NULL, *other = NULL;
    struct ft_error ignored = FT_ERROR_INIT;
    struct ft_install_state state;
    const json_t *pair = NULL;

    if (ft_fleet_pair(fleet, vm, &pair, &where) == 0)
        other = ft_fleet_find(fleet, ft_json_string(pair, "standby", ""));
    if (other == NULL || other->facts == NULL || other->status != NULL)
        return;
    if (ft_member_take_engine(fleet, other, &ignored) < 0)
        return;
    other->bare = ft_member_look(fleet, other, &state, &ignored) == 0 &&
                  !ft_install_any(&state);
    ft_member_give_engine(fleet, other);
}

static int
make_plan(struct ft_fleet *fleet, const struct ft_plan_choices *choices,
          const char *resuming, struct ft_plan *plan, struct ft_error *err)
{
    struct ft_inventory inventory;
    struct ft_connection connections[FT_CONNECTIONS_MAX];
    struct ft_link_rate rates[FT_LINKS_MAX];
    int rc;

    look_at_other(fleet, choices->vm);
    rc = ft_fleet_inventory(fleet, &inventory);
    if (rc < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    inventory.resuming = resuming;
    rc = ft_protect_look_at_files(fleet, &inventory, choices->vm, err);
    if (rc == 0)
        ft_protect_measure(fleet, &inventory, choices, connections);
    if (rc == 0)
        ft_protect_measure_rates(fleet, &inventory, rates);
    if (rc == 0)
        ft_protect_measure_pool(fleet, &inventory, choices);
    if (rc == 0)
        ft_protect_ask_cpu(fleet, &inventory, choices->vm);
    if (rc == 0)
        rc = ft_plan_make(&inventory, choices, plan, err);
    ft_fleet_inventory_free(&inventory);
    return rc;
}

int
ft_protect_prepare(struct ft_fleet *fleet, const struct ft_plan_choices *asked,
                   const struct ft_journal_ops *journal, struct ft_plan *plan,
                   bool *resumed, struct ft_error *err)
{
    FT_AUTOJSON json_t *chosen = NULL;
    struct ft_plan_choices choices = *asked;
    struct ft_journal_entry entry;
    bool pending = false;
    int rc = -ENOENT;

    memset(plan, 0, sizeof(*plan));
    if (journal != NULL)
        rc = journal->pending(journal->data, choices.vm, &entry, &chosen, err);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == 0) {
        pending = true;
        rc = resume_choices(&entry, chosen, &choices, err);
        if (rc < 0)
            return rc;
    }
    if (resumed != NULL)
        *resumed = pending;
    rc = look_at_all(fleet, &choices, err);
    if (rc < 0)
        return rc;
    if (pending && knows(fleet, entry.primary, entry.pair) &&
        knows(fleet, entry.standby, entry.pair))
        return follow_only(&entry, plan);
    return make_plan(fleet, &choices, pending ? entry.pair : NULL, plan, err);
}

int
ft_protect_check(struct ft_fleet *fleet, const struct ft_plan_choices *asked,
                 struct ft_plan *plan, struct ft_error *err)
{
    struct ft_plan_choices choices = *asked;
    struct ft_member *where = NULL;
    const json_t *pair = NULL;
    struct ft_inventory inventory;
    struct ft_connection connections[FT_CONNECTIONS_MAX];
    struct ft_link_rate rates[FT_LINKS_MAX];
    int rc;

    memset(plan, 0, sizeof(*plan));
    rc = look_at_all(fleet, &choices, err);
    if (rc == 0 && ft_fleet_inventory(fleet, &inventory) < 0)
        rc = ft_fail(err, ENOMEM, NULL, "out of memory");
    if (rc < 0)
        return rc;
    if (ft_fleet_pair(fleet, choices.vm, &pair, &where) == 0) {
        if (choices.witness == NULL)
            choices.witness = ft_json_string(pair, "witness", "none");
        if (choices.standby == NULL)
            choices.standby = ft_json_string(pair, "standby", NULL);
        inventory.resuming = ft_json_string(pair, "pair", NULL);
        inventory.standing =
            choices.standby != NULL &&
            strcmp(choices.standby, ft_json_string(pair, "standby", "")) == 0;
        inventory.running =
            !strcmp(ft_json_string(pair, "state", ""), "protected") &&
            !json_is_object(json_object_get(pair, "stands"));
        ft_settings_from_json(&choices.settings,
                              json_object_get(pair, "settings"));
        choices.silence_named = true;
    }
    rc = ft_protect_look_at_files(fleet, &inventory, choices.vm, err);
    if (rc == 0)
        ft_protect_measure(fleet, &inventory, &choices, connections);
    if (rc == 0)
        ft_protect_measure_rates(fleet, &inventory, rates);
    if (rc == 0)
        ft_protect_measure_pool(fleet, &inventory, &choices);
    if (rc == 0)
        ft_protect_ask_cpu(fleet, &inventory, choices.vm);
    if (rc == 0)
        rc = ft_plan_check(&inventory, &choices, plan, err);
    ft_fleet_inventory_free(&inventory);
    return rc;
}
