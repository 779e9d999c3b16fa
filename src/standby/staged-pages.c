/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/staged-pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "qemu/page-set.h"
#include "qemu/process-memory.h"

#define KEEP_BYTES ((size_t)64 << 20) /* buffer kept between epochs */
#define ZERO_BYTES ((size_t)1 << 20)
#define SPARE_PART 16 /* of the host's memory is not taken */
#define SPARE_MAX (UINT64_C(1) << 30)
#define NO_DATA SIZE_MAX

struct entry {
    uint64_t offset; /* in the block */
    uint64_t length;
    size_t data; /* offset in the buffer; NO_DATA: zeros */
    unsigned block;
};

struct ft_staged_pages {
    pid_t pid;
    struct ft_ram_block blocks[FT_RAM_BLOCKS_MAX];
    size_t n_blocks;
    unsigned char *buffer, *zeros;
    size_t used, room;
    struct entry *entries;
    size_t n, entry_room;
    struct iovec *local, *remote; /* for the writing */
    size_t vector_room;
    /* by block and page: its place in the buffer, in pages from 1; 0: none */
    uint32_t *places[FT_RAM_BLOCKS_MAX];
};

struct ft_staged_pages *
ft_staged_pages_new(pid_t pid, const struct ft_ram_block *blocks, size_t n)
{
    struct ft_staged_pages *p = calloc(1, sizeof(*p));

    if (!p || n > FT_RAM_BLOCKS_MAX || !(p->zeros = calloc(1, ZERO_BYTES))) {
        free(p);
        return NULL;
    }
    p->pid = pid;
    p->n_blocks = n;
    memcpy(p->blocks, blocks, n * sizeof(*blocks));
    for (size_t i = 0; i < n; i++) {
        p->places[i] = calloc(blocks[i].size / FT_PAGE_SIZE, sizeof(uint32_t));
        if (!p->places[i]) {
            ft_staged_pages_free(p);
            return NULL;
        }
    }
    return p;
}

void
ft_staged_pages_free(struct ft_staged_pages *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_blocks; i++)
        free(p->places[i]);
    free(p->buffer);
    free(p->zeros);
    free(p->entries);
    free(p->local);
    free(p->remote);
    free(p);
}

static int
grow(void **array, size_t *room, size_t wanted, size_t item)
{
    size_t n = *room ? *room : 1024;
    void *larger;

    if (wanted <= *room)
        return 0;
    while (n < wanted)
        n *= 2;
    larger = realloc(*array, n * item);
    if (!larger)
        return -ENOMEM;
    *array = larger;
    *room = n;
    return 0;
}

bool
ft_staged_pages_fit(const struct ft_memory *memory, uint64_t more)
{
    uint64_t spare = FT_MIN(memory->total / SPARE_PART, SPARE_MAX);

    return !memory->total ||
           (memory->available >= spare && memory->available - spare >= more);
}

/* Beyond what is kept between epochs the host is asked, and steps are smaller. */
static int
grow_buffer(struct ft_staged_pages *p, size_t wanted)
{
    size_t room = FT_MAX(wanted, p->room + p->room / 4);
    struct ft_memory memory;
    unsigned char *larger;

    if (wanted <= KEEP_BYTES)
        return grow((void **)&p->buffer, &p->room, wanted, 1);
    if (wanted <= p->room)
        return 0;
    ft_load_memory(&memory);
    if (FT_FAULT("staged-memory") ||
        !ft_staged_pages_fit(&memory, room - p->room))
        return -ENOMEM;
    larger = realloc(p->buffer, room);
    if (!larger)
        return -ENOMEM;
    p->buffer = larger;
    p->room = room;
    return 0;
}

static int
add_entry(struct ft_staged_pages *p, unsigned block, uint64_t offset,
          uint64_t length, size_t data)
{
    if (grow((void **)&p->entries, &p->entry_room, p->n + 1,
             sizeof(*p->entries)))
        return -ENOMEM;
    p->entries[p->n++] = (struct entry){ offset, length, data, block };
    return 0;
}

/* A run of zeros becomes several entries, each backed by the zero buffer. */
static int
add_zeros(struct ft_staged_pages *p, unsigned block, uint64_t offset,
          uint64_t length)
{
    int rc = 0;

    while (!rc && length) {
        uint64_t n = FT_MIN(length, ZERO_BYTES);

        rc = add_entry(p, block, offset, n, NO_DATA);
        offset += n;
        length -= n;
    }
    return rc;
}

