/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which chunks were written since which moment; what is forgotten, and never guessed. */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>

#include "base/cleanup.h"
#include "disk/changed-chunks.h"

#define C FT_CHUNK_SIZE

static const uint64_t sizes[] = { 100 * C + 5, 3, 64 * C };
static struct ft_changed_chunks *changes;

static int
set_up(void **state)
{
    (void)state;
    changes = ft_changed_chunks_new(sizes, FT_ARRAY_SIZE(sizes));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    ft_changed_chunks_free(changes);
    return 0;
}

/* A disk's set, as "2 5-7": chunks, by walking over its runs. */
static void
assert_since(const char *name, unsigned disk, const char *expected)
{
    struct ft_chunk_set *set;
    char text[256] = "";
    uint64_t run;
    int n = 0;

    assert_int_equal(ft_changed_chunks_since(changes, name, &set), 0);
    for (uint64_t at = 0; at < sizes[disk]; at += run) {
        uint64_t last;

        if (!ft_chunk_set_has(set, disk, at, sizes[disk] - at, &run))
            continue;
        last = (at + run - 1) / C;
        n += snprintf(text + n, sizeof(text) - (size_t)n,
                      last > at / C ? "%s%d-%d" : "%s%d", n ? " " : "",
                      (int)(at / C), (int)last);
    }
    ft_chunk_set_free(set);
    assert_string_equal(text, expected);
}

static void
test_nothing_is_known_before(void **state)
{
    struct ft_chunk_set *set;

    (void)state;
    assert_false(ft_changed_chunks_wanted(changes));
    ft_changed_chunks_add(changes, 0, 0, C);
    assert_int_equal(ft_changed_chunks_since(changes, "a", &set), -ENOENT);
    assert_int_equal(ft_changed_chunks_since(changes, "", &set), -ENOENT);
    assert_int_equal(ft_changed_chunks_mark(changes, "a"), 0);
    assert_true(ft_changed_chunks_wanted(changes));
    assert_since("a", 0, "");
}

static void
test_whole_chunks(void **state)
{
    (void)state;
    assert_int_equal(ft_changed_chunks_mark(changes, "a"), 0);
    ft_changed_chunks_add(changes, 0, 0, 0);
    ft_changed_chunks_add(changes, 0, 2 * C + 1, 1);
    ft_changed_chunks_add(changes, 0, 6 * C - 1, 2);
    ft_changed_chunks_add(changes, 0, 63 * C, 2 * C);
    ft_changed_chunks_add(changes, 0, 100 * C, 5);
    ft_changed_chunks_add(changes, 1, 0, 3);
    assert_since("a", 0, "2 5-6 63-64 100");
    assert_since("a", 1, "0");
    assert_since("a", 2, "");
    ft_changed_chunks_add(changes, 2, 0, sizes[2]);
    assert_since("a", 2, "0-63");
    assert_since("a", 0, "2 5-6 63-64 100");
}

static void
test_runs_end_with_what_was_asked(void **state)
{
    struct ft_chunk_set *set;
    uint64_t run;

    (void)state;
    assert_int_equal(ft_changed_chunks_mark(changes, "a"), 0);
    ft_changed_chunks_add(changes, 0, 3 * C, 2 * C);
    assert_int_equal(ft_changed_chunks_since(changes, "a", &set), 0);
    assert_false(ft_chunk_set_has(set, 0, 0, sizes[0], &run));
    assert_int_equal(run, 3 * C);
    assert_false(ft_chunk_set_has(set, 0, C + 7, 10, &run));
    assert_int_equal(run, 10);
    assert_true(ft_chunk_set_has(set, 0, 4 * C + 7, sizes[0] - 4 * C - 7, &run));
    assert_int_equal(run, C - 7);
    assert_false(ft_chunk_set_has(set, 0, 100 * C, 5, &run));
    assert_int_equal(run, 5);
    ft_chunk_set_free(set);
}

/* Since an earlier moment is what was written since every later one, too. */
static void
test_moments(void **state)
{
    struct ft_chunk_set *set;

    (void)state;
    assert_int_equal(ft_changed_chunks_mark(changes, "a"), 0);
    ft_changed_chunks_add(changes, 0, C, 1);
    assert_int_equal(ft_changed_chunks_mark(changes, "b"), 0);
    ft_changed_chunks_add(changes, 0, 5 * C, 1);
    assert_int_equal(ft_changed_chunks_mark(changes, "c"), 0);
    assert_since("a", 0, "1 5");
    assert_since("b", 0, "5");
    assert_since("c", 0, "");
    assert_int_equal(ft_changed_chunks_since(changes, "d", &set), -ENOENT);
}

static void
test_oldest_is_forgotten(void **state)
{
    struct ft_chunk_set *set;
    char name[8];

    (void)state;
    for (int i = 0; i <= FT_CHANGES_MOMENTS; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        assert_int_equal(ft_changed_chunks_mark(changes, name), 0);
        ft_changed_chunks_add(changes, 0, (uint64_t)i * C, 1);
    }
    assert_int_equal(ft_changed_chunks_since(changes, "m0", &set), -ENOENT);
    assert_since("m1", 0, "1-16");
    assert_since("m16", 0, "16");
}

static void
test_bound(void **state)
{
    uint64_t most = FT_CHANGES_BYTES * 8 * C;
    struct ft_changed_chunks *large = ft_changed_chunks_new(&most, 1);
    struct ft_chunk_set *set;

    (void)state;
    assert_int_equal(ft_changed_chunks_mark(large, "a"), -E2BIG);
    assert_false(ft_changed_chunks_wanted(large));
    ft_changed_chunks_free(large);
    most /= 3;
    large = ft_changed_chunks_new(&most, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            ft_changed_chunks_mark(large, (const char *[]){ "a", "b", "c" }[i]),
            0);
    assert_int_equal(ft_changed_chunks_since(large, "a", &set), -ENOENT);
    assert_int_equal(ft_changed_chunks_since(large, "b", &set), 0);
    ft_chunk_set_free(set);
    ft_changed_chunks_free(large);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_known_before),      TEST(test_whole_chunks),
        TEST(test_runs_end_with_what_was_asked), TEST(test_moments),
        TEST(test_oldest_is_forgotten),          TEST(test_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
