/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/control-client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"

int
ft_control_client_open(struct ft_control_client *c, const char *path,
                       int wait_ms, struct ft_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval wait = { wait_ms / 1000, wait_ms % 1000 * 1000L };
    FT_AUTOCLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memset(c, 0, sizeof(*c));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return ft_fail(err, errno, "Is the service ftengine started?",
                       "the daemon does not answer on %s: %s", path,
                       strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    c->stream = fdopen(fd, "r");
    if (!c->stream)
        return ft_fail(err, errno, NULL, "%s", strerror(errno));
    ft_fd_steal(&fd);
    return 0;
}

void
ft_control_client_close(struct ft_control_client *c)
{
    if (c->stream)
        fclose(c->stream);
    free(c->line);
    memset(c, 0, sizeof(*c));
}

int
ft_control_client_send(struct ft_control_client *c, int64_t id,
                       const char *verb, json_t *args, struct ft_error *err)
{
    FT_AUTOJSON json_t *request =
        json_pack("{s:I,s:s,s:o*}", "id", (json_int_t)id, "verb", verb, "args",
                  args);
    FT_AUTOFREE char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    int fd = fileno(c->stream);

    if (!text)
        return ft_fail(err, ENOMEM, NULL, "no memory for a request");
    if (ft_write_full(fd, text, strlen(text)) || ft_write_full(fd, "\n", 1))
        return ft_fail(err, EPIPE, NULL, "the daemon is gone");
    return 0;
}

static int
take_reply(const json_t *reply, json_t **result, struct ft_error *err)
{
    const json_t *error = json_object_get(reply, "error");

    if (ft_json_bool(reply, "ok", 0)) {
        *result = json_incref(json_object_get(reply, "result"));
        return 0;
    }
    return ft_json_to_error(error, err);
}

int
ft_control_client_hear(struct ft_control_client *c, int64_t *id,
                       json_t **result, struct ft_error *err)
{
    FT_AUTOJSON json_t *reply = NULL;
    ssize_t length = getline(&c->line, &c->room, c->stream);
    int rc;

    *id = -1;
    *result = NULL;
    if (length < 0 && errno == EAGAIN)
        return ft_fail(err, ETIMEDOUT, NULL, "the daemon does not answer");
    if (length < 0)
        return ft_fail(err, EPIPE, NULL, "the daemon is gone");
    rc = ft_json_parse(c->line, (size_t)length, &reply, err);
    if (rc)
        return rc;
    *id = ft_json_int(reply, "id", 0, INT64_MAX, -1);
    return take_reply(reply, result, err);
}

int
ft_control_client_ask(struct ft_control_client *c, const char *verb,
                      json_t *args, json_t **result, struct ft_error *err)
{
    FT_AUTOJSON json_t *answer = NULL;
    int64_t id;
    int rc = ft_control_client_send(c, 0, verb, args, err);

    if (!rc)
        rc = ft_control_client_hear(c, &id, &answer, err);
    if (!rc && result)
        *result = FT_STEAL(answer);
    return rc;
}
