/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/wire.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/bytes.h"
#include "base/json.h"
#include "link/link-private.h"

struct opening {
    uint16_t port;
    const unsigned char *key;
    struct ft_link *link;
    struct ft_error err;
    int rc;
};

static void *
connect_main(void *opaque)
{
    static const char *const here[] = { "127.0.0.1" };
    struct opening *opening = opaque;

    opening->rc = ft_link_connect(here, 1, opening->port, PAIR_ID, opening->key,
                                  soon(20000), &opening->link, &opening->err);
    return NULL;
}

/* What the daemon does: accept, read the preamble, hand the socket over. */
static int
accept_socket(int listener, enum ft_preamble_kind expected)
{
    struct ft_preamble preamble;
    struct ft_error err = FT_ERROR_INIT;
    int fd;

    assert_int_equal(ft_wait_fd(listener, POLLIN, soon(20000)), 0);
    fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    assert_int_equal(ft_link_preamble_read(fd, &preamble, soon(20000), &err), 0);
    assert_int_equal(preamble.kind, expected);
    assert_string_equal(preamble.pair, PAIR_ID);
    return fd;
}

/* links[0] connected, links[1] accepted. */
static void
open_links(struct ft_link *links[2])
{
    struct opening opening = { .key = key_one };
    struct ft_error err = FT_ERROR_INIT;
    pthread_t thread;
    int listener;

    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    opening.port = ft_tcp_port(listener);
    thread = spawn(connect_main, &opening);
    assert_int_equal(ft_link_accept(accept_socket(listener, FT_PREAMBLE_LINK),
                                    PAIR_ID, key_one, soon(20000), &links[1],
                                    &err),
                     0);
    join(thread);
    assert_int_equal(opening.rc, 0);
    links[0] = opening.link;
    close(listener);
}

static void
close_links(struct ft_link *links[2])
{
    ft_link_close(links[0]);
    ft_link_close(links[1]);
}

static void
test_frames_arrive(void **state)
{
    struct ft_link *links[2];
    struct ft_frame frame;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_link_stats stats;
    unsigned char *data = malloc(FT_FRAME_PAYLOAD_MAX);

    (void)state;
    open_links(links);
    fill_random(data, FT_FRAME_PAYLOAD_MAX, 3);
    /* Sizes around those of TLS records, in pieces that do not match them. */
    for (size_t size = 20; size <= FT_FRAME_PAYLOAD_MAX;
         size = size < 16400 && size > 16300 ? size + 1 : size * 5 / 2) {
        struct iovec pieces[3] = { { data, size / 3 },
                                   { data + size / 3, 1 },
                                   { data + size / 3 + 1,
                                     size - size / 3 - 1 } };

        if (size > 2000 && size < 16300)
            size = 16301, pieces[2].iov_len = size - pieces[0].iov_len - 1;
        assert_int_equal(ft_link_send(links[0], FT_FRAME_RAM, 0, size, pieces,
                                      3),
                         0);
        assert_int_equal(ft_link_receive(links[1], soon(20000), &frame, &err),
                         0);
        assert_int_equal(frame.type, FT_FRAME_RAM);
        assert_int_equal(frame.epoch, size);
        assert_int_equal(frame.length, size);
        assert_memory_equal(frame.payload, data, size);
    }
    ft_link_stats(links[0], &stats);
    assert_true(stats.frames_sent > 50);
    ft_link_stats(links[1], &stats);
    assert_true(stats.bytes_received > 16384 * 50);
    free(data);
    close_links(links);
}

static void
test_bad_sends_do_no_harm(void **state)
{
    struct ft_link *links[2];
    struct ft_frame frame;
    struct ft_error err = FT_ERROR_INIT;
    unsigned char *data = calloc(1, FT_FRAME_PAYLOAD_MAX + 1);
    struct iovec big = { data, FT_FRAME_PAYLOAD_MAX + 1 }, small = { data, 3 };

    (void)state;
    open_links(links);
    assert_int_equal(ft_link_send(links[0], FT_FRAME_RAM, 0, 1, &big, 1),
                     -EMSGSIZE);
    assert_int_equal(ft_link_send(links[0], FT_FRAME_EPOCH_END, 0, 1, &small, 1),
                     -EINVAL);
    assert_int_equal(ft_link_send(links[0], FT_FRAME_ACK, 1, 1, NULL, 0),
                     -EINVAL);
    assert_int_equal(ft_link_send(links[0], FT_FRAME_ACK, 0, 9, NULL, 0), 0);
    assert_int_equal(ft_link_receive(links[1], soon(20000), &frame, &err), 0);
    assert_int_equal(frame.type, FT_FRAME_ACK);
    assert_int_equal(frame.epoch, 9);
    assert_int_equal(frame.length, 0);
    free(data);
    close_links(links);
}

