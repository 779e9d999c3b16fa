/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes what another host's engine sends to learn what the way between them carries
 * (link/throughput.h), and throws it away. Only for tokens that somebody on the
 * control socket has named a moment ago; what is sent is never looked at, nor copied
 * out of the kernel. Loop thread only.
 */
#ifndef FT_ENGINE_SINK_H
#define FT_ENGINE_SINK_H

#include "engine/verb.h"

#define FT_SINKS_MAX 4         /* at a time, expected or under way */
#define FT_SINK_EXPECT_MS 5000 /* from the verb to the connection */

/* The verb "sink": one connection with this token will come. -EBUSY: too many. */
int ft_verb_sink(struct ft_request request, const json_t *args, json_t **result,
                 struct ft_error *err);

/* One has come; fd stays the caller's. -ENOENT: nobody has named its token. */
int ft_sink_begin(const char *token, int fd);

#endif
