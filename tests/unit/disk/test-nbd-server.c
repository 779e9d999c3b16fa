/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NBD server, met by the clients of other people (qemu-img, qemu-io,
 * libnbd) and by raw bytes.
 */
#include "config.h"

#include "tests/unit/wire.h"

#include <libnbd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "disk/disk-log.h"
#include "disk/nbd-protocol.h"
#include "disk/nbd-server.h"

#define DISK_SIZE (UINT64_C(40) << 20)

/* Two disks in memory, and what was asked of them. */
struct disks {
    pthread_mutex_t lock;
    unsigned char *data[2];
    unsigned reads, writes, zeros, trims, flushes, fuas;
    size_t largest;
    int fail;         /* errno for every request, 0: none */
    uint64_t fail_at; /* only for requests that begin here or later */
};

static char folder[] = "/tmp/test-nbd-XXXXXX";
static char path[64], uri[128];

static int
failure(const struct disks *disks, uint64_t offset)
{
    return disks->fail && offset >= disks->fail_at ? -disks->fail : 0;
}

static int
on_read(void *opaque, unsigned export, void *data, uint64_t offset,
        size_t length)
{
    struct disks *disks = opaque;

    assert_true(offset + length <= DISK_SIZE && length <= FT_NBD_PIECE_MAX);
    pthread_mutex_lock(&disks->lock);
    disks->reads++;
    memcpy(data, disks->data[export] + offset, length);
    pthread_mutex_unlock(&disks->lock);
    return failure(disks, offset);
}

static int
on_write(void *opaque, unsigned export, const void *data, uint64_t offset,
         size_t length, int fua)
{
    struct disks *disks = opaque;

    assert_true(offset + length <= DISK_SIZE && length <= FT_NBD_PIECE_MAX);
    pthread_mutex_lock(&disks->lock);
    disks->writes++;
    disks->fuas += fua;
    disks->largest = FT_MAX(disks->largest, length);
    if (!failure(disks, offset))
        memcpy(disks->data[export] + offset, data, length);
    pthread_mutex_unlock(&disks->lock);
    return failure(disks, offset);
}

static int
on_zero(void *opaque, unsigned export, uint64_t offset, uint64_t length,
        int trim, int fua)
{
    struct disks *disks = opaque;

    assert_true(offset + length <= DISK_SIZE);
    pthread_mutex_lock(&disks->lock);
    disks->zeros++;
    disks->trims += trim;
    disks->fuas += fua;
    memset(disks->data[export] + offset, 0, length);
    pthread_mutex_unlock(&disks->lock);
    return failure(disks, offset);
}

static int
on_flush(void *opaque, unsigned export)
{
    struct disks *disks = opaque;

    (void)export;
    disks->flushes++;
    return failure(disks, 0);
}

static const struct ft_nbd_handlers handlers = {
    on_read, on_write, on_zero, on_flush, NULL, /* as QEMU's mirror meets it */
};
static const struct ft_nbd_export exports[] = {
    { "vda", DISK_SIZE },
    { "vdb", 12345 },
};

struct fixture {
    struct disks disks;
    struct ft_nbd *server;
};

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct ft_error err = FT_ERROR_INIT;

    pthread_mutex_init(&fixture->disks.lock, NULL);
    for (int i = 0; i < 2; i++)
        fixture->disks.data[i] = calloc(1, DISK_SIZE);
    assert_int_equal(ft_nbd_start(path, (uid_t)-1, (gid_t)-1, exports, 2,
                                  &handlers, &fixture->disks, &fixture->server,
                                  &err),
                     0);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;

    ft_nbd_stop(fixture->server);
    for (int i = 0; i < 2; i++)
        free(fixture->disks.data[i]);
    free(fixture);
    assert_int_equal(access(path, F_OK), -1);
    return 0;
}

