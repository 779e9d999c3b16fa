/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ROMs among the RAM blocks: told apart in QEMU's memory, and matched between two. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "qemu/block-match.h"
#include "qemu/block-search.h"
#include "tests/unit/virt-test.h"

#define SIZE 0x40000u

/* As in QEMU 7.2's include/exec/ramblock.h. */
struct entry {
    void *rcu[2], *region;
    void *host, *colo_cache;
    uint64_t offset, used, total;
    void *resized;
    uint32_t flags;
    char name[256];
};

static void
test_roms_parsed(void **state)
{
    FT_AUTOFREE char *text = read_data("domain/ramblock-7.2.txt");
    struct ft_error err = FT_ERROR_INIT;
    struct ft_ram_block blocks[16];
    size_t n, roms = 0;

    (void)state;
    assert_int_equal(ft_ram_blocks_parse(text, true, blocks, 16, &n, &err), 0);
    assert_int_equal(n, 9);
    for (size_t i = 0; i < n; i++)
        roms += ft_ram_block_is_rom(blocks[i].name);
    assert_int_equal(roms, 6);
    assert_string_equal(blocks[2].name, "/rom@etc/acpi/tables");
    assert_int_equal(blocks[2].offset, 0x9100000);
    assert_int_equal(blocks[2].used, 0x20000);
    assert_int_equal(blocks[2].size, 0x200000);
}

static void
test_is_rom(void **state)
{
    (void)state;
    assert_true(ft_ram_block_is_rom("pc.rom"));
    assert_true(ft_ram_block_is_rom("0000:00:02.0/virtio-net-pci.rom"));
    assert_true(ft_ram_block_is_rom("/rom@etc/acpi/rsdp"));
    assert_false(ft_ram_block_is_rom(".rom"));
    assert_false(ft_ram_block_is_rom("pc.ram"));
    assert_false(ft_ram_block_is_rom("pc.bios"));
    assert_false(ft_ram_block_is_rom("system.flash0"));
}

/* ---- which is whose ---- */

static void *
map_block(void)
{
    void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

static struct entry *
make_entry(const char *name, uint64_t offset, uint64_t used, void *host)
{
    struct entry *e = calloc(1, sizeof(*e));

    assert_non_null(e);
    e->host = host;
    e->offset = offset;
    e->used = used;
    e->total = SIZE;
    strcpy(e->name, name);
    return e;
}

/* The next test is not to find it. */
static void
forget_entry(struct entry *e)
{
    explicit_bzero(e, sizeof(*e));
    free(e);
}

struct process { /* this one, as if it were QEMU */
    struct ft_ram_block mappings[3];
    struct entry *entries[3];
};

static void
begin(struct process *p, struct ft_ram_block blocks[3])
{
    static const char *const names[] = { "0000:00:02.0/virtio-net-pci.rom",
                                         "0000:00:03.0/virtio-net-pci.rom",
                                         "/rom@etc/acpi/tables" };

    memset(blocks, 0, 3 * sizeof(*blocks));
    for (size_t i = 0; i < 3; i++) {
        uint64_t offset = 0x8080000 + i * 0x100000, used = SIZE >> i;
        void *host = map_block();

        p->mappings[i] =
            (struct ft_ram_block){ .host = (uintptr_t)host, .size = SIZE };
        p->entries[i] = make_entry(names[i], offset, used, host);
        strcpy(blocks[i].name, names[i]);
        blocks[i].size = SIZE;
        blocks[i].offset = offset;
        blocks[i].used = used;
    }
}

static void
end(struct process *p)
{
    for (size_t i = 0; i < 3; i++) {
        munmap((void *)(uintptr_t)p->mappings[i].host, SIZE);
        forget_entry(p->entries[i]);
    }
}

static void
search(struct process *p, struct ft_ram_block blocks[3])
{
    assert_int_equal(ft_block_search(getpid(), p->mappings, 3, blocks, 3), 0);
}

static void
test_found(void **state)
{
    struct ft_ram_block blocks[3];
    struct process p;

    (void)state;
    begin(&p, blocks);
    blocks[1].host = 5; /* known, whatever stands there */
    search(&p, blocks);
    assert_int_equal(blocks[0].host, p.mappings[0].host);
    assert_int_equal(blocks[1].host, 5);
    assert_int_equal(blocks[2].host, p.mappings[2].host);
    end(&p);
}

static void
test_not_found(void **state)
{
    struct ft_ram_block blocks[3];
    struct process p;

    (void)state;
    begin(&p, blocks);
    strcpy(p.entries[0]->name, "0000:00:02.0/virtio-net-pci.roms");
    p.entries[1]->host = (char *)p.entries[1]->host + 4096; /* no begin */
    blocks[2].used++; /* changed meanwhile */
    search(&p, blocks);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(blocks[i].host, 0);
    end(&p);
}

/* What was freed may be there still; it counts where it says something else. */
static void
test_found_twice(void **state)
{
    struct ft_ram_block blocks[3];
    struct entry *same, *other;
    struct process p;

    (void)state;
    begin(&p, blocks);
    same = make_entry(blocks[0].name, blocks[0].offset, blocks[0].used,
                      p.entries[0]->host);
    other = make_entry(blocks[1].name, blocks[1].offset, blocks[1].used,
                       p.entries[0]->host);
    search(&p, blocks);
    assert_int_equal(blocks[0].host, p.mappings[0].host);
    assert_int_equal(blocks[1].host, 0);
    assert_int_equal(blocks[2].host, p.mappings[2].host);
    forget_entry(same);
    forget_entry(other);
    end(&p);
}

static void
test_no_process(void **state)
{
    struct ft_ram_block block = { .name = "pc.rom", .size = SIZE };
    pid_t gone = fork();

    (void)state;
    if (gone == 0)
        _exit(0);
    waitpid(gone, NULL, 0);
    assert_true(ft_block_search(gone, NULL, 0, &block, 1) < 0);
    assert_int_equal(block.host, 0);
}

/* ---- matched ---- */

#define BLOCK(name, size, host) \
    {                           \
        name, host, size, 0, 0  \
    }

static const struct ft_ram_block primary[] = {
    BLOCK("pc.ram", 0x8000000, 1),
    BLOCK("vga.vram", 0x1000000, 2),
    BLOCK("pc.bios", 0x40000, 3),
    BLOCK("0/net.rom", 0x40000, 4),
};

static const struct ft_ram_block standby[] = {
    BLOCK("pc.ram", 0x8000000, 11),
    BLOCK("0/net.rom", 0x40000, 14),
    BLOCK("vga.vram", 0x1000000, 12),
    BLOCK("pc.bios", 0x40000, 13),
};

static int
match(struct ft_ram_block ours[8], size_t *n, size_t n_primary, bool roms,
      struct ft_error *err)
{
    memset(err, 0, sizeof(*err));
    return ft_blocks_match(ours, n, primary, n_primary, roms, err);
}

static void
test_order(void **state)
{
    struct ft_ram_block ours[8];
    struct ft_error err;
    size_t n = 4;

    (void)state;
    memcpy(ours, standby, sizeof(standby));
    assert_int_equal(match(ours, &n, 4, true, &err), 0);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(ours[i].name, primary[i].name);
        assert_int_equal(ours[i].host, primary[i].host + 10);
    }
}

