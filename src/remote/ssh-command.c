/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands on the host: run to their end, or kept as a stream.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/ssh-private.h"

#define RUN_TIMEOUT_MS 60000
#define CHUNK ((size_t)32768) /* bytes written between two reports */
#define ERRORS_MAX 65536
#define STREAM_ERRORS_MAX 4096
#define SLICE_MS 100

struct ft_ssh_stream {
    struct ft_ssh *ssh;
    ssh_channel channel;
    bool opened; /* the channel; closing another one would close that of number 0 */
    struct ssh_channel_callbacks_struct callbacks;
    int status; /* -1: not known yet */
    char errors[STREAM_ERRORS_MAX];
    size_t errors_size;
};

struct buffer {
    char *data;
    size_t size;
    size_t room;
    size_t limit;
};

/* The command as root in sh(1), whatever the login shell. malloc'd or NULL. */
static char *
wrap(const struct ft_ssh *self, const char *command)
{
    static const char *const ways[] = {
        [FT_ROOT_UNKNOWN] = "exec sudo -n --",
        [FT_ROOT_SELF] = "exec",
        [FT_ROOT_SUDO] = "exec sudo -n --",
        [FT_ROOT_SECRET] = "exec sudo -k -S -p '' --",
    };
    FT_AUTOFREE char *quoted = ft_shell_quote(command);
    char *line = NULL;

    if (quoted == NULL ||
        asprintf(&line, "%s sh -c %s", ways[self->root], quoted) < 0)
        return NULL;
    return line;
}

/* Names of signals(7) as SSH spells them (RFC 4254, 6.10). */
static int
signal_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {
        { "ABRT", 6 }, { "ALRM", 14 }, { "FPE", 8 },   { "HUP", 1 },
        { "ILL", 4 },  { "INT", 2 },   { "KILL", 9 },  { "PIPE", 13 },
        { "QUIT", 3 }, { "SEGV", 11 }, { "TERM", 15 }, { "BUS", 7 },
    };

    for (size_t i = 0; i < FT_ARRAY_SIZE(signals); i++)
        if (name != NULL && strcmp(name, signals[i].name) == 0)
            return signals[i].number;
    return 0;
}

static void
on_exit_status(ssh_session session, ssh_channel channel, int status, void *data)
{
    struct ft_ssh_stream *stream = data;

    (void)session;
    (void)channel;
    stream->status = status;
}

static void
on_exit_signal(ssh_session session, ssh_channel channel, const char *name,
               int core, const char *message, const char *lang, void *data)
{
    struct ft_ssh_stream *stream = data;

    (void)session;
    (void)channel;
    (void)core;
    (void)message;
    (void)lang;
    stream->status = 128 + signal_number(name);
}

static int
exec_channel(struct ft_ssh_stream *stream, const char *line,
             struct ft_error *err)
{
    stream->channel = ssh_channel_new(stream->ssh->session);
    if (stream->channel == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    ssh_callbacks_init(&stream->callbacks);
    stream->callbacks.userdata = stream;
    stream->callbacks.channel_exit_status_function = on_exit_status;
    stream->callbacks.channel_exit_signal_function = on_exit_signal;
    ssh_set_channel_callbacks(stream->channel, &stream->callbacks);
    stream->opened = ssh_channel_open_session(stream->channel) == SSH_OK;
    if (stream->opened &&
        ssh_channel_request_exec(stream->channel, line) == SSH_OK)
        return 0;
    if (!ssh_is_connected(stream->ssh->session))
        return ft_ssh_failure(stream->ssh, EPIPE, "starting a command", err);
    return ft_reach_fail(err, FT_REACH_SHELL_UNUSABLE, NULL,
                         "%s runs no commands for %s: %s",
                         stream->ssh->destination, stream->ssh->user,
                         ssh_get_error(stream->ssh->session));
}

/* What sudo reads before the command does. */
static int
give_secret(struct ft_ssh_stream *stream, const char *secret)
{
    int rc = 0;

    if (secret != NULL)
        rc = ft_ssh_stream_write(stream, secret, strlen(secret));
    if (secret != NULL && rc == 0)
        rc = ft_ssh_stream_write(stream, "\n", 1);
    return rc;
}

static int
open_line(struct ft_ssh *ssh, const char *line, const char *secret,
          struct ft_ssh_stream **out, struct ft_error *err)
{
    struct ft_ssh_stream *stream = calloc(1, sizeof(*stream));
    int rc;

