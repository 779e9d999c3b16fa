/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/work/film.h"

#include "base/cleanup.h"
#include "ui/model/film.h"
#include "ui/model/recent.h"
#include "ui/model/utc.h"
#include "ui/work/events.h"
#include "ui/work/history.h"
#include "ui/work/status.h"

#define EVENTS_MOST 5000
#define AFTER_MS 90000 /* what happened so long after it belongs to it */

struct past {
    struct ft_store *store;
    struct ft_recent *recent; /* empty: nobody has watched */
};

static bool
measured(void *data, const char *pair, int64_t at_ms, struct ft_measured *out)
{
    struct past *past = data;

    return ft_history_moment(past->store, past->recent, pair, at_ms / 1000, out);
}

/* Events until a while after it. */
static int
list_events(const struct ft_work *work, const char *until, json_t **rows,
            struct ft_error *err)
{
    struct ft_store_event_query query = { .until = NULL };
    int64_t at = until ? ft_parse_utc(until) : -1;
    char end[32];

    if (at >= 0) {
        ft_format_utc(at + AFTER_MS, end);
        query.until = end;
    }
    return ft_work_events_list(work, &query, EVENTS_MOST, rows, err);
}

static int
tell(const struct ft_work *work, const struct ft_film_from *from, json_t **film,
     struct ft_error *err)
{
    struct past past = { work->store, ft_recent_new() };
    struct ft_film_from all = *from;

    if (!past.recent)
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    all.measured = measured;
    all.data = &past;
    *film = ft_film_make(&all);
    ft_recent_free(past.recent);
    return *film ? 0
                 : ft_fail(err, ENOENT,
                           "ftadmin events --vm shows what is known.",
                           "no takeover of this VM is known");
}

static int
gather(struct ft_work_fleet *fleet, struct ft_work_status *status,
       const char *vm, const char *until, json_t **film, struct ft_error *err)
{
    const struct ft_work *work = fleet->work;
    FT_AUTOJSON json_t *events = NULL;
    struct ft_chronicle told;
    int rc = ft_work_status(fleet, status, err);

    if (!rc)
        rc = ft_work_status_select(work, status->pairs, vm, err);
    if (!rc)
        rc = ft_work_status_clocks(fleet, status, err);
    if (!rc)
        rc = list_events(work, until, &events, err);
    if (rc)
        return rc;
    if (ft_chronicle_make(events, status->hosts, &told))
        return ft_fail(err, ENOMEM, NULL, "out of memory");
    rc = tell(work,
              &(struct ft_film_from){ .pair = json_array_get(status->pairs, 0),
                                      .hosts = status->hosts,
                                      .told = &told,
                                      .until = until },
              film, err);
    ft_chronicle_free(&told);
    return rc;
}

int
ft_work_film(struct ft_work_fleet *fleet, const char *vm, const char *until,
             json_t **film, struct ft_error *err)
{
    struct ft_work_status status;
    int rc;

    *film = NULL;
    ft_work_events_collect(fleet);
    rc = gather(fleet, &status, vm, until, film, err);
    ft_work_status_free(&status);
    return rc;
}
