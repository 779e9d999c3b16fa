/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of UEFI variables that libvirt makes for a waiting copy: remembered
 * before it is there, for the undo (worker/made.h). One that was there before is
 * somebody's, and stays. Receiver thread, unless said otherwise.
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

#define FT_NVRAM_MAX (64 << 20) /* bytes */

/*
 * A file like the one of this waiting copy, for a rehearsal of it, of the same owner,
 * mode and format: libvirt needs no template then. What is in it is of no matter, QEMU
 * writes there what comes with the memory. 0 also where it has none; -EFBIG: more than
 * FT_NVRAM_MAX. to must not be there. Any thread.
 */
int ft_standby_copy_nvram(const char *waiting_xml, const char *to,
                          struct ft_error *err);

#endif
