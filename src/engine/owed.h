/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers that a worker owes: the requests that were passed on to it. It may end
 * at any moment, and who asked must not wait for what nobody says any more.
 * Daemon only, loop thread only; a struct of zeros owes nothing.
 */
#ifndef FT_ENGINE_OWED_H
#define FT_ENGINE_OWED_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/error.h"
#include "engine/control-server.h"

#define FT_OWED_MAX 16

struct ft_owed {
    struct ft_request requests[FT_OWED_MAX];
    size_t n;
};

/* False: there are FT_OWED_MAX. */
bool ft_owed_add(struct ft_owed *owed, struct ft_request request);

/* Passes a worker's {"reply","id","result","error"} on to who asked. */
void ft_owed_reply(struct ft_owed *owed, const json_t *message);

/* Nothing more will come: all that is left is answered with err. */
void ft_owed_fail(struct ft_owed *owed, const struct ft_error *err);

#endif
