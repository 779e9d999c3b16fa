/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking this host's own daemon by its control socket (ft-protocol(7)), for
 * subcommands that are run here. Blocking; one thread.
 */
#ifndef FT_ENGINE_CONTROL_CLIENT_H
#define FT_ENGINE_CONTROL_CLIENT_H

#include <stdio.h>

#include <jansson.h>

#include "base/error.h"

struct ft_control_client {
    FILE *stream;
    char *line;
    size_t room;
};

/* wait_ms: how long it may be silent, later on. -ECONNREFUSED or -ENOENT: no daemon. */
int ft_control_client_open(struct ft_control_client *client, const char *path,
                           int wait_ms, struct ft_error *err);
void ft_control_client_close(struct ft_control_client *client);

/* Sends a request; args is stolen, and may be NULL. */
int ft_control_client_send(struct ft_control_client *client, int64_t id,
                           const char *verb, json_t *args, struct ft_error *err);

/*
 * The next reply to any of them, whose number goes to *id: 0 with *result, a new
 * reference, or what the daemon refused with; -ETIMEDOUT, -EPIPE: there will be
 * none, and *id is -1.
 */
int ft_control_client_hear(struct ft_control_client *client, int64_t *id,
                           json_t **result, struct ft_error *err);

/* A request and its reply; result may be NULL. */
int ft_control_client_ask(struct ft_control_client *client, const char *verb,
                          json_t *args, json_t **result, struct ft_error *err);

#endif