/* Runs a command, whose %s become folder and uri; its exit code. */
static int __attribute__((format(printf, 1, 2))) run(const char *format, ...)
{
    char command[1024];
    va_list list;
    int status;

    va_start(list, format);
    vsnprintf(command, sizeof(command), format, list);
    va_end(list);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static struct nbd_handle *
nbd_client(const char *export)
{
    struct nbd_handle *nbd = nbd_create();

    assert_int_equal(nbd_set_export_name(nbd, export), 0);
    if (nbd_connect_unix(nbd, path) < 0)
        fail_msg("libnbd: %s", nbd_get_error());
    return nbd;
}

static void
test_libnbd(void **state)
{
    struct fixture *fixture = *state;
    struct disks *disks = &fixture->disks;
    struct nbd_handle *nbd = nbd_client("vda");
    unsigned char *data = malloc(8 << 20), *back = malloc(8 << 20);

    fill_random(data, 8 << 20, 1);
    assert_string_equal(nbd_get_protocol(nbd), "newstyle-fixed");
    assert_int_equal(nbd_get_structured_replies_negotiated(nbd), 0);
    assert_int_equal(nbd_get_size(nbd), DISK_SIZE);
    assert_int_equal(nbd_get_block_size(nbd, LIBNBD_SIZE_MINIMUM), 1);
    assert_int_equal(nbd_get_block_size(nbd, LIBNBD_SIZE_PREFERRED), 4096);
    assert_int_equal(nbd_get_block_size(nbd, LIBNBD_SIZE_MAXIMUM), 32 << 20);
    assert_int_equal(nbd_can_flush(nbd), 1);
    assert_int_equal(nbd_can_fua(nbd), 1);
    assert_int_equal(nbd_can_trim(nbd), 1);
    assert_int_equal(nbd_can_zero(nbd), 1);
    assert_int_equal(nbd_can_multi_conn(nbd), 0);
    assert_int_equal(nbd_is_read_only(nbd), 0);
    /* Odd places, and one request of many pieces. */
    assert_int_equal(nbd_pwrite(nbd, data, 8 << 20, 77, LIBNBD_CMD_FLAG_FUA), 0);
    assert_int_equal(disks->writes, 8);
    assert_int_equal(disks->fuas, 1);
    assert_int_equal(disks->largest, FT_NBD_PIECE_MAX);
    assert_memory_equal(disks->data[0] + 77, data, 8 << 20);
    assert_int_equal(nbd_pread(nbd, back, 8 << 20, 77, 0), 0);
    assert_memory_equal(back, data, 8 << 20);
    assert_int_equal(nbd_zero(nbd, 5000, 100, LIBNBD_CMD_FLAG_NO_HOLE), 0);
    assert_int_equal(disks->trims, 0);
    assert_int_equal(nbd_zero(nbd, 1 << 20, 4096, 0), 0);
    assert_int_equal(nbd_trim(nbd, 1 << 20, 4 << 20, LIBNBD_CMD_FLAG_FUA), 0);
    assert_int_equal(disks->zeros, 3);
    assert_int_equal(disks->trims, 2);
    assert_int_equal(disks->fuas, 2);
    assert_int_equal(nbd_flush(nbd, 0), 0);
    assert_int_equal(disks->flushes, 1);
    nbd_shutdown(nbd, 0);
    nbd_close(nbd);
    free(data);
    free(back);
}

/* The client's own checks off, so that the server's are met. */
static void
test_bad_requests(void **state)
{
    struct fixture *fixture = *state;
    struct nbd_handle *nbd = nbd_create();
    char data[1024];

    (void)fixture;
    nbd_set_strict_mode(nbd, 0);
    nbd_set_export_name(nbd, "vdb");
    assert_int_equal(nbd_connect_unix(nbd, path), 0);
    memset(data, 'x', sizeof(data));
    assert_int_equal(nbd_pwrite(nbd, data, 1024, 12000, 0), -1);
    assert_int_equal(nbd_get_errno(), ENOSPC);
    assert_int_equal(nbd_pread(nbd, data, 1024, 12000, 0), -1);
    assert_int_equal(nbd_get_errno(), EINVAL);
    assert_int_equal(nbd_zero(nbd, 1024, UINT64_C(1) << 63, 0), -1);
    assert_int_equal(nbd_get_errno(), ENOSPC);
    assert_int_equal(nbd_trim(nbd, 12345, 1, 0), -1);
    assert_int_equal(nbd_get_errno(), EINVAL);
    assert_int_equal(nbd_cache(nbd, 10, 1, 0), -1);
    assert_int_equal(nbd_get_errno(), EINVAL);
    assert_int_equal(nbd_pwrite(nbd, data, 10, 0, LIBNBD_CMD_FLAG_DF), -1);
    assert_int_equal(nbd_get_errno(), EINVAL);
    /* And it goes on. */
    assert_int_equal(nbd_pwrite(nbd, data, 345, 12000, 0), 0);
    assert_int_equal(fixture->disks.writes, 1);
    nbd_close(nbd);
}

static void
test_errors_reach_the_client(void **state)
{
    static const int codes[][2] = {
        { EPERM, EPERM },    { EIO, EIO },       { ENOMEM, ENOMEM },
        { EINVAL, EINVAL },  { ENOSPC, ENOSPC }, { ESHUTDOWN, ESHUTDOWN },
        { ECONNRESET, EIO }, { EROFS, EPERM },   { EBADMSG, EIO },
    };
    struct fixture *fixture = *state;
    struct nbd_handle *nbd = nbd_client("vda");
    unsigned char *data = calloc(1, 4 << 20);

    for (size_t i = 0; i < FT_ARRAY_SIZE(codes); i++) {
        fixture->disks.fail = codes[i][0];
        assert_int_equal(nbd_pwrite(nbd, data, 512, 0, 0), -1);
        assert_int_equal(nbd_get_errno(), codes[i][1]);
        assert_int_equal(nbd_pread(nbd, data, 512, 0, 0), -1);
        assert_int_equal(nbd_zero(nbd, 512, 0, 0), -1);
        assert_int_equal(nbd_flush(nbd, 0), -1);
        assert_int_equal(nbd_get_errno(), codes[i][1]);
    }
    /* The third of four pieces fails: the fourth is drained, not done. */
    fixture->disks.fail = ENOSPC;
    fixture->disks.fail_at = 2 << 20;
    fixture->disks.writes = 0;
    assert_int_equal(nbd_pwrite(nbd, data, 4 << 20, 0, 0), -1);
    assert_int_equal(nbd_get_errno(), ENOSPC);
    assert_int_equal(fixture->disks.writes, 3);
    fixture->disks.fail = 0;
    assert_int_equal(nbd_pwrite(nbd, data, 512, 0, 0), 0);
    /* A read that fails in its middle can only hang up. */
    fixture->disks.fail = EIO;
    assert_int_equal(nbd_pread(nbd, data, 4 << 20, 0, 0), -1);
    assert_true(nbd_aio_is_dead(nbd) || nbd_aio_is_closed(nbd));
    nbd_close(nbd);
    free(data);
}

static int
count_name(void *opaque, const char *name, const char *description)
{
    unsigned *names = opaque;

    (void)description;
    *names += !strcmp(name, "vda") ? 1 : !strcmp(name, "vdb") ? 10 : 100;
    return 0;
}

static void
test_list_info_abort(void **state)
{
    struct nbd_handle *nbd = nbd_create();
    unsigned names = 0;

    (void)state;
    nbd_set_opt_mode(nbd, 1);
    assert_int_equal(nbd_connect_unix(nbd, path), 0);
    assert_int_equal(nbd_opt_list(nbd,
                                  (nbd_list_callback){ .callback = count_name,
                                                       .user_data = &names }),
                     2);
    assert_int_equal(names, 11);
    nbd_set_export_name(nbd, "vdb");
    nbd_set_full_info(nbd, 1);
    assert_int_equal(nbd_opt_info(nbd), 0);
    assert_int_equal(nbd_get_size(nbd), 12345);
    nbd_set_export_name(nbd, "vdc");
    assert_int_equal(nbd_opt_info(nbd), -1);
    assert_int_equal(nbd_get_errno(), ENOENT);
    assert_int_equal(nbd_opt_abort(nbd), 0);
    nbd_close(nbd);
    /* Two exports: an empty name means neither. */
    nbd = nbd_create();
    assert_int_equal(nbd_connect_unix(nbd, path), -1);
    nbd_close(nbd);
}

/* Clients from before NBD_OPT_GO. */
static void
test_old_clients(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t flags = 1; flags <= 3; flags += 2) {
        struct nbd_handle *nbd = nbd_create();
        char data[600];

        nbd_set_handshake_flags(nbd, flags);
        nbd_set_request_structured_replies(nbd, 0);
        nbd_set_export_name(nbd, "vdb");
        assert_int_equal(nbd_connect_unix(nbd, path), 0);
        memset(data, (int)flags, sizeof(data));
        assert_int_equal(nbd_pwrite(nbd, data, 600, 100, 0), 0);
        assert_memory_equal(fixture->disks.data[1] + 100, data, 600);
        nbd_close(nbd);
    }
}

