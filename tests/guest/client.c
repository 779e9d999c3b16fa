/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ledger-client: asks the ledger numbered requests and logs every answer with its times.
 *
 * Each connection is a client of its own to the ledger. It never connects again: a reset or an end
 * of file is logged and is what the test looks for. Exit code: 0 all requests answered and all
 * connections alive at the end, 1 not so, 2 usage. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "answers.h"

#define OUTSTANDING 1024 /* most unanswered requests of one connection */
#define CONNECTIONS 512
#define SECOND ((uint64_t)1000000000)

struct connection {
    int fd; /* -1: lost */
    uint64_t client;
    uint64_t sent,
        answered; /* numbers of the last request sent, and of the last answered */
    uint64_t times[OUTSTANDING]; /* when request N was sent, at N % OUTSTANDING; monotonic ns */
    char in[LEDGER_LINE_MAX];
    size_t in_length;
    char out[4 * LEDGER_LINE_MAX];
    size_t out_length;
};

static struct options {
    const char *target, *log;
    int connections, drain;
    unsigned payload;
    double rate, duration;
    uint64_t requests, client;
} options = { .connections = 1, .drain = 30 };

static struct connection *connections;
static FILE *out;
static uint64_t requests, answers;
static int lost;
static volatile sig_atomic_t stopping;

static void
stop(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

/* Times go into the log as seconds with nine digits. */
static const char *
seconds(char *text, size_t size, uint64_t ns)
{
    snprintf(text, size, "%" PRIu64 ".%09" PRIu64, ns / SECOND, ns % SECOND);
    return text;
}

#define IN_SECONDS(ns) seconds((char[32]){ 0 }, 32, ns)

static void
log_loss(struct connection *connection, const char *why)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);

    fprintf(out, "lost-connection %d %" PRIx64 " %s %s %s\n",
            (int)(connection - connections), connection->client, why,
            IN_SECONDS(now), IN_SECONDS(clock_ns(CLOCK_REALTIME)));
    close(connection->fd);
    connection->fd = -1;
    lost++;
}

static void
log_answer(struct connection *connection, const struct answer *answer,
           uint64_t received)
{
    uint64_t sent = connection->times[answer->number % OUTSTANDING];
    uint64_t received_real = clock_ns(CLOCK_REALTIME);

    fprintf(out,
            "answer %d %" PRIx64 " %" PRIu64 " %" PRIu64 " %016" PRIx64
            " %s %" PRIu64 " %s %s %s %s %s\n",
            (int)(connection - connections), answer->client, answer->number,
            answer->global, answer->checksum, answer->boot, answer->uptime,
            answer->repeated ? "repeated" : "new", IN_SECONDS(sent),
            IN_SECONDS(received_real - (received - sent)), IN_SECONDS(received),
            IN_SECONDS(received_real));
}

/* Anything but the answer to the oldest open request is an error of the ledger or of what is below
 * it. */
static void
take_line(struct connection *connection, const char *line, uint64_t now)
{
    struct answer answer;

    if (answer_parse(line, &answer) || answer.client != connection->client ||
        answer.number != connection->answered + 1 ||
        answer.number > connection->sent) {
        fprintf(out, "bad %d %" PRIx64 " %s %s\n",
                (int)(connection - connections), connection->client,
                IN_SECONDS(now), line);
        if (sscanf(line, "error %*x %" SCNu64, &answer.number) == 1 &&
            answer.number == connection->answered + 1)
            connection->answered++;
        return;
    }
    connection->answered++;
    answers++;
    log_answer(connection, &answer, now);
}

static void
receive(struct connection *connection)
{
    ssize_t got =
        recv(connection->fd, connection->in + connection->in_length,
             sizeof(connection->in) - connection->in_length, MSG_DONTWAIT);
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    char *line = connection->in, *newline;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        log_loss(connection, got == 0              ? "end-of-file"
                             : errno == ECONNRESET ? "reset"
                             : errno == ETIMEDOUT  ? "timeout"
                                                   : "error");
        return;
    }
    connection->in_length += (size_t)got;
    while ((newline = memchr(line, '\n',
                             connection->in_length -
                                 (size_t)(line - connection->in)))) {
        *newline = 0;
        take_line(connection, line, now);
        line = newline + 1;
    }
    connection->in_length -= (size_t)(line - connection->in);
    memmove(connection->in, line, connection->in_length);
    if (connection->in_length == sizeof(connection->in))
        log_loss(connection, "garbage");
}

