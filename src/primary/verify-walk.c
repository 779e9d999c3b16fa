/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "primary/verify-walk.h"

#include "base/cleanup.h"
#include "link/verify-wire.h"

bool
ft_verify_walk_add(struct ft_verify_walk *w, uint32_t kind, uint32_t index,
                   uint64_t size)
{
    return ft_verify_walk_add_part(w, kind, index, 0, size);
}

bool
ft_verify_walk_add_part(struct ft_verify_walk *w, uint32_t kind, uint32_t index,
                        uint64_t from, uint64_t size)
{
    if (!size)
        return true;
    if (w->n == FT_VERIFY_AREAS_MAX)
        return false;
    w->areas[w->n].kind = kind;
    w->areas[w->n].index = index;
    w->areas[w->n].from = from;
    w->areas[w->n++].size = size;
    return true;
}

void
ft_verify_walk_stop(struct ft_verify_walk *w)
{
    w->stop_bytes = 0;
    w->stop_pieces = 0;
}

static bool
is_disk(const struct ft_verify_walk *w, size_t area)
{
    return w->areas[area].kind == FT_VERIFY_DISK;
}

/* Bytes that this stop may still read of the area that is next. */
static uint64_t
left_to_stop(const struct ft_verify_walk *w, int64_t spent_ns)
{
    uint64_t limit =
        is_disk(w, w->area) ? FT_VERIFY_STOP_DISK : FT_VERIFY_STOP_MEMORY;
    bool begins_disk = is_disk(w, w->area) && w->at == 0;

    if (!w->stop_pieces)
        return limit;
    if (spent_ns >= FT_VERIFY_STOP_NS || begins_disk ||
        w->stop_bytes >= limit || w->stop_pieces == FT_VERIFY_STOP_PIECES)
        return 0;
    return limit - w->stop_bytes;
}

bool
ft_verify_walk_next(struct ft_verify_walk *w, int64_t spent_ns,
                    struct ft_verify_piece *piece)
{
    uint64_t may, left;

    if (ft_verify_walk_is_done(w))
        return false;
    may = left_to_stop(w, spent_ns);
    if (!may)
        return false;
    left = w->areas[w->area].size - w->at;
    *piece = (struct ft_verify_piece){
        .kind = w->areas[w->area].kind,
        .index = w->areas[w->area].index,
        .offset = w->areas[w->area].from + w->at,
        .size = (size_t)FT_MIN(FT_MIN(left, may), (uint64_t)FT_VERIFY_PIECE),
    };
    w->stop_bytes += piece->size;
    w->stop_pieces++;
    w->at += piece->size;
    if (piece->size == left) {
        w->area++;
        w->at = 0;
    }
    return true;
}

bool
ft_verify_walk_is_done(const struct ft_verify_walk *w)
{
    return w->area == w->n;
}
