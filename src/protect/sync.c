/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows the first copy by asking the primary's engine.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "protect/protect-private.h"

#define POLL_MS 250
#define NAP_MS 50         /* how soon an interrupt is noticed */
#define PATIENCE_MS 30000 /* with an engine that does not answer */
#define CONNECT_MS 30000  /* until the engines must have met */
#define SETTLE_MS 8000    /* for a problem to go away by itself */

struct follow {
    struct ft_fleet *fleet;
    const struct ft_plan *plan;
    struct ft_member *primary;
    const struct ft_progress *progress;
    int64_t answered;      /* the last answer, monotonic ns */
    int64_t apart_since;   /* the engines are not connected; 0: are */
    int64_t trouble_since; /* nothing but a problem; 0: none */
    bool met;              /* they have been connected once */
};

static int64_t
age_ms(int64_t since)
{
    return (ft_clock_ns() - since) / FT_NS_PER_MS;
}

static int
nap(const struct follow *f)
{
    for (int waited = 0; waited < POLL_MS; waited += NAP_MS) {
        if (ft_progress_interrupted(f->progress))
            return -EINTR;
        ft_clock_sleep(NAP_MS * FT_NS_PER_MS);
    }
    return 0;
}

static void
show(const struct follow *f, const json_t *status)
{
    const json_t *p = json_object_get(status, "progress");

    if (!json_is_object(p) || f->progress == NULL || f->progress->bytes == NULL)
        return;
    f->progress->bytes(f->progress->data, ft_json_string(p, "phase", "copy"),
                       (uint64_t)ft_json_int(p, "done", 0, INT64_MAX, 0),
                       (uint64_t)ft_json_int(p, "total", 0, INT64_MAX, 0),
                       (uint64_t)ft_json_int(p, "bytes_per_s", 0, INT64_MAX, 0));
}

/* The engines must meet within a while; later a lost link is for them to mend. */
static int
check_met(struct follow *f, const json_t *status, struct ft_error *err)
{
    const char *reason = ft_json_string(status, "reason", "");

    if (ft_json_bool(status, "peer_connected", 0)) {
        f->met = true;
        f->apart_since = 0;
        return 0;
    }
    if (f->apart_since == 0)
        f->apart_since = ft_clock_ns();
    if (f->met || age_ms(f->apart_since) < CONNECT_MS)
        return 0;
    return ft_fail(err, ETIMEDOUT,
                   "Open TCP port 7331 between the two hosts in their firewalls, "
                   "or choose another address with --address.",
                   "%s: the engine on %s cannot connect to the one on %s (%s)"
                   "%s%.200s",
                   f->plan->vm, f->plan->primary, f->plan->standby,
                   f->plan->standby_address, *reason != '\0' ? ": " : "",
                   reason);
}

bool
ft_sync_gave_up(const json_t *status)
{
    const char *state = ft_json_string(status, "state", "");

    return strcmp(state, "failed") == 0 ||
           (strcmp(state, "unprotected") == 0 &&
            !ft_json_bool(status, "starting", 0));
}

/* What is in the way, once it has been there for a while. */
static int
check_trouble(struct follow *f, const json_t *status, struct ft_error *err)
{
    const json_t *problem = json_object_get(status, "problem");

    if (!ft_sync_gave_up(status) && !json_is_object(problem)) {
        f->trouble_since = 0;
        return 0;
    }
    if (f->trouble_since == 0)
        f->trouble_since = ft_clock_ns();
    if (age_ms(f->trouble_since) < SETTLE_MS)
        return 0;
    if (json_is_object(problem)) {
        ft_json_to_error(problem, err);
        return ft_error_prefix(err, "%s", f->plan->vm);
    }
    return ft_fail(err, EIO,
                   "ftadmin events and /var/log/ftadmin on both "
                   "hosts say more.",
                   "%s: the engine on %s gave up: %.300s", f->plan->vm,
                   f->plan->primary,
                   ft_json_string(status, "reason", "no reason given"));
}

/* 1 protected, 0 not yet, -errno. */
static int
judge(struct follow *f, const json_t *status, struct ft_error *err)
{
    const char *state = ft_json_string(status, "state", "");
    int rc;

    if (strcmp(state, "protected") == 0)
        return 1;
    rc = check_trouble(f, status, err);
    if (rc < 0)
        return rc;
    if (strcmp(ft_json_string(status, "role", "primary"), "primary") != 0)
        return ft_fail(err, EIO, "ftadmin status shows where the VM runs.",
                       "%s: %s is not the primary any more", f->plan->vm,
                       f->plan->primary);
    show(f, status);
    return check_met(f, status, err);
}

static int
poll_once(struct follow *f, struct ft_error *err)
{
    const json_t *status;
    int rc = ft_member_status(f->fleet, f->primary, err);

    if (rc < 0)
        return age_ms(f->answered) < PATIENCE_MS ? 0 : rc;
    f->answered = ft_clock_ns();
    status = ft_member_pair(f->primary, f->plan->pair);
    if (status == NULL)
        return ft_fail(err, ENOENT, NULL,
                       "%s: the engine on %s does not know "
                       "the pair any more",
                       f->plan->vm, f->plan->primary);
    return judge(f, status, err);
}

int
ft_follow_sync(struct ft_fleet *fleet, const struct ft_plan *plan,
               struct ft_member *primary, const struct ft_progress *progress,
               struct ft_error *err)
{
    struct follow f = { .fleet = fleet,
                        .plan = plan,
                        .primary = primary,
                        .progress = progress,
                        .answered = ft_clock_ns() };
    int rc = 0;

    while (rc == 0) {
        rc = poll_once(&f, err);
        if (rc == 0 && f.met && progress != NULL && progress->no_wait)
            return 0;
        if (rc == 0)
            rc = nap(&f);
    }
    return rc < 0 ? rc : 0;
}
