/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second phase of an NBD connection: requests and their replies, one after
 * the other. Memory and threads: those of nbd-session.h.
 */
#ifndef FT_DISK_NBD_TRANSMISSION_H
#define FT_DISK_NBD_TRANSMISSION_H

#include "base/error.h"
#include "disk/nbd-session.h"

/* Negotiates and serves until the client leaves. As ft_nbd_serve. */
int nbd_run(struct nbd_session *session, struct ft_error *err);

#endif