    *out = NULL;
    if (stream == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    stream->ssh = ssh;
    stream->status = -1;
    rc = exec_channel(stream, line, err);
    if (rc == 0 && give_secret(stream, secret) < 0)
        rc = ft_ssh_failure(ssh, EPIPE, "starting a command", err);
    if (rc < 0) {
        ft_ssh_stream_close(stream);
        return rc;
    }
    *out = stream;
    return 0;
}

int
ft_ssh_stream_open(struct ft_ssh *ssh, const char *command,
                   struct ft_ssh_stream **out, struct ft_error *err)
{
    FT_AUTOFREE char *line = NULL;
    int rc = ft_ssh_become_root(ssh, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    line = wrap(ssh, command);
    if (line == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    return open_line(ssh, line,
                     ssh->root == FT_ROOT_SECRET ? ssh->secret : NULL, out, err);
}

void
ft_ssh_stream_close(struct ft_ssh_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->channel != NULL) {
        ssh_remove_channel_callbacks(stream->channel, &stream->callbacks);
        if (stream->opened && !stream->ssh->lost)
            ssh_channel_close(stream->channel);
        ssh_channel_free(stream->channel);
    }
    explicit_bzero(stream, sizeof(*stream));
    free(stream);
}

/* Keeps what fits of stderr and drops the rest, without blocking. */
static void
drain_errors(struct ft_ssh_stream *stream)
{
    char scrap[1024];
    int n;

    while ((n = ssh_channel_read_nonblocking(stream->channel, scrap,
                                             sizeof(scrap), 1)) > 0) {
        size_t space = sizeof(stream->errors) - 1 - stream->errors_size;
        size_t take = FT_MIN((size_t)n, space);

        memcpy(stream->errors + stream->errors_size, scrap, take);
        stream->errors_size += take;
    }
}

const char *
ft_ssh_stream_errors(struct ft_ssh_stream *stream)
{
    drain_errors(stream);
    return stream->errors;
}

/* Waits for stdout at most ms: >0 bytes there, 0 the end, or -errno. */
static int
poll_out(struct ft_ssh *ssh, ssh_channel channel, int ms)
{
    int n = ssh_channel_poll_timeout(channel, ms, 0);

    if (n > 0)
        return n;
    if (n == SSH_EOF || ssh_channel_is_eof(channel))
        return 0;
    if (n == SSH_ERROR || !ssh_is_connected(ssh->session) ||
        ssh_channel_is_closed(channel)) {
        ssh->lost = ssh->lost || !ssh_is_connected(ssh->session);
        return ssh->lost ? -EPIPE : 0;
    }
    return -ETIMEDOUT;
}

ssize_t
ft_ssh_stream_read(struct ft_ssh_stream *stream, void *data, size_t size,
                   int timeout_ms)
{
    int n = poll_out(stream->ssh, stream->channel, timeout_ms);

    if (n <= 0)
        return n;
    n = ssh_channel_read_nonblocking(stream->channel, data,
                                     FT_MIN(size, (size_t)n), 0);
    return n > 0 ? n : -EPIPE;
}

int
ft_ssh_stream_write(struct ft_ssh_stream *stream, const void *data, size_t size)
{
    const char *next = data;

    while (size > 0) {
        int n = ssh_channel_write(stream->channel, next, FT_MIN(size, 32768u));

        if (n <= 0) {
            stream->ssh->lost =
                stream->ssh->lost || !ssh_is_connected(stream->ssh->session);
            return -EPIPE;
        }
        next += n;
        size -= n;
    }
    return 0;
}

ssize_t
ft_ssh_stream_give(struct ft_ssh_stream *stream, const void *data, size_t size)
{
    int n =
        ssh_channel_write(stream->channel, data, FT_MIN(size, (size_t)32768));

    if (n >= 0)
        return n;
    if (n == SSH_AGAIN && ssh_is_connected(stream->ssh->session))
        return 0;
    stream->ssh->lost =
        stream->ssh->lost || !ssh_is_connected(stream->ssh->session);
    return -EPIPE;
}

/* Waits a moment for the exit status once the output has ended. */
static int
wait_status(struct ft_ssh_stream *stream, int64_t deadline)
{
    while (stream->status < 0 && ft_clock_ns() < deadline &&
           !ssh_channel_is_closed(stream->channel)) {
        ssh_event event = ssh_event_new();

        if (event == NULL)
            return -ENOMEM;
        ssh_event_add_session(event, stream->ssh->session);
        if (ssh_event_dopoll(event, SLICE_MS) == SSH_ERROR)
            deadline = 0;
        ssh_event_remove_session(event, stream->ssh->session);
        ssh_event_free(event);
    }
    return stream->status;
}

int
ft_ssh_stream_status(struct ft_ssh_stream *stream, int timeout_ms)
{
    return wait_status(stream, ft_clock_ns() + timeout_ms * FT_NS_PER_MS);
}

static int
append(struct buffer *buffer, const void *data, size_t size)
{
    if (size > buffer->limit - buffer->size)
        return -EFBIG;
    if (buffer->data == NULL || buffer->size + size + 1 > buffer->room) {
        size_t room = FT_MAX(buffer->room * 2, buffer->size + size + 4096);
        char *grown = realloc(buffer->data, room);

        if (grown == NULL)
            return -ENOMEM;
        buffer->data = grown;
        buffer->room = room;
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
    return 0;
}

/* What is there of stdout. 1 go on, 0 the end, -errno. */
static int
take_out(struct ft_ssh_stream *stream, struct buffer *out)
{
    char data[16384];
    ssize_t n = ft_ssh_stream_read(stream, data, sizeof(data), SLICE_MS);

    if (n == 0)
        return 0;
    if (n > 0)
        n = append(out, data, (size_t)n);
    return n < 0 && n != -ETIMEDOUT ? (int)n : 1;
}

/* Keeps what fits of stderr, drops the rest. */
static void
take_errors(struct ft_ssh_stream *stream, struct buffer *errors)
{
    char data[4096];
    int n;

    while ((n = ssh_channel_read_nonblocking(stream->channel, data,
                                             sizeof(data), 1)) > 0)
        append(errors, data, FT_MIN((size_t)n, errors->limit - errors->size));
}

int
ft_ssh_lost(struct ft_ssh *ssh, struct ft_error *err)
{
    return ft_reach_fail(err, FT_REACH_LOST, NULL,
                         "%s: the SSH connection was lost", ssh->destination);
}

static int
run_failed(struct ft_ssh *ssh, int code, int timeout_ms, struct ft_error *err)
{
    switch (code) {
    case ETIMEDOUT:
        return ft_fail(err, code,
                       "Look at the load there; --timeout waits longer.",
                       "%s: a command did not end, and said nothing for %d s",
                       ssh->destination, timeout_ms / 1000);
    case ECANCELED:
        return ft_fail(err, code, NULL, "%s: copying was cancelled",
                       ssh->destination);
    case EFBIG:
        return ft_fail(err, code, NULL, "%s: a command printed too much",
                       ssh->destination);
    case ENOMEM:
        return ft_fail(err, code, NULL, "out of memory");
    default:
        return ft_ssh_lost(ssh, err);
    }
}

static int
collect(struct ft_ssh_stream *stream, int timeout_ms, struct buffer *out,
        struct buffer *errors)
{
    int64_t patience = timeout_ms * FT_NS_PER_MS;
    int64_t deadline = ft_clock_ns() + patience;
    int rc;

    do {
        size_t had = out->size + errors->size;

        rc = take_out(stream, out);
        take_errors(stream, errors);
        if (rc < 0)
            return rc;
        if (out->size + errors->size > had)
            deadline = ft_clock_ns() + patience;
        if (rc > 0 && ft_clock_ns() > deadline)
            return -ETIMEDOUT;
    } while (rc > 0);
    rc = append(out, "", 0);
    if (rc == 0)
        rc = append(errors, "", 0);
    wait_status(stream, FT_MIN(deadline, ft_clock_ns() + 5 * FT_NS_PER_S));
    return rc;
}

/* Whether the other side takes no more: libssh would wait for room all the same. */
static bool
is_over(const struct ft_ssh_stream *stream)
{
    return stream->status >= 0 || ssh_channel_is_eof(stream->channel) ||
           ssh_channel_is_closed(stream->channel);
}

/* Until what was sent is on its way through: bytes of room, 0 when it is over. */
static size_t
wait_room(struct ft_ssh_stream *stream, int timeout_ms)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    ssh_event event = ssh_event_new();
    bool good = event != NULL;

    if (good)
        ssh_event_add_session(event, stream->ssh->session);
    if (good)
        good = ssh_event_dopoll(event, 0) != SSH_ERROR;
    while (good && ssh_channel_window_size(stream->channel) == 0 &&
           !is_over(stream) && ft_clock_ns() < deadline)
        good = ssh_event_dopoll(event, SLICE_MS) != SSH_ERROR;
    if (event != NULL) {
        ssh_event_remove_session(event, stream->ssh->session);
        ssh_event_free(event);
    }
    return good && !is_over(stream) ? ssh_channel_window_size(stream->channel)
                                    : 0;
}

/* A command may end without reading its input: its status tells why. */
static int
feed(struct ft_ssh_stream *stream, const struct ft_ssh_input *input,
     int timeout_ms)
{
    for (size_t done = 0, n; done < input->size; done += n) {
        n = FT_MIN(FT_MIN(input->size - done, CHUNK),
                   wait_room(stream, timeout_ms));
        if (n == 0 ||
            ft_ssh_stream_write(stream, (const char *)input->data + done, n) < 0)
            return 0;
        if (input->progress != NULL &&
            input->progress(input->user, done + n, input->size) != 0)
            return -ECANCELED;
    }
    return 0;
}

/* To the end of what was started; the stream is closed. */
static int
run_stream(struct ft_ssh_stream *stream, const struct ft_ssh_input *input,
           int timeout_ms, struct ft_ssh_result *result, struct ft_error *err)
{
    struct buffer out = { .limit = FT_SSH_OUTPUT_MAX };
    struct buffer errors = { .limit = ERRORS_MAX };
    struct ft_ssh *ssh = stream->ssh;
    int rc = feed(stream, input, timeout_ms);

    if (rc == 0 && !ssh_channel_is_closed(stream->channel))
        ssh_channel_send_eof(stream->channel);
    if (rc == 0)
        rc = collect(stream, timeout_ms, &out, &errors);
    result->status = stream->status;
    ft_ssh_stream_close(stream);
    result->out = out.data;
    result->out_size = out.size;
    result->errors = errors.data;
    return rc == 0 ? 0 : run_failed(ssh, -rc, timeout_ms, err);
}

static void
clear(struct ft_ssh_result *result)
{
    memset(result, 0, sizeof(*result));
    result->status = -1;
}

int
ft_ssh_run_fed(struct ft_ssh *ssh, const char *command,
               const struct ft_ssh_input *input, int timeout_ms,
               struct ft_ssh_result *result, struct ft_error *err)
{
    int64_t begin = ft_clock_ns();
    struct ft_ssh_stream *stream;
    int rc = ft_ssh_stream_open(ssh, command, &stream, err);

