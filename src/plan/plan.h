/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an inventory and the administrator's choices to a plan: the pair's
 * configuration and the ordered steps that make it. Pure.
 */
#ifndef FT_PLAN_PLAN_H
#define FT_PLAN_PLAN_H

#include <jansson.h>

#include "base/paths.h"
#include "plan/effects.h"
#include "plan/jitter.h"
#include "plan/placement.h"
#include "plan/settings.h"
#include "plan/step-kinds.h"
#include "plan/throughput.h"

#define FT_PLAN_BEST "best"

struct ft_plan_choices {
    const char *vm;      /* name or UUID */
    const char *standby; /* NULL: the best; FT_PLAN_BEST: also where the VM has to
                          * leave a pair with a silent host for it */
    const char *witness; /* NULL: one if there is one; "none" */
    const char *pair;    /* UUID for the new pair */
    const char *pool;    /* on the standby; NULL: chosen */
    const char *address; /* link address of the standby; NULL */
    struct ft_pair_settings settings;
    bool silence_named; /* by the administrator; else it may be lengthened */
};

#define FT_STEP_TEXT 320

struct ft_plan_step {
    enum ft_step_kind kind;
    char host[FT_NAME_SIZE];
    char description[FT_STEP_TEXT]; /* one line, what --dry-run prints */
};

#define FT_PLAN_STEPS_MAX 12

struct ft_plan {
    char pair[FT_UUID_SIZE];
    char vm[FT_NAME_SIZE];
    char vm_uuid[FT_UUID_SIZE];
    char primary[FT_NAME_SIZE];
    char standby[FT_NAME_SIZE];
    char witness[FT_NAME_SIZE];  /* empty: none */
    struct ft_plan_leaves {      /* the pair that the VM is in, alone */
        char pair[FT_UUID_SIZE]; /* empty: in none */
        char standby[FT_NAME_SIZE];
        char witness[FT_NAME_SIZE];
        bool silent; /* that standby; else it has nothing of the pair */
    } leaves;
    char pool[FT_NAME_SIZE];  /* on the standby */
    char primary_address[46]; /* of the link */
    char standby_address[46];
    uint64_t memory; /* bytes to copy first */
    uint64_t disk;   /* bytes to copy first */
    struct ft_pair_settings settings;
    bool measured;                           /* jitter is known */
    struct ft_jitter jitter;                 /* between its hosts */
    struct ft_link_rate rates[FT_LINKS_MAX]; /* of its networks, measured */
    size_t rate_count;
    json_t *config;                /* PAIR of ft-protocol(7), "self" missing */
    struct ft_effects effects;     /* of all hosts, with the config */
    struct ft_findings findings;   /* of all checks */
    struct ft_placement placement; /* refers to the inventory's hosts */
    struct ft_plan_step steps[FT_PLAN_STEPS_MAX];
    size_t step_count;
};

/*
 * Fills plan (to be released by ft_plan_free also after an error, because its
 * findings say why). 0: every check passed or warned, config and steps are
 * there. -ENOENT VM or a named host unknown; -EEXIST already protected, or the new
 * pair's UUID is that of a pair that some engine knows;
 * -EPERM a check failed (err names the first, findings all); -EINVAL a choice
 * makes no sense; -ENOMEM.
 */
int ft_plan_make(const struct ft_inventory *inventory,
                 const struct ft_plan_choices *choices, struct ft_plan *plan,
                 struct ft_error *err);

/*
 * Only the checks: 0 also when some fail, plan->findings has them. No config
 * and no steps. Otherwise as ft_plan_make.
 */
int ft_plan_check(const struct ft_inventory *inventory,
                  const struct ft_plan_choices *choices, struct ft_plan *plan,
                  struct ft_error *err);

void ft_plan_free(struct ft_plan *plan);

/* PAIR for one side (0 or 1) with its "self"; new reference or NULL. */
json_t *ft_plan_config(const struct ft_plan *plan, int self);

/*
 * What the plan had chosen where others would do as well (pool, address,
 * settings), to plan the same again later. New reference, or NULL.
 */
json_t *ft_plan_chosen(const struct ft_plan *plan);

/*
 * Takes that over into choices, where they say nothing of their own; their strings
 * are chosen's then. NULL is a no-op.
 */
void ft_plan_choose_again(const json_t *chosen, struct ft_plan_choices *choices);

/*
 * The plan with findings and candidates as JSON (schema 1), for --json. No
 * secrets in it. New reference or NULL.
 */
json_t *ft_plan_to_json(const struct ft_plan *plan);

#endif
