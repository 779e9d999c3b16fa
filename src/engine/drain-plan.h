/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a pair when its host goes down in good order (ftengine drain).
 * Pure; any thread.
 */
#ifndef FT_ENGINE_DRAIN_PLAN_H
#define FT_ENGINE_DRAIN_PLAN_H

#include <jansson.h>

enum ft_drain {
    FT_DRAIN_HAND_OVER, /* the VM goes on on the other host */
    FT_DRAIN_STAYS, /* it is here and nowhere else: libvirt's to shut down */
    FT_DRAIN_COPY,  /* a standby's: its copy is ended, its VM not touched */
};

/*
 * Of a STATUS (ft-protocol(7)). *why says in words why it stays, else NULL; it
 * lives as long as the status.
 */
enum ft_drain ft_drain_judge(const json_t *status, const char **why);

#endif
