/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy that comes to nothing is not made again in a tight loop (pair/retry.h),
 * whoever it failed for: this host, or the other one, which told so.
 */
#include "config.h"

#include "base/clock.h"
#include "primary/primary-private.h"

void
ft_primary_copy_failed(struct ft_primary *p)
{
    pthread_mutex_lock(&p->lock);
    ft_retry_failed(&p->retry, ft_clock_ns());
    pthread_mutex_unlock(&p->lock);
}

void
ft_primary_copy_good(struct ft_primary *p)
{
    pthread_mutex_lock(&p->lock);
    ft_retry_good(&p->retry, ft_clock_ns());
    pthread_mutex_unlock(&p->lock);
}

int
ft_primary_await_retry(struct ft_primary *p)
{
    int rc;

    pthread_mutex_lock(&p->lock);
    while (!ft_primary_must_stop(p) && ft_clock_ns() < p->retry.until_ns)
        ft_primary_wait(p, p->retry.until_ns);
    rc = ft_primary_must_stop(p) ? -ECANCELED : 0;
    pthread_mutex_unlock(&p->lock);
    return rc;
}