static int
missing(const char *program)
{
    return run("command -v %s >/dev/null 2>&1", program) != 0;
}

static void
test_qemu_img(void **state)
{
    struct fixture *fixture = *state;
    char image[128];
    unsigned char *data = calloc(1, DISK_SIZE);

    /* Data, holes and a tail, so that convert zeroes, writes and skips. */
    fill_random(data + 65536, 3 << 20, 4);
    fill_random(data + (30 << 20) + 512, 1 << 20, 5);
    fill_random(data + DISK_SIZE - 512, 512, 6);
    pthread_mutex_lock(&fixture->disks.lock);
    memset(fixture->disks.data[0], 0xee, DISK_SIZE);
    pthread_mutex_unlock(&fixture->disks.lock);
    snprintf(image, sizeof(image), "%s/image", folder);
    assert_int_equal(ft_file_replace(image, data, DISK_SIZE, 0600), 0);
    assert_int_equal(run("qemu-img convert -n -f raw -O raw %s '%s'", image,
                         uri),
                     0);
    assert_memory_equal(fixture->disks.data[0], data, DISK_SIZE);
    assert_true(fixture->disks.zeros > 0);
    assert_int_equal(run("qemu-img compare -f raw -F raw %s '%s' >/dev/null",
                         image, uri),
                     0);
    pthread_mutex_lock(&fixture->disks.lock);
    fixture->disks.data[0][20 << 20] ^= 1;
    pthread_mutex_unlock(&fixture->disks.lock);
    assert_int_equal(run("qemu-img compare -f raw -F raw %s '%s' >/dev/null",
                         image, uri),
                     1);
    free(data);
}

