/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structured replies of the NBD server: what is read in chunks, of which those of
 * zeros carry none, and where the holes are. Memory and threads: those of
 * nbd-session.h. All return 0 once the client was answered, with whatever, or
 * -errno when it cannot be.
 */
#ifndef FT_DISK_NBD_CHUNKS_H
#define FT_DISK_NBD_CHUNKS_H

#include "disk/nbd-session.h"

/* Answers with an error, of the protocol's numbers. */
int nbd_chunk_error(struct nbd_session *session, uint64_t handle,
                    uint32_t error);

/* Of a read that was checked; error_of makes numbers of the protocol. */
int nbd_chunk_read(struct nbd_session *session, uint64_t handle, uint64_t offset,
                   uint32_t length, uint32_t (*error_of)(int code));

/* The same of BLOCK_STATUS; one: only the first extent. */
int nbd_chunk_extents(struct nbd_session *session, uint64_t handle,
                      uint64_t offset, uint32_t length, int one,
                      uint32_t (*error_of)(int code));

#endif
