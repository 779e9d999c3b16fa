/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <assert.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "link/link.h"
#include "link/tcp.h"

#define MAGIC "FTLINK1\n"
#define MAGIC_SIZE 8
#define KIND_AT 8
#define PAIR_AT 28
#define PAIR_LENGTH (FT_PAIR_ID_SIZE - 1)
#define ALIVE "FTALIVE"
#define BOOT_LENGTH (FT_BOOT_ID_SIZE - 1)

/* As the UUIDs of pairs and of boots are written. */
static int
is_uuid(const char *text)
{
    for (size_t i = 0; i < PAIR_LENGTH; i++) {
        int dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-'
                 : !(text[i] >= '0' && text[i] <= '9') &&
                       !(text[i] >= 'a' && text[i] <= 'f'))
            return 0;
    }
    return 1;
}

bool
ft_preamble_is_id(const char *text)
{
    return strlen(text) == PAIR_LENGTH && is_uuid(text);
}

void
ft_preamble_encode(const struct ft_preamble *preamble,
                   unsigned char out[FT_PREAMBLE_SIZE])
{
    assert(ft_preamble_is_id(preamble->pair));
    memset(out, 0, FT_PREAMBLE_SIZE);
    memcpy(out, MAGIC, MAGIC_SIZE);
    out[KIND_AT] = (unsigned char)preamble->kind;
    memcpy(out + PAIR_AT, preamble->pair, PAIR_LENGTH);
}

int
ft_preamble_decode(const unsigned char in[FT_PREAMBLE_SIZE],
                   struct ft_preamble *preamble, struct ft_error *err)
{
    if (memcmp(in, MAGIC, MAGIC_SIZE))
        return ft_fail(err, EPROTO, NULL,
                       "the connection does not open with an ftengine preamble");
    preamble->kind = (enum ft_preamble_kind)in[KIND_AT];
    if (in[KIND_AT] < FT_PREAMBLE_LINK || in[KIND_AT] > FT_PREAMBLE_SINK)
        return ft_fail(err, EPROTO, NULL, "preamble of unknown kind %u",
                       in[KIND_AT]);
    for (size_t i = KIND_AT + 1; i < PAIR_AT; i++)
        if (in[i])
            return ft_fail(err, EPROTO, NULL,
                           "preamble with 0x%02x in its padding", in[i]);
    memcpy(preamble->pair, in + PAIR_AT, PAIR_LENGTH);
    preamble->pair[PAIR_LENGTH] = '\0';
    if (!is_uuid(preamble->pair))
        return ft_fail(err, EPROTO, NULL, "preamble without a pair's UUID");
    return 0;
}

