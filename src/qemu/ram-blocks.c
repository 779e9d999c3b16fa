/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/ram-blocks.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "qemu/block-search.h"
#include "qemu/page-set.h"
#include "virt/qmp.h"

#define SMAPS_LIMIT (64u << 20)
#define MAPPINGS_MAX 1024

bool
ft_ram_block_is_rom(const char *name)
{
    size_t n = strlen(name);

    return strncmp(name, "/rom@", 5) == 0 ||
           (n > 4 && strcmp(name + n - 4, ".rom") == 0);
}

/* The end of the name in a line whose first numbers begin at limit: before
 * "4 KiB" and the spaces around. */
static const char *
name_end(const char *line, const char *limit)
{
    int words;

    for (words = 0; words < 2; words++) {
        while (limit > line && limit[-1] == ' ')
            limit--;
        while (limit > line && limit[-1] != ' ')
            limit--;
    }
    while (limit > line && limit[-1] == ' ')
        limit--;
    return limit;
}

/* 1 a block, 0 no line of a block, -E2BIG a name that does not fit. */
static int
parse_line(const char *line, struct ft_ram_block *block)
{
    const char *numbers = strstr(line, " 0x");
    const char *end;
    uint64_t offset, used, total, host = 0;

    if (!numbers ||
        sscanf(numbers, " 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64,
               &offset, &used, &total, &host) < 3)
        return 0;
    while (*line == ' ')
        line++;
    end = name_end(line, numbers);
    if (end <= line)
        return 0;
    if ((size_t)(end - line) >= sizeof(block->name))
        return -E2BIG;
    memcpy(block->name, line, (size_t)(end - line));
    block->name[end - line] = '\0';
    block->size = total;
    block->host = host;
    block->offset = offset;
    block->used = used;
    return 1;
}

int
ft_ram_blocks_parse(const char *text, bool roms, struct ft_ram_block *out,
                    size_t max, size_t *count, struct ft_error *err)
{
    FT_AUTOFREE char *copy = strdup(text);
    char *line, *rest = copy;

    *count = 0;
    if (!copy)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    while ((line = strsep(&rest, "\r\n"))) {
        struct ft_ram_block block;
        int rc = parse_line(line, &block);

        if (rc < 0)
            return ft_fail(err, E2BIG, NULL, "a RAM block's name is too long");
        if (rc == 0 || (!roms && ft_ram_block_is_rom(block.name)))
            continue;
        if (block.size == 0 || block.size % FT_PAGE_SIZE)
            return ft_fail(err, EINVAL, NULL,
                           "RAM block %s has an odd size, %" PRIu64 " bytes",
                           block.name, block.size);
        if (*count == max)
            return ft_fail(err, E2BIG, NULL, "more than %zu RAM blocks", max);
        out[(*count)++] = block;
    }
    if (*count == 0)
        return ft_fail(err, EPROTO, NULL, "QEMU lists no RAM blocks");
    return 0;
}

struct mapping {
    uint64_t start, end;
    char access[5];
    bool dontfork;
};

/* Adds candidate when guard is QEMU's guard page behind it. */
static int
take(const struct mapping *candidate, const struct mapping *guard,
     struct ft_ram_block *out, size_t max, size_t *count)
{
    if (!candidate->dontfork || strncmp(candidate->access, "rw-", 3) != 0 ||
        strncmp(guard->access, "---", 3) != 0 || guard->start != candidate->end)
        return 0;
    if (*count == max)
        return -E2BIG;
    out[*count] =
        (struct ft_ram_block){ .host = candidate->start,
                               .size = candidate->end - candidate->start };
    (*count)++;
    return 0;
}

/* One block may be several mappings when parts of it were treated apart. */
static bool
continues(const struct mapping *before, const struct mapping *next)
{
    return before->end == next->start && before->dontfork && next->dontfork &&
           strcmp(before->access, next->access) == 0;
}

