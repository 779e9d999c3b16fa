/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's own files that a VM uses by their path, and that no copy has: media,
 * read-only disks, what it is started from. Each host that shall run the VM must
 * have them. Pure.
 */
#ifndef FT_PLAN_HOST_FILES_H
#define FT_PLAN_HOST_FILES_H

#include <stddef.h>

#include "inventory/host.h"

/* More in one definition are not looked at. */
#define FT_HOST_FILES_MAX 64

/*
 * Those of a definition (may be NULL), each once; nothing is known of them yet.
 * *files is the caller's to free, NULL when there are none. -ENOMEM.
 */
int ft_host_files(const char *xml, struct ft_host_file **files, size_t *count);

/*
 * Takes what a host said of them: for each, in order, a line "missing", "private"
 * or "readable". -EPROTO when it is anything else.
 */
int ft_host_files_answer(const char *text, struct ft_host_file *files,
                         size_t count);

#endif
