/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's control socket as a client sees it: its real loop, supervisor,
 * board and verbs in a process of their own, in the scratch folder (local.mk).
 * Its workers are this program, too, started by the supervisor as `worker --pair
 * UUID`: they send to the daemon whatever is written into the FIFO run/UUID.words.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/board.h"
#include "engine/control-server.h"
#include "engine/daemon-verbs.h"
#include "engine/events.h"
#include "engine/followers.h"
#include "engine/supervisor.h"
#include "engine/watch.h"
#include "virt/loop.h"
#include "worker/channel.h"

#define DEADLINE_MS 20000
#define A "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e81"
#define B "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e82"
#define BEGIN INT64_C(1796000400) /* of an hour */

/* ---- the worker */

static void
hear(int channel)
{
    FT_AUTOJSON json_t *message = NULL;
    int fd, removal, rc = ft_channel_receive(channel, &message, &fd);

    if (rc == -EAGAIN)
        return;
    if (rc)
        _exit(0); /* the daemon is gone */
    if (!strcmp(ft_json_string(message, "verb", ""), "drain")) {
        ft_channel_send(channel, json_pack("{s:s}", "bye", "drained"), -1);
        _exit(0);
    }
    removal = !strcmp(ft_json_string(message, "verb", ""), "remove");
    if (removal)
        ft_channel_send(channel, json_pack("{s:s}", "bye", "removed"), -1);
    ft_channel_send(channel,
                    json_pack("{s:O,s:O,s:{}}", "reply",
                              json_object_get(message, "client"), "id",
                              json_object_get(message, "id"), "result"),
                    -1);
    if (removal)
        _exit(0);
}

static void
speak(int channel, FILE *words)
{
    FT_AUTOFREE char *line = NULL;
    size_t room = 0;
    json_t *message;

    if (getline(&line, &room, words) < 0)
        _exit(1);
    message = json_loads(line, 0, NULL);
    if (json_object_get(message, "die"))
        _exit(3);
    while (ft_channel_send(channel, json_incref(message), -1) == -EAGAIN)
        usleep(1000);
    json_decref(message);
}

