/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a disk of a domain's XML has its data: replaced, with whatever described the
 * old image (its type, backing chain, encryption, reservations, and the driver
 * options that name a format). Raw afterwards. Private to src/virt. -ENOMEM.
 */
#ifndef FT_VIRT_DISK_SOURCE_H
#define FT_VIRT_DISK_SOURCE_H

#include "virt/xml.h"

/* In a file. */
int ft_disk_source_file(xmlNodePtr disk, const char *path);

/* In an export of the NBD server at that unix socket. */
int ft_disk_source_nbd(xmlNodePtr disk, const char *socket, const char *export);

#endif