/* Moves exactly size bytes, whether the socket blocks or not. 0 or -errno. */
static int
transfer(int fd, int sending, void *data, size_t size, int64_t deadline_ns)
{
    unsigned char *at = data;

    while (size) {
        ssize_t n = sending ? send(fd, at, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                            : recv(fd, at, size, MSG_DONTWAIT);
        int rc;

        if (n > 0) {
            at += n;
            size -= n;
            continue;
        }
        if (n == 0)
            return -EPIPE;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        rc = ft_wait_fd(fd, sending ? POLLOUT : POLLIN, deadline_ns);
        if (rc)
            return rc;
    }
    return 0;
}

static const char *
transfer_text(int rc)
{
    return rc == -EPIPE ? "the peer closed the connection" : strerror(-rc);
}

int
ft_link_preamble_write(int fd, const struct ft_preamble *preamble,
                       int64_t deadline_ns, struct ft_error *err)
{
    unsigned char bytes[FT_PREAMBLE_SIZE];
    int rc;

    ft_preamble_encode(preamble, bytes);
    rc = transfer(fd, 1, bytes, sizeof(bytes), deadline_ns);
    if (rc)
        return ft_fail(err, -rc, NULL, "cannot send the preamble: %s",
                       transfer_text(rc));
    return 0;
}

int
ft_link_preamble_read(int fd, struct ft_preamble *preamble, int64_t deadline_ns,
                      struct ft_error *err)
{
    unsigned char bytes[FT_PREAMBLE_SIZE];
    int rc = transfer(fd, 0, bytes, sizeof(bytes), deadline_ns);

    if (rc)
        return ft_fail(err, -rc, NULL, "no preamble came: %s",
                       transfer_text(rc));
    return ft_preamble_decode(bytes, preamble, err);
}

/* Connects and asks, up to the answer. *fd is the caller's. */
static int
ask_daemon(const char *const *addresses, size_t n, uint16_t port,
           const char *pair, int64_t deadline_ns, int *fd, struct ft_error *err)
{
    struct ft_preamble preamble = { .kind = FT_PREAMBLE_PING };
    int rc;

    if (strlen(pair) != PAIR_LENGTH || !is_uuid(pair))
        return ft_fail(err, EINVAL, NULL, "not a pair's UUID");
    strcpy(preamble.pair, pair);
    rc = ft_tcp_connect(addresses, n, port, deadline_ns, fd, err);
    return rc ? rc : ft_link_preamble_write(*fd, &preamble, deadline_ns, err);
}

static int
take_alive(int fd, int64_t deadline_ns, int *worker_runs, struct ft_error *err)
{
    unsigned char answer[FT_ALIVE_SIZE];
    int rc = transfer(fd, 0, answer, sizeof(answer), deadline_ns);

    if (rc)
        return ft_fail(err, -rc, NULL, "the peer's engine did not answer: %s",
                       transfer_text(rc));
    if (memcmp(answer, ALIVE, sizeof(answer) - 1) ||
        answer[sizeof(answer) - 1] > 1)
        return ft_fail(err, EPROTO, "does something else use this port?",
                       "the peer's answer to a ping is none of ours");
    *worker_runs = answer[sizeof(answer) - 1];
    return 0;
}

/* Of an engine that is older than this nothing comes but the end. */
static int
take_boot(int fd, int64_t deadline_ns, char boot[FT_BOOT_ID_SIZE],
          struct ft_error *err)
{
    memset(boot, 0, FT_BOOT_ID_SIZE);
    if (transfer(fd, 0, boot, BOOT_LENGTH, deadline_ns)) {
        boot[0] = '\0';
        return 0;
    }
    return is_uuid(boot)
               ? 0
               : ft_fail(err, EPROTO, NULL,
                         "the peer's answer to a ping has no boot id");
}

int
ft_link_ping(const char *const *addresses, size_t n, uint16_t port,
             const char *pair, int64_t deadline_ns, struct ft_link_pong *pong,
             struct ft_error *err)
{
    FT_AUTOCLOSE int fd = -1;
    int rc = ask_daemon(addresses, n, port, pair, deadline_ns, &fd, err);

    if (!rc)
        rc = take_alive(fd, deadline_ns, &pong->worker_runs, err);
    return rc ? rc : take_boot(fd, deadline_ns, pong->boot, err);
}

int
ft_link_try(const char *address, uint16_t port, const char *pair,
            int64_t deadline_ns, struct ft_link_try *found, struct ft_error *err)
{
    char peer[FT_TCP_ADDRESS_SIZE];
    FT_AUTOCLOSE int fd = -1;
    int runs, rc;

    memset(found, 0, sizeof(*found));
    rc = ask_daemon(&address, 1, port, pair, deadline_ns, &fd, err);
    if (fd < 0)
        return rc;
    ft_tcp_ends(fd, found->local, peer);
    if (!rc)
        rc = take_alive(fd, deadline_ns, &runs, err);
    found->trip_ns = ft_tcp_round_trip(fd);
    return rc;
}

int
ft_link_ping_answer(int fd, const struct ft_link_pong *pong)
{
    unsigned char answer[FT_ALIVE_SIZE + BOOT_LENGTH] = ALIVE;

    answer[FT_ALIVE_SIZE - 1] = pong->worker_runs ? 1 : 0;
    memcpy(answer + FT_ALIVE_SIZE, pong->boot, BOOT_LENGTH);
    /* A socket that was just accepted has room for that. */
    return transfer(fd, 1, answer,
                    pong->boot[0] ? sizeof(answer) : FT_ALIVE_SIZE, 0);
}