/* patient: it outlives its daemon, waits for the next, and says that it does. */
static int
worker_main(const char *pair, bool patient)
{
    int channel = ft_channel_connect(FT_WORKER_SOCKET);
    char path[128];
    FILE *words;

    if (patient)
        close(open("waits", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    for (int i = 0; patient && channel < 0 && i < DEADLINE_MS; i++) {
        usleep(1000);
        channel = ft_channel_connect(FT_WORKER_SOCKET);
    }
    snprintf(path, sizeof(path), FT_RUN_FOLDER "/%s.words", pair);
    words = fopen(path, "r+e"); /* never ends */
    if (channel < 0 || !words)
        _exit(1);
    setvbuf(words, NULL, _IONBF, 0); /* poll sees what is left */
    ft_channel_send(channel,
                    json_pack("{s:s,s:i}", "worker", pair, "pid", (int)getpid()),
                    -1);
    for (;;) {
        struct pollfd fds[] = { { channel, POLLIN, 0 },
                                { fileno(words), POLLIN, 0 } };

        poll(fds, 2, -1);
        if (fds[0].revents)
            hear(channel);
        if (fds[1].revents)
            speak(channel, words);
    }
}

/* ---- the daemon */

static pid_t daemon_pid;
static int quit_fd = -1;

static void
on_quit(int fd, void *opaque)
{
    (void)fd;
    (void)opaque;
    ft_loop_quit();
}

static void
daemon_main(int quit)
{
    struct ft_error err = FT_ERROR_INIT;

    signal(SIGPIPE, SIG_IGN);
    ft_log_open("log", "daemon", FT_LOG_INFO);
    if (ft_loop_init() || ft_loop_watch(quit, on_quit, NULL) < 0 ||
        ft_events_open("h1", &err) || ft_supervisor_open(&err) ||
        ft_control_listen(FT_CONTROL_SOCKET, ft_daemon_verb, &err)) {
        fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    ft_loop_run();
    ft_watch_end("the test ends");
    ft_board_save();
    _exit(0);
}

static void
start_daemon(void)
{
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    unlink(FT_CONTROL_SOCKET);
    daemon_pid = fork();
    assert_true(daemon_pid >= 0);
    if (!daemon_pid) {
        close(ends[1]);
        daemon_main(ends[0]);
    }
    close(ends[0]);
    quit_fd = ends[1];
}

/* An orderly end. */
static void
stop_daemon(void)
{
    int status;

    close(quit_fd);
    quit_fd = -1;
    assert_int_equal(waitpid(daemon_pid, &status, 0), daemon_pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    daemon_pid = 0;
}

/* ---- the client */

struct client {
    int fd;
    FILE *from;
    int64_t id;
};

static int64_t
now_ms(void)
{
    return ft_clock_ns() / FT_NS_PER_MS;
}

static struct client
connect_client(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval patience = { DEADLINE_MS / 1000, 0 };
    int64_t end = now_ms() + DEADLINE_MS;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s",
             FT_CONTROL_SOCKET);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        if (now_ms() > end)
            fail_msg("no daemon: %s", strerror(errno));
        usleep(5000);
    }
    return (struct client){ fd, fdopen(fd, "re"), 0 };
}

static void
disconnect(struct client *client)
{
    fclose(client->from);
}

/* The next line, or NULL at the end. */
static json_t *
next_line(struct client *client)
{
    FT_AUTOFREE char *line = NULL;
    size_t room = 0;
    json_t *json;

    errno = 0;
    if (getline(&line, &room, client->from) < 0) {
        if (errno == EAGAIN)
            fail_msg("the daemon says nothing");
        return NULL;
    }
    json = json_loads(line, 0, NULL);
    if (!json)
        fail_msg("no JSON: %.200s", line);
    return json;
}

static void
request(struct client *client, const char *verb, json_t *args)
{
    FT_AUTOJSON json_t *line =
        json_pack("{s:I,s:s,s:o*}", "id", (json_int_t)++client->id, "verb",
                  verb, "args", args);
    FT_AUTOFREE char *text = json_dumps(line, JSON_COMPACT);

    assert_true(dprintf(client->fd, "%s\n", text) > 0);
}

/* The reply to the last request; event lines before it are dropped. */
static json_t *
reply(struct client *client)
{
    json_t *line;

    for (;;) {
        line = next_line(client);
        assert_non_null(line);
        if (!json_object_get(line, "event") &&
            ft_json_int(line, "id", 0, INT64_MAX, -1) == client->id)
            return line;
        json_decref(line);
    }
}

/* The result of a call, a new reference. */
static json_t *
ask(struct client *client, const char *verb, json_t *args)
{
    FT_AUTOJSON json_t *line = NULL;

    request(client, verb, args);
    line = reply(client);
    if (!ft_json_bool(line, "ok", 0))
        fail_msg("%s: %s", verb,
                 ft_json_string(json_object_get(line, "error"), "text", "?"));
    return json_incref(json_object_get(line, "result"));
}

/* The errno that a call is refused with; 0 when it is not. */
static int
refused(struct client *client, const char *verb, json_t *args)
{
    FT_AUTOJSON json_t *line = NULL;

    request(client, verb, args);
    line = reply(client);
    return (int)ft_json_int(json_object_get(line, "error"), "code", 0, 4095, 0);
}

/* The next event line that has such a member; others are dropped. */
static json_t *
next_with(struct client *client, const char *member)
{
    int64_t end = now_ms() + DEADLINE_MS;

    for (;;) {
        FT_AUTOJSON json_t *line = next_line(client);
        json_t *event = json_object_get(line, "event");

        if (!line || now_ms() > end)
            fail_msg("no %s", member);
        if (json_object_get(event, member))
            return json_incref(event);
    }
}

/* ---- pairs */

/* Open from make_pair to the test's end: a FIFO that nobody holds is emptied. */
static int words[2] = { -1, -1 };

static int *
words_of(const char *pair)
{
    return &words[!strcmp(pair, B)];
}

static void
tell_worker(const char *pair, json_t *message)
{
    FT_AUTOFREE char *text = json_dumps(message, JSON_COMPACT);

    json_decref(message);
    assert_true(dprintf(*words_of(pair), "%s\n", text) > 0);
}

static void
status_words(const char *pair, const char *state, int epoch)
{
    tell_worker(pair, json_pack("{s:{s:s,s:s,s:s,s:i}}", "status", "pair", pair,
                                "vm", "vm1", "state", state, "epoch", epoch));
}

static void
sample_words(const char *pair, int64_t at, double pause)
{
    struct ft_second second = { .at = at };

    ft_bucket_add(&second.metrics[FT_METRIC_PAUSE], pause);
    ft_bucket_add(&second.metrics[FT_METRIC_SCAN], 1);
    tell_worker(pair, json_pack("{s:o}", "sample", ft_second_to_json(&second)));
}

static json_t *
pair_config(const char *pair)
{
    const char *vm_uuid = !strcmp(pair, A)
                              ? "11111111-0F4B-4a53-9f0e-3b0d5c6a7e81"
                              : "22222222-0f4b-4a53-9f0e-3b0d5c6a7e82";
    json_t *json =
        json_pack("{s:i,s:s,s:s,s:s,s:i,s:[{s:s,s:[s]},{s:s,s:[s]}]}", "schema",
                  1, "pair", pair, "vm", "vm1", "vm_uuid", vm_uuid, "self", 0,
                  "hosts", "name", "h1", "addresses", "10.0.0.1", "name", "h2",
                  "addresses", "10.0.0.2");

    assert_non_null(json);
    return json;
}

/* A pair whose worker is there and has said that it is protected. */
static void
make_pair(struct client *client, const char *pair)
{
    char path[128], key[65];
    json_t *result;

    memset(key, 'a', 64);
    key[64] = '\0';
    snprintf(path, sizeof(path), FT_RUN_FOLDER "/%s.words", pair);
    assert_int_equal(mkfifo(path, 0600), 0);
    *words_of(pair) = open(path, O_RDWR | O_CLOEXEC);
    assert_true(*words_of(pair) >= 0);
    result =
        ask(client, "pair-set",
            json_pack("{s:o,s:s}", "config", pair_config(pair), "key", key));
    json_decref(result);
    status_words(pair, "protected", 1);
}

/* What status says of a pair, borrowed from *result; NULL: nothing. */
static const json_t *
status_of(struct client *client, const char *pair, json_t **result)
{
    json_t *status;
    size_t i;

    json_decref(*result);
    *result = ask(client, "status", NULL);
    json_array_foreach(json_object_get(*result, "pairs"), i, status)
        if (!strcmp(ft_json_string(status, "pair", ""), pair))
            return status;
    return NULL;
}

static void
wait_for_state(struct client *client, const char *pair, const char *state)
{
    FT_AUTOJSON json_t *result = NULL;
    int64_t end = now_ms() + DEADLINE_MS;

    while (strcmp(ft_json_string(status_of(client, pair, &result), "state", ""),
                  state)) {
        if (now_ms() > end)
            fail_msg("%s is not %s", pair, state);
        usleep(5000);
    }
}

/* As many seconds of a pair as the daemon has. */
static void
wait_for_seconds(struct client *client, const char *pair, size_t count)
{
    int64_t end = now_ms() + DEADLINE_MS;
    size_t found;

    do {
        FT_AUTOJSON json_t *result =
            ask(client, "series",
                json_pack("{s:s,s:i}", "pair", pair, "seconds", 600));

        found = json_array_size(json_object_get(result, "seconds"));
        if (now_ms() > end)
            fail_msg("%zu seconds, not %zu", found, count);
    } while (found != count);
}

/* ---- the tests */

static struct client admin; /* for what is not followed */

static int
begin(void **state)
{
    (void)state;
    mkdir(FT_STATE_FOLDER, 0700);
    mkdir(FT_PAIRS_FOLDER, 0700);
    mkdir(FT_RUN_FOLDER, 0700);
    start_daemon();
    admin = connect_client();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    disconnect(&admin);
    if (daemon_pid)
        stop_daemon();
    for (size_t i = 0; i < FT_ARRAY_SIZE(words); i++) {
        if (words[i] >= 0)
            close(words[i]);
        words[i] = -1;
    }
    nftw(FT_STATE_FOLDER, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    nftw(FT_RUN_FOLDER, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

static void
test_a_snapshot(void **state)
{
    struct client client = connect_client();
    FT_AUTOJSON json_t *shot = NULL, *small = NULL;
    const json_t *series, *status;

    (void)state;
    make_pair(&admin, A);
    make_pair(&admin, B);
    wait_for_state(&admin, A, "protected");
    wait_for_state(&admin, B, "protected");
    for (int i = 0; i < 100; i++)
        sample_words(A, BEGIN + i, 2.123456789);
    sample_words(B, BEGIN + 99, 3);
    wait_for_seconds(&admin, A, 100);
    wait_for_seconds(&admin, B, 1);
    shot = ask(&client, "watch",
               json_pack("{s:i,s:b,s:i}", "seconds", 60, "minutes", 1,
                         "events_after", 0));
    assert_true(*ft_json_string(shot, "host", ""));
    assert_string_equal(ft_json_string(shot, "version", ""), PACKAGE_VERSION);
    assert_true(ft_json_int(shot, "at", BEGIN, INT64_MAX, 0) > BEGIN);
    assert_true(json_is_null(json_object_get(shot, "witness")));
    assert_int_equal(json_array_size(json_object_get(shot, "pairs")), 2);
    status = json_array_get(json_object_get(shot, "pairs"), 0);
    assert_in_range(ft_json_int(status, "age_ms", 0, INT64_MAX, -1), 0,
                    DEADLINE_MS);
    assert_true(ft_json_int(status, "worker_pid", 1, INT32_MAX, 0) > 0);
    series = json_object_get(json_object_get(shot, "series"), A);
    assert_int_equal(json_array_size(json_object_get(series, "seconds")), 60);
    assert_int_equal(json_array_size(json_object_get(series, "minutes")), 1);
    assert_null(json_object_get(series, "hours"));
    assert_true(json_is_array(json_object_get(shot, "events")));
    assert_true(json_is_integer(json_object_get(shot, "events_last")));
    disconnect(&client);
    client = connect_client();
    small = ask(&client, "watch", NULL);
    series = json_object_get(json_object_get(small, "series"), A);
    assert_int_equal(json_object_size(series), 0);
    disconnect(&client);
}

static void
test_the_heart_beats(void **state)
{
    struct client client = connect_client();
    int64_t number = 0, age = -1, began;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&client, "watch", json_pack("{s:i}", "rate_ms", 60000)));
    began = now_ms();
    for (int i = 0; i < 3; i++) {
        FT_AUTOJSON json_t *beat = next_with(&client, "beat");
        int64_t older =
            ft_json_int(json_object_get(beat, "ages"), A, 0, INT64_MAX, -1);

        if (i)
            assert_int_equal(ft_json_int(beat, "beat", 0, INT64_MAX, 0),
                             number + 1);
        number = ft_json_int(beat, "beat", 0, INT64_MAX, 0);
        assert_true(ft_json_int(beat, "at", BEGIN, INT64_MAX, 0) > BEGIN);
        /* its worker says nothing */
        assert_true(older > age);
        age = older;
    }
    assert_true(now_ms() - began >= 2000);
    assert_true(age >= 2000);
    disconnect(&client);
}

/* What only changes figures is no change; what is one comes at once. */
static void
test_news_and_figures(void **state)
{
    struct client client = connect_client();
    FT_AUTOJSON json_t *shot = NULL, *figures = NULL, *news = NULL;
    const json_t *inner;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    shot = ask(&client, "watch", json_pack("{s:i}", "rate_ms", 100));
    status_words(A, "protected", 2);
    figures = next_with(&client, "figures");
    assert_string_equal(ft_json_string(figures, "pair", ""), A);
    inner = json_object_get(figures, "figures");
    assert_int_equal(ft_json_int(inner, "epoch", 0, 9, 0), 2);
    assert_true(json_is_integer(json_object_get(inner, "age_ms")));
    assert_null(json_object_get(inner, "state"));
    status_words(A, "unprotected", 3);
    news = next_with(&client, "status");
    inner = json_object_get(news, "status");
    assert_string_equal(ft_json_string(inner, "state", ""), "unprotected");
    assert_int_equal(ft_json_int(inner, "epoch", 0, 9, 0), 3);
    disconnect(&client);
}

static void
test_at_a_slow_rate(void **state)
{
    struct client client = connect_client();
    int64_t began = now_ms();

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&client, "watch", json_pack("{s:i}", "rate_ms", 60000)));
    for (int i = 2; i < 50; i++)
        status_words(A, "protected", i);
    status_words(A, "unprotected", 50);
    for (int figures = 0;;) {
        FT_AUTOJSON json_t *line = next_line(&client);
        const json_t *event = json_object_get(line, "event");

        figures += json_object_get(event, "figures") != NULL;
        assert_in_range(figures, 0, 1);
        if (json_object_get(event, "status"))
            break;
    }
    assert_true(now_ms() - began < DEADLINE_MS);
    disconnect(&client);
}

static void
test_seconds(void **state)
{
    struct client client = connect_client();

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&client, "watch", NULL));
    tell_worker(A, json_pack("{s:s}", "sample", "garbage"));
    tell_worker(A, json_pack("{s:{s:i,s:{}}}", "sample", "at", -5, "m"));
    for (int i = 0; i < 5; i++) {
        FT_AUTOJSON json_t *line = NULL;
        const json_t *second;

        sample_words(A, BEGIN + i, 1.23456789);
        line = next_with(&client, "sample");
        second = json_object_get(line, "sample");
        assert_string_equal(ft_json_string(line, "pair", ""), A);
        assert_int_equal(ft_json_int(second, "at", 0, INT64_MAX, 0), BEGIN + i);
        /* four digits are enough */
        assert_true(
            json_real_value(json_array_get(
                json_object_get(json_object_get(second, "m"), "pause_ms"), 1)) ==
            1.235);
    }
    disconnect(&client);
}