static void
test_wrong_key(void **state)
{
    struct opening opening = { .key = key_two };
    struct ft_error err = FT_ERROR_INIT;
    struct ft_link *link = NULL;
    pthread_t thread;
    int listener;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    opening.port = ft_tcp_port(listener);
    thread = spawn(connect_main, &opening);
    assert_int_equal(ft_link_accept(accept_socket(listener, FT_PREAMBLE_LINK),
                                    PAIR_ID, key_one, soon(20000), &link, &err),
                     -EACCES);
    join(thread);
    assert_int_equal(opening.rc, -EACCES);
    assert_null(link);
    close(listener);
}

/* ------------------------------------------------------------- hello --- */

struct greeting {
    struct ft_link *link;
    json_t *extra, *peer;
    struct ft_error err;
    int rc;
};

static void *
hello_main(void *opaque)
{
    struct greeting *greeting = opaque;

    greeting->rc = ft_link_hello(greeting->link, greeting->extra, soon(20000),
                                 &greeting->peer, &greeting->err);
    return NULL;
}

static void
test_hello(void **state)
{
    struct ft_link *links[2];
    struct greeting sides[2] = { 0 };
    pthread_t thread;

    (void)state;
    open_links(links);
    for (int i = 0; i < 2; i++)
        sides[i].link = links[i];
    sides[0].extra = json_pack("{s:s, s:i, s:s}", "role", "primary", "protocol",
                               77, "version", "none");
    thread = spawn(hello_main, &sides[0]);
    hello_main(&sides[1]);
    join(thread);
    assert_int_equal(sides[0].rc, 0);
    assert_int_equal(sides[1].rc, 0);
    assert_string_equal(ft_json_string(sides[1].peer, "role", ""), "primary");
    /* The caller's members do not replace the protocol's. */
    assert_int_equal(ft_json_int(sides[1].peer, "protocol", 0, 99, 0),
                     FT_LINK_PROTOCOL_OLDEST);
    assert_int_equal(ft_json_int(sides[1].peer, "protocol_newest", 0, 99, 0),
                     FT_LINK_PROTOCOL);
    assert_string_equal(ft_json_string(sides[0].peer, "version", ""),
                        PACKAGE_VERSION);
    json_decref(sides[0].extra);
    json_decref(sides[0].peer);
    json_decref(sides[1].peer);
    close_links(links);
}

struct speaker {
    struct greeting greeting;
    struct ft_versions spoken;
};

static void *
speak_main(void *opaque)
{
    struct speaker *speaker = opaque;
    struct greeting *greeting = &speaker->greeting;

    greeting->rc =
        ft_link_hello_as(greeting->link, speaker->spoken, greeting->extra,
                         soon(20000), &greeting->peer, &greeting->err);
    return NULL;
}

/* Engines of two versions meet; spoken 0: they refuse, and say whose move it is. */
static void
engines_meet(struct ft_versions one, struct ft_versions two, int spoken)
{
    struct ft_link *links[2];
    struct speaker sides[2] = { { .spoken = one }, { .spoken = two } };
    pthread_t thread;

    open_links(links);
    for (int i = 0; i < 2; i++) {
        sides[i].greeting.link = links[i];
        sides[i].greeting.extra = json_pack("{s:s}", "host", i ? "h2" : "h1");
    }
    thread = spawn(speak_main, &sides[0]);
    speak_main(&sides[1]);
    join(thread);
    for (int i = 0; i < 2; i++) {
        struct greeting *g = &sides[i].greeting;
        bool older = sides[i].spoken.newest < sides[!i].spoken.oldest;

        assert_int_equal(g->rc, spoken ? 0 : -EPROTO);
        assert_int_equal(ft_link_protocol(links[i]), spoken);
        if (!spoken)
            assert_string_equal(
                g->err.hint,
                older ? "Upgrade the engine of this host: ftadmin host upgrade"
                : i   ? "Upgrade the engine of the other host: ftadmin host "
                        "upgrade h1"
                      : "Upgrade the engine of the other host: ftadmin host "
                        "upgrade h2");
        json_decref(g->extra);
        json_decref(g->peer);
    }
    close_links(links);
}