    clear(result);
    if (timeout_ms <= 0)
        timeout_ms = ft_ssh_patience_ms(ssh, RUN_TIMEOUT_MS);
    if (stream != NULL)
        rc = run_stream(stream, input, timeout_ms, result, err);
    ft_trace_command(&ssh->trace, ssh->trace_name, command,
                     rc < 0 ? rc : result->status, ft_clock_ns() - begin,
                     result->errors);
    return rc;
}

int
ft_ssh_patience_ms(const struct ft_ssh *ssh, int at_least_ms)
{
    return FT_MAX(at_least_ms, (int)ssh->timeout_s * 1000);
}

int
ft_ssh_run(struct ft_ssh *ssh, const char *command, const void *input,
           size_t input_size, int timeout_ms, struct ft_ssh_result *result,
           struct ft_error *err)
{
    struct ft_ssh_input given = { .data = input, .size = input_size };

    return ft_ssh_run_fed(ssh, command, &given, timeout_ms, result, err);
}

int
ft_ssh_run_line(struct ft_ssh *ssh, const char *line, const char *secret,
                int timeout_ms, struct ft_ssh_result *result,
                struct ft_error *err)
{
    struct ft_ssh_input nothing = { .size = 0 };
    struct ft_ssh_stream *stream;
    int rc = open_line(ssh, line, secret, &stream, err);

    clear(result);
    return stream == NULL
               ? rc
               : run_stream(stream, &nothing, timeout_ms, result, err);
}

void
ft_ssh_result_free(struct ft_ssh_result *result)
{
    free(result->out);
    free(result->errors);
    memset(result, 0, sizeof(*result));
}
