/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the administrator wants of placement, in the database. The store's thread.
 */
#ifndef FT_UI_WORK_RULES_H
#define FT_UI_WORK_RULES_H

#include "ui/work/work.h"

/* Two VMs, names or UUIDs, stay apart. -EEXIST; -EINVAL: one VM, or no name. */
int ft_work_rule_add(const struct ft_work *work, const char *first,
                     const char *second, struct ft_error *err);

/* The rule of this number, as text. -EINVAL: no number; -ENOENT. */
int ft_work_rule_remove(const struct ft_work *work, const char *number,
                        struct ft_error *err);

/* [{"rule","kind","first","second","made"}], new reference. */
int ft_work_rules_list(const struct ft_work *work, json_t **rows,
                       struct ft_error *err);

#endif