static void
test_versions_meet(void **state)
{
    struct ft_versions today = { FT_LINK_PROTOCOL_OLDEST, FT_LINK_PROTOCOL };
    struct ft_versions next = { FT_LINK_PROTOCOL, FT_LINK_PROTOCOL + 1 };
    struct ft_versions after = { FT_LINK_PROTOCOL + 1, FT_LINK_PROTOCOL + 2 };

    (void)state;
    engines_meet(today, today, FT_LINK_PROTOCOL);
    engines_meet(today, next, FT_LINK_PROTOCOL);
    engines_meet(next, today, FT_LINK_PROTOCOL);
    engines_meet(next, after, FT_LINK_PROTOCOL + 1);
    engines_meet(today, after, 0);
    engines_meet(after, today, 0);
}

/* What hello says when the peer's first frame is this. */
static void
hello_meets(enum ft_frame_type type, const char *json, int expected,
            const char *word)
{
    struct iovec payload = { (void *)json, strlen(json) };
    struct greeting side = { 0 };
    struct ft_link *links[2];

    open_links(links);
    side.link = links[1];
    assert_int_equal(ft_link_send(links[0], type, 0, 0, &payload, 1), 0);
    hello_main(&side);
    assert_int_equal(side.rc, expected);
    if (!strstr(side.err.text, word))
        fail_msg("\"%s\" does not say %s", side.err.text, word);
    close_links(links);
}

static void
test_bad_hello(void **state)
{
    (void)state;
    hello_meets(FT_FRAME_HELLO, "{\"protocol\":1,\"version\":\"9.9\"}", -EPROTO,
                "protocol 1 (ftengine 9.9), this host 2 to 5");
    hello_meets(FT_FRAME_HELLO,
                "{\"protocol\":6,\"protocol_newest\":7,\"version\":\"9\"}",
                -EPROTO, "protocol 6 to 7 (ftengine 9), this host 2 to 5");
    hello_meets(FT_FRAME_HELLO, "{\"version\":\"0\"}", -EPROTO, "protocol none");
    hello_meets(FT_FRAME_HELLO, "[1,2]", -EPROTO, "JSON");
    hello_meets(FT_FRAME_HELLO, "{{", -EPROTO, "JSON");
    hello_meets(FT_FRAME_SETUP, "{}", -EPROTO, "setup");
    hello_meets(FT_FRAME_ERROR, "{\"code\":13,\"text\":\"go away\"}", -EACCES,
                "go away");
}

static void
test_silent_peer(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_link *links[2], *link;
    struct ft_frame frame;
    int fds[2];
    json_t *peer;

    (void)state;
    open_links(links);
    assert_int_equal(ft_link_receive(links[0], soon(50), &frame, &err), -EAGAIN);
    assert_int_equal(ft_link_hello(links[0], NULL, soon(50), &peer, &err),
                     -ETIMEDOUT);
    assert_int_equal(ft_link_error(links[0], &err), 0);
    close_links(links);
    /* One that never begins the handshake. */
    tcp_pair(fds);
    assert_int_equal(ft_link_accept(fds[1], PAIR_ID, key_one, soon(50), &link,
                                    &err),
                     -ETIMEDOUT);
    close(fds[0]);
}

/* ---------------------------------------------------------- preamble --- */

static void
test_preamble(void **state)
{
    static const unsigned char unknown[] = { 0, FT_PREAMBLE_SINK + 1, 255 };
    struct ft_preamble preamble = { FT_PREAMBLE_LINK, PAIR_ID }, back;
    unsigned char bytes[FT_PREAMBLE_SIZE];
    struct ft_error err = FT_ERROR_INIT;

    (void)state;
    ft_preamble_encode(&preamble, bytes);
    for (int kind = FT_PREAMBLE_LINK; kind <= FT_PREAMBLE_SINK; kind++) {
        bytes[8] = (unsigned char)kind;
        assert_int_equal(ft_preamble_decode(bytes, &back, &err), 0);
        assert_int_equal(back.kind, kind);
    }
    for (size_t i = 0; i < sizeof(unknown); i++) {
        bytes[8] = unknown[i];
        assert_int_equal(ft_preamble_decode(bytes, &back, &err), -EPROTO);
    }
    ft_preamble_encode(&preamble, bytes);
    assert_memory_equal(bytes, "FTLINK1\n\x01\0\0", 11);
    assert_memory_equal(bytes + 28, PAIR_ID, 36);
    assert_int_equal(ft_preamble_decode(bytes, &back, &err), 0);
    assert_string_equal(back.pair, PAIR_ID);
    for (unsigned at = 0; at < FT_PREAMBLE_SIZE; at++) {
        ft_preamble_encode(&preamble, bytes);
        bytes[at] = 0xff;
        assert_int_equal(ft_preamble_decode(bytes, &back, &err), -EPROTO);
    }
}

