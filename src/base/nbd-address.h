/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where disks are served by NBD with TLS: an address as people write it, and the URI of
 * a disk there, as the NBD URI specification has it
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/uri.md). Pure; any thread.
 */
#ifndef FT_BASE_NBD_ADDRESS_H
#define FT_BASE_NBD_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

#define FT_NBD_PORT 10809 /* IANA's for NBD */

struct ft_nbd_address {
    char host[256]; /* a name or an address, IPv6 without brackets */
    uint16_t port;  /* of the first disk; those of the others follow */
};

/* "HOST", "HOST:PORT", "[IPV6]:PORT" or "IPV6". -EINVAL. */
int ft_nbd_address_parse(const char *text, struct ft_nbd_address *out);

/* "nbds://HOST:PORT/vda", of the disk with this index. */
void ft_nbd_address_uri(const struct ft_nbd_address *address, size_t disk,
                        const char *target, char *out, size_t size);

#endif
