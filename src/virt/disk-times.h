/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a guest's own requests to its disks take, by QEMU's count of what its
 * devices asked for (query-blockstats): reads and writes, not what a mirror job reads.
 *
 * Threads: thread safe; plain data. Source: qapi/block-core.json, BlockDeviceStats.
 */
#ifndef FT_VIRT_DISK_TIMES_H
#define FT_VIRT_DISK_TIMES_H

#include <stdint.h>

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/error.h"

/* Of all devices, since QEMU was started. */
struct ft_disk_times {
    uint64_t requests;
    uint64_t ns; /* all of them together */
};

/* Asks QEMU. -errno as ft_qmp. */
int ft_disk_times_ask(virDomainPtr dom, struct ft_disk_times *out,
                      struct ft_error *err);

/* The same from QEMU's answer; what makes no sense counts for nothing. Pure. */
void ft_disk_times_read(const json_t *answer, struct ft_disk_times *out);

/*
 * The mean time of the requests between the two, in ns; -1 when there were fewer than
 * least (at least 1), or now is of another QEMU.
 */
int64_t ft_disk_times_mean(const struct ft_disk_times *before,
                           const struct ft_disk_times *now, uint64_t least);

#endif
