/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "witness/witness.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/privileges.h"
#include "link/crowd.h"
#include "link/tcp.h"
#include "link/tls.h"
#include "witness/witness-protocol.h"
#include "witness/witness-requests.h"
#include "witness/witness-store.h"

/* One thread each: a few bytes per question, and the kernel does the waiting. */
#define THREAD_STACK (256 << 10)

/* All but server under server->lock. */
struct client {
    struct server *server;
    int fd; /* a descriptor of our own beside TLS's: shut down, it ends both */
    bool used;
    bool hung_up; /* by us, which nobody needs to be told */
    char pair[FT_TLS_IDENTITY_MAX + 1]; /* whose key it has shown, or empty */
    int64_t asked_ns;                   /* when it last did something */
};

struct server {
    const char *folder;
    struct ft_witness_store *store;
    pthread_mutex_t store_lock;
    pthread_mutex_t lock; /* what follows */
    pthread_cond_t idle;
    unsigned count;
    struct client clients[FT_WITNESS_CLIENTS_MAX];
    struct ft_crowd_place places[FT_WITNESS_CLIENTS_MAX]; /* same index */
};

static json_t *
answer_line(struct server *server, const char *pair, const char *line,
            size_t size)
{
    FT_AUTOJSON json_t *request = NULL;
    json_t *answer;

    if (ft_json_parse(line, size, &request, NULL))
        return NULL; /* garbage ends the connection */
    pthread_mutex_lock(&server->store_lock);
    answer = ft_witness_request(server->store, pair, request);
    pthread_mutex_unlock(&server->store_lock);
    return answer;
}

static int
send_answer(struct ft_tls *tls, json_t *answer)
{
    FT_AUTOFREE char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    char line[FT_WITNESS_LINE_MAX * 2];
    int n, rc = -EPROTO;

    json_decref(answer);
    if (text) {
        n = snprintf(line, sizeof(line), "%s\n", text);
        if (n > 0 && (size_t)n < sizeof(line))
            rc = ft_tls_send(tls, line, (size_t)n,
                             ft_clock_ns() + FT_WITNESS_IDLE_S * FT_NS_PER_S);
    }
    return rc;
}

static json_t *
answer_client(struct client *client, struct ft_tls *tls, const char *line,
              size_t size)
{
    struct server *server = client->server;

    pthread_mutex_lock(&server->lock);
    client->asked_ns = ft_clock_ns();
    pthread_mutex_unlock(&server->lock);
    return answer_line(server, ft_tls_identity(tls), line, size);
}

/* Reads and answers lines until the client ends, idles, or says nonsense. */
static void
converse(struct client *client, struct ft_tls *tls)
{
    char buffer[FT_WITNESS_LINE_MAX];
    size_t used = 0;
    int64_t deadline = ft_clock_ns() + FT_WITNESS_IDLE_S * FT_NS_PER_S;

    while (used < sizeof(buffer)) {
        ssize_t n =
            ft_tls_receive(tls, buffer + used, sizeof(buffer) - used, deadline);
        char *end;

        if (n <= 0)
            return;
        used += (size_t)n;
        while ((end = memchr(buffer, '\n', used))) {
            size_t size = (size_t)(end - buffer);

            if (send_answer(tls, answer_client(client, tls, buffer, size)))
                return;
            used -= size + 1;
            memmove(buffer, end + 1, used);
            deadline = ft_clock_ns() + FT_WITNESS_IDLE_S * FT_NS_PER_S;
        }
    }
}

/* --- connections ------------------------------------------------------------ */

static int
find_key(const char *identity, unsigned char key[FT_TLS_KEY_SIZE], void *opaque)
{
    const struct server *server = opaque;

    return ft_witness_key_load(server->folder, identity, key) ? -ENOENT : 0;
}

/* Under server->lock. Its thread wakes up, and leaves. */
static void
hang_up(struct client *client)
{
    struct server *server = client->server;

    shutdown(client->fd, SHUT_RDWR);
    client->hung_up = true;
    server->places[client - server->clients].stranger = false;
}

/* Under server->lock: who has one key does not take all places. */
static void
make_room_of_pair(struct server *server, const char *pair)
{
    struct client *idlest = NULL;
    unsigned n = 0;

    for (size_t i = 0; i < FT_WITNESS_CLIENTS_MAX; i++) {
        struct client *c = &server->clients[i];

        if (!c->used || c->hung_up || strcmp(c->pair, pair) != 0)
            continue;
        n++;
        if (!idlest || c->asked_ns < idlest->asked_ns)
            idlest = c;
    }
    if (n >= FT_WITNESS_PAIR_MAX)
        hang_up(idlest);
}

/* Known by its key (else NULL: about to leave). False: we have hung up. */
static bool
settle(struct client *client, const char *pair)
{
    struct server *server = client->server;
    bool ours;

    pthread_mutex_lock(&server->lock);
    server->places[client - server->clients].stranger = false;
    ours = !client->hung_up;
    if (pair && ours) {
        make_room_of_pair(server, pair);
        snprintf(client->pair, sizeof(client->pair), "%s", pair);
        client->asked_ns = ft_clock_ns();
    }
    pthread_mutex_unlock(&server->lock);
    return ours;
}

static void
leave(struct client *client)
{
    struct server *server = client->server;

    pthread_mutex_lock(&server->lock);
    close(client->fd);
    client->used = false;
    server->places[client - server->clients].stranger = false;
    server->count--;
    pthread_cond_signal(&server->idle);
    pthread_mutex_unlock(&server->lock);
}

