/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages between their arrival and the waiting process, which is this one.
 */
#include "config.h"

#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "link/page-codec.h"
#include "standby/staged-pages.h"

#define PAGES 600 /* more than 2 MiB: zeros come in several pieces */
#define SIZE ((size_t)PAGES * FT_PAGE_SIZE)

static unsigned char *memory[2], *expected[2];
static struct ft_staged_pages *pages;

/* Nothing is mapped behind a block: what goes too far fails. */
static unsigned char *
map_block(void)
{
    unsigned char *block = mmap(NULL, SIZE + FT_PAGE_SIZE, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(block != MAP_FAILED);
    assert_int_equal(mprotect(block, SIZE, PROT_READ | PROT_WRITE), 0);
    memset(block, 0x11, SIZE);
    return block;
}

static int
begin(void **state)
{
    struct ft_ram_block blocks[2] = { { .name = "a",
                                        .size = SIZE + FT_PAGE_SIZE },
                                      { .name = "b", .size = SIZE } };

    (void)state;
    for (int i = 0; i < 2; i++) {
        memory[i] = map_block();
        expected[i] = malloc(SIZE);
        memset(expected[i], 0x11, SIZE);
        blocks[i].host = (uintptr_t)memory[i];
    }
    pages = ft_staged_pages_new(getpid(), blocks, 2);
    memset(blocks, 0, sizeof(blocks)); /* it has its own copy */
    return pages ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    ft_staged_pages_free(pages);
    for (int i = 0; i < 2; i++) {
        munmap(memory[i], SIZE + FT_PAGE_SIZE);
        free(expected[i]);
    }
    return 0;
}

/* Stages n pages of one value (0: as zeros), here and in the model. */
static void
add(unsigned block, unsigned first, unsigned n, unsigned char value)
{
    size_t size = (size_t)n * FT_PAGE_SIZE, at = (size_t)first * FT_PAGE_SIZE;
    unsigned char *data = value ? malloc(size) : NULL;

    if (data)
        memset(data, value, size);
    assert_int_equal(ft_staged_pages_add(pages, block, at, size, data), 0);
    free(data); /* valid during the call only */
    memset(expected[block] + at, value, size);
}

static void
write_all(void)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_staged_pages_write(pages, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < 2; i++)
        assert_memory_equal(memory[i], expected[i], SIZE);
}

static void
test_nothing_before_the_write(void **state)
{
    (void)state;
    add(0, 0, 1, 0x22);
    add(1, PAGES - 1, 1, 0x33);
    add(1, 0, 10, 0);
    for (size_t i = 0; i < SIZE; i += FT_PAGE_SIZE) {
        assert_int_equal(memory[0][i], 0x11);
        assert_int_equal(memory[1][i], 0x11);
    }
    write_all();
}

/* The last one wins, whatever it was. */
static void
test_order(void **state)
{
    (void)state;
    add(0, 5, 4, 0x22);
    add(0, 6, 1, 0x33);
    add(0, 7, 1, 0);
    add(0, 20, PAGES - 20, 0);
    add(0, 30, 1, 0x44);
    add(0, 30, 1, 0x55);
    write_all();
}

static void
test_written_once(void **state)
{
    (void)state;
    add(0, 0, 3, 0x22);
    write_all();
    /* what the process does afterwards is its own */
    memset(memory[0], 0x66, SIZE);
    memset(expected[0], 0x66, SIZE);
    write_all();
    add(0, 1, 1, 0x77);
    write_all();
}

static void
test_drop(void **state)
{
    (void)state;
    add(0, 0, PAGES, 0x22);
    add(1, 0, PAGES, 0);
    ft_staged_pages_drop(pages);
    memset(expected[0], 0x11, SIZE);
    memset(expected[1], 0x11, SIZE);
    write_all();
    add(0, 2, 1, 0x33);
    write_all();
    ft_staged_pages_drop(NULL);
    ft_staged_pages_free(NULL);
}