static void
test_a_worker_dies(void **state)
{
    struct client client = connect_client();
    int64_t pid = 0;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&client, "watch", NULL));
    tell_worker(A, json_pack("{s:i}", "die", 1));
    do {
        FT_AUTOJSON json_t *line = next_with(&client, "status");
        const json_t *status = json_object_get(line, "status");

        pid = ft_json_int(status, "worker_pid", 0, INT32_MAX, -1);
        if (!strcmp(ft_json_string(status, "state", ""), "unprotected"))
            assert_string_equal(ft_json_string(status, "reason", ""),
                                "the worker is being started");
    } while (pid);
    /* the next one's word counts again */
    status_words(A, "protected", 9);
    for (;;) {
        FT_AUTOJSON json_t *line = next_with(&client, "status");

        if (!strcmp(ft_json_string(json_object_get(line, "status"), "state", ""),
                    "protected"))
            break;
    }
    disconnect(&client);
}

static void
test_pairs_come_and_go(void **state)
{
    struct client client = connect_client();
    FT_AUTOJSON json_t *removed = NULL, *came = NULL;

    (void)state;
    json_decref(ask(&client, "watch", NULL));
    make_pair(&admin, A);
    came = next_with(&client, "status");
    assert_string_equal(ft_json_string(json_object_get(came, "status"), "pair",
                                       ""),
                        A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&admin, "pair-remove", json_pack("{s:s}", "pair", A)));
    removed = next_with(&client, "removed");
    assert_string_equal(ft_json_string(removed, "removed", ""), A);
    assert_int_equal(refused(&admin, "series", json_pack("{s:s}", "pair", A)),
                     ENOENT);
    disconnect(&client);
}