static void *
serve_client(void *opaque)
{
    struct client *client = opaque;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_tls *tls = NULL;
    int fd = fcntl(client->fd, F_DUPFD_CLOEXEC, 0);
    char peer[96];

    ft_tcp_peer_name(client->fd, peer, sizeof(peer));
    if (fd < 0 ||
        ft_tls_server(fd, find_key, client->server,
                      ft_clock_ns() + FT_WITNESS_HANDSHAKE_S * FT_NS_PER_S,
                      &tls, &err)) {
        if (settle(client, NULL) && ft_log_of_strangers())
            ft_log_error(&err, peer);
    } else {
        if (settle(client, ft_tls_identity(tls)))
            converse(client, tls);
        ft_tls_close(tls);
    }
    leave(client);
    return NULL;
}

/* Under server->lock. */
static void
make_room(struct server *server)
{
    size_t strangers = 0, victim;

    for (size_t i = 0; i < FT_WITNESS_CLIENTS_MAX; i++)
        strangers += server->places[i].stranger;
    if (strangers < FT_WITNESS_STRANGERS_MAX)
        return;
    victim = ft_crowd_victim(server->places, FT_WITNESS_CLIENTS_MAX);
    hang_up(&server->clients[victim]);
}

/* Under server->lock. NULL: all places are taken. */
static struct client *
take_place(struct server *server, int fd)
{
    size_t i = 0;

    while (i < FT_WITNESS_CLIENTS_MAX && server->clients[i].used)
        i++;
    if (i == FT_WITNESS_CLIENTS_MAX)
        return NULL;
    server->clients[i] =
        (struct client){ .server = server, .fd = fd, .used = true };
    server->places[i].since_ns = ft_clock_ns();
    server->places[i].stranger = true;
    ft_crowd_from(fd, server->places[i].from);
    server->count++;
    return &server->clients[i];
}

static struct client *
enter(struct server *server, int fd)
{
    struct client *client;

    pthread_mutex_lock(&server->lock);
    make_room(server);
    client = take_place(server, fd);
    pthread_mutex_unlock(&server->lock);
    return client;
}

static int
start_thread(struct client *client)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int rc;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    rc = pthread_create(&thread, &attributes, serve_client, client);
    pthread_attr_destroy(&attributes);
    return rc;
}

static void
accept_client(struct server *server, int listen_fd)
{
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *client;

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            ft_clock_sleep(50 * FT_NS_PER_MS); /* instead of spinning */
        return;
    }
    client = enter(server, fd);
    if (client && !start_thread(client))
        return;
    if (ft_log_of_strangers())
        ft_log(FT_LOG_WARN,
               "too many connections to the witness; one was closed");
    if (client)
        leave(client);
    else
        close(fd);
}

static void
stop_clients(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    for (unsigned i = 0; i < FT_WITNESS_CLIENTS_MAX; i++)
        if (server->clients[i].used)
            hang_up(&server->clients[i]);
    while (server->count)
        pthread_cond_wait(&server->idle, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

int
ft_witness_serve_on(const char *folder, int listen_fd, int stop_fd,
                    struct ft_error *err)
{
    FT_AUTOFREE struct server *server = calloc(1, sizeof(*server));
    struct pollfd polls[] = { { stop_fd, POLLIN, 0 }, { listen_fd, POLLIN, 0 } };
    int rc;

    if (!server)
        return ft_fail(err, ENOMEM, NULL, "no memory for the witness");
    server->folder = folder;
    rc = ft_witness_store_open(folder, &server->store, err);
    if (rc)
        return rc;
    pthread_mutex_init(&server->store_lock, NULL);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->idle, NULL);
    for (;;) {
        if (poll(polls, 2, -1) < 0 && errno != EINTR) {
            rc = ft_fail(err, errno, NULL, "poll: %s", strerror(errno));
            break;
        }
        if (polls[0].revents)
            break;
        if (polls[1].revents)
            accept_client(server, listen_fd);
    }
    stop_clients(server);
    ft_witness_store_close(server->store);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    pthread_mutex_destroy(&server->store_lock);
    return rc;
}

int
ft_witness_serve(const char *folder, uint16_t port, int stop_fd,
                 struct ft_error *err)
{
    FT_AUTOCLOSE int fd = -1;
    int rc = ft_tcp_listen(port, &fd, err);

    return rc ? rc : ft_witness_serve_on(folder, fd, stop_fd, err);
}

/* Two for each connection, of which a shell gives half. */
static void
allow_descriptors(void)
{
    const rlim_t wanted = (rlim_t)4 * FT_WITNESS_CLIENTS_MAX;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = FT_MIN(limit.rlim_max, wanted);
    setrlimit(RLIMIT_NOFILE, &limit);
}

int
ft_witness_main(uint16_t port)
{
    struct ft_error err = FT_ERROR_INIT;
    FT_AUTOCLOSE int stop = -1;
    sigset_t signals;
    int rc;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    stop = signalfd(-1, &signals, SFD_CLOEXEC);
    ft_log_open(FT_LOG_FOLDER "/witness.log", "witness", FT_LOG_INFO);
    /* a port below 1024 may be set; its files are root's own */
    rc = ft_privileges_keep(FT_KEEP_WITNESS);
    allow_descriptors();
    if (rc)
        ft_log(FT_LOG_WARN, "cannot give up privileges: %s", strerror(-rc));
    ft_log(FT_LOG_INFO, "the witness serves port %u", port);
    if (ft_witness_serve(FT_WITNESS_FOLDER, port, stop, &err)) {
        ft_log_error(&err, "witness");
        return 1;
    }
    return 0;
}
