/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has the standby of a VM that is protected drifted? The checks of its protection
 * are made again, all the time, by what both hosts tell of themselves; what is worse
 * than it was, or fails, is the drift. Pure.
 */
#ifndef FT_DRIFT_DRIFT_H
#define FT_DRIFT_DRIFT_H

#include <stdbool.h>

#include <jansson.h>

#include "inventory/host.h"
#include "plan/findings.h"

/* Findings that are told of at once; the worst come first. */
#define FT_DRIFT_TOLD_MAX 16

struct ft_drift_pair {
    const char *pair, *vm, *vm_uuid;
    const char *pool; /* of the copy's disks; NULL: not known */
};

/*
 * Appends what the checks of the standby find, for a copy that waits there. What a
 * host does at the moment (its pressure) is no drift. -ENOENT: primary tells nothing
 * of the VM; -ENOMEM.
 */
int ft_drift_judge(const struct ft_drift_pair *pair,
                   const struct ft_host *primary, const struct ft_host *standby,
                   struct ft_findings *findings);

/*
 * What of findings was so before: their keys that are in known, an array of an
 * earlier call; known NULL: all that warn or could not be told, for this is the first
 * look. A new array, NULL without memory. Not of a look that saw nothing.
 */
json_t *ft_drift_known(const struct ft_findings *findings, const json_t *known);

/* Whether the standby was silent (standby.told): such a look says nothing of the rest. */
bool ft_drift_saw_nothing(const struct ft_findings *findings);

/*
 * Marks what is waived among findings, by a list as ft_waivers_to_json has it (NULL:
 * nothing is). A waiver ends for good when something else is found: such ones are in
 * ended, an array of an earlier call or NULL. A new array, NULL without memory.
 */
json_t *ft_drift_waive(const json_t *waivers, const json_t *ended,
                       struct ft_findings *findings);

/*
 * {"verdict", "checks": how many were made, "findings": as ft_findings_to_json, those
 * that fail, and those that warn or could not be told and are not known; what is waived
 * comes last}. The verdict is the worst of those that are not waived. A new reference, NULL without memory.
 */
json_t *ft_drift_report(const struct ft_findings *findings, const json_t *known);

/*
 * {"runs", "installed", "older"}: the QEMU that runs the VM of this UUID, the one that
 * its host has for it, and whether the first is the older one, as it is after an
 * upgrade until the VM moves. A new reference; NULL where one of them is not known, or
 * without memory.
 */
json_t *ft_drift_qemu(const struct ft_host *host, const char *vm_uuid);

#endif
