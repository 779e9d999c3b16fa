/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison reads every byte once, and never many of them at one stop. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "link/verify-wire.h"
#include "primary/verify-walk.h"

#define MIB ((uint64_t)1 << 20)

static const struct area {
    uint32_t kind, index;
    uint64_t size;
} areas[] = {
    { FT_VERIFY_MEMORY, 0, 300 * MIB },
    { FT_VERIFY_MEMORY, 1, 16 * MIB + 4096 },
    { FT_VERIFY_MEMORY, 2, 0 },
    { FT_VERIFY_MEMORY, 3, 256 << 10 },
    { FT_VERIFY_DISK, 0, 40 * MIB + 512 },
    { FT_VERIFY_DISK, 1, 512 },
    { FT_VERIFY_DISK, 2, 8 * MIB },
};

#define AREAS (sizeof(areas) / sizeof(areas[0]))

static struct ft_verify_walk
begin(void)
{
    struct ft_verify_walk w = { 0 };

    for (size_t i = 0; i < AREAS; i++)
        assert_true(ft_verify_walk_add(&w, areas[i].kind, areas[i].index,
                                       areas[i].size));
    return w;
}

/* The area of a piece, which begins where the last one of it ended. */
static void
take(uint64_t at[AREAS], const struct ft_verify_piece *piece)
{
    size_t i = 0;

    while (areas[i].kind != piece->kind || areas[i].index != piece->index)
        assert_true(++i < AREAS);
    assert_int_equal(piece->offset, at[i]);
    assert_true(piece->size > 0 && piece->size <= FT_VERIFY_PIECE);
    at[i] += piece->size;
    assert_true(at[i] <= areas[i].size);
    if (at[i] < areas[i].size) /* whole units, but for the last */
        assert_int_equal(piece->size % (piece->kind == FT_VERIFY_DISK
                                            ? FT_VERIFY_DISK_UNIT
                                            : 4096),
                         0);
}

/* One stop, each piece of which takes ns; its bytes. */
static uint64_t
stop(struct ft_verify_walk *w, int64_t ns, uint64_t at[AREAS])
{
    struct ft_verify_piece piece, first = { 0 };
    uint64_t bytes = 0;
    int64_t spent = 0;

    ft_verify_walk_stop(w);
    for (; ft_verify_walk_next(w, spent, &piece); spent += ns) {
        assert_true(!bytes || spent < FT_VERIFY_STOP_NS);
        if (!bytes)
            first = piece;
        assert_int_equal(piece.kind, first.kind);
        if (piece.kind == FT_VERIFY_DISK)
            assert_int_equal(piece.index, first.index);
        take(at, &piece);
        bytes += piece.size;
    }
    assert_true(bytes <= (first.kind == FT_VERIFY_DISK ? FT_VERIFY_STOP_DISK
                                                       : FT_VERIFY_STOP_MEMORY));
    return bytes;
}

static unsigned
walk_all(int64_t ns)
{
    struct ft_verify_walk w = begin();
    uint64_t at[AREAS] = { 0 };
    unsigned stops = 0;

    while (!ft_verify_walk_is_done(&w)) {
        assert_true(stop(&w, ns, at) > 0);
        stops++;
    }
    assert_int_equal(stop(&w, ns, at), 0);
    for (size_t i = 0; i < AREAS; i++)
        assert_int_equal(at[i], areas[i].size);
    return stops;
}

static void
test_once_each(void **state)
{
    (void)state;
    /* 316.3 MiB in 32 each; 40 and a bit in 8 each; a disk each */
    assert_int_equal(walk_all(0), 10 + 6 + 1 + 1);
    assert_true(walk_all(FT_VERIFY_STOP_NS / 4) > 80);
    /* a piece at least, however slow */
    assert_int_equal(walk_all(1000 * FT_VERIFY_STOP_NS),
                     300 + 17 + 1 + 41 + 1 + 8);
}

static void
test_many_small_ones(void **state)
{
    struct ft_verify_walk w = { 0 };
    struct ft_verify_piece piece;
    unsigned pieces = 0;

    (void)state;
    for (uint32_t i = 0; i < FT_VERIFY_AREAS_MAX; i++)
        assert_true(ft_verify_walk_add(&w, FT_VERIFY_MEMORY, i, 4096));
    assert_false(ft_verify_walk_add(&w, FT_VERIFY_MEMORY, 9999, 4096));
    assert_true(ft_verify_walk_add(&w, FT_VERIFY_MEMORY, 9999, 0));
    while (ft_verify_walk_next(&w, 0, &piece))
        pieces++;
    assert_int_equal(pieces, FT_VERIFY_STOP_PIECES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once_each),
        cmocka_unit_test(test_many_small_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
