/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions that libvirt passes on to a QEMU, one of which may hang: no VM must
 * keep its host from being looked at. A thread asks, and is left behind when no
 * answer comes; whom it asked is not asked again before it has come back. It asks
 * over a connection of its own: one that waits there keeps others waiting.
 */
#include "config.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "inventory/probe-private.h"

#define PATIENCE_NS FT_NS_PER_S
#define LEFT_MAX 16

struct question {
    virDomainPtr domain;
    ft_probe_question ask;
    unsigned char uuid[VIR_UUID_BUFLEN];
    bool answered, left;
    _Alignas(16) unsigned char answer[FT_PROBE_ANSWER_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct question *left[LEFT_MAX]; /* lock */
static virConnectPtr conn;              /* the prober's thread's; NULL: none */

/* With the lock held; NULL: none is free. */
static struct question **
free_place(void)
{
    for (size_t i = 0; i < LEFT_MAX; i++)
        if (!left[i])
            return &left[i];
    return NULL;
}

/* With the lock held. */
static bool
is_left(const unsigned char *uuid)
{
    for (size_t i = 0; i < LEFT_MAX; i++)
        if (left[i] && !memcmp(left[i]->uuid, uuid, VIR_UUID_BUFLEN))
            return true;
    return false;
}

static void
question_free(struct question *q)
{
    if (q->domain)
        virDomainFree(q->domain);
    free(q);
}

static void *
ask(void *opaque)
{
    struct question *q = opaque;
    bool was_left;

    q->ask(q->domain, q->answer);
    pthread_mutex_lock(&lock);
    q->answered = true;
    was_left = q->left;
    for (size_t i = 0; i < LEFT_MAX; i++)
        if (left[i] == q)
            left[i] = NULL;
    pthread_mutex_unlock(&lock);
    if (was_left)
        question_free(q);
    return NULL;
}

/* False: the thread has the question now. */
static bool
await(pthread_t thread, struct question *q)
{
    int64_t end = ft_clock_ns() + PATIENCE_NS;
    struct timespec t = { end / FT_NS_PER_S, end % FT_NS_PER_S };
    struct question **place;

    if (!pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &t))
        return true;
    pthread_mutex_lock(&lock);
    place = free_place();
    q->left = !q->answered && place;
    if (q->left)
        *place = q;
    pthread_mutex_unlock(&lock);
    if (q->left)
        pthread_detach(thread);
    else
        pthread_join(thread, NULL); /* at its end; or that many hang */
    return !q->left;
}

void
ft_probe_ask_end(void)
{
    if (conn)
        virConnectClose(conn);
    conn = NULL;
}

/* The same VM over the other connection; NULL: it is gone, or libvirt. */
static virDomainPtr
find_there(virDomainPtr domain, const unsigned char *uuid)
{
    FT_AUTOFREE char *uri = NULL;

    if (!conn) {
        uri = virConnectGetURI(virDomainGetConnect(domain));
        conn = uri ? virConnectOpen(uri) : NULL;
    }
    return conn ? virDomainLookupByUUID(conn, uuid) : NULL;
}

static bool
may_ask(const unsigned char *uuid)
{
    bool may;

    pthread_mutex_lock(&lock);
    may = !is_left(uuid) && free_place();
    pthread_mutex_unlock(&lock);
    return may;
}

bool
ft_probe_ask(virDomainPtr domain, ft_probe_question question, void *answer,
             size_t size)
{
    struct question *q = calloc(1, sizeof(*q));
    bool answered;
    pthread_t thread;

    assert(size <= sizeof(q->answer));
    if (!q)
        return false;
    q->ask = question;
    memcpy(q->answer, answer, size);
    virDomainGetUUID(domain, q->uuid);
    q->domain = may_ask(q->uuid) ? find_there(domain, q->uuid) : NULL;
    if (!q->domain || pthread_create(&thread, NULL, ask, q)) {
        question_free(q);
        return false;
    }
    answered = await(thread, q);
    if (answered) {
        memcpy(answer, q->answer, size);
        question_free(q);
    } else {
        ft_probe_ask_end(); /* the question has what it needs of it */
    }
    return answered;
}
