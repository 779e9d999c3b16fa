/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first phase of an NBD connection: the client asks what there is and
 * chooses an export. Memory and threads: those of nbd-session.h.
 */
#ifndef FT_DISK_NBD_NEGOTIATE_H
#define FT_DISK_NBD_NEGOTIATE_H

#include "base/error.h"
#include "disk/nbd-session.h"

/*
 * Does the handshake. 0: session->export is chosen and the transmission phase
 * begins. 1: the client left in good order. Otherwise -errno with text.
 */
int nbd_negotiate(struct nbd_session *session, struct ft_error *err);

#endif
