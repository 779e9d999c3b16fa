/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: a TCP server inside the guest that answers a request only once it is on the guest's
 * disks.
 *
 * The line protocol stands in tests/guest/README. One thread serves all connections: it takes what
 * they have sent, writes it to the disks as one batch with one flush, and only then answers. A
 * second thread dirties memory (memory.h), a third one watches the clocks (clocks.h), a fourth one
 * writes and trims elsewhere on the disks (scribble.h).
 *
 *   usage: ledger [--dirty-rate MIB_PER_S] [--dirty-area MIB] */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "log.h"
#include "memory.h"
#include "scribble.h"
#include "tpm.h"

#define CONNECTIONS 1024
#define CLIENTS 4096
#define REMEMBERED 64 /* last answers kept per client */
#define OUT_LIMIT \
    (4 * 1024 *   \
     1024) /* a connection that does not read its answers is not read from either */

struct connection {
    int fd;          /* -1: free */
    uint64_t serial; /* tells this connection from a later one in the same place */
    uint32_t watched;
    char in[LEDGER_LINE_MAX];
    size_t in_length;
    char *out;
    size_t out_length, out_size, out_sent;
    int paused; /* waits for room in `out` */
};

struct client {
    uint64_t id;   /* 0: free */
    uint64_t last; /* number of the last request */
    uint64_t globals[REMEMBERED];
};

/* What is answered once the batch is on the disks. */
struct pending {
    struct connection *connection;
    uint64_t serial;
    uint64_t global, client, number;
    int repeated;
};

static struct connection connections[CONNECTIONS];
static struct client clients[CLIENTS];
static struct pending pending[2 * LOG_BATCH];
static size_t pending_count;
static char boot_id[40];
static uint64_t boot_number;
static int poller, listener;

static uint64_t
uptime_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

static void
read_boot_id(void)
{
    char digits[17];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC),
        found = 0;

    if (fd < 0 || read(fd, boot_id, 36) != 36)
        abort();
    close(fd);
    for (const char *c = boot_id; found < 16; c++)
        if (*c != '-')
            digits[found++] = *c;
    digits[16] = 0;
    boot_number = strtoull(digits, NULL, 16);
}

/* -- connections -- */

static void
drop(struct connection *connection)
{
    close(connection->fd);
    free(connection->out);
    *connection = (struct connection){ .fd = -1 };
}

static void
watch(struct connection *connection)
{
    struct epoll_event event = { .data.ptr = connection };

    event.events =
        (connection->paused ? 0 : EPOLLIN) |
        (connection->out_length > connection->out_sent ? EPOLLOUT : 0);
    if (event.events == connection->watched)
        return;
    connection->watched = event.events;
    epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
}

static int
make_room(struct connection *connection, size_t length)
{
    size_t size = connection->out_size ? connection->out_size : 4096;
    char *bigger;

    while (size < connection->out_length + length)
        size *= 2;
    if (size == connection->out_size)
        return 0;
    bigger = realloc(connection->out, size);
    if (!bigger)
        return -1;
    connection->out = bigger;
    connection->out_size = size;
    return 0;
}

static void answer(struct connection *connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
answer(struct connection *connection, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    int length;

    if (connection->fd < 0)
        return;
    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof(line) ||
        make_room(connection, (size_t)length)) {
        drop(connection);
        return;
    }
    memcpy(connection->out + connection->out_length, line, (size_t)length);
    connection->out_length += (size_t)length;
}

static void
send_answers(struct connection *connection)
{
    while (connection->out_sent < connection->out_length) {
        ssize_t sent =
            send(connection->fd, connection->out + connection->out_sent,
                 connection->out_length - connection->out_sent,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN) {
            drop(connection);
            return;
        }
        if (sent < 0)
            break;
        connection->out_sent += (size_t)sent;
    }
    if (connection->out_sent == connection->out_length)
        connection->out_sent = connection->out_length = 0;
}

/* -- append -- */

static struct client *
find_client(uint64_t id)
{
    for (size_t i = 0, at = ledger_mix(id, 0) % CLIENTS; i < CLIENTS;
         i++, at = (at + 1) % CLIENTS) {
        if (!clients[at].id)
            clients[at].id = id;
        if (clients[at].id == id)
            return &clients[at];
    }
    return NULL;
}

