/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many engines over a real sshd, in a network namespace of our own whose wire
 * can be cut; what answers at the far end is fake-engine.
 */
#include "config.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "remote/control.h"
#include "remote/hub.h"
#include "remote/reach.h"
#include "tests/unit/remote/sshd-fixture.h"

#define MS(n) ((int64_t)(n)*FT_NS_PER_MS)
#define PATIENCE_MS 60000 /* of a machine where others work too */
#define MANY 40
#define AT_ONCE 8 /* are being connected */

static struct sshd sshd;
static struct ft_hub *hub;
static char engine[4200];
static char *commands[MANY];
static size_t command_count;

static int
start(void **state)
{
    char here[4000];

    (void)state;
    assert_int_equal(system("ip link set lo up"), 0);
    assert_non_null(getcwd(here, sizeof(here)));
    snprintf(engine, sizeof(engine), "exec %s/tests/unit/remote/fake-engine",
             here);
    sshd_start(&sshd);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    sshd_stop(&sshd);
    return 0;
}

static int
open_hub(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_hub_open(&hub, &err), 0);
    return 0;
}

static int
close_hub(void **state)
{
    (void)state;
    ft_hub_close(hub);
    hub = NULL;
    while (command_count > 0)
        free(commands[--command_count]);
    return 0;
}

static struct ft_hub_host *
add(const char *name, const char *how)
{
    struct ft_hub_where where = { .name = name,
                                  .destination = sshd.destination };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_hub_host *host = NULL;
    char *command = NULL;

    assert_true(command_count < MANY);
    sshd_options(&sshd, &where.ssh);
    where.ssh.accept_new_host_keys = true;
    if (strcmp(how, "mute") == 0) /* its first word is waited for as long */
        where.ssh.connect_timeout_ms = 8000;
    assert_true(asprintf(&command, "%s %s", engine, how) > 0);
    where.command = commands[command_count++] = command;
    assert_int_equal(ft_hub_add(hub, &where, &host, &err), 0);
    return host;
}

static int
call(struct ft_hub_host *host, const char *verb, json_t *args, int timeout_ms,
     struct ft_error *err)
{
    memset(err, 0, sizeof(*err));
    return ft_hub_call(host, verb, args, timeout_ms, NULL, err);
}

