/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness over loopback: real server processes, real TLS, real SQLite. A
 * server is a child process, so that it can be killed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "link/tcp.h"
#include "link/tls.h"
#include "witness/witness-client.h"
#include "witness/witness-pairs.h"
#include "witness/witness-store.h"
#include "witness/witness.h"

#define PAIR "01234567-89ab-cdef-0123-456789abcdef"
#define OTHER "fedcba98-7654-3210-fedc-ba9876543210"

static const unsigned char key[FT_WITNESS_KEY_SIZE] = { 1, 2, 3 };
static const unsigned char other_key[FT_WITNESS_KEY_SIZE] = { 9 };
static const char *const addresses[] = { "127.0.0.1" };

static char folder[64];
static uint16_t port;
static int listen_fd = -1, stop_pipe[2];
static pid_t server;

static int64_t
soon(void)
{
    return ft_clock_ns() + 60 * FT_NS_PER_S;
}

static struct ft_witness_target
target(void)
{
    return (struct ft_witness_target){ addresses, 1, port, PAIR, key, NULL };
}

/* By a file: this process has read FT_FAULTS long before it forks. */
static void
load_faults(const char *faults)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/faults", folder);
    if (!ft_file_replace(path, faults, strlen(faults), 0600))
        ft_fault_load(path);
}

/* Starts a server on the socket that stays ours, so the port never changes. */
static void
start(const char *faults)
{
    assert_int_equal(pipe(stop_pipe), 0);
    server = fork();
    if (server == 0) {
        struct ft_error err = FT_ERROR_INIT;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(stop_pipe[1]);
        load_faults(faults);
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        _exit(ft_witness_serve_on(folder, listen_fd, stop_pipe[0], &err) ? 1
                                                                         : 0);
    }
    assert_true(server > 0);
    close(stop_pipe[0]);
}

static int
wait_server(void)
{
    int status = 0;

    waitpid(server, &status, 0);
    server = 0;
    return status;
}

static void
stop(void)
{
    close(stop_pipe[1]);
    assert_int_equal(wait_server(), 0);
}

static void
kill_server(void)
{
    kill(server, SIGKILL);
    wait_server();
    close(stop_pipe[1]);
}

static int
setup(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    strcpy(folder, "/tmp/test-witness-XXXXXX");
    if (!mkdtemp(folder) || ft_tcp_listen(0, &listen_fd, &err))
        return -1;
    port = ft_tcp_port(listen_fd);
    return ft_witness_pair_set(folder, PAIR, key, 1, "h1", &err);
}

static int
teardown(void **state)
{
    char command[128];

    (void)state;
    if (server > 0)
        kill_server();
    close(listen_fd);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static void
expect_record(uint64_t generation, const char *owner)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;
    struct ft_error err = FT_ERROR_INIT;

    if (ft_witness_get(&t, soon(), &answer, &err))
        fail_msg("%s", err.text);
    assert_int_equal(answer.generation, generation);
    assert_string_equal(answer.owner, owner);
}

static int
swap(uint64_t expected, uint64_t generation, const char *owner)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;
    struct ft_error err = FT_ERROR_INIT;
    int rc =
        ft_witness_cas(&t, expected, generation, owner, soon(), &answer, &err);

    return rc ? rc : answer.won;
}

/* --- pairs of a folder ------------------------------------------------------ */

static void
pairs_are_kept(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char path[PATH_MAX];
    json_t *list = NULL;
    struct stat st;

    (void)state;
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 5, "h2", &err), 0);
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 3, "h1", &err), 0);
    assert_int_equal(ft_witness_pair_set(folder, OTHER, key, 1, "a", &err), 0);
    assert_int_equal(ft_witness_list(folder, &list, &err), 0);
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0),
                                                        "generation")),
                     5);
    json_decref(list);
    snprintf(path, sizeof(path), "%s/keys/%s", folder, OTHER);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(path, sizeof(path), "%s/witness.db", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(ft_witness_pair_remove(folder, OTHER, 0, &err), 0);
    assert_int_equal(ft_witness_pair_remove(folder, OTHER, 0, &err), 0);
    assert_int_equal(ft_witness_list(folder, &list, &err), 0);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
}

