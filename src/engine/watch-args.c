/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/watch-args.h"

#include "base/json.h"

static bool
is_there(const json_t *args, const char *name)
{
    const json_t *value = json_object_get(args, name);

    return value && !json_is_null(value);
}

static int
number(const json_t *args, const char *name, int64_t min, int64_t max,
       int64_t *out, struct ft_error *err)
{
    return is_there(args, name)
               ? ft_json_need_int(args, name, min, max, out, err)
               : 0;
}

static int
flag(const json_t *args, const char *name, bool *out, struct ft_error *err)
{
    const json_t *value = json_object_get(args, name);

    *out = json_is_true(value);
    if (!is_there(args, name) || json_is_boolean(value))
        return 0;
    return ft_fail(err, EINVAL, NULL, "member \"%s\" is neither true nor false",
                   name);
}

int
ft_watch_args_parse(const json_t *args, struct ft_watch_args *out,
                    struct ft_error *err)
{
    int64_t rate = 1000, seconds = 0;
    int rc;

    out->events_after = -1;
    rc = number(args, "rate_ms", FT_WATCH_RATE_MIN_MS, FT_WATCH_RATE_MAX_MS,
                &rate, err);
    if (!rc)
        rc = number(args, "events_after", 0, INT64_MAX, &out->events_after, err);
    if (!rc)
        rc = number(args, "seconds", 0, FT_SECONDS_KEPT, &seconds, err);
    if (!rc)
        rc = flag(args, "minutes", &out->parts.minutes, err);
    if (!rc)
        rc = flag(args, "hours", &out->parts.hours, err);
    out->rate_ms = (unsigned)rate;
    out->parts.seconds = (unsigned)seconds;
    return rc;
}