static void
event_words(const char *text)
{
    tell_worker(A, json_pack("{s:{s:s,s:s,s:s}}", "event", "severity", "info",
                             "kind", "test", "text", text));
}

static void
test_events(void **state)
{
    struct client client = connect_client();
    FT_AUTOJSON json_t *shot = NULL, *again = NULL;
    int64_t number;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&client, "watch", NULL));
    for (int i = 0; i < 2; i++) {
        FT_AUTOJSON json_t *line = NULL;

        event_words(i ? "two" : "one");
        line = next_with(&client, "log");
        assert_string_equal(ft_json_string(json_object_get(line, "log"), "text",
                                           ""),
                            i ? "two" : "one");
        number =
            ft_json_int(json_object_get(line, "log"), "seq", 1, INT64_MAX, 0);
    }
    disconnect(&client);
    client = connect_client();
    shot = ask(&client, "watch",
               json_pack("{s:I}", "events_after", (json_int_t)(number - 1)));
    assert_int_equal(json_array_size(json_object_get(shot, "events")), 1);
    assert_int_equal(ft_json_int(shot, "events_last", 0, INT64_MAX, 0), number);
    disconnect(&client);
    client = connect_client();
    again = ask(&client, "watch", NULL);
    assert_int_equal(json_array_size(json_object_get(again, "events")), 0);
    disconnect(&client);
}