static void
bad_pairs_are_refused(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char owner[80];

    (void)state;
    memset(owner, 'x', sizeof(owner));
    owner[sizeof(owner) - 1] = '\0';
    assert_int_equal(ft_witness_pair_set(folder, "../../etc/passwd", key, 1,
                                         "h1", &err),
                     -EINVAL);
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 0, "h1", &err),
                     -EINVAL);
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, UINT64_MAX, "h1",
                                         &err),
                     -EINVAL);
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 1, owner, &err),
                     -EINVAL);
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 1, "", &err),
                     -EINVAL);
    assert_int_equal(ft_witness_pair_remove(folder, "..", 0, &err), -EINVAL);
}

static void
damaged_database_is_said(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    char path[PATH_MAX];
    FILE *file;

    (void)state;
    snprintf(path, sizeof(path), "%s/witness.db-wal", folder);
    unlink(path);
    snprintf(path, sizeof(path), "%s/witness.db", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 5000; i++)
        fputs("no database ", file);
    fclose(file);
    assert_int_equal(ft_witness_serve_on(folder, listen_fd, -1, &err), -EUCLEAN);
    assert_true(err.hint[0]);
}

/* --- compare and swap -------------------------------------------------------- */

/* What is offered may be swapped away; who repeats it as certain has not won. */
static void
offers(void **state)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    start("");
    assert_int_equal(ft_witness_offer(&t, 1, 2, "h2", soon(), &answer, &err), 0);
    assert_true(answer.won && answer.offered);
    assert_int_equal(ft_witness_offer(&t, 1, 2, "h2", soon(), &answer, &err), 0);
    assert_true(answer.won && answer.offered);
    assert_int_equal(swap(1, 2, "h2"), 0);
    assert_int_equal(ft_witness_cas(&t, 1, 2, "h1", soon(), &answer, &err), 0);
    assert_true(!answer.won && answer.offered);
    assert_string_equal(answer.owner, "h2");
    assert_int_equal(ft_witness_cas(&t, 2, 3, "h1", soon(), &answer, &err), 0);
    assert_true(answer.won && !answer.offered);
    assert_int_equal(swap(2, 3, "h2"), 0);
    assert_int_equal(ft_witness_get(&t, soon(), &answer, &err), 0);
    assert_true(answer.generation == 3 && !answer.offered);
}

/* The database of a witness that knew of no offers is taken over. */
static void
old_database(void **state)
{
    char command[2 * PATH_MAX + 300];

    (void)state;
    snprintf(command, sizeof(command),
             "rm -f %s/witness.db* && sqlite3 %s/witness.db \"CREATE TABLE pair "
             "(pair TEXT PRIMARY KEY, generation INTEGER NOT NULL, owner TEXT "
             "NOT NULL) STRICT, WITHOUT ROWID; INSERT INTO pair VALUES "
             "('%s', 7, 'h2')\"",
             folder, folder, PAIR);
    assert_int_equal(system(command), 0);
    start("");
    expect_record(7, "h2");
    assert_int_equal(swap(7, 8, "h1"), 1);
}

static void
swap_works(void **state)
{
    (void)state;
    start("");
    expect_record(1, "h1");
    assert_int_equal(swap(1, 2, "h2"), 1);
    expect_record(2, "h2");
    assert_int_equal(swap(1, 2, "h1"), 0); /* lost the race */
    assert_int_equal(swap(1, 2, "h2"), 1); /* lost the answer */
    assert_int_equal(swap(7, 8, "h1"), 0);
    assert_int_equal(swap(2, 9, "h1"), 1); /* gaps are fine */
    expect_record(9, "h1");
    assert_int_equal(swap(9, 9, "h1"), -EINVAL);
    stop();
}

static void
restart_forgets_nothing(void **state)
{
    (void)state;
    start("");
    assert_int_equal(swap(1, 2, "h2"), 1);
    stop();
    start("");
    expect_record(2, "h2");
    kill_server();
    start("");
    expect_record(2, "h2");
    stop();
}

