/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands for `ftengine control`: speaks the control protocol of ft-protocol(7)
 * on stdin and stdout, or breaks it in the ways that a host may.
 *     fake-engine [mute|chatty|old|older|gone]
 * mute: takes requests and answers none; chatty: a shell's greeting before;
 * old: speaks protocol 2; older: knows no cancel; gone: its daemon does not run.
 *
 * Verbs besides hello: echo (its args come back), later {"ms"} (answers then,
 * others meanwhile), hold (answered when release comes), holding (how many of
 * these wait), watch {"rate_ms"} (beats), flood {"count","size"} (so many events
 * at once), cancel {"id"}, followers (how many streams there are), pid, refuse,
 * garbage, half (half a line, then nothing any more), huge {"bytes"}, stop
 * (SIGSTOP), end.
 */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"

#define LIFE_S 300 /* longer than any test of it */

#define PENDING 64

static struct {
    json_int_t id;
    int64_t due;
    int64_t every; /* 0: one answer; else a beat each so many ns */
    int beats;
} pending[PENDING];

static json_int_t flooded; /* the last stream of flood; 0 none */

static bool mute, old, older;

static void
say(json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);
    size_t size = strlen(text);

    text[size] = '\n';
    if (ft_write_full(STDOUT_FILENO, text, size + 1) < 0)
        exit(0);
    free(text);
    json_decref(line);
}

static void
answer(json_int_t id, json_t *result)
{
    if (mute)
        json_decref(result);
    else
        say(json_pack("{s:I,s:b,s:o}", "id", id, "ok", 1, "result", result));
}

static void
print(const char *text)
{
    if (ft_write_full(STDOUT_FILENO, text, strlen(text)) < 0)
        exit(0);
}

static void
keep(json_int_t id, int64_t due, int64_t every)
{
    for (int i = 0; i < PENDING; i++)
        if (pending[i].id == 0) {
            pending[i].id = id;
            pending[i].due = due;
            pending[i].every = every;
            return;
        }
}

static void
put_off(json_int_t id, int64_t ms, bool again)
{
    keep(id, ft_clock_ns() + ms * FT_NS_PER_MS, again ? ms * FT_NS_PER_MS : 0);
}

static bool
is_held(int i)
{
    return pending[i].id != 0 && pending[i].due == INT64_MAX;
}

static json_int_t
count_held(void)
{
    json_int_t count = 0;

    for (int i = 0; i < PENDING; i++)
        count += is_held(i);
    return count;
}

static void
release(void)
{
    for (int i = 0; i < PENDING; i++)
        if (is_held(i))
            pending[i].due = 0;
}

static void
huge(size_t bytes)
{
    char *block = malloc(65536);

    memset(block, 'x', 65536);
    for (size_t n = 0; n < bytes; n += 65536)
        if (ft_write_full(STDOUT_FILENO, block, 65536) < 0)
            exit(0);
    free(block);
}

static void
flood(json_int_t id, const json_t *args)
{
    int64_t count = ft_json_int(args, "count", 0, INT32_MAX, 0);
    size_t size = (size_t)ft_json_int(args, "size", 0, 1 << 20, 0);
    char *text = malloc(size + 1);

    memset(text, 'y', size);
    text[size] = '\0';
    for (int64_t i = 0; i < count; i++)
        say(json_pack("{s:I,s:{s:I,s:s}}", "id", id, "event", "n",
                      (json_int_t)i, "text", text));
    free(text);
    flooded = id;
}

static void
refuse(json_int_t id, int code, const char *text)
{
    say(json_pack("{s:I,s:b,s:{s:i,s:s,s:s}}", "id", id, "ok", 0, "error",
                  "code", code, "text", text, "hint", "Wait."));
}

static void
cancel(json_int_t id, json_int_t stream)
{
    bool ended = flooded == stream;

    if (older) {
        refuse(id, EOPNOTSUPP, "unknown verb \"cancel\"");
        return;
    }
    if (ended)
        flooded = 0;
    for (int i = 0; i < PENDING; i++)
        if (pending[i].id == stream && pending[i].every != 0) {
            pending[i].id = 0;
            ended = true;
        }
    answer(id, json_pack("{s:b}", "ended", ended));
}

static json_int_t
count_followers(void)
{
    json_int_t count = flooded != 0;

    for (int i = 0; i < PENDING; i++)
        count += pending[i].id != 0 && pending[i].every != 0;
    return count;
}

/* An alarm does not end what is stopped: somebody else has to. */
static void
stop(void)
{
    pid_t stopped = getpid();

    if (fork() == 0) {
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        ft_clock_sleep(LIFE_S * FT_NS_PER_S);
        kill(stopped, SIGKILL);
        _exit(0);
    }
    raise(SIGSTOP);
}