static void
test_qemu_io(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(run("qemu-io -f raw -c 'write -f -P 0x5a 123 3000000' "
                         "-c 'write -z 1048576 65536' "
                         "-c 'write -z -u 2097152 65536' "
                         "-c 'discard 4194304 1048576' -c flush "
                         "-c 'read -P 0x5a 123 1000000' "
                         "-c 'read -P 0 1048576 65536' '%s' "
                         ">%s/io 2>&1 && ! grep -i -e fail -e error %s/io",
                         uri, folder, folder),
                     0);
    assert_int_equal(fixture->disks.data[0][123], 0x5a);
    assert_int_equal(fixture->disks.data[0][122], 0);
    assert_true(fixture->disks.flushes > 0);
    assert_true(fixture->disks.fuas > 0);
    assert_true(fixture->disks.trims >= 2);
}

/* --------------------------------------------------------- raw bytes --- */

static int
raw_client(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)),
                     0);
    return fd;
}

/* Everything up to the end of the stream; the server must end it soon. */
static void
must_hang_up(int fd)
{
    char data[4096];
    ssize_t n;

    do {
        assert_int_equal(ft_wait_fd(fd, POLLIN, soon(60000)), 0);
        n = recv(fd, data, sizeof(data), 0);
    } while (n > 0);
    close(fd);
}

static void
test_noise(void **state)
{
    struct nbd_handle *nbd;
    unsigned char noise[2048];

    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        int fd = raw_client();

        fill_random(noise, sizeof(noise), seed);
        if (seed & 1) /* get past the flags */
            ft_put_be32(noise, 3);
        if (seed & 2) /* and the first magic, with a silly length */
            ft_put_be64(noise + 4, NBD_OPTION_MAGIC);
        if (send(fd, noise, sizeof(noise), MSG_NOSIGNAL) < 0)
            assert_int_equal(errno, EPIPE);
        shutdown(fd, SHUT_WR);
        must_hang_up(fd);
    }
    nbd = nbd_client("vda");
    assert_int_equal(nbd_flush(nbd, 0), 0);
    nbd_close(nbd);
}