static void
dead_witness_is_no_answer(void **state)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;
    struct ft_error err = FT_ERROR_INIT;
    int64_t began = ft_clock_ns();

    (void)state;
    /* the socket listens, nobody accepts */
    assert_int_equal(ft_witness_cas(&t, 1, 2, "h2", began + FT_NS_PER_S / 5,
                                    &answer, &err),
                     -ETIMEDOUT);
    assert_true(ft_clock_ns() - began < 20 * FT_NS_PER_S);
    t.port = 1;
    assert_int_equal(ft_witness_get(&t, soon(), &answer, &err), -ECONNREFUSED);
}

static void
keys_and_pairs_are_checked(void **state)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_witness_pair_set(folder, OTHER, other_key, 1, "h1",
                                         &err),
                     0);
    start("");
    t.key = other_key;
    assert_int_equal(ft_witness_cas(&t, 1, 2, "h2", soon(), &answer, &err),
                     -EACCES);
    t.pair = "00000000-0000-0000-0000-000000000000";
    assert_int_equal(ft_witness_cas(&t, 1, 2, "h2", soon(), &answer, &err),
                     -EACCES);
    t.pair = OTHER;
    assert_int_equal(ft_witness_cas(&t, 1, 2, "h2", soon(), &answer, &err), 0);
    assert_true(answer.won);
    expect_record(1, "h1"); /* of the other pair */
    /* added and removed while it serves */
    assert_int_equal(ft_witness_pair_remove(folder, OTHER, 0, &err), 0);
    assert_int_equal(ft_witness_get(&t, soon(), &answer, &err), -EACCES);
    assert_int_equal(ft_witness_pair_set(folder, OTHER, other_key, 4, "h1",
                                         &err),
                     0);
    assert_int_equal(ft_witness_get(&t, soon(), &answer, &err), 0);
    assert_int_equal(answer.generation, 4);
    stop();
}

/* --- races ------------------------------------------------------------------- */

#define RACERS 12
#define ROUNDS 15

static pthread_barrier_t barrier;
static int wins[ROUNDS];
static pthread_mutex_t wins_lock = PTHREAD_MUTEX_INITIALIZER;

static void *
race(void *opaque)
{
    char owner[16];
    struct ft_witness_target t = target();

    snprintf(owner, sizeof(owner), "h%d", *(int *)opaque);
    for (int i = 0; i < ROUNDS; i++) {
        struct ft_witness_answer answer = { 0 };
        int rc;

        pthread_barrier_wait(&barrier);
        rc = ft_witness_cas(&t, (uint64_t)i + 1, (uint64_t)i + 2, owner, soon(),
                            &answer, NULL);
        pthread_mutex_lock(&wins_lock);
        wins[i] += rc ? 1000 : answer.won;
        pthread_mutex_unlock(&wins_lock);
    }
    return NULL;
}

static void
exactly_one_wins(void **state)
{
    pthread_t threads[RACERS];
    int numbers[RACERS];

    (void)state;
    start("");
    memset(wins, 0, sizeof(wins));
    pthread_barrier_init(&barrier, NULL, RACERS);
    for (int i = 0; i < RACERS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, race, &numbers[i]),
                         0);
    }
    for (int i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    for (int i = 0; i < ROUNDS; i++)
        assert_int_equal(wins[i], 1);
    stop();
}

/* --- death ------------------------------------------------------------------- */

static void *
killer(void *opaque)
{
    ft_clock_sleep(*(int64_t *)opaque);
    kill(server, SIGKILL);
    return NULL;
}

/* What was said to be won is there after kill -9, always. */
static void
kill_keeps_what_was_won(void **state)
{
    uint64_t generation = 1;

    (void)state;
    for (int i = 0; i < 8; i++) {
        int64_t delay = (10 + 7 * i) * FT_NS_PER_MS;
        struct ft_witness_target t = target();
        struct ft_witness_answer answer;
        pthread_t thread;

        start("");
        expect_record(generation, generation == 1 ? "h1" : "h2");
        assert_int_equal(pthread_create(&thread, NULL, killer, &delay), 0);
        while (!ft_witness_cas(&t, generation, generation + 1, "h2",
                               ft_clock_ns() + FT_NS_PER_S / 2, &answer, NULL)) {
            assert_true(answer.won);
            generation++;
        }
        pthread_join(thread, NULL);
        wait_server();
        close(stop_pipe[1]);
        /* the last question may or may not have been stored; ask again */
        start("");
        assert_int_equal(swap(generation, generation + 1, "h2"), 1);
        generation++;
        kill_server();
    }
}

