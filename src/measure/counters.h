/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a running VM has written to its disks and sent, as libvirt and the kernel
 * count it; how fast QEMU's monitor answers; what is under way with the VM.
 * Nothing is changed. Threads: one at a time.
 */
#ifndef FT_MEASURE_COUNTERS_H
#define FT_MEASURE_COUNTERS_H

#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"
#include "virt/vm.h"

struct ft_disk_counters { /* of all disks, since QEMU was started */
    int64_t write_bytes, writes, write_ns;
    int64_t flushes, flush_ns;
};

struct ft_sent_counters { /* by the guest, of all NICs that the kernel counts */
    uint64_t packets, bytes;
};

/* All 0 where libvirt does not tell. */
void ft_counters_disks(virDomainPtr dom, struct ft_disk_counters *out);

/* Source: /proc/net/dev, proc(5). */
void ft_counters_sent(const struct ft_vm *vm, struct ft_sent_counters *out);

/* The same from the text of that file. Pure. */
void ft_counters_sent_parse(const char *text, const struct ft_vm *vm,
                            struct ft_sent_counters *out);

/* Bytes of the disks that would be copied, as the guest sees them and as they are
 * allocated. */
void ft_counters_sizes(virDomainPtr dom, const struct ft_vm *vm,
                       uint64_t *capacity, uint64_t *allocated);

/* Milliseconds from a question to QEMU to its answer, the median of some. */
int ft_counters_monitor(virDomainPtr dom, double *ms, struct ft_error *err);

/*
 * Whether the VM is to itself: -EBUSY it stands, or a job of libvirt's runs
 * (migration, save, dump, backup). Asks libvirt only.
 */
int ft_counters_check_free(virDomainPtr dom, const struct ft_vm *vm,
                           struct ft_error *err);

/* -EBUSY: a job of one of its disks runs (block copy, commit, pull). */
int ft_counters_check_disks(virDomainPtr dom, const struct ft_vm *vm,
                            struct ft_error *err);

#endif
