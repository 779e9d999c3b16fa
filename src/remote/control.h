/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control channel: `ftengine control` on a host, over SSH, speaking the
 * JSON lines of ft-protocol(7) with the engine's daemon there.
 *
 * A request line is at most FT_CONTROL_REQUEST_MAX bytes, a reply at most
 * FT_CONTROL_REPLY_MAX. One thread at a time, that of the session. Must be
 * closed before its session.
 *
 * Errors: those of the engine come back as they are, code, text and hint, with
 * the host's name put before the text. -ETIMEDOUT no answer in time (the
 * channel is unusable then), -EPIPE connection lost, -EPROTO not our protocol,
 * -ENOENT no engine installed, -ECONNREFUSED its daemon does not run.
 */
#ifndef FT_REMOTE_CONTROL_H
#define FT_REMOTE_CONTROL_H

#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "base/error.h"
#include "remote/ssh.h"

#define FT_CONTROL_REQUEST_MAX (1 << 20)
#define FT_CONTROL_REPLY_MAX (16 << 20)
#define FT_CONTROL_HELLO_MS 8000 /* patience with an engine's first word */
/* Where ftadmin puts it, and where the package has it; the first one runs. */
#define FT_ENGINE_PATH "/usr/local/lib/ftadmin/ftengine"
#define FT_ENGINE_PACKAGED "/usr/lib/ftadmin/ftengine"

struct ft_control;

/* Opens the channel and says hello: checks the control version. */
int ft_control_open(struct ft_ssh *session, struct ft_control **control,
                    struct ft_error *err);

/* The same with another command in place of "ftengine control". */
int ft_control_open_command(struct ft_ssh *session, const char *command,
                            struct ft_control **control, struct ft_error *err);

/* NULL is a no-op. */
void ft_control_close(struct ft_control *control);

/* The engine's version, from hello. */
const char *ft_control_engine_version(const struct ft_control *control);

/*
 * One request and its reply. args (may be NULL) is stolen in every case.
 * *result (may be NULL) is a new reference. timeout_ms 0: 30 s.
 */
int ft_control_call(struct ft_control *control, const char *verb, json_t *args,
                    json_t **result, int timeout_ms, struct ft_error *err);

/*
 * For who waits for several things at once (hub.c), on a session that does not
 * block. ft_control_take: 1 with a line of the engine and its size in bytes, 0
 * none now, or an error, after which the channel is of no more use.
 * ft_control_give: bytes taken, which may be 0, or -EPIPE.
 */
int ft_control_take(struct ft_control *control, json_t **message, size_t *size,
                    struct ft_error *err);
ssize_t ft_control_give(struct ft_control *control, const char *data,
                        size_t size);

/*
 * A request as it is sent, to be released with ft_control_request_free, which
 * wipes it. args (may be NULL) is stolen always. -EMSGSIZE.
 */
int ft_control_request(int64_t id, const char *verb, json_t *args, char **line,
                       size_t *size, struct ft_error *err);
void ft_control_request_free(char *line, size_t size);

/* What a reply says: its result, as ft_control_call, or its error. */
int ft_control_open_reply(const struct ft_control *control, const json_t *reply,
                          json_t **result, struct ft_error *err);

/*
 * Overwrites every string in value that nobody else has a reference to, then releases
 * it: for keys. What is sent to several hosts is whole until the last one has it.
 */
void ft_json_wipe(json_t *value);

#endif