static void
must_echo(struct ft_hub_host *host)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;

    if (ft_hub_call(host, "echo", json_pack("{s:i}", "x", 7), PATIENCE_MS,
                    &result, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(ft_json_int(result, "x", 0, 9, -1), 7);
    json_decref(result);
}

static void
wait_phase(struct ft_hub_host *host, enum ft_hub_phase phase)
{
    int64_t deadline = ft_clock_ns() + MS(PATIENCE_MS);
    struct ft_hub_state s;

    for (;;) {
        ft_hub_state(host, &s);
        if (s.phase == phase)
            return;
        if (ft_clock_ns() > deadline)
            fail_msg("still %s, not %s: %s", ft_hub_phase_word(s.phase),
                     ft_hub_phase_word(phase), s.error.text);
        ft_clock_sleep(MS(5));
    }
}

/* The next message that is not about a connection. */
static void
next(struct ft_hub_message *m)
{
    do {
        if (ft_hub_next(hub, PATIENCE_MS, m) == 0)
            fail_msg("no message came");
    } while (m->what == FT_HUB_STATE);
}

static void
test_calls(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err;
    struct ft_hub_state s;

    (void)state;
    ft_hub_state(h, &s);
    assert_int_equal(s.phase, FT_HUB_IDLE);
    assert_string_equal(ft_hub_host_name(h), "h1");
    must_echo(h);
    must_echo(h);
    ft_hub_state(h, &s);
    assert_int_equal(s.phase, FT_HUB_LIVE);
    assert_true(s.ssh);
    assert_string_equal(s.version, "9.9");
    /* a refusal of the engine is no failure to reach it */
    assert_int_equal(call(h, "refuse", NULL, 0, &err), -EBUSY);
    assert_string_equal(err.hint, "Wait.");
    assert_int_equal(ft_reach_of(&err), FT_REACH_NONE);
    assert_non_null(strstr(err.text, "it is busy"));
    must_echo(h);
}

struct slow {
    struct ft_hub_host *host;
    const char *verb;
    int rc;
};

static void *
call_slowly(void *data)
{
    struct slow *slow = data;
    struct ft_error err;

    slow->rc = call(slow->host, slow->verb, json_pack("{s:i}", "ms", 1500),
                    PATIENCE_MS, &err);
    return NULL;
}

static json_int_t
count_of(struct ft_hub_host *host, const char *verb)
{
    struct ft_error err = FT_ERROR_INIT;
    json_t *result = NULL;
    json_int_t count;

    if (ft_hub_call(host, verb, NULL, PATIENCE_MS, &result, &err) < 0)
        fail_msg("%s", err.text);
    count = ft_json_int(result, "count", 0, INT32_MAX, -1);
    json_decref(result);
    return count;
}

/* A call that the engine has, and does not answer before it is released. */
static pthread_t
hold(struct slow *slow)
{
    int64_t deadline = ft_clock_ns() + MS(PATIENCE_MS);
    pthread_t thread;

    slow->verb = "hold";
    assert_int_equal(pthread_create(&thread, NULL, call_slowly, slow), 0);
    while (count_of(slow->host, "holding") == 0) {
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(MS(5));
    }
    return thread;
}

/* A switchover and a status, over one connection. */
static void
test_side_by_side(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct slow slow = { .host = h, .rc = -1 };
    struct ft_error err;
    pthread_t thread;

    (void)state;
    thread = hold(&slow);
    for (int i = 0; i < 20; i++)
        must_echo(h);
    assert_int_equal(count_of(h, "holding"), 1);
    assert_int_equal(call(h, "release", NULL, PATIENCE_MS, &err), 0);
    pthread_join(thread, NULL);
    assert_int_equal(slow.rc, 0);
}

static void
test_stream_beside_calls(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err = FT_ERROR_INIT;
    struct pollfd p = { ft_hub_descriptor(hub), POLLIN, 0 };
    struct ft_hub_message m;
    uint64_t ticket = 0;

    (void)state;
    assert_int_equal(ft_hub_follow(h, "watch", json_pack("{s:i}", "rate_ms", 20),
                                   PATIENCE_MS, &ticket, &err),
                     0);
    next(&m);
    assert_int_equal(m.what, FT_HUB_REPLY);
    assert_int_equal(m.ticket, ticket);
    assert_int_equal(m.error.code, 0);
    assert_string_equal(ft_json_string(m.body, "host", ""), "fake");
    json_decref(m.body);
    for (int i = 1; i <= 10; i++) {
        must_echo(h);
        next(&m);
        assert_int_equal(m.what, FT_HUB_EVENT);
        assert_int_equal(ft_json_int(m.body, "beat", 0, 1000, -1), i);
        json_decref(m.body);
    }
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    ft_hub_cancel(h, ticket);
    do {
        next(&m);
        json_decref(m.body);
    } while (m.what == FT_HUB_EVENT);
    assert_int_equal(m.what, FT_HUB_END);
    assert_int_equal(m.error.code, ECANCELED);
    must_echo(h);
    while (ft_hub_next(hub, 200, &m))
        assert_int_equal(m.what, FT_HUB_STATE);
    assert_int_equal(poll(&p, 1, 0), 0);
}

static void
test_ask_and_cancel(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_hub_message m;
    uint64_t slow = 0, fast = 0;

    (void)state;
    assert_int_equal(ft_hub_ask(h, "later", json_pack("{s:i}", "ms", 5000), 0,
                                &slow, &err),
                     0);
    assert_int_equal(ft_hub_ask(h, "echo", NULL, 0, &fast, &err), 0);
    next(&m);
    assert_int_equal(m.ticket, fast);
    json_decref(m.body);
    ft_hub_cancel(h, slow);
    ft_hub_cancel(h, 4711);
    next(&m);
    assert_int_equal(m.ticket, slow);
    assert_int_equal(m.what, FT_HUB_REPLY);
    assert_int_equal(m.error.code, ECANCELED);
    must_echo(h);
}

static json_int_t
followers(struct ft_hub_host *host)
{
    return count_of(host, "followers");
}

static uint64_t
follow(struct ft_hub_host *host)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_hub_message m;
    uint64_t ticket = 0;

    assert_int_equal(ft_hub_follow(host, "watch",
                                   json_pack("{s:i}", "rate_ms", 60000),
                                   PATIENCE_MS, &ticket, &err),
                     0);
    next(&m);
    assert_int_equal(m.what, FT_HUB_REPLY);
    assert_int_equal(m.error.code, 0);
    json_decref(m.body);
    return ticket;
}

