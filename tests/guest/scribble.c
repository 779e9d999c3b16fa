/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "scribble.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "record.h"

#define BLOCK 4096
#define WORDS (BLOCK / sizeof(uint64_t))
#define BLOCKS 4096 /* of a disk, at most */
#define RUN 32      /* blocks at a time, at most */

struct disk {
    int fd;
    uint64_t begin;            /* bytes */
    uint64_t count;            /* blocks */
    uint64_t versions[BLOCKS]; /* what was written there last; 0: zeros */
};

static struct disk disks[LOG_DISKS];
static unsigned disk_count;
static double rate;
static uint64_t version, drawn;
static uint64_t *buffer; /* RUN blocks, aligned for O_DIRECT */
static struct scribble_status status;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all above */
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER;

static uint64_t
draw(uint64_t below)
{
    return ledger_mix(++drawn, version) % below;
}

/* ----- what stands in a block ----- */

static uint64_t
next_word(uint64_t word)
{
    return word * 6364136223846793005ULL + 1442695040888963407ULL;
}

static void
fill(uint64_t *block, uint64_t at, uint64_t of_version)
{
    uint64_t word = ledger_mix(at, of_version);

    for (size_t i = 0; i < WORDS; i++)
        block[i] = of_version ? word = next_word(word) : 0;
}

static int
is_filled(const uint64_t *block, uint64_t at, uint64_t of_version)
{
    uint64_t word = ledger_mix(at, of_version);

    for (size_t i = 0; i < WORDS; i++)
        if (block[i] != (of_version ? word = next_word(word) : 0))
            return 0;
    return 1;
}

/* Its place on all disks. */
static uint64_t
place(unsigned disk, uint64_t block)
{
    return (uint64_t)disk * BLOCKS + block;
}

/* ----- a run of blocks ----- */

static int
read_run(const struct disk *disk, uint64_t first, uint64_t count)
{
    size_t length = count * BLOCK;

    return pread(disk->fd, buffer, length,
                 (off_t)(disk->begin + first * BLOCK)) == (ssize_t)length
               ? 0
               : -1;
}

/* may_be_zero: just trimmed; what it reads now it is to stay. */
static void
check_run(unsigned number, uint64_t first, uint64_t count, int may_be_zero)
{
    struct disk *disk = &disks[number];

    if (read_run(disk, first, count)) {
        status.errors++;
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t *block = buffer + i * WORDS;
        uint64_t at = place(number, first + i),
                 *its = &disk->versions[first + i];

        if (may_be_zero && is_filled(block, at, 0))
            *its = 0;
        else if (!is_filled(block, at, *its))
            status.wrong++;
        else
            status.kept += may_be_zero && *its;
    }
}

static void
write_run(unsigned number, uint64_t first, uint64_t count)
{
    struct disk *disk = &disks[number];
    size_t length = count * BLOCK;

    version++;
    for (uint64_t i = 0; i < count; i++) {
        disk->versions[first + i] = version;
        fill(buffer + i * WORDS, place(number, first + i), version);
    }
    status.written += count;
    if (pwrite(disk->fd, buffer, length,
               (off_t)(disk->begin + first * BLOCK)) != (ssize_t)length)
        status.errors++;
}

/* request: BLKZEROOUT or BLKDISCARD. */
static int
clear_run(const struct disk *disk, uint64_t first, uint64_t count,
          unsigned long request)
{
    uint64_t range[2] = { disk->begin + first * BLOCK, count * BLOCK };

    return ioctl(disk->fd, request, range);
}

static void
zero_run(unsigned number, uint64_t first, uint64_t count)
{
    memset(&disks[number].versions[first], 0, count * sizeof(uint64_t));
    status.zeroed += count;
    if (clear_run(&disks[number], first, count, BLKZEROOUT))
        status.errors++;
}

static void
trim_run(unsigned number, uint64_t first, uint64_t count)
{
    status.trimmed += count;
    if (clear_run(&disks[number], first, count, BLKDISCARD))
        status.errors++;
    check_run(number, first, count, 1);
}

static void
scribble_once(void)
{
    unsigned number = (unsigned)draw(disk_count);
    uint64_t count = 1 + draw(RUN),
             first = draw(disks[number].count - count + 1);

    switch (draw(8)) {
    case 0:
        zero_run(number, first, count);
        break;
    case 1:
        trim_run(number, first, count);
        break;
    case 2:
        check_run(number, first, count, 0);
        break;
    default:
        write_run(number, first, count);
        break;
    }
    if (!draw(4) && fdatasync(disks[number].fd))
        status.errors++;
}

/* ----- the thread ----- */

static void *
scribble_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        struct timespec pause;
        double seconds;

        pthread_mutex_lock(&lock);
        while (rate <= 0)
            pthread_cond_wait(&begun, &lock);
        scribble_once();
        seconds = 1 / rate;
        pthread_mutex_unlock(&lock);
        pause.tv_sec = (time_t)seconds;
        pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* Disks that have room for a run; the first half is the ledger's. */
static void
open_disks(void)
{
    for (int i = 0; i < LOG_DISKS; i++) {
        struct disk *disk = &disks[disk_count];
        char path[16];
        uint64_t size;

        snprintf(path, sizeof(path), "/dev/vd%c", 'a' + i);
        disk->fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
        if (disk->fd < 0)
            continue;
        size = (uint64_t)lseek(disk->fd, 0, SEEK_END);
        disk->begin = size / 2 / BLOCK * BLOCK;
        disk->count = (size - disk->begin) / BLOCK;
        if (disk->count > BLOCKS)
            disk->count = BLOCKS;
        if (disk->count < RUN || clear_run(disk, 0, disk->count, BLKZEROOUT))
            close(disk->fd);
        else
            disk_count++;
    }
}

static int
start(void)
{
    pthread_t thread;
    void *memory;

    if (posix_memalign(&memory, BLOCK, (size_t)RUN * BLOCK))
        return -1;
    buffer = memory;
    open_disks();
    return disk_count ? pthread_create(&thread, NULL, scribble_for_ever, NULL)
                      : -1;
}

int
scribble_set_rate(double new_rate)
{
    static int started;
    int rc = 0;

    pthread_mutex_lock(&lock);
    if (new_rate > 0 && !started) {
        rc = start();
        started = 1;
    }
    rate = new_rate > 0 && disk_count ? new_rate : 0;
    pthread_cond_signal(&begun);
    pthread_mutex_unlock(&lock);
    return rc ? -1 : 0;
}

void
scribble_verify(void)
{
    for (unsigned d = 0; d < disk_count; d++)
        for (uint64_t first = 0; first < disks[d].count; first += RUN) {
            uint64_t rest = disks[d].count - first;

            pthread_mutex_lock(&lock); /* run by run: it may go on meanwhile */
            check_run(d, first, rest < RUN ? rest : RUN, 0);
            pthread_mutex_unlock(&lock);
        }
}

void
scribble_get_status(struct scribble_status *out)
{
    pthread_mutex_lock(&lock);
    *out = status;
    pthread_mutex_unlock(&lock);
}
