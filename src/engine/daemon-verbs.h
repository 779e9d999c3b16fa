/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control protocol's verbs, as the daemon answers them (ft-protocol(7)).
 * Verbs about one pair are handed to its worker.
 */
#ifndef FT_ENGINE_DAEMON_VERBS_H
#define FT_ENGINE_DAEMON_VERBS_H

#include "engine/control-server.h"

/* A ft_control_handler. */
void ft_daemon_verb(struct ft_request request, const char *verb,
                    const json_t *args);

#endif
