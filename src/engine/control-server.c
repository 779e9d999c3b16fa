/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/control-server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "virt/loop.h"

#define BYE_MS 10000       /* for a client that does not read to read why */
#define OUT_KEPT (1 << 18) /* room for lines that an idle client keeps */
#define REPLY_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(5))
#define EVENT_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(4)) /* they are many */

struct client {
    uint64_t number;
    int fd, watch, bye_timer;
    char *in, *out;
    size_t in_used, in_room, out_used, out_sent, out_room;
    size_t replied; /* end of the last reply in out */
    int closing;
    int leaving; /* gets no more lines: goes when it has read what is there */
};

static struct client *clients[FT_CONTROL_CLIENTS_MAX];
static uint64_t next_number = 1;
static ft_control_handler handle;

static void
client_close(struct client *c)
{
    size_t i;

    for (i = 0; i < FT_CONTROL_CLIENTS_MAX; i++)
        if (clients[i] == c)
            clients[i] = NULL;
    ft_loop_timer_free(c->bye_timer);
    ft_loop_unwatch(c->watch);
    close(c->fd);
    free(c->in);
    free(c->out);
    free(c);
}

static struct client *
find_client(uint64_t number)
{
    size_t i;

    for (i = 0; i < FT_CONTROL_CLIENTS_MAX; i++)
        if (clients[i] && clients[i]->number == number &&
            !clients[i]->closing && !clients[i]->leaving)
            return clients[i];
    return NULL;
}

/* Makes room for size more bytes, at most limit in all. */
static int
reserve(char **buffer, size_t *room, size_t used, size_t size, size_t limit)
{
    size_t wanted = *room ? *room : 4096;
    char *larger;

    if (used + size > limit)
        return -EMSGSIZE;
    while (wanted < used + size)
        wanted *= 2;
    if (wanted == *room)
        return 0;
    larger = realloc(*buffer, wanted);
    if (!larger)
        return -ENOMEM;
    *buffer = larger;
    *room = wanted;
    return 0;
}

/* Makes room at the begin; a line that is half sent stays whole. */
static void
forget_sent(struct client *c)
{
    const char *end = c->out_sent ? memrchr(c->out, '\n', c->out_sent) : NULL;
    size_t gone = end ? (size_t)(end + 1 - c->out) : 0;

    if (gone < c->out_used / 2)
        return;
    memmove(c->out, c->out + gone, c->out_used - gone);
    c->out_used -= gone;
    c->out_sent -= gone;
    c->replied -= FT_MIN(c->replied, gone);
}

static void
all_sent(struct client *c)
{
    c->out_used = c->out_sent = c->replied = 0;
    if (c->out_room > OUT_KEPT) {
        free(c->out);
        c->out = NULL;
        c->out_room = 0;
    }
    ft_loop_watch_writable(c->watch, 0);
    if (c->leaving)
        shutdown(c->fd, SHUT_RDWR); /* closed when the loop sees it */
}

static void
client_flush(struct client *c)
{
    while (c->out_sent < c->out_used) {
        ssize_t n = send(c->fd, c->out + c->out_sent, c->out_used - c->out_sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EAGAIN) {
            forget_sent(c);
            ft_loop_watch_writable(c->watch, 1);
            return;
        }
        if (n < 0 && errno != EINTR) {
            c->closing = 1;
            return;
        }
        c->out_sent += n > 0 ? n : 0;
    }
    all_sent(c);
}

/* Steals line. 0, -EMSGSIZE or -ENOMEM. */
static int
append_line(struct client *c, json_t *line, size_t flags)
{
    FT_AUTOFREE char *text = line ? json_dumps(line, flags) : NULL;
    size_t size = text ? strlen(text) : 0;
    int rc = text ? reserve(&c->out, &c->out_room, c->out_used, size + 1,
                            FT_CONTROL_REPLY_MAX + 4096)
                  : -ENOMEM;

    json_decref(line);
    if (rc)
        return rc;
    memcpy(c->out + c->out_used, text, size);
    c->out[c->out_used + size] = '\n';
    c->out_used += size + 1;
    return 0;
}

static int
client_send(struct client *c, json_t *line, int is_reply)
{
    int rc = append_line(c, line, is_reply ? REPLY_FLAGS : EVENT_FLAGS);

    if (rc) {
        c->closing = 1;
        shutdown(c->fd, SHUT_RDWR);
        return rc;
    }
    if (is_reply)
        c->replied = c->out_used;
    client_flush(c);
    return 0;
}

static void
on_bye_timer(void *opaque)
{
    client_close(opaque);
}

/* Instead of what it has not begun to read it gets one last line. */
static void
send_away(struct client *c, int64_t id, const char *why)
{
    const char *end =
        c->out_sent && c->out[c->out_sent - 1] != '\n'
            ? memchr(c->out + c->out_sent, '\n', c->out_used - c->out_sent)
            : NULL;

    ft_log(FT_LOG_WARN, "client %llu is sent away: it does not read",
           (unsigned long long)c->number);
    c->out_used = end ? (size_t)(end + 1 - c->out) : c->out_sent;
    c->replied = c->out_used;
    c->leaving = 1;
    c->bye_timer = ft_loop_timer(on_bye_timer, c);
    ft_loop_timer_set(c->bye_timer, BYE_MS);
    client_send(c,
                json_pack("{s:I,s:{s:s}}", "id", (json_int_t)id, "event", "bye",
                          why),
                1);
}