static void
death_around_the_commit(void **state)
{
    (void)state;
#ifndef FT_FAULT_INJECTION
    print_message("needs --enable-fault-injection; the rest ran\n");
#else
    start("witness-before-commit=kill");
    assert_true(swap(1, 2, "h2") < 0);
    wait_server();
    start("witness-before-answer=kill@2");
    expect_record(1, "h1");
    assert_true(swap(1, 2, "h2") < 0);
    wait_server();
    start("");
    expect_record(2, "h2");
    assert_int_equal(swap(1, 2, "h1"), 0);
    assert_int_equal(swap(1, 2, "h2"), 1);
    stop();
#endif
}

/* --- what is answered ----------------------------------------------------------- */

static int
hear(const char *text, struct ft_witness_answer *answer)
{
    json_t *json = json_loads(text, 0, NULL);
    struct ft_error err = FT_ERROR_INIT;
    int rc;

    assert_non_null(json);
    memset(answer, 0xff, sizeof(*answer));
    rc = ft_witness_answer_from_json(json, answer, &err);
    assert_int_equal(err.code, -rc);
    json_decref(json);
    return rc;
}

/* An owner is a host's name, and gets into logs and events. */
static void
answers_are_checked(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"ok\":true}",
        "{\"ok\":true,\"generation\":7}",
        "{\"ok\":true,\"generation\":0,\"owner\":\"h1\"}",
        "{\"ok\":true,\"generation\":-1,\"owner\":\"h1\"}",
        "{\"ok\":true,\"generation\":7.0,\"owner\":\"h1\"}",
        "{\"ok\":true,\"generation\":7,\"owner\":\"\"}",
        "{\"ok\":true,\"generation\":7,\"owner\":\"h 1\"}",
        "{\"ok\":true,\"generation\":7,\"owner\":\"h\\u001b[2J\"}",
        "{\"ok\":true,\"generation\":7,\"owner\":\"0123456789012345678901234567"
        "890123456789012345678901234567890123\"}",
    };
    struct ft_witness_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(hear(bad[i], &answer), -EPROTO);
        assert_int_equal(answer.won, 0);
        assert_int_equal(answer.generation, 0);
        assert_string_equal(answer.owner, "");
    }
    assert_int_equal(hear("{\"ok\":false,\"error\":{\"code\":2}}", &answer),
                     -ENOENT);
    assert_int_equal(hear("{\"ok\":true,\"won\":true,\"generation\":7,\"owner\":"
                          "\"h1\",\"removed\":true}",
                          &answer),
                     0);
    assert_int_equal(answer.won, 1);
    assert_int_equal(answer.removed, 1);
    assert_int_equal(answer.offered, 0);
    assert_int_equal(answer.generation, 7);
}

/* --- nonsense ----------------------------------------------------------------- */

static int
plain_connection(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void
say(const char *text, size_t size, const char *expected)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_tls *tls = NULL;
    char reply[2048] = "";
    ssize_t n;

    if (ft_tls_client(plain_connection(), PAIR, key, soon(), &tls, &err))
        fail_msg("%s", err.text);
    ft_tls_send(tls, text, size, soon());
    n = ft_tls_receive(tls, reply, sizeof(reply) - 1, soon());
    if (expected) {
        assert_true(n > 0);
        reply[n] = '\0';
        if (!strstr(reply, expected))
            fail_msg("%s", reply);
    } else {
        assert_true(n <= 0 && n != -ETIMEDOUT);
    }
    ft_tls_close(tls);
}