static void
must_end(uint64_t ticket, int code)
{
    struct ft_hub_message m;

    next(&m);
    assert_int_equal(m.what, FT_HUB_END);
    assert_int_equal(m.ticket, ticket);
    assert_int_equal(m.error.code, code);
}

/* A stream that was cancelled takes no place at the engine, its neighbours do. */
static void
test_cancel_frees_the_place(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    uint64_t tickets[FT_HUB_OPEN_MAX / 2];
    size_t count = FT_ARRAY_SIZE(tickets);

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < count; i++)
            tickets[i] = follow(h);
        assert_int_equal(followers(h), count);
        ft_hub_cancel(h, tickets[1]);
        must_end(tickets[1], ECANCELED);
        assert_int_equal(followers(h), count - 1);
        for (size_t i = 0; i < count; i++)
            if (i != 1)
                ft_hub_cancel(h, tickets[i]);
        for (size_t i = 0; i < count; i++)
            if (i != 1)
                must_end(tickets[i], ECANCELED);
        assert_int_equal(followers(h), 0);
    }
}

/* Nothing else is asked of that host, and its line has been idle for long. */
static void
test_cancel_on_an_idle_line(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    uint64_t ticket = follow(h);
    struct ft_hub_state before, after;
    int64_t deadline;

    (void)state;
    ft_clock_sleep(MS(3500));
    ft_hub_state(h, &before);
    ft_hub_cancel(h, ticket);
    must_end(ticket, ECANCELED);
    /* its answer is the last line that comes */
    deadline = ft_clock_ns() + MS(PATIENCE_MS);
    do {
        ft_clock_sleep(MS(5));
        ft_hub_state(h, &after);
    } while (after.heard_ns == before.heard_ns && ft_clock_ns() < deadline);
    assert_true(after.heard_ns > before.heard_ns);
    assert_int_equal(followers(h), 0);
}

/* An engine from before the verb goes on, and nothing else breaks. */
static void
test_cancel_not_known(void **state)
{
    struct ft_hub_host *h = add("h1", "older");
    uint64_t ticket = follow(h);

    (void)state;
    ft_hub_cancel(h, ticket);
    must_end(ticket, ECANCELED);
    must_echo(h);
    assert_int_equal(followers(h), 1);
    must_echo(h);
}

/* A reader that does not read is told so, and costs no memory without end. */
static void
test_slow_reader(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_hub_message m;
    int events = 0;

    (void)state;
    assert_int_equal(ft_hub_follow(h, "flood",
                                   json_pack("{s:i,s:i}", "count", 5000, "size",
                                             100),
                                   0, NULL, &err),
                     0);
    must_echo(h); /* it is answered behind the flood */
    next(&m);
    assert_int_equal(m.what, FT_HUB_REPLY);
    json_decref(m.body);
    for (next(&m); m.what == FT_HUB_EVENT; next(&m)) {
        json_decref(m.body);
        events++;
    }
    assert_int_equal(events, FT_HUB_EVENTS_MAX);
    assert_int_equal(m.what, FT_HUB_END);
    assert_int_equal(m.error.code, ENOBUFS);
    assert_true(*m.error.text != '\0');
    assert_int_equal(followers(h), 0);
}

