/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tests/unit/wire.h"

#include <errno.h>

#include "disk/chunk-map.h"

static void
test_bounds(void **state)
{
    struct ft_chunk_map *map;
    uint32_t place = 0;

    (void)state;
    assert_null(ft_chunk_map_new(0));
    assert_null(ft_chunk_map_new((UINT64_C(1) << 31) + 1));
    assert_null(ft_chunk_map_new(SIZE_MAX));
    map = ft_chunk_map_new(2);
    assert_int_equal(ft_chunk_map_count(map), 0);
    assert_false(ft_chunk_map_find(map, 0, 0, &place));
    assert_int_equal(ft_chunk_map_add(map, 0, 0, 7), 0);
    assert_true(ft_chunk_map_find(map, 0, 0, &place));
    assert_int_equal(place, 7);
    assert_false(ft_chunk_map_find(map, 1, 0, NULL));
    assert_int_equal(ft_chunk_map_add(map, 63, (UINT64_C(1) << 47) - 1, 8), 0);
    assert_int_equal(ft_chunk_map_add(map, 0, 1, 9), -ENOSPC);
    assert_false(ft_chunk_map_find(map, 0, 1, NULL));
    assert_true(ft_chunk_map_find(map, 63, (UINT64_C(1) << 47) - 1, &place));
    assert_int_equal(place, 8);
    assert_int_equal(ft_chunk_map_count(map), 2);
    ft_chunk_map_free(map);
    ft_chunk_map_free(NULL);
}

/* Neighbours, strides and disks: full to the brim, each is found, and no other. */
static void
test_full(void **state)
{
    static const uint64_t strides[] = { 1, 2, 4096, UINT64_C(1) << 38 };
    const unsigned n = 1000;

    (void)state;
    for (size_t s = 0; s < sizeof(strides) / sizeof(*strides); s++) {
        struct ft_chunk_map *map = ft_chunk_map_new(n);
        uint32_t place;

        for (unsigned i = 0; i < n; i++)
            assert_int_equal(ft_chunk_map_add(map, i % 3, i / 3 * strides[s], i),
                             0);
        for (unsigned i = 0; i < n; i++) {
            assert_true(
                ft_chunk_map_find(map, i % 3, i / 3 * strides[s], &place));
            assert_int_equal(place, i);
            assert_false(
                ft_chunk_map_find(map, i % 3 + 3, i / 3 * strides[s], &place));
        }
        assert_int_equal(ft_chunk_map_count(map), n);
        ft_chunk_map_free(map);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
