/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of UEFI variables that libvirt makes for a waiting copy: remembered
 * before it is there, for the undo (worker/made.h). One that was there before is
 * somebody's, and stays. Receiver thread.
 */
#ifndef FT_STANDBY_NVRAM_H
#define FT_STANDBY_NVRAM_H

#include "worker/worker.h"

/*
 * Before the copy of this definition is started. -EINVAL for XML that cannot be
 * read; 0 also where it has no such file.
 */
int ft_standby_remember_nvram(struct ft_worker *worker, const char *xml,
                              struct ft_error *err);

#endif
