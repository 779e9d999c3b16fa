/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of many addresses answer SSH: one TCP connection each, to one port, a
 * bounded number at a time, without waiting for any of them. Nothing is sent;
 * an SSH server speaks first.
 *
 * Ownership: the addresses are the caller's; connections that answer go to it.
 * Threads: the caller's; callbacks are called in it.
 */
#ifndef FT_REMOTE_SWEEP_H
#define FT_REMOTE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remote/reach.h"

#define FT_SWEEP_AT_ONCE 128
#define FT_SWEEP_PATIENCE_MS 2000

struct ft_sweep {
    unsigned port;
    unsigned at_once; /* 0: FT_SWEEP_AT_ONCE; more are not taken */
    int patience_ms;  /* for connection and first word; 0: the above */
    /*
     * One is done. FT_REACH_NONE: it speaks SSH, and fd is the connection,
     * nothing of which was read, now the callee's. Else fd is -1.
     */
    void (*done)(void *data, size_t index, int fd, enum ft_reach reach);
    /* True: no further one is begun for now; asked some times a second. */
    bool (*full)(void *data);
    /* True: end. Those that are on their way get no call of done. */
    bool (*stopped)(void *data);
    void *data;
};

/* addresses: IPv4 of host byte order. 0, -ECANCELED when stopped, -ENOMEM. */
int ft_sweep_run(const struct ft_sweep *sweep, const uint32_t *addresses,
                 size_t count);

#endif
