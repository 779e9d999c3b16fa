/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/followers.h"

#include <string.h>

#include "base/clock.h"

#define SECOND_MS 1000
/* A figure that comes a little early is not kept for the next time. */
#define SLACK_NS (20 * FT_NS_PER_MS)

/* When a follower is to be told of a pair again. */
struct pace {
    int64_t figures, second; /* CLOCK_MONOTONIC, ns */
    int64_t told;            /* number of the last second told */
};

struct follower {
    struct ft_request request;
    bool watches;
    int64_t rate_ns;
    struct pace paces[FT_PAIRS_MAX];
};

static struct follower list[FT_FOLLOWERS_MAX];
static unsigned count;

static int
add(struct ft_request request, bool watches, unsigned rate_ms,
    struct ft_error *err)
{
    struct follower *f = &list[count];

    if (count == FT_FOLLOWERS_MAX)
        return ft_fail(err, EBUSY, "Close another console or ftadmin.",
                       "%d others follow this host already", FT_FOLLOWERS_MAX);
    memset(f, 0, sizeof(*f));
    f->request = request;
    f->watches = watches;
    f->rate_ns = rate_ms * FT_NS_PER_MS;
    count++;
    return 0;
}

int
ft_followers_add(struct ft_request request, struct ft_error *err)
{
    return add(request, false, 0, err);
}

int
ft_followers_add_watcher(struct ft_request request, unsigned rate_ms,
                         struct ft_error *err)
{
    return add(request, true, rate_ms, err);
}

bool
ft_followers_remove(struct ft_request request)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].request.client == request.client &&
            list[i].request.id == request.id) {
            list[i] = list[--count];
            return true;
        }
    return false;
}

bool
ft_followers_watching(void)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].watches)
            return true;
    return false;
}

/* line is stolen. Is there still a follower in this place, the same one? */
static bool
send(unsigned i, json_t *line)
{
    if (ft_control_event(list[i].request, line) == 0)
        return true;
    list[i] = list[--count];
    return false;
}

void
ft_followers_tell(json_t *line)
{
    unsigned i = 0;

    while (line && i < count)
        i += !list[i].watches || send(i, json_incref(line));
    json_decref(line);
}

void
ft_followers_event(json_t *event)
{
    unsigned i = 0;

    while (i < count)
        i += send(i, list[i].watches ? json_pack("{s:O}", "log", event)
                                     : json_incref(event));
}

/* The next time keeps the pace, whenever within it something came. */
static int64_t
next_time(int64_t due, int64_t now, int64_t rate_ns)
{
    return due + rate_ns > now ? due + rate_ns : now + rate_ns;
}

static bool
is_due(const struct follower *f, int64_t due, int64_t now)
{
    return f->watches && now + SLACK_NS >= due;
}

bool
ft_followers_figures_due(unsigned slot, int64_t now)
{
    for (unsigned i = 0; i < count; i++)
        if (is_due(&list[i], list[i].paces[slot].figures, now))
            return true;
    return false;
}

void
ft_followers_figures(unsigned slot, int64_t now, json_t *line)
{
    unsigned i = 0;

    while (line && i < count) {
        int64_t *due = &list[i].paces[slot].figures;

        if (!is_due(&list[i], *due, now)) {
            i++;
            continue;
        }
        *due = next_time(*due, now, list[i].rate_ns);
        i += send(i, json_incref(line));
    }
    json_decref(line);
}

void
ft_followers_news(unsigned slot, int64_t now, json_t *line)
{
    for (unsigned i = 0; i < count; i++)
        list[i].paces[slot].figures = now + list[i].rate_ns;
    ft_followers_tell(line);
}

/* What this follower is to be told now, or NULL. */
static json_t *
second_for(struct follower *f, unsigned slot, int64_t now, const char *pair,
           const struct ft_series *series)
{
    struct pace *pace = &f->paces[slot];
    int64_t newest = ft_series_newest(series);
    struct ft_second sum;

    /* the first is one second only; and the clock may have gone back */
    if (!pace->told || pace->told >= newest)
        pace->told = newest - 1;
    if (f->rate_ns > SECOND_MS * FT_NS_PER_MS && !is_due(f, pace->second, now))
        return NULL;
    pace->second = next_time(pace->second, now, f->rate_ns);
    if (!ft_series_sum(series, pace->told, &sum))
        return NULL;
    pace->told = newest;
    return json_pack("{s:o,s:s}", "sample", ft_second_to_json(&sum), "pair",
                     pair);
}

void
ft_followers_second(unsigned slot, int64_t now, const char *pair,
                    const struct ft_series *series)
{
    unsigned i = 0;

    while (i < count) {
        json_t *line = list[i].watches
                           ? second_for(&list[i], slot, now, pair, series)
                           : NULL;

        i += !line || send(i, line);
    }
}

void
ft_followers_forget_slot(unsigned slot)
{
    for (unsigned i = 0; i < count; i++)
        list[i].paces[slot] = (struct pace){ 0 };
}
