/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/saver-pipe.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/io.h"
#include "base/priority.h"
#include "qemu/qemu-fd.h"
#include "virt/qmp.h"

#define PIPE_NAME "ftadmin-save"
#define SMALL 4096      /* bytes: QEMU blocks on the second page */
#define LARGE (1 << 20) /* bytes: QEMU is done at once */
#define FIRST_CAPACITY (256u << 10)

enum order { ORDER_WAIT, ORDER_SAVE, ORDER_END };

struct ft_saver_pipe {
    virDomainPtr dom;
    int read_fd;
    int done_fd;          /* eventfd: QEMU answered */
    char path[64];        /* the writing end, as QEMU sees it */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    enum order order;
    bool busy;  /* a command is with QEMU */
    bool ended; /* the thread left its loop */
    unsigned references;
    int rc; /* of the last command */
    struct ft_error err;
};

static void
unreference(struct ft_saver_pipe *p)
{
    bool last;

    pthread_mutex_lock(&p->lock);
    last = --p->references == 0;
    pthread_mutex_unlock(&p->lock);
    if (!last)
        return;
    ft_cleanup_close(&p->read_fd);
    ft_cleanup_close(&p->done_fd);
    virDomainFree(p->dom);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static void
save(struct ft_saver_pipe *p)
{
    struct ft_error err = FT_ERROR_INIT;
    /* live=false only matters when the VM is stopped already: with true QEMU
     * would give its disks up then. */
    int rc = ft_qmp(p->dom, "xen-save-devices-state",
                    json_pack("{s:s, s:b}", "filename", p->path, "live", 0),
                    NULL, &err);

    pthread_mutex_lock(&p->lock);
    p->rc = rc;
    p->err = err;
    p->busy = false;
    if (p->order == ORDER_SAVE)
        p->order = ORDER_WAIT;
    eventfd_write(p->done_fd, 1);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void *
wait_for_orders(void *opaque)
{
    struct ft_saver_pipe *p = opaque;

    ft_priority_brisk();
    pthread_setname_np(pthread_self(), "monitor");
    pthread_mutex_lock(&p->lock);
    while (p->order != ORDER_END) {
        if (p->order == ORDER_WAIT) {
            pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        save(p);
        pthread_mutex_lock(&p->lock);
    }
    p->ended = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    unreference(p);
    return NULL;
}

/* The uid that owns QEMU's files. */
static int
owner_of(pid_t pid, uid_t *uid)
{
    FT_AUTOFREE char *text = NULL;
    const char *line;
    char path[64];
    int rc;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    rc = ft_file_read(path, 64 << 10, &text, NULL);
    if (rc < 0)
        return rc;
    line = strstr(text, "\nUid:");
    return line && sscanf(line, "\nUid: %*u %u", uid) == 1 ? 0 : -EPROTO;
}

/*
 * QEMU opens /proc/self/fd/N anew, so the pipe must be its user's. Unlike a
 * FIFO's, that open does not block when our end is closed (fs/pipe.c,
 * fifo_open), so a worker that dies at this moment stops nobody.
 */
static int
give_pipe(struct ft_saver_pipe *p, pid_t pid, struct ft_error *err)
{
    FT_AUTOCLOSE int write_fd = -1;
    int fds[2], number, rc;
    uid_t uid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return ft_fail(err, errno, NULL, "pipe: %s", strerror(errno));
    p->read_fd = fds[0];
    write_fd = fds[1];
    rc = owner_of(pid, &uid);
    if (rc < 0)
        return ft_fail(err, ESRCH, NULL, "QEMU is gone");
    /* The fault leaves the pipe to root, as a security driver would refuse it. */
    if (FT_FAULT("saver-pipe-refused") < 0)
        uid = 0;
    if (fcntl(p->read_fd, F_SETPIPE_SZ, SMALL) < 0 ||
        fchown(write_fd, uid, (gid_t)-1) < 0 ||
        ft_set_nonblocking(p->read_fd, 1) < 0)
        return ft_fail(err, errno, NULL, "pipe for QEMU: %s", strerror(errno));
    rc = ft_qmp_give_fd(p->dom, PIPE_NAME, write_fd, err);
    if (rc < 0)
        return rc;
    number = ft_qemu_fd_number(pid, write_fd);
    if (number < 0)
        return ft_fail(err, -number, NULL, "the pipe did not reach QEMU");
    snprintf(p->path, sizeof(p->path), "/proc/self/fd/%d", number);
    return 0;
}

static int
start_thread(struct ft_saver_pipe *p, struct ft_error *err)
{
    pthread_t thread;
    int rc;

    p->references++;
    rc = pthread_create(&thread, NULL, wait_for_orders, p);
    if (rc) {
        p->references--;
        return ft_fail(err, rc, NULL, "thread: %s", strerror(rc));
    }
    pthread_detach(thread);
    return 0;
}

int
ft_saver_pipe_open(virDomainPtr dom, pid_t pid, struct ft_saver_pipe **out,
                   struct ft_error *err)
{
    struct ft_saver_pipe *p = calloc(1, sizeof(*p));
    pthread_condattr_t monotonic;
    int rc;

    *out = NULL;
    if (!p)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    p->read_fd = p->done_fd = -1;
    p->references = 1;
    p->dom = dom;
    virDomainRef(dom);
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    p->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = p->done_fd < 0
             ? ft_fail(err, errno, NULL, "eventfd: %s", strerror(errno))
             : 0;
    if (rc == 0)
        rc = give_pipe(p, pid, err);
    if (rc == 0)
        rc = start_thread(p, err);
    if (rc < 0)
        unreference(p);
    else
        *out = p;
    return rc;
}

/* What QEMU answered. Its words for a file it may not open are
 * "Could not open '/proc/self/fd/N': Permission denied" (util/osdep.c). */
static int
answer(struct ft_saver_pipe *p, struct ft_error *err)
{
    eventfd_t count;
    int rc;

    eventfd_read(p->done_fd, &count);
    pthread_mutex_lock(&p->lock);
    rc = p->rc;
    if (rc < 0 && err)
        *err = p->err;
    if (rc < 0 && strstr(p->err.text, p->path))
        rc = -EACCES;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

/* Waits for bytes (POLLIN in *bytes) or the answer (*answered). */
static int
wait_either(struct ft_saver_pipe *p, int64_t deadline, bool *bytes,
            bool *answered, struct ft_error *err)
{
    struct pollfd fds[2] = { { p->read_fd, POLLIN, 0 },
                             { p->done_fd, POLLIN, 0 } };
    int n;

    do {
        int64_t left = (deadline - ft_clock_ns()) / FT_NS_PER_MS;

        n = poll(fds, 2, left > 0 ? (int)FT_MIN(left, INT_MAX) : 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return ft_fail(err, errno, NULL, "poll: %s", strerror(errno));
    if (n == 0)
        return ft_fail(err, ETIMEDOUT, "is the VM's storage hanging?",
                       "QEMU did not answer a checkpoint in time");
    *bytes = fds[0].revents & POLLIN;
    *answered = fds[1].revents & POLLIN;
    return 0;
}

int
ft_saver_pipe_begin(struct ft_saver_pipe *p, int64_t deadline_ns,
                    struct ft_error *err)
{
    bool bytes = false, answered = false;
    int rc;

    pthread_mutex_lock(&p->lock);
    p->order = ORDER_SAVE;
    p->busy = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    rc = wait_either(p, deadline_ns, &bytes, &answered, err);
    if (rc < 0 || bytes)
        return rc;
    /* An answer and nothing written: it failed. */
    rc = answer(p, err);
    return rc < 0
               ? rc
               : ft_fail(err, EPROTO, NULL, "QEMU saved an empty device state");
}

static int
make_room(uint8_t **data, size_t *capacity, size_t limit)
{
    size_t larger = *capacity ? FT_MIN(*capacity * 2, limit) : FIRST_CAPACITY;
    uint8_t *moved;

    if (*capacity >= limit)
        return -EFBIG;
    moved = realloc(*data, larger);
    if (!moved)
        return -ENOMEM;
    *data = moved;
    *capacity = larger;
    return 0;
}

/* Reads what is in the pipe until *size is upto; 0 also when it is empty. */
static int
read_available(struct ft_saver_pipe *p, size_t upto, uint8_t **data,
               size_t *size, size_t *capacity, size_t limit,
               struct ft_error *err)
{
    while (*size < upto) {
        ssize_t n;

        if (*size == *capacity) {
            int rc = make_room(data, capacity, limit);

            if (rc < 0)
                return ft_fail(err, -rc, NULL, "device state beyond %zu bytes",
                               *size);
        }
        n = read(p->read_fd, *data + *size, FT_MIN(*capacity, upto) - *size);
        if (n > 0) {
            *size += (size_t)n;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || errno == EAGAIN)
            return 0;
        return ft_fail(err, errno, NULL, "pipe: %s", strerror(errno));
    }
    return 0;
}

int
ft_saver_pipe_read(struct ft_saver_pipe *p, int64_t deadline_ns, size_t bytes,
                   uint8_t **data, size_t *size, size_t *capacity, size_t limit,
                   bool *waits, struct ft_error *err)
{
    bool readable = false, answered = false;
    int rc = 0;

    while (rc == 0 && *size < bytes && !answered) {
        rc = wait_either(p, deadline_ns, &readable, &answered, err);
        if (rc == 0 && readable)
            rc = read_available(p, bytes, data, size, capacity, limit, err);
    }
    *waits = !answered;
    return rc;
}

bool
ft_saver_pipe_let_go(struct ft_saver_pipe *p, size_t bytes)
{
    return bytes < LARGE && fcntl(p->read_fd, F_SETPIPE_SZ, LARGE) >= LARGE;
}

int
ft_saver_pipe_drain(struct ft_saver_pipe *p, int64_t deadline_ns,
                    uint8_t **data, size_t *size, size_t *capacity,
                    size_t limit, struct ft_error *err)
{
    bool bytes = false, answered = false;
    int rc = 0;

    /* Room for all of it: QEMU writes the rest in one go instead of page by
     * page. Where the limit of the kernel forbids it, page by page it is. */
    fcntl(p->read_fd, F_SETPIPE_SZ, LARGE);
    while (rc == 0 && !answered) {
        rc = read_available(p, SIZE_MAX, data, size, capacity, limit, err);
        if (rc == 0)
            rc = wait_either(p, deadline_ns, &bytes, &answered, err);
    }
    if (rc == 0)
        rc = read_available(p, SIZE_MAX, data, size, capacity, limit, err);
    if (rc == 0)
        rc = answer(p, err);
    if (rc == 0 && fcntl(p->read_fd, F_SETPIPE_SZ, SMALL) < 0)
        rc = ft_fail(err, errno, NULL, "pipe: %s", strerror(errno));
    return rc;
}

/* Ends the thread; false when it is still with QEMU at the deadline. */
static bool
end_thread(struct ft_saver_pipe *p, int64_t deadline_ns)
{
    struct timespec until = { deadline_ns / FT_NS_PER_S,
                              deadline_ns % FT_NS_PER_S };
    bool ended;
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    p->order = ORDER_END;
    pthread_cond_broadcast(&p->changed);
    while (!p->ended && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&p->changed, &p->lock, &until);
    ended = p->ended;
    pthread_mutex_unlock(&p->lock);
    return ended;
}

void
ft_saver_pipe_close(struct ft_saver_pipe *p, int64_t deadline_ns)
{
    if (!p)
        return;
    ft_cleanup_close(&p->read_fd);
    p->read_fd = -1;
    /* A stuck monitor would keep us here: the descriptor then stays in QEMU
     * until the next worker gives it one of that name. */
    if (end_thread(p, deadline_ns))
        ft_qmp_take_fd(p->dom, PIPE_NAME, NULL);
    unreference(p);
}

void
ft_saver_pipe_remove_leftover(virDomainPtr dom)
{
    ft_qmp_take_fd(dom, PIPE_NAME, NULL);
}
