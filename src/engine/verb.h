/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a verb of the control protocol is answered (daemon-verbs.c has them all). */
#ifndef FT_ENGINE_VERB_H
#define FT_ENGINE_VERB_H

#include <jansson.h>

#include "base/error.h"
#include "engine/control-server.h"

/* What a verb returns when it will answer later by itself. */
#define FT_VERB_LATER 1

/*
 * Answers a request: 0 with *result, a new reference or NULL for {}; or -errno
 * with err; or FT_VERB_LATER. args may be NULL or no object, and lives during
 * the call only.
 */
typedef int (*ft_verb_call)(struct ft_request request, const json_t *args,
                            json_t **result, struct ft_error *err);

#endif
