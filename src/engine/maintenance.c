/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/maintenance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/paths.h"
#include "engine/events.h"

#define FILE_NAME FT_STATE_FOLDER "/maintenance"
#define FILE_MAX 4096

static bool is_on;
static int64_t since_ms;

static int64_t
now_ms(void)
{
    return ft_clock_realtime_ns() / FT_NS_PER_MS;
}

void
ft_maintenance_open(void)
{
    FT_AUTOFREE char *text = NULL;
    FT_AUTOJSON json_t *file = NULL;
    int rc = ft_file_read(FILE_NAME, FILE_MAX, &text, NULL);

    if (rc == -ENOENT)
        return;
    file = rc ? NULL : json_loads(text, 0, NULL);
    if (!json_is_object(file))
        ft_log(FT_LOG_WARN, "%s cannot be read: the host is under maintenance",
               FILE_NAME);
    is_on = true;
    since_ms = ft_json_int(file, "since", 0, INT64_MAX, now_ms());
}

bool
ft_maintenance_is_on(void)
{
    return is_on;
}

json_t *
ft_maintenance_json(void)
{
    return is_on ? json_pack("{s:I}", "since", (json_int_t)since_ms)
                 : json_null();
}

static int
begin(struct ft_error *err)
{
    int64_t now = now_ms();
    FT_AUTOJSON json_t *file = json_pack("{s:I}", "since", (json_int_t)now);
    FT_AUTOFREE char *text = file ? json_dumps(file, 0) : NULL;
    int rc =
        text ? ft_file_replace(FILE_NAME, text, strlen(text), 0600) : -ENOMEM;

    if (rc)
        return ft_fail(err, -rc, NULL, "cannot write %s: %s", FILE_NAME,
                       strerror(-rc));
    is_on = true;
    since_ms = now;
    ft_events_note("warn", "maintenance-on", NULL, NULL,
                   "this host is under maintenance: no copy waits on it");
    return 0;
}

static int
end(struct ft_error *err)
{
    char text[160];

    if (unlink(FILE_NAME) < 0 && errno != ENOENT)
        return ft_fail(err, errno, NULL, "cannot remove %s: %s", FILE_NAME,
                       strerror(errno));
    snprintf(text, sizeof(text),
             "the maintenance of this host is over after %lld s: copies wait on "
             "it again",
             (long long)((now_ms() - since_ms) / 1000));
    is_on = false;
    ft_events_note("info", "maintenance-off", NULL, NULL, text);
    return 0;
}

int
ft_maintenance_set(bool on, struct ft_error *err)
{
    if (on == is_on)
        return 0;
    return on ? begin(err) : end(err);
}
