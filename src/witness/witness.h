/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness: keeps (generation, owner) of every pair and changes it by
 * compare-and-swap; of a pair that its owner removed it keeps that, for a while.
 * What makes two hosts agree is only that one record; so it is on stable storage
 * before anybody hears of it. What it is asked and answers: witness-protocol.h.
 *
 * On disk: FOLDER/witness.db (SQLite in WAL mode with synchronous=FULL; no
 * secrets) and FOLDER/keys/UUID (32 bytes, mode 0600). The serving process and
 * the daemon that adds and removes pairs (witness-pairs.h) may work on them at
 * once.
 *
 * Threads: a server has one for each connection, all of its own; serving ends
 * when they have. Memory: none is handed out.
 */
#ifndef FT_WITNESS_WITNESS_H
#define FT_WITNESS_WITNESS_H

#include <stdint.h>

#include "base/error.h"

/*
 * Connections served at once; more are closed at once. All places but those of
 * strangers are kept for those that have shown their key, so many for each pair:
 * both hosts' standing ones, and what they ask beside them. One more takes the
 * place of another: of a stranger (link/crowd.h), of the one of its pair that has
 * been silent for the longest time.
 */
#define FT_WITNESS_CLIENTS_MAX 1024
#define FT_WITNESS_STRANGERS_MAX 128
#define FT_WITNESS_PAIR_MAX 16

/* A connection that says nothing for so long, or is so slow, is closed. */
#define FT_WITNESS_IDLE_S 30
#define FT_WITNESS_HANDSHAKE_S 5

/* `ftengine witness`: serves FT_WITNESS_FOLDER until SIGTERM. Exit status. */
int ft_witness_main(uint16_t port);

/*
 * Serves until stop_fd becomes readable. Returns 0 then, or -errno when it
 * could not begin: -EADDRINUSE, -EACCES, -ENOSPC, -EUCLEAN (damaged database).
 */
int ft_witness_serve(const char *folder, uint16_t port, int stop_fd,
                     struct ft_error *err);

/* The same on a socket of ft_tcp_listen, which stays the caller's. */
int ft_witness_serve_on(const char *folder, int listen_fd, int stop_fd,
                        struct ft_error *err);

#endif
