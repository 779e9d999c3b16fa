/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The earlier backup that an incremental one is made upon: a file, or a folder with
 * one for each disk, each with a mark of disk and moment (protect/image-mark.h).
 */
#ifndef FT_UI_WORK_BACKUP_BASE_H
#define FT_UI_WORK_BACKUP_BASE_H

#include <limits.h>

#include "protect/backup.h"
#include "protect/image-mark.h"

/* A backup's file in a folder, "VM-vda.qcow2": its name, without a slash. */
void ft_work_backup_name(const char *vm, const char *target, const char *format,
                         char out[NAME_MAX + 1]);

/*
 * Of what moment the backup at path is, in mark. -EINVAL: it is none, or of another
 * VM; -ENOENT and others of the file.
 */
int ft_work_base_moment(const char *path, const char *vm, const char *vm_uuid,
                        struct ft_image_mark *mark, struct ft_error *err);

/*
 * The file of it that has this disk, absolute, as an image at output, absolute, is to
 * name it: one in the same folder by its name alone. -EINVAL: it is of another disk,
 * size or moment.
 */
int ft_work_base_of(const char *path, const char *vm,
                    const struct ft_image_mark *of,
                    const struct ft_backup_disk *disk, const char *output,
                    char out[PATH_MAX], struct ft_error *err);

#endif
