/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often requests to a VM's disks have failed so far, by QEMU's count of what
 * it told the guest (query-blockstats, failed_*_operations). Requests that a
 * guest itself makes wrong are not among them.
 *
 * Threads: thread safe; plain data. Source: qapi/block-core.json,
 * BlockDeviceStats.
 */
#ifndef FT_VIRT_DISK_ERRORS_H
#define FT_VIRT_DISK_ERRORS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/vm.h"

struct ft_disk_errors {
    uint64_t failed[FT_VM_DISKS_MAX]; /* by the index in struct ft_vm */
};

/* Asks QEMU. -errno as ft_qmp. */
int ft_disk_errors_ask(virDomainPtr dom, const struct ft_vm *vm,
                       struct ft_disk_errors *out, struct ft_error *err);

/* The same from QEMU's answer; a disk that is not in it has none. Pure. */
void ft_disk_errors_read(const json_t *answer, const struct ft_vm *vm,
                         struct ft_disk_errors *out);

/* The first disk on which requests have failed between the two, or NULL. */
const struct ft_vm_disk *ft_disk_errors_first(const struct ft_vm *vm,
                                              const struct ft_disk_errors *before,
                                              const struct ft_disk_errors *now);

#endif