static void
remember(const struct ledger_record *record)
{
    struct client *client = find_client(record->client);

    if (!client)
        return;
    client->last = record->number;
    client->globals[record->number % REMEMBERED] = record->global;
}

static void
answer_record(const struct pending *entry)
{
    const struct ledger_record *record = log_recall(entry->global);

    if (!record)
        answer(entry->connection, "error %" PRIx64 " %" PRIu64 " forgotten\n",
               entry->client, entry->number);
    else
        answer(entry->connection,
               "done %" PRIx64 " %" PRIu64 " %" PRIu64 " %016" PRIx64
               " %s %" PRIu64 " %s\n",
               record->client, record->number, record->global, record->checksum,
               boot_id, record->uptime, entry->repeated ? "repeated" : "new");
}

/* Puts the batch on the disks and answers it. */
static void
commit(void)
{
    int bad = log_commit();

    for (size_t i = 0; i < pending_count; i++)
        if (pending[i].connection->serial != pending[i].serial)
            continue;
        else if (bad)
            answer(pending[i].connection, "error %" PRIx64 " %" PRIu64 " disk\n",
                   pending[i].client, pending[i].number);
        else
            answer_record(&pending[i]);
    pending_count = 0;
}

static void
append(struct connection *connection, uint64_t id, uint64_t number,
       const char *payload)
{
    struct client *client = id && number ? find_client(id) : NULL;
    struct pending entry = { .connection = connection,
                             .serial = connection->serial,
                             .client = id,
                             .number = number };
    struct ledger_record record = { .client = id,
                                    .number = number,
                                    .uptime = uptime_ns(),
                                    .boot = boot_number };

    if (!client || number > client->last + 1) {
        commit(); /* answers of a connection keep the order of its requests */
        answer(connection, "error %" PRIx64 " %" PRIu64 " %s\n", id, number,
               client ? "gap" : "client");
        return;
    }
    if (number <= client->last) {
        const struct ledger_record *old;

        entry.global = client->globals[number % REMEMBERED];
        old = log_recall(entry.global);
        /* answered together with the batch: the record may itself be part of it */
        if (!old || old->client != id || old->number != number)
            entry.global = 0;
        entry.repeated = 1;
    } else {
        record.payload =
            ledger_hash(LEDGER_HASH_START, payload, strlen(payload));
        if (log_append(&record)) {
            commit();
            answer(connection, "error %" PRIx64 " %" PRIu64 " %s\n", id, number,
                   log_failed() ? "disk" : "full");
            return;
        }
        remember(&record);
        entry.global = record.global;
    }
    pending[pending_count++] = entry;
    if (log_batched() == LOG_BATCH || pending_count == 2 * LOG_BATCH)
        commit();
}

/* -- the other verbs -- */

static void
answer_line(struct connection *connection, const struct ledger_record *record)
{
    answer(connection,
           "record %" PRIu64 " %" PRIx64 " %" PRIu64 " %016" PRIx64 " %" PRIu64
           " %016" PRIx64 " %016" PRIx64 "\n",
           record->global, record->client, record->number, record->payload,
           record->uptime, record->boot, record->checksum);
}

static void
read_disk(struct connection *connection, int disk, uint64_t from, uint64_t count)
{
    static struct ledger_record records[LEDGER_READ_MAX];
    int got;

    if (from > log_count() || !from)
        count = 0;
    else if (count > log_count() - from + 1)
        count = log_count() - from + 1;
    got = count ? log_read(disk, from, count, records) : 0;
    for (int i = 0; i < got; i++)
        answer_line(connection, &records[i]);
    answer(connection, got < 0 ? "error read\n" : "end %d\n", got);
}

static void
read_memory(struct connection *connection, uint64_t from, uint64_t count)
{
    uint64_t found = 0;
    const struct ledger_record *record;

    for (; found < count && found < LEDGER_READ_MAX &&
           from + found <= log_count();
         found++) {
        record = log_recall(from + found);
        if (!record)
            break;
        answer_line(connection, record);
    }
    answer(connection, "end %" PRIu64 "\n", found);
}