static void
perform(json_int_t id, const char *verb, json_t *args)
{
    int64_t ms = ft_json_int(args, "ms", 0, INT32_MAX, 0);

    if (!strcmp(verb, "hello")) {
        answer(id, json_pack("{s:s,s:i}", "version", "9.9", "control",
                             old ? 2 : 1));
    } else if (!strcmp(verb, "echo")) {
        answer(id, json_incref(args));
    } else if (!strcmp(verb, "later")) {
        put_off(id, ms, false);
    } else if (!strcmp(verb, "hold")) {
        keep(id, INT64_MAX, 0);
    } else if (!strcmp(verb, "holding")) {
        answer(id, json_pack("{s:I}", "count", count_held()));
    } else if (!strcmp(verb, "release")) {
        release();
        answer(id, json_object());
    } else if (!strcmp(verb, "watch")) {
        answer(id, json_pack("{s:s}", "host", "fake"));
        put_off(id, ft_json_int(args, "rate_ms", 1, 60000, 1000), true);
    } else if (!strcmp(verb, "flood")) {
        answer(id, json_object());
        flood(id, args);
    } else if (!strcmp(verb, "cancel")) {
        cancel(id, ft_json_int(args, "id", 0, INT64_MAX, -1));
    } else if (!strcmp(verb, "followers")) {
        answer(id, json_pack("{s:I}", "count", count_followers()));
    } else if (!strcmp(verb, "pid")) {
        answer(id, json_pack("{s:i}", "count", (int)getpid()));
    } else if (!strcmp(verb, "refuse")) {
        refuse(id, EBUSY, "it is busy");
    } else if (!strcmp(verb, "garbage")) {
        print("\377\376 garbage {{{\n");
    } else if (!strcmp(verb, "half")) {
        print("{\"id\":1,\"ok\":tr");
        pause();
    } else if (!strcmp(verb, "huge")) {
        huge((size_t)ft_json_int(args, "bytes", 0, INT32_MAX, 0));
    } else if (!strcmp(verb, "stop")) {
        stop();
    } else if (!strcmp(verb, "end")) {
        exit(0);
    }
}

static void
take(char *line, size_t size)
{
    json_t *json = NULL;

    if (ft_json_parse(line, size, &json, NULL) == 0)
        perform(ft_json_int(json, "id", 0, INT64_MAX, 0),
                ft_json_string(json, "verb", ""), json_object_get(json, "args"));
    json_decref(json);
}

static void
be_punctual(void)
{
    int64_t now = ft_clock_ns();

    for (int i = 0; i < PENDING; i++) {
        if (pending[i].id == 0 || now < pending[i].due)
            continue;
        if (pending[i].every == 0) {
            answer(pending[i].id, json_pack("{s:b}", "late", 1));
            pending[i].id = 0;
            continue;
        }
        pending[i].due += pending[i].every;
        say(json_pack("{s:I,s:{s:i}}", "id", pending[i].id, "event", "beat",
                      ++pending[i].beats));
    }
}

static int
patience(void)
{
    int64_t now = ft_clock_ns();
    int64_t due = INT64_MAX;

    for (int i = 0; i < PENDING; i++)
        if (pending[i].id != 0 && pending[i].due < due)
            due = pending[i].due;
    if (due == INT64_MAX)
        return -1;
    return due > now ? (int)((due - now) / FT_NS_PER_MS) + 1 : 0;
}

static void
greet(const char *how)
{
    mute = !strcmp(how, "mute");
    old = !strcmp(how, "old");
    older = !strcmp(how, "older");
    if (!strcmp(how, "chatty"))
        print("Welcome to this host!\n\nLast login: yesterday\n");
    if (!strcmp(how, "gone")) {
        fprintf(stderr, "ftengine: the daemon does not answer on /run/x\n");
        exit(1);
    }
}

int
main(int argc, char **argv)
{
    static char buffer[2 << 20];
    size_t size = 0;

    signal(SIGPIPE, SIG_IGN);
    alarm(LIFE_S); /* one that hangs on purpose does not stay for ever */
    greet(argc > 1 ? argv[1] : "");
    for (;;) {
        struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
        ssize_t n;
        char *end;

        if (poll(&p, 1, patience()) > 0) {
            n = read(STDIN_FILENO, buffer + size, sizeof(buffer) - size);
            if (n <= 0)
                return 0;
            size += n;
        }
        while ((end = memchr(buffer, '\n', size)) != NULL) {
            size_t length = end - buffer;

            take(buffer, length);
            size -= length + 1;
            memmove(buffer, end + 1, size);
        }
        be_punctual();
    }
}
