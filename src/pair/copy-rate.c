/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "pair/copy-rate.h"

#include "base/cleanup.h"

#define NS_PER_S 1e9
#define SAVED_S 0.05
#define WAIT_MAX_S 3600.0
#define STEP 4 /* a quarter */

static bool
takes_long(const struct ft_copy_second *second)
{
    return second->guest_ns > FT_COPY_LONG_NS &&
           second->guest_ns / 2 > second->usual_ns;
}

static uint64_t
least_of(const struct ft_copy_rate *rate)
{
    return FT_MAX(rate->top / FT_COPY_GIVES_WAY, FT_COPY_LEAST);
}

void
ft_copy_rate_look(struct ft_copy_rate *rate, const struct ft_copy_second *second)
{
    uint64_t now = rate->way ? rate->way : second->copied;

    rate->top = FT_MAX(rate->top, second->copied);
    if (!takes_long(second)) {
        rate->way = rate->way < rate->top ? rate->way + rate->way / STEP : 0;
        return;
    }
    if (now > least_of(rate)) /* what is slow already is not what is in the way */
        rate->way = FT_MAX(now - now / STEP, least_of(rate));
}

uint64_t
ft_copy_rate_limit(const struct ft_copy_rate *rate, uint64_t most,
                   bool *for_guest)
{
    bool guest = rate->way && (!most || rate->way < most);

    if (for_guest)
        *for_guest = guest;
    return guest ? rate->way : most;
}

/* The time that has passed pays. */
static void
pay(struct ft_copy_tokens *tokens, int64_t now_ns)
{
    double rate = (double)tokens->rate;
    double seconds = (double)(now_ns - tokens->at_ns) / NS_PER_S;

    tokens->at_ns = now_ns;
    if (seconds > 0)
        tokens->owed = FT_MAX(tokens->owed - rate * seconds, -rate * SAVED_S);
}

void
ft_copy_tokens_take(struct ft_copy_tokens *tokens, int64_t now_ns,
                    uint64_t bytes)
{
    pay(tokens, now_ns);
    tokens->owed += (double)bytes;
}

int64_t
ft_copy_tokens_wait(struct ft_copy_tokens *tokens, int64_t now_ns, uint64_t rate)
{
    double seconds;

    pay(tokens, now_ns);
    tokens->rate = rate;
    if (!rate)
        tokens->owed = 0;
    if (tokens->owed <= 0)
        return 0;
    seconds = FT_MIN(tokens->owed / (double)rate, WAIT_MAX_S);
    return (int64_t)(seconds * NS_PER_S) + 1;
}