static void
test_wrong_arguments(void **state)
{
    static const char *const wrong[] = {
        "{\"rate_ms\":99}",       "{\"rate_ms\":60001}",
        "{\"rate_ms\":\"fast\"}", "{\"rate_ms\":1000.5}",
        "{\"seconds\":-1}",       "{\"seconds\":601}",
        "{\"events_after\":-1}",  "{\"events_after\":\"7\"}",
        "{\"minutes\":1}",        "{\"hours\":\"yes\"}",
    };

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(wrong); i++)
        if (refused(&admin, "watch", json_loads(wrong[i], 0, NULL)) != EINVAL)
            fail_msg("taken: %s", wrong[i]);
    assert_int_equal(refused(&admin, "series", NULL), EINVAL);
    assert_int_equal(refused(&admin, "series", json_pack("{s:s}", "pair", A)),
                     ENOENT);
    assert_int_equal(refused(&admin, "unheard-of", NULL), EOPNOTSUPP);
    assert_int_equal(refused(&admin, "watch", json_loads("[1]", 0, NULL)), 0);
}

static void
test_too_many_followers(void **state)
{
    struct client client = connect_client();
    json_t *follow = json_pack("{s:b}", "follow", 1);

    (void)state;
    for (int i = 0; i < FT_FOLLOWERS_MAX; i++)
        if (i % 2)
            json_decref(ask(&client, "watch", NULL));
        else
            json_decref(ask(&client, "events", json_incref(follow)));
    assert_int_equal(refused(&client, "watch", NULL), EBUSY);
    assert_int_equal(refused(&client, "events", json_incref(follow)), EBUSY);
    /* all else goes on, and the events of the past can be had */
    json_decref(ask(&admin, "events", NULL));
    disconnect(&client);
    for (int64_t last = now_ms() + DEADLINE_MS;;) {
        if (!refused(&admin, "events", json_incref(follow)))
            break;
        assert_true(now_ms() < last); /* who is gone is found out by a beat */
        usleep(50000);
    }
    json_decref(follow);
}

static void
test_too_many_clients(void **state)
{
    struct client clients[FT_CONTROL_CLIENTS_MAX - 1], one_more;
    FT_AUTOJSON json_t *line = NULL, *end = NULL;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(clients); i++) {
        clients[i] = connect_client();
        json_decref(ask(&clients[i], "hello", NULL));
    }
    one_more = connect_client();
    line = next_line(&one_more);
    assert_int_equal(ft_json_int(json_object_get(line, "error"), "code", 0,
                                 4095, 0),
                     EBUSY);
    end = next_line(&one_more);
    assert_null(end);
    disconnect(&one_more);
    for (size_t i = 0; i < FT_ARRAY_SIZE(clients); i++)
        disconnect(&clients[i]);
    json_decref(ask(&admin, "hello", NULL));
}

/* Enough for everybody's buffers, in few words. */
static void
shout(int number)
{
    static char padding[30001];

    memset(padding, 'x', sizeof(padding) - 1);
    tell_worker(A,
                json_pack("{s:{s:s,s:s,s:i,s:s}}", "status", "pair", A, "state",
                          "protected", "number", number, "padding", padding));
}

/* Reads on until such a status comes. */
static void
wait_for_number(struct client *client, int number)
{
    for (;;) {
        FT_AUTOJSON json_t *line = next_with(client, "status");

        if (ft_json_int(json_object_get(line, "status"), "number", 0, INT32_MAX,
                        -1) == number)
            return;
    }
}

