/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define CHUNK \
    (LEDGER_READ_MAX * sizeof(struct ledger_record) + 2 * LEDGER_SECTOR)
#define RETRIES 20

struct disk {
    char path[16];
    int fd;
    uint64_t capacity; /* in records */
};

static struct disk disks[LOG_DISKS];
static int disk_count, failed;
static uint64_t committed, total, errors, last_checksum, capacity = UINT64_MAX;
static struct ledger_record *memory; /* ring: record G at G % LOG_MEMORY_RECORDS */
static unsigned char *buffer;        /* aligned for O_DIRECT, CHUNK bytes */

static struct ledger_record *
slot(uint64_t global)
{
    return &memory[global % LOG_MEMORY_RECORDS];
}

const struct ledger_record *
log_recall(uint64_t global)
{
    if (!global || global > total || global + LOG_MEMORY_RECORDS <= total)
        return NULL;
    return slot(global);
}

/* O_DIRECT wants whole sectors: reads those around the wanted records. Returns records read, which
 * may be fewer, or -1. */
int
log_read(int disk, uint64_t from, uint64_t count, struct ledger_record *records)
{
    uint64_t first = (from - 1) / LEDGER_PER_SECTOR,
             skip = (from - 1) % LEDGER_PER_SECTOR, want;
    ssize_t got;

    if (disk < 0 || disk >= disk_count || !from)
        return -1;
    if (count > LEDGER_READ_MAX)
        count = LEDGER_READ_MAX;
    if (from > disks[disk].capacity)
        return 0;
    if (count > disks[disk].capacity - from + 1)
        count = disks[disk].capacity - from + 1;
    want = (skip + count + LEDGER_PER_SECTOR - 1) / LEDGER_PER_SECTOR *
           LEDGER_SECTOR;
    got = pread(disks[disk].fd, buffer, want, (off_t)(first * LEDGER_SECTOR));
    if (got != (ssize_t)want) {
        errors++;
        return -1;
    }
    memcpy(records, buffer + skip * sizeof(*records), count * sizeof(*records));
    return (int)count;
}

/* Length of the log on one disk, up to `limit`. Called with increasing memory: what it reads
 * becomes the memory of the log. */
static uint64_t
recover_disk(int disk, uint64_t limit, int keep)
{
    static struct ledger_record records[LEDGER_READ_MAX];
    uint64_t found = 0, checksum = 0;
    int got;

    while (found < limit &&
           (got = log_read(disk, found + 1, LEDGER_READ_MAX, records)) > 0)
        for (int i = 0; i < got && found < limit; i++) {
            if (!ledger_record_fits(&records[i], found + 1, checksum))
                return found;
            checksum = records[i].checksum;
            found++;
            if (keep) {
                *slot(found) = records[i];
                last_checksum = checksum;
            }
        }
    return found;
}

static void
open_disks(void)
{
    for (int i = 0; i < LOG_DISKS; i++) {
        struct disk *disk = &disks[disk_count];
        off_t size;

        snprintf(disk->path, sizeof(disk->path), "/dev/vd%c", 'a' + i);
        disk->fd = open(disk->path, O_RDWR | O_DIRECT | O_CLOEXEC);
        if (disk->fd < 0)
            continue;
        size = lseek(disk->fd, 0, SEEK_END);
        disk->capacity = (uint64_t)size / sizeof(struct ledger_record);
        if (disk->capacity < capacity)
            capacity = disk->capacity;
        disk_count++;
    }
}

void
log_open(void)
{
    uint64_t shortest = UINT64_MAX;

    memory = mmap(NULL, LOG_MEMORY_RECORDS * sizeof(*memory),
                  PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || posix_memalign((void **)&buffer, 4096, CHUNK))
        abort();
    open_disks();
    for (int i = 0; i < disk_count; i++) {
        uint64_t found = recover_disk(i, UINT64_MAX, 0);

        printf("ledger: %s holds %llu records\n", disks[i].path,
               (unsigned long long)found);
        if (found < shortest)
            shortest = found;
    }
    if (disk_count)
        committed = total = recover_disk(0, shortest, 1);
    else
        printf("ledger: no disk, records are kept in memory only\n");
}

int
log_append(struct ledger_record *record)
{
    if (failed || total >= capacity || total - committed >= LOG_BATCH)
        return -1;
    record->magic = LEDGER_MAGIC;
    record->global = ++total;
    record->checksum = last_checksum = ledger_checksum(record, last_checksum);
    *slot(total) = *record;
    return 0;
}

/* Both is asked for, since each alone has been got wrong by some storage stack: past the page
 * cache, and a flush after it. */
static int
write_disk(const struct disk *disk, size_t length, off_t at)
{
    return pwrite(disk->fd, buffer, length, at) == (ssize_t)length &&
                   !fdatasync(disk->fd)
               ? 0
               : -1;
}

static int
write_disk_stubbornly(const struct disk *disk, size_t length, off_t at)
{
    const struct timespec pause = { 0, 100000000 };

    for (int i = 0; i < RETRIES; i++) {
        if (!write_disk(disk, length, at))
            return 0;
        printf("ledger: %s: write failed: %s\n", disk->path, strerror(errno));
        errors++;
        nanosleep(&pause, NULL);
    }
    return -1;
}

/* Rewrites the last, partly filled sector with the same bytes and what is new: even a torn write
 * leaves the old records whole. */
int
log_commit(void)
{
    uint64_t first = committed / LEDGER_PER_SECTOR * LEDGER_PER_SECTOR + 1;
    size_t length =
        (total - first + LEDGER_PER_SECTOR) / LEDGER_PER_SECTOR * LEDGER_SECTOR;

    if (total == committed)
        return 0;
    memset(buffer, 0, length);
    for (uint64_t i = first; i <= total; i++)
        memcpy(buffer + (i - first) * sizeof(*memory), slot(i), sizeof(*memory));
    for (int i = 0; i < disk_count; i++)
        if (write_disk_stubbornly(&disks[i], length,
                                  (off_t)((first - 1) * sizeof(*memory)))) {
            failed = 1;
            return -1;
        }
    committed = total;
    return 0;
}

void
log_each(void (*see)(const struct ledger_record *record))
{
    uint64_t first =
        total > LOG_MEMORY_RECORDS ? total - LOG_MEMORY_RECORDS + 1 : 1;

    for (uint64_t i = first; i <= total; i++)
        see(slot(i));
}

uint64_t
log_batched(void)
{
    return total - committed;
}

uint64_t
log_count(void)
{
    return committed;
}

int
log_disks(void)
{
    return disk_count;
}

int
log_failed(void)
{
    return failed;
}

uint64_t
log_disk_errors(void)
{
    return errors;
}
