/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mark in a worker's folder that says: the VM is stopped by us and will not
 * start again by itself. Whoever finds it after the worker's death acts on it.
 *
 * Threads: one writer. The folder lives no longer than the VM (/run), so
 * nothing is synced.
 */
#ifndef FT_QEMU_SAVER_MARKER_H
#define FT_QEMU_SAVER_MARKER_H

#include <libvirt/libvirt.h>

#include "base/error.h"

enum ft_saver_mark { FT_SAVER_RUNS, FT_SAVER_CHECKPOINT, FT_SAVER_HELD };

/* Sets the mark before the stop, or clears it (FT_SAVER_RUNS). 0 or -errno. */
int ft_saver_mark_set(const char *folder, enum ft_saver_mark mark);

/* FT_SAVER_RUNS when there is none. */
enum ft_saver_mark ft_saver_mark_get(const char *folder);

/* Marks and stops a running VM; its disks are drained then. -EIO: it runs. */
int ft_saver_suspend(virDomainPtr dom, const char *folder,
                     enum ft_saver_mark mark, struct ft_error *err);

/* Lets it run and clears the mark. -EIO: it stands, and the mark says so. */
int ft_saver_resume(virDomainPtr dom, const char *folder, struct ft_error *err);

#endif
