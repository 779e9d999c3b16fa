/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness as a child of the daemon: `ftengine witness` is started when
 * this host was asked to be one, and started again whenever it ends. The wish
 * is kept in /var/lib/ftadmin/witness/port. Loop thread only.
 */
#ifndef FT_ENGINE_WITNESS_PROCESS_H
#define FT_ENGINE_WITNESS_PROCESS_H

#include <stdint.h>

#include "base/error.h"

/* Starts the witness if this host is one. */
int ft_witness_process_open(struct ft_error *err);

/* Makes this host a witness on port, or not one any more (port 0). */
int ft_witness_process_set(uint16_t port, struct ft_error *err);

/* 1 while the process runs. */
int ft_witness_process_running(void);

/* Whether this host is meant to be a witness. */
int ft_witness_process_wanted(void);

#endif
