/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "qemu/block-match.h"

#include <inttypes.h>
#include <string.h>

#define DO_SAME                                                                  \
    "The virtual hardware differs: install the same QEMU and firmware packages " \
    "on both hosts."

static const struct ft_ram_block *
find(const struct ft_ram_block *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static int
check_there(const struct ft_ram_block *ours, size_t n,
            const struct ft_ram_block *others, size_t n_others, bool roms_too,
            struct ft_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!find(others, n_others, ours[i].name) &&
            (roms_too || !ft_ram_block_is_rom(ours[i].name)))
            return ft_fail(err, ENOTSUP, DO_SAME,
                           "RAM block %s is here only, not on the primary",
                           ours[i].name);
    return 0;
}

int
ft_blocks_match(struct ft_ram_block *ours, size_t *n,
                const struct ft_ram_block *others, size_t n_others,
                bool roms_too, struct ft_error *err)
{
    struct ft_ram_block sorted[FT_RAM_BLOCKS_MAX];

    if (n_others == 0 || n_others > FT_RAM_BLOCKS_MAX)
        return ft_fail(err, ENOTSUP, NULL, "%zu RAM blocks", n_others);
    for (size_t i = 0; i < n_others; i++) {
        const struct ft_ram_block *mine = find(ours, *n, others[i].name);

        if (!mine)
            return ft_fail(err, ENOTSUP, DO_SAME,
                           "RAM block %s of the primary is not here",
                           others[i].name);
        if (mine->size != others[i].size)
            return ft_fail(err, ENOTSUP, DO_SAME,
                           "RAM block %s has %" PRIu64
                           " bytes here and %" PRIu64 " on the primary",
                           mine->name, mine->size, others[i].size);
        if (find(others, i, others[i].name))
            return ft_fail(err, ENOTSUP, NULL, "two RAM blocks are called %s",
                           others[i].name);
        sorted[i] = *mine;
    }
    if (check_there(ours, *n, others, n_others, roms_too, err))
        return -ENOTSUP;
    memcpy(ours, sorted, n_others * sizeof(*ours));
    *n = n_others;
    return 0;
}
