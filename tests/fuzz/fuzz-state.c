/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device state: full (first byte even), or a delta against 256 bytes that
 * count up.
 */
#include "config.h"

#include "fuzz.h"

#include "link/state-delta.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char bytes[256];
    const struct ft_state previous = { bytes, sizeof(bytes) };
    struct ft_state state = { 0 };
    struct ft_error err = FT_ERROR_INIT;

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    if (!size)
        return 0;
    if (ft_state_decode(data + 1, size - 1, data[0] & 1, &previous, &state,
                        &err)) {
        FUZZ_CHECK(err.code && err.text[0] && !state.data);
        return 0;
    }
    FUZZ_CHECK(state.size > 0 && state.size <= FT_STATE_MAX);
    ft_state_free(&state);
    return 0;
}