/* Cut short at every byte: by an end, and by silence. */
static void
test_preamble_truncated(void **state)
{
    struct ft_preamble preamble = { FT_PREAMBLE_PING, PAIR_ID }, back;
    unsigned char bytes[FT_PREAMBLE_SIZE];
    struct ft_error err = FT_ERROR_INIT;
    int fds[2];

    (void)state;
    ft_preamble_encode(&preamble, bytes);
    for (size_t size = 0; size < sizeof(bytes); size++) {
        local_pair(fds);
        assert_int_equal(write(fds[0], bytes, size), size);
        assert_int_equal(ft_link_preamble_read(fds[1], &back, soon(1), &err),
                         -ETIMEDOUT);
        close(fds[0]);
        assert_int_equal(ft_link_preamble_read(fds[1], &back, soon(20000), &err),
                         -EPIPE);
        close(fds[1]);
    }
}

struct pinging {
    uint16_t port;
    struct ft_link_pong pong;
    int rc;
    struct ft_error err;
};

static void *
ping_main(void *opaque)
{
    static const char *const here[] = { "127.0.0.1" };
    struct pinging *pinging = opaque;

    pinging->rc = ft_link_ping(here, 1, pinging->port, PAIR_ID, soon(20000),
                               &pinging->pong, &pinging->err);
    return NULL;
}

static void
test_ping(void **state)
{
    static const struct ft_link_pong pongs[] = {
        { 0, "" },
        { 1, "" }, /* an older engine's */
        { 0, "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e81" },
        { 1, "00000000-0000-4000-8000-00000000000f" },
    };
    struct pinging pinging = { .rc = -1 };
    struct ft_error err = FT_ERROR_INIT;
    int listener, fd;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    pinging.port = ft_tcp_port(listener);
    for (size_t i = 0; i < FT_ARRAY_SIZE(pongs); i++) {
        pthread_t thread = spawn(ping_main, &pinging);

        fd = accept_socket(listener, FT_PREAMBLE_PING);
        assert_int_equal(ft_link_ping_answer(fd, &pongs[i]), 0);
        close(fd);
        join(thread);
        assert_int_equal(pinging.rc, 0);
        assert_int_equal(pinging.pong.worker_runs, pongs[i].worker_runs);
        assert_string_equal(pinging.pong.boot, pongs[i].boot);
    }
    close(listener);
    ping_main(&pinging);
    assert_int_equal(pinging.rc, -ECONNREFUSED);
}

/* What is no boot id is no answer of ours. */
static void
test_pong_that_is_wrong(void **state)
{
    static const struct ft_link_pong odd = {
        1, "6d2f1c1e-0f4b-4a53-9f0e-3b0d5c6a7e8\n"
    };
    struct pinging pinging = { .rc = -1 };
    struct ft_error err = FT_ERROR_INIT;
    pthread_t thread;
    int listener, fd;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    pinging.port = ft_tcp_port(listener);
    thread = spawn(ping_main, &pinging);
    fd = accept_socket(listener, FT_PREAMBLE_PING);
    assert_int_equal(ft_link_ping_answer(fd, &odd), 0);
    close(fd);
    join(thread);
    assert_int_equal(pinging.rc, -EPROTO);
    close(listener);
}

struct trying {
    uint16_t port;
    int64_t deadline;
    struct ft_link_try found;
    int rc;
};

static void *
try_main(void *opaque)
{
    struct trying *t = opaque;
    struct ft_error err = FT_ERROR_INIT;

    t->rc = ft_link_try("127.0.0.1", t->port, PAIR_ID, t->deadline, &t->found,
                        &err);
    return NULL;
}