/* Who does not read is sent away with a word, and the others go on. */
static void
test_a_slow_reader(void **state)
{
    struct client slow = connect_client(), good = connect_client();
    FT_AUTOJSON json_t *last = NULL;
    size_t lines = 0;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    json_decref(ask(&good, "watch", NULL));
    for (int i = 0; i < FT_FOLLOWERS_MAX - 1; i++)
        json_decref(ask(&slow, "watch", NULL));
    for (int i = 1; i < 6; i++) {
        shout(i);
        wait_for_number(&good, i);
    }
    for (;;) {
        json_t *line = next_line(&slow);

        if (!line)
            break;
        lines++;
        json_decref(last);
        last = line;
    }
    assert_non_null(ft_json_string(json_object_get(last, "event"), "bye", NULL));
    assert_true(lines < 5 * 31);
    disconnect(&slow);
    shout(100);
    wait_for_number(&good, 100);
    disconnect(&good);
    /* and there is room for others */
    json_decref(ask(&admin, "watch", NULL));
}

/* Nothing that is slow but reads is sent away, however large the snapshot. */
static void
test_a_reply_is_no_backlog(void **state)
{
    struct client client = connect_client();

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    for (int i = 0; i < 600; i++)
        sample_words(A, BEGIN + i, 2);
    wait_for_seconds(&admin, A, 600);
    for (int i = 0; i < 20; i++)
        request(&client, "watch", json_pack("{s:i}", "seconds", 600));
    status_words(A, "unprotected", 2);
    wait_for_state(&admin, A, "unprotected");
    json_decref(reply(&client));
    json_decref(next_with(&client, "beat"));
    disconnect(&client);
}

static void
test_the_end(void **state)
{
    struct client client = connect_client();
    FT_AUTOJSON json_t *bye = NULL;

    (void)state;
    json_decref(ask(&client, "watch", NULL));
    stop_daemon();
    bye = next_with(&client, "bye");
    assert_string_equal(ft_json_string(bye, "bye", ""), "the test ends");
    assert_null(next_line(&client));
    disconnect(&client);
}

/* Waits until a pair is known again, by a worker that the daemon started. */
static void
restart_daemon(void)
{
    disconnect(&admin);
    if (daemon_pid)
        stop_daemon();
    start_daemon();
    admin = connect_client();
}

static size_t
hours_of(const char *pair)
{
    FT_AUTOJSON json_t *series = ask(&admin, "series",
                                     json_pack("{s:s,s:b,s:i}", "pair", pair,
                                               "hours", 1, "seconds", 600));

    assert_int_equal(json_array_size(json_object_get(series, "seconds")), 0);
    return json_array_size(json_object_get(series, "hours"));
}

static void
test_hours_outlive_the_daemon(void **state)
{
    static const char path[] = FT_PAIRS_FOLDER "/" A "/series.json";
    int64_t end = now_ms() + DEADLINE_MS;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    sample_words(A, BEGIN, 2);
    sample_words(A, BEGIN + 3600, 2);
    sample_words(A, BEGIN + 3700, 2);
    wait_for_seconds(&admin, A, 2);
    restart_daemon();
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(hours_of(A), 2);
    /* a damaged file costs itself */
    stop_daemon();
    put_file(path, "{\"hours\":[7]}");
    restart_daemon();
    assert_int_equal(hours_of(A), 0);
    stop_daemon();
    put_file(path, "\x01\x02");
    restart_daemon();
    assert_int_equal(hours_of(A), 0);
    /* and goes with its pair */
    json_decref(ask(&admin, "pair-remove", json_pack("{s:s}", "pair", A)));
    while (is_there(FT_PAIRS_FOLDER "/" A)) { /* being saved just now */
        assert_true(now_ms() < end);
        usleep(5000);
    }
}

/* What is saved now and then: whole hours, whenever the daemon dies. */
static void
test_hours_outlive_a_crash(void **state)
{
    static const char path[] = FT_PAIRS_FOLDER "/" A "/series.json";
    int64_t end = now_ms() + DEADLINE_MS;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    sample_words(A, BEGIN, 2);
    sample_words(A, BEGIN + 3600, 2);
    for (;;) {
        FT_AUTOFREE char *text = is_there(path) ? get_file(path, NULL) : NULL;

        if (text && strstr(text, "\"hours\":[{"))
            break;
        assert_true(now_ms() < end);
        usleep(5000);
    }
    kill(daemon_pid, SIGKILL);
    waitpid(daemon_pid, NULL, 0);
    close(quit_fd);
    daemon_pid = 0;
    restart_daemon();
    assert_int_equal(hours_of(A), 1);
}