static int
add_data(struct ft_staged_pages *p, unsigned block, uint64_t offset,
         uint64_t length, const void *data)
{
    uint32_t *places = p->places[block] + offset / FT_PAGE_SIZE;
    size_t place = p->used / FT_PAGE_SIZE + 1;
    int rc = grow_buffer(p, p->used + length);

    if (!rc)
        rc = add_entry(p, block, offset, length, p->used);
    if (rc)
        return rc;
    memcpy(p->buffer + p->used, data, length);
    p->used += length;
    for (size_t i = 0; i < length / FT_PAGE_SIZE; i++)
        places[i] = (uint32_t)(place + i);
    return 0;
}

/* What came before in the same epoch makes room for it. */
static void
replace(struct ft_staged_pages *p, const uint32_t *places, uint64_t length,
        const unsigned char *data)
{
    for (size_t i = 0; i < length / FT_PAGE_SIZE; i++) {
        unsigned char *kept = p->buffer + ((size_t)places[i] - 1) * FT_PAGE_SIZE;

        if (data)
            memcpy(kept, data + i * FT_PAGE_SIZE, FT_PAGE_SIZE);
        else
            memset(kept, 0, FT_PAGE_SIZE);
    }
}

/* Of so many bytes of pages those that are all kept already, or all not. */
static uint64_t
alike(const uint32_t *places, uint64_t length)
{
    size_t n = 1;

    while (n < length / FT_PAGE_SIZE && !places[n] == !places[0])
        n++;
    return n * FT_PAGE_SIZE;
}

int
ft_staged_pages_add(struct ft_staged_pages *p, unsigned block, uint64_t offset,
                    uint64_t length, const void *data)
{
    const unsigned char *from = data;
    uint64_t n;
    int rc = 0;

    for (; !rc && length; offset += n, length -= n) {
        const uint32_t *places = p->places[block] + offset / FT_PAGE_SIZE;

        n = alike(places, length);
        if (*places)
            replace(p, places, n, from);
        else
            rc = from ? add_data(p, block, offset, n, from)
                      : add_zeros(p, block, offset, n);
        from = from ? from + n : NULL;
    }
    return rc;
}

void
ft_staged_pages_each(const struct ft_staged_pages *p,
                     ft_staged_pages_range *each, void *opaque)
{
    for (size_t i = 0; i < p->n; i++)
        each(opaque, p->entries[i].block, p->entries[i].offset,
             p->entries[i].length);
}

int
ft_staged_pages_write(struct ft_staged_pages *p, struct ft_error *err)
{
    size_t i, room = p->vector_room;
    int rc = grow((void **)&p->local, &room, p->n, sizeof(*p->local));

    if (!rc)
        rc = grow((void **)&p->remote, &p->vector_room, p->n,
                  sizeof(*p->remote));
    if (rc)
        return ft_fail(err, ENOMEM, NULL, "no memory to write guest pages");
    for (i = 0; i < p->n; i++) {
        const struct entry *e = &p->entries[i];

        p->local[i].iov_base =
            e->data == NO_DATA ? p->zeros : p->buffer + e->data;
        p->local[i].iov_len = p->remote[i].iov_len = e->length;
        p->remote[i].iov_base =
            (void *)(uintptr_t)(p->blocks[e->block].host + e->offset);
    }
    rc = ft_process_memory_write(p->pid, p->local, p->remote, p->n, err);
    ft_staged_pages_drop(p);
    return rc;
}

uint64_t
ft_staged_pages_bytes(const struct ft_staged_pages *p)
{
    return p->used;
}

void
ft_staged_pages_drop(struct ft_staged_pages *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n; i++) {
        const struct entry *e = &p->entries[i];

        if (e->data != NO_DATA)
            memset(p->places[e->block] + e->offset / FT_PAGE_SIZE, 0,
                   e->length / FT_PAGE_SIZE * sizeof(uint32_t));
    }
    p->used = p->n = 0;
    if (p->room > KEEP_BYTES) {
        free(p->buffer);
        p->buffer = NULL;
        p->room = 0;
    }
}
