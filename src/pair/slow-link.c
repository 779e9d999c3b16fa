/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/slow-link.h"

void
ft_slow_link_fell(struct ft_slow_link *link, int64_t now_ns)
{
    if (link->proven_ns && now_ns - link->proven_ns >= FT_SLOW_LINK_FORGET_NS)
        link->falls = 0;
    link->proven_ns = 0;
    link->falls++;
}

int64_t
ft_slow_link_rest(const struct ft_slow_link *link)
{
    int64_t rest = FT_SLOW_LINK_REST_NS;

    if (!link->falls)
        return 0;
    for (unsigned i = 1; i < link->falls && rest < FT_SLOW_LINK_REST_MAX_NS; i++)
        rest *= 2;
    return rest < FT_SLOW_LINK_REST_MAX_NS ? rest : FT_SLOW_LINK_REST_MAX_NS;
}

enum ft_slow_link_verdict
ft_slow_link_begin(struct ft_slow_link *link)
{
    link->good = link->bad = 0;
    return link->falls ? FT_SLOW_LINK_AGAIN : FT_SLOW_LINK_CARRIES;
}

enum ft_slow_link_verdict
ft_slow_link_round(struct ft_slow_link *link, int64_t took_ns,
                   int64_t patience_ns, int64_t now_ns)
{
    if (took_ns > patience_ns / 2) {
        link->good = 0;
        return ++link->bad < FT_SLOW_LINK_BAD_ROUNDS ? FT_SLOW_LINK_AGAIN
                                                     : FT_SLOW_LINK_FAILS;
    }
    if (++link->good < FT_SLOW_LINK_GOOD_ROUNDS)
        return FT_SLOW_LINK_AGAIN;
    link->proven_ns = now_ns;
    return FT_SLOW_LINK_CARRIES;
}
