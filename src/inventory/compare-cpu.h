/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the hypervisor of this host can give a guest the CPU that it has on another
 * one, as libvirt says (virConnectCompareHypervisorCPU). One thread; it blocks.
 */
#ifndef FT_INVENTORY_COMPARE_CPU_H
#define FT_INVENTORY_COMPARE_CPU_H

#include <jansson.h>

/*
 * question: {"emulator", "arch", "machine", "type" (kvm, qemu), "cpu" (XML)}. New:
 * {"result", "text"}: yes; no, with the features that are missing; error, with why
 * libvirt cannot tell. NULL without memory.
 */
json_t *ft_compare_cpu(const json_t *question);

#endif
