/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is looked at: names, and IPv4 addresses as ranges, as somebody wrote
 * them ("10.0.0.0/24", "10.0.9.1-10.0.9.20", "10.0.9.1-20", "hv-west"). No
 * address is in it twice. Pure.
 *
 * Ownership: ft_addresses_close frees; all zero is empty. Threads: plain data.
 */
#ifndef FT_UI_MODEL_ADDRESSES_H
#define FT_UI_MODEL_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FT_ADDRESSES_ASK \
    1024 /* more are looked at only when somebody says so */
#define FT_ADDRESSES_MAX 65536 /* in all; more are refused */
#define FT_ADDRESS_TEXT 16     /* bytes with NUL */
#define FT_ADDRESS_NAME 256

struct ft_address_range {
    uint32_t first, last; /* of host byte order, both are in it */
};

struct ft_addresses {
    struct ft_address_range *ranges; /* ascending, apart from each other */
    size_t range_count;
    char (*names)[FT_ADDRESS_NAME]; /* in the order given */
    size_t name_count;
};

/*
 * Adds what text means. Of a network (/30 and larger ones) its own address and
 * that of its broadcast are left out. -EINVAL for what means nothing, -E2BIG
 * beyond FT_ADDRESSES_MAX, -ENOMEM.
 */
int ft_addresses_add(struct ft_addresses *addresses, const char *text,
                     struct ft_error *err);

/* The same for each word of a file; what is behind a '#' is a remark. */
int ft_addresses_add_lines(struct ft_addresses *addresses, const char *text,
                           struct ft_error *err);

/* Takes away what text means. One without effect is no error. */
int ft_addresses_exclude(struct ft_addresses *addresses, const char *text,
                         struct ft_error *err);

/* The addresses of the ranges, in their order: how many, and one as text. */
size_t ft_addresses_count(const struct ft_addresses *addresses);
bool ft_addresses_at(const struct ft_addresses *addresses, size_t index,
                     char out[FT_ADDRESS_TEXT]);

/* "10.0.0.1-10.0.0.254, 10.0.9.7, hv-west and 22 more" */
void ft_addresses_describe(const struct ft_addresses *addresses, char *out,
                           size_t size);

void ft_addresses_close(struct ft_addresses *addresses);

#endif
