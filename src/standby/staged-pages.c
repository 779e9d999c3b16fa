/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/staged-pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/fault.h"
#include "qemu/process-memory.h"

#define KEEP_BYTES ((size_t)64 << 20) /* buffer kept between epochs */
#define ZERO_BYTES ((size_t)1 << 20)
#define SPARE_PART 16 /* of the host's memory is not taken */
#define SPARE_MAX (UINT64_C(1) << 30)
#define NO_DATA SIZE_MAX

struct entry {
    uint64_t remote; /* address in the process */
    uint64_t length;
    size_t data; /* offset in the buffer; NO_DATA: zeros */
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
    return p;
}

void
ft_staged_pages_free(struct ft_staged_pages *p)
{
    if (!p)
        return;
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

/* A run of zeros becomes several entries, each backed by the zero buffer. */
static int
add_entry(struct ft_staged_pages *p, uint64_t remote, uint64_t length,
          size_t data)
{
    if (grow((void **)&p->entries, &p->entry_room, p->n + 1,
             sizeof(*p->entries)))
        return -ENOMEM;
    p->entries[p->n++] = (struct entry){ remote, length, data };
    return 0;
}

static int
add_zeros(struct ft_staged_pages *p, uint64_t remote, uint64_t length)
{
    int rc = 0;

    while (!rc && length) {
        uint64_t n = FT_MIN(length, ZERO_BYTES);

        rc = add_entry(p, remote, n, NO_DATA);
        remote += n;
        length -= n;
    }
    return rc;
}

int
ft_staged_pages_add(struct ft_staged_pages *p, unsigned block, uint64_t offset,
                    uint64_t length, const void *data)
{
    uint64_t remote = p->blocks[block].host + offset;
    int rc;

    if (!data)
        return add_zeros(p, remote, length);
    rc = grow_buffer(p, p->used + length);
    if (!rc)
        rc = add_entry(p, remote, length, p->used);
    if (rc)
        return rc;
    memcpy(p->buffer + p->used, data, length);
    p->used += length;
    return 0;
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
        p->remote[i].iov_base = (void *)(uintptr_t)e->remote;
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
    p->used = p->n = 0;
    if (p->room > KEEP_BYTES) {
        free(p->buffer);
        p->buffer = NULL;
        p->room = 0;
    }
}
