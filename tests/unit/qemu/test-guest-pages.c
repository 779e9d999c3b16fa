/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page sets and the reading of QEMU's own account of its RAM. */
#include "config.h"

#include "tests/unit/virt-test.h"

#include "base/cleanup.h"
#include "qemu/page-set.h"
#include "qemu/ram-blocks.h"

#define PAGES 64
#define BLOCKS 3

/* One byte a page: what the set must be. */
static void
to_map(const struct ft_page_set *set, uint8_t map[BLOCKS][PAGES])
{
    uint64_t bytes = 0;
    size_t i, p;

    memset(map, 0, BLOCKS * PAGES);
    for (i = 0; i < set->n; i++) {
        const struct ft_page_run *run = &set->runs[i];

        assert_true(run->length > 0);
        for (p = run->offset / FT_PAGE_SIZE;
             p < (run->offset + run->length) / FT_PAGE_SIZE; p++) {
            assert_int_equal(map[run->block][p], 0); /* no overlap */
            map[run->block][p] = 1;
        }
        if (i)
            assert_true(
                run->block > run[-1].block ||
                (run->block == run[-1].block && run->offset > run[-1].offset));
        bytes += run->length;
    }
    assert_int_equal(bytes, set->bytes);
}

static void
random_set(struct ft_page_set *set)
{
    uint16_t b;
    uint64_t p;

    ft_page_set_clear(set);
    for (b = 0; b < BLOCKS; b++)
        for (p = 0; p < PAGES; p++)
            if (rand() % 3 == 0)
                assert_int_equal(ft_page_set_add(set, b, p * FT_PAGE_SIZE,
                                                 FT_PAGE_SIZE),
                                 0);
}

static void
test_merge(void **state)
{
    struct ft_page_set a = { 0 }, b = { 0 };
    uint8_t x[BLOCKS][PAGES], y[BLOCKS][PAGES], z[BLOCKS][PAGES];
    int round, i;

    (void)state;
    srand(1);
    for (round = 0; round < 500; round++) {
        random_set(&a);
        random_set(&b);
        to_map(&a, x);
        to_map(&b, y);
        assert_int_equal(ft_page_set_merge(&a, &b), 0);
        to_map(&a, z);
        for (i = 0; i < BLOCKS * PAGES; i++)
            assert_int_equal(z[i / PAGES][i % PAGES],
                             x[i / PAGES][i % PAGES] | y[i / PAGES][i % PAGES]);
    }
    ft_page_set_free(&a);
    ft_page_set_free(&b);
}

static void
test_add_joins(void **state)
{
    struct ft_page_set set = { 0 };
    uint64_t i;

    (void)state;
    for (i = 0; i < 10000; i++)
        assert_int_equal(ft_page_set_add(&set, 0, i * FT_PAGE_SIZE,
                                         FT_PAGE_SIZE),
                         0);
    assert_int_equal(set.n, 1);
    assert_int_equal(set.bytes, 10000 * FT_PAGE_SIZE);
    assert_int_equal(ft_page_set_add(&set, 1, 10000 * FT_PAGE_SIZE,
                                     FT_PAGE_SIZE),
                     0);
    assert_int_equal(set.n, 2);
    ft_page_set_free(&set);
    assert_int_equal(set.n, 0);
}

/* At every page, of runs of one to four pages: what is left is the rest. */
static void
test_drop(void **state)
{
    static const uint64_t lengths[] = { 1, 4, 2, 3 };
    uint64_t total = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        total += lengths[i];
    for (uint64_t dropped = 0; dropped <= total + 1; dropped++) {
        struct ft_page_set set = { 0 };
        uint64_t page = 0, left = 0;

        for (size_t i = 0; i < 4; i++)
            assert_int_equal(ft_page_set_add(&set, (uint16_t)i, i << 20,
                                             lengths[i] * FT_PAGE_SIZE),
                             0);
        ft_page_set_drop(&set, dropped * FT_PAGE_SIZE);
        assert_int_equal(set.bytes,
                         dropped < total ? (total - dropped) * FT_PAGE_SIZE : 0);
        for (size_t i = 0; i < set.n; i++)
            left += set.runs[i].length;
        assert_int_equal(left, set.bytes);
        for (uint16_t i = 0; set.n && i < set.runs[0].block; i++)
            page += lengths[i];
        if (set.n)
            assert_int_equal(page +
                                 (set.runs[0].offset & 0xfffff) / FT_PAGE_SIZE,
                             dropped);
        ft_page_set_free(&set);
    }
}

