/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/versions.h"
#include "remote/control.h"
#include "remote/reach.h"

#define CALL_TIMEOUT_MS 30000
#define STATUS_WAIT_MS 2000 /* for the exit status of what ended */
#define GREETING_LINES 32   /* of a shell that talks before the engine does */

struct ft_control {
    struct ft_ssh *ssh;
    struct ft_ssh_stream *stream;
    char version[64];
    int64_t next_id;
    bool broken;
    bool greeted;   /* hello has been answered */
    char said[128]; /* what came before that and was no answer */
    int said_lines;
    char *buffer; /* bytes received, not yet a whole line */
    size_t size;
    size_t scanned; /* of them without a newline */
    size_t room;
};

static void
wipe(json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;

    if (value == NULL || value->refcount > 1)
        return;
    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
            wipe(member);
    } else if (json_is_array(value)) {
        json_array_foreach(value, index, member)
            wipe(member);
    } else if (json_is_string(value)) {
        /* The memory belongs to the value, which nobody reads any more. */
        explicit_bzero((char *)(uintptr_t)json_string_value(value),
                       json_string_length(value));
    }
}

void
ft_json_wipe(json_t *value)
{
    wipe(value);
    json_decref(value);
}

/* An end before hello is answered says what is in the way. */
static int
not_started(struct ft_control *control, const char *text, struct ft_error *err)
{
    const char *host = ft_ssh_name(control->ssh);
    int status = ft_ssh_stream_status(control->stream, STATUS_WAIT_MS);
    enum ft_reach reach = ft_reach_of_end(status, text, control->said);

    if (reach == FT_REACH_SHELL_UNUSABLE)
        return ft_reach_fail(err, reach, NULL,
                             "%s: commands cannot be run there: it says "
                             "\"%s\" (status %d)",
                             host, *control->said != '\0' ? control->said : text,
                             status);
    return ft_reach_fail(err, reach, NULL, "%s: %s%s%s", host,
                         ft_reach_sentence(reach), *text != '\0' ? ": " : "",
                         text);
}

/* What it means that the channel ended, from the bridge's last words. */
static int
ended(struct ft_control *control, struct ft_error *err)
{
    char text[256];

    control->broken = true;
    snprintf(text, sizeof(text), "%.200s",
             ft_ssh_stream_errors(control->stream));
    text[strcspn(text, "\n")] = '\0';
    if (!control->greeted)
        return not_started(control, text, err);
    return ft_reach_fail(err, FT_REACH_LOST,
                         "Try again; the engine's log on that host is "
                         "/var/log/ftadmin/daemon.log.",
                         "%s: the connection to the engine was lost%s%s",
                         ft_ssh_name(control->ssh), *text != '\0' ? ": " : "",
                         text);
}

static int
grow(struct ft_control *control)
{
    size_t room = control->room > 0 ? control->room * 2 : 65536;
    char *grown;

    if (control->size < control->room)
        return 0;
    if (control->room >= FT_CONTROL_REPLY_MAX)
        return -EMSGSIZE;
    grown = realloc(control->buffer, room);
    if (grown == NULL)
        return -ENOMEM;
    control->buffer = grown;
    control->room = room;
    return 0;
}

/* A line that is no JSON object: of a shell that greets, or the end. */
static int
take_rubbish(struct ft_control *control, const char *line, size_t length,
             struct ft_error *err)
{
    if (!control->greeted && ++control->said_lines <= GREETING_LINES) {
        for (size_t i = 0; *control->said == '\0' && i < length; i++)
            if (line[i] > ' ')
                snprintf(control->said, sizeof(control->said), "%.*s",
                         (int)FT_MIN(length - i, sizeof(control->said) - 1),
                         line + i);
        return 0;
    }
    control->broken = true;
    return ft_reach_fail(err, FT_REACH_PROTOCOL, NULL,
                         "%s: not an answer of an engine",
                         ft_ssh_name(control->ssh));
}

/*
 * Takes the first whole line that is JSON off the buffer, with its size in
 * bytes. 1, 0 none yet, -errno.
 */
static int
take_line(struct ft_control *control, json_t **message, size_t *size,
          struct ft_error *err)
{
    int rc = 0;

    while (rc == 0) {
        char *end = memchr(control->buffer + control->scanned, '\n',
                           control->size - control->scanned);
        size_t length;

        control->scanned = control->size;
        if (end == NULL)
            return 0;
        length = end - control->buffer;
        rc = ft_json_parse(control->buffer, length, message, NULL) == 0
                 ? 1
                 : take_rubbish(control, control->buffer, length, err);
        *size = length + 1;
        control->size -= length + 1;
        memmove(control->buffer, end + 1, control->size);
        control->scanned = 0;
    }
    return rc;
}

