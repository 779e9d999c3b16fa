/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device state on the wire: the whole blob, or its difference from the blob
 * of the epoch before (ft-protocol(7)). Pure. The frames' type says which;
 * a long one is split over frames with FT_FRAME_MORE by the caller.
 *
 * Both   u64 size of the new state, u64 its XXH3-64,
 * delta  u64 size of the old state, u64 its XXH3-64, u32 ranges, u32 0,
 *        ranges {u32 offset, u32 length}, data of all ranges in a row
 * full   the state
 *
 * Little endian, bytes. Ranges ascend, do not touch and lie in the new
 * state. What no range covers is as in the old state, which must reach there.
 */
#ifndef FT_LINK_STATE_DELTA_H
#define FT_LINK_STATE_DELTA_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The largest device state that is carried. */
#define FT_STATE_MAX (UINT32_C(64) << 20)

struct ft_state {
    unsigned char *data; /* heap; NULL when empty */
    size_t size;
};

void ft_state_free(struct ft_state *state);

/*
 * Encodes state, as a delta against previous (NULL: none) when that is
 * smaller. *encoded is the caller's; *is_delta tells the frame type. -ENOMEM,
 * -E2BIG (larger than FT_STATE_MAX), -EINVAL (empty).
 */
int ft_state_encode(const struct ft_state *state,
                    const struct ft_state *previous, struct ft_state *encoded,
                    int *is_delta);

/*
 * Decodes into *state, which the caller frees. previous is needed for a delta
 * (NULL: -EPROTO). -EPROTO with a text naming the field, -EBADMSG when the
 * result, or the previous state, is not what the sender had, -ENOMEM.
 */
int ft_state_decode(const void *encoded, size_t size, int is_delta,
                    const struct ft_state *previous, struct ft_state *state,
                    struct ft_error *err);

#endif
