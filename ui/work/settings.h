/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of a pair that exists: what its hosts say they are, and changing
 * them while it is protected. The store's thread.
 */
#ifndef FT_UI_WORK_SETTINGS_H
#define FT_UI_WORK_SETTINGS_H

#include "ui/work/pair.h"

/*
 * Finds the pair and its settings; change: and locks it, to change them then.
 * -ENOENT; -EHOSTUNREACH no host that carries it answers; -EOPNOTSUPP its
 * engine is too old to tell; -EBUSY.
 */
int ft_work_settings_prepare(struct ft_work_fleet *fleet, const char *vm,
                             bool change, struct ft_work_pair *found,
                             struct ft_pair_settings *settings,
                             struct ft_error *err);

/*
 * Makes before into after on both hosts, as ft_change_settings says, as a job;
 * -EINVAL when after makes no sense. Nothing is asked when they do not differ.
 */
int ft_work_settings_change(struct ft_work_fleet *fleet,
                            const struct ft_work_pair *found,
                            const struct ft_pair_settings *before,
                            const struct ft_pair_settings *after,
                            struct ft_error *left, struct ft_error *err);

#endif
