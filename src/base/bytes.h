/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers in byte strings, at any alignment: ft_get_le16 ... ft_put_be64; and
 * strings of zeros.
 * Formats of ours are little endian, NBD is big endian.
 */
#ifndef FT_BASE_BYTES_H
#define FT_BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FT_BYTES_(order, bits)                                              \
    static inline uint##bits##_t ft_get_##order##bits(const void *from)     \
    {                                                                       \
        uint##bits##_t value;                                               \
                                                                            \
        memcpy(&value, from, sizeof(value));                                \
        return order##bits##toh(value);                                     \
    }                                                                       \
                                                                            \
    static inline void ft_put_##order##bits(void *to, uint##bits##_t value) \
    {                                                                       \
        value = hto##order##bits(value);                                    \
        memcpy(to, &value, sizeof(value));                                  \
    }

FT_BYTES_(le, 16)
FT_BYTES_(le, 32)
FT_BYTES_(le, 64)
FT_BYTES_(be, 16)
FT_BYTES_(be, 32)
FT_BYTES_(be, 64)

#undef FT_BYTES_

/* Whether all of at least one byte are zero. */
static inline bool
ft_bytes_are_zero(const void *data, size_t size)
{
    const unsigned char *bytes = data;

    return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

#endif
