/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP sockets between hosts: connecting to a host that has several addresses,
 * and listening on all of our own.
 *
 * Every socket made here is close-on-exec, has TCP_NODELAY, keepalive and
 * TCP_USER_TIMEOUT set (ft_tcp_tune), so that a peer that vanished without a
 * word is noticed by the kernel after FT_TCP_DEAD_MS at the latest. Who needs
 * to know sooner measures silence itself. Times are CLOCK_MONOTONIC in ns
 * (base/clock.h). Everything is thread safe.
 */
#ifndef FT_LINK_TCP_H
#define FT_LINK_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* For calls that may wait for ever. */
#define FT_NO_DEADLINE INT64_MAX

/* Unacknowledged data or a silent idle peer for this long resets: tcp(7). */
#define FT_TCP_DEAD_MS 10000

/* A numeric address with an interface, and NUL. */
#define FT_TCP_ADDRESS_SIZE 64

/* More addresses than this are ignored. */
#define FT_TCP_ADDRESSES_MAX 16

/*
 * Connects to the first of n numeric addresses (IPv4, or IPv6 with an optional
 * %interface) that answers on port, in this order, starting the next one when
 * one failed or has not answered for 250 ms. *fd is blocking and the caller's.
 * Errors name every address: -ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH,
 * -EINVAL (not an address) and what connect(2) says.
 */
int ft_tcp_connect(const char *const *addresses, size_t n, uint16_t port,
                   int64_t deadline_ns, int *fd, struct ft_error *err);

/*
 * Listens on port (0: any free one) of all addresses, IPv6 and IPv4, or IPv4
 * only where the kernel has no IPv6. *fd is non-blocking and the caller's;
 * sockets accepted from it need ft_tcp_tune. -EADDRINUSE, -EACCES.
 */
int ft_tcp_listen(uint16_t port, int *fd, struct ft_error *err);

/* Sets the options named above; a no-op on sockets that are not TCP. */
void ft_tcp_tune(int fd);

/* The local port of a socket, 0 when it has none. */
uint16_t ft_tcp_port(int fd);

/* The peer's address as "10.0.0.1 port 4711", for messages. */
void ft_tcp_peer_name(int fd, char *out, size_t size);

/*
 * The addresses of both ends of a connection as text, without ports; empty
 * where it is none of TCP. Each of FT_TCP_ADDRESS_SIZE.
 */
void ft_tcp_ends(int fd, char *local, char *peer);

/* The kernel's smoothed round trip of a connection in ns; 0: not known. */
int64_t ft_tcp_round_trip(int fd);

/* Bytes of a connection that the peer's kernel does not have yet (tcp(7),
 * SIOCOUTQ). */
uint64_t ft_tcp_unsent(int fd);

/*
 * Waits until fd is ready for events (poll(2)) or deadline_ns. 0, -ETIMEDOUT
 * or -errno; 0 as well on error and hang-up, which the next read or write
 * will report.
 */
int ft_wait_fd(int fd, short events, int64_t deadline_ns);

#endif