int
ft_ram_mappings_parse(const char *smaps, struct ft_ram_block *out, size_t max,
                      size_t *count, struct ft_error *err)
{
    struct mapping before = { 0 }, now = { 0 };
    const char *line;
    int rc = 0;

    *count = 0;
    for (line = smaps; line && *line && rc == 0;
         line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        struct mapping header = { 0 };

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &header.start,
                   &header.end, header.access) == 3) {
            now = header;
            continue;
        }
        if (strncmp(line, "VmFlags:", 8) != 0)
            continue;
        /* The last line of each mapping: now is complete. */
        now.dontfork = memmem(line, strcspn(line, "\n"), " dc", 3) != NULL;
        if (continues(&before, &now)) {
            before.end = now.end;
            continue;
        }
        rc = take(&before, &now, out, max, count);
        before = now;
    }
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "QEMU has too many memory mappings");
    return 0;
}

/* "vga.vram" of "0000:00:02.0/vga.vram": what `info mtree` calls the region. */
static const char *
region_name(const char *block)
{
    const char *slash = strrchr(block, '/');

    return slash ? slash + 1 : block;
}

int
ft_ram_region_find(const char *mtree, const char *block, uint64_t *address,
                   uint64_t *offset)
{
    const char *name = region_name(block);
    size_t n = strlen(name);
    const char *line;

    for (line = mtree; line && *line;
         line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        uint64_t start, end;
        const char *at;

        if (sscanf(line, " %" SCNx64 "-%" SCNx64 " (prio", &start, &end) != 2)
            continue;
        at = strstr(line, "): ");
        if (!at || at > line + strcspn(line, "\n") ||
            strncmp(at + 3, name, n) != 0)
            continue;
        at += 3 + n;
        if (*at != ' ' && *at != '\n' && *at != '\r' && *at != '\0')
            continue;
        *offset = 0;
        sscanf(at, " @%" SCNx64, offset);
        *address = start;
        return 0;
    }
    return -ENOENT;
}

struct search {
    virDomainPtr dom;
    const struct ft_ram_block *mappings;
    size_t n_mappings;
    char *mtree; /* asked for when first needed */
};

/* Number of mappings of that size; *host is the last one's. */
static size_t
count_of_size(const struct search *search, uint64_t size, uint64_t *host)
{
    size_t i, n = 0;

    for (i = 0; i < search->n_mappings; i++) {
        if (search->mappings[i].size != size)
            continue;
        *host = search->mappings[i].host;
        n++;
    }
    return n;
}

static bool
is_mapping(const struct search *search, uint64_t host, uint64_t size)
{
    size_t i;

    for (i = 0; i < search->n_mappings; i++)
        if (search->mappings[i].host == host && search->mappings[i].size == size)
            return true;
    return false;
}

/* Asks QEMU where a block lies that is mapped into the guest. 0, -ENOENT when
 * it is not, or another -errno. */
static int
ask_address(struct search *search, struct ft_ram_block *block,
            struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    uint64_t address, offset, host;
    char line[64], *is;
    int rc;

    if (!search->mtree) {
        rc = ft_hmp(search->dom, "info mtree -f", &search->mtree, err);
        if (rc < 0)
            return rc;
    }
    if (ft_ram_region_find(search->mtree, block->name, &address, &offset) < 0)
        return -ENOENT;
    snprintf(line, sizeof(line), "gpa2hva 0x%" PRIx64, address);
    rc = ft_hmp(search->dom, line, &text, err);
    if (rc < 0)
        return rc;
    is = strstr(text, ") is 0x");
    if (!is || sscanf(is, ") is 0x%" SCNx64, &host) != 1)
        return -ENOENT;
    host -= offset;
    if (!is_mapping(search, host, block->size))
        return -ENOENT;
    block->host = host;
    return 0;
}

/* By its size, or where the guest has it. 0 also when it stays unknown. */
static int
locate(struct search *search, struct ft_ram_block *block, struct ft_error *err)
{
    uint64_t host = 0;
    size_t n;
    int rc;

    if (block->host)
        return 0; /* QEMU said it */
    n = count_of_size(search, block->size, &host);
    if (n == 1)
        block->host = host;
    if (n <= 1 || ft_ram_block_is_rom(block->name))
        return 0; /* the guest has no ROM mapped once it has booted */
    rc = ask_address(search, block, err);
    return rc == -ENOENT ? 0 : rc;
}

