/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "virt/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <libvirt/libvirt.h>

#include "base/priority.h"

struct posted {
    ft_loop_call call;
    void *opaque;
    struct posted *next;
};

static struct {
    pthread_mutex_t lock;
    struct posted *first, **last;
    int event_fd;
    int quit;
} loop = { .lock = PTHREAD_MUTEX_INITIALIZER, .event_fd = -1 };

static struct posted *
take_posted(void)
{
    struct posted *p;

    pthread_mutex_lock(&loop.lock);
    p = loop.first;
    if (p && !(loop.first = p->next))
        loop.last = &loop.first;
    pthread_mutex_unlock(&loop.lock);
    return p;
}

static void
run_posted(int fd, void *opaque)
{
    struct posted *p;
    uint64_t count;

    (void)opaque;
    if (read(fd, &count, sizeof(count)) < 0)
        return;
    while ((p = take_posted())) {
        p->call(p->opaque);
        free(p);
    }
}

int
ft_loop_init(void)
{
    loop.last = &loop.first;
    if (virEventRegisterDefaultImpl() < 0)
        return -EIO;
    loop.event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop.event_fd < 0)
        return -errno;
    return ft_loop_watch(loop.event_fd, run_posted, NULL) < 0 ? -EIO : 0;
}

void
ft_loop_run(void)
{
    while (!loop.quit && virEventRunDefaultImpl() == 0)
        ;
}

static void
end_turn(void *opaque)
{
    *(bool *)opaque = true;
}

void
ft_loop_turn(int ms)
{
    bool over = false;
    int timer = ft_loop_timer(end_turn, &over);

    ft_loop_timer_set(timer, ms);
    while (!over && !loop.quit && virEventRunDefaultImpl() == 0)
        ;
    ft_loop_timer_free(timer);
}

void
ft_loop_quit(void)
{
    loop.quit = 1;
}

int
ft_loop_post(ft_loop_call call, void *opaque)
{
    struct posted *p = malloc(sizeof(*p));
    uint64_t one = 1;

    if (!p)
        return -ENOMEM;
    *p = (struct posted){ call, opaque, NULL };
    pthread_mutex_lock(&loop.lock);
    *loop.last = p;
    loop.last = &p->next;
    pthread_mutex_unlock(&loop.lock);
    if (write(loop.event_fd, &one, sizeof(one)) < 0)
        return 0; /* overflow: the loop is awake anyway */
    return 0;
}

struct async {
    ft_loop_call work, done;
    void *opaque;
};

static void *
async_main(void *argument)
{
    struct async *a = argument;

    ft_priority_brisk();
    a->work(a->opaque);
    /* the result must not be lost: wait for memory rather than forget it */
    while (ft_loop_post(a->done, a->opaque) < 0)
        usleep(10000);
    free(a);
    return NULL;
}

int
ft_loop_async(ft_loop_call work, ft_loop_call done, void *opaque)
{
    struct async *a = malloc(sizeof(*a));
    pthread_t thread;
    int rc;

    if (!a)
        return -ENOMEM;
    *a = (struct async){ work, done, opaque };
    rc = pthread_create(&thread, NULL, async_main, a);
    if (rc) {
        free(a);
        return -rc;
    }
    pthread_detach(thread);
    return 0;
}

struct watch {
    ft_loop_ready ready;
    void *opaque;
};

static void
on_handle(int id, int fd, int events, void *opaque)
{
    struct watch *w = opaque;

    (void)id;
    (void)events;
    w->ready(fd, w->opaque);
}

int
ft_loop_watch(int fd, ft_loop_ready ready, void *opaque)
{
    struct watch *w = malloc(sizeof(*w));
    int id;

    if (!w)
        return -1;
    *w = (struct watch){ ready, opaque };
    id = virEventAddHandle(fd, VIR_EVENT_HANDLE_READABLE, on_handle, w, free);
    if (id < 0)
        free(w);
    return id;
}

void
ft_loop_watch_writable(int watch, int on)
{
    virEventUpdateHandle(watch, VIR_EVENT_HANDLE_READABLE |
                                    (on ? VIR_EVENT_HANDLE_WRITABLE : 0));
}

void
ft_loop_unwatch(int watch)
{
    if (watch >= 0)
        virEventRemoveHandle(watch);
}

struct timer {
    ft_loop_call call;
    void *opaque;
};

static void
on_timeout(int id, void *opaque)
{
    struct timer *t = opaque;

    (void)id;
    t->call(t->opaque);
}

int
ft_loop_timer(ft_loop_call call, void *opaque)
{
    struct timer *t = malloc(sizeof(*t));
    int id;

    if (!t)
        return -1;
    *t = (struct timer){ call, opaque };
    id = virEventAddTimeout(-1, on_timeout, t, free);
    if (id < 0)
        free(t);
    return id;
}

void
ft_loop_timer_set(int timer, int interval_ms)
{
    if (timer >= 0)
        virEventUpdateTimeout(timer, interval_ms);
}

void
ft_loop_timer_free(int timer)
{
    if (timer >= 0)
        virEventRemoveTimeout(timer);
}