static void
nonsense_ends_only_its_connection(void **state)
{
    static const char *const refused[] = {
        "{\"op\":\"steal\"}\n",
        "{\"op\":\"cas\"}\n",
        "{}\n",
        "{\"op\":\"cas\",\"expected\":1,\"generation\":1,\"owner\":\"x\"}\n",
        "{\"op\":\"cas\",\"expected\":1,\"generation\":2,\"owner\":\"\"}\n",
        "{\"op\":\"cas\",\"expected\":1,\"generation\":2,\"owner\":\"a b\"}\n",
        "{\"op\":\"cas\",\"expected\":-1,\"generation\":2,\"owner\":\"x\"}\n",
        "{\"op\":\"cas\",\"expected\":1,\"generation\":2,\"owner\":7}\n",
    };
    char big[4096], noise[600];
    int idle, fd;

    (void)state;
    start("");
    idle = plain_connection(); /* says nothing at all */
    for (int i = 0; i < 20; i++) {
        for (size_t j = 0; j < sizeof(noise); j++)
            noise[j] = (char)(random() >> 7);
        fd = plain_connection();
        assert_true(write(fd, noise, sizeof(noise)) > 0);
        close(fd);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        say(refused[i], strlen(refused[i]), "\"ok\":false");
    memset(big, ' ', sizeof(big));
    say(big, sizeof(big), NULL);
    say("garbage\n", 8, NULL);
    say("[1]\n", 4, NULL);
    say("{\"op\":\"get\"}\n{\"op\":\"get\"}\n", 26, "\"generation\":1");
    say("\0\0\0\n", 4, NULL);
    expect_record(1, "h1");
    assert_int_equal(swap(1, 2, "h2"), 1);
    close(idle);
    stop();
}

static void
ask_over(struct ft_tls *tls)
{
    char reply[2048];

    assert_int_equal(ft_tls_send(tls, "{\"op\":\"get\"}\n", 13, soon()), 0);
    assert_true(ft_tls_receive(tls, reply, sizeof(reply), soon()) > 0);
}

/*
 * Hundreds that say nothing: they drive out each other, and neither one that has
 * shown its key nor one that comes to do so.
 */
static void
strangers_drive_out_strangers(void **state)
{
    struct pollfd fds[6 * FT_WITNESS_STRANGERS_MAX];
    size_t n = sizeof(fds) / sizeof(fds[0]);
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;
    struct ft_tls *known = NULL;
    char c;

    (void)state;
    start("");
    assert_int_equal(ft_tls_client(plain_connection(), PAIR, key, soon(),
                                   &known, NULL),
                     0);
    ask_over(known);
    for (size_t i = 0; i < n; i++) {
        fds[i] = (struct pollfd){ plain_connection(), POLLIN, 0 };
        if (i % 100 == 99)
            assert_int_equal(ft_witness_get(&t, soon(), &answer, NULL), 0);
    }
    ask_over(known);
    expect_record(1, "h1");
    /* long before they would have been too late */
    for (size_t i = 0; i < n - FT_WITNESS_STRANGERS_MAX - 10; i++) {
        assert_int_equal(poll(&fds[i], 1, 60000), 1);
        assert_true(read(fds[i].fd, &c, 1) <= 0);
    }
    ft_tls_close(known);
    for (size_t i = 0; i < n; i++)
        close(fds[i].fd);
    stop();
}

/* Who has a pair's key drives out its own sessions, and nobody else's. */
static void
a_key_has_few_places(void **state)
{
    struct ft_tls *of_pair[2 * FT_WITNESS_PAIR_MAX] = { 0 }, *other = NULL;
    size_t n = sizeof(of_pair) / sizeof(of_pair[0]);
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    assert_int_equal(ft_witness_pair_set(folder, OTHER, other_key, 1, "h1",
                                         &err),
                     0);
    start("");
    assert_int_equal(ft_tls_client(plain_connection(), OTHER, other_key, soon(),
                                   &other, NULL),
                     0);
    ask_over(other);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ft_tls_client(plain_connection(), PAIR, key, soon(),
                                       &of_pair[i], NULL),
                         0);
        ask_over(of_pair[i]);
    }
    for (size_t i = 0; i < n - FT_WITNESS_PAIR_MAX; i++) {
        char c;

        assert_true(ft_tls_receive(of_pair[i], &c, 1, soon()) <= 0);
    }
    for (size_t i = n - FT_WITNESS_PAIR_MAX; i < n; i++)
        ask_over(of_pair[i]);
    ask_over(other);
    for (size_t i = 0; i < n; i++)
        ft_tls_close(of_pair[i]);
    ft_tls_close(other);
    stop();
}