/* A disk that takes no record, and a takeover that nothing may end. */
static void
test_a_busy_worker(void **state)
{
    FT_AUTOJSON json_t *result = NULL;
    const json_t *problem = NULL;
    int64_t end = now_ms() + DEADLINE_MS;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    tell_worker(A, json_pack("{s:{s:b,s:b},s:{s:s,s:s}}", "busy", "persists", 1,
                             "takes_over", 1, "problem", "text", "no room",
                             "hint", "Make some."));
    while (!json_is_object(problem)) {
        assert_true(now_ms() < end);
        usleep(5000);
        problem = json_object_get(status_of(&admin, A, &result), "problem");
    }
    assert_string_equal(ft_json_string(problem, "text", ""), "no room");
    assert_int_equal(refused(&admin, "pair-set",
                             json_pack("{s:o,s:s}", "config", pair_config(A),
                                       "key", "")),
                     EBUSY);
    status_words(A, "alone", 2);
    wait_for_state(&admin, A, "alone");
    assert_null(json_object_get(status_of(&admin, A, &result), "problem"));
}

/* A crash in the middle of a removal leaves no worker that dies again and again. */
static void
test_a_half_forgotten_pair(void **state)
{
    FT_AUTOJSON json_t *status = NULL, *events = NULL;

    (void)state;
    stop_daemon();
    mkdir(FT_PAIRS_FOLDER "/" B, 0700);
    put_file(FT_PAIRS_FOLDER "/" B "/key", "12345678901234567890123456789012");
    put_file(FT_PAIRS_FOLDER "/" B "/state.json", "{\"generation\":3}");
    restart_daemon();
    status = ask(&admin, "status", NULL);
    assert_int_equal(json_array_size(json_object_get(status, "pairs")), 0);
    assert_false(is_there(FT_PAIRS_FOLDER "/" B));
    events = ask(&admin, "events", NULL);
    assert_int_equal(json_array_size(json_object_get(events, "events")), 0);
}

static void
test_machine(void **state)
{
    FT_AUTOJSON json_t *first = NULL, *second = NULL;
    const json_t *memory;

    (void)state;
    make_pair(&admin, A);
    first = ask(&admin, "machine", NULL);
    memory = json_object_get(first, "memory");
    assert_true(ft_json_int(memory, "total", 1, INT64_MAX, 0) > 0);
    assert_true(ft_json_int(memory, "available", 1, INT64_MAX, 0) > 0);
    assert_true(ft_json_int(first, "cpus", 1, 65536, 0) > 0);
    assert_true(ft_json_int(first, "at", BEGIN, INT64_MAX, 0) > BEGIN);
    assert_true(json_is_number(json_object_get(first, "cpu_busy_percent")));
    assert_non_null(json_object_get(json_object_get(first, "pressure"), "io"));
    /* either libvirt is there, or it is said that it is not */
    assert_true(json_is_array(json_object_get(first, "vms")) ==
                json_is_null(json_object_get(first, "libvirt_error")));
    second = ask(&admin, "machine", NULL);
    assert_true(json_equal(json_object_get(first, "cpu_busy_percent"),
                           json_object_get(second, "cpu_busy_percent")));
}

static void
role_words(const char *pair, const char *role, const char *state)
{
    tell_worker(pair, json_pack("{s:{s:s,s:s,s:s,s:s}}", "status", "pair", pair,
                                "vm", "vm1", "state", state, "role", role));
}

static int64_t
copies_left(void)
{
    FT_AUTOJSON json_t *result = ask(&admin, "drain", NULL);

    return ft_json_int(result, "copies", 0, INT64_MAX, -1);
}

/* The worker of a pair: a process id, 0 for none. */
static int64_t
worker_of(const char *pair)
{
    FT_AUTOJSON json_t *result = NULL;

    return ft_json_int(status_of(&admin, pair, &result), "worker_pid", 0,
                       INT32_MAX, -1);
}

static void
wait_for_copies(int64_t count)
{
    int64_t end = now_ms() + DEADLINE_MS;

    while (copies_left() != count) {
        if (now_ms() > end)
            fail_msg("not %lld copies", (long long)count);
        usleep(5000);
    }
}

/* Its last words come before its process is gone. */
static void
wait_for_no_worker(const char *pair)
{
    int64_t end = now_ms() + DEADLINE_MS;

    while (worker_of(pair)) {
        assert_true(now_ms() < end);
        usleep(5000);
    }
}

/*
 * Before the host goes down workers of standbys end, at their next word, and stay
 * away until it is taken back; one that becomes a standby later, too.
 */
