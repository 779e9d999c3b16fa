/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's control socket: JSON lines, requests {"id","verb","args"},
 * replies {"id","ok",...}; described in ft-protocol(7).
 *
 * A request is answered at once or later, by its client and request number;
 * a client that is gone by then is no error. Memory for each client is
 * bounded: replies by FT_CONTROL_REPLY_MAX, events behind them by
 * FT_CONTROL_BACKLOG_MAX. Fractions are told with five digits, in events four. Loop
 * thread only.
 */
#ifndef FT_ENGINE_CONTROL_SERVER_H
#define FT_ENGINE_CONTROL_SERVER_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

#define FT_CONTROL_CLIENTS_MAX 64
#define FT_CONTROL_BACKLOG_MAX (1 << 20) /* bytes of events not read yet */

struct ft_request {
    uint64_t client; /* never used again for another client */
    int64_t id;      /* the client's own number for its request */
};

/* Handles one request; verb and args live during the call only. */
typedef void (*ft_control_handler)(struct ft_request request, const char *verb,
                                   const json_t *args);

int ft_control_listen(const char *path, ft_control_handler handler,
                      struct ft_error *err);

/* Answers; result is stolen (NULL: {}). */
void ft_control_reply(struct ft_request request, json_t *result);
void ft_control_reply_error(struct ft_request request,
                            const struct ft_error *err);

/*
 * Sends an event line of a streaming verb; event is stolen. 0; -ENOENT: the
 * client is gone; -ENOBUFS: it does not read, and so it goes: what it has not
 * begun to read is dropped, a last line {"bye": WHY} takes its place, and the
 * connection ends when that is read, or ten seconds later.
 */
int ft_control_event(struct ft_request request, json_t *event);

/*
 * ftengine control and backup: copies stdin to a socket and back, which server, a
 * word for people, listens on. Exit status.
 */
int ft_control_bridge(const char *path, const char *server);

#endif