static void
test_too_many(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_hub_message m;

    (void)state;
    must_echo(h);
    for (int i = 0; i < FT_HUB_OPEN_MAX; i++)
        assert_int_equal(ft_hub_ask(h, "echo", NULL, 0, NULL, &err), 0);
    assert_int_equal(ft_hub_ask(h, "echo", NULL, 0, NULL, &err), -EAGAIN);
    /* also when all are answered, until somebody takes the answers */
    next(&m);
    json_decref(m.body);
    assert_int_equal(ft_hub_ask(h, "echo", NULL, 0, NULL, &err), 0);
    for (int i = 0; i < FT_HUB_OPEN_MAX; i++) {
        next(&m);
        json_decref(m.body);
    }
    must_echo(h);
}

static void
test_deadline(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err;
    int64_t began;

    (void)state;
    must_echo(h);
    began = ft_clock_ns();
    assert_int_equal(call(h, "nothing", NULL, 700, &err), -ETIMEDOUT);
    assert_true(ft_clock_ns() - began >= MS(700));
    assert_true(ft_clock_ns() - began < MS(PATIENCE_MS));
    assert_int_equal(ft_reach_of(&err), FT_REACH_ENGINE_SILENT);
    must_echo(h); /* on the same connection */
}

/* ---- hosts that break the rules, and what becomes of the others ---- */

static void
test_classes(void **state)
{
    static const struct {
        const char *how;
        enum ft_reach reach;
    } cases[] = {
        { "old", FT_REACH_PROTOCOL },
        { "mute", FT_REACH_ENGINE_SILENT },
        { "gone", FT_REACH_ENGINE_REFUSED },
        { "; exec /nonexistent/ftengine", FT_REACH_ENGINE_MISSING },
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_hub_host *h;
        struct ft_hub_state s;
        struct ft_error err;
        char command[64];

        snprintf(command, sizeof(command), "%s", cases[i].how);
        if (*command == ';') {
            static const char missing[] = "exec /nonexistent/ftengine control";
            struct ft_hub_where where = { .name = "h",
                                          .destination = sshd.destination,
                                          .command = missing };

            sshd_options(&sshd, &where.ssh);
            assert_int_equal(ft_hub_add(hub, &where, &h, &err), 0);
        } else {
            h = add("h", command);
        }
        assert_int_equal(call(h, "echo", NULL, PATIENCE_MS, &err),
                         -ft_reach_code(cases[i].reach));
        assert_int_equal(ft_reach_of(&err), cases[i].reach);
        wait_phase(h, FT_HUB_GONE);
        ft_hub_state(h, &s);
        assert_true(s.ssh);
        assert_int_equal(ft_reach_of(&s.error), cases[i].reach);
    }
}

static void
test_unreachable(void **state)
{
    struct ft_hub_where where = { .name = "h",
                                  .destination = "root@127.0.0.1:1" };
    struct ft_hub_host *h = NULL;
    struct ft_hub_state s;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    sshd_options(&sshd, &where.ssh);
    assert_int_equal(ft_hub_add(hub, &where, &h, &err), 0);
    assert_int_equal(call(h, "echo", NULL, 0, &err), -ECONNREFUSED);
    assert_int_equal(ft_reach_of(&err), FT_REACH_REFUSED);
    ft_hub_state(h, &s);
    assert_int_equal(s.phase, FT_HUB_GONE);
    assert_false(s.ssh);
    assert_int_equal(s.next_ns, 0);
    ft_hub_keep(h, true);
    for (int i = 0; i < PATIENCE_MS / 5 && s.next_ns == 0; i++) {
        ft_clock_sleep(MS(5));
        ft_hub_state(h, &s);
    }
    assert_true(s.next_ns != 0);
}

static void
authorize(const char *keys)
{
    char command[700];

    snprintf(command, sizeof(command), "cd %s && cat %s > authorized",
             sshd.folder, keys);
    assert_int_equal(system(command), 0);
}

