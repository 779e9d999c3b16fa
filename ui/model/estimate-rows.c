/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "ui/model/estimate-rows.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

static void
bytes_text(double value, const char *behind, char out[32])
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    size_t i = 0;

    for (; value >= 1023.95 && i + 1 < FT_ARRAY_SIZE(units); i++)
        value /= 1024;
    snprintf(out, 32, i ? "%.1f %s%s" : "%.0f %s%s", value, units[i], behind);
}

static void
seconds_text(double value, char out[32])
{
    if (value < 60)
        snprintf(out, 32, value < 9.95 ? "%.1f s" : "%.0f s", value);
    else if (value < 3600)
        snprintf(out, 32, "%.0f min", value / 60);
    else
        snprintf(out, 32, "%.1f h", value / 3600);
}

void
ft_estimate_text(const char *unit, double value, char out[32])
{
    if (!strcmp(unit, "B") || !strcmp(unit, "B/s"))
        bytes_text(value, unit + 1, out);
    else if (!strcmp(unit, "s"))
        seconds_text(value, out);
    else
        snprintf(out, 32, value < 99.95 ? "%.1f%s%s" : "%.0f%s%s", value,
                 *unit == '/' ? "" : " ", unit);
}

void
ft_estimate_figure_text(const struct ft_estimate *estimate,
                        enum ft_estimate_figure figure, char out[32])
{
    ft_estimate_text(ft_estimate_unit(figure), estimate->figures[figure].value,
                     out);
}

static json_t *
row(const struct ft_estimate *estimate, enum ft_estimate_figure figure)
{
    const struct ft_estimate_range *range = &estimate->figures[figure];
    const char *unit = ft_estimate_unit(figure);
    char about[32], from[32], to[32];

    ft_estimate_text(unit, range->value, about);
    ft_estimate_text(unit, range->least, from);
    ft_estimate_text(unit, range->most, to);
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:s,s:s,s:s}", "figure",
                     ft_estimate_word(figure), "title",
                     ft_estimate_title(figure), "unit", unit, "value",
                     ft_json_figure(range->value), "least",
                     ft_json_figure(range->least), "most",
                     ft_json_figure(range->most), "about", about, "from", from,
                     "to", to);
}

json_t *
ft_estimate_rows(const struct ft_estimate *estimate)
{
    json_t *rows = json_array();

    for (int i = 0; i < FT_ESTIMATE_COUNT; i++)
        json_array_append_new(rows, row(estimate, (enum ft_estimate_figure)i));
    return rows;
}

static const json_t *
find_row(const json_t *rows, enum ft_estimate_figure figure)
{
    const json_t *one;
    size_t i;

    json_array_foreach(rows, i, one)
        if (!strcmp(ft_json_string(one, "figure", ""), ft_estimate_word(figure)))
            return one;
    return NULL;
}

void
ft_estimate_few(const json_t *rows, const enum ft_estimate_figure *figures,
                size_t count, char *out, size_t size)
{
    size_t used = 0;

    *out = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        const json_t *one = find_row(rows, figures[i]);
        int n =
            one ? snprintf(out + used, size - used, "%s%s %s", used ? ", " : "",
                           ft_json_string(one, "title", ""),
                           ft_json_string(one, "about", ""))
                : 0;

        used += n > 0 ? (size_t)n : 0;
    }
}
