/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A light look at this host, that may be taken every second: what its VMs and
 * pools are, and how busy it is. The probe (probe.h) finds out everything, and
 * takes its time.
 *
 * Threads: any; plain data of the caller.
 */
#ifndef FT_INVENTORY_LOOK_H
#define FT_INVENTORY_LOOK_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

/*
 * Lists of {"name", "uuid", "state", "memory_bytes", "vcpus"} and of {"name",
 * "path", "active", "capacity", "available"} (bytes), new references. By a
 * connection of its own to libvirt, which is asked for nothing that waits for
 * QEMU; it blocks for as long as libvirt does not answer. A VM that is found
 * paused, and whose UUID is no member of waiting, is looked at some more times
 * within some 70 ms: checkpoints stop it for a few of them. On -errno both are
 * NULL.
 */
int ft_look_libvirt(const json_t *waiting, json_t **vms, json_t **pools,
                    struct ft_error *err);

/* {"memory": {"total", "available"}, "cpus", "pressure"}, without waiting. */
json_t *ft_look_load(void);

/* Time that all processors spent since boot, in the kernel's ticks. */
struct ft_look_cpu {
    uint64_t busy, all;
};

/* From /proc/stat (proc_stat(5)). 0 or -errno. */
int ft_look_cpu(struct ft_look_cpu *cpu);

/* The same from its text. -EBADMSG. */
int ft_look_cpu_parse(const char *text, struct ft_look_cpu *cpu);

/* How many percent were busy between two moments; -1 when that cannot be told. */
double ft_look_cpu_percent(const struct ft_look_cpu *before,
                           const struct ft_look_cpu *after);

#endif
