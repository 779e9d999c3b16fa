/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "measure/survey.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lz4.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/order.h"
#include "link/page-codec.h"

#define CHUNK_PAGES 256 /* looked at side by side: 1 MiB */
#define CHUNKS 64
#define SET_BYTES ((uint64_t)4 << 20)
#define RATE_BYTES ((uint64_t)1 << 20) /* a smaller read tells no rate */

/* Compressed of each read, and of all. */
#define SAMPLE_BYTES (64 << 10)
#define SAMPLES_BYTES ((uint64_t)4 << 20)

#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)

static int64_t
thread_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * FT_NS_PER_S + t.tv_nsec;
}

/* As pages are compressed on their way, many in one block (link/page-encode.c). */
static void
pack(const char *bytes, int size, struct ft_survey *out)
{
    static char packed[LZ4_COMPRESSBOUND(SAMPLE_BYTES)];
    int n = LZ4_compress_default(bytes, packed, size, sizeof(packed));

    out->sample += (uint64_t)size;
    out->packed += (uint64_t)FT_MIN(n > 0 ? n : size, size);
}

static void
count(const char *bytes, uint64_t size, struct ft_survey *out)
{
    static char sample[SAMPLE_BYTES];
    int used = 0;

    for (uint64_t at = 0; at < size; at += FT_PAGE_SIZE) {
        out->pages++;
        if (ft_is_zero(bytes + at, FT_PAGE_SIZE))
            continue;
        out->data++;
        if (used == SAMPLE_BYTES || out->sample >= SAMPLES_BYTES)
            continue;
        memcpy(sample + used, bytes + at, FT_PAGE_SIZE);
        used += FT_PAGE_SIZE;
    }
    if (used > 0)
        pack(sample, used, out);
}

double
ft_survey_packed(const struct ft_survey *survey)
{
    return survey->sample ? (double)survey->packed / (double)survey->sample : 1;
}

/* Reads runs of at most SET_BYTES, and counts. */
static int
read_and_count(const struct ft_guest_memory *memory,
               const struct ft_page_run *runs, size_t n, char *buffer,
               struct ft_survey *out, struct ft_error *err)
{
    int64_t begin = thread_ns(), took;
    uint64_t size = 0, data;
    int rc;

    for (size_t i = 0; i < n; i++)
        size += runs[i].length;
    rc = ft_guest_memory_read_runs(memory, runs, n, buffer, SET_BYTES, err);
    if (rc)
        return rc;
    took = thread_ns() - begin;
    data = out->data;
    count(buffer, size, out);
    data = (out->data - data) * FT_PAGE_SIZE;
    /* the page of zeros that the kernel has for all is read from a cache */
    if (size >= RATE_BYTES && took > 0 && data >= size - size / 4)
        out->rates[out->n_rates++ % FT_SURVEY_RATES] =
            (double)size / (double)took * FT_NS_PER_S;
    return 0;
}

double
ft_survey_rate(struct ft_survey *survey)
{
    unsigned n = FT_MIN(survey->n_rates, FT_SURVEY_RATES);

    qsort(survey->rates, n, sizeof(survey->rates[0]), ft_order_doubles);
    return n ? survey->rates[(n - 1) * 3 / 4] : 0;
}

/* The pages of a chunk that are there, as runs; returns how many runs. */
static size_t
find_present(const uint64_t *map, size_t n, uint16_t block, uint64_t offset,
             struct ft_page_run *runs, struct ft_survey *out)
{
    size_t found = 0;

    for (size_t i = 0; i < n; i++, offset += FT_PAGE_SIZE) {
        if (map[i] & PRESENT) {
            if (found &&
                runs[found - 1].offset + runs[found - 1].length == offset)
                runs[found - 1].length += FT_PAGE_SIZE;
            else
                runs[found++] =
                    (struct ft_page_run){ offset, FT_PAGE_SIZE, block };
        } else {
            out->pages++;
            out->data += (map[i] & SWAPPED) != 0;
        }
    }
    return found;
}

struct look {
    const struct ft_guest_memory *memory;
    int map; /* /proc/PID/pagemap */
    char *buffer;
};

static int
look_at_chunk(const struct look *look, const struct ft_ram_block *block,
              uint16_t index, uint64_t offset, struct ft_survey *out,
              struct ft_error *err)
{
    uint64_t map[CHUNK_PAGES];
    struct ft_page_run runs[CHUNK_PAGES];
    size_t n = FT_MIN(CHUNK_PAGES, (block->size - offset) / FT_PAGE_SIZE);
    int rc =
        ft_pread_full(look->map, map, n * sizeof(map[0]),
                      (block->host + offset) / FT_PAGE_SIZE * sizeof(map[0]));

    if (rc)
        return ft_fail(err, -rc, NULL, "page map of QEMU: %s", strerror(-rc));
    n = find_present(map, n, index, offset, runs, out);
    return n ? read_and_count(look->memory, runs, n, look->buffer, out, err) : 0;
}

/* Chunks that are spread evenly. */
static int
look_at_all(const struct look *look, struct ft_survey *out, struct ft_error *err)
{
    size_t n;
    const struct ft_ram_block *blocks = ft_guest_memory_blocks(look->memory, &n);
    uint64_t chunk = (uint64_t)CHUNK_PAGES * FT_PAGE_SIZE;
    uint64_t step = ft_guest_memory_size(look->memory) / CHUNKS / FT_PAGE_SIZE *
                    FT_PAGE_SIZE;
    uint64_t at = 0; /* over all blocks */
    int rc = 0;

    step = FT_MAX(step, chunk);
    for (size_t i = 0; i < n && !rc; i++) {
        for (; at < blocks[i].size && !rc; at += step)
            rc = look_at_chunk(look, &blocks[i], (uint16_t)i, at, out, err);
        at -= FT_MIN(at, blocks[i].size);
    }
    return rc;
}

void *
ft_survey_room(void)
{
    void *room = malloc(SET_BYTES);

    if (room)
        memset(room, 1, SET_BYTES);
    return room;
}

int
ft_survey_memory(const struct ft_guest_memory *memory, pid_t pid, void *room,
                 struct ft_survey *out, struct ft_error *err)
{
    FT_AUTOCLOSE int map = -1;
    char path[64];
    struct look look = { memory, -1, room };

    memset(out, 0, sizeof(*out));
    snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
    map = open(path, O_RDONLY | O_CLOEXEC);
    if (map < 0)
        return ft_fail(err, errno, NULL, "page map of QEMU: %s",
                       strerror(errno));
    look.map = map;
    return look_at_all(&look, out, err);
}

int
ft_survey_set(const struct ft_guest_memory *memory,
              const struct ft_page_set *set, void *room, struct ft_survey *out,
              struct ft_error *err)
{
    struct ft_page_run first;
    uint64_t size = 0;
    size_t n = 0;

    if (set->n && set->runs[0].length > SET_BYTES) {
        first = set->runs[0];
        first.length = SET_BYTES;
        return read_and_count(memory, &first, 1, room, out, err);
    }
    while (n < set->n && size + set->runs[n].length <= SET_BYTES)
        size += set->runs[n++].length;
    return n ? read_and_count(memory, set->runs, n, room, out, err) : 0;
}