static void
status(struct connection *connection)
{
    struct memory_status memory;
    struct clocks_status clocks;
    struct timespec real;
    uint64_t uptime;

    memory_get_status(&memory);
    clocks_get_status(&clocks);
    clock_gettime(CLOCK_REALTIME, &real);
    uptime = uptime_ns();
    answer(connection,
           "status records=%" PRIu64 " remembered=%" PRIu64
           " disks=%d failed=%d disk-errors=%" PRIu64 " boot=%s uptime=%" PRIu64
           " realtime=%lld%09ld dirty-rate=%.1f dirty-area-pages=%" PRIu64
           " dirtied-pages=%" PRIu64 " corrupt-pages=%" PRIu64 " clocksource=%s"
           " watched=%" PRIu64,
           log_count(),
           log_count() < LOG_MEMORY_RECORDS ? log_count()
                                            : (uint64_t)LOG_MEMORY_RECORDS,
           log_disks(), log_failed(), log_disk_errors(), boot_id, uptime,
           (long long)real.tv_sec, real.tv_nsec, memory.rate, memory.area_pages,
           memory.dirtied_pages, memory.corrupt_pages, clocks.source,
           clocks.watched_ns);
    for (int kind = 0; kind < CLOCKS_COUNT; kind++)
        answer(connection, " back-%s=%" PRIu64 " jump-%s=%" PRId64,
               clocks_name(kind), clocks.back[kind], clocks_name(kind),
               clocks.jump_ns[kind]);
    answer(connection, "\n");
}

static void
sum(struct connection *connection)
{
    uint64_t checksum, wrong = memory_verify(&checksum);

    answer(connection, "sum %016" PRIx64 " wrong-pages=%" PRIu64 "\n", checksum,
           wrong);
}

static void
scribble(struct connection *connection, double rate, int verify)
{
    struct scribble_status scribbled;
    int bad = verify ? 0 : scribble_set_rate(rate);

    if (verify)
        scribble_verify();
    scribble_get_status(&scribbled);
    answer(connection,
           bad ? "error scribble\n"
               : "scribbled written=%" PRIu64 " zeroed=%" PRIu64
                 " trimmed=%" PRIu64 " kept=%" PRIu64 " wrong=%" PRIu64
                 " errors=%" PRIu64 "\n",
           scribbled.written, scribbled.zeroed, scribbled.trimmed,
           scribbled.kept, scribbled.wrong, scribbled.errors);
}

/* What the administrator of the guest would do: makes `length` bytes of answer, for tests of
 * throughput and large packets. */
static void
flood(struct connection *connection, uint64_t length)
{
    char line[65];

    memset(line, 'x', 63);
    line[63] = '\n';
    line[64] = 0;
    for (uint64_t sent = 0; sent < length && sent < OUT_LIMIT; sent += 64)
        answer(connection, "%s", line);
    answer(connection, "end %" PRIu64 "\n", length);
}

