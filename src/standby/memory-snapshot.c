/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "standby/memory-snapshot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "disk/disk-snapshot.h"
#include "qemu/page-set.h"
#include "qemu/process-memory.h"

#define PIECE_PAGES 64 /* brought over at once; bits of a word */
#define PIECE (PIECE_PAGES * (uint64_t)FT_PAGE_SIZE)

struct block {
    uint64_t from, to; /* addresses in the two QEMUs */
    uint64_t size;
    uint64_t *claimed; /* a bit a page: somebody brings it, or has */
};

struct ft_memory_snapshot {
    pid_t from, to;
    struct block blocks[FT_RAM_BLOCKS_MAX];
    size_t n;
    int64_t round_ns;
    atomic_uint references;
    atomic_bool ended;
    pthread_mutex_t lock; /* of the claims, and of why */
    struct ft_error why;
    pthread_mutex_t keeping;       /* held by the writer while it brings */
    unsigned char *kept, *brought; /* PIECE bytes: the writer's, the other's */
};

static int
pair_blocks(struct ft_memory_snapshot *s, const struct ft_memory_of *from,
            const struct ft_memory_of *to, struct ft_error *err)
{
    if (from->n != to->n || from->n > FT_RAM_BLOCKS_MAX)
        return ft_fail(err, EINVAL, NULL, "%zu RAM blocks, not %zu", to->n,
                       from->n);
    for (; s->n < from->n; s->n++) {
        const struct ft_ram_block *a = &from->blocks[s->n];
        const struct ft_ram_block *b = &to->blocks[s->n];
        uint64_t pieces = a->size / PIECE + 1;

        if (strcmp(a->name, b->name) != 0 || a->size != b->size)
            return ft_fail(err, EINVAL, NULL, "RAM block %s is another one",
                           b->name);
        s->blocks[s->n] = (struct block){ a->host, b->host, a->size,
                                          calloc(pieces, sizeof(uint64_t)) };
        if (!s->blocks[s->n].claimed)
            return ft_fail(err, ENOMEM, NULL, "no memory");
    }
    return 0;
}

static void
snapshot_free(struct ft_memory_snapshot *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->blocks[i].claimed);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->keeping);
    free(s->kept);
    free(s->brought);
    free(s);
}

int
ft_memory_snapshot_new(const struct ft_memory_of *from,
                       const struct ft_memory_of *to,
                       struct ft_memory_snapshot **out, struct ft_error *err)
{
    struct ft_memory_snapshot *s = calloc(1, sizeof(*s));
    int rc;

    if (!s)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    s->from = from->pid;
    s->to = to->pid;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->keeping, NULL);
    atomic_init(&s->references, 1);
    atomic_init(&s->ended, false);
    s->kept = malloc(PIECE);
    s->brought = malloc(PIECE);
    rc = s->kept && s->brought ? pair_blocks(s, from, to, err)
                               : ft_fail(err, ENOMEM, NULL, "no memory");
    if (rc)
        snapshot_free(s);
    else
        *out = s;
    return rc;
}

struct ft_memory_snapshot *
ft_memory_snapshot_ref(struct ft_memory_snapshot *s)
{
    atomic_fetch_add(&s->references, 1);
    return s;
}

void
ft_memory_snapshot_unref(struct ft_memory_snapshot *s)
{
    if (s && atomic_fetch_sub(&s->references, 1) == 1)
        snapshot_free(s);
}

/* Of these pages of a piece those that nobody had claimed, claimed now. */
static uint64_t
claim(struct ft_memory_snapshot *s, const struct block *b, uint64_t piece,
      uint64_t pages)
{
    pthread_mutex_lock(&s->lock);
    pages &= ~b->claimed[piece];
    b->claimed[piece] |= pages;
    pthread_mutex_unlock(&s->lock);
    return pages;
}

typedef int copy_function(pid_t, const struct iovec *, const struct iovec *,
                          size_t, struct ft_error *);

/* Copies these pages of a piece between data and the process that has them at. */
static int
copy_pages(copy_function *copy, pid_t pid, uint64_t at,
           const unsigned char *data, uint64_t pages, struct ft_error *err)
{
    struct iovec local[PIECE_PAGES], remote[PIECE_PAGES];
    size_t n = 0;

    for (unsigned page = 0; page < PIECE_PAGES; page++) {
        size_t offset = (size_t)page * FT_PAGE_SIZE;

        if (!(pages >> page & 1))
            continue;
        local[n] =
            (struct iovec){ (void *)(uintptr_t)(data + offset), FT_PAGE_SIZE };
        remote[n++] =
            (struct iovec){ (void *)(uintptr_t)(at + offset), FT_PAGE_SIZE };
    }
    return n ? copy(pid, local, remote, n, err) : 0;
}

