/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an inventory and the administrator's choices to a plan: the pair's
 * configuration and the ordered steps that make it. Pure.
 */
#ifndef FT_PLAN_PLAN_H
#define FT_PLAN_PLAN_H

#include <jansson.h>

#include "base/paths.h"
#include "plan/jitter.h"
#include "plan/placement.h"
#include "plan/settings.h"

struct ft_plan_choices {
    const char *vm;      /* name or UUID */
    const char *standby; /* NULL: the best */
    const char *witness; /* NULL: one if there is one; "none" */
    const char *pair;    /* UUID for the new pair */
    const char *pool;    /* on the standby; NULL: chosen */
    const char *address; /* link address of the standby; NULL */
    struct ft_pair_settings settings;
    bool silence_named; /* by the administrator; else it may be lengthened */
};

enum ft_step_kind {
    FT_STEP_ENGINE,       /* install or upgrade and start ftengine */
    FT_STEP_WITNESS,      /* start the witness */
    FT_STEP_WITNESS_PAIR, /* tell it about the pair */
    FT_STEP_STANDBY,      /* pair-set on the standby */
    FT_STEP_PRIMARY,      /* pair-set on the primary */
    FT_STEP_SYNC,         /* wait until state is protected */
    FT_STEP_KINDS,
};

struct ft_plan_step {
    enum ft_step_kind kind;
    char host[FT_NAME_SIZE];
    char description[320]; /* one line, what --dry-run prints */
};

#define FT_PLAN_STEPS_MAX 12

struct ft_plan {
    char pair[FT_UUID_SIZE];
    char vm[FT_NAME_SIZE];
    char vm_uuid[FT_UUID_SIZE];
    char primary[FT_NAME_SIZE];
    char standby[FT_NAME_SIZE];
    char witness[FT_NAME_SIZE]; /* empty: none */
    char pool[FT_NAME_SIZE];    /* on the standby */
    char primary_address[46];   /* of the link */
    char standby_address[46];
    uint64_t memory; /* bytes to copy first */
    uint64_t disk;   /* bytes to copy first */
    struct ft_pair_settings settings;
    bool measured;                 /* jitter is known */
    struct ft_jitter jitter;       /* between its hosts */
    json_t *config;                /* PAIR of ft-protocol(7), "self" missing */
    struct ft_findings findings;   /* of all checks */
    struct ft_placement placement; /* refers to the inventory's hosts */
    struct ft_plan_step steps[FT_PLAN_STEPS_MAX];
    size_t step_count;
};

/*
 * Fills plan (to be released by ft_plan_free also after an error, because its
 * findings say why). 0: every check passed or warned, config and steps are
 * there. -ENOENT VM or a named host unknown; -EEXIST already protected;
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

/* "engine", "witness", ...: stable names used in the journal. */
const char *ft_step_kind_name(enum ft_step_kind kind);

/*
 * The plan with findings and candidates as JSON (schema 1), for --json. No
 * secrets in it. New reference or NULL.
 */
json_t *ft_plan_to_json(const struct ft_plan *plan);

#endif