/* Bytes in hex to the TPM, and its answer the same way. */
static void
tpm(struct connection *connection, const char *hex)
{
    uint8_t command[TPM_BYTES_MAX], response[TPM_BYTES_MAX];
    char text[2 * TPM_BYTES_MAX + 1];
    size_t size = 0;
    int length;

    while (size < sizeof(command) &&
           sscanf(hex, "%2" SCNx8, &command[size]) == 1 && hex[1]) {
        hex += 2;
        size++;
    }
    length = tpm_command(command, size, response, sizeof(response));
    for (int i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", response[i]);
    answer(connection, length < 0 ? "error tpm\n" : "tpm %s\n", text);
}

static void
obey(struct connection *connection, char *line)
{
    uint64_t a, b;
    double rate;
    int disk, at = 0;

    if (sscanf(line, "append %" SCNx64 " %" SCNu64 "%n", &a, &b, &at) == 2) {
        append(connection, a, b, line[at] == ' ' ? line + at + 1 : "");
        return;
    }
    commit();
    if (sscanf(line, "read disk %d %" SCNu64 " %" SCNu64, &disk, &a, &b) == 3)
        read_disk(connection, disk, a, b);
    else if (sscanf(line, "read memory %" SCNu64 " %" SCNu64, &a, &b) == 2)
        read_memory(connection, a, b);
    else if (!strcmp(line, "status"))
        status(connection);
    else if (!strcmp(line, "sum"))
        sum(connection);
    else if (!strncmp(line, "tpm ", 4))
        tpm(connection, line + 4);
    else if (sscanf(line, "flood %" SCNu64, &a) == 1)
        flood(connection, a);
    else if (sscanf(line, "dirty %lf", &rate) == 1) {
        memory_set_rate(rate);
        status(connection);
    } else if (!strcmp(line, "scribble-verify"))
        scribble(connection, 0, 1);
    else if (sscanf(line, "scribble %lf", &rate) == 1)
        scribble(connection, rate, 0);
    else if (sscanf(line, "watch-clock %" SCNu64, &a) == 1 && a <= 86400) {
        if (clocks_watch((unsigned)a))
            answer(connection, "error thread\n");
        else
            status(connection);
    } else
        answer(connection, "error unknown\n");
}

/* -- the loop -- */

/* Takes the complete lines out of the buffer. A line that does not fit ends the connection. */
static void
obey_lines(struct connection *connection)
{
    char *line = connection->in, *end = connection->in + connection->in_length,
         *newline;

    while (connection->fd >= 0 && connection->out_length < OUT_LIMIT &&
           (newline = memchr(line, '\n', (size_t)(end - line)))) {
        *newline = 0;
        if (newline > line && newline[-1] == '\r')
            newline[-1] = 0;
        obey(connection, line);
        line = newline + 1;
    }
    if (connection->fd < 0)
        return;
    connection->in_length = (size_t)(end - line);
    memmove(connection->in, line, connection->in_length);
    connection->paused = connection->out_length >= OUT_LIMIT;
    if (connection->in_length == sizeof(connection->in) && !connection->paused)
        drop(connection);
}

static void
receive(struct connection *connection)
{
    ssize_t got =
        recv(connection->fd, connection->in + connection->in_length,
             sizeof(connection->in) - connection->in_length, MSG_DONTWAIT);

    if (got > 0) {
        connection->in_length += (size_t)got;
        obey_lines(connection);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop(connection);
    }
}

static void
welcome(void)
{
    static uint64_t serial;
    int one = 1,
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN };

    if (fd < 0)
        return;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (connections[i].fd < 0) {
            connections[i].fd = fd;
            connections[i].serial = ++serial;
            connections[i].watched = EPOLLIN;
            event.data.ptr = &connections[i];
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
            return;
        }
    close(fd);
}

static void
serve_event(const struct epoll_event *event)
{
    struct connection *connection = event->data.ptr;

    if (!connection)
        welcome();
    else if (connection->fd < 0)
        return;
    else if (!connection->paused &&
             (event->events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
        receive(connection);
    else if (event->events & (EPOLLERR | EPOLLHUP))
        drop(connection);
}

/* Returns whether lines that had to wait for room were taken up: then there is more to do at once.
 */
static int
send_all(void)
{
    int resumed = 0;

    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = &connections[i];

        if (connection->fd >= 0 && connection->out_length)
            send_answers(connection);
        if (connection->fd >= 0 && connection->paused &&
            connection->out_length < OUT_LIMIT) {
            obey_lines(connection);
            resumed = 1;
        }
        if (connection->fd >= 0)
            watch(connection);
    }
    return resumed;
}

static void
serve_once(void)
{
    struct epoll_event events[64];
    int count = epoll_wait(poller, events, 64, -1);

    for (int i = 0; i < count; i++)
        serve_event(&events[i]);
    do
        commit();
    while (send_all());
}

static void
listen_for_clients(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(LEDGER_PORT) };
    struct epoll_event event = { .events = EPOLLIN };
    int one = 1;

    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
        listen(listener, 512) ||
        epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event)) {
        perror("ledger: listen");
        exit(1);
    }
}

int
main(int argc, char **argv)
{
    double rate = 0;
    size_t area = 32;

    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--dirty-rate"))
            rate = atof(argv[i + 1]);
        else if (!strcmp(argv[i], "--dirty-area"))
            area = strtoul(argv[i + 1], NULL, 10);
    }
    for (size_t i = 0; i < CONNECTIONS; i++)
        connections[i].fd = -1;
    read_boot_id();
    log_open();
    log_each(remember);
    if (memory_start(area)) {
        printf("ledger: no memory for the sample and the dirtied area\n");
        return 1;
    }
    memory_set_rate(rate);
    listen_for_clients();
    printf("ledger: ready, %" PRIu64 " records, boot id %s, uptime %.2f s\n",
           log_count(), boot_id, (double)uptime_ns() / 1e9);
    for (;;)
        serve_once();
}
