/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest writes on this host from its first moment here on, recorded by QEMU
 * itself: a dirty bitmap of each disk, in chunks of 64 KiB, named by the copy that
 * the other host has: the disks as they were before all of these writes. It lives
 * and ends with the QEMU, whatever becomes of us, and is never cleared; so what it
 * has is all that the copy can lack, whatever of that it has been given meanwhile.
 *
 * Threads: thread safe. Errors: as ft_qmp.
 * Source: qemu/docs/interop/bitmaps.rst, qapi/block-core.json.
 */
#ifndef FT_VIRT_WRITE_RECORD_H
#define FT_VIRT_WRITE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <libvirt/libvirt.h>

#include "base/error.h"

#define FT_RECORD_ID_SIZE 37        /* of a copy, with its NUL */
#define FT_RECORD_GRANULARITY 65536 /* bytes */

struct ft_recorded_disk {
    const char *file; /* the path of its image; the caller's */
    char node[64];    /* QEMU's name of its root */
};

/* The bitmaps' name of that id. */
#define FT_RECORD_NAME_SIZE (FT_RECORD_ID_SIZE + 8)
void ft_write_record_name(const char *id, char name[FT_RECORD_NAME_SIZE]);

/*
 * Begins the record of n disks of a VM that is loaded and has not run. Fills their
 * nodes. -EBUSY: the guest has written already, and nothing is recorded.
 */
int ft_write_record_begin(virDomainPtr dom, struct ft_recorded_disk *disks,
                          size_t n, const char *id, struct ft_error *err);

/*
 * Whose record all n disks have, and their nodes: 0 with *id empty where there is
 * none, or not of all.
 */
int ft_write_record_find(virDomainPtr dom, struct ft_recorded_disk *disks,
                         size_t n, char id[FT_RECORD_ID_SIZE],
                         struct ft_error *err);

/* Nothing of the kind is left in QEMU. */
int ft_write_record_end_all(virDomainPtr dom, struct ft_error *err);

/*
 * What ft_write_record_find makes of QEMU's answer to query-block; false: a disk is
 * not in it. And of that to query-blockstats: none of them was ever written. Pure.
 */
bool ft_write_record_read(const json_t *blocks, struct ft_recorded_disk *disks,
                          size_t n, char id[FT_RECORD_ID_SIZE]);
bool ft_write_record_unwritten(const json_t *stats,
                               const struct ft_recorded_disk *disks, size_t n);

#endif
