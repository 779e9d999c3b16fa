/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds sections in a device state as QEMU saves it. There is no list of them,
 * and no length before their fields: a section is known by its name, version and
 * size of fields, and what stands around it. Pure; the memory is the caller's.
 *
 * Source (the same in QEMU 7.2 to 10.0; all numbers are big endian):
 *   a section    u8 4, u32 id, u8 length and name, u32 instance, u32 version,
 *                the fields, then subsections or u8 0x7e, u32 id
 *                (migration/savevm.c, save_section_header and _footer)
 *   the state    u32 magic, u32 version, sections, u8 0 (qemu_save_device_state)
 *   "cpu_common" version 1, one a vCPU: u32 halted, u32 interrupt_request;
 *                vmstate_cpu_common (cpu.c, later hw/core or system/cpus)
 */
#ifndef FT_QEMU_DEVICE_SECTIONS_H
#define FT_QEMU_DEVICE_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_device_section {
    const char *name; /* 14 bytes at most */
    uint32_t version;
    size_t size; /* of the fields, without subsections */
};

/* The offset of the fields of the next such section from at on; 0: none. */
size_t ft_device_section_next(const struct ft_device_section *section,
                              const uint8_t *state, size_t size, size_t at);

/* Whether such a section has its fields at this offset. */
bool ft_device_section_at(const struct ft_device_section *section,
                          const uint8_t *state, size_t size, size_t fields);

/* The instance of the section with its fields there. */
uint32_t ft_device_section_instance(const uint8_t *state, size_t fields);

/* How many vCPUs it is of; 0: not known. */
unsigned ft_device_vcpus(const uint8_t *state, size_t size);

/* How many devices it has sections of, each with a footer; 0: not known. */
unsigned ft_device_count(const uint8_t *state, size_t size);

#endif
