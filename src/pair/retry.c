/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/retry.h"

void
ft_retry_good(struct ft_retry *retry, int64_t now_ns)
{
    retry->good_ns = now_ns;
}

void
ft_retry_failed(struct ft_retry *retry, int64_t now_ns)
{
    int64_t most = retry->good_ns ? FT_RETRY_GOOD_MAX_NS : FT_RETRY_MAX_NS;
    int64_t pause = FT_RETRY_FIRST_NS;

    if (retry->good_ns && now_ns - retry->good_ns >= FT_RETRY_FORGET_NS)
        retry->failures = 0;
    retry->good_ns = 0;
    if (retry->failures++ == 0)
        pause = 0;
    for (unsigned i = 2; i < retry->failures && pause < most; i++)
        pause *= 2;
    retry->until_ns = now_ns + (pause < most ? pause : most);
}
