/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory file into which QEMU saves its device state where it may not open a
 * pipe. QEMU has it as an fdset, libvirt's way to give it a file. Private to
 * device-state.c.
 *
 * Ownership: the file holds a reference of dom. Threads: one at a time.
 * Source: qapi/misc.json (add-fd), migration.json (xen-save-devices-state).
 */
#ifndef FT_QEMU_SAVER_MEMFD_H
#define FT_QEMU_SAVER_MEMFD_H

#include <stddef.h>
#include <stdint.h>

#include <libvirt/libvirt.h>

#include "base/error.h"

struct ft_saver_memfd;

int ft_saver_memfd_open(virDomainPtr dom, struct ft_saver_memfd **out,
                        struct ft_error *err);

/*
 * Has QEMU save its device state, and takes it into *data, which is grown up to
 * limit bytes. The VM is to stand; that others let it stand nobody sees to.
 */
int ft_saver_memfd_save(struct ft_saver_memfd *memfd, uint8_t **data,
                        size_t *size, size_t *capacity, size_t limit,
                        struct ft_error *err);

/* Takes the file from QEMU and frees. NULL is a no-op. */
void ft_saver_memfd_close(struct ft_saver_memfd *memfd);

/* Takes dead workers' files from QEMU. */
void ft_saver_memfd_remove_leftovers(virDomainPtr dom);

#endif
