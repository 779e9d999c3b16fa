/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network's end of a backup that others pull: qemu-nbd(8) in front of a unix socket
 * of this machine, one for each disk, with TLS and nothing else. Who connects has the
 * key, or a certificate by the same authority.
 *
 * Threads: one at a time, and the one that starts it outlives it.
 */
#ifndef FT_PROTECT_NBD_TLS_H
#define FT_PROTECT_NBD_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/nbd-address.h"
#include "protect/backup.h"

struct ft_nbd_tls;

/*
 * Begins to serve the disks, read-only, that are at socket, in whose folder it keeps
 * files of its own until its end. creds is a folder as QEMU has them: with keys.psk
 * (tls-creds-psk), or with ca-cert.pem, server-cert.pem and server-key.pem
 * (tls-creds-x509). -ENOENT: no qemu-nbd, or no such folder; -E2BIG: no ports.
 */
int ft_nbd_tls_start(const struct ft_nbd_address *address, const char *creds,
                     const char *socket, const struct ft_backup_begun *begun,
                     struct ft_nbd_tls **out, struct ft_error *err);

/* 1: all of them listen; 0: not yet; -EIO: one has ended, with its words. */
int ft_nbd_tls_look(struct ft_nbd_tls *tls, struct ft_error *err);

/* Ends them, and waits for that. NULL is a no-op. */
void ft_nbd_tls_stop(struct ft_nbd_tls *tls);

#endif
