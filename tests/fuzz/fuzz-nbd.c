/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an NBD client sends, through a socket: from the handshake on (first
 * byte even) or, to get further, after a choice of export, with structured replies
 * and base:allocation agreed on where its second bit is set.
 */
#include "config.h"

#include "fuzz.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "disk/nbd-protocol.h"
#include "disk/nbd-server.h"

#define DISK_SIZE 100000

/* Inputs fit into the socket's buffer, so that writing never blocks. */
#define FUZZ_INPUT_MAX 65536

static unsigned char disk[DISK_SIZE];

static void
check(unsigned export, uint64_t offset, uint64_t length)
{
    FUZZ_CHECK(export < 2 && length > 0 && length <= DISK_SIZE &&
               offset <= DISK_SIZE - length);
}

static int
on_read(void *opaque, unsigned export, void *data, uint64_t offset,
        size_t length)
{
    (void)opaque;
    check(export, offset, length);
    memcpy(data, disk + offset, length);
    return 0;
}

static int
on_write(void *opaque, unsigned export, const void *data, uint64_t offset,
         size_t length, int fua)
{
    (void)opaque;
    (void)fua;
    check(export, offset, length);
    memcpy(disk + offset, data, length);
    return 0;
}

static int
on_zero(void *opaque, unsigned export, uint64_t offset, uint64_t length,
        int trim, int fua)
{
    (void)opaque;
    (void)fua;
    check(export, offset, length);
    memset(disk + offset, 0, length);
    return trim ? -EOPNOTSUPP : 0;
}

static int
on_flush(void *opaque, unsigned export)
{
    (void)opaque;
    return export ? -EIO : 0;
}

/* Holes and data by turns, of odd lengths. */
static int
on_extent(void *opaque, unsigned export, uint64_t offset, uint64_t length,
          uint64_t *run)
{
    (void)opaque;
    check(export, offset, length);
    *run = length < 777 ? length : 777;
    return (int)(offset / 777 % 2);
}

/* Reads away what the server answers. */
static void *
drain(void *opaque)
{
    static char data[65536];
    int fd = *(int *)opaque;

    while (recv(fd, data, sizeof(data), 0) > 0)
        ;
    return NULL;
}

static void
send_input(int fd, const uint8_t *data, size_t size)
{
    static const char flags[] = "\0\0\0\3";
    static const char holes[] = "IHAVEOPT\0\0\0\10\0\0\0\0"
                                "IHAVEOPT\0\0\0\12\0\0\0\36\0\0\0\3vda\0\0\0\1"
                                "\0\0\0\17" NBD_CONTEXT_ALLOCATION;
    static const char chosen[] = "IHAVEOPT\0\0\0\1\0\0\0\3vda";
    int room = 4 * FUZZ_INPUT_MAX;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    if (data[0] & 1)
        FUZZ_CHECK(send(fd, flags, sizeof(flags) - 1, MSG_NOSIGNAL) > 0);
    if ((data[0] & 3) == 3)
        FUZZ_CHECK(send(fd, holes, sizeof(holes) - 1, MSG_NOSIGNAL) > 0);
    if (data[0] & 1)
        FUZZ_CHECK(send(fd, chosen, sizeof(chosen) - 1, MSG_NOSIGNAL) > 0);
    if (size > 1)
        FUZZ_CHECK(send(fd, data + 1, size - 1, MSG_NOSIGNAL) > 0);
    shutdown(fd, SHUT_WR);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ft_nbd_handlers handlers = { on_read, on_write, on_zero,
                                                     on_flush, on_extent };
    static const struct ft_nbd_export exports[] = { { "vda", DISK_SIZE },
                                                    { "b", DISK_SIZE } };
    struct ft_error err = FT_ERROR_INIT;
    pthread_t reader;
    int fds[2];

    if (!size || size > FUZZ_INPUT_MAX)
        return 0;
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    send_input(fds[0], data, size);
    FUZZ_CHECK(pthread_create(&reader, NULL, drain, &fds[0]) == 0);
    if (ft_nbd_serve(fds[1], exports, 2, &handlers, NULL, &err))
        FUZZ_CHECK(err.code && err.text[0]);
    pthread_join(reader, NULL);
    close(fds[0]);
    return 0;
}
