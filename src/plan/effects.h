/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carrying a plan out leaves on every host, while it stands: each file, volume,
 * service, rule, and by whom it is made and taken away. Pure; from the same inventory
 * as the plan.
 */
#ifndef FT_PLAN_EFFECTS_H
#define FT_PLAN_EFFECTS_H

#include <jansson.h>

#include "inventory/host.h"

enum ft_effect_kind {
    FT_EFFECT_FILE,
    FT_EFFECT_FOLDER,
    FT_EFFECT_KEY,       /* a file with a key of the pair */
    FT_EFFECT_SERVICE,   /* started, and at boot */
    FT_EFFECT_PROCESS,   /* of the engine */
    FT_EFFECT_PORT,      /* that something listens on */
    FT_EFFECT_WITNESS,   /* what the witness keeps of the pair */
    FT_EFFECT_VOLUME,    /* of a pool: the replica of a disk */
    FT_EFFECT_DOMAIN,    /* the waiting copy */
    FT_EFFECT_NVRAM,     /* its file of UEFI variables */
    FT_EFFECT_TPM,       /* its swtpm */
    FT_EFFECT_AUTOSTART, /* of the VM: off, the engine sees to it */
    FT_EFFECT_MIRROR,    /* a block job of a disk, towards the engine */
    FT_EFFECT_GATE,      /* before a NIC: "filter" or "plug" */
    FT_EFFECT_QDISC,     /* tc(8): what the gate "plug" is made of */
    FT_EFFECT_MEMORY,    /* of QEMU: write protection of the guest's pages */
    FT_EFFECT_KINDS,
};

struct ft_effect {
    char host[FT_NAME_SIZE];
    enum ft_effect_kind kind;
    const char *step; /* that makes it: ft_step_kind_name; constant */
    bool later;       /* by the engine, once the step is made */
    char what[FT_PATH_SIZE];
    char detail[320];    /* or empty */
    uint64_t bytes;      /* 0: not told */
    const char *undoing; /* what takes it away; constant */
};

struct ft_effects {
    struct ft_effect *list; /* by hosts in the order of the steps; owned */
    size_t count;
};

/* Of what plan; witness may be NULL. All is borrowed. */
struct ft_effects_wish {
    const char *pair; /* UUID */
    const char *pool; /* on the standby */
    const struct ft_host *primary, *standby, *witness;
    const struct ft_domain *domain; /* on the primary */
};

/* 0 or -ENOMEM. */
int ft_effects_make(const struct ft_effects_wish *wish,
                    struct ft_effects *effects);

/* NULL inside is a no-op. */
void ft_effects_free(struct ft_effects *effects);

/* "file", "volume", ...: constant. */
const char *ft_effect_kind_name(enum ft_effect_kind kind);

/* An array of objects, a new reference or NULL. */
json_t *ft_effects_to_json(const struct ft_effects *effects);

#endif
