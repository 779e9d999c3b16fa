/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/outcome.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "ui/model/cell.h"
#include "ui/model/estimate-rows.h"

/* An answer waits for its epoch: what a commit takes is the latency that is added. */
static const struct {
    enum ft_estimate_figure figure;
    const char *member; /* of the row */
} figures[] = {
    { FT_ESTIMATE_PAUSE_P50, "pause_ms.p50" },
    { FT_ESTIMATE_PAUSE_P99, "pause_ms.p99" },
    { FT_ESTIMATE_EPOCHS, "epochs_per_s" },
    { FT_ESTIMATE_DIRTY, "dirty_bytes_per_epoch" },
    { FT_ESTIMATE_LINK, "link_bytes_per_s" },
    { FT_ESTIMATE_LATENCY_P50, "commit_ms.p50" },
    { FT_ESTIMATE_LATENCY_P99, "commit_ms.p99" },
};

static const json_t *
predicted(const json_t *row, enum ft_estimate_figure figure)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(json_object_get(row, "estimate"),
                                       "figures"),
                       i, one)
        if (!strcmp(ft_json_string(one, "figure", ""), ft_estimate_word(figure)))
            return one;
    return NULL;
}

static double
number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static json_t *
compare(enum ft_estimate_figure figure, const json_t *of, double is)
{
    const char *unit = ft_estimate_unit(figure);
    double least = number(of, "least"), most = number(of, "most");
    char now[32];

    ft_estimate_text(unit, is, now);
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:s,s:s,s:s,s:b}",
                     "figure", ft_estimate_word(figure), "title",
                     ft_estimate_title(figure), "unit", unit, "predicted",
                     ft_json_figure(number(of, "value")), "least",
                     ft_json_figure(least), "most", ft_json_figure(most), "is",
                     ft_json_figure(is), "about",
                     ft_json_string(of, "about", ""), "from",
                     ft_json_string(of, "from", ""), "to",
                     ft_json_string(of, "to", ""), "now", now, "in_range",
                     is >= least && is <= most);
}

json_t *
ft_outcome_rows(const json_t *row)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < FT_ARRAY_SIZE(figures); i++) {
        const json_t *of = predicted(row, figures[i].figure);
        const json_t *is = ft_row_member(row, figures[i].member);

        if (of && json_is_number(is))
            json_array_append_new(rows, compare(figures[i].figure, of,
                                                json_number_value(is)));
    }
    return rows;
}

double
ft_outcome_predicted(const json_t *row, enum ft_estimate_figure figure)
{
    const json_t *value = json_object_get(predicted(row, figure), "value");

    return json_is_number(value) ? json_number_value(value) : -1;
}