/* What is for a person to mend is not tried again and again. */
static void
test_login_refused(void **state)
{
    struct ft_hub_where where = { .name = "h", .destination = sshd.destination };
    struct ft_hub_host *h = NULL;
    struct ft_hub_state s;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    sshd_options(&sshd, &where.ssh);
    where.ssh.accept_new_host_keys = true;
    where.ssh.identity = sshd.stranger_key;
    where.command = engine;
    assert_int_equal(ft_hub_add(hub, &where, &h, &err), 0);
    ft_hub_keep(h, true);
    assert_int_equal(call(h, "echo", NULL, 0, &err), -EACCES);
    wait_phase(h, FT_HUB_GONE);
    ft_hub_state(h, &s);
    assert_int_equal(ft_reach_of(&s.error), FT_REACH_LOGIN_REFUSED);
    assert_int_equal(s.next_ns, 0);
    ft_hub_retry(h);
    assert_int_equal(call(h, "echo", NULL, 0, &err), -EACCES);
    /* now it would be let in, and is not before somebody says so */
    authorize("key.pub locked.pub stranger.pub");
    assert_int_equal(call(h, "echo", NULL, 0, &err), -EACCES);
    ft_hub_retry(h);
    must_echo(h);
    authorize("key.pub locked.pub");
}

static void
test_bad_hosts(void **state)
{
    static const struct {
        const char *verb;
        int bytes, timeout_ms, code;
        enum ft_reach reach;
    } cases[] = {
        { "garbage", 0, PATIENCE_MS, EPROTO, FT_REACH_PROTOCOL },
        { "huge", 100 << 20, PATIENCE_MS, EPROTO, FT_REACH_PROTOCOL },
        { "end", 0, PATIENCE_MS, EPIPE, FT_REACH_LOST },
        { "half", 0, 2500, ETIMEDOUT, FT_REACH_ENGINE_SILENT },
        { "stop", 0, 2500, ETIMEDOUT, FT_REACH_ENGINE_SILENT },
    };
    struct ft_hub_host *good = add("good", "");

    (void)state;
    ft_hub_keep(good, true);
    must_echo(good);
    for (size_t i = 0; i < FT_ARRAY_SIZE(cases); i++) {
        struct ft_hub_host *bad = add("bad", "");
        struct ft_error err;
        int rc;

        must_echo(bad);
        rc = call(bad, cases[i].verb,
                  json_pack("{s:i}", "bytes", cases[i].bytes),
                  cases[i].timeout_ms, &err);
        if (rc != -cases[i].code)
            fail_msg("%s: %d, %s", cases[i].verb, rc, err.text);
        assert_int_equal(ft_reach_of(&err), cases[i].reach);
        wait_phase(good, FT_HUB_LIVE);
        must_echo(good);
        /* a new connection, where the old one is of no use */
        must_echo(bad);
        ft_hub_remove(bad);
    }
}

/* A shell that talks before the engine does is forgiven. */
static void
test_chatty(void **state)
{
    (void)state;
    must_echo(add("h1", "chatty"));
}

/* ---- the wire ---- */

static void
cut(bool yes)
{
    char command[300];

    snprintf(command, sizeof(command),
             "iptables -w -%c INPUT -p tcp --dport %u -j DROP && "
             "iptables -w -%c INPUT -p tcp --sport %u -j DROP",
             yes ? 'A' : 'D', sshd.port, yes ? 'A' : 'D', sshd.port);
    assert_int_equal(system(command), 0);
}

static void
cut_for(struct ft_hub_host *h, int64_t ms)
{
    struct ft_hub_state s;
    int64_t began = ft_clock_ns(), stale, live;

    cut(true);
    wait_phase(h, FT_HUB_STALE);
    ft_hub_state(h, &s);
    stale = ft_clock_ns() - s.heard_ns;
    while (ft_clock_ns() - began < MS(ms))
        ft_clock_sleep(MS(10));
    cut(false);
    began = ft_clock_ns();
    wait_phase(h, FT_HUB_LIVE);
    live = ft_clock_ns() - began;
    printf("# cut for %lld ms: stale %lld ms after the last line, live %lld ms "
           "after healing\n",
           (long long)ms, (long long)(stale / MS(1)), (long long)(live / MS(1)));
    assert_in_range(stale, MS(FT_HUB_SILENT_MS), MS(PATIENCE_MS));
    must_echo(h);
}

