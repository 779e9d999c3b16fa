/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts as a file has them that `ftadmin facts export` has written
 * (protect/record.h). The store's thread.
 */
#ifndef FT_UI_WORK_FACTS_H
#define FT_UI_WORK_FACTS_H

#include "ui/work/fleet.h"

/*
 * They as a fleet, as they were then: none is asked for anything. path "-": stdin.
 * To be closed also after an error. -ENOENT, -EINVAL, -EPROTO and others of the file.
 */
int ft_work_facts_replay(const struct ft_work *work, const char *path,
                         struct ft_work_fleet *fleet, struct ft_error *err);

/*
 * Into the database, as if they had just been added; fleet is they, as above.
 * -EPERM: one of them is known there already, and nothing is changed.
 */
int ft_work_facts_import(const struct ft_work *work, const char *path,
                         struct ft_work_fleet *fleet, struct ft_error *err);

#endif
