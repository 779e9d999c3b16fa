/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After a link was too slow for the guest (pair/slow-link.h): the rest before
 * the copy is made anew, and the rounds that prove that it carries what the
 * guest writes, before the guest's output waits for it again.
 */
#include "config.h"

#include "base/clock.h"
#include "primary/primary-private.h"

#define ROUND_NS FT_NS_PER_S /* from one begin to the next, at least */
#define POLL_NS (20 * FT_NS_PER_MS)
#define ARRIVAL_NS (30 * FT_NS_PER_S) /* a round that takes longer is bad */

int
ft_primary_link_fell(struct ft_primary *p)
{
    int64_t rest;

    pthread_mutex_lock(&p->lock);
    ft_slow_link_fell(&p->slow_link, ft_clock_ns());
    rest = ft_slow_link_rest(&p->slow_link);
    pthread_mutex_unlock(&p->lock);
    return (int)(rest / FT_NS_PER_S);
}

/* 0, or -ECANCELED when the session has ended meanwhile. */
static int
wait_until(struct ft_primary *p, int64_t until)
{
    int rc;

    pthread_mutex_lock(&p->lock);
    while (!ft_primary_must_stop(p) && ft_clock_ns() < until)
        ft_primary_wait(p, until);
    rc = ft_primary_must_stop(p) ? -ECANCELED : 0;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

int
ft_primary_rest_link(struct ft_primary *p)
{
    int64_t rest;

    pthread_mutex_lock(&p->lock);
    rest = ft_slow_link_rest(&p->slow_link);
    pthread_mutex_unlock(&p->lock);
    return rest ? wait_until(p, ft_clock_ns() + rest) : 0;
}

static int
on_pages(void *opaque, uint64_t done)
{
    (void)done;
    return ft_primary_stopped(opaque);
}

/* Until the peer's host has what was sent, or long enough: disks write on. */
static int
await_arrival(struct ft_primary *p)
{
    struct ft_link *link = ft_session_link(p->out.session);
    int64_t until = ft_clock_ns() + ARRIVAL_NS;
    int rc = 0;

    while (!rc && ft_clock_ns() < until &&
           ft_link_unsent(link) > FT_LINK_IDLE_BYTES)
        rc = wait_until(p, ft_clock_ns() + POLL_NS);
    return rc;
}

struct round {
    int64_t began_ns, took_ns;
    uint64_t bytes; /* that the link brought */
};

/* Like an epoch, that nothing waits for: what was written since the last one. */
static int
run_round(struct ft_primary *p, struct round *round, struct ft_error *err)
{
    struct ft_link *link = ft_session_link(p->out.session);
    struct ft_link_stats before, after;
    int rc = ft_stop_to_scan(p, err);

    ft_link_stats(link, &before);
    round->began_ns = ft_clock_ns();
    if (!rc)
        rc = ft_page_sender_stream(p->sender, &p->set, 1, on_pages, p, err);
    if (!rc)
        rc = await_arrival(p);
    round->took_ns = ft_clock_ns() - round->began_ns;
    ft_link_stats(link, &after);
    round->bytes = after.bytes_sent - before.bytes_sent;
    return rc;
}

static int
fail(struct ft_primary *p, const struct round *last, struct ft_error *err)
{
    struct ft_worker *w = p->worker;
    double rate = (double)last->bytes * FT_NS_PER_S / (double)last->took_ns;
    int rest = ft_primary_link_fell(p);

    ft_fail(err, ETIMEDOUT, NULL,
            "the link to %s brings %.1f MB/s, and %s writes more",
            ft_worker_peer_name(w), rate / 1e6, w->config.vm);
    snprintf(err->hint, sizeof(err->hint),
             "See to the network between the hosts; the copy is made anew in "
             "%d s.",
             rest);
    return -ETIMEDOUT;
}

int
ft_primary_prove_link(struct ft_primary *p, struct ft_error *err)
{
    enum ft_slow_link_verdict verdict;
    struct round round = { 0 };
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    verdict = ft_slow_link_begin(&p->slow_link);
    pthread_mutex_unlock(&p->lock);
    if (verdict == FT_SLOW_LINK_AGAIN)
        rc = await_arrival(p); /* the copy's own last pages are no round */
    while (!rc && verdict == FT_SLOW_LINK_AGAIN) {
        rc = run_round(p, &round, err);
        if (rc)
            break;
        pthread_mutex_lock(&p->lock);
        verdict = ft_slow_link_round(&p->slow_link, round.took_ns,
                                     p->patience_ns, ft_clock_ns());
        pthread_mutex_unlock(&p->lock);
        rc = verdict == FT_SLOW_LINK_FAILS ? fail(p, &round, err)
             : verdict == FT_SLOW_LINK_AGAIN
                 ? wait_until(p, round.began_ns + ROUND_NS)
                 : 0;
    }
    return rc;
}
