/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/older.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* The number at *at, which goes behind it and its dot. */
static int64_t
next_number(const char **at)
{
    int64_t number = 0;

    while (isdigit((unsigned char)**at) && number < INT32_MAX)
        number = number * 10 + (*(*at)++ - '0');
    while (isdigit((unsigned char)**at))
        (*at)++;
    if (**at == '.')
        (*at)++;
    return number;
}

static bool
is_number(const char *at)
{
    return isdigit((unsigned char)*at);
}

int
ft_release_compare(const char *one, const char *two)
{
    while (is_number(one) && is_number(two)) {
        int64_t a = next_number(&one), b = next_number(&two);

        if (a != b)
            return a < b ? -1 : 1;
    }
    return strcmp(one, two);
}

const char *
ft_newest_engine(const struct ft_live *live, int64_t now_ms)
{
    const char *newest = "";

    for (size_t i = 0; i < live->host_count; i++) {
        const struct ft_live_host *host = &live->hosts[i];

        if (ft_live_is_live(host, now_ms) && *host->engine &&
            (!*newest || ft_release_compare(host->engine, newest) > 0))
            newest = host->engine;
    }
    return newest;
}

static size_t
count_workers(const struct ft_live_host *host)
{
    size_t count = 0;

    for (size_t i = 0; i < host->word_count; i++)
        count += ft_json_bool(host->words[i].status, "worker_older", 0) != 0;
    return count;
}

enum ft_older
ft_older_of(const struct ft_live_host *host, const char *newest,
            char text[FT_OLDER_TEXT])
{
    size_t workers = count_workers(host);
    const char *name = host->stored.name;

    *text = '\0';
    if (*host->engine && ft_release_compare(host->engine, newest) < 0) {
        snprintf(text, FT_OLDER_TEXT,
                 "its engine is older than that of others (%.40s): ftadmin host "
                 "upgrade %.200s",
                 newest, name);
        return FT_OLDER_ENGINE;
    }
    if (!workers)
        return FT_OLDER_NOTHING;
    snprintf(text, FT_OLDER_TEXT,
             "%zu worker%s there outlived an upgrade: ftadmin host upgrade "
             "%.200s",
             workers, workers == 1 ? "" : "s", name);
    return FT_OLDER_WORKERS;
}

const char *
ft_older_word(enum ft_older older)
{
    return older == FT_OLDER_ENGINE    ? "engine"
           : older == FT_OLDER_WORKERS ? "workers"
                                       : NULL;
}