/* A bit for each page of [from, to) of a piece. */
static uint64_t
pages_of(uint64_t from, uint64_t to)
{
    uint64_t low = from / FT_PAGE_SIZE, high = to / FT_PAGE_SIZE;
    uint64_t below =
        high == PIECE_PAGES ? UINT64_MAX : (UINT64_C(1) << high) - 1;

    return below & ~((UINT64_C(1) << low) - 1);
}

static int
keep_piece(struct ft_memory_snapshot *s, const struct block *b, uint64_t piece,
           uint64_t pages, struct ft_error *err)
{
    uint64_t at = piece * PIECE;
    int rc;

    pages = claim(s, b, piece, pages);
    if (!pages)
        return 0;
    if (ft_clock_ns() - s->round_ns > FT_SNAPSHOT_KEEP_NS)
        return ft_fail(err, ETIME, "Try when it writes less.",
                       "the guest wrote over too much of its memory at once to "
                       "keep what was there");
    rc = copy_pages(ft_process_memory_read, s->from, b->from + at, s->kept,
                    pages, err);
    return rc ? rc
              : copy_pages(ft_process_memory_write, s->to, b->to + at, s->kept,
                           pages, err);
}

void
ft_memory_snapshot_round(struct ft_memory_snapshot *s)
{
    s->round_ns = ft_clock_ns();
}

void
ft_memory_snapshot_keep(struct ft_memory_snapshot *s, unsigned block,
                        uint64_t offset, uint64_t length)
{
    const struct block *b = &s->blocks[block];
    struct ft_error why = FT_ERROR_INIT;
    uint64_t end = offset + length;
    int rc = 0;

    if (atomic_load(&s->ended) || block >= s->n || offset > b->size ||
        length > b->size - offset)
        return;
    pthread_mutex_lock(&s->keeping);
    while (!rc && offset < end && !atomic_load(&s->ended)) {
        uint64_t piece = offset / PIECE;
        uint64_t until = FT_MIN(end, (piece + 1) * PIECE);

        rc = keep_piece(s, b, piece,
                        pages_of(offset - piece * PIECE, until - piece * PIECE),
                        &why);
        offset = until;
    }
    if (rc)
        ft_memory_snapshot_end(s, &why);
    pthread_mutex_unlock(&s->keeping);
}

/*
 * Read first, claimed then: what nobody had claimed by then nobody has overwritten
 * yet, for the writer claims before it does.
 */
static int
bring_piece(struct ft_memory_snapshot *s, const struct block *b, uint64_t piece,
            struct ft_error *err)
{
    uint64_t at = piece * PIECE;
    uint64_t pages = pages_of(0, FT_MIN(PIECE, b->size - at));
    int rc = copy_pages(ft_process_memory_read, s->from, b->from + at,
                        s->brought, pages, err);

    if (rc)
        return rc;
    pages = claim(s, b, piece, pages);
    return copy_pages(ft_process_memory_write, s->to, b->to + at, s->brought,
                      pages, err);
}

int
ft_memory_snapshot_bring(struct ft_memory_snapshot *s)
{
    struct ft_error why = FT_ERROR_INIT;
    int rc = 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct block *b = &s->blocks[i];

        for (uint64_t piece = 0; !rc && piece * PIECE < b->size; piece++)
            rc = atomic_load(&s->ended) ? -ESTALE
                                        : bring_piece(s, b, piece, &why);
    }
    /* what the writer has claimed is there once it is done with it */
    pthread_mutex_lock(&s->keeping);
    pthread_mutex_unlock(&s->keeping);
    if (why.code)
        ft_memory_snapshot_end(s, &why);
    return atomic_load(&s->ended) ? -ESTALE : rc;
}

void
ft_memory_snapshot_end(struct ft_memory_snapshot *s, const struct ft_error *why)
{
    pthread_mutex_lock(&s->lock);
    if (!atomic_load(&s->ended))
        s->why = *why;
    atomic_store(&s->ended, true);
    pthread_mutex_unlock(&s->lock);
}

bool
ft_memory_snapshot_ended(struct ft_memory_snapshot *s, struct ft_error *out)
{
    bool ended;

    pthread_mutex_lock(&s->lock);
    ended = atomic_load(&s->ended);
    if (ended && out)
        *out = s->why;
    pthread_mutex_unlock(&s->lock);
    return ended;
}
