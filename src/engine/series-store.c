/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "engine/series-store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "virt/loop.h"
#include "worker/pair-store.h"

#define FILE_NAME "series.json"
#define FILE_MAX (2ul << 20)

void
ft_series_load(const char *pair, struct ft_series *series)
{
    FT_AUTOJSON json_t *json = NULL;
    struct ft_error err = FT_ERROR_INIT;
    char path[PATH_MAX];
    int rc;

    ft_pair_path(pair, FILE_NAME, path);
    rc = ft_json_load(path, FILE_MAX, &json, &err);
    if (rc == -ENOENT)
        return;
    if (!rc && ft_series_from_json(series, json))
        ft_fail(&err, EBADMSG, NULL, "%s is damaged", path);
    if (err.code)
        ft_log(FT_LOG_WARN, "minutes and hours begin anew: %s", err.text);
}

static json_t *
to_json(const struct ft_series *series)
{
    return ft_series_to_json(series, (struct ft_series_parts){ .minutes = true,
                                                               .hours = true });
}

static int
write_file(const char *pair, const json_t *json)
{
    FT_AUTOFREE char *text =
        json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(5)) : NULL;
    char path[PATH_MAX];

    ft_pair_path(pair, FILE_NAME, path);
    return text ? ft_file_replace(path, text, strlen(text), 0600) : -ENOMEM;
}

int
ft_series_save(const char *pair, const struct ft_series *series)
{
    FT_AUTOJSON json_t *json = to_json(series);

    return write_file(pair, json);
}

struct job {
    char pair[37];
    json_t *json;
    int rc;
};

static int busy;

static void
save_work(void *opaque)
{
    struct job *job = opaque;

    job->rc = write_file(job->pair, job->json);
}

/* The pair was removed meanwhile: what was written goes, too. */
static int
is_gone(const char *pair)
{
    struct ft_pair_config config;

    if (ft_pair_load(pair, &config, NULL) != -ENOENT)
        return 0;
    ft_pair_forget(pair, NULL);
    return 1;
}

static void
save_done(void *opaque)
{
    struct job *job = opaque;

    if (!is_gone(job->pair) && job->rc)
        ft_log(FT_LOG_WARN, "cannot save the minutes and hours of %s: %s",
               job->pair, strerror(-job->rc));
    json_decref(job->json);
    free(job);
    busy = 0;
}

int
ft_series_save_later(const char *pair, const struct ft_series *series)
{
    struct job *job = busy ? NULL : calloc(1, sizeof(*job));
    int rc;

    if (!job)
        return busy ? -EBUSY : -ENOMEM;
    snprintf(job->pair, sizeof(job->pair), "%s", pair);
    job->json = to_json(series);
    rc = ft_loop_async(save_work, save_done, job);
    if (rc) {
        json_decref(job->json);
        free(job);
        return rc;
    }
    busy = 1;
    return 0;
}
