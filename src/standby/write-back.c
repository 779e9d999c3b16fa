/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/write-back.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "base/limits.h"

/* A storage that hangs makes the writer slow, and must not stop it for ever. */
#define WAIT_NS FT_NS_PER_S

struct ft_write_back {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    int fds[FT_DISKS_MAX];
    size_t n;
    uint64_t dirty;     /* bytes */
    int64_t oldest_ns;  /* when the oldest of them was written */
    unsigned beginning; /* counts: a round is of the files it began with */
    int error;
    bool rests, ends;
};

static bool
is_due(const struct ft_write_back *wb)
{
    return !wb->rests && wb->dirty &&
           (wb->dirty >= FT_WRITE_BACK_BYTES ||
            ft_clock_ns() - wb->oldest_ns >= FT_WRITE_BACK_NS);
}

static struct timespec
as_time(int64_t ns)
{
    return (struct timespec){ ns / FT_NS_PER_S, ns % FT_NS_PER_S };
}

/* With the lock held. */
static void
wait_for_work(struct ft_write_back *wb)
{
    struct timespec due = as_time(wb->oldest_ns + FT_WRITE_BACK_NS);

    if (wb->dirty && !wb->rests)
        pthread_cond_timedwait(&wb->changed, &wb->lock, &due);
    else
        pthread_cond_wait(&wb->changed, &wb->lock);
}

/* Copies of them, so that nobody closes what is synced. With the lock held. */
static size_t
copy_files(const struct ft_write_back *wb, int fds[FT_DISKS_MAX])
{
    for (size_t i = 0; i < wb->n; i++)
        fds[i] = fcntl(wb->fds[i], F_DUPFD_CLOEXEC, 0);
    return wb->n;
}

static int
sync_files(const int *fds, size_t n)
{
    int rc = FT_FAULT("replica-sync");

    for (size_t i = 0; i < n; i++) {
        if (fds[i] < 0 || fdatasync(fds[i]) < 0)
            rc = rc ? rc : (fds[i] < 0 ? -EMFILE : -errno);
        if (fds[i] >= 0)
            close(fds[i]);
    }
    return rc;
}

/* With the lock held, but for the syncing. */
static void
bring_back(struct ft_write_back *wb)
{
    uint64_t bytes = wb->dirty;
    unsigned beginning = wb->beginning;
    int64_t began = ft_clock_ns();
    int fds[FT_DISKS_MAX], rc;
    size_t n = copy_files(wb, fds);

    pthread_mutex_unlock(&wb->lock);
    rc = sync_files(fds, n);
    pthread_mutex_lock(&wb->lock);
    if (beginning != wb->beginning)
        return;
    wb->dirty -= bytes;
    wb->oldest_ns = began;
    wb->error = wb->error ? wb->error : -rc;
    pthread_cond_broadcast(&wb->changed);
}

static void *
run(void *opaque)
{
    struct ft_write_back *wb = opaque;

    pthread_mutex_lock(&wb->lock);
    while (!wb->ends) {
        if (is_due(wb))
            bring_back(wb);
        else
            wait_for_work(wb);
    }
    pthread_mutex_unlock(&wb->lock);
    return NULL;
}

struct ft_write_back *
ft_write_back_new(void)
{
    struct ft_write_back *wb = calloc(1, sizeof(*wb));
    pthread_condattr_t attr;

    if (!wb)
        return NULL;
    pthread_mutex_init(&wb->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&wb->changed, &attr);
    pthread_condattr_destroy(&attr);
    if (!pthread_create(&wb->thread, NULL, run, wb))
        return wb;
    pthread_cond_destroy(&wb->changed);
    pthread_mutex_destroy(&wb->lock);
    free(wb);
    return NULL;
}

/* With the lock held. */
static void
forget_files(struct ft_write_back *wb)
{
    while (wb->n)
        close(wb->fds[--wb->n]);
    wb->beginning++;
    wb->dirty = 0;
    wb->error = 0;
    wb->rests = false;
}

void
ft_write_back_free(struct ft_write_back *wb)
{
    if (!wb)
        return;
    pthread_mutex_lock(&wb->lock);
    wb->ends = true;
    pthread_cond_broadcast(&wb->changed);
    pthread_mutex_unlock(&wb->lock);
    pthread_join(wb->thread, NULL);
    forget_files(wb);
    pthread_cond_destroy(&wb->changed);
    pthread_mutex_destroy(&wb->lock);
    free(wb);
}

int
ft_write_back_begin(struct ft_write_back *wb, const int *fds, size_t n)
{
    int rc = 0;

    if (!wb)
        return 0;
    pthread_mutex_lock(&wb->lock);
    forget_files(wb);
    while (!rc && wb->n < n) {
        int fd = fcntl(fds[wb->n], F_DUPFD_CLOEXEC, 0);

        if (fd < 0)
            rc = -errno;
        else
            wb->fds[wb->n++] = fd;
    }
    if (rc)
        forget_files(wb);
    pthread_mutex_unlock(&wb->lock);
    return rc;
}

/* With the lock held. */
static void
wait_for_storage(struct ft_write_back *wb)
{
    struct timespec end = as_time(ft_clock_ns() + WAIT_NS);
    int rc = 0;

    while (!rc && wb->dirty > FT_WRITE_BACK_MAX && !wb->rests && !wb->error)
        rc = pthread_cond_timedwait(&wb->changed, &wb->lock, &end);
}

void
ft_write_back_add(struct ft_write_back *wb, uint64_t bytes)
{
    if (!wb || !bytes)
        return;
    pthread_mutex_lock(&wb->lock);
    if (!wb->dirty)
        wb->oldest_ns = ft_clock_ns();
    if (!wb->dirty || wb->dirty + bytes >= FT_WRITE_BACK_BYTES)
        pthread_cond_broadcast(&wb->changed);
    wb->dirty += bytes;
    wait_for_storage(wb);
    pthread_mutex_unlock(&wb->lock);
}

void
ft_write_back_rest(struct ft_write_back *wb)
{
    if (!wb)
        return;
    pthread_mutex_lock(&wb->lock);
    wb->rests = true;
    pthread_cond_broadcast(&wb->changed);
    pthread_mutex_unlock(&wb->lock);
}

int
ft_write_back_error(struct ft_write_back *wb, struct ft_error *err)
{
    int code = 0;

    if (wb) {
        pthread_mutex_lock(&wb->lock);
        code = wb->error;
        pthread_mutex_unlock(&wb->lock);
    }
    return code ? ft_fail(err, code, "See to the storage of this host.",
                          "the replicas cannot be written to their storage: %s",
                          strerror(code))
                : 0;
}

uint64_t
ft_write_back_dirty(struct ft_write_back *wb)
{
    uint64_t dirty;

    if (!wb)
        return 0;
    pthread_mutex_lock(&wb->lock);
    dirty = wb->dirty;
    pthread_mutex_unlock(&wb->lock);
    return dirty;
}
