/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out the facts about the host this process runs on (see host.h).
 *
 * Runs inside ftengine, as root: subcommand `probe` and the daemon's verb of
 * the same name. Opens its own libvirt connection and closes it again; may
 * block for seconds when libvirtd is slow. One thread at a time.
 */
#ifndef FT_INVENTORY_PROBE_H
#define FT_INVENTORY_PROBE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

/*
 * *facts is a new reference. What is missing on this host (libvirt, a kernel
 * feature) is a fact and not an error; -ENOMEM is the only one.
 */
int ft_probe(json_t **facts, struct ft_error *err);

/*
 * The same, as may be done all the time beside protected VMs: no QEMU is asked (sizes
 * and jobs of disks, what blocks a migration are not told), and whether the kernel has
 * what the plug needs, and which version a program has that is still the same file, are
 * taken of before, facts of this boot (NULL: it is tried); that it lacks something is
 * tried anew every ten minutes.
 */
int ft_probe_gently(const json_t *before, json_t **facts, struct ft_error *err);

/*
 * The version of the program a process runs, as its file says with --version
 * (QEMU: "7.2.22"), by /proc/PID/exe, so that an upgraded package does not
 * deceive. size >= FT_VERSION_SIZE. -ENOENT when it cannot be told.
 */
int ft_probe_qemu_version(int64_t pid, char *version, size_t size);

#endif
