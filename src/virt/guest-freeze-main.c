/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of guest-freeze.h: frozen for a moment, and thawed in any case. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "base/clock.h"
#include "virt/guest-freeze-private.h"
#include "virt/guest-freeze.h"

#define LIBVIRT_URI "qemu:///system"
#define AGAIN_MS 200
#define AGAIN_MAX_MS 5000
#define LATE_NS (10 * FT_NS_PER_S) /* said then, and tried on */

/* libvirt asks no agent of a guest that stands for a checkpoint; it goes on soon. */
#define STANDS_MS 7
#define STANDS_TIMES 300

static struct {
    const char *domain;
    char mark[256];
    virConnectPtr conn; /* NULL: to be made */
} process;

/* Nobody reads it any more: that is no reason to stop. */
static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void
say(const char *format, ...)
{
    char line[FREEZE_LINE_MAX];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(line, sizeof(line) - 1, format, args);
    va_end(args);
    if (length > (int)sizeof(line) - 2)
        length = (int)sizeof(line) - 2;
    for (char *c = line; c < line + length; c++)
        if (*c == '\n')
            *c = ' ';
    line[length++] = '\n';
    if (send(FREEZE_FD, line, (size_t)length, MSG_NOSIGNAL) < 0)
        return;
}

static virDomainPtr
find(void)
{
    if (process.conn && virConnectIsAlive(process.conn) != 1) {
        virConnectClose(process.conn);
        process.conn = NULL;
    }
    if (!process.conn)
        process.conn = virConnectOpen(LIBVIRT_URI);
    return process.conn
               ? virDomainLookupByUUIDString(process.conn, process.domain)
               : NULL;
}

/* libvirt's last word that there is no such guest any more. */
static bool
is_gone(virDomainPtr dom)
{
    return dom ? virDomainIsActive(dom) == 0
               : process.conn && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN;
}

/*
 * One try. 0: thawed, or there is nothing to thaw; else why not, in text; -EAGAIN:
 * it stands.
 */
static int
thaw_once(char *text, size_t size)
{
    virDomainPtr dom = find();
    int rc = dom ? virDomainFSThaw(dom, NULL, 0, 0) : -1;
    bool stands = rc < 0 && virGetLastErrorCode() == VIR_ERR_OPERATION_INVALID;

    if (rc < 0)
        snprintf(text, size, "%s", virGetLastErrorMessage());
    if (rc < 0 && is_gone(dom))
        rc = 0;
    if (dom)
        virDomainFree(dom);
    if (rc >= 0)
        return 0;
    return stands ? -EAGAIN : -EIO;
}

static int
thaw_soon(char *text, size_t size)
{
    int rc, times = 0;

    while ((rc = thaw_once(text, size)) == -EAGAIN && times++ < STANDS_TIMES)
        poll(NULL, 0, STANDS_MS);
    return rc;
}

static void
thaw(void)
{
    int64_t began = ft_clock_ns();
    int pause_ms = AGAIN_MS;
    char text[200];
    bool told = false;

    while (thaw_soon(text, sizeof(text))) {
        if (!told && ft_clock_ns() - began > LATE_NS) {
            told = true;
            say("still %s", text);
        }
        poll(NULL, 0, pause_ms);
        if (told && pause_ms < AGAIN_MAX_MS)
            pause_ms *= 2;
    }
    unlink(process.mark);
    say("thawed");
}

static int
set_mark(void)
{
    int fd = open(process.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

/* An agent that failed in the middle may have frozen some of them. */
static void
give_up(const char *why)
{
    char text[200];

    say("unfrozen %s", why);
    thaw_soon(text, sizeof(text));
    unlink(process.mark);
}

static void
hold(int count, int limit_ms)
{
    int64_t until = ft_clock_ns() + limit_ms * FT_NS_PER_MS, left;
    struct pollfd worker = { FREEZE_FD, POLLIN | POLLRDHUP, 0 };

    say("frozen %d %lld", count, (long long)until);
    do
        left = until - ft_clock_ns();
    while (left > 0 && poll(&worker, 1, (int)(left / FT_NS_PER_MS) + 1) <= 0);
    thaw();
}

static int
freeze_once(virDomainPtr dom)
{
    int count = -1, times = 0;

    while (dom && (count = virDomainFSFreeze(dom, NULL, 0, 0)) < 0 &&
           virGetLastErrorCode() == VIR_ERR_OPERATION_INVALID &&
           times++ < STANDS_TIMES)
        poll(NULL, 0, STANDS_MS);
    return count;
}

static int
freeze(int limit_ms)
{
    virDomainPtr dom = find();
    char why[200];
    int count, rc = set_mark();

    if (rc) {
        say("unfrozen %s: %s", process.mark, strerror(-rc));
        return 1;
    }
    count = freeze_once(dom);
    snprintf(why, sizeof(why), "%s",
             count ? virGetLastErrorMessage() : "it has frozen no file system");
    if (dom)
        virDomainFree(dom);
    if (count > 0)
        hold(count, limit_ms);
    else
        give_up(why);
    return count > 0 ? 0 : 1;
}

static void
on_error(void *opaque, virErrorPtr error)
{
    (void)opaque;
    (void)error; /* those that matter are told */
}

int
ft_guest_freeze_main(const char *domain, const char *folder, int limit_ms)
{
    process.domain = domain;
    snprintf(process.mark, sizeof(process.mark), "%s/" FREEZE_MARK, folder);
    signal(SIGPIPE, SIG_IGN);
    /* the worker's end is the word to thaw, and what is begun is to be ended */
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    close_range(FREEZE_FD + 1, ~0U, 0);
    virSetErrorFunc(NULL, on_error);
    if (virInitialize() < 0) {
        say("unfrozen libvirt: %s", virGetLastErrorMessage());
        return 1;
    }
    if (limit_ms > 0)
        return freeze(limit_ms);
    set_mark(); /* who comes next goes on with it */
    thaw();
    return 0;
}
