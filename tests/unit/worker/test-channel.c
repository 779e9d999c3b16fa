/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Daemon and worker: messages over a socket pair, also wrong ones, and no
 * descriptor lost on the way.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "worker/channel.h"

static int fds[2];

static int
open_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds);
}

static int
close_pair(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return 0;
}

/* Open descriptors of this process. */
static unsigned
count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned n = 0;

    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

static void
test_messages_keep_their_bounds(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(ft_channel_send(fds[0], json_pack("{s:i}", "n", i), -1),
                         0);
    for (int i = 0; i < 3; i++) {
        FT_AUTOJSON json_t *message = NULL;
        int passed = 99;

        assert_int_equal(ft_channel_receive(fds[1], &message, &passed), 0);
        assert_int_equal(ft_json_int(message, "n", 0, 9, -1), i);
        assert_int_equal(passed, -1);
    }
}

/* Who ends has said why, though more was said to it that it did not hear. */
static void
test_last_words_of_one_that_did_not_read(void **state)
{
    FT_AUTOJSON json_t *bye = NULL;
    json_t *message = NULL;
    int passed = 99;

    (void)state;
    assert_int_equal(ft_channel_send(fds[1], json_object(), -1), 0);
    assert_int_equal(ft_channel_send(fds[0], json_pack("{s:b}", "bye", 1), -1),
                     0);
    close(ft_fd_steal(&fds[0]));
    assert_int_equal(ft_channel_receive(fds[1], &bye, &passed), 0);
    assert_true(ft_json_bool(bye, "bye", 0));
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), -EPIPE);
}

static void
test_nothing_there_and_closed(void **state)
{
    json_t *message = NULL;
    int passed = 99;

    (void)state;
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), -EAGAIN);
    assert_int_equal(ft_channel_send(fds[0], json_object(), -1), 0);
    close(ft_fd_steal(&fds[0]));
    /* what was said before still counts */
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), 0);
    json_decref(message);
    message = NULL;
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), -EPIPE);
    assert_int_equal(ft_channel_send(fds[1], json_object(), -1), -EPIPE);
    assert_null(message);
}

static void
test_descriptor(void **state)
{
    FT_AUTOJSON json_t *message = NULL;
    int ends[2], passed = -1;
    unsigned before;
    char c = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    before = count_descriptors();
    assert_int_equal(ft_channel_send(fds[0], json_pack("{s:b}", "link", 1),
                                     ends[1]),
                     0);
    assert_int_equal(count_descriptors(), before); /* still the caller's */
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), 0);
    assert_true(passed >= 0 && passed != ends[1]);
    assert_true(fcntl(passed, F_GETFD) & FD_CLOEXEC);
    close(ends[1]);
    assert_int_equal(write(passed, "x", 1), 1);
    assert_int_equal(read(ends[0], &c, 1), 1);
    assert_int_equal(c, 'x');
    close(passed);
    close(ends[0]);
}

/* Sends raw bytes with n descriptors. */
static void
send_raw(const void *data, size_t size, const int *passed, unsigned n)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(8 * sizeof(int))];
    } control = { 0 };
    struct iovec iov = { (void *)(uintptr_t)data, size };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (n) {
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(n * sizeof(int));
        memcpy(CMSG_DATA(&control.header), passed, n * sizeof(int));
    }
    assert_int_equal(sendmsg(fds[0], &msg, 0), (ssize_t)size);
}

static void
test_garbage(void **state)
{
    static const char *const odd[] = {
        "hello", "{\"a\":1", "[1]", "{}{}", "{\"a\":1}\n{\"b\":2}", "\xff"
    };
    unsigned before = count_descriptors();
    FT_AUTOJSON json_t *message = NULL;
    int passed = 99;

    (void)state;
    for (size_t i = 0; i < FT_ARRAY_SIZE(odd); i++) {
        send_raw(odd[i], strlen(odd[i]), NULL, 0);
        assert_int_equal(ft_channel_receive(fds[1], &message, &passed),
                         -EBADMSG);
        /* with a descriptor, which must not be kept */
        send_raw(odd[i], strlen(odd[i]), fds, 1);
        assert_int_equal(ft_channel_receive(fds[1], &message, &passed),
                         -EBADMSG);
    }
    assert_null(message);
    assert_int_equal(count_descriptors(), before);
    /* the next message is as good as ever */
    send_raw("{}", 2, NULL, 0);
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), 0);
}