static void
test_cut(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct slow slow = { .host = h, .verb = "later", .rc = -1 };
    pthread_t thread;

    (void)state;
    ft_hub_keep(h, true);
    must_echo(h);
    cut_for(h, 4000);
    cut_for(h, 10000);
    /* a call that was on its way is answered, if its connection lives */
    assert_int_equal(pthread_create(&thread, NULL, call_slowly, &slow), 0);
    ft_clock_sleep(MS(200));
    cut_for(h, 4000);
    pthread_join(thread, NULL);
    printf("# the call of before: %s\n", slow.rc == 0 ? "answered" : "lost");
    assert_true(slow.rc == 0 || slow.rc == -EPIPE);
}

/* The number that a command prints. */
static int
number_of(const char *format, ...)
{
    char command[400];
    int count = 0;
    va_list args;
    FILE *pipe;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

static int
logins(void)
{
    return number_of("grep -c ^Accepted %s/sshd.log", sshd.folder);
}

static int
connections(void)
{
    return number_of("pgrep -c -P %d", (int)sshd.pid);
}

/* Silent for a while, and speaks again before another connection is there. */
static void
test_only_slow(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    int64_t deadline = ft_clock_ns() + MS(PATIENCE_MS);
    uint64_t ticket;
    int before;
    pid_t pid;

    (void)state;
    ft_hub_keep(h, true);
    ticket = follow(h);
    before = logins();
    pid = (pid_t)count_of(h, "pid");
    kill(sshd.pid, SIGSTOP); /* who connects now has to wait */
    kill(pid, SIGSTOP);
    wait_phase(h, FT_HUB_STALE);
    kill(pid, SIGCONT);
    wait_phase(h, FT_HUB_LIVE);
    kill(sshd.pid, SIGCONT);
    while (logins() == before || connections() > 1) {
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(MS(20));
    }
    assert_int_equal(followers(h), 1); /* the stream has gone on */
    ft_hub_cancel(h, ticket);
    must_end(ticket, ECANCELED);
}

/* One that nobody asked for long is asked before it is used. */
static void
test_idle_and_dead(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_error err;
    int rc;

    (void)state;
    must_echo(h);
    cut(true);
    ft_clock_sleep(MS(3200));
    rc = call(h, "echo", NULL, 1000, &err);
    cut(false);
    assert_int_equal(rc, -ETIMEDOUT);
    must_echo(h);
}

/* ---- sessions for other things ---- */

static int
run_command(struct ft_ssh *ssh, void *data, struct ft_error *err)
{
    char **out = data;

    return ft_ssh_must(ssh, "echo on", out, err);
}

static int
break_session(struct ft_ssh *ssh, void *data, struct ft_error *err)
{
    struct ft_ssh_result result;
    int rc = ft_ssh_run(ssh, "kill -9 $PPID; sleep 10", NULL, 0, 20000, &result,
                        err);

    (void)data;
    ft_ssh_result_free(&result);
    return rc;
}

static void
test_jobs(void **state)
{
    static const char *const hows[] = { "", "gone" };
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(hows); i++) {
        struct ft_hub_host *h = add("h1", hows[i]);

        for (int n = 0; n < 3; n++) {
            char *out = NULL;

            if (ft_hub_do(h, run_command, &out, &err) < 0)
                fail_msg("%s", err.text);
            assert_string_equal(out, "on\n");
            free(out);
            assert_int_equal(call(h, "echo", NULL, PATIENCE_MS, &err),
                             i == 0 ? 0 : -ECONNREFUSED);
        }
        assert_int_equal(ft_hub_do(h, break_session, NULL, &err), -EPIPE);
        {
            char *out = NULL;

            assert_int_equal(ft_hub_do(h, run_command, &out, &err), 0);
            free(out);
        }
    }
}

static void
test_disconnect(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct ft_hub_message m;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_hub_follow(h, "watch", NULL, 0, NULL, &err), 0);
    next(&m);
    json_decref(m.body);
    ft_hub_disconnect(h);
    do {
        next(&m);
        json_decref(m.body);
    } while (m.what != FT_HUB_END);
    assert_int_equal(m.error.code, ECANCELED);
    wait_phase(h, FT_HUB_IDLE);
    must_echo(h);
}

