/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/cleanup.h"

int
ft_ask_open(int *ours, int *other)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    *ours = pair[0];
    *other = pair[1];
    return 0;
}

int
ft_ask_inherited(void)
{
    const char *text = getenv(FT_ASK_ENVIRONMENT);
    char *end = NULL;
    long number = text ? strtol(text, &end, 10) : -1;
    int kind = 0;
    socklen_t size = sizeof(kind);

    unsetenv(FT_ASK_ENVIRONMENT);
    if (number <= 2 || number > 1024 || *end ||
        getsockopt((int)number, SOL_SOCKET, SO_TYPE, &kind, &size) < 0 ||
        kind != SOCK_SEQPACKET)
        return -1;
    fcntl((int)number, F_SETFD, FD_CLOEXEC);
    return (int)number;
}

static ssize_t
transfer(int fd, char *head, void *text, size_t size, bool out)
{
    struct iovec parts[2] = { { head, 1 }, { text, size } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    ssize_t n;

    do
        n = out ? sendmsg(fd, &message, MSG_NOSIGNAL) : recvmsg(fd, &message, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    return n ? n : -EPIPE;
}

int
ft_ask(int fd, unsigned asked, const char *prompt, char *out, size_t size)
{
    char head = (char)(uint8_t)FT_MIN(asked, 255u);
    size_t length = FT_MIN(strlen(prompt), (size_t)FT_ASK_PROMPT_MAX - 1);
    ssize_t n = transfer(fd, &head, (void *)(uintptr_t)prompt, length, true);

    if (n > 0)
        n = transfer(fd, &head, out, size - 1, false);
    if (n > 0 && head == 'y') {
        out[n - 1] = '\0';
        return 0;
    }
    explicit_bzero(out, size);
    return n < 0 ? (int)n : -ECANCELED;
}

int
ft_ask_take(int fd, unsigned *asked, char prompt[FT_ASK_PROMPT_MAX])
{
    struct iovec parts[2];
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    uint8_t head;
    ssize_t n;

    parts[0] = (struct iovec){ &head, 1 };
    parts[1] = (struct iovec){ prompt, FT_ASK_PROMPT_MAX - 1 };
    do
        n = recvmsg(fd, &message, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n < 0 ? -errno : -EPIPE;
    prompt[n - 1] = '\0';
    *asked = head;
    return 0;
}

int
ft_ask_answer(int fd, const char *secret)
{
    char head = secret ? 'y' : 'n';
    ssize_t n = transfer(fd, &head, (void *)(uintptr_t)(secret ? secret : ""),
                         secret ? strlen(secret) : 0, true);

    return n < 0 ? (int)n : 0;
}