/* One address: how the way is, also when nobody answers or one refuses. */
static void
test_try(void **state)
{
    static const struct ft_link_pong quiet = { 0, "" };
    struct trying t = { .deadline = soon(20000) };
    struct ft_error err = FT_ERROR_INIT;
    pthread_t thread;
    int listener, fd;

    (void)state;
    assert_int_equal(ft_tcp_listen(0, &listener, &err), 0);
    t.port = ft_tcp_port(listener);
    thread = spawn(try_main, &t);
    fd = accept_socket(listener, FT_PREAMBLE_PING);
    assert_int_equal(ft_link_ping_answer(fd, &quiet), 0);
    close(fd);
    join(thread);
    assert_int_equal(t.rc, 0);
    assert_string_equal(t.found.local, "127.0.0.1");
    assert_in_range(t.found.trip_ns, 1, 20 * FT_NS_PER_S);
    /* the kernel connects, and nobody is there to answer */
    t.deadline = soon(50);
    try_main(&t);
    assert_int_equal(t.rc, -ETIMEDOUT);
    close(listener);
    t.deadline = soon(20000);
    try_main(&t);
    assert_int_equal(t.rc, -ECONNREFUSED);
    assert_string_equal(t.found.local, "");
}

/* -------------------------------------------------------- bad frames --- */

/*
 * A peer below the frames: TLS with the right key, and raw bytes after it.
 */
struct raw {
    struct ft_tls *tls;
    int fd;
    int rc;
};

static void *
raw_main(void *opaque)
{
    struct raw *raw = opaque;

    raw->rc =
        ft_tls_client(raw->fd, PAIR_ID, key_one, soon(20000), &raw->tls, NULL);
    return NULL;
}

static void
open_raw(struct raw *raw, struct ft_link **link)
{
    struct ft_error err = FT_ERROR_INIT;
    pthread_t thread;
    int fds[2];

    local_pair(fds);
    *raw = (struct raw){ NULL, fds[0], -1 };
    thread = spawn(raw_main, raw);
    assert_int_equal(ft_link_accept(fds[1], PAIR_ID, key_one, soon(20000), link,
                                    &err),
                     0);
    join(thread);
    assert_int_equal(raw->rc, 0);
}

/* Two frames, 48 bytes of EPOCH_END and an ACK, as bytes. */
static size_t
good_bytes(unsigned char *out)
{
    struct ft_frame_header header = { 48, FT_FRAME_EPOCH_END, 0, 0, 5 };

    ft_frame_encode(&header, out);
    memset(out + 32, 0xab, 48);
    header = (struct ft_frame_header){ 0, FT_FRAME_ACK, 0, 1, 5 };
    ft_frame_encode(&header, out + 80);
    return 112;
}

/* Sends bytes and ends; what the link says after the frames that are whole. */
static int
after_bytes(const unsigned char *bytes, size_t size, int orderly,
            unsigned *frames, struct ft_error *err)
{
    struct ft_link *link;
    struct ft_frame frame;
    struct raw raw;
    int rc, again;

    open_raw(&raw, &link);
    if (size)
        assert_int_equal(ft_tls_send(raw.tls, bytes, size, soon(20000)), 0);
    if (!orderly)
        ft_tls_shutdown(raw.tls);
    ft_tls_close(raw.tls);
    *frames = 0;
    while (!(rc = ft_link_receive(link, soon(20000), &frame, err)))
        ++*frames;
    /* The link stays ended, with the same words. */
    again = ft_link_receive(link, soon(20000), &frame, NULL);
    assert_int_equal(again, rc);
    assert_int_equal(ft_link_send(link, FT_FRAME_ACK, 0, 0, NULL, 0), rc);
    ft_link_close(link);
    return rc;
}

static void
test_truncated_at_every_byte(void **state)
{
    unsigned char bytes[128];
    size_t whole = good_bytes(bytes);
    struct ft_error err = FT_ERROR_INIT;
    unsigned frames;

    (void)state;
    for (size_t size = 0; size <= whole; size++) {
        assert_int_equal(after_bytes(bytes, size, size & 1, &frames, &err),
                         -EPIPE);
        assert_int_equal(frames, size < 80 ? 0 : size < 112 ? 1 : 2);
    }
}

