/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/block-search.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/io.h"

#define MAPS_MAX ((size_t)8 << 20)       /* bytes of /proc/PID/maps */
#define SEARCH_MAX (UINT64_C(512) << 20) /* bytes, of heaps */
#define CHUNK ((size_t)1 << 20)          /* read at once, bytes */
#define WORD sizeof(uint64_t)
#define TOLD 3    /* offset, used, total */
#define BEFORE 4  /* words before them, one of which is the address */
#define BEHIND 64 /* bytes behind them, in which the name begins */
#define FOUND_TWICE UINT64_MAX

struct block_search {
    pid_t pid;
    const struct ft_ram_block *mappings;
    size_t n_mappings;
    struct ft_ram_block *blocks;
    size_t n;
    uint64_t *found; /* one a block: 0, the address, or FOUND_TWICE */
    uint64_t searched;
    uint8_t *chunk;
};

static size_t
read_memory(const struct block_search *s, uint64_t at, void *out, size_t size)
{
    struct iovec local = { out, size };
    struct iovec remote = { (void *)(uintptr_t)at, size };
    ssize_t n = process_vm_readv(s->pid, &local, 1, &remote, 1, 0);

    return n > 0 ? (size_t)n : 0;
}

static bool
is_mapping(const struct block_search *s, uint64_t host, uint64_t size)
{
    for (size_t i = 0; i < s->n_mappings; i++)
        if (s->mappings[i].host == host && s->mappings[i].size == size)
            return true;
    return false;
}

static bool
has_name(const uint8_t *text, size_t size, const char *name)
{
    size_t length = strlen(name) + 1;

    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(text + i, name, length) == 0)
            return true;
    return false;
}

/* The block's three numbers stand at this address: is it an entry? */
static void
try_entry(struct block_search *s, size_t index, uint64_t at)
{
    const struct ft_ram_block *b = &s->blocks[index];
    struct {
        uint64_t before[BEFORE], told[TOLD];
        uint8_t behind[BEHIND + sizeof(b->name)];
    } entry = { 0 };
    uint64_t *found = &s->found[index];

    if (at < sizeof(entry.before) ||
        read_memory(s, at - sizeof(entry.before), &entry, sizeof(entry)) <
            sizeof(entry) ||
        !has_name(entry.behind, sizeof(entry.behind), b->name))
        return;
    for (size_t i = 0; i < BEFORE; i++)
        if (is_mapping(s, entry.before[i], b->size) && *found != entry.before[i])
            *found = *found ? FOUND_TWICE : entry.before[i];
}

static void
match(struct block_search *s, uint64_t at, size_t size)
{
    for (size_t i = 0; i + TOLD * WORD <= size; i += WORD) {
        uint64_t told[TOLD];

        memcpy(told, s->chunk + i, sizeof(told));
        for (size_t k = 0; told[TOLD - 1] && k < s->n; k++)
            if (!s->blocks[k].host && told[0] == s->blocks[k].offset &&
                told[1] == s->blocks[k].used && told[2] == s->blocks[k].size)
                try_entry(s, k, at + i);
    }
}

/* What numbers stand across two chunks is in both. */
static void
search_area(struct block_search *s, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end && s->searched < SEARCH_MAX;
         at += CHUNK - TOLD * WORD) {
        size_t size =
            read_memory(s, at, s->chunk, (size_t)FT_MIN(CHUNK, end - at));

        s->searched += CHUNK;
        match(s, at, size);
    }
}

static bool
is_guest_memory(const struct block_search *s, uint64_t start, uint64_t end)
{
    for (size_t i = 0; i < s->n_mappings; i++)
        if (start < s->mappings[i].host + s->mappings[i].size &&
            end > s->mappings[i].host)
            return true;
    return false;
}

/* Main threads allocate on the heap; the rest is for one that did not. */
static void
search_maps(struct block_search *s, char *maps, bool heap)
{
    char *line, *rest = maps;

    while ((line = strsep(&rest, "\n"))) {
        uint64_t start, end;
        char permissions[8];
        bool is_heap = strstr(line, "[heap]") != NULL;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end,
                   permissions) == 3 &&
            strcmp(permissions, "rw-p") == 0 && is_heap == heap &&
            (is_heap || !strchr(line, '[')) && !is_guest_memory(s, start, end))
            search_area(s, start, end);
    }
}

static bool
is_complete(const struct block_search *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (!s->blocks[i].host && !s->found[i])
            return false;
    return true;
}

static int
search(struct block_search *s, const char *maps)
{
    for (int heap = 1; heap >= 0 && !is_complete(s); heap--) {
        FT_AUTOFREE char *copy = strdup(maps);

        if (!copy)
            return -ENOMEM;
        search_maps(s, copy, heap);
    }
    for (size_t i = 0; i < s->n; i++)
        if (s->found[i] && s->found[i] != FOUND_TWICE)
            s->blocks[i].host = s->found[i];
    return 0;
}

int
ft_block_search(pid_t pid, const struct ft_ram_block *mappings,
                size_t n_mappings, struct ft_ram_block *blocks, size_t n)
{
    FT_AUTOFREE uint64_t *found = calloc(n ? n : 1, sizeof(*found));
    FT_AUTOFREE uint8_t *chunk = malloc(CHUNK);
    FT_AUTOFREE char *maps = NULL;
    struct block_search s = { pid, mappings, n_mappings, blocks,
                              n,   found,    0,          chunk };
    char path[64];
    int rc;

    if (!found || !chunk)
        return -ENOMEM;
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    rc = ft_file_read(path, MAPS_MAX, &maps, NULL);
    return rc < 0 ? rc : search(&s, maps);
}
