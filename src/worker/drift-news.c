/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "worker/drift-news.h"

#include <math.h>
#include <string.h>

#include "base/alike.h"
#include "base/cleanup.h"
#include "base/json.h"

/* But for figures, which change all the time and make no other finding. */
static bool
is_same(const json_t *a, const json_t *b)
{
    return !strcmp(ft_json_string(a, "id", ""), ft_json_string(b, "id", "")) &&
           ft_text_alike(ft_json_string(a, "evidence", ""),
                         ft_json_string(b, "evidence", ""), HUGE_VAL);
}

/* Its index, or the size of told. */
static size_t
find_told(const struct ft_drift_news *news, const json_t *finding)
{
    size_t i = 0;

    while (i < json_array_size(news->told) &&
           !is_same(json_object_get(json_array_get(news->told, i), "finding"),
                    finding))
        i++;
    return i;
}

void
ft_drift_news_take(struct ft_drift_news *news, const json_t *report,
                   int64_t now_ns,
                   void (*tell)(void *opaque, const json_t *finding, bool over),
                   void *opaque)
{
    json_t *finding;
    size_t i;

    if (!news->told)
        news->told = json_array();
    json_array_foreach(json_object_get(report, "findings"), i, finding) {
        size_t at = find_told(news, finding);
        json_t *known = json_array_get(news->told, at);

        if (ft_json_string(finding, "waived", NULL)) {
            json_array_remove(news->told, at);
        } else if (known) {
            json_object_set_new(known, "seen_ns", json_integer(now_ns));
        } else {
            tell(opaque, finding, false);
            json_array_append_new(news->told,
                                  json_pack("{s:O,s:I}", "finding", finding,
                                            "seen_ns", (json_int_t)now_ns));
        }
    }
    for (i = json_array_size(news->told); i-- > 0;) {
        const json_t *known = json_array_get(news->told, i);

        if (now_ns - ft_json_int(known, "seen_ns", 0, INT64_MAX, 0) <
            FT_DRIFT_OVER_NS)
            continue;
        tell(opaque, json_object_get(known, "finding"), true);
        json_array_remove(news->told, i);
    }
}

void
ft_drift_news_free(struct ft_drift_news *news)
{
    json_decref(FT_STEAL(news->told));
}