/* Makes room and reads what is there within timeout_ms, as ft_ssh_stream_read. */
static ssize_t
read_some(struct ft_control *control, int timeout_ms, struct ft_error *err)
{
    ssize_t n = grow(control);

    if (n == -EMSGSIZE) {
        control->broken = true;
        return ft_reach_fail(err, FT_REACH_PROTOCOL, NULL,
                             "%s: the engine's answer is too large",
                             ft_ssh_name(control->ssh));
    }
    if (n < 0)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    n = ft_ssh_stream_read(control->stream, control->buffer + control->size,
                           control->room - control->size, timeout_ms);
    if (n > 0)
        control->size += n;
    else if (n != -ETIMEDOUT)
        n = ended(control, err);
    return n;
}

/* One message. -ETIMEDOUT (without err) when none came in time. */
static int
receive(struct ft_control *control, int timeout_ms, json_t **message,
        struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;
    size_t size;
    int rc = control->size > 0 ? take_line(control, message, &size, err) : 0;

    while (rc == 0) {
        int64_t left = (deadline - ft_clock_ns()) / FT_NS_PER_MS;
        ssize_t n = read_some(control, left > 0 ? (int)left : 0, err);

        if (n < 0)
            return (int)n;
        rc = take_line(control, message, &size, err);
    }
    return rc < 0 ? rc : 0;
}

int
ft_control_take(struct ft_control *control, json_t **message, size_t *size,
                struct ft_error *err)
{
    ssize_t n = 1;
    int rc = 0;

    while (rc == 0 && n > 0) {
        rc = control->size > 0 ? take_line(control, message, size, err) : 0;
        if (rc == 0)
            n = read_some(control, 0, err);
    }
    if (rc == 0 && n == -ETIMEDOUT)
        ft_ssh_stream_errors(control->stream); /* or they fill its window */
    return rc != 0 || n == -ETIMEDOUT ? rc : (int)n;
}

ssize_t
ft_control_give(struct ft_control *control, const char *data, size_t size)
{
    return ft_ssh_stream_give(control->stream, data, size);
}

