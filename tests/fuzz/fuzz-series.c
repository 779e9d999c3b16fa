/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a daemon takes from its workers, its files and who watches: "args" of the
 * verb watch, "status", seconds one after another in "add", and a series; and what is told
 * on of its pairs, in "metrics".
 */
#include "config.h"

#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "engine/open-metrics.h"
#include "engine/watch-args.h"
#include "pair/series.h"
#include "pair/status-figures.h"

static void
check_args(const json_t *json)
{
    struct ft_error err = FT_ERROR_INIT;
    struct ft_watch_args args;

    if (ft_watch_args_parse(json, &args, &err)) {
        FUZZ_CHECK(err.code == EINVAL && err.text[0]);
        return;
    }
    FUZZ_CHECK(args.rate_ms >= FT_WATCH_RATE_MIN_MS &&
               args.rate_ms <= FT_WATCH_RATE_MAX_MS);
    FUZZ_CHECK(args.events_after >= -1 && args.parts.seconds <= FT_SECONDS_KEPT);
}

/* A status comes back from what is figures and what is not. */
static void
check_status(json_t *status)
{
    FT_AUTOJSON json_t *bare = NULL, *figures = NULL, *copy = NULL;

    if (!json_is_object(status))
        return;
    bare = ft_status_without_figures(status);
    figures = ft_status_figures(status);
    FUZZ_CHECK(bare && figures);
    copy = json_deep_copy(status);
    FUZZ_CHECK(ft_status_lay_figures(copy, figures) == 0);
    FUZZ_CHECK(json_equal(copy, status));
}

/* NAME{LABELS} VALUE, as who scrapes it reads it: each label ends where it says. */
static void
check_sample(const char *line)
{
    bool quoted = false;
    char *end;

    line += strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    if (*line == '{')
        for (line++; *line && (quoted || *line != '}'); line++) {
            quoted ^= *line == '"';
            line += *line == '\\' && line[1];
        }
    FUZZ_CHECK(!quoted);
    line += *line == '}';
    FUZZ_CHECK(*line == ' ' && isfinite(strtod(line + 1, &end)) && !*end);
}

static void
check_metrics(const json_t *status)
{
    FT_AUTOFREE char *text = NULL;
    size_t size = 0, lines = 0;
    FILE *to = open_memstream(&text, &size);

    FUZZ_CHECK(to);
    ft_open_metrics(to, status);
    FUZZ_CHECK(fclose(to) == 0 && size == strlen(text));
    for (char *line = text, *next; *line; line = next, lines++) {
        char *end = strchr(line, '\n');

        FUZZ_CHECK(end);
        *end = '\0';
        next = end + 1;
        if (*line != '#')
            check_sample(line);
        else
            FUZZ_CHECK(!strncmp(line, "# ", 2) &&
                       (*next || !strcmp(line, "# EOF")));
    }
    FUZZ_CHECK(lines > 0);
}

static void
check_order(const struct ft_series *series, enum ft_rollup_scale scale)
{
    struct ft_rollup rollup;
    int64_t before = 0;

    FUZZ_CHECK(ft_series_rollups(series, scale) <= ft_rollups_kept(scale));
    for (size_t i = 0; i < ft_series_rollups(series, scale); i++) {
        ft_series_rollup(series, scale, i, &rollup);
        FUZZ_CHECK(rollup.at > before && rollup.at % scale == 0);
        before = rollup.at;
    }
}

/* Whatever is in it, it can be told, and what was told is a series. */
static void
check_series(struct ft_series *series)
{
    static const struct ft_series_parts all = { FT_SECONDS_KEPT, true, true };
    FT_AUTOJSON json_t *told = ft_series_to_json(series, all);
    struct ft_series *again = ft_series_new();
    struct ft_second sum;

    FUZZ_CHECK(told && again);
    check_order(series, FT_ROLLUP_MINUTE);
    check_order(series, FT_ROLLUP_HOUR);
    FUZZ_CHECK(ft_series_sum(series, 0, &sum) <= FT_SECONDS_KEPT);
    FUZZ_CHECK(ft_series_from_json(again, told) == 0);
    FUZZ_CHECK(ft_series_newest(again) == ft_series_newest(series));
    ft_series_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FT_AUTOJSON json_t *value = NULL;
    struct ft_series *series = ft_series_new();
    struct ft_second second;
    json_t *item;
    size_t i;

    FUZZ_CHECK(series);
    if (ft_json_parse((const char *)data, size, &value, NULL) == 0) {
        check_args(json_object_get(value, "args"));
        check_status(json_object_get(value, "status"));
        check_metrics(json_object_get(value, "metrics"));
        (void)ft_series_from_json(series, value);
        check_series(series);
        json_array_foreach(json_object_get(value, "add"), i, item)
            if (ft_second_from_json(item, &second) == 0)
                (void)ft_series_add(series, &second);
        FUZZ_CHECK(ft_series_finish(series) == 0);
        check_series(series);
    }
    ft_series_free(series);
    return 0;
}