/* Sends one option and reads its reply's type. */
static uint32_t
ask(int fd, uint32_t option, const void *data, uint32_t size)
{
    unsigned char header[20];

    ft_put_be64(header, NBD_OPTION_MAGIC);
    ft_put_be32(header + 8, option);
    ft_put_be32(header + 12, size);
    assert_int_equal(ft_write_full(fd, header, 16), 0);
    assert_int_equal(ft_write_full(fd, data, size), 0);
    assert_int_equal(ft_read_full(fd, header, 20), 0);
    assert_int_equal(ft_get_be64(header), NBD_OPTION_REPLY_MAGIC);
    assert_int_equal(ft_get_be32(header + 8), option);
    assert_int_equal(ft_get_be32(header + 16), 0);
    return ft_get_be32(header + 12);
}

static void
test_odd_options(void **state)
{
    unsigned char greeting[18], flags[4] = { 0, 0, 0, 3 };
    unsigned char *big = calloc(1, 65536);
    int fd = raw_client();

    (void)state;
    assert_int_equal(ft_read_full(fd, greeting, sizeof(greeting)), 0);
    assert_memory_equal(greeting, "NBDMAGICIHAVEOPT\0\x03", 18);
    assert_int_equal(ft_write_full(fd, flags, 4), 0);
    assert_int_equal(ask(fd, 8, NULL, 0), NBD_REP_ERR_UNSUP);  /* structured */
    assert_int_equal(ask(fd, 5, NULL, 0), NBD_REP_ERR_UNSUP);  /* TLS */
    assert_int_equal(ask(fd, 9, big, 100), NBD_REP_ERR_UNSUP); /* contexts */
    assert_int_equal(ask(fd, 0xffffffff, big, 9), NBD_REP_ERR_UNSUP);
    assert_int_equal(ask(fd, 77, big, 65536), NBD_REP_ERR_TOO_BIG);
    assert_int_equal(ask(fd, NBD_OPT_LIST, "x", 1), NBD_REP_ERR_INVALID);
    assert_int_equal(ask(fd, NBD_OPT_GO, NULL, 0), NBD_REP_ERR_INVALID);
    assert_int_equal(ask(fd, NBD_OPT_GO, "\0\0\0\x09vda\0\0", 9),
                     NBD_REP_ERR_INVALID);
    assert_int_equal(ask(fd, NBD_OPT_GO, "\xff\xff\xff\xffvda\0\0", 9),
                     NBD_REP_ERR_INVALID);
    assert_int_equal(ask(fd, NBD_OPT_GO, "\0\0\0\3vda\0\1", 9),
                     NBD_REP_ERR_INVALID);
    assert_int_equal(ask(fd, NBD_OPT_GO, "\0\0\0\3vdx\0\0", 9),
                     NBD_REP_ERR_UNKNOWN);
    assert_int_equal(ask(fd, NBD_OPT_ABORT, NULL, 0), NBD_REP_ACK);
    must_hang_up(fd);
    free(big);
}

static void
test_write_cut_short(void **state)
{
    struct fixture *fixture = *state;
    unsigned char request[NBD_REQUEST_SIZE] = { 0 }, data[4096] = { 0 };
    unsigned char greeting[18 + 10];
    int fd = raw_client();

    assert_int_equal(ft_write_full(fd, "\0\0\0\3IHAVEOPT\0\0\0\1\0\0\0\3vda",
                                   23),
                     0);
    assert_int_equal(ft_read_full(fd, greeting, sizeof(greeting)), 0);
    ft_put_be32(request, NBD_REQUEST_MAGIC);
    ft_put_be16(request + 6, NBD_CMD_WRITE);
    ft_put_be32(request + 24, 8192);
    assert_int_equal(ft_write_full(fd, request, sizeof(request)), 0);
    assert_int_equal(ft_write_full(fd, data, sizeof(data)), 0);
    shutdown(fd, SHUT_WR);
    must_hang_up(fd);
    assert_int_equal(fixture->disks.writes, 0);
    /* Longer than any write may be. */
    fd = raw_client();
    assert_int_equal(ft_write_full(fd, "\0\0\0\3IHAVEOPT\0\0\0\1\0\0\0\3vda",
                                   23),
                     0);
    ft_put_be32(request + 24, FT_NBD_REQUEST_MAX + 1);
    assert_int_equal(ft_write_full(fd, request, sizeof(request)), 0);
    must_hang_up(fd);
    assert_int_equal(fixture->disks.writes, 0);
}