int
ft_control_request(int64_t id, const char *verb, json_t *args, char **line,
                   size_t *size, struct ft_error *err)
{
    json_t *request =
        json_pack("{s:I,s:s,s:o}", "id", (json_int_t)id, "verb", verb, "args",
                  args != NULL ? args : json_object());

    *line = request != NULL ? json_dumps(request, JSON_COMPACT) : NULL;
    ft_json_wipe(request);
    if (*line == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    *size = strlen(*line) + 1;
    (*line)[*size - 1] = '\n'; /* in place of the NUL */
    if (*size <= FT_CONTROL_REQUEST_MAX)
        return 0;
    ft_control_request_free(*line, *size);
    *line = NULL;
    return ft_fail(err, EMSGSIZE, NULL, "the request %s is too large", verb);
}

void
ft_control_request_free(char *line, size_t size)
{
    if (line != NULL)
        explicit_bzero(line, size);
    free(line);
}

static int
send_request(struct ft_control *control, const char *verb, json_t *args,
             int64_t *id, struct ft_error *err)
{
    char *line;
    size_t size;
    int rc;

    if (control->broken) {
        ft_json_wipe(args);
        return ft_reach_fail(err, FT_REACH_LOST, NULL,
                             "%s: the connection to the engine was lost",
                             ft_ssh_name(control->ssh));
    }
    *id = control->next_id++;
    rc = ft_control_request(*id, verb, args, &line, &size, err);
    if (rc < 0)
        return rc;
    rc = ft_ssh_stream_write(control->stream, line, size);
    ft_control_request_free(line, size);
    return rc < 0 ? ended(control, err) : 0;
}

int
ft_control_open_reply(const struct ft_control *control, const json_t *reply,
                      json_t **result, struct ft_error *err)
{
    json_t *value = json_object_get(reply, "result");

    if (json_is_true(json_object_get(reply, "ok"))) {
        if (result != NULL)
            *result = value != NULL ? json_incref(value) : json_object();
        return 0;
    }
    if (!json_is_object(json_object_get(reply, "error")) ||
        ft_json_to_error(json_object_get(reply, "error"), err) == 0)
        return ft_reach_fail(err, FT_REACH_PROTOCOL, NULL,
                             "%s: the engine's answer cannot be understood",
                             ft_ssh_name(control->ssh));
    return ft_error_prefix(err, "%s", ft_ssh_name(control->ssh));
}

/* Waits for the reply to id; anything else on the way is left over and dropped. */
static int
wait_reply(struct ft_control *control, int64_t id, int timeout_ms,
           const char *verb, json_t **reply, struct ft_error *err)
{
    int64_t deadline = ft_clock_ns() + timeout_ms * FT_NS_PER_MS;

    for (;;) {
        int64_t left = (deadline - ft_clock_ns()) / FT_NS_PER_MS;
        int rc = receive(control, left > 0 ? (int)left : 0, reply, err);

        if (rc == -ETIMEDOUT) {
            control->broken = true;
            return ft_reach_fail(
                err, FT_REACH_ENGINE_SILENT,
                "Look at the load of that host; --timeout waits longer.",
                "%s: the engine did not answer \"%s\" within %d s",
                ft_ssh_name(control->ssh), verb, timeout_ms / 1000);
        }
        if (rc < 0)
            return rc;
        if (ft_json_int(*reply, "id", 0, INT64_MAX, -1) == id &&
            json_object_get(*reply, "ok") != NULL)
            return 0;
        /* An engine with too many connections refuses this one before it asks. */
        if (!control->greeted && json_is_false(json_object_get(*reply, "ok")))
            return 0;
        json_decref(*reply);
        *reply = NULL;
    }
}

int
ft_control_call(struct ft_control *control, const char *verb, json_t *args,
                json_t **result, int timeout_ms, struct ft_error *err)
{
    FT_AUTOJSON json_t *reply = NULL;
    struct ft_error local = FT_ERROR_INIT;
    int64_t id = 0;
    int rc;

    err = err != NULL ? err : &local;
    if (result != NULL)
        *result = NULL;
    rc = send_request(control, verb, args, &id, err);
    if (rc == 0)
        rc = wait_reply(control, id,
                        timeout_ms > 0 ? timeout_ms : CALL_TIMEOUT_MS, verb,
                        &reply, err);
    return rc == 0 ? ft_control_open_reply(control, reply, result, err) : rc;
}

static const struct ft_versions spoken = { FT_CONTROL_PROTOCOL_OLDEST,
                                           FT_CONTROL_PROTOCOL };

/* NULL without memory: then the engine takes us for one of the oldest. */
static json_t *
our_versions(void)
{
    json_t *args = json_object();

    if (args != NULL)
        ft_versions_offer(spoken, "control", args);
    return args;
}

static int
check_versions(struct ft_control *control, const json_t *hello,
               struct ft_error *err)
{
    struct ft_versions theirs = ft_versions_offered(hello, "control");
    char here[FT_VERSIONS_TEXT], there[FT_VERSIONS_TEXT];
    int rc = ft_versions_choose(spoken, theirs);

    if (rc > 0)
        return 0;
    return ft_reach_fail(err, FT_REACH_PROTOCOL,
                         rc == FT_VERSIONS_OTHER_NEWER ? "Upgrade this ftadmin."
                                                       : NULL,
                         "%s: its engine speaks control protocol %s (ftengine "
                         "%.64s), this ftadmin %s (%s)",
                         ft_ssh_name(control->ssh),
                         ft_versions_text(theirs, there),
                         ft_json_string(hello, "version", "of unknown version"),
                         ft_versions_text(spoken, here), PACKAGE_VERSION);
}

static int
say_hello(struct ft_control *control, struct ft_error *err)
{
    struct ft_error local = FT_ERROR_INIT;
    FT_AUTOJSON json_t *hello = NULL;
    int rc;

    err = err != NULL ? err : &local;
    rc = ft_control_call(control, "hello", our_versions(), &hello,
                         ft_ssh_patience_ms(control->ssh, FT_CONTROL_HELLO_MS),
                         err);

    if (rc == -ETIMEDOUT && *control->said != '\0')
        return ft_reach_fail(err, FT_REACH_SHELL_UNUSABLE, NULL,
                             "%s: commands cannot be run there: it says \"%s\"",
                             ft_ssh_name(control->ssh), control->said);
    if (rc < 0 && err->kind == NULL) /* in the engine's own words */
        err->kind = ft_reach_word(FT_REACH_ENGINE_REFUSED);
    if (rc < 0)
        return rc;
    control->greeted = true;
    rc = check_versions(control, hello, err);
    if (rc < 0)
        return rc;
    snprintf(control->version, sizeof(control->version), "%s",
             ft_json_string(hello, "version", ""));
    return 0;
}

int
ft_control_open_command(struct ft_ssh *ssh, const char *command,
                        struct ft_control **out, struct ft_error *err)
{
    struct ft_control *control = calloc(1, sizeof(*control));
    int rc;

    *out = NULL;
    if (control == NULL)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    control->ssh = ssh;
    control->next_id = 1;
    rc = ft_ssh_stream_open(ssh, command, &control->stream, err);
    if (rc == 0)
        rc = say_hello(control, err);
    if (rc < 0) {
        ft_control_close(control);
        return rc;
    }
    *out = control;
    return 0;
}

int
ft_control_open(struct ft_ssh *ssh, struct ft_control **control,
                struct ft_error *err)
{
    static const char command[] =
        "e=" FT_ENGINE_PATH "; [ -x $e ] || e=" FT_ENGINE_PACKAGED
        "; exec $e control";

    return ft_control_open_command(ssh, command, control, err);
}

void
ft_control_close(struct ft_control *control)
{
    if (control == NULL)
        return;
    ft_ssh_stream_close(control->stream);
    free(control->buffer);
    free(control);
}

const char *
ft_control_engine_version(const struct ft_control *control)
{
    return control->version;
}