/* Another thread has enough of it; what is asked afterwards is not meant. */
static void
test_give_up(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct slow slow = { .host = h };
    pthread_t thread;

    (void)state;
    thread = hold(&slow);
    ft_hub_disconnect(h);
    must_echo(h);
    pthread_join(thread, NULL);
    assert_int_equal(slow.rc, -ECANCELED);
    ft_hub_reopen(h);
    must_echo(h);
}

/* The end of a host is the end of what waits for it. */
static void
test_remove(void **state)
{
    struct ft_hub_host *h = add("h1", "");
    struct slow slow = { .host = h };
    pthread_t thread;

    (void)state;
    thread = hold(&slow);
    ft_hub_remove(h);
    pthread_join(thread, NULL);
    assert_int_equal(slow.rc, -ECANCELED);
}

/* ---- many ---- */

static int
by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
follow_beats(struct ft_hub_host *host)
{
    struct ft_error err = FT_ERROR_INIT;

    assert_int_equal(ft_hub_follow(host, "watch",
                                   json_pack("{s:i}", "rate_ms", 100),
                                   PATIENCE_MS, NULL, &err),
                     0);
}

static void
test_many(void **state)
{
    static int64_t times[MANY * 25];
    struct ft_hub_host *hosts[MANY];
    struct ft_hub_message m;
    size_t count = 0;
    int beats = 0;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        hosts[i] = add("many", "");
        ft_hub_keep(hosts[i], true);
        if (i >= AT_ONCE)
            wait_phase(hosts[i - AT_ONCE], FT_HUB_LIVE);
    }
    for (int i = 0; i < MANY; i++) {
        wait_phase(hosts[i], FT_HUB_LIVE);
        follow_beats(hosts[i]);
    }
    for (int n = 0; n < 25; n++)
        for (int i = 0; i < MANY; i++) {
            int64_t began = ft_clock_ns();

            must_echo(hosts[i]);
            times[count++] = ft_clock_ns() - began;
            while (ft_hub_next(hub, 0, &m)) {
                beats += m.what == FT_HUB_EVENT;
                if (m.what == FT_HUB_END) {
                    /* on a machine where nothing gets on it may seem dead */
                    assert_int_equal(ft_reach_of(&m.error), FT_REACH_LOST);
                    follow_beats(m.host);
                }
                json_decref(m.body);
            }
        }
    qsort(times, count, sizeof(*times), by_time);
    printf("# %d hosts, each with a stream: a call takes p50 %.2f ms, p99 %.2f "
           "ms; %d beats meanwhile\n",
           MANY, (double)times[count / 2] / FT_NS_PER_MS,
           (double)times[count * 99 / 100] / FT_NS_PER_MS, beats);
    assert_true(beats > 0);
}

#define HUB_TEST(function) \
    cmocka_unit_test_setup_teardown(function, open_hub, close_hub)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HUB_TEST(test_calls),
        HUB_TEST(test_side_by_side),
        HUB_TEST(test_stream_beside_calls),
        HUB_TEST(test_ask_and_cancel),
        HUB_TEST(test_cancel_frees_the_place),
        HUB_TEST(test_cancel_on_an_idle_line),
        HUB_TEST(test_cancel_not_known),
        HUB_TEST(test_slow_reader),
        HUB_TEST(test_too_many),
        HUB_TEST(test_deadline),
        HUB_TEST(test_classes),
        HUB_TEST(test_unreachable),
        HUB_TEST(test_login_refused),
        HUB_TEST(test_bad_hosts),
        HUB_TEST(test_chatty),
        HUB_TEST(test_cut),
        HUB_TEST(test_only_slow),
        HUB_TEST(test_idle_and_dead),
        HUB_TEST(test_jobs),
        HUB_TEST(test_disconnect),
        HUB_TEST(test_give_up),
        HUB_TEST(test_remove),
        HUB_TEST(test_many),
    };

    if (!sshd_available())
        return 77;
    if (system("command -v iptables ip >/dev/null") != 0 ||
        unshare(CLONE_NEWNET) < 0) {
        printf("# SKIP no network namespace with iptables(8) here\n");
        return 77;
    }
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, start, stop);
}