static int
is_unknown(const struct search *search, const struct ft_ram_block *block,
           struct ft_error *err)
{
    uint64_t host;
    size_t n = count_of_size(search, block->size, &host);

    if (n == 0)
        return ft_fail(err, ENOENT, NULL,
                       "RAM block %s of %" PRIu64
                       " bytes is not in QEMU's memory map",
                       block->name, block->size);
    return ft_fail(err, ENOTUNIQ, "QEMU 8.1 or later tells them apart",
                   "RAM block %s cannot be told from %zu others of its size",
                   block->name, n - 1);
}

static bool
are_known(const struct ft_ram_block *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!blocks[i].host)
            return false;
    return true;
}

/* ROMs that were not found are left out; the other side says whether it can be. */
static int
keep_known(const struct search *search, struct ft_ram_block *blocks, size_t *n,
           struct ft_error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++) {
        if (blocks[i].host)
            blocks[kept++] = blocks[i];
        else if (!ft_ram_block_is_rom(blocks[i].name))
            return is_unknown(search, &blocks[i], err);
    }
    *n = kept;
    return 0;
}

static int
check_distinct(const struct ft_ram_block *blocks, size_t n, struct ft_error *err)
{
    size_t i, j;

    for (i = 0; i < n; i++)
        for (j = 0; j < i; j++)
            if (blocks[i].host < blocks[j].host + blocks[j].size &&
                blocks[j].host < blocks[i].host + blocks[i].size)
                return ft_fail(err, ENOTUNIQ,
                               "QEMU 8.1 or later tells them apart",
                               "RAM blocks %s and %s cannot be told apart",
                               blocks[i].name, blocks[j].name);
    return 0;
}

static int
locate_all(struct search *search, pid_t pid, struct ft_ram_block *blocks,
           size_t *n, struct ft_error *err)
{
    int rc = 0;

    for (size_t i = 0; i < *n && rc == 0; i++)
        rc = locate(search, &blocks[i], err);
    if (rc < 0)
        return rc;
    if (!are_known(blocks, *n))
        rc = ft_block_search(pid, search->mappings, search->n_mappings, blocks,
                             *n);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "memory of QEMU: %s", strerror(-rc));
    rc = keep_known(search, blocks, n, err);
    return rc < 0 ? rc : check_distinct(blocks, *n, err);
}

static int
find_all(virDomainPtr dom, pid_t pid, struct ft_ram_block *blocks, size_t *n,
         struct ft_error *err)
{
    FT_AUTOFREE struct ft_ram_block *mappings =
        calloc(MAPPINGS_MAX, sizeof(*mappings));
    FT_AUTOFREE char *smaps = NULL;
    struct search search = { .dom = dom, .mappings = mappings };
    char path[64];
    int rc;

    if (!mappings)
        return ft_fail(err, ENOMEM, NULL, "no memory");
    snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
    rc = ft_file_read(path, SMAPS_LIMIT, &smaps, NULL);
    if (rc < 0)
        return ft_fail(err, -rc, NULL, "%s: %s", path, strerror(-rc));
    rc = ft_ram_mappings_parse(smaps, mappings, MAPPINGS_MAX,
                               &search.n_mappings, err);
    if (rc == 0)
        rc = locate_all(&search, pid, blocks, n, err);
    free(search.mtree);
    return rc;
}

int
ft_ram_blocks_find(virDomainPtr dom, pid_t pid, bool roms,
                   struct ft_ram_block *out, size_t max, size_t *count,
                   struct ft_error *err)
{
    FT_AUTOFREE char *text = NULL;
    int rc = ft_hmp(dom, "info ramblock", &text, err);

    if (rc == 0)
        rc = ft_ram_blocks_parse(text, roms, out, max, count, err);
    if (rc == 0)
        rc = find_all(dom, pid, out, count, err);
    return rc;
}