/* --- the standing session ----------------------------------------------------- */

static struct ft_witness_standing standing;

static int
get(int64_t patience_ns)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;

    t.standing = &standing;
    return ft_witness_get(&t, ft_clock_ns() + patience_ns, &answer, NULL);
}

static void
one_session_for_all_questions(void **state)
{
    struct ft_tls *first;

    (void)state;
    ft_witness_standing_init(&standing);
    start("");
    assert_int_equal(get(FT_NS_PER_S), 0);
    first = standing.tls;
    assert_non_null(first);
    for (int i = 0; i < 10; i++)
        assert_int_equal(get(FT_NS_PER_S), 0);
    assert_ptr_equal(standing.tls, first);
    /* a question that is refused is answered */
    say("{}\n", 3, "\"ok\":false");
    stop();
    assert_true(get(FT_NS_PER_S / 2) < 0);
    assert_null(standing.tls);
    start("");
    assert_int_equal(get(FT_NS_PER_S), 0);
    kill_server();
    start("");
    assert_int_equal(get(FT_NS_PER_S), 0); /* dead: another one at once */
    ft_witness_standing_close(&standing);
    ft_witness_standing_close(&standing); /* there is none: nothing to do */
    assert_int_equal(get(FT_NS_PER_S), 0);
    ft_witness_standing_close(&standing);
    stop();
}

/* A witness that does not answer, or late: the other end of a session. */
struct slow {
    int fd;
    int64_t delay_ns; /* 0: never */
};

static int
slow_key(const char *identity, unsigned char out[FT_TLS_KEY_SIZE], void *opaque)
{
    (void)identity;
    (void)opaque;
    memcpy(out, key, FT_TLS_KEY_SIZE);
    return 0;
}

static void *
answer_slowly(void *opaque)
{
    static const char answer[] =
        "{\"ok\":true,\"won\":false,\"generation\":7,\"owner\":\"h1\"}\n";
    const struct slow *slow = opaque;
    struct ft_tls *tls = NULL;
    char buffer[64];

    assert_int_equal(ft_tls_server(slow->fd, slow_key, NULL, soon(), &tls, NULL),
                     0);
    assert_true(ft_tls_receive(tls, buffer, sizeof(buffer), soon()) > 0);
    if (slow->delay_ns) {
        ft_clock_sleep(slow->delay_ns);
        ft_tls_send(tls, answer, sizeof(answer) - 1, soon());
    }
    ft_tls_receive(tls, buffer, 1, soon());
    ft_tls_close(tls);
    return NULL;
}

static pthread_t
stand_before(struct slow *slow)
{
    pthread_t thread;
    int ends[2];

    ft_witness_standing_init(&standing);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    slow->fd = ends[0];
    assert_int_equal(pthread_create(&thread, NULL, answer_slowly, slow), 0);
    assert_int_equal(ft_tls_client(ends[1], PAIR, key, soon(), &standing.tls,
                                   NULL),
                     0);
    return thread;
}

static void
silent_session_costs_a_quarter(void **state)
{
    struct slow never = { .delay_ns = 0 };
    struct ft_tls *silent;
    int64_t began;
    pthread_t thread;

    (void)state;
    start("");
    thread = stand_before(&never);
    silent = standing.tls;
    began = ft_clock_ns();
    assert_int_equal(get(4 * FT_NS_PER_S), 0);
    assert_true(ft_clock_ns() - began >= FT_NS_PER_S);
    assert_ptr_not_equal(standing.tls, silent);
    pthread_join(thread, NULL);
    ft_witness_standing_close(&standing);
    stop();
}

/* Nobody is let in any more, and the standing one is slow: it is waited for. */
static void
late_answer_counts_where_there_is_no_other(void **state)
{
    struct slow late = { .delay_ns = FT_NS_PER_S / 2 };
    struct ft_tls *slow;
    pthread_t thread;

    (void)state;
    thread = stand_before(&late); /* the door has no server behind it */
    slow = standing.tls;
    assert_int_equal(get(FT_NS_PER_S), 0);
    assert_ptr_equal(standing.tls, slow);
    ft_witness_standing_close(&standing);
    pthread_join(thread, NULL);
}

