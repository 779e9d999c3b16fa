/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/carried.h"

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* Of a look's time; the rest is what senders need to make what they send. */
#define WAITED 0.75

static void
turn(struct ft_carried *c, int64_t now_ns)
{
    if (now_ns - c->now.began_ns < FT_CARRIED_WINDOW_NS)
        return;
    c->before = c->now;
    c->now = (struct ft_carried_window){ .began_ns = now_ns };
}

void
ft_carried_look(struct ft_carried *c, uint64_t brought, int64_t blocked_ns,
                int64_t now_ns)
{
    double took = (double)(now_ns - c->at_ns);
    bool waited = (double)(blocked_ns - c->blocked_ns) >= took * WAITED;

    if (c->at_ns == 0)
        c->now.began_ns = now_ns;
    turn(c, now_ns);
    if (c->at_ns != 0 && took > 0 && waited && brought > c->brought) {
        double rate = (double)(brought - c->brought) * FT_NS_PER_S / took;

        c->now.seconds++;
        c->now.bytes_per_s = FT_MAX(c->now.bytes_per_s, rate);
    }
    c->at_ns = now_ns;
    c->blocked_ns = blocked_ns;
    c->brought = brought;
}

double
ft_carried_rate(const struct ft_carried *c)
{
    return c->now.seconds + c->before.seconds < FT_CARRIED_SECONDS
               ? 0
               : FT_MAX(c->now.bytes_per_s, c->before.bytes_per_s);
}
