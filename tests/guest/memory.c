/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "memory.h"
#include "record.h"

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
#define STRIDE \
    64 /* words between two that change at every write of a page: eight per page, one per 512      \
          bytes */
#define SAMPLE_PAGES 1024
#define TICK_NS 2000000L

static uint64_t *sample, *area;
static uint32_t *generation; /* per page of the area: times written */
static size_t area_pages, next_page;
static double rate;
static struct memory_status status;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER;

static void
fill(uint64_t *page, uint64_t number)
{
    uint64_t word = ledger_mix(number, 1);

    /* incompressible, and cheap enough for an emulated processor */
    for (size_t i = 0; i < WORDS; i++)
        page[i] = word = word * 6364136223846793005ULL + 1442695040888963407ULL;
}

static int
is_filled(const uint64_t *page, uint64_t number, size_t stride)
{
    uint64_t word = ledger_mix(number, 1);

    for (size_t i = 0; i < WORDS; i++) {
        word = word * 6364136223846793005ULL + 1442695040888963407ULL;
        if ((!stride || i % stride) && page[i] != word)
            return 0;
    }
    return 1;
}

static int
is_current(size_t number)
{
    const uint64_t *page = area + number * WORDS;
    uint64_t word = ledger_mix(number, (uint64_t)generation[number] + 2);

    for (size_t i = 0; i < WORDS; i += STRIDE)
        if (page[i] != word + i)
            return 0;
    return 1;
}

static void
write_generation(size_t number)
{
    uint64_t *page = area + number * WORDS;
    uint64_t word = ledger_mix(number, (uint64_t)++generation[number] + 2);

    for (size_t i = 0; i < WORDS; i += STRIDE)
        page[i] = word + i;
}

/* A page that was found wrong is counted once and then made right again. */
static void
dirty_one_page(void)
{
    size_t number = next_page;

    next_page = (next_page + 1) % area_pages;
    if (!generation[number])
        fill(area + number * WORDS, number);
    else if (!is_current(number))
        status.corrupt_pages++;
    write_generation(number);
    status.dirtied_pages++;
}

/* The first round fills whole pages and would fall behind the rate: it is done at once. */
static void
prepare_area(void)
{
    if (status.area_pages)
        return;
    for (size_t i = 0; i < area_pages; i++)
        dirty_one_page();
    status.area_pages = area_pages;
}

/*
 * A guest that does nothing is to do nothing: 500 wake-ups a second are half a
 * processor of a host whose KVM is emulated (tests/machines).
 */
static void
await_rate(struct timespec *then)
{
    pthread_mutex_lock(&lock);
    if (rate <= 0) {
        while (rate <= 0)
            pthread_cond_wait(&begun, &lock);
        clock_gettime(CLOCK_MONOTONIC, then);
    }
    pthread_mutex_unlock(&lock);
}

static void *
dirty_for_ever(void *argument)
{
    const struct timespec tick = { 0, TICK_NS };
    struct timespec then, now;
    double due = 0;

    (void)argument;
    clock_gettime(CLOCK_MONOTONIC, &then);
    for (;;) {
        await_rate(&then);
        nanosleep(&tick, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        double passed = (double)(now.tv_sec - then.tv_sec) +
                        (double)(now.tv_nsec - then.tv_nsec) / 1e9;
        then = now;
        if (passed > 0.1) /* the guest was stopped: no burst to make up for it */
            passed = 0.1;
        pthread_mutex_lock(&lock);
        for (due += passed * rate * (1048576 / PAGE); due >= 1; due--)
            dirty_one_page();
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *
pages(size_t count, size_t size)
{
    void *memory = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    return memory;
}

int
memory_start(size_t area_mib)
{
    pthread_t thread;

    area_pages = area_mib ? area_mib * (1048576 / PAGE) : 1;
    sample = pages(SAMPLE_PAGES, PAGE);
    area = pages(area_pages, PAGE);
    generation = pages(area_pages, sizeof(*generation));
    if (!sample || !area || !generation)
        return -1;
    for (size_t i = 0; i < SAMPLE_PAGES; i++)
        fill(sample + i * WORDS, ~i);
    return pthread_create(&thread, NULL, dirty_for_ever, NULL) ? -1 : 0;
}

void
memory_set_rate(double new_rate)
{
    pthread_mutex_lock(&lock);
    if (new_rate > 0)
        prepare_area();
    rate = status.rate = new_rate > 0 ? new_rate : 0;
    pthread_cond_signal(&begun);
    pthread_mutex_unlock(&lock);
}

void
memory_get_status(struct memory_status *out)
{
    pthread_mutex_lock(&lock);
    *out = status;
    pthread_mutex_unlock(&lock);
}

uint64_t
memory_verify(uint64_t *checksum)
{
    uint64_t wrong = 0, sum = LEDGER_HASH_START;

    for (size_t i = 0; i < SAMPLE_PAGES; i++) {
        wrong += !is_filled(sample + i * WORDS, ~i, 0);
        sum = ledger_mix(sum, sample[i * WORDS + i % WORDS]);
    }
    *checksum = sum;
    for (size_t i = 0; i < status.area_pages; i++) {
        pthread_mutex_lock(
            &lock); /* page by page: the dirtier goes on meanwhile */
        wrong += !is_current(i) || !is_filled(area + i * WORDS, i, STRIDE);
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_lock(&lock);
    status.corrupt_pages += wrong;
    pthread_mutex_unlock(&lock);
    return wrong;
}
