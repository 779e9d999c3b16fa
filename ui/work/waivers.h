/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings that the administrator has accepted (plan/waivers.h), as the database has
 * them. The store's thread.
 */
#ifndef FT_UI_WORK_WAIVERS_H
#define FT_UI_WORK_WAIVERS_H

#include "plan/findings.h"
#include "protect/protect.h"
#include "ui/work/fleet.h"

/*
 * Marks what is waived among the findings about this VM, and ends waivers of what was
 * found otherwise at found_at, ms since 1970, by when they had been given; 0: it is not
 * how anything is, but how it would be.
 */
int ft_work_waivers_apply(const struct ft_work *work, const char *vm_uuid,
                          struct ft_findings *findings, int64_t found_at,
                          struct ft_error *err);

/* Waives one finding of a VM for this reason. */
int ft_work_waive(const struct ft_work *work, const char *vm,
                  const char *vm_uuid, const struct ft_finding *finding,
                  const char *reason, struct ft_error *err);

/*
 * Takes back those of a check that are in force for this VM, by its name or UUID, and
 * about this subject (NULL: any). -ENOENT: there are none.
 */
int ft_work_waivers_end(const struct ft_work *work, const char *vm,
                        const char *check, const char *subject, size_t *count,
                        struct ft_error *err);

/*
 * Tells the hosts of a protected VM, by its name or UUID, what is waived for it, so that
 * it puts the VM at risk no more; nothing of one that is not protected.
 */
int ft_work_waivers_tell(struct ft_work_fleet *fleet, const char *vm,
                         struct ft_error *err);

/* The same of a pair that has just been made; nothing where nothing is waived. */
int ft_work_waivers_tell_new(const struct ft_work *work, struct ft_fleet *fleet,
                             const struct ft_pair_ref *pair,
                             const char *vm_uuid, struct ft_error *err);

/* Rows of all that were ever given, of vm (NULL: of all VMs); new reference. */
int ft_work_waivers_list(const struct ft_work *work, const char *vm,
                         json_t **rows, struct ft_error *err);

#endif
