/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of steps that a plan has, in the order in which they are made. Pure. */
#ifndef FT_PLAN_STEP_KINDS_H
#define FT_PLAN_STEP_KINDS_H

enum ft_step_kind {
    FT_STEP_ENGINE,       /* install or upgrade and start ftengine */
    FT_STEP_WITNESS,      /* start the witness */
    FT_STEP_WITNESS_PAIR, /* tell it about the pair */
    FT_STEP_STANDBY,      /* pair-set on the standby */
    FT_STEP_RELEASE,      /* the VM leaves its pair with a lost host */
    FT_STEP_PRIMARY,      /* pair-set on the primary */
    FT_STEP_SYNC,         /* wait until state is protected */
    FT_STEP_KINDS,
};

/* "engine", "witness", ...: stable names used in the journal. */
const char *ft_step_kind_name(enum ft_step_kind kind);

/* The one of this name; FT_STEP_KINDS: there is none. */
enum ft_step_kind ft_step_kind_called(const char *name);

#endif
