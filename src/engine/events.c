/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/events.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/followers.h"

#define EVENTS_FILE FT_STATE_FOLDER "/events.jsonl"
#define EVENTS_OLD_FILE EVENTS_FILE ".1"
#define EVENTS_FILE_MAX (1 << 20)
#define EVENTS_KEPT 1000

static struct {
    char host[64];
    int fd;
    int torn; /* the file's last line has no end */
    int64_t seq;
    json_t *recent;
} events = { .fd = -1 };

static void
remember(json_t *event)
{
    json_array_append(events.recent, event);
    if (json_array_size(events.recent) > EVENTS_KEPT)
        json_array_remove(events.recent, 0);
}

/* Lines that a crash cut short, or that are no events, are skipped. */
static void
take_line(const char *line, size_t size)
{
    FT_AUTOJSON json_t *event = NULL;
    int64_t seq;

    if (ft_json_parse(line, size, &event, NULL))
        return;
    seq = ft_json_int(event, "seq", events.seq + 1, INT64_MAX / 2, 0);
    if (!seq)
        return;
    events.seq = seq;
    remember(event);
}

/* A power cut may leave blocks of zeros: the text does not end at a NUL. */
static void
read_old(const char *path)
{
    FT_AUTOFREE char *text = NULL;
    const char *line, *next, *end;
    size_t size;

    events.torn = 0;
    if (ft_file_read(path, 2ul * EVENTS_FILE_MAX, &text, &size))
        return;
    end = text + size;
    for (line = text; line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        take_line(line, (size_t)(next - line));
    }
    events.torn = size && end[-1] != '\n';
}

static int
open_file(void)
{
    return open(EVENTS_FILE, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int
ft_events_open(const char *host, struct ft_error *err)
{
    snprintf(events.host, sizeof(events.host), "%s", host);
    events.recent = json_array();
    if (!events.recent)
        return ft_fail(err, ENOMEM, NULL, "no memory for events");
    read_old(EVENTS_OLD_FILE); /* it may have turned a moment ago */
    read_old(EVENTS_FILE);
    events.fd = open_file();
    if (events.fd < 0)
        return ft_fail(err, errno, NULL, "cannot open %s: %s", EVENTS_FILE,
                       strerror(errno));
    return 0;
}

static void
write_line(const json_t *event)
{
    FT_AUTOFREE char *text = json_dumps(event, JSON_COMPACT);
    struct stat st;

    if (!text)
        return;
    if (fstat(events.fd, &st) == 0 && st.st_size > EVENTS_FILE_MAX) {
        int fd;

        (void)rename(EVENTS_FILE, EVENTS_OLD_FILE); /* or it is gone */
        fd = open_file();
        if (fd >= 0) {
            close(events.fd);
            events.fd = fd;
            events.torn = 0;
        }
    }
    /* a full disk loses the line, not the event: followers still get it */
    events.torn =
        dprintf(events.fd, "%s%s\n", events.torn ? "\n" : "", text) < 0;
    if (events.torn)
        ft_log(FT_LOG_WARN, "cannot write %s", EVENTS_FILE);
}

void
ft_events_add(json_t *event)
{
    char at[32];

    if (!event)
        return;
    ft_clock_format(ft_clock_realtime_ns(), at);
    json_object_set_new(event, "seq", json_integer(++events.seq));
    json_object_set_new(event, "at", json_string(at));
    json_object_set_new(event, "host", json_string(events.host));
    ft_log(FT_LOG_INFO, "event %s %s: %s", ft_json_string(event, "kind", "?"),
           ft_json_string(event, "vm", "-"), ft_json_string(event, "text", ""));
    write_line(event);
    remember(event);
    ft_followers_event(event);
    json_decref(event);
}

void
ft_events_note(const char *severity, const char *kind, const char *pair,
               const char *vm, const char *text)
{
    ft_events_add(json_pack("{s:s,s:s,s:o,s:s*,s:o*}", "severity", severity,
                            "kind", kind, "text", ft_json_text(text), "pair",
                            pair, "vm", vm ? ft_json_text(vm) : NULL));
}

json_t *
ft_events_since(int64_t since)
{
    json_t *list = json_array(), *event;
    size_t i;

    json_array_foreach(events.recent, i, event)
        if (ft_json_int(event, "seq", 0, INT64_MAX, 0) > since)
            json_array_append(list, event);
    return list;
}

int64_t
ft_events_last(void)
{
    return events.seq;
}