/* A line that is owed would be the next question's answer. */
static void
session_that_owes_an_answer_is_not_kept(void **state)
{
    struct slow never = { .delay_ns = 0 };
    pthread_t thread;

    (void)state;
    thread = stand_before(&never);
    assert_true(get(FT_NS_PER_S / 5) < 0);
    assert_null(standing.tls);
    pthread_join(thread, NULL);
    ft_witness_standing_close(&standing);
}

/* --- no room ------------------------------------------------------------------- */

/* The folder on a file system of 2 MiB, of this process and its children only. */
static bool
mount_small(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0;
}

static void
fill(void)
{
    static char block[4096];
    char path[PATH_MAX];
    int fd;

    snprintf(path, sizeof(path), "%s/filler", folder);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof(block)) > 0)
        ;
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static void
make_room(void)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/filler", folder);
    assert_int_equal(unlink(path), 0);
}

static int
is_full(void)
{
    struct ft_witness_target t = target();
    struct ft_witness_answer answer;

    assert_int_equal(ft_witness_get(&t, soon(), &answer, NULL), 0);
    return answer.full;
}

/* Refused is what it cannot store; it is said before, and nothing is lost. */
static void
full_disk_promises_nothing(void **state)
{
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    if (!mount_small()) {
        print_message("needs a mount of its own; skipped\n");
        return;
    }
    assert_int_equal(ft_witness_pair_set(folder, PAIR, key, 1, "h1", &err), 0);
    start("");
    assert_int_equal(swap(1, 2, "h2"), 1);
    assert_false(is_full());
    fill();
    assert_true(is_full());
    for (int i = 0; i < 3; i++)
        assert_int_equal(swap(2, 3, "h1"), -ENOSPC);
    expect_record(2, "h2");
    kill_server();
    start("");
    expect_record(2, "h2"); /* as after a restart, too */
    assert_true(is_full());
    make_room();
    assert_false(is_full());
    assert_int_equal(swap(2, 3, "h1"), 1);
    kill_server();
    start("");
    expect_record(3, "h1");
    stop();
    umount2(folder, MNT_DETACH);
}

/* What only a write finds out is told by another one. */
static void
store_that_failed_is_tried(void **state)
{
    struct ft_witness_record wish = { .generation = 2, .owner = "h2" }, record;
    struct ft_witness_store *store = NULL;
    struct ft_error err = FT_ERROR_INIT;
    int won;

    (void)state;
#ifndef FT_FAULT_INJECTION
    print_message("needs --enable-fault-injection; skipped\n");
#else
    assert_int_equal(ft_witness_store_open(folder, &store, &err), 0);
    assert_int_equal(ft_witness_store_try(store, PAIR), 0);
    load_faults("witness-before-commit=5@1,witness-before-commit=5@2");
    assert_true(
        ft_witness_store_swap(store, PAIR, 1, &wish, &won, &record, &err) < 0);
    assert_int_equal(won, 0);
    assert_true(ft_witness_store_try(store, PAIR) < 0);
    assert_int_equal(ft_witness_store_try(store, PAIR), 0); /* again well */
    assert_int_equal(ft_witness_store_get(store, PAIR, &record, &err), 0);
    assert_int_equal(record.generation, 1);
    ft_witness_store_close(store);
#endif
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(pairs_are_kept),
        TEST(bad_pairs_are_refused),
        TEST(damaged_database_is_said),
        TEST(swap_works),
        TEST(offers),
        TEST(old_database),
        TEST(restart_forgets_nothing),
        TEST(dead_witness_is_no_answer),
        TEST(keys_and_pairs_are_checked),
        TEST(exactly_one_wins),
        TEST(kill_keeps_what_was_won),
        TEST(death_around_the_commit),
        TEST(answers_are_checked),
        TEST(nonsense_ends_only_its_connection),
        TEST(strangers_drive_out_strangers),
        TEST(a_key_has_few_places),
        TEST(one_session_for_all_questions),
        TEST(silent_session_costs_a_quarter),
        TEST(late_answer_counts_where_there_is_no_other),
        TEST(session_that_owes_an_answer_is_not_kept),
        TEST(store_that_failed_is_tried),
        TEST(full_disk_promises_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