static void
test_flipped_bits(void **state)
{
    unsigned char bytes[128];
    struct ft_error err = FT_ERROR_INIT;
    unsigned frames;
    size_t whole;

    (void)state;
    /* The second frame's header: magic to sequence. */
    for (unsigned bit = 0; bit < 8 * 24; bit++) {
        whole = good_bytes(bytes);
        bytes[80 + bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (bit / 8 == 8) /* another type may be as short: test-frame */
            continue;
        /* an ACK has up to 8 bytes, which do not come */
        assert_int_equal(after_bytes(bytes, whole, 1, &frames, &err),
                         bit >= 32 && bit < 36 ? -EPIPE : -EPROTO);
        assert_int_equal(frames, 1);
        assert_string_not_equal(err.text, "");
    }
}

static void
test_out_of_order(void **state)
{
    unsigned char bytes[128], swapped[128];
    struct ft_error err = FT_ERROR_INIT;
    unsigned frames;

    (void)state;
    good_bytes(bytes);
    memcpy(swapped, bytes + 80, 32);
    memcpy(swapped + 32, bytes, 80);
    assert_int_equal(after_bytes(swapped, 112, 1, &frames, &err), -EPROTO);
    assert_int_equal(frames, 0);
    assert_non_null(strstr(err.text, "sequence 1 where 0"));
    /* The same frame twice. */
    memcpy(swapped, bytes, 80);
    memcpy(swapped + 80, bytes, 32);
    assert_int_equal(after_bytes(swapped, 112, 1, &frames, &err), -EPROTO);
    assert_int_equal(frames, 1);
    /* Larger than any frame. */
    good_bytes(bytes);
    ft_put_le32(bytes + 4, 0x7fffffff);
    assert_int_equal(after_bytes(bytes, 112, 1, &frames, &err), -EPROTO);
    assert_non_null(strstr(err.text, "length"));
}

static void
test_noise_inside_tls(void **state)
{
    unsigned char noise[4096];
    struct ft_error err = FT_ERROR_INIT;
    unsigned frames;

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        fill_random(noise, sizeof(noise), seed);
        assert_int_equal(after_bytes(noise, sizeof(noise), 1, &frames, &err),
                         -EPROTO);
        assert_int_equal(frames, 0);
    }
}

/* ------------------------------------------------------ both at once --- */

#define LOAD_FRAMES 300
#define SENDERS 3

struct load {
    struct ft_link *link, *other;
    unsigned char *data;
    uint64_t seen[SENDERS];
    unsigned id;
    unsigned count;
    int rc;
};

/* Every sender's frames carry its number and a count, in the epoch. */
static void *
load_out(void *opaque)
{
    struct load *load = opaque;

    for (uint64_t i = 0; !load->rc && i < LOAD_FRAMES; i++) {
        size_t size = 20 + i * 7919 % 300000;
        struct iovec payload = { load->data, size };

        load->rc = ft_link_send(load->link, FT_FRAME_RAM, 0, i << 8 | load->id,
                                &payload, 1);
    }
    return NULL;
}

static void *
load_in(void *opaque)
{
    struct load *load = opaque;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_frame frame;

    while (!load->rc && load->count < SENDERS * LOAD_FRAMES) {
        load->rc = ft_link_receive(load->link, soon(60000), &frame, &err);
        if (load->rc)
            break;
        load->count++;
        if (frame.epoch >> 8 != load->seen[frame.epoch & 0xff]++ ||
            frame.length != 20 + (frame.epoch >> 8) * 7919 % 300000 ||
            memcmp(frame.payload, load->data, frame.length))
            load->rc = -EBADMSG;
    }
    /* heartbeats are answered by who receives: until both have had an answer */
    for (int i = 0; i < 100 && !load->rc &&
                    (ft_link_round_trip(load->link) <= 0 ||
                     ft_link_round_trip(load->other) <= 0);
         i++)
        ft_link_receive(load->link, soon(100), &frame, NULL);
    return NULL;
}

static void
test_both_ways_at_once(void **state)
{
    unsigned char *data = malloc(1 << 20);
    struct load out[2][SENDERS], in[2];
    pthread_t senders[2][SENDERS], receivers[2];
    struct ft_link *links[2];
    struct ft_link_stats stats;
    int64_t start, took;

    (void)state;
    fill_random(data, 1 << 20, 11);
    open_links(links);
    start = ft_clock_ns();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ft_link_start_heartbeat(links[i], FT_NS_PER_MS), 0);
        in[i] =
            (struct load){ .link = links[i], .other = links[!i], .data = data };
        receivers[i] = spawn(load_in, &in[i]);
        for (unsigned s = 0; s < SENDERS; s++) {
            out[i][s] = (struct load){ .link = links[i], .data = data, .id = s };
            senders[i][s] = spawn(load_out, &out[i][s]);
        }
    }
    for (int i = 0; i < 2; i++) {
        for (int s = 0; s < SENDERS; s++) {
            join(senders[i][s]);
            assert_int_equal(out[i][s].rc, 0);
        }
        join(receivers[i]);
        assert_int_equal(in[i].rc, 0);
        assert_int_equal(in[i].count, SENDERS * LOAD_FRAMES);
    }
    took = ft_clock_ns() - start;
    ft_link_stats(links[0], &stats);
    print_message("  both ways at once: %.0f MB/s each, %.0f ms blocked\n",
                  (double)stats.bytes_sent * 1e3 / (double)took,
                  (double)stats.send_blocked_ns / 1e6);
    assert_true(ft_link_round_trip(links[0]) > 0);
    free(data);
    close_links(links);
}

