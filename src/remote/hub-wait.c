/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "remote/hub-private.h"

#define WAIT_MAX_MS 500

/* When the next thing is due that nobody wakes us for. */
static int64_t
next_due(struct ft_hub_host *host, int64_t now)
{
    int64_t due = INT64_MAX;

    for (const struct ft_hub_request *r = host->requests; r != NULL; r = r->next)
        if (r->deadline_ns != 0)
            due = FT_MIN(due, r->deadline_ns);
    if (host->now.control != NULL && ft_hub_is_watched(host))
        due = FT_MIN(due, ft_pulse_next(host->now.heard_ns, host->now.asked_ns,
                                        now));
    if (!host->dial.running && !host->pulse.barred &&
        ft_hub_wants_connection(host, now))
        due = FT_MIN(due, host->pulse.next_ns);
    if (host->old.serial != 0)
        due = FT_MIN(due, host->old.until_ns);
    return due;
}

static int
timeout_of(int64_t due, int64_t now, bool connected)
{
    if (due <= now)
        return 0;
    if (due - now < WAIT_MAX_MS * FT_NS_PER_MS)
        return (int)((due - now) / FT_NS_PER_MS) + 1;
    return connected || due != INT64_MAX ? WAIT_MAX_MS : -1;
}

static void
add_poll(struct pollfd *fds, nfds_t *count, const struct ft_hub_line *line)
{
    struct pollfd *p = &fds[*count];

    if (line->ssh == NULL)
        return;
    p->fd = ft_ssh_descriptor(line->ssh, &p->events);
    *count += p->fd >= 0;
}

void
ft_hub_wait(struct ft_hub_host *host)
{
    struct pollfd fds[3] = { { host->kick, POLLIN, 0 } };
    nfds_t count = 1;
    int64_t now = ft_clock_ns();

    add_poll(fds, &count, &host->now);
    add_poll(fds, &count, &host->old);
    poll(fds, count,
         host->busy ? 0 : timeout_of(next_due(host, now), now, count > 1));
    host->busy = false;
}