static void
test_the_host_goes_down(void **state)
{
    FT_AUTOJSON json_t *back = NULL, *status = NULL;
    int64_t end;

    (void)state;
    make_pair(&admin, A);
    make_pair(&admin, B);
    role_words(A, "primary", "alone");
    wait_for_state(&admin, A, "alone");
    assert_int_equal(copies_left(), 1);
    role_words(B, "standby", "protected");
    wait_for_copies(0);
    assert_true(worker_of(A) > 0);
    wait_for_no_worker(B);
    status = json_incref((json_t *)status_of(&admin, B, &back));
    assert_string_equal(ft_json_string(status, "reason", ""),
                        "this host is shutting down: no copy waits on it");
    assert_false(ft_json_bool(status, "starting", 1));
    assert_int_equal(refused(&admin, "pair-set",
                             json_pack("{s:o}", "config", pair_config(B))),
                     EBUSY);
    role_words(A, "standby", "protected");
    wait_for_no_worker(A);
    end = now_ms() + DEADLINE_MS;
    json_decref(back);
    back = ask(&admin, "drain", json_pack("{s:b}", "on", 0));
    while (worker_of(A) <= 0 || worker_of(B) <= 0) {
        assert_true(now_ms() < end);
        usleep(5000);
    }
    /* one that is still on its way would be the next test's */
    role_words(A, "primary", "alone");
    role_words(B, "standby", "protected");
    wait_for_state(&admin, A, "alone");
    wait_for_state(&admin, B, "protected");
}

/* A worker of another program, as one that has outlived an upgrade. */
static pid_t
start_older(const char *pair)
{
    FT_AUTOFREE char *program = NULL;
    size_t size;
    int fd = open("older", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
    pid_t pid;

    assert_int_equal(ft_file_read("/proc/self/exe", 256 << 20, &program, &size),
                     0);
    assert_int_equal(ft_write_full(fd, program, size), 0);
    assert_int_equal(ft_write_full(fd, "x", 1), 0);
    close(fd);
    pid = fork();
    if (!pid) {
        execl("./older", "older", "worker", "--pair", pair, NULL);
        _exit(127);
    }
    return pid;
}

static bool
is_older(const char *pair)
{
    FT_AUTOJSON json_t *result = NULL;

    return ft_json_bool(status_of(&admin, pair, &result), "worker_older", -1) ==
           1;
}

static bool
replace_worker(const char *pair)
{
    FT_AUTOJSON json_t *result =
        ask(&admin, "worker-replace", json_pack("{s:s}", "pair", pair));

    return ft_json_bool(result, "replaced", -1) == 1;
}

static size_t
count_events(const char *kind)
{
    FT_AUTOJSON json_t *events = ask(&admin, "events", NULL);
    const json_t *event;
    size_t i, n = 0;

    json_array_foreach(json_object_get(events, "events"), i, event)
        n += !strcmp(ft_json_string(event, "kind", ""), kind);
    return n;
}

/*
 * A worker that outlived an upgrade is told from others, and goes once it is asked
 * for; what its pair said before holds no more then.
 */
static void
test_an_older_worker(void **state)
{
    FT_AUTOJSON json_t *result = NULL;
    int64_t end = now_ms() + DEADLINE_MS;
    pid_t older;

    (void)state;
    make_pair(&admin, A);
    wait_for_state(&admin, A, "protected");
    assert_false(is_older(A));
    assert_false(replace_worker(A));
    stop_daemon();
    older = start_older(A);
    while (!is_there("waits")) {
        assert_true(now_ms() < end);
        usleep(1000);
    }
    restart_daemon();
    while (worker_of(A) != older) {
        assert_true(now_ms() < end);
        usleep(5000);
    }
    assert_true(is_older(A));
    status_words(A, "protected", 7);
    wait_for_state(&admin, A, "protected");
    assert_int_equal(refused(&admin, "worker-replace",
                             json_pack("{s:s}", "pair", B)),
                     ENOENT);
    assert_true(replace_worker(A));
    assert_int_equal(waitpid(older, NULL, 0), older);
    while (worker_of(A) == older || worker_of(A) <= 0) {
        assert_true(now_ms() < end);
        usleep(5000);
    }
    assert_false(is_older(A));
    assert_true(ft_json_bool(status_of(&admin, A, &result), "starting", 0));
    assert_false(replace_worker(A));
    assert_int_equal(count_events("worker-replaced"), 1);
    assert_int_equal(count_events("worker-died"), 0);
    status_words(A, "resyncing", 1);
    wait_for_state(&admin, A, "resyncing");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

static int
enter(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    return scratch_enter(state);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_snapshot),
        TEST(test_the_heart_beats),
        TEST(test_news_and_figures),
        TEST(test_at_a_slow_rate),
        TEST(test_seconds),
        TEST(test_a_worker_dies),
        TEST(test_pairs_come_and_go),
        TEST(test_events),
        TEST(test_wrong_arguments),
        TEST(test_too_many_followers),
        TEST(test_too_many_clients),
        TEST(test_a_slow_reader),
        TEST(test_a_reply_is_no_backlog),
        TEST(test_the_end),
        TEST(test_hours_outlive_the_daemon),
        TEST(test_hours_outlive_a_crash),
        TEST(test_a_busy_worker),
        TEST(test_a_half_forgotten_pair),
        TEST(test_machine),
        TEST(test_the_host_goes_down),
        TEST(test_an_older_worker),
    };

    if (argc > 3 && !strcmp(argv[1], "worker"))
        return worker_main(argv[3], !strcmp(argv[0], "older"));
    return cmocka_run_group_tests(tests, enter, scratch_leave);
}