/* --------------------------------------------------------- liveness --- */

/* Receives until an event is seen: frames other than heartbeats fail. */
static void *
pump(void *opaque)
{
    struct load *load = opaque;
    struct ft_frame frame;

    load->rc = ft_link_receive(load->link, FT_NO_DEADLINE, &frame, NULL);
    return NULL;
}

static void
wait_true(int (*condition)(struct ft_link *, int64_t), struct ft_link *link,
          int64_t argument)
{
    int64_t deadline = soon(20000);

    while (!condition(link, argument)) {
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(FT_NS_PER_MS);
    }
}

static int
has_round_trip(struct ft_link *link, int64_t unused)
{
    (void)unused;
    return ft_link_round_trip(link) > 0;
}

static int
heard_after(struct ft_link *link, int64_t time)
{
    return ft_link_last_heard(link) > time;
}

static int
silent_for(struct ft_link *link, int64_t ns)
{
    return ft_clock_ns() - ft_link_last_heard(link) > ns;
}

static void
test_heartbeats(void **state)
{
    struct ft_link *links[2];
    struct load loads[2];
    pthread_t pumps[2];

    (void)state;
    open_links(links);
    for (int i = 0; i < 2; i++) {
        loads[i] = (struct load){ .link = links[i] };
        pumps[i] = spawn(pump, &loads[i]);
        assert_int_equal(ft_link_start_heartbeat(links[i], 5 * FT_NS_PER_MS), 0);
        assert_int_equal(ft_link_start_heartbeat(links[i], 5), -EINVAL);
    }
    for (int i = 0; i < 2; i++) {
        wait_true(has_round_trip, links[i], 0);
        assert_true(ft_link_round_trip(links[i]) < 5 * FT_NS_PER_S);
        wait_true(heard_after, links[i], ft_clock_ns());
    }
    ft_link_shutdown(links[0]);
    join(pumps[0]);
    join(pumps[1]);
    assert_int_equal(loads[0].rc, -ESHUTDOWN);
    assert_int_equal(loads[1].rc, -EPIPE);
    assert_int_equal(ft_link_error(links[0], NULL), -ESHUTDOWN);
    close_links(links);
}

/*
 * A peer that is stopped is silent. One whose bytes wait unread here is not:
 * then it is us who are slow.
 */
static void
test_last_heard(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_link *links[2];
    struct ft_frame frame;

    (void)state;
    open_links(links);
    wait_true(silent_for, links[0], 60 * FT_NS_PER_MS);
    assert_int_equal(ft_link_send(links[1], FT_FRAME_ACK, 0, 1, NULL, 0), 0);
    wait_true(heard_after, links[0], ft_clock_ns());
    assert_int_equal(ft_link_receive(links[0], soon(20000), &frame, &err), 0);
    wait_true(silent_for, links[0], 60 * FT_NS_PER_MS);
    close_links(links);
}

/* A sender that is stuck because the peer does not read is woken. */
static void *
send_until_error(void *opaque)
{
    struct load *load = opaque;
    static unsigned char data[1 << 20];
    struct iovec payload = { data, sizeof(data) };

    do
        load->rc = ft_link_send(load->link, FT_FRAME_RAM, 0, 1, &payload, 1);
    while (!load->rc);
    return NULL;
}

static int
is_blocked(struct ft_link *link, int64_t unused)
{
    struct ft_link_stats before, after;

    (void)unused;
    ft_link_stats(link, &before);
    ft_clock_sleep(30 * FT_NS_PER_MS);
    ft_link_stats(link, &after);
    return before.bytes_sent && before.bytes_sent == after.bytes_sent;
}

static int
is_quiet_for(struct ft_link *link, int64_t ns)
{
    return ft_link_is_quiet(link, ns);
}