static void
test_blocks_7_2(void **state)
{
    FT_AUTOFREE char *text = read_data("domain/ramblock-7.2.txt");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ram_block blocks[8];
    size_t n;

    (void)state;
    assert_int_equal(ft_ram_blocks_parse(text, false, blocks, 8, &n, &err), 0);
    assert_int_equal(n, 3);
    assert_string_equal(blocks[0].name, "pc.ram");
    assert_int_equal(blocks[0].size, 128 << 20);
    assert_int_equal(blocks[0].host, 0);
    assert_string_equal(blocks[1].name, "0000:00:01.0/vga.vram");
    assert_string_equal(blocks[2].name, "pc.bios");
    assert_int_equal(ft_ram_blocks_parse(text, false, blocks, 2, &n, &err),
                     -E2BIG);
}

/* The form since QEMU 8.1, with host addresses (softmmu/physmem.c). */
static void
test_blocks_8_1(void **state)
{
    static const char text[] =
        "              Block Name    PSize              Offset               "
        "Used              Total                HVA  RO\r\n"
        "                  pc.ram    4 KiB  0x0000000000000000 "
        "0x0000000008000000 0x0000000008000000 0x00007f0000000000  rw\r\n"
        "                 pc.bios    4 KiB  0x0000000008000000 "
        "0x0000000000040000 0x0000000000040000 0x00007f1000000000  ro\r\n";
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ram_block blocks[8];
    size_t n;

    (void)state;
    assert_int_equal(ft_ram_blocks_parse(text, false, blocks, 8, &n, &err), 0);
    assert_int_equal(n, 2);
    assert_int_equal(blocks[0].host, 0x7f0000000000);
    assert_int_equal(blocks[1].host, 0x7f1000000000);
    assert_true(ft_ram_blocks_parse("", false, blocks, 8, &n, &err) < 0);
    assert_true(ft_ram_blocks_parse("x 4 KiB 0x1 0x2 0x3", false, blocks, 8, &n,
                                    &err) < 0);
}

#define RW                                                      \
    "rw-p 00000000 00:00 0 \nSize: 4 kB\nAnonHugePages: 0 kB\n" \
    "FilePmdMapped: 0 kB\nVmFlags: rd wr mr mw me dc ac \n"
#define PLAIN "rw-p 00000000 00:00 0 \nVmFlags: rd wr mr mw me ac \n"
#define GUARD "---p 00000000 00:00 0 \nVmFlags: mr mw me \n"

static void
test_mappings(void **state)
{
    static const char smaps[] =
        "1000-3000 " RW "3000-4000 " GUARD    /* a block */
        "5000-6000 " PLAIN "6000-7000 " GUARD /* a thread's stack */
        "8000-9000 " RW "a000-b000 " GUARD    /* a guard elsewhere */
        "c000-d000 " RW "d000-f000 " RW "f000-10000 " GUARD; /* in two parts */
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ram_block out[4];
    size_t n;

    (void)state;
    assert_int_equal(ft_ram_mappings_parse(smaps, out, 4, &n, &err), 0);
    assert_int_equal(n, 2);
    assert_int_equal(out[0].host, 0x1000);
    assert_int_equal(out[0].size, 0x2000);
    assert_int_equal(out[1].host, 0xc000);
    assert_int_equal(out[1].size, 0x3000);
    assert_int_equal(ft_ram_mappings_parse(smaps, out, 1, &n, &err), -E2BIG);
}

static void
test_regions(void **state)
{
    static const char mtree[] =
        "FlatView #1\n"
        " Root memory region: system\n"
        "  00000000000e8000-00000000000effff (prio 0, ram): pc.ram "
        "@00000000000e8000\n"
        "  00000000fd000000-00000000fdffffff (prio 1, ram): vga.vram\n"
        "  00000000fe000000-00000000feffffff (prio 1, ram): vga.vram2\n"
        "  00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios\n";
    uint64_t address, offset;

    (void)state;
    assert_int_equal(ft_ram_region_find(mtree, "pc.ram", &address, &offset), 0);
    assert_int_equal(address, 0xe8000);
    assert_int_equal(offset, 0xe8000);
    assert_int_equal(ft_ram_region_find(mtree, "0000:00:02.0/vga.vram",
                                        &address, &offset),
                     0);
    assert_int_equal(address, 0xfd000000);
    assert_int_equal(offset, 0);
    assert_int_equal(ft_ram_region_find(mtree, "vga", &address, &offset),
                     -ENOENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),      cmocka_unit_test(test_add_joins),
        cmocka_unit_test(test_drop),       cmocka_unit_test(test_blocks_7_2),
        cmocka_unit_test(test_blocks_8_1), cmocka_unit_test(test_mappings),
        cmocka_unit_test(test_regions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