static void
test_too_many_clients(void **state)
{
    struct fixture *fixture = *state;
    int fds[FT_NBD_CONNECTIONS_MAX], fd;
    int64_t deadline;

    for (int i = 0; i < FT_NBD_CONNECTIONS_MAX; i++)
        fds[i] = raw_client();
    deadline = soon(60000);
    while (ft_nbd_connections(fixture->server) < FT_NBD_CONNECTIONS_MAX) {
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(FT_NS_PER_MS);
    }
    must_hang_up(raw_client());
    for (int i = 0; i < FT_NBD_CONNECTIONS_MAX; i++)
        close(fds[i]);
    while (ft_nbd_connections(fixture->server) > 0) {
        assert_true(ft_clock_ns() < deadline);
        ft_clock_sleep(FT_NS_PER_MS);
    }
    fd = raw_client();
    assert_int_equal(ft_wait_fd(fd, POLLIN, soon(60000)), 0);
    assert_int_equal(recv(fd, fds, 8, 0), 8);
    close(fd);
}

/* Stopping ends clients that wait, and one that is idle in a session. */
static void
test_stop_with_clients(void **state)
{
    struct fixture *fixture = *state;
    struct nbd_handle *nbd = nbd_client("vda");
    struct ft_error err = FT_ERROR_INIT;
    int fd = raw_client();

    ft_nbd_stop(fixture->server);
    must_hang_up(fd);
    assert_int_equal(nbd_flush(nbd, 0), -1);
    nbd_close(nbd);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(ft_nbd_start(path, getuid(), getgid(), exports, 2,
                                  &handlers, &fixture->disks, &fixture->server,
                                  &err),
                     0);
}

static void
test_start_errors(void **state)
{
    struct fixture *fixture = *state;
    struct ft_error err = FT_ERROR_INIT;
    struct ft_nbd *server;
    struct stat status;
    char long_path[200], file[128];

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    memset(long_path, 'x', sizeof(long_path));
    long_path[0] = '/';
    long_path[sizeof(long_path) - 1] = '\0';
    assert_int_equal(ft_nbd_start(long_path, (uid_t)-1, (gid_t)-1, exports, 2,
                                  &handlers, &fixture->disks, &server, &err),
                     -ENAMETOOLONG);
    /* A file that is no socket is not replaced. */
    snprintf(file, sizeof(file), "%s/precious", folder);
    assert_int_equal(ft_file_replace(file, "x", 1, 0600), 0);
    assert_int_equal(ft_nbd_start(file, (uid_t)-1, (gid_t)-1, exports, 2,
                                  &handlers, &fixture->disks, &server, &err),
                     -EADDRINUSE);
    assert_int_equal(access(file, F_OK), 0);
    assert_int_equal(ft_nbd_start(path, (uid_t)-1, (gid_t)-1, exports, 0,
                                  &handlers, &fixture->disks, &server, &err),
                     -EINVAL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_libnbd),
        TEST(test_bad_requests),
        TEST(test_errors_reach_the_client),
        TEST(test_list_info_abort),
        TEST(test_old_clients),
        TEST(test_qemu_img),
        TEST(test_qemu_io),
        TEST(test_noise),
        TEST(test_odd_options),
        TEST(test_write_cut_short),
        TEST(test_too_many_clients),
        TEST(test_stop_with_clients),
        TEST(test_start_errors),
    };
    int rc;

    if (missing("qemu-img") || missing("qemu-io")) {
        puts("qemu-img and qemu-io are not installed: skipped");
        return 77;
    }
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof(path), "%s/nbd.sock", folder);
    snprintf(uri, sizeof(uri), "nbd+unix:///vda?socket=%s", path);
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    run("rm -rf %s", folder);
    return rc;
}