void
ft_control_reply(struct ft_request request, json_t *result)
{
    struct client *c = find_client(request.client);

    if (!c) {
        json_decref(result);
        return;
    }
    client_send(c,
                json_pack("{s:I,s:b,s:o}", "id", (json_int_t)request.id, "ok",
                          1, "result", result ? result : json_object()),
                1);
}

void
ft_control_reply_error(struct ft_request request, const struct ft_error *err)
{
    struct client *c = find_client(request.client);

    if (c)
        client_send(c,
                    json_pack("{s:I,s:b,s:o}", "id", (json_int_t)request.id,
                              "ok", 0, "error", ft_json_from_error(err)),
                    1);
}

int
ft_control_event(struct ft_request request, json_t *event)
{
    struct client *c = find_client(request.client);

    if (!c) {
        json_decref(event);
        return -ENOENT;
    }
    if (c->out_used - FT_MAX(c->out_sent, c->replied) > FT_CONTROL_BACKLOG_MAX) {
        json_decref(event);
        send_away(c, request.id, "this client does not read fast enough");
        return -ENOBUFS;
    }
    return client_send(c,
                       json_pack("{s:I,s:o}", "id", (json_int_t)request.id,
                                 "event", event),
                       0);
}

static void
handle_line(struct client *c, const char *line, size_t size)
{
    FT_AUTOJSON json_t *json = NULL;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_request request = { c->number, 0 };
    const char *verb;

    if (ft_json_parse(line, size, &json, &err)) {
        ft_control_reply_error(request, &err);
        c->closing = 1;
        return;
    }
    request.id = ft_json_int(json, "id", 0, INT64_MAX, 0);
    verb = ft_json_string(json, "verb", NULL);
    if (verb) {
        handle(request, verb, json_object_get(json, "args"));
        return;
    }
    ft_fail(&err, EINVAL, NULL, "a request without verb");
    ft_control_reply_error(request, &err);
}

static void
handle_lines(struct client *c)
{
    char *start = c->in, *end;

    while (!c->closing && !c->leaving &&
           (end = memchr(start, '\n', c->in + c->in_used - start))) {
        if (end > start)
            handle_line(c, start, end - start);
        start = end + 1;
    }
    c->in_used -= start - c->in;
    memmove(c->in, start, c->in_used);
}

static int
client_read(struct client *c)
{
    ssize_t n;

    if (reserve(&c->in, &c->in_room, c->in_used, 4096, FT_CONTROL_LINE_MAX))
        return -EMSGSIZE;
    n = recv(c->fd, c->in + c->in_used, c->in_room - c->in_used, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n == 0)
        return -EPIPE;
    c->in_used += n;
    handle_lines(c);
    if (c->leaving)
        c->in_used = 0; /* what it says now is not heard */
    return 0;
}

static void
on_client(int fd, void *opaque)
{
    struct client *c = opaque;
    int rc;

    (void)fd;
    client_flush(c);
    rc = client_read(c);
    if (rc == -EMSGSIZE) {
        struct ft_error err;

        ft_fail(&err, EMSGSIZE, NULL, "request line longer than %d bytes",
                FT_CONTROL_LINE_MAX);
        ft_control_reply_error((struct ft_request){ c->number, 0 }, &err);
    }
    if (rc || c->closing)
        client_close(c);
}

/* To somebody for whom there is no room: why, if that can be said at once. */
static void
refuse(int fd)
{
    FT_AUTOJSON json_t *line = NULL;
    FT_AUTOFREE char *text = NULL;
    struct ft_error err;

    ft_fail(&err, EBUSY, "Close another ftadmin, or try again in a moment.",
            "the engine has %d connections already", FT_CONTROL_CLIENTS_MAX);
    line = json_pack("{s:i,s:b,s:o}", "id", 0, "ok", 0, "error",
                     ft_json_from_error(&err));
    text = line ? json_dumps(line, REPLY_FLAGS) : NULL;
    if (text)
        (void)!dprintf(fd, "%s\n", text);
}

static void
on_listener(int fd, void *opaque)
{
    FT_AUTOCLOSE int accepted =
        accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *c;
    size_t slot = 0;

    (void)opaque;
    while (slot < FT_CONTROL_CLIENTS_MAX && clients[slot])
        slot++;
    if (accepted >= 0 && slot == FT_CONTROL_CLIENTS_MAX)
        refuse(accepted);
    if (accepted < 0 || slot == FT_CONTROL_CLIENTS_MAX)
        return;
    c = calloc(1, sizeof(*c));
    if (!c)
        return;
    c->bye_timer = -1;
    c->number = next_number++;
    c->fd = accepted;
    c->watch = ft_loop_watch(accepted, on_client, c);
    if (c->watch < 0) {
        free(c);
        return;
    }
    ft_fd_steal(&accepted);
    clients[slot] = c;
}

static int
unix_socket(const char *path, struct sockaddr_un *address)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int
ft_control_listen(const char *path, ft_control_handler handler,
                  struct ft_error *err)
{
    struct sockaddr_un address;
    FT_AUTOCLOSE int fd = unix_socket(path, &address);

    handle = handler;
    if (fd >= 0)
        unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        chmod(path, 0600) < 0 || listen(fd, 16) < 0)
        return ft_fail(err, errno, NULL, "cannot listen on %s: %s", path,
                       strerror(errno));
    ft_set_nonblocking(fd, 1);
    if (ft_loop_watch(fd, on_listener, NULL) < 0)
        return ft_fail(err, ENOMEM, NULL, "cannot watch %s", path);
    ft_fd_steal(&fd);
    return 0;
}