/* At most one descriptor: more are no message, and all of them are closed. */
static void
test_too_many_descriptors(void **state)
{
    unsigned before = count_descriptors();
    json_t *message = NULL;
    int passed = 99;

    (void)state;
    for (unsigned n = 2; n <= 8; n++) {
        int many[8] = { fds[0], fds[0], fds[0], fds[0],
                        fds[0], fds[0], fds[0], fds[0] };

        send_raw("{}", 2, many, n);
        assert_int_equal(ft_channel_receive(fds[1], &message, &passed),
                         -EBADMSG);
        assert_int_equal(count_descriptors(), before);
    }
    assert_null(message);
}

/* {"a":"xxx"} of this many bytes. */
static json_t *
message_of(size_t size)
{
    char *text = malloc(size);
    json_t *message;

    memset(text, 'x', size);
    message = json_pack("{s:s#}", "a", text, size - 8);
    free(text);
    return message;
}

static void
test_size(void **state)
{
    unsigned before = count_descriptors();
    char *large = malloc(FT_CHANNEL_MESSAGE_MAX + 1);
    FT_AUTOJSON json_t *message = NULL;
    json_t *none = NULL;
    int passed;

    (void)state;
    assert_int_equal(ft_channel_send(fds[0],
                                     message_of(FT_CHANNEL_MESSAGE_MAX + 1), -1),
                     -EMSGSIZE);
    assert_int_equal(ft_channel_send(fds[0], message_of(FT_CHANNEL_MESSAGE_MAX),
                                     -1),
                     0);
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), 0);
    assert_int_equal(json_string_length(json_object_get(message, "a")),
                     FT_CHANNEL_MESSAGE_MAX - 8);
    /* one that is cut is no message, also when what is left looks like one */
    memset(large, ' ', FT_CHANNEL_MESSAGE_MAX + 1);
    memcpy(large, "{}", 2);
    send_raw(large, FT_CHANNEL_MESSAGE_MAX + 1, fds, 1);
    assert_int_equal(ft_channel_receive(fds[1], &none, &passed), -EBADMSG);
    assert_null(none);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(ft_channel_send(fds[0], NULL, -1), -ENOMEM);
    free(large);
}

/* One that does not read never stops the other. */
static void
test_full(void **state)
{
    FT_AUTOJSON json_t *message = NULL;
    int rc, passed, n = 0;

    (void)state;
    while (!(rc = ft_channel_send(fds[0], message_of(60000), -1)))
        assert_true(++n < 1000);
    assert_int_equal(rc, -EAGAIN);
    assert_int_equal(ft_channel_receive(fds[1], &message, &passed), 0);
}

static void
test_listen_and_connect(void **state)
{
    FT_AUTOJSON json_t *message = NULL;
    int listener, old, client, server, passed;

    (void)state;
    umask(0);
    assert_int_equal(ft_channel_connect("worker.sock"), -ENOENT);
    old = ft_channel_listen("worker.sock");
    assert_true(old >= 0);
    close(old); /* a daemon that died leaves its socket */
    assert_int_equal(ft_channel_connect("worker.sock"), -ECONNREFUSED);
    listener = ft_channel_listen("worker.sock");
    assert_true(listener >= 0);
    assert_int_equal(mode_of("worker.sock"), 0600);
    client = ft_channel_connect("worker.sock");
    assert_true(client >= 0);
    server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    assert_int_equal(ft_channel_send(client, json_pack("{s:i}", "pid", 7), -1),
                     0);
    assert_int_equal(ft_channel_receive(server, &message, &passed), 0);
    assert_int_equal(ft_json_int(message, "pid", 0, 9, -1), 7);
    close(client);
    close(server);
    close(listener);
    assert_int_equal(ft_channel_listen("no/such/folder/x"), -ENOENT);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, open_pair, close_pair)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_messages_keep_their_bounds),
        TEST(test_nothing_there_and_closed),
        TEST(test_last_words_of_one_that_did_not_read),
        TEST(test_descriptor),
        TEST(test_garbage),
        TEST(test_too_many_descriptors),
        TEST(test_size),
        TEST(test_full),
        cmocka_unit_test(test_listen_and_connect),
    };

    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
