/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness: keeps (generation, owner) of every pair and changes it by
 * compare-and-swap, nothing else. What makes two hosts agree is only that one
 * record; so it is on stable storage before anybody hears of it.
 *
 * Protocol: TLS 1.3 PSK (engine/tls.h), identity = pair UUID, then requests
 * and answers as JSON lines of at most FT_WITNESS_LINE_MAX bytes; a connection
 * sees only its own pair. ft-protocol(7), "The witness".
 *
 * On disk: FOLDER/witness.db (SQLite in WAL mode with synchronous=FULL; no
 * secrets) and FOLDER/keys/UUID (32 bytes, mode 0600). The serving process and
 * the daemon that adds and removes pairs may work on them at once.
 *
 * Threads: the functions on a folder are thread safe (each opens the database
 * for itself). Owners are host names of at most 63 printable characters.
 */
#ifndef FT_WITNESS_WITNESS_H
#define FT_WITNESS_WITNESS_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

#define FT_WITNESS_LINE_MAX 1024
#define FT_WITNESS_OWNER_MAX 63
#define FT_WITNESS_KEY_SIZE 32

/* Generations fit into a signed 64-bit column and a JSON integer. */
#define FT_WITNESS_GENERATION_MAX INT64_MAX

/* Connections served at once; more are closed at once. */
#define FT_WITNESS_CLIENTS_MAX 256

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

/*
 * Adds a pair or replaces its key. A record that is there and not older than
 * generation is kept (so repeating is harmless); it is never lowered. Creates
 * the folder. -EINVAL for a pair, generation or owner out of range.
 */
int ft_witness_pair_set(const char *folder, const char *pair,
                        const unsigned char key[FT_WITNESS_KEY_SIZE],
                        uint64_t generation, const char *owner,
                        struct ft_error *err);

/* Forgets a pair and its key. Removing one that is not there is fine. */
int ft_witness_pair_remove(const char *folder, const char *pair,
                           struct ft_error *err);

/* A new array of {"pair","generation","owner"}; empty without a database. */
int ft_witness_list(const char *folder, json_t **pairs, struct ft_error *err);

#endif
