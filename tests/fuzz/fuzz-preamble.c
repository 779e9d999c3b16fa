/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preamble, and what the daemon does with bytes that may be one. */
#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "link/link.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ft_preamble preamble;
    struct ft_error err = FT_ERROR_INIT;
    unsigned char again[FT_PREAMBLE_SIZE];

    if (size < FT_PREAMBLE_SIZE)
        return 0;
    if (ft_preamble_decode(data, &preamble, &err)) {
        FUZZ_CHECK(err.code == EPROTO && err.text[0]);
        return 0;
    }
    FUZZ_CHECK(strlen(preamble.pair) == FT_PAIR_ID_SIZE - 1);
    ft_preamble_encode(&preamble, again);
    FUZZ_CHECK(!memcmp(again, data, sizeof(again)));
    return 0;
}
