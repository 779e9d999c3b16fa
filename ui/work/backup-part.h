/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backup's file until it is whole: NAME.part beside it, which nobody but its maker
 * writes to, whatever program that is and whichever VM it backs up. What a run that
 * died has left of that name is taken over.
 *
 * Ownership: of who made it, until it is named or removed. One thread.
 */
#ifndef FT_UI_WORK_BACKUP_PART_H
#define FT_UI_WORK_BACKUP_PART_H

#include <limits.h>

#include "base/error.h"

struct ft_work_part {
    char path[PATH_MAX + 8]; /* empty: there is none */
    int fd;                  /* its lock, which ends with the process */
};

/* -EEXIST: there is something of that name. */
int ft_work_part_check(const char *file, struct ft_error *err);

/*
 * Makes one, empty, for file, absolute. -EBUSY: another backup is being written there;
 * -EEXIST: file is there, or what is no file; others of the file system.
 */
int ft_work_part_make(const char *file, struct ft_work_part *part,
                      struct ft_error *err);

/* It is file now, on its storage as far as its name goes; -EEXIST: that is there. */
int ft_work_part_name(struct ft_work_part *part, const char *file,
                      struct ft_error *err);

/* None: a no-op. */
void ft_work_part_remove(struct ft_work_part *part);

#endif
