/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/write-back.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
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
    struct ft_replica_base base; /* id empty: the files are none */
    char folder[PATH_MAX];       /* of its record, */
    bool recorded;               /* which is there */
    uint64_t applied, durable;   /* epochs */
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

/* With the lock held, but for the writing. */
static void
record_base(struct ft_write_back *wb)
{
    struct ft_replica_base base = wb->base;
    unsigned beginning = wb->beginning;
    char folder[PATH_MAX];
    int rc;

    memcpy(folder, wb->folder, sizeof(folder));
    pthread_mutex_unlock(&wb->lock);
    rc = FT_FAULT("replica-base");
    if (!rc)
        rc = ft_replica_base_save(folder, &base);
    pthread_mutex_lock(&wb->lock);
    if (beginning == wb->beginning)
        wb->recorded = rc == 0;
}

/* All of epoch is on the storage. With the lock held, but for the record. */
static void
note_durable(struct ft_write_back *wb, uint64_t epoch)
{
    unsigned beginning = wb->beginning;

    if (!epoch || !wb->base.id[0])
        return;
    if (!wb->recorded)
        record_base(wb);
    if (wb->recorded && wb->base.id[0] && beginning == wb->beginning)
        wb->durable = epoch;
}

/* With the lock held, but for the syncing. */
static void
bring_back(struct ft_write_back *wb)
{
    uint64_t bytes = wb->dirty, applied = wb->applied;
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
    if (!wb->error)
        note_durable(wb, applied);
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
    wb->base.id[0] = '\0';
    wb->recorded = false;
    wb->applied = wb->durable = 0;
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
ft_write_back_keep_base(struct ft_write_back *wb, const char *folder,
                        const struct ft_replica_base *base, bool recorded)
{
    if (!wb)
        return;
    pthread_mutex_lock(&wb->lock);
    wb->base = *base;
    snprintf(wb->folder, sizeof(wb->folder), "%s", folder);
    wb->recorded = recorded;
    pthread_mutex_unlock(&wb->lock);
}

void
ft_write_back_drop_base(struct ft_write_back *wb)
{
    if (!wb)
        return;
    pthread_mutex_lock(&wb->lock);
    wb->base.id[0] = '\0';
    wb->durable = 0;
    pthread_mutex_unlock(&wb->lock);
}

void
ft_write_back_applied(struct ft_write_back *wb, uint64_t epoch)
{
    if (!wb)
        return;
    pthread_mutex_lock(&wb->lock);
    wb->applied = epoch;
    pthread_mutex_unlock(&wb->lock);
}

uint64_t
ft_write_back_durable(struct ft_write_back *wb)
{
    uint64_t durable;

    if (!wb)
        return 0;
    pthread_mutex_lock(&wb->lock);
    durable = wb->error ? 0 : wb->durable;
    pthread_mutex_unlock(&wb->lock);
    return durable;
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
