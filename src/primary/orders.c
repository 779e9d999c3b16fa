/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the replication thread is told: flags under p->lock, and waiting for them. */
#include "config.h"

#include "base/clock.h"
#include "primary/primary-private.h"

void
ft_primary_wake(struct ft_primary *p)
{
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void
ft_primary_set_flag(struct ft_primary *p, int *flag, int value)
{
    pthread_mutex_lock(&p->lock);
    *flag = value;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* With the lock held: what ends the work on the current session. */
int
ft_primary_must_stop(const struct ft_primary *p)
{
    return p->link_lost || p->restart || p->detach;
}

int
ft_primary_stopped(struct ft_primary *p)
{
    int rc;

    pthread_mutex_lock(&p->lock);
    rc = ft_primary_must_stop(p) ? -ECANCELED : 0;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

/* With the lock held: waits for a change until then. */
void
ft_primary_wait(struct ft_primary *p, int64_t deadline)
{
    struct timespec t = { deadline / FT_NS_PER_S, deadline % FT_NS_PER_S };

    if (deadline == INT64_MAX)
        pthread_cond_wait(&p->changed, &p->lock);
    else
        pthread_cond_timedwait(&p->changed, &p->lock, &t);
}
