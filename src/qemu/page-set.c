/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/page-set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 256

void
ft_page_set_clear(struct ft_page_set *set)
{
    set->n = 0;
    set->bytes = 0;
}

void
ft_page_set_free(struct ft_page_set *set)
{
    free(set->runs);
    *set = (struct ft_page_set){ 0 };
}

static int
grow(struct ft_page_set *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : FIRST_CAPACITY;
    struct ft_page_run *runs = reallocarray(set->runs, capacity, sizeof(*runs));

    if (!runs)
        return -ENOMEM;
    set->runs = runs;
    set->capacity = capacity;
    return 0;
}

int
ft_page_set_add(struct ft_page_set *set, uint16_t block, uint64_t offset,
                uint64_t length)
{
    struct ft_page_run *last = set->n ? &set->runs[set->n - 1] : NULL;

    if (last && last->block == block && last->offset + last->length == offset) {
        last->length += length;
        set->bytes += length;
        return 0;
    }
    if (set->n == set->capacity && grow(set) < 0)
        return -ENOMEM;
    set->runs[set->n++] = (struct ft_page_run){ offset, length, block };
    set->bytes += length;
    return 0;
}

void
ft_page_set_drop(struct ft_page_set *set, uint64_t bytes)
{
    size_t i = 0;

    bytes = bytes < set->bytes ? bytes : set->bytes;
    set->bytes -= bytes;
    for (; i < set->n && set->runs[i].length <= bytes; i++)
        bytes -= set->runs[i].length;
    set->n -= i;
    if (i)
        memmove(set->runs, set->runs + i, set->n * sizeof(*set->runs));
    if (bytes) {
        set->runs[0].offset += bytes;
        set->runs[0].length -= bytes;
    }
}

static int
is_before(const struct ft_page_run *a, const struct ft_page_run *b)
{
    return a->block != b->block ? a->block < b->block : a->offset < b->offset;
}

/* Adds what of run lies behind everything in set, which run does not precede. */
static int
append(struct ft_page_set *set, const struct ft_page_run *run)
{
    const struct ft_page_run *last = set->n ? &set->runs[set->n - 1] : NULL;
    uint64_t start = run->offset, end = run->offset + run->length;

    if (last && last->block == run->block && last->offset + last->length > start)
        start = last->offset + last->length;
    return start < end ? ft_page_set_add(set, run->block, start, end - start)
                       : 0;
}

int
ft_page_set_merge(struct ft_page_set *into, const struct ft_page_set *from)
{
    struct ft_page_set out = { 0 };
    size_t a = 0, b = 0;

    while (a < into->n || b < from->n) {
        const struct ft_page_run *next;

        if (b == from->n ||
            (a < into->n && is_before(&into->runs[a], &from->runs[b])))
            next = &into->runs[a++];
        else
            next = &from->runs[b++];
        if (append(&out, next) < 0) {
            ft_page_set_free(&out);
            return -ENOMEM;
        }
    }
    ft_page_set_free(into);
    *into = out;
    return 0;
}
