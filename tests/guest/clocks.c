/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "clocks.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define READINGS 64 /* of each clock while the lock is held */
#define SOURCE \
    "/sys/devices/system/clocksource/clocksource0/current_clocksource"

static const clockid_t ids[CLOCKS_COUNT] = {
    [CLOCKS_MONOTONIC] = CLOCK_MONOTONIC,
    [CLOCKS_RAW] = CLOCK_MONOTONIC_RAW,
    [CLOCKS_BOOT] = CLOCK_BOOTTIME,
    [CLOCKS_REAL] = CLOCK_REALTIME,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct clocks_status status;
static int64_t last[CLOCKS_COUNT];
static int64_t began_ns, end_ns; /* by CLOCK_MONOTONIC_RAW; 0: no watch */
static int running;              /* there is a thread */

const char *
clocks_name(enum clocks_kind kind)
{
    static const char *const names[CLOCKS_COUNT] = { "monotonic", "raw", "boot",
                                                     "real" };

    return names[kind];
}

static int64_t
read_clock(enum clocks_kind kind)
{
    struct timespec now;

    clock_gettime(ids[kind], &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
look_once(void)
{
    for (int kind = 0; kind < CLOCKS_COUNT; kind++) {
        int64_t now = read_clock(kind), step = now - last[kind];

        if (step < 0)
            status.back[kind]++;
        else if (step > status.jump_ns[kind])
            status.jump_ns[kind] = step;
        last[kind] = now;
    }
    status.watched_ns = (uint64_t)(last[CLOCKS_RAW] - began_ns);
}

static void *
watch_clocks(void *argument)
{
    const struct sched_param none = { 0 };
    int more = 1;

    (void)argument;
    sched_setscheduler(0, SCHED_IDLE, &none);
    while (more) {
        pthread_mutex_lock(&lock);
        for (int i = 0; i < READINGS && end_ns; i++) {
            look_once();
            if (last[CLOCKS_RAW] >= end_ns)
                end_ns = 0;
        }
        more = running = end_ns != 0;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static int
start_thread(void)
{
    pthread_t thread;

    if (running)
        return 0;
    if (pthread_create(&thread, NULL, watch_clocks, NULL))
        return -1;
    pthread_detach(thread);
    running = 1;
    return 0;
}

int
clocks_watch(unsigned seconds)
{
    int bad = 0;

    pthread_mutex_lock(&lock);
    end_ns = 0;
    if (seconds) {
        memset(&status, 0, sizeof(status));
        for (int kind = 0; kind < CLOCKS_COUNT; kind++)
            last[kind] = read_clock(kind);
        began_ns = last[CLOCKS_RAW];
        end_ns = began_ns + (int64_t)seconds * 1000000000;
        bad = start_thread();
    }
    pthread_mutex_unlock(&lock);
    return bad;
}

static void
read_source(char *source, size_t size)
{
    int fd = open(SOURCE, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, source, size - 1);

    if (fd >= 0)
        close(fd);
    source[got > 0 ? got : 0] = 0;
    source[strcspn(source, " \n")] = 0;
    if (!source[0])
        strcpy(source, "unknown");
}

void
clocks_get_status(struct clocks_status *out)
{
    pthread_mutex_lock(&lock);
    *out = status;
    pthread_mutex_unlock(&lock);
    read_source(out->source, sizeof(out->source));
}