/*
 * A peer that sends nothing any more is found though bytes wait unread; one that
 * cannot, for there is no room for more, is not taken for that.
 */
static void
test_quiet(void **state)
{
    struct ft_link *links[2];
    struct load load;
    pthread_t thread;

    (void)state;
    open_links(links);
    assert_int_equal(ft_link_send(links[1], FT_FRAME_ACK, 0, 1, NULL, 0), 0);
    assert_false(ft_link_is_quiet(links[0], 60 * FT_NS_PER_S));
    wait_true(is_quiet_for, links[0], 60 * FT_NS_PER_MS);
    assert_false(silent_for(links[0], 60 * FT_NS_PER_MS));
    load = (struct load){ .link = links[1] };
    thread = spawn(send_until_error, &load);
    wait_true(is_blocked, links[1], 0);
    ft_clock_sleep(20 * FT_NS_PER_MS);
    assert_false(ft_link_is_quiet(links[0], FT_NS_PER_MS));
    ft_link_shutdown(links[1]);
    join(thread);
    close_links(links);
    /* one that has closed its end is quiet at once, with all that waits */
    open_links(links);
    assert_int_equal(ft_link_send(links[1], FT_FRAME_ACK, 0, 1, NULL, 0), 0);
    ft_link_close(links[1]);
    wait_true(is_quiet_for, links[0], 3600 * FT_NS_PER_S);
    assert_false(silent_for(links[0], 60 * FT_NS_PER_MS));
    ft_link_close(links[0]);
}

static void
test_shutdown_wakes_senders(void **state)
{
    struct ft_link *links[2];
    struct load loads[3];
    pthread_t threads[3];

    (void)state;
    open_links(links);
    assert_int_equal(ft_link_start_heartbeat(links[0], FT_NS_PER_MS), 0);
    for (int i = 0; i < 3; i++) {
        loads[i] = (struct load){ .link = links[0] };
        threads[i] = spawn(send_until_error, &loads[i]);
    }
    wait_true(is_blocked, links[0], 0);
    ft_link_shutdown(links[0]);
    for (int i = 0; i < 3; i++) {
        join(threads[i]);
        assert_int_equal(loads[i].rc, -ESHUTDOWN);
    }
    close_links(links);
}

/* Closing with everything stuck does not hang either. */
static void
test_close_while_stuck(void **state)
{
    struct ft_link *links[2];
    struct load load;
    pthread_t thread;

    (void)state;
    open_links(links);
    load = (struct load){ .link = links[0] };
    thread = spawn(send_until_error, &load);
    wait_true(is_blocked, links[0], 0);
    ft_link_close(links[1]);
    join(thread);
    assert_true(load.rc == -EPIPE || load.rc == -ECONNRESET);
    ft_link_close(links[0]);
}

/* What was sent before a close still arrives. */
static void
test_last_frame_arrives(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_link *links[2];
    struct ft_frame frame;

    (void)state;
    open_links(links);
    assert_int_equal(ft_link_send(links[0], FT_FRAME_ACK, 0, 0, NULL, 0), 0);
    ft_link_close(links[0]);
    assert_int_equal(ft_link_receive(links[1], soon(20000), &frame, &err), 0);
    assert_int_equal(frame.type, FT_FRAME_ACK);
    assert_int_equal(ft_link_receive(links[1], soon(20000), &frame, &err),
                     -EPIPE);
    assert_non_null(strstr(err.text, "127.0.0.1"));
    ft_link_close(links[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_arrive),
        cmocka_unit_test(test_bad_sends_do_no_harm),
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_hello),
        cmocka_unit_test(test_versions_meet),
        cmocka_unit_test(test_bad_hello),
        cmocka_unit_test(test_silent_peer),
        cmocka_unit_test(test_preamble),
        cmocka_unit_test(test_preamble_truncated),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_pong_that_is_wrong),
        cmocka_unit_test(test_try),
        cmocka_unit_test(test_truncated_at_every_byte),
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_noise_inside_tls),
        cmocka_unit_test(test_both_ways_at_once),
        cmocka_unit_test(test_heartbeats),
        cmocka_unit_test(test_last_heard),
        cmocka_unit_test(test_quiet),
        cmocka_unit_test(test_shutdown_wakes_senders),
        cmocka_unit_test(test_close_while_stuck),
        cmocka_unit_test(test_last_frame_arrives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