static void
send_pending(struct connection *connection)
{
    ssize_t sent;

    if (connection->fd < 0 || !connection->out_length)
        return;
    sent = send(connection->fd, connection->out, connection->out_length,
                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        log_loss(connection, errno == ECONNRESET || errno == EPIPE ? "reset"
                             : errno == ETIMEDOUT                  ? "timeout"
                                                                   : "error");
    if (sent <= 0)
        return;
    connection->out_length -= (size_t)sent;
    memmove(connection->out, connection->out + sent, connection->out_length);
}

static int
has_room(const struct connection *connection)
{
    return connection->fd >= 0 &&
           connection->sent - connection->answered < OUTSTANDING &&
           connection->out_length + options.payload + 64 <
               sizeof(connection->out);
}

static void
ask(struct connection *connection)
{
    char payload[LEDGER_PAYLOAD_MAX + 1];

    connection->sent++;
    connection->times[connection->sent % OUTSTANDING] =
        clock_ns(CLOCK_MONOTONIC);
    payload_make(connection->client, connection->sent, options.payload, payload);
    connection->out_length +=
        (size_t)snprintf(connection->out + connection->out_length,
                         sizeof(connection->out) - connection->out_length,
                         "append %" PRIx64 " %" PRIu64 "%s%s\n",
                         connection->client, connection->sent,
                         options.payload ? " " : "", payload);
    requests++;
    send_pending(connection);
}

static int
may_ask(void)
{
    return !stopping && (!options.requests || requests < options.requests);
}

/* Closed loop: the next request follows the answer. */
static void
ask_idle_connections(void)
{
    for (int i = 0; i < options.connections && may_ask(); i++)
        if (connections[i].sent == connections[i].answered &&
            has_room(&connections[i]))
            ask(&connections[i]);
}

/* Open loop: requests are due at a rate whether or not earlier ones were answered; a gap does not
 * turn into a slower test. */
static void
ask_what_is_due(uint64_t *due)
{
    static int next;
    uint64_t now = clock_ns(CLOCK_MONOTONIC);

    for (; *due <= now && may_ask();
         *due += (uint64_t)((double)SECOND / options.rate))
        for (int i = 0; i < options.connections; i++) {
            struct connection *connection =
                &connections[next++ % options.connections];

            if (has_room(connection)) {
                ask(connection);
                break;
            }
        }
}

static int
waits_for_answers(void)
{
    for (int i = 0; i < options.connections; i++)
        if (connections[i].fd >= 0 &&
            connections[i].answered < connections[i].sent)
            return 1;
    return 0;
}

static void
wait_and_receive(uint64_t until)
{
    struct pollfd polls[CONNECTIONS];
    uint64_t now = clock_ns(CLOCK_MONOTONIC),
             left = until > now ? until - now : 0;
    struct timespec timeout = { (time_t)(left / SECOND), (long)(left % SECOND) };

    for (int i = 0; i < options.connections; i++)
        polls[i] = (struct pollfd){
            .fd = connections[i].fd,
            .events = (short)(POLLIN | (connections[i].out_length ? POLLOUT : 0))
        };
    if (ppoll(polls, (nfds_t)options.connections, &timeout, NULL) <= 0)
        return;
    for (int i = 0; i < options.connections; i++) {
        if (connections[i].fd >= 0 && (polls[i].revents & POLLOUT))
            send_pending(&connections[i]);
        if (connections[i].fd >= 0 &&
            (polls[i].revents & (POLLIN | POLLERR | POLLHUP)))
            receive(&connections[i]);
    }
}

static void
run(void)
{
    uint64_t start = clock_ns(CLOCK_MONOTONIC), due = start, now = start;
    uint64_t end = options.duration > 0
                       ? start + (uint64_t)(options.duration * (double)SECOND)
                       : UINT64_MAX;

    while (may_ask() && lost < options.connections && now < end) {
        uint64_t until = now + SECOND / 10;

        if (options.rate > 0) {
            ask_what_is_due(&due);
            until = due < until ? due : until;
        } else {
            ask_idle_connections();
        }
        wait_and_receive(until);
        fflush(out);
        now = clock_ns(CLOCK_MONOTONIC);
    }
    end = now + (uint64_t)options.drain * SECOND;
    while (waits_for_answers() && now < end) {
        wait_and_receive(now + SECOND / 10);
        fflush(out);
        now = clock_ns(CLOCK_MONOTONIC);
    }
}

static void
log_end(void)
{
    uint64_t now = clock_ns(CLOCK_MONOTONIC);

    for (int i = 0; i < options.connections; i++)
        for (uint64_t n = connections[i].answered + 1; n <= connections[i].sent;
             n++)
            fprintf(out, "unanswered %d %" PRIx64 " %" PRIu64 " %s\n", i,
                    connections[i].client, n,
                    IN_SECONDS(connections[i].times[n % OUTSTANDING]));
    fprintf(out, "end %" PRIu64 " %" PRIu64 " %s %s\n", requests, answers,
            IN_SECONDS(now), IN_SECONDS(clock_ns(CLOCK_REALTIME)));
    fflush(out);
}

static int
open_connections(void)
{
    connections = calloc((size_t)options.connections, sizeof(*connections));
    if (!connections)
        return -1;
    for (int i = 0; i < options.connections; i++) {
        connections[i].client = options.client + (uint64_t)i;
        connections[i].fd = ledger_connect(options.target, 30);
        if (connections[i].fd < 0)
            return -1;
    }
    fprintf(out, "start 1 %s %d %g %u %s %s\n", options.target,
            options.connections, options.rate, options.payload,
            IN_SECONDS(clock_ns(CLOCK_MONOTONIC)),
            IN_SECONDS(clock_ns(CLOCK_REALTIME)));
    for (int i = 0; i < options.connections; i++)
        fprintf(out, "open %d %" PRIx64 "\n", i, connections[i].client);
    fflush(out);
    return 0;
}

static int
usage(void)
{
    fprintf(
        stderr,
        "usage: ledger-client --connect ADDRESS:PORT [--log FILE] [--connections N] [--rate "
        "REQUESTS_PER_S]\n"
        "                     [--duration SECONDS] [--requests N] [--payload BYTES] [--drain "
        "SECONDS] [--client HEX]\n"
        "Without --rate each connection sends its next request when the last one is answered. "
        "Runs until SIGTERM,\n"
        "--duration or --requests; then waits --drain seconds (30) for what is unanswered.\n");
    return 2;
}

static int
parse_options(int argc, char **argv)
{
    static const struct option known[] = {
        { "connect", required_argument, NULL, 'a' },
        { "log", required_argument, NULL, 'l' },
        { "connections", required_argument, NULL, 'n' },
        { "rate", required_argument, NULL, 'r' },
        { "duration", required_argument, NULL, 'd' },
        { "requests", required_argument, NULL, 'c' },
        { "payload", required_argument, NULL, 'p' },
        { "drain", required_argument, NULL, 'w' },
        { "client", required_argument, NULL, 'i' },
        { NULL, 0, NULL, 0 }
    };
    int option;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        switch (option) {
        case 'a':
            options.target = optarg;
            break;
        case 'l':
            options.log = optarg;
            break;
        case 'n':
            options.connections = atoi(optarg);
            break;
        case 'r':
            options.rate = atof(optarg);
            break;
        case 'd':
            options.duration = atof(optarg);
            break;
        case 'c':
            options.requests = strtoull(optarg, NULL, 10);
            break;
        case 'p':
            options.payload = (unsigned)atoi(optarg);
            break;
        case 'w':
            options.drain = atoi(optarg);
            break;
        case 'i':
            options.client = strtoull(optarg, NULL, 16);
            break;
        default:
            return -1;
        }
    return options.target && optind == argc && options.connections >= 1 &&
                   options.connections <= CONNECTIONS &&
                   options.payload <= LEDGER_PAYLOAD_MAX && options.rate >= 0
               ? 0
               : -1;
}

int
main(int argc, char **argv)
{
    if (parse_options(argc, argv))
        return usage();
    /* a new client to the ledger at every run; room for the connections' numbers in the low bits */
    while (!options.client) {
        if (getrandom(&options.client, sizeof(options.client), 0) < 0)
            return 1;
        options.client &= ~0xfffULL;
    }
    out = options.log ? fopen(options.log, "we") : stdout;
    if (!out) {
        fprintf(stderr, "ledger-client: %s: %s\n", options.log, strerror(errno));
        return 1;
    }
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    if (open_connections())
        return 1;
    run();
    log_end();
    return lost || requests != answers || ferror(out) ? 1 : 0;
}
