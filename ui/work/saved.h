/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan that was saved is read, and planned again. The store's thread. */
#ifndef FT_UI_WORK_SAVED_H
#define FT_UI_WORK_SAVED_H

#include "ui/work/protect.h"

/*
 * Reads a plan (plan/saved.h) from a file, "-": standard input. *saved is a new
 * reference. -EINVAL it is none; -EPROTO of another schema; -EFBIG; -ENOENT ...
 */
int ft_work_saved_read(const char *path, json_t **saved, struct ft_error *err);

/*
 * ft_work_protect_plan by what was saved, after the look. *differences is a new
 * reference, ft_saved_differences: when it is not empty the plan must not be carried
 * out. -EPERM also where something of the VM is unfinished.
 */
int ft_work_saved_plan(struct ft_work_protect *job, const json_t *saved,
                       json_t **differences, struct ft_error *err);

#endif
