/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast a copy goes (pair/copy-rate.h): asks QEMU once a second how long the guest's
 * own requests take, tells the mirrors of the disks their speed, and makes the
 * replication thread wait where it sends pages or changes itself. Epochs are not
 * slowed: nothing here is called once the copy is made. Replication thread, but where
 * the header says otherwise.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "link/page-codec.h"
#include "primary/primary-private.h"

/* Requests since QEMU was started, that tell what is usual for this guest. */
#define USUAL_REQUESTS 100

static uint64_t
allowed(struct ft_primary *p)
{
    uint64_t most;

    pthread_mutex_lock(&p->lock);
    most = p->max_rate;
    pthread_mutex_unlock(&p->lock);
    return most;
}

/* With the lock held or not; for status as well. */
static uint64_t
limit_now(struct ft_primary *p, uint64_t most)
{
    bool for_guest;
    uint64_t limit = ft_copy_rate_limit(&p->pace.rate, most, &for_guest);

    atomic_store(&p->copy_limit, (int64_t)limit);
    atomic_store(&p->copy_yields, for_guest);
    return limit;
}

static void
ask_times(struct ft_primary *p, struct ft_disk_times *times)
{
    struct ft_error err = FT_ERROR_INIT;

    if (ft_disk_times_ask(p->worker->dom, times, &err))
        memset(times, 0, sizeof(*times)); /* of which no mean is made */
}

void
ft_primary_begin_pace(struct ft_primary *p)
{
    const struct ft_disk_times none = { 0 };

    memset(&p->pace, 0, sizeof(p->pace));
    ask_times(p, &p->pace.times);
    p->pace.usual_ns = ft_disk_times_mean(&none, &p->pace.times, USUAL_REQUESTS);
    p->pace.looked_ns = ft_clock_ns();
    limit_now(p, allowed(p));
}

static uint64_t
disk_bytes(const struct ft_primary *p)
{
    return p->feed && !p->copy.by_changes ? ft_disk_feed_brought(p->feed) : 0;
}

/* Once a second: what was copied in it, and how the guest fared. */
static void
look(struct ft_primary *p)
{
    int64_t now = ft_clock_ns(), ns = now - p->pace.looked_ns;
    uint64_t copied = p->pace.sent + disk_bytes(p);
    struct ft_copy_second second = { .usual_ns = FT_MAX(p->pace.usual_ns, 0) };
    struct ft_disk_times times;

    if (ns < FT_NS_PER_S)
        return;
    ask_times(p, &times);
    second.guest_ns =
        ft_disk_times_mean(&p->pace.times, &times, FT_COPY_REQUESTS);
    second.copied = (uint64_t)((double)(copied - p->pace.looked_bytes) *
                               FT_NS_PER_S / (double)ns);
    ft_copy_rate_look(&p->pace.rate, &second);
    p->pace.times = times;
    p->pace.looked_ns = now;
    p->pace.looked_bytes = copied;
}

uint64_t
ft_primary_copy_limit(struct ft_primary *p)
{
    return limit_now(p, allowed(p));
}

int
ft_primary_pace_disks(struct ft_primary *p, struct ft_error *err)
{
    look(p);
    return ft_disk_feed_set_speed(p->feed, ft_primary_copy_limit(p), err);
}

int
ft_primary_pace(struct ft_primary *p, uint64_t bytes)
{
    int64_t now = ft_clock_ns(), wait;
    int rc;

    p->pace.sent += bytes;
    look(p);
    ft_copy_tokens_take(&p->pace.tokens, now, bytes);
    pthread_mutex_lock(&p->lock);
    for (;;) {
        now = ft_clock_ns();
        rc = ft_primary_must_stop(p) ? -ECANCELED : 0;
        wait = ft_copy_tokens_wait(&p->pace.tokens, now,
                                   limit_now(p, p->max_rate));
        if (rc || !wait)
            break;
        ft_primary_wait(p, now + wait);
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

int
ft_primary_pace_pages(struct ft_primary *p)
{
    uint64_t data, zero, before = p->pace.pages;

    ft_page_sender_counts(p->sender, &data, &zero);
    p->pace.pages = data;
    return ft_primary_pace(p, (data - before) * FT_PAGE_SIZE);
}

void
ft_primary_add_pace(const struct ft_primary *p, json_t *progress)
{
    int64_t limit = atomic_load(&p->copy_limit);

    if (!json_is_object(progress))
        return;
    json_object_set_new(progress, "limit_bytes_per_s",
                        limit ? json_integer((json_int_t)limit) : json_null());
    json_object_set_new(progress, "limited_by",
                        !limit ? json_null()
                               : json_string(atomic_load(&p->copy_yields)
                                                 ? "guest"
                                                 : "max-rate"));
}
