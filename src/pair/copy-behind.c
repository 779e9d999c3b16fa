/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/copy-behind.h"

bool
ft_copy_behind_tries(struct ft_copy_behind *behind, uint64_t bytes,
                     int64_t now_ns, int64_t patience_ns)
{
    if (bytes <= FT_EPOCH_BUFFER || behind->tries >= FT_COPY_BEHIND_TRIES)
        return false;
    if (!behind->tries)
        behind->until_ns = now_ns + patience_ns;
    if (now_ns >= behind->until_ns)
        return false;
    behind->tries++;
    return true;
}