/* What is sent behind a running VM comes several times: it is kept once. */
static void
test_kept_once(void **state)
{
    (void)state;
    add(0, 10, 20, 0x22);
    assert_true(ft_staged_pages_bytes(pages) == 20 * FT_PAGE_SIZE);
    add(0, 10, 20, 0x33);
    add(0, 15, 1, 0);
    add(0, 16, 1, 0x44);
    assert_true(ft_staged_pages_bytes(pages) == 20 * FT_PAGE_SIZE);
    add(0, 5, 30, 0x55); /* more than was there, on both sides */
    add(0, 8, 4, 0);
    assert_true(ft_staged_pages_bytes(pages) == 30 * FT_PAGE_SIZE);
    add(1, 10, 20, 0x66); /* another block's */
    assert_true(ft_staged_pages_bytes(pages) == 50 * FT_PAGE_SIZE);
    write_all();
    add(0, 10, 20, 0x77); /* of the next epoch */
    assert_true(ft_staged_pages_bytes(pages) == 20 * FT_PAGE_SIZE);
    write_all();
}

/* More entries and bytes than it keeps from epoch to epoch. */
static void
test_large_epochs(void **state)
{
    (void)state;
    for (unsigned epoch = 0; epoch < 3; epoch++) {
        for (unsigned round = 0; round < 15; round++)
            for (unsigned page = 0; page < PAGES; page += 2)
                add(page & 1, page, 2, (unsigned char)(1 + page + round));
        for (unsigned round = 0; epoch == 1 && round < 30; round++)
            add(1, 0, PAGES, (unsigned char)(0x80 + round));
        write_all();
    }
}

/* A host keeps some memory for others: its guests, and what waits there. */
static void
test_fit(void **state)
{
    const uint64_t gib = UINT64_C(1) << 30;

    (void)state;
    assert_true(
        ft_staged_pages_fit(&(struct ft_memory){ 8 * gib, gib }, gib / 2));
    assert_false(
        ft_staged_pages_fit(&(struct ft_memory){ 8 * gib, gib }, gib / 2 + 1));
    assert_false(
        ft_staged_pages_fit(&(struct ft_memory){ 8 * gib, gib / 4 }, 0));
    assert_true(ft_staged_pages_fit(&(struct ft_memory){ 999 * gib, 3 * gib },
                                    2 * gib));
    assert_true(ft_staged_pages_fit(&(struct ft_memory){ 0, 0 }, gib));
}

#ifdef FT_FAULT_INJECTION
/* main() armed it: there is no memory when the epoch outgrows what is kept. */
static void
test_no_memory(void **state)
{
    const struct ft_ram_block large = { .name = "a", .size = 100 * SIZE };
    FT_AUTOFREE unsigned char *data = calloc(1, SIZE);
    unsigned n = 0;

    (void)state;
    ft_staged_pages_free(pages);
    pages = ft_staged_pages_new(getpid(), &large, 1);
    while (!ft_staged_pages_add(pages, 0, n * SIZE, SIZE, data) && n < 99)
        n++;
    assert_int_equal(n, (64 << 20) / SIZE);
    assert_true(ft_staged_pages_bytes(pages) == n * SIZE);
    /* the next epoch, or this one when there is some again */
    assert_int_equal(ft_staged_pages_add(pages, 0, n * SIZE, SIZE, data), 0);
    ft_staged_pages_drop(pages);
    assert_int_equal(ft_staged_pages_bytes(pages), 0);
}
#endif

static void
test_failure(void **state)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ram_block block = { .name = "a",
                                  .size = SIZE,
                                  .host = (uintptr_t)memory[0] };

    (void)state;
    /* a page too far; and then it is forgotten, not tried again */
    add(0, PAGES - 1, 1, 0x22);
    assert_int_equal(ft_staged_pages_add(pages, 0, SIZE, FT_PAGE_SIZE, NULL), 0);
    assert_int_equal(ft_staged_pages_write(pages, &err), -EFAULT);
    assert_true(err.text[0] != '\0');
    add(1, 0, 1, 0x44);
    write_all();
    ft_staged_pages_free(pages);
    /* a process that is gone */
    pages = ft_staged_pages_new(INT32_MAX, &block, 1);
    assert_non_null(pages);
    assert_int_equal(ft_staged_pages_add(pages, 0, 0, FT_PAGE_SIZE, NULL), 0);
    assert_int_equal(ft_staged_pages_write(pages, &err), -ESRCH);
    assert_null(ft_staged_pages_new(1, &block, FT_RAM_BLOCKS_MAX + 1));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef FT_FAULT_INJECTION
        TEST(test_no_memory),
#endif
        cmocka_unit_test(test_fit),
        TEST(test_nothing_before_the_write),
        TEST(test_order),
        TEST(test_written_once),
        TEST(test_drop),
        TEST(test_kept_once),
        TEST(test_large_epochs),
        TEST(test_failure),
    };

    setenv("FT_FAULTS", "staged-memory=12", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
