/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ftengine daemon: one for each host. Listens for administrators (control
 * socket), for workers and for peers, and keeps the workers alive. It decides
 * nothing about a VM: that is the workers' business.
 */
#ifndef FT_ENGINE_DAEMON_H
#define FT_ENGINE_DAEMON_H

#include <stdint.h>

struct ft_daemon_options {
    int background; /* detach from the terminal once everything listens */
    uint16_t port;  /* for links */
};

/* Runs until SIGTERM. Exit status for main. */
int ft_daemon_main(const struct ft_daemon_options *options);

#endif
