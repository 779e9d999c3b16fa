/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "disk/changed-chunks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define WORD_BITS 64

/* Where the bits of each disk begin; those of all are in one array. */
struct layout {
    size_t first[FT_DISKS_MAX]; /* word */
    size_t words;
};

struct moment {
    char name[FT_MOMENT_SIZE];
    uint64_t *bits; /* written from it on, until the next one */
};

struct ft_changed_chunks {
    struct layout layout;
    struct moment moments[FT_CHANGES_MOMENTS]; /* the oldest first */
    size_t count;
};

struct ft_chunk_set {
    struct layout layout;
    uint64_t bits[];
};

struct ft_changed_chunks *
ft_changed_chunks_new(const uint64_t *sizes, size_t n)
{
    struct ft_changed_chunks *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        uint64_t chunks =
            sizes[i] / FT_CHUNK_SIZE + (sizes[i] % FT_CHUNK_SIZE != 0);

        c->layout.first[i] = c->layout.words;
        c->layout.words += chunks / WORD_BITS + 1;
    }
    return c;
}

static void
forget_oldest(struct ft_changed_chunks *c)
{
    free(c->moments[0].bits);
    c->count--;
    memmove(c->moments, c->moments + 1, c->count * sizeof(c->moments[0]));
}

void
ft_changed_chunks_free(struct ft_changed_chunks *c)
{
    if (!c)
        return;
    while (c->count)
        forget_oldest(c);
    free(c);
}

int
ft_changed_chunks_mark(struct ft_changed_chunks *c, const char *name)
{
    uint64_t most = FT_CHANGES_BYTES / (c->layout.words * sizeof(uint64_t) + 1);
    struct moment *moment;
    uint64_t *bits;

    if (!most)
        return -E2BIG;
    bits = calloc(c->layout.words + 1, sizeof(*bits));
    if (!bits)
        return -ENOMEM;
    while (c->count >= FT_MIN(most, (uint64_t)FT_CHANGES_MOMENTS))
        forget_oldest(c);
    moment = &c->moments[c->count++];
    snprintf(moment->name, sizeof(moment->name), "%s", name);
    moment->bits = bits;
    return 0;
}

bool
ft_changed_chunks_wanted(const struct ft_changed_chunks *c)
{
    return c->count > 0;
}

void
ft_changed_chunks_add(struct ft_changed_chunks *c, unsigned disk,
                      uint64_t offset, uint64_t length)
{
    uint64_t *bits;

    if (!c->count || !length)
        return;
    bits = c->moments[c->count - 1].bits + c->layout.first[disk];
    for (uint64_t at = offset / FT_CHUNK_SIZE;
         at <= (offset + length - 1) / FT_CHUNK_SIZE; at++)
        bits[at / WORD_BITS] |= UINT64_C(1) << at % WORD_BITS;
}

int
ft_changed_chunks_since(const struct ft_changed_chunks *c, const char *name,
                        struct ft_chunk_set **out)
{
    struct ft_chunk_set *set;
    size_t from = 0;

    while (from < c->count && strcmp(c->moments[from].name, name) != 0)
        from++;
    if (from == c->count)
        return -ENOENT;
    set = calloc(1, sizeof(*set) + c->layout.words * sizeof(uint64_t));
    if (!set)
        return -ENOMEM;
    set->layout = c->layout;
    for (; from < c->count; from++)
        for (size_t i = 0; i < c->layout.words; i++)
            set->bits[i] |= c->moments[from].bits[i];
    *out = set;
    return 0;
}

void
ft_chunk_set_free(struct ft_chunk_set *set)
{
    free(set);
}

static bool
has(const uint64_t *bits, uint64_t chunk)
{
    return bits[chunk / WORD_BITS] >> chunk % WORD_BITS & 1;
}

bool
ft_chunk_set_has(const struct ft_chunk_set *set, unsigned disk, uint64_t offset,
                 uint64_t length, uint64_t *run)
{
    const uint64_t *bits = set->bits + set->layout.first[disk];
    uint64_t end = offset + length;
    uint64_t at = (offset / FT_CHUNK_SIZE + 1) * FT_CHUNK_SIZE;
    bool changed = has(bits, offset / FT_CHUNK_SIZE);

    while (at < end && has(bits, at / FT_CHUNK_SIZE) == changed)
        at += FT_CHUNK_SIZE;
    *run = FT_MIN(at, end) - offset;
    return changed;
}