/* A primary that sends none: enough only where both load the same. */
static void
test_without_roms(void **state)
{
    struct ft_ram_block ours[8];
    struct ft_error err;
    size_t n = 4;

    (void)state;
    memcpy(ours, standby, sizeof(standby));
    assert_int_equal(match(ours, &n, 3, true, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "0/net.rom is here only"));
    assert_int_equal(n, 4);
    assert_memory_equal(ours, standby, sizeof(standby));
    assert_int_equal(match(ours, &n, 3, false, &err), 0);
    assert_int_equal(n, 3);
    assert_string_equal(ours[2].name, "pc.bios");
}

static void
test_no_match(void **state)
{
    struct ft_ram_block ours[8], twice[2] = { primary[0], primary[0] };
    struct ft_error err = FT_ERROR_INIT;
    size_t n = 3;

    (void)state;
    memcpy(ours, standby, sizeof(standby));
    assert_int_equal(match(ours, &n, 4, true, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "pc.bios of the primary is not here"));
    n = 4;
    assert_int_equal(match(ours, &n, 2, false, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "pc.bios is here only"));
    ours[1].size *= 2;
    assert_int_equal(match(ours, &n, 4, true, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "0/net.rom has 524288 bytes here and "
                                     "262144 on the primary"));
    n = 1;
    assert_int_equal(ft_blocks_match(ours, &n, twice, 2, true, &err), -ENOTSUP);
    assert_int_equal(ft_blocks_match(ours, &n, primary, 0, true, &err),
                     -ENOTSUP);
    assert_int_equal(ft_blocks_match(ours, &n, primary, FT_RAM_BLOCKS_MAX + 1,
                                     true, &err),
                     -ENOTSUP);
    assert_int_equal(n, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roms_parsed), cmocka_unit_test(test_is_rom),
        cmocka_unit_test(test_found),       cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_found_twice), cmocka_unit_test(test_no_process),
        cmocka_unit_test(test_order),       cmocka_unit_test(test_without_roms),
        cmocka_unit_test(test_no_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
